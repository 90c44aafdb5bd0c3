/**
 * The same table for lists: which rows an actor may see, as data that becomes SQL. A row is in the list when, and only
 * when, `decide` allows the resource for that row (a property that predicate.test.ts tries on random worlds).
 */
import { type Actor, type Ban, holdsAt, type Place, reaches, type RowPlace } from "./actor.ts";
import { bansOn, type Reason, tieCounts } from "./decide.ts";
import { type Action, type Cover, covers, type Purpose, type Resource } from "./resource.ts";
import { type Rule, RULES } from "./rules.ts";

export interface Predicate {
  /** Rows of these people, wherever they belong. */
  readonly subjects: readonly string[];
  /** Rows within reach of a post, but for people who are shut off from it. `everybody`: all rows there are. */
  readonly reaches: readonly Reach[];
  /** The rules that give it, each with the post it relies on, for the access log. */
  readonly reasons: readonly Reason[];
  readonly purpose: Purpose | null;
}

export interface Reach {
  readonly place: Place | "everybody";
  readonly except: readonly string[];
}

export interface ListQuestion {
  readonly actor: Actor;
  readonly action: Action;
  readonly what: Resource;
  readonly why?: Purpose;
  /** Epoch milliseconds. */
  readonly now: number;
}

/** What `decide` would allow for single rows, for all of them at once. */
export function predicateOf({ actor, action, what, why, now }: ListQuestion): Predicate {
  const rules = RULES.filter(
    (rule) => rule.what === what && rule.actions.includes(action) && (why === undefined || rule.purpose === why),
  );
  const known = [...new Set([...actor.selves, ...actor.ties.keys(), ...actor.bans.keys()])];
  const bans = new Map(known.map((subjectId) => [subjectId, bansOn(actor, subjectId, action, now)]));
  const shutOff = (rule: Rule) => known.filter((subjectId) => !leaves(rule, what, null, bans.get(subjectId) ?? []));

  const byPlace = new Map<string, Reach>();
  const reasons: Reason[] = [];
  let purpose: Purpose | null = null;
  for (const rule of rules) {
    const { who } = rule;
    if (who.by !== "post" || who.reach === "body") continue;
    for (const post of actor.posts) {
      if (post.role !== who.role || !holdsAt(post, now)) continue;
      const place = who.reach === "everybody" ? "everybody" : placeOf(post);
      if (place === null) continue;
      const except = shutOff(rule);
      byPlace.set(JSON.stringify([place, except]), { place, except });
      reasons.push({ rule: rule.id, through: post.id });
      purpose ??= rule.purpose;
    }
  }
  const subjects = known.filter((subjectId) => {
    const giving = rules.find((rule) => relationGives(actor, rule, what, subjectId, bans.get(subjectId) ?? [], now));
    if (giving === undefined) return false;
    if (!reasons.some(({ rule }) => rule === giving.id)) reasons.push({ rule: giving.id, through: null });
    purpose ??= giving.purpose;
    return true;
  });
  return { subjects, reaches: [...byPlace.values()], reasons, purpose };
}

/** The predicate on one row, for rows already in memory. */
export function matches(predicate: Predicate, row: RowPlace & { readonly subjectId: string }): boolean {
  return (
    predicate.subjects.includes(row.subjectId) ||
    predicate.reaches.some(
      ({ place, except }) => (place === "everybody" || reaches(place, row)) && !except.includes(row.subjectId),
    )
  );
}

function relationGives(
  actor: Actor,
  rule: Rule,
  what: Resource,
  subjectId: string,
  bans: readonly Ban[],
  now: number,
): boolean {
  const { who } = rule;
  switch (who.by) {
    case "self":
      return actor.selves.has(subjectId) && leaves(rule, what, null, bans);
    case "bond":
      return (actor.ties.get(subjectId) ?? []).some(
        (tie) => tie.bond === who.bond && tieCounts(actor, tie, now) && leaves(rule, what, tie.limitedTo, bans),
      );
    case "post":
      return false;
  }
}

/** Whether a field of the rule is left, within the limits and outside the bans. */
function leaves(rule: Rule, what: Resource, limitedTo: readonly Cover[] | null, bans: readonly Ban[]): boolean {
  return rule.fields.some(
    (field) =>
      (limitedTo === null || limitedTo.some((cover) => covers(cover, what, field))) &&
      !bans.some((ban) => ban.covers.some((cover) => covers(cover, what, field))),
  );
}

/** Null where a post names no place: it reaches nobody. */
function placeOf({ organisationId, serviceId, areaCodes }: Place): Place | null {
  const bound = organisationId !== null || serviceId !== null || areaCodes !== null;
  return bound ? { organisationId, serviceId, areaCodes } : null;
}
