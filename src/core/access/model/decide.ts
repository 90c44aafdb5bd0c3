/** One decision: the table applied to one actor, one action, one person. Pure; time is an argument. */
import { type Actor, type Ban, holdsAt, type PostRole, reaches, type RowPlace, type Tie } from "./actor.ts";
import { type Action, type Cover, covers, type Purpose, type Resource } from "./resource.ts";
import { type Rule, RULES } from "./rules.ts";

/** Whose data. `subjectId` null: the body's own. */
export interface Whose {
  readonly subjectId: string | null;
  /** Where the person is known: the place of each of their cases, or the one row asked about. */
  readonly places: readonly RowPlace[];
}

/** What in the record a rule relied on. */
export interface Reason {
  /** Id of the rule, or `none` (nothing gives it) or the kind of ban that took it away. */
  readonly rule: string;
  /** Id of the relationship, consent, post or ban. */
  readonly through: string | null;
}

export interface Decision {
  readonly allow: boolean;
  /** The fields of the resource that may be shown or changed. */
  readonly fields: readonly string[];
  readonly purpose: Purpose | null;
  readonly reasons: readonly Reason[];
}

export interface Question {
  readonly actor: Actor;
  readonly action: Action;
  readonly what: Resource;
  readonly whose: Whose;
  /** Only rules with this purpose count: somebody who opens a record for care is not helped by being a parent. */
  readonly why?: Purpose;
  /** Epoch milliseconds. */
  readonly now: number;
}

const REFUSED_BY_DEFAULT: Decision = {
  allow: false,
  fields: [],
  purpose: null,
  reasons: [{ rule: "none", through: null }],
};
const rulesOf = groupRules();

/** Deny by default; a ban outweighs every rule. The purpose is that of the first rule that gives something. */
export function decide({ actor, action, what, whose, why, now }: Question): Decision {
  const fields = new Set<string>();
  const reasons: Reason[] = [];
  const lost: Reason[] = [];
  let purpose: Purpose | null = null;
  const bans = whose.subjectId === null ? [] : bansOn(actor, whose.subjectId, action, now);
  for (const rule of rulesOf[action].get(what) ?? []) {
    if (why !== undefined && rule.purpose !== why) continue;
    for (const { through, limitedTo } of grounds(actor, rule, whose, now)) {
      let gives = false;
      for (const field of rule.fields) {
        if (limitedTo !== null && !limitedTo.some((cover) => covers(cover, what, field))) continue;
        const ban = bans.find((each) => each.covers.some((cover) => covers(cover, what, field)));
        if (ban !== undefined) {
          if (!lost.some((each) => each.through === ban.id)) lost.push({ rule: ban.kind, through: ban.id });
          continue;
        }
        gives = true;
        fields.add(field);
      }
      if (!gives) continue;
      purpose ??= rule.purpose;
      reasons.push({ rule: rule.id, through });
    }
  }
  if (fields.size > 0) return { allow: true, fields: [...fields], purpose, reasons };
  return lost.length > 0 ? { ...REFUSED_BY_DEFAULT, reasons: lost } : REFUSED_BY_DEFAULT;
}

/** Bans of this person's on the actor that are in force for the action. */
export function bansOn(actor: Actor, subjectId: string, action: Action, now: number): readonly Ban[] {
  const bans = actor.bans.get(subjectId);
  return bans === undefined ? [] : bans.filter((ban) => ban.actions.includes(action) && holdsAt(ban, now));
}

/**
 * A bond counts for itself where a person gave it: guardians, family. What is held as staff counts only while there is a
 * post to hold it by: whoever leaves takes no family along.
 */
export function tieCounts(actor: Actor, tie: Tie, now: number): boolean {
  if (!holdsAt(tie, now)) return false;
  switch (tie.bond) {
    case "guardian":
    case "family":
      return true;
    case "lead-professional":
    case "team":
      return hasPost(actor, WORKING, now);
    case "consent":
    case "emergency":
      return mayOpenInEmergency(actor, now);
  }
}

const CARING: readonly PostRole[] = ["front-line", "clinician"];
const WORKING: readonly PostRole[] = [...CARING, "manager"];

function hasPost(actor: Actor, roles: readonly PostRole[], now: number): boolean {
  return actor.posts.some((post) => roles.includes(post.role) && holdsAt(post, now));
}

/** Whether somebody's post lets them open the record of a person who is not theirs, in an emergency. */
export function mayOpenInEmergency(actor: Actor, now: number): boolean {
  return hasPost(actor, CARING, now);
}

type Ground = { readonly through: string | null; readonly limitedTo: readonly Cover[] | null };
const OWN: readonly Ground[] = [{ through: null, limitedTo: null }];
const NONE: readonly Ground[] = [];

/** By what the actor comes under the rule: themselves, a relationship, a post. */
function grounds(actor: Actor, { who }: Rule, whose: Whose, now: number): readonly Ground[] {
  switch (who.by) {
    case "self":
      return whose.subjectId !== null && actor.selves.has(whose.subjectId) ? OWN : NONE;
    case "bond": {
      const ties = whose.subjectId === null ? undefined : actor.ties.get(whose.subjectId);
      if (ties === undefined) return NONE;
      return ties
        .filter((tie) => tie.bond === who.bond && tieCounts(actor, tie, now))
        .map((tie) => ({ through: tie.id, limitedTo: tie.limitedTo }));
    }
    case "post": {
      const found: Ground[] = [];
      for (const post of actor.posts) {
        if (post.role !== who.role || !holdsAt(post, now)) continue;
        const reached =
          who.reach === "body"
            ? whose.subjectId === null
            : whose.subjectId !== null &&
              (who.reach === "everybody" || whose.places.some((place) => reaches(post, place)));
        if (reached) found.push({ through: post.id, limitedTo: null });
      }
      return found;
    }
  }
}

function groupRules(): Readonly<Record<Action, ReadonlyMap<Resource, readonly Rule[]>>> {
  const of = (action: Action) =>
    Map.groupBy(
      RULES.filter((rule) => rule.actions.includes(action)),
      (rule) => rule.what,
    );
  return { view: of("view"), change: of("change") };
}
