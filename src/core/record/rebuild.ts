/** Projections computed again from the facts, and compared with what stands there. */
import { sql } from "kysely";
import { type Database, inTransaction, type Transaction } from "../database/index.ts";
import type { CaseKey, Projection } from "./projection.ts";

export interface RebuildProgress {
  readonly projection: string;
  readonly casesDone: number;
  readonly casesTotal: number;
}

const SUBJECTS_A_BATCH = 2_000;

/**
 * Empties each projection's tables and computes them again, each projection in a transaction of its own: readers see
 * the old rows until the new ones are all there. Appends wait while a projection is being rebuilt.
 */
export async function rebuild(
  db: Database,
  projections: readonly Projection[],
  options: { readonly onProgress?: (progress: RebuildProgress) => void } = {},
): Promise<void> {
  for (const projection of projections) {
    await inTransaction(db, (transaction) => rebuildWithin(transaction, projection, options.onProgress ?? (() => {})));
  }
}

/** The same inside a transaction, for one projection. */
async function rebuildWithin(
  transaction: Transaction,
  projection: Projection,
  onProgress: (progress: RebuildProgress) => void,
): Promise<void> {
  // An append that committed between our reading a case's facts and our writing its rows would be overwritten.
  // Every append writes here, every rebuild keeps them out; readers are not kept waiting.
  await sql`lock table unsequenced_fact in share row exclusive mode`.execute(transaction);
  const { rows } = await sql<{ total: number }>`
    select count(*) as total from (select distinct subject_id, case_id from fact where case_id is not null) as cases`.execute(
    transaction,
  );
  const casesTotal = rows[0]?.total ?? 0;
  for (const table of projection.tables) await sql`delete from ${sql.id(table)}`.execute(transaction);
  let casesDone = 0;
  onProgress({ projection: projection.name, casesDone, casesTotal });
  for await (const cases of readCaseKeys(transaction)) {
    await projection.apply(transaction, cases);
    casesDone += cases.length;
    onProgress({ projection: projection.name, casesDone, casesTotal });
  }
}

/** Every case of the record, a batch of subjects at a time. */
export async function* readCaseKeys(db: Database | Transaction): AsyncGenerator<readonly CaseKey[]> {
  for (let after = ""; ;) {
    const bound = await sql<{ last: string | null }>`
      select max(subject_id) as last
      from (select distinct subject_id from fact where subject_id > ${after} order by subject_id limit ${SUBJECTS_A_BATCH}) as next`.execute(
      db,
    );
    const last = bound.rows[0]?.last;
    if (last === undefined || last === null) return;
    const { rows } = await sql<{ subject_id: string; case_id: string }>`
      select distinct subject_id, case_id from fact
      where subject_id > ${after} and subject_id <= ${last} and case_id is not null
      order by subject_id, case_id`.execute(db);
    if (rows.length > 0) yield rows.map((row) => ({ subjectId: row.subject_id, caseId: row.case_id }));
    after = last;
  }
}

export interface RebuildDifference {
  readonly table: string;
  /** Rows that stand there and the facts do not give, and rows the facts give that are missing: at most ten each. */
  readonly surplus: readonly unknown[];
  readonly missing: readonly unknown[];
}

/**
 * Rebuilds every projection beside what stands there and returns where they differ; nothing is changed. Compare a copy
 * or in a quiet hour: appends wait meanwhile.
 */
export async function compareRebuild(
  db: Database,
  projections: readonly Projection[],
): Promise<readonly RebuildDifference[]> {
  const differences: RebuildDifference[] = [];
  const undo = new Error("undo the comparison");
  try {
    await inTransaction(db, async (transaction) => {
      const before = new Map<string, readonly string[]>();
      for (const { tables } of projections) {
        for (const table of tables) before.set(table, await readRows(transaction, table));
      }
      for (const projection of projections) await rebuildWithin(transaction, projection, () => {});
      for (const [table, old] of before) {
        const fresh = await readRows(transaction, table);
        const surplus = subtract(old, fresh);
        const missing = subtract(fresh, old);
        if (surplus.length > 0 || missing.length > 0) {
          differences.push({
            table,
            surplus: surplus.slice(0, 10).map(parse),
            missing: missing.slice(0, 10).map(parse),
          });
        }
      }
      throw undo;
    });
  } catch (error) {
    if (error !== undo) throw error;
  }
  return differences;
}

async function readRows(transaction: Transaction, table: string): Promise<readonly string[]> {
  const { rows } = await sql<{
    row: string;
  }>`select to_jsonb(t)::text as row from ${sql.id(table)} t`.execute(transaction);
  return rows.map(({ row }) => row);
}

/** The rows of the first that are not in the second, counting repeats. */
function subtract(from: readonly string[], what: readonly string[]): readonly string[] {
  const counts = new Map<string, number>();
  for (const row of what) counts.set(row, (counts.get(row) ?? 0) + 1);
  return from.filter((row) => {
    const count = counts.get(row) ?? 0;
    if (count > 0) counts.set(row, count - 1);
    return count === 0;
  });
}

function parse(row: string): unknown {
  return JSON.parse(row);
}
