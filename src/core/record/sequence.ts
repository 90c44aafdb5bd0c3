/**
 * The sequencer: gives every committed fact its position, 1, 2, 3 … without gaps, in the order of commits.
 *
 * A fact is seen here only once its transaction committed, and its number is given in a later transaction; so a reader
 * that goes on from position n can never miss a fact that committed late (as one that follows a sequence can).
 */
import { sql } from "kysely";
import type { Database, Transaction } from "../database/schema.ts";
import { inTransaction } from "../database/transaction.ts";

const BATCH = 20_000;
const WORTH_CLEARING = 5_000;

/** Numbers everything that has committed until now and returns how many that were. Any process may call it at any time. */
export async function sequence(db: Database): Promise<number> {
  let total = 0;
  for (;;) {
    const numbered = await inTransaction(db, sequenceBatch);
    total += numbered;
    if (numbered < BATCH) break;
  }
  // Emptied rows stay in the queue's pages until somebody clears them, and the embedded database has no autovacuum.
  if (total >= WORTH_CLEARING) await sql`vacuum unsequenced_fact`.execute(db);
  return total;
}

async function sequenceBatch(transaction: Transaction): Promise<number> {
  const waiting = await sql<{
    any: boolean;
  }>`select exists (select from unsequenced_fact) as any`.execute(transaction);
  if (waiting.rows[0]?.any !== true) return 0; // without taking the lock: the usual case when a reader asks
  const last = await lockSequencer(transaction);
  // A statement of its own: under READ COMMITTED it sees all that committed before we got the lock.
  const { rows } = await sql<{ s: string; v: number }>`
    select subject_id as s, version as v from unsequenced_fact order by arrival limit ${BATCH}`.execute(transaction);
  if (rows.length === 0) return 0;
  const json = JSON.stringify(rows.map((row, index) => ({ ...row, p: last + index + 1 })));
  await sql`
    insert into fact_position (subject_id, version, position)
    select s, v, p from json_to_recordset(${json}::json) as row(s text, v integer, p bigint)`.execute(transaction);
  await sql`
    delete from unsequenced_fact u using json_to_recordset(${json}::json) as row(s text, v integer)
    where u.subject_id = row.s and u.version = row.v`.execute(transaction);
  await advanceSequencer(transaction, last + rows.length);
  return rows.length;
}

/** Waits until nobody else numbers facts, keeps them out until the transaction ends, and returns the last position given. */
export async function lockSequencer(transaction: Transaction): Promise<number> {
  const { last_position } = await transaction
    .selectFrom("sequencer")
    .select("last_position")
    .where("name", "=", "fact")
    .forUpdate()
    .executeTakeFirstOrThrow();
  return last_position;
}

export async function advanceSequencer(transaction: Transaction, lastPosition: number): Promise<void> {
  await transaction.updateTable("sequencer").set({ last_position: lastPosition }).where("name", "=", "fact").execute();
}
