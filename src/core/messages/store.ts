/** The outbox's tables. */
import { sql } from "kysely";
import type { Database, Transaction } from "../database/index.ts";
import { type Fact } from "../record/index.ts";
import { FACT_COLUMNS, type FactRow, factFromRow } from "../record/row.ts";
import { DIED, NEED_ENDED, NEED_RECORDED, PREFERENCE_SET } from "./facts.ts";
import type { Provider } from "./outcome.ts";
import type { Channel } from "./templates.ts";

export const STATES = ["queued", "sending", "sent", "delivered", "failed", "bounced", "cancelled", "unmet"] as const;
export type MessageState = (typeof STATES)[number];

interface OutboxMessageTable {
  readonly subject_id: string;
  readonly id: string;
  readonly template: string;
  readonly urgent: boolean;
  readonly asked_channel: Channel | null;
  readonly caused_by_subject_id: string | null;
  readonly caused_by_fact_id: string | null;
  readonly sealed_values: Uint8Array | null;
  readonly state: MessageState;
  readonly reason: string | null;
  readonly channel: Channel | null;
  readonly provider: Provider | null;
  readonly contact_mark: string | null;
  readonly fragments: number | null;
  readonly revision: number;
  readonly attempts: number;
  readonly doubts: number;
  readonly not_after: string | null;
  readonly due_at: string | null;
  readonly queued_at: string;
  readonly attempted_at: string | null;
  readonly sent_at: string | null;
  readonly changed_at: string;
  readonly settled_at: string | null;
}

interface UnusableContactTable {
  readonly subject_id: string;
  readonly contact_mark: string;
  readonly channel: Channel;
  readonly reason: string;
  readonly since: string;
}

interface DevelopmentMailTable {
  readonly subject_id: string;
  readonly id: string;
  readonly channel: Channel;
  readonly sealed: Uint8Array;
  readonly shown_at: string;
}

declare module "../database/schema.ts" {
  interface DatabaseSchema {
    readonly outbox_message: OutboxMessageTable;
    readonly unusable_contact: UnusableContactTable;
    readonly development_mail: DevelopmentMailTable;
  }
}

/** What the values of a message are sealed for. */
export const valuesBinding = (id: string): string => `message ${id}`;

export interface QueuedRow {
  readonly subjectId: string;
  readonly id: string;
  readonly template: string;
  readonly urgent: boolean;
  readonly askedChannel: Channel | null;
  readonly causedBy: { readonly subjectId: string; readonly factId: string } | null;
  readonly sealedValues: Uint8Array;
  readonly notAfter: Temporal.Instant | null;
  readonly dueAt: Temporal.Instant;
  readonly queuedAt: Temporal.Instant;
}

/** Writes new messages; one whose id the subject already has stays as it is. */
export async function insertMessages(transaction: Transaction, rows: readonly QueuedRow[]): Promise<void> {
  const json = JSON.stringify(
    rows.map((row) => ({
      s: row.subjectId,
      i: row.id,
      t: row.template,
      u: row.urgent,
      c: row.askedChannel,
      cs: row.causedBy?.subjectId ?? null,
      cf: row.causedBy?.factId ?? null,
      v: Buffer.from(row.sealedValues).toString("base64"),
      n: row.notAfter?.toString() ?? null,
      d: row.dueAt.toString(),
      q: row.queuedAt.toString(),
    })),
  );
  await sql`
    insert into outbox_message (subject_id, id, template, urgent, asked_channel, caused_by_subject_id,
      caused_by_fact_id, sealed_values, state, not_after, due_at, queued_at, changed_at)
    select s, i, t, u, c, cs, cf, decode(v, 'base64'), 'queued', n, d, q, q
    from json_to_recordset(${json}::json) as row(s text, i text, t text, u boolean, c text, cs text, cf text, v text,
      n timestamptz, d timestamptz, q timestamptz)
    on conflict (subject_id, id) do nothing`.execute(transaction);
}

/** A message as the outbox works on it. */
export interface OutboxRow {
  readonly subjectId: string;
  readonly id: string;
  readonly template: string;
  readonly urgent: boolean;
  readonly askedChannel: Channel | null;
  /** Null once blanked. */
  readonly sealedValues: Uint8Array | null;
  readonly state: MessageState;
  readonly reason: string | null;
  readonly channel: Channel | null;
  readonly provider: Provider | null;
  readonly contactMark: string | null;
  readonly fragments: number | null;
  readonly revision: number;
  readonly attempts: number;
  readonly doubts: number;
  readonly notAfter: Temporal.Instant | null;
  readonly dueAt: Temporal.Instant | null;
  readonly queuedAt: Temporal.Instant;
  readonly attemptedAt: Temporal.Instant | null;
  readonly sentAt: Temporal.Instant | null;
}

const instant = (text: string | null): Temporal.Instant | null => (text === null ? null : Temporal.Instant.from(text));

function rowOf(row: OutboxMessageTable): OutboxRow {
  return {
    subjectId: row.subject_id,
    id: row.id,
    template: row.template,
    urgent: row.urgent,
    askedChannel: row.asked_channel,
    sealedValues: row.sealed_values,
    state: row.state,
    reason: row.reason,
    channel: row.channel,
    provider: row.provider,
    contactMark: row.contact_mark,
    fragments: row.fragments,
    revision: row.revision,
    attempts: row.attempts,
    doubts: row.doubts,
    notAfter: instant(row.not_after),
    dueAt: instant(row.due_at),
    queuedAt: Temporal.Instant.from(row.queued_at),
    attemptedAt: instant(row.attempted_at),
    sentAt: instant(row.sent_at),
  };
}

/** Messages that are to be looked at now: the urgent first, then those that have waited longest. */
export async function readDue(
  transaction: Transaction,
  now: Temporal.Instant,
  limit: number,
): Promise<readonly OutboxRow[]> {
  const read = async (urgentOnly: boolean, most: number): Promise<OutboxMessageTable[]> => {
    const { rows } = await sql<OutboxMessageTable>`
      select * from outbox_message
      where state in ('queued', 'sending') and due_at <= ${now.toString()}::timestamptz
        and ${urgentOnly ? sql`urgent` : sql`true`}
      order by due_at limit ${most}`.execute(transaction);
    return rows;
  };
  const urgent = await read(true, limit);
  if (urgent.length === limit) return urgent.map(rowOf);
  const others = await read(false, limit);
  const taken = new Set(urgent.map(keyOf));
  return [...urgent, ...others.filter((row) => !taken.has(keyOf(row))).slice(0, limit - urgent.length)].map(rowOf);
}

const keyOf = (row: { readonly subject_id: string; readonly id: string }): string => `${row.subject_id}\0${row.id}`;
/** A message's key in the sets and maps of this floor. */
export const messageKey = (row: { readonly subjectId: string; readonly id: string }): string =>
  `${row.subjectId}\0${row.id}`;

/** Messages handed over of which it is time to ask what became of them. */
export async function readReceiptsDue(
  db: Database | Transaction,
  now: Temporal.Instant,
  limit: number,
): Promise<readonly OutboxRow[]> {
  const { rows } = await sql<OutboxMessageTable>`
    select * from outbox_message where state = 'sent' and due_at <= ${now.toString()}::timestamptz
    order by due_at limit ${limit}`.execute(db);
  return rows.map(rowOf);
}

/** One message; undefined when there is none. The reference alone finds it, on every worker: for receipts and by hand. */
export async function readByReference(db: Database | Transaction, id: string): Promise<OutboxRow | undefined> {
  const { rows } = await sql<OutboxMessageTable>`select * from outbox_message where id = ${id} limit 1`.execute(db);
  return rows[0] === undefined ? undefined : rowOf(rows[0]);
}

/**
 * Writes messages as they now stand, except those that somebody else changed since they were read (their revision).
 * Gives the keys of those that were written. Values are blanked where `sealedValues` is null.
 */
export async function updateMessages(
  transaction: Transaction,
  rows: readonly OutboxRow[],
  now: Temporal.Instant,
): Promise<ReadonlySet<string>> {
  if (rows.length === 0) return new Set();
  const json = JSON.stringify(
    rows.map((row) => ({
      s: row.subjectId,
      i: row.id,
      r: row.revision,
      b: row.sealedValues === null,
      st: row.state,
      re: row.reason,
      ch: row.channel,
      p: row.provider,
      m: row.contactMark,
      f: row.fragments,
      a: row.attempts,
      d: row.doubts,
      du: row.dueAt?.toString() ?? null,
      at: row.attemptedAt?.toString() ?? null,
      se: row.sentAt?.toString() ?? null,
    })),
  );
  const { rows: written } = await sql<{ subject_id: string; id: string }>`
    update outbox_message m set state = c.st, reason = c.re, channel = c.ch, provider = c.p, contact_mark = c.m,
      fragments = c.f, attempts = c.a, doubts = c.d, due_at = c.du, attempted_at = c.at, sent_at = c.se,
      sealed_values = case when c.b then null else m.sealed_values end,
      revision = m.revision + 1, changed_at = ${now.toString()}::timestamptz
    from json_to_recordset(${json}::json) as c(s text, i text, r integer, b boolean, st text, re text, ch text, p text,
      m text, f integer, a integer, d integer, du timestamptz, at timestamptz, se timestamptz)
    where m.subject_id = c.s and m.id = c.i and m.revision = c.r
    returning m.subject_id, m.id`.execute(transaction);
  return new Set(written.map(keyOf));
}

const COMMUNICATION_TYPES = [NEED_RECORDED, NEED_ENDED, PREFERENCE_SET, DIED];

/**
 * The facts of each subject that sending depends on, by version. Corrections of any type are among them: a fact of
 * another type may stand in the place of one of these.
 */
export async function readCommunicationFacts(
  db: Database | Transaction,
  subjectIds: readonly string[],
): Promise<ReadonlyMap<string, readonly Fact[]>> {
  const found = new Map<string, Fact[]>();
  if (subjectIds.length === 0) return found;
  const { rows } = await sql<FactRow>`
    select ${FACT_COLUMNS}
    from (select distinct s from json_array_elements_text(${JSON.stringify(subjectIds)}::json) as wanted(s)) as wanted
    join fact f on f.subject_id = wanted.s
    where f.type in (${sql.join(COMMUNICATION_TYPES)}) or f.replaces is not null
    order by f.subject_id, f.version`.execute(db);
  for (const row of rows) {
    const list = found.get(row.subject_id);
    if (list === undefined) found.set(row.subject_id, [factFromRow(row)]);
    else list.push(factFromRow(row));
  }
  return found;
}

export interface UnusableContact {
  readonly subjectId: string;
  readonly contactMark: string;
  readonly channel: Channel;
  readonly reason: string;
}

export async function markUnusable(
  transaction: Transaction,
  contacts: readonly UnusableContact[],
  now: Temporal.Instant,
): Promise<void> {
  for (const { subjectId, contactMark, channel, reason } of contacts) {
    await sql`
      insert into unusable_contact (subject_id, contact_mark, channel, reason, since)
      values (${subjectId}, ${contactMark}, ${channel}, ${reason}, ${now.toString()}::timestamptz)
      on conflict (subject_id, contact_mark) do nothing`.execute(transaction);
  }
}

/** The marks of contacts that refused a message for good, by subject. */
export async function readUnusable(
  db: Database | Transaction,
  subjectIds: readonly string[],
): Promise<ReadonlyMap<string, ReadonlySet<string>>> {
  const found = new Map<string, Set<string>>();
  if (subjectIds.length === 0) return found;
  const { rows } = await sql<{ subject_id: string; contact_mark: string }>`
    select u.subject_id, u.contact_mark
    from (select distinct s from json_array_elements_text(${JSON.stringify(subjectIds)}::json) as wanted(s)) as wanted
    join unusable_contact u on u.subject_id = wanted.s`.execute(db);
  for (const row of rows) {
    const marks = found.get(row.subject_id) ?? new Set();
    marks.add(row.contact_mark);
    found.set(row.subject_id, marks);
  }
  return found;
}

/** When the next message is to be looked at; null when none waits. */
export async function readNextDue(db: Database): Promise<Temporal.Instant | null> {
  const { rows } = await sql<{ next: string | null }>`
    select min(due_at) as next from outbox_message where state in ('queued', 'sending')`.execute(db);
  return instant(rows[0]?.next ?? null);
}

export interface UnmetRow {
  readonly subjectId: string;
  readonly id: string;
  readonly template: string;
  readonly state: "unmet" | "failed" | "bounced";
  readonly reason: string;
  readonly channel: Channel | null;
  readonly queuedAt: Temporal.Instant;
}

/** What a member of staff has to see to, the longest waiting first. */
export async function readUnmet(
  db: Database,
  page: { readonly offset: number; readonly limit: number },
): Promise<readonly UnmetRow[]> {
  const { rows } = await sql<OutboxMessageTable>`
    select * from outbox_message where state in ('failed', 'bounced', 'unmet') and settled_at is null
    order by queued_at, subject_id, id limit ${page.limit} offset ${page.offset}`.execute(db);
  return rows.map(unmetOf);
}

function unmetOf(row: OutboxMessageTable): UnmetRow {
  return {
    subjectId: row.subject_id,
    id: row.id,
    template: row.template,
    state: row.state as UnmetRow["state"],
    reason: row.reason ?? "",
    channel: row.channel,
    queuedAt: Temporal.Instant.from(row.queued_at),
  };
}

export async function countUnmet(db: Database): Promise<number> {
  const { rows } = await sql<{ count: number }>`
    select count(*) as count from outbox_message
    where state in ('failed', 'bounced', 'unmet') and settled_at is null`.execute(db);
  return rows[0]?.count ?? 0;
}

/** Takes a message off the list of unmet needs and blanks it. False when it was not on it (any more). */
export async function settleMessage(
  transaction: Transaction,
  key: { readonly subjectId: string; readonly id: string },
  now: Temporal.Instant,
): Promise<boolean> {
  const { numAffectedRows } = await sql`
    update outbox_message set settled_at = ${now.toString()}::timestamptz, changed_at = ${now.toString()}::timestamptz,
      sealed_values = null, revision = revision + 1
    where subject_id = ${key.subjectId} and id = ${key.id} and state in ('failed', 'bounced', 'unmet')
      and settled_at is null`.execute(transaction);
  return (numAffectedRows ?? 0n) > 0n;
}

/** Puts an unmet message back into the outbox. False when its words are gone or it is not on the list. */
export async function requeueMessage(
  transaction: Transaction,
  key: { readonly subjectId: string; readonly id: string },
  now: Temporal.Instant,
): Promise<boolean> {
  const { numAffectedRows } = await sql`
    update outbox_message set state = 'queued', reason = null, doubts = 0, due_at = ${now.toString()}::timestamptz,
      changed_at = ${now.toString()}::timestamptz, revision = revision + 1
    where subject_id = ${key.subjectId} and id = ${key.id} and state in ('failed', 'unmet') and settled_at is null
      and sealed_values is not null`.execute(transaction);
  return (numAffectedRows ?? 0n) > 0n;
}

export interface SentRow {
  readonly id: string;
  readonly template: string;
  readonly state: MessageState;
  readonly reason: string | null;
  readonly channel: Channel | null;
  readonly queuedAt: Temporal.Instant;
  readonly sentAt: Temporal.Instant | null;
  /** The fact that caused it; null when none did. */
  readonly causedByFactId: string | null;
}

/** A person's latest messages, newest first. */
export async function readMessagesOf(db: Database, subjectId: string, limit: number): Promise<readonly SentRow[]> {
  const { rows } = await sql<OutboxMessageTable>`
    select * from outbox_message where subject_id = ${subjectId} order by queued_at desc, id desc limit ${limit}`.execute(
    db,
  );
  return rows.map((row) => ({ ...rowOf(row), causedByFactId: row.caused_by_fact_id }));
}

/** One message that a member of staff has to see to; undefined when it is not (any more) on their list. */
export async function readUnmetOne(
  db: Database,
  key: { readonly subjectId: string; readonly id: string },
): Promise<(UnmetRow & { readonly canGoAgain: boolean }) | undefined> {
  const { rows } = await sql<OutboxMessageTable>`
    select * from outbox_message where subject_id = ${key.subjectId} and id = ${key.id}
      and state in ('failed', 'bounced', 'unmet') and settled_at is null`.execute(db);
  const row = rows[0];
  return row === undefined ? undefined : { ...unmetOf(row), canGoAgain: row.sealed_values !== null };
}

/** How many messages stand in each state. */
export async function countByState(db: Database): Promise<ReadonlyMap<MessageState, number>> {
  const { rows } = await sql<{ state: MessageState; count: number }>`
    select state, count(*) as count from outbox_message group by state`.execute(db);
  return new Map(rows.map((row) => [row.state, row.count]));
}

export interface Handed {
  readonly messages: number;
  readonly fragments: number;
  readonly letters: number;
}

/** What was handed over since a moment. */
export async function countHanded(db: Database, since: Temporal.Instant): Promise<Handed> {
  const { rows } = await sql<Handed>`
    select count(*) as messages, coalesce(sum(fragments) filter (where channel = 'text'), 0) as fragments,
      count(*) filter (where channel = 'letter') as letters
    from outbox_message where sent_at >= ${since.toString()}::timestamptz`.execute(db);
  return rows[0] ?? { messages: 0, fragments: 0, letters: 0 };
}

export interface DevelopmentMailRow {
  readonly subjectId: string;
  readonly id: string;
  readonly channel: Channel;
  readonly sealed: Uint8Array;
  readonly shownAt: Temporal.Instant;
}

/** Shows a message on /dev/mail; twice is once. */
export async function putDevelopmentMail(transaction: Transaction, row: DevelopmentMailRow): Promise<void> {
  await sql`
    insert into development_mail (subject_id, id, channel, sealed, shown_at)
    values (${row.subjectId}, ${row.id}, ${row.channel}, ${row.sealed}, ${row.shownAt.toString()}::timestamptz)
    on conflict (subject_id, id) do nothing`.execute(transaction);
}

export async function readDevelopmentMail(db: Database, limit: number): Promise<readonly DevelopmentMailRow[]> {
  const { rows } = await sql<DevelopmentMailTable>`
    select * from development_mail order by shown_at desc, id desc limit ${limit}`.execute(db);
  return rows.map((row) => ({
    subjectId: row.subject_id,
    id: row.id,
    channel: row.channel,
    sealed: row.sealed,
    shownAt: Temporal.Instant.from(row.shown_at),
  }));
}
