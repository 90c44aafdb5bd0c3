/** What is done about who stands how to whom: each makes its facts and appends them with what is derived, and the message. */
import type { Cover } from "../access/index.ts";
import type { Database, Transaction } from "../database/index.ts";
import { newId } from "../ids.ts";
import { queueMessage } from "../messages/index.ts";
import { append, checkFact, declareFacts, type AppendRefusal, type NewFact, type Projection } from "../record/index.ts";
import { type Contact, putPersonalData, type Vault } from "../vault/index.ts";
import { type PeopleFactData, type PeopleFactType, peopleFacts } from "./events.ts";
import { newPeopleFact } from "./model/fact.ts";
import { peopleProjection } from "./projection.ts";
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
  await putPersonalData(tools.db, tools.vault, "contact", [{ subjectId, value: contact }], by.now);
  return recordOne(tools, "contact-changed", subjectId, {}, by);
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
  await putPersonalData(tools.db, tools.vault, `words:${id}`, [{ subjectId, value: words }], by.now);
  const opened = fact(
    "record-opened-in-emergency",
    subjectId,
    { relationship: id, holder, cause, until: by.now.add({ hours: EMERGENCY_HOURS }).toString() },
    { ...by, id },
  );
  const local = by.now.toZonedDateTimeISO(tools.timeZone);
  return recordPeople(tools, [opened], by.now, async (transaction) => {
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
  // Made from the form's id: a form that is sent twice invites one person once.
  const holder = `invited-${id}`;
  await putPersonalData(
    tools.db,
    tools.vault,
    "identity",
    [{ subjectId: holder, value: { name: invited.name, birthDate: null, identifiers: [] } }],
    by.now,
  );
  await putPersonalData(
    tools.db,
    tools.vault,
    "contact",
    [{ subjectId: holder, value: { telephone: null, email: invited.email, address: [], language: null } }],
    by.now,
  );
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
  return recordPeople(tools, [offered], by.now, (transaction) => invite(transaction, holder));
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
  await putPersonalData(tools.db, tools.vault, `words:${question}-answer`, [{ subjectId, value: words }], by.now);
  const answered = fact("look-question-answered", subjectId, { question, outcome }, { ...by, id });
  return recordPeople(tools, [answered], by.now, async (transaction) => {
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
  | { readonly ok: false; readonly refusal: { readonly kind: "same-person"; readonly message: string } };

/**
 * Two records are of one person. Nothing is moved: from now on both are read as one, under `survivor`, until the merge is
 * undone, and then each has what it had, and what was added to it meanwhile.
 */
export async function mergeRecords(
  tools: PeopleTools,
  survivor: string,
  duplicate: string,
  by: By,
): Promise<MergeResult> {
  const merge = by.id ?? newId();
  const { all } = await readRecordsOf(tools.db, survivor, by.now);
  if (all.includes(duplicate))
    return { ok: false, refusal: { kind: "same-person", message: "The two are one record already." } };
  return recordPeople(
    tools,
    [
      fact("records-merged", duplicate, { merge, other: survivor, survives: false }, { ...by, id: `${merge}-into` }),
      fact("records-merged", survivor, { merge, other: duplicate, survives: true }, { ...by, id: `${merge}-from` }),
    ],
    by.now,
  );
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
  await putPersonalData(
    tools.db,
    tools.vault,
    "identity",
    [{ subjectId, value: { name: joiner.name, birthDate: null, identifiers: [] } }],
    by.now,
  );
  await putPersonalData(
    tools.db,
    tools.vault,
    "contact",
    [{ subjectId, value: { telephone: null, email: joiner.email, address: [], language: null } }],
    by.now,
  );
  const given = fact("post-given", subjectId, { ...joiner.post, post: id }, { ...by, id: `${id}-given` });
  const recorded = await recordPeople(tools, [given], by.now, (transaction) => invite(transaction, subjectId));
  return { ...recorded, personId: subjectId };
}
