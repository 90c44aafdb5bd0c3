/** Loading many facts into a record that is still empty: the demonstration's first start, or a move from another system. */
import { sql } from "kysely";
import { type Database, inTransaction, type Transaction } from "../database/index.ts";
import type { Fact, NewFact } from "./fact.ts";
import { factsToJson, insertFactRows, toMicroseconds } from "./row.ts";
import { advanceSequencer, lockSequencer } from "./sequence.ts";

export interface BulkLoadRequest {
  /** In the order in which they are to be numbered. */
  readonly facts: Iterable<NewFact> | AsyncIterable<NewFact>;
  readonly receivedAt: Temporal.Instant;
  readonly onProgress?: (loaded: number) => void;
  /** Runs at the end of the same transaction, for what must be there with the facts or not at all. */
  readonly afterwards?: (transaction: Transaction) => Promise<void>;
}

const BATCH = 10_000;

/**
 * Writes all of the facts, numbered, in one transaction: a kill in the middle leaves the record empty. Projections are
 * not written: call `rebuild` afterwards, or fill them in `afterwards`.
 * @returns how many facts were loaded.
 * @throws when the record is not empty, or an id comes twice within a subject (PostgreSQL 23505).
 */
export async function bulkLoad(db: Database, request: BulkLoadRequest): Promise<number> {
  const receivedAt = toMicroseconds(request.receivedAt);
  const total = await inTransaction(db, async (transaction) => {
    const last = await lockSequencer(transaction); // nobody else numbers, or loads, until we are done
    const { rows } = await sql<{ any: boolean }>`select exists (select from fact) as any`.execute(transaction);
    if (rows[0]?.any !== false) {
      throw new Error(
        "The record is not empty: facts are loaded in bulk into an empty one only. Use `append` (handrail import).",
      );
    }
    const versions = new Map<string, number>();
    let position = last;
    let batch: Fact[] = [];
    const flush = async (): Promise<void> => {
      if (batch.length === 0) return;
      const places = batch.map((fact, index) => ({
        s: fact.subjectId,
        v: fact.version,
        p: position + index + 1,
      }));
      await insertFactRows(factsToJson(batch)).execute(transaction);
      await sql`
        insert into fact_position (subject_id, version, position)
        select s, v, p from json_to_recordset(${JSON.stringify(places)}::json) as row(s text, v integer, p bigint)`.execute(
        transaction,
      );
      position += batch.length;
      batch = [];
      request.onProgress?.(position - last);
    };
    for await (const fact of request.facts) {
      const version = (versions.get(fact.subjectId) ?? 0) + 1;
      versions.set(fact.subjectId, version);
      batch.push({
        ...fact,
        version,
        occurredAt: fact.occurredAt === null ? null : toMicroseconds(fact.occurredAt),
        recordedAt: fact.recordedAt === null ? receivedAt : toMicroseconds(fact.recordedAt),
        receivedAt,
      });
      if (batch.length >= BATCH) await flush();
    }
    await flush();
    await advanceSequencer(transaction, position);
    await request.afterwards?.(transaction);
    return position - last;
  });
  await sql`analyze fact, fact_position`.execute(db); // the planner has known an empty table until now
  return total;
}
