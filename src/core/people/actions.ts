/** What is done about who stands how to whom: each makes its facts and appends them with what is derived, and the message. */
import { createHash } from "node:crypto";
import type { Cover } from "../access/index.ts";
import type { Database, Transaction } from "../database/index.ts";
import { newId } from "../ids.ts";
import { queueMessage } from "../messages/index.ts";
import { append, checkFact, declareFacts, type AppendRefusal, type NewFact, type Projection } from "../record/index.ts";
import { type Contact, putPersonalDataWithin, type Vault, type WordsFor } from "../vault/index.ts";
import { type PeopleFactData, type PeopleFactType, peopleFacts } from "./events.ts";
import { newPeopleFact } from "./model/fact.ts";
import { peopleProjection } from "./projection.ts";
import { readPosts } from "./read.ts";
import { readRecordsOf } from "./store.ts";
import { openedInEmergency, questionAnswered, relationshipChanged } from "./words.ts";

export interface PeopleTools {
  readonly db: Database;
  readonly vault: Vault;
  /** Where people reach the site, for the links in messages. */
  readonly origin: string;
  readonly timeZone: string;
  /** Every projection of the program. */
  readonly projections: readonly Projection[];
}

/** Who does it and when. `id`: made with the form, so that sending it twice records once. */
export interface By {
  readonly recordedBy: string;
  readonly now: Temporal.Instant;
  readonly id?: string;
}

export type PeopleRecorded = { readonly ok: true } | { readonly ok: false; readonly refusal: AppendRefusal };

const declared = declareFacts(peopleFacts);

/** Appends such facts, all or none. @throws when a fact has not the declared shape: a mistake of ours. */
export async function recordPeople(
  { db, projections = [peopleProjection] }: Pick<PeopleTools, "db"> & Partial<Pick<PeopleTools, "projections">>,
  facts: readonly NewFact[],
  now: Temporal.Instant,
  alongside?: (transaction: Transaction) => Promise<void>,
): Promise<PeopleRecorded> {
  const problems = facts.flatMap((fact) => checkFact(declared, fact));
  if (problems.length > 0) {
    const what = problems.map(({ member, message }) => `${member} ${message}`).join("; ");
    throw new Error(`A fact about people is not as declared: ${what}`);
  }
  const request = { facts, projections, receivedAt: now };
  const result = await append(db, alongside === undefined ? request : { ...request, alongside });
  return result.ok ? { ok: true } : { ok: false, refusal: result.refusal };
}

function fact<Type extends PeopleFactType>(type: Type, subjectId: string, data: PeopleFactData<Type>, by: By): NewFact {
  return newPeopleFact(type, subjectId, data, { ...by, id: by.id ?? newId() });
}

/** Gives somebody a post. Giving the same post (by its id) twice changes nothing. */
export function givePost(
  tools: Pick<PeopleTools, "db"> & Partial<Pick<PeopleTools, "projections">>,
  personId: string,
  post: Omit<PeopleFactData<"post-given">, "post"> & { readonly post?: string },
  by: Omit<By, "id">,
): Promise<PeopleRecorded> {
  const id = post.post ?? newId();
  return recordPeople(
    tools,
    [fact("post-given", personId, { ...post, post: id }, { ...by, id: `${id}-given` })],
    by.now,
  );
}

/** One fact about people that needs nothing else beside it. */
export function recordOne<Type extends PeopleFactType>(
  tools: PeopleTools,
  type: Type,
  subjectId: string,
  data: PeopleFactData<Type>,
  by: By,
): Promise<PeopleRecorded> {
  return recordPeople(tools, [fact(type, subjectId, data, by)], by.now);
}

/** Where somebody can be reached from now on. The contact goes to the vault; that it changed, and by whom, to the record. */
export async function changeContact(
  tools: PeopleTools,
  subjectId: string,
  contact: Contact,
  by: By,
): Promise<PeopleRecorded> {
  return recordPeople(tools, [fact("contact-changed", subjectId, {}, by)], by.now, (transaction) =>
    putPersonalDataWithin(transaction, tools.vault, "contact", [{ subjectId, value: contact }], by.now),
  );
}

/** How long an emergency lets a member of staff read on: a shift's end at the most needs a new reason. */
export const EMERGENCY_HOURS = 4;

/** Opens the record of somebody who is not theirs, with a cause; the person is told at once. */
export async function openInEmergency(
  tools: PeopleTools,
  about: {
    readonly subjectId: string;
    readonly holder: string;
    readonly cause: PeopleFactData<"record-opened-in-emergency">["cause"];
    readonly words: string;
  },
  by: By,
): Promise<PeopleRecorded> {
  const id = by.id ?? newId();
  const { subjectId, holder, cause, words } = about;
  const opened = fact(
    "record-opened-in-emergency",
    subjectId,
    { relationship: id, holder, cause, until: by.now.add({ hours: EMERGENCY_HOURS }).toString() },
    { ...by, id },
  );
  const local = by.now.toZonedDateTimeISO(tools.timeZone);
  return recordPeople(tools, [opened], by.now, async (transaction) => {
    await putWords(transaction, tools, `emergency:${id}`, subjectId, words, by.now);
    await queueMessage(transaction, tools.vault, {
      subjectId,
      template: openedInEmergency,
      values: {
        link: `${tools.origin}/people/${encodeURIComponent(subjectId)}/looks`,
        date: local.toPlainDate().toLocaleString("en-GB", { dateStyle: "long" }),
        time: local.toPlainTime().toString({ smallestUnit: "minute" }),
      },
      causedBy: { subjectId, factId: id },
      urgent: true,
      now: by.now,
    });
  });
}

/** Tells the person that who may act for them has changed. */
function tellOfRelationship(tools: PeopleTools, subjectId: string, factId: string, now: Temporal.Instant) {
  return async (transaction: Transaction): Promise<void> => {
    await queueMessage(transaction, tools.vault, {
      subjectId,
      template: relationshipChanged,
      values: { link: `${tools.origin}/people/${encodeURIComponent(subjectId)}/relationships` },
      causedBy: { subjectId, factId },
      now,
    });
  };
}

/** Somebody, a team or an organisation may open a person's data from now on; the person is told. */
export function startRelationship(
  tools: PeopleTools,
  subjectId: string,
  data: PeopleFactData<"relationship-started">,
  by: By,
): Promise<PeopleRecorded> {
  const id = by.id ?? newId();
  const started = fact("relationship-started", subjectId, data, { ...by, id });
  return recordPeople(tools, [started], by.now, tellOfRelationship(tools, subjectId, id, by.now));
}

/** Ends it: the next click is refused. */
export function endRelationship(
  tools: PeopleTools,
  subjectId: string,
  relationship: string,
  by: By,
): Promise<PeopleRecorded> {
  const id = by.id ?? newId();
  const ended = fact("relationship-ended", subjectId, { relationship }, { ...by, id });
  return recordPeople(tools, [ended], by.now, tellOfRelationship(tools, subjectId, id, by.now));
}

/** Who somebody new is, and where they can be reached. */
async function putNewPerson(
  transaction: Transaction,
  { vault }: PeopleTools,
  subjectId: string,
  { name, email }: { readonly name: string; readonly email: string },
  now: Temporal.Instant,
): Promise<void> {
  const identity = { name, birthDate: null, identifiers: [] };
  const contact = { telephone: null, email, address: [], language: null };
  await putPersonalDataWithin(transaction, vault, "identity", [{ subjectId, value: identity }], now);
  await putPersonalDataWithin(transaction, vault, "contact", [{ subjectId, value: contact }], now);
}

/** An invitation to somebody new: their record is made, and they are sent a way to sign in by `invite`. */
export async function inviteToAct(
  tools: PeopleTools,
  subjectId: string,
  invited: {
    readonly name: string;
    readonly email: string;
    readonly covers: readonly Cover[];
    readonly until: Temporal.Instant | null;
  },
  by: By,
  invite: (transaction: Transaction, personId: string) => Promise<void>,
): Promise<PeopleRecorded> {
  const id = by.id ?? newId();
  // Made from whose form it is and the form's id: sent twice it invites one person once, and nobody else's form can name them.
  const holder = `invited-${createHash("sha256")
    .update(JSON.stringify([subjectId, id]))
    .digest("hex")
    .slice(0, 32)}`;
  const offered = fact(
    "relationship-offered",
    subjectId,
    {
      relationship: id,
      bond: "family",
      holder,
      covers: [...invited.covers],
      ...(invited.until === null ? {} : { until: invited.until.toString() }),
    },
    { ...by, id },
  );
  return recordPeople(tools, [offered], by.now, async (transaction) => {
    await putNewPerson(transaction, tools, holder, invited, by.now);
    await invite(transaction, holder);
  });
}

/** Words that belong to a fact: written when the fact is, and with it; sending a form again changes nothing of them. */
function putWords(
  transaction: Transaction,
  { vault }: PeopleTools,
  kind: `${WordsFor}:${string}`,
  subjectId: string,
  words: string,
  now: Temporal.Instant,
): Promise<void> {
  return putPersonalDataWithin(transaction, vault, kind, [{ subjectId, value: words }], now);
}

/** A question about a look, in the person's own words. */
export function askAboutLook(
  tools: PeopleTools,
  about: { readonly subjectId: string; readonly look: string; readonly words: string },
  by: By & { readonly id: string },
): Promise<PeopleRecorded> {
  const { subjectId, look, words } = about;
  const asked = fact("look-questioned", subjectId, { question: by.id, look }, by);
  return recordPeople(tools, [asked], by.now, (transaction) =>
    putWords(transaction, tools, `question:${by.id}`, subjectId, words, by.now),
  );
}

/** A wish that a look be kept from view, with who would be in danger. */
export function askToWithhold(
  tools: PeopleTools,
  about: {
    readonly subjectId: string;
    readonly look: string;
    readonly review: Temporal.PlainDate;
    readonly words: string;
  },
  by: By & { readonly id: string },
): Promise<PeopleRecorded> {
  const { subjectId, look, review, words } = about;
  const data = { withholding: by.id, look, review: review.toString() };
  return recordPeople(tools, [fact("look-withholding-asked", subjectId, data, by)], by.now, (transaction) =>
    putWords(transaction, tools, `withholding:${by.id}`, subjectId, words, by.now),
  );
}

/** The answer to a question about a look; the person who asked is told. */
export async function answerQuestion(
  tools: PeopleTools,
  about: {
    readonly subjectId: string;
    readonly question: string;
    readonly askedBy: string;
    readonly outcome: "in-order" | "not-in-order";
    readonly words: string;
  },
  by: By,
): Promise<PeopleRecorded> {
  const id = by.id ?? newId();
  const { subjectId, question, askedBy, outcome, words } = about;
  const answered = fact("look-question-answered", subjectId, { question, outcome }, { ...by, id });
  return recordPeople(tools, [answered], by.now, async (transaction) => {
    await putWords(transaction, tools, `answer:${question}`, subjectId, words, by.now);
    await queueMessage(transaction, tools.vault, {
      subjectId: askedBy,
      template: questionAnswered,
      values: { link: `${tools.origin}/people/${encodeURIComponent(subjectId)}/looks` },
      causedBy: { subjectId, factId: id },
      now: by.now,
    });
  });
}

export type MergeResult =
  | PeopleRecorded
  | {
      readonly ok: false;
      readonly refusal: { readonly kind: "same-person" | "own-record" | "staff"; readonly message: string };
    };

/**
 * Two records are of one person. Nothing is moved: from now on both are read as one, under `survivor`, until the merge is
 * undone, and then each has what it had, and what was added to it meanwhile. Both are told. Nobody joins a record with
 * their own, and none of staff is joined at all: what is joined is opened, and a post would come along.
 */
export async function mergeRecords(
  tools: PeopleTools,
  survivor: string,
  duplicate: string,
  visitor: { readonly selves: ReadonlySet<string> },
  by: By,
): Promise<MergeResult> {
  const merge = by.id ?? newId();
  const [{ all }, others] = await Promise.all([
    readRecordsOf(tools.db, survivor, by.now),
    readRecordsOf(tools.db, duplicate, by.now),
  ]);
  const refuse = (kind: "same-person" | "own-record" | "staff", message: string) =>
    ({ ok: false, refusal: { kind, message } }) as const;
  if (all.includes(duplicate)) return refuse("same-person", "The two are one record already.");
  const both = [...all, ...others.all];
  if (both.some((id) => visitor.selves.has(id))) return refuse("own-record", "Nobody joins a record with their own.");
  if ((await readPosts(tools.db, both)).length > 0) return refuse("staff", "A member of staff's record is not joined.");
  const facts = [
    fact("records-merged", duplicate, { merge, other: survivor, survives: false }, { ...by, id: `${merge}-into` }),
    fact("records-merged", survivor, { merge, other: duplicate, survives: true }, { ...by, id: `${merge}-from` }),
  ];
  return recordPeople(tools, facts, by.now, async (transaction) => {
    await tellOfRelationship(tools, survivor, `${merge}-from`, by.now)(transaction);
    await tellOfRelationship(tools, duplicate, `${merge}-into`, by.now)(transaction);
  });
}

/** They were two people after all. */
export function undoMerge(
  tools: PeopleTools,
  merge: { readonly id: string; readonly subjectIds: readonly [string, string] },
  by: Omit<By, "id">,
): Promise<PeopleRecorded> {
  const [one, other] = merge.subjectIds;
  return recordPeople(
    tools,
    [
      fact("merge-undone", one, { merge: merge.id }, { ...by, id: `${merge.id}-undone-1` }),
      fact("merge-undone", other, { merge: merge.id }, { ...by, id: `${merge.id}-undone-2` }),
    ],
    by.now,
  );
}

/** Somebody new among the staff: their record, their first post, and what lets them sign in. */
export async function addMemberOfStaff(
  tools: PeopleTools,
  joiner: {
    readonly name: string;
    readonly email: string;
    readonly post: Omit<PeopleFactData<"post-given">, "post">;
  },
  by: By,
  invite: (transaction: Transaction, personId: string) => Promise<void>,
): Promise<PeopleRecorded & { readonly personId: string }> {
  const id = by.id ?? newId();
  const subjectId = `staff-${id}`;
  const given = fact("post-given", subjectId, { ...joiner.post, post: id }, { ...by, id: `${id}-given` });
  const recorded = await recordPeople(tools, [given], by.now, async (transaction) => {
    await putNewPerson(transaction, tools, subjectId, joiner, by.now);
    await invite(transaction, subjectId);
  });
  return { ...recorded, personId: subjectId };
}
