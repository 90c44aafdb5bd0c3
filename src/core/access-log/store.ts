/** Who looked at whose data. Written by the web kit for every route that shows a person; never changed. */
import { sql } from "kysely";
import { type Database, inTransaction, type Transaction } from "../database/index.ts";
import type { Action, Reason, Resource } from "../access/index.ts";
import { newId } from "../ids.ts";

export interface Look {
  /** Its id; a new one unless given. */
  readonly batchId?: string;
  /** Everybody shown: one person's page, or all the people of a list. At most `LOOK_LIMIT`. */
  readonly subjectIds: readonly string[];
  readonly seenBy: string;
  readonly purpose: string;
  /** The name of the route. */
  readonly route: string;
  readonly seenAt: Temporal.Instant;
  readonly action: Action;
  /** Null where a route shows more than one resource. */
  readonly what: Resource | null;
  /** A refused attempt is a line too. */
  readonly allowed: boolean;
  /** The rules of the decision table that gave it, or refused it, and the relationship, consent or post each relied on. */
  readonly reasons: readonly Reason[];
}

export interface AccessLogEntry {
  readonly subjectId: string;
  readonly batchId: string;
  readonly seenBy: string;
  readonly purpose: string;
  readonly route: string;
  readonly seenAt: Temporal.Instant;
  readonly action: Action;
  readonly what: Resource | null;
  readonly allowed: boolean;
  readonly reasons: readonly Reason[];
}

export const LOOK_LIMIT = 10_000;

/** Logs one look, as one batch. */
export async function logLook(db: Database, look: Look): Promise<void> {
  const subjectIds = [...new Set(look.subjectIds)];
  if (subjectIds.length === 0) return;
  if (subjectIds.length > LOOK_LIMIT)
    throw new Error(`${subjectIds.length} people in one look; the limit is ${LOOK_LIMIT}.`);
  const batchId = look.batchId ?? newId();
  await inTransaction(db, (transaction) =>
    sql`
      insert into access_log (subject_id, batch_id, seen_by, purpose, route, seen_at, action, what, allowed, reasons)
      select s, ${batchId}, ${look.seenBy}, ${look.purpose}, ${look.route}, ${look.seenAt.toString()}::timestamptz,
        ${look.action}, ${look.what}, ${look.allowed}, ${JSON.stringify(look.reasons)}::jsonb
      from json_array_elements_text(${JSON.stringify(subjectIds)}::json) as seen(s)`.execute(transaction),
  );
}

export interface LooksWanted {
  readonly limit?: number;
  readonly onlyBatch?: string;
  /** Left out before the limit counts, so that what is left out leaves no gap. */
  readonly exceptBatches?: readonly string[];
  readonly exceptWhat?: readonly Resource[];
  readonly exceptSeenBy?: readonly string[];
}

/** The latest looks at a person's data, under any of their records, newest first. */
export async function readLooks(
  db: Database | Transaction,
  subjectIds: readonly string[],
  { limit = 200, onlyBatch, exceptBatches = [], exceptWhat = [], exceptSeenBy = [] }: LooksWanted = {},
): Promise<readonly AccessLogEntry[]> {
  const rows = await db
    .selectFrom("access_log")
    .selectAll()
    .where(sql<boolean>`subject_id = any(${[...subjectIds]}::text[])`)
    .where(onlyBatch === undefined ? sql<boolean>`true` : sql<boolean>`batch_id = ${onlyBatch}`)
    .where(sql<boolean>`batch_id <> all(${[...exceptBatches]}::text[])`)
    .where(sql<boolean>`coalesce(what, '') <> all(${[...exceptWhat]}::text[])`)
    .where(sql<boolean>`seen_by <> all(${[...exceptSeenBy]}::text[])`)
    .orderBy("seen_at", "desc")
    .orderBy("batch_id", "desc")
    .limit(limit)
    .execute();
  return rows.map((row) => ({
    subjectId: row.subject_id,
    batchId: row.batch_id,
    seenBy: row.seen_by,
    purpose: row.purpose,
    route: row.route,
    seenAt: Temporal.Instant.from(row.seen_at),
    action: row.action,
    what: row.what,
    allowed: row.allowed,
    reasons: row.reasons,
  }));
}
