/**
 * From the facts of one subject's case `people` to how things stand: who may open their data, who is shut off, and, for
 * staff, what they are employed to do. Pure. Times stay in the rows; whether something is in force is asked later.
 */
import type { BanKind, Bond, Cover, PostRole, Action } from "../../access/index.ts";
import type { Fact } from "../../record/index.ts";
import { dataOf, type PeopleFactData, type PeopleFactType } from "../events.ts";

export interface Span {
  readonly from: Temporal.Instant;
  readonly until: Temporal.Instant | null;
}

/** Whether it is in force at this moment. */
export function holdsAt({ from, until }: Span, at: Temporal.Instant): boolean {
  return Temporal.Instant.compare(from, at) <= 0 && (until === null || Temporal.Instant.compare(at, until) < 0);
}

export interface Relationship extends Span {
  readonly id: string;
  readonly bond: Bond;
  readonly holderKind: "person" | "team" | "organisation";
  readonly holderId: string;
  readonly covers: readonly Cover[] | null;
}

export interface BanRow extends Span {
  readonly id: string;
  readonly kind: BanKind;
  readonly holderId: string;
  readonly covers: readonly Cover[];
  readonly actions: readonly Action[];
}

export interface PostRow extends Span {
  readonly id: string;
  readonly role: PostRole;
  readonly organisationId: string | null;
  readonly serviceId: string | null;
  readonly areaCode: string | null;
}

export interface Membership extends Span {
  readonly id: string;
  readonly kind: "team" | "cover";
  readonly targetId: string;
}

export interface MergedRecord extends Span {
  readonly id: string;
  readonly otherId: string;
  readonly survives: boolean;
}

/** A question about a look at the person's data. */
export interface LookQuestion {
  readonly id: string;
  /** The look: the batch id of the access log. */
  readonly batchId: string;
  readonly askedBy: string;
  readonly askedAt: Temporal.Instant;
  readonly answer: {
    readonly by: string;
    readonly at: Temporal.Instant;
    readonly outcome: "in-order" | "not-in-order";
  } | null;
}

/** A look that is kept from view once somebody other than whoever asked has approved it, until the day of review. */
export interface Withholding {
  readonly id: string;
  readonly batchId: string;
  readonly askedBy: string;
  readonly askedAt: Temporal.Instant;
  readonly approval: { readonly by: string; readonly at: Temporal.Instant } | null;
  readonly reviewOn: Temporal.PlainDate;
  readonly endedAt: Temporal.Instant | null;
}

/** An invitation to act for the person. */
export interface Offer {
  readonly id: string;
  readonly bond: Bond;
  readonly holderId: string;
  readonly covers: readonly Cover[] | null;
  readonly until: Temporal.Instant | null;
  readonly offeredAt: Temporal.Instant;
  /** When it was accepted, declined or taken back. */
  readonly settledAt: Temporal.Instant | null;
}

export interface Standing {
  readonly offers: readonly Offer[];
  readonly questions: readonly LookQuestion[];
  readonly withholdings: readonly Withholding[];
  readonly relationships: readonly Relationship[];
  readonly bans: readonly BanRow[];
  readonly posts: readonly PostRow[];
  readonly memberships: readonly Membership[];
  readonly merged: readonly MergedRecord[];
}

/**
 * @param subjectId whose facts they are
 * @param facts those in force, in the order of the record; types of no concern here are passed over
 */
export function standingOf(subjectId: string, facts: readonly Fact[]): Standing {
  const endedAt = endings(facts);
  const relationships: Relationship[] = [];
  const bans: BanRow[] = [];
  const posts: PostRow[] = [];
  const memberships: Membership[] = [];
  const merged: MergedRecord[] = [];
  const offers: Offer[] = [];
  const questions: LookQuestion[] = [];
  const withholdings: Withholding[] = [];
  const competences: (Span & { readonly id: string; readonly covers: readonly Cover[] })[] = [];

  for (const fact of facts) {
    const span = (key: string, until?: string): Span => ({
      from: momentOf(fact),
      until: earliest(until, endedAt.get(key)),
    });
    switch (fact.type) {
      case "relationship-started": {
        const data = dataOf(fact.type, fact.data);
        relationships.push({
          id: data.relationship,
          bond: data.bond,
          holderKind: data.holder_kind,
          holderId: data.holder,
          covers: data.covers ?? null,
          ...span(`relationship ${data.relationship}`, data.until),
        });
        break;
      }
      case "record-opened-in-emergency": {
        const data = dataOf(fact.type, fact.data);
        relationships.push({
          id: data.relationship,
          bond: "emergency",
          holderKind: "person",
          holderId: data.holder,
          covers: null,
          ...span(`relationship ${data.relationship}`, data.until),
        });
        break;
      }
      case "access-barred": {
        const data = dataOf(fact.type, fact.data);
        bans.push({
          id: data.ban,
          kind: data.kind,
          holderId: data.holder,
          covers: data.covers,
          actions: ["view", "change"],
          ...span(`ban ${data.ban}`, data.until),
        });
        break;
      }
      case "competence-decided": {
        const data = dataOf(fact.type, fact.data);
        competences.push({ id: data.decision, covers: data.covers, ...span(`decision ${data.decision}`, data.until) });
        break;
      }
      case "records-merged": {
        const data = dataOf(fact.type, fact.data);
        merged.push({ id: data.merge, otherId: data.other, survives: data.survives, ...span(`merge ${data.merge}`) });
        break;
      }
      case "post-given": {
        const data = dataOf(fact.type, fact.data);
        posts.push({
          id: data.post,
          role: data.role,
          organisationId: data.organisation ?? null,
          serviceId: data.service ?? null,
          areaCode: data.area ?? null,
          ...span(`post ${data.post}`, data.until),
        });
        break;
      }
      case "team-joined": {
        const data = dataOf(fact.type, fact.data);
        memberships.push({
          id: data.membership,
          kind: "team",
          targetId: data.team,
          ...span(`membership ${data.membership}`, data.until),
        });
        break;
      }
      case "relationship-offered": {
        const data = dataOf(fact.type, fact.data);
        offers.push({
          id: data.relationship,
          bond: data.bond,
          holderId: data.holder,
          covers: data.covers ?? null,
          until: data.until === undefined ? null : Temporal.Instant.from(data.until),
          offeredAt: momentOf(fact),
          settledAt: settledAt(data.relationship, facts),
        });
        break;
      }
      case "look-questioned": {
        const data = dataOf(fact.type, fact.data);
        questions.push({
          id: data.question,
          batchId: data.look,
          askedBy: fact.recordedBy,
          askedAt: momentOf(fact),
          answer: answerTo(data.question, facts),
        });
        break;
      }
      case "look-withholding-asked": {
        const data = dataOf(fact.type, fact.data);
        withholdings.push({
          id: data.withholding,
          batchId: data.look,
          askedBy: fact.recordedBy,
          askedAt: momentOf(fact),
          approval: approvalOf(data.withholding, fact.recordedBy, facts),
          reviewOn: Temporal.PlainDate.from(data.review),
          endedAt: endedAt.get(`withholding ${data.withholding}`) ?? null,
        });
        break;
      }
      case "cover-arranged": {
        const data = dataOf(fact.type, fact.data);
        memberships.push({
          id: data.membership,
          kind: "cover",
          targetId: data.for,
          ...span(`membership ${data.membership}`, data.until),
        });
        break;
      }
    }
  }
  return {
    relationships,
    bans: [...bans, ...childBans(subjectId, relationships, competences)],
    posts,
    memberships,
    merged,
    offers,
    questions,
    withholdings,
  };
}

/** When an invitation was accepted, declined or taken back. */
function settledAt(relationship: string, facts: readonly Fact[]): Temporal.Instant | null {
  for (const fact of facts) {
    if (fact.type !== "relationship-started" && fact.type !== "relationship-declined") continue;
    if (dataOf(fact.type, fact.data).relationship === relationship) return momentOf(fact);
  }
  return null;
}

/** The first answer to a question. */
function answerTo(question: string, facts: readonly Fact[]): LookQuestion["answer"] {
  for (const fact of facts) {
    if (fact.type !== "look-question-answered") continue;
    const data = dataOf(fact.type, fact.data);
    if (data.question === question) return { by: fact.recordedBy, at: momentOf(fact), outcome: data.outcome };
  }
  return null;
}

/** The first approval by another than whoever asked: nobody approves their own wish to hide something. */
function approvalOf(withholding: string, askedBy: string, facts: readonly Fact[]): Withholding["approval"] {
  for (const fact of facts) {
    if (fact.type !== "look-withholding-approved" || fact.recordedBy === askedBy) continue;
    if (dataOf(fact.type, fact.data).withholding === withholding) return { by: fact.recordedBy, at: momentOf(fact) };
  }
  return null;
}

/**
 * What a child decides alone, guardians no longer see (Gillick v West Norfolk and Wisbech AHA [1985] UKHL 7); and while
 * a guardian acts for a child who has not been found competent, the child does not change who may act for them.
 */
function childBans(
  subjectId: string,
  relationships: readonly Relationship[],
  competences: readonly (Span & { readonly id: string; readonly covers: readonly Cover[] })[],
): readonly BanRow[] {
  const guardians = relationships.filter(({ bond, holderKind }) => bond === "guardian" && holderKind === "person");
  const fromGuardians = competences.flatMap(({ id, covers, from, until }) =>
    [...new Set(guardians.map(({ holderId }) => holderId))].map((holderId) => ({
      id,
      kind: "competence" as const,
      holderId,
      covers,
      actions: ["view", "change"] as const,
      from,
      until,
    })),
  );
  // Only a decision about who may act for them lets a child decide about that.
  const deciding = competences.filter(({ covers }) => covers.includes("*") || covers.includes("relationships"));
  const fromChild = guardians.flatMap(({ id, from, until }) =>
    remaining({ from, until }, deciding).map((span, index) => ({
      id: index === 0 ? `child-${id}` : `child-${id}-${index}`,
      kind: "child" as const,
      holderId: subjectId,
      covers: ["relationships"] as const,
      actions: ["change"] as const,
      ...span,
    })),
  );
  return [...fromGuardians, ...fromChild];
}

/** What is left of a span when others are cut out of it. */
function remaining(span: Span, cuts: readonly Span[]): readonly Span[] {
  return cuts.reduce<readonly Span[]>(
    (left, cut) =>
      left.flatMap((part) => {
        const before = { from: part.from, until: earlierOf(part.until, cut.from) };
        const after = cut.until === null ? null : { from: laterOf(part.from, cut.until), until: part.until };
        return [before, ...(after === null ? [] : [after])].filter(notEmpty);
      }),
    [span],
  );
}

function notEmpty({ from, until }: Span): boolean {
  return until === null || Temporal.Instant.compare(from, until) < 0;
}

function earlierOf(a: Temporal.Instant | null, b: Temporal.Instant): Temporal.Instant {
  return a !== null && Temporal.Instant.compare(a, b) < 0 ? a : b;
}

function laterOf(a: Temporal.Instant, b: Temporal.Instant): Temporal.Instant {
  return Temporal.Instant.compare(a, b) > 0 ? a : b;
}

const ENDINGS = {
  "relationship-ended": "relationship",
  "access-bar-ended": "ban",
  "competence-ended": "decision",
  "merge-undone": "merge",
  "post-ended": "post",
  "team-left": "membership",
  "cover-ended": "membership",
  "look-withholding-ended": "withholding",
} as const satisfies Partial<Record<PeopleFactType, string>>;

/** When each thing was ended, by kind and id; the first ending counts. */
function endings(facts: readonly Fact[]): ReadonlyMap<string, Temporal.Instant> {
  const ended = new Map<string, Temporal.Instant>();
  for (const fact of facts) {
    if (!(fact.type in ENDINGS)) continue;
    const type = fact.type as keyof typeof ENDINGS;
    const data = dataOf(type, fact.data) as PeopleFactData<typeof type> & Readonly<Record<string, string>>;
    const key = `${ENDINGS[type]} ${data[ENDINGS[type]]}`;
    ended.set(key, earlierOf(ended.get(key) ?? null, momentOf(fact)));
  }
  return ended;
}

function earliest(until: string | undefined, ended: Temporal.Instant | undefined): Temporal.Instant | null {
  const stated = until === undefined ? null : Temporal.Instant.from(until);
  return ended === undefined ? stated : earlierOf(stated, ended);
}

/** A fact with a date alone holds from the beginning of that day, by universal time: nothing is opened later than was meant. */
function momentOf(fact: Fact): Temporal.Instant {
  return fact.occurredAt ?? fact.occurredOn.toZonedDateTime("UTC").toInstant();
}
