/** Reading facts: by case, by subject, and all of them in the order they were committed. */
import { sql } from "kysely";
import type { Database, Transaction } from "../database/schema.ts";
import type { Fact } from "./fact.ts";
import type { CaseKey } from "./projection.ts";
import { FACT_COLUMNS, type FactRow, factFromRow } from "./row.ts";
import { sequence } from "./sequence.ts";

/** The facts of one case, by version. */
export async function readCase(
  db: Database | Transaction,
  subjectId: string,
  caseId: string,
): Promise<readonly Fact[]> {
  const { rows } = await sql<FactRow>`
    select ${FACT_COLUMNS} from fact f where f.subject_id = ${subjectId} and f.case_id = ${caseId} order by f.version`.execute(
    db,
  );
  return rows.map(factFromRow);
}

/** All facts of a subject, by version. Its version is that of the last, 0 when there is none. */
export async function readSubject(db: Database | Transaction, subjectId: string): Promise<readonly Fact[]> {
  const { rows } = await sql<FactRow>`
    select ${FACT_COLUMNS} from fact f where f.subject_id = ${subjectId} order by f.version`.execute(db);
  return rows.map(factFromRow);
}

/** The version a subject's history stands at; 0 when nothing is on record. */
export async function readVersion(db: Database | Transaction, subjectId: string): Promise<number> {
  const { rows } = await sql<{ version: number | null }>`
    select max(version) as version from fact where subject_id = ${subjectId}`.execute(db);
  return rows[0]?.version ?? 0;
}

/** The facts of these names that are on record, in one statement. */
export async function readNamed(
  db: Database | Transaction,
  names: readonly { readonly subjectId: string; readonly id: string }[],
): Promise<readonly Fact[]> {
  if (names.length === 0) return [];
  const { rows } = await sql<FactRow>`
    select ${FACT_COLUMNS}
    from (select distinct s, i from json_to_recordset(${JSON.stringify(names.map((name) => ({ s: name.subjectId, i: name.id })))}::json)
      as row(s text, i text)) as wanted
    join fact f on f.subject_id = wanted.s and f.id = wanted.i`.execute(db);
  return rows.map(factFromRow);
}

/** The key of a case in the maps `readCases` returns. */
export function caseMapKey({ subjectId, caseId }: CaseKey): string {
  return `${subjectId}\0${caseId}`;
}

/** The facts of many cases in one statement, by `caseMapKey`; a case without facts has an empty list. */
export async function readCases(
  db: Database | Transaction,
  cases: readonly CaseKey[],
): Promise<ReadonlyMap<string, readonly Fact[]>> {
  const found = new Map<string, Fact[]>(cases.map((key) => [caseMapKey(key), []]));
  if (cases.length === 0) return found;
  const json = JSON.stringify(cases.map(({ subjectId, caseId }) => ({ s: subjectId, c: caseId })));
  const { rows } = await sql<FactRow>`
    select ${FACT_COLUMNS}
    from (select distinct s, c from json_to_recordset(${json}::json) as row(s text, c text)) as wanted
    join fact f on f.subject_id = wanted.s and f.case_id = wanted.c
    order by f.subject_id, f.version`.execute(db);
  for (const row of rows) {
    found.get(`${row.subject_id}\0${row.case_id ?? ""}`)?.push(factFromRow(row));
  }
  return found;
}

export interface PositionedFact {
  readonly position: number;
  readonly fact: Fact;
}

export interface ReadAllOptions {
  /** Go on after this position; 0 begins at the beginning. */
  readonly afterPosition?: number;
  /** Facts a statement. */
  readonly batch?: number;
}

/**
 * Every fact that has committed when it is called, in the order of commits, a batch at a time: memory stays that of a
 * batch however long the record. Keep the position of the last fact to go on from there.
 */
export async function* readAll(db: Database, options: ReadAllOptions = {}): AsyncGenerator<readonly PositionedFact[]> {
  const batch = options.batch ?? 5_000;
  let after = options.afterPosition ?? 0;
  await sequence(db);
  const { last } = (
    await sql<{
      last: number;
    }>`select last_position as last from sequencer where name = 'fact'`.execute(db)
  ).rows[0] ?? { last: 0 };
  while (after < last) {
    const upTo = Math.min(after + batch, last);
    const { rows } = await sql<FactRow & { position: number }>`
      select p.position, ${FACT_COLUMNS}
      from fact_position p join fact f on f.subject_id = p.subject_id and f.version = p.version
      where p.position > ${after} and p.position <= ${upTo}
      order by p.position`.execute(db);
    yield rows.map((row) => ({ position: row.position, fact: factFromRow(row) }));
    after = upTo; // positions have no gaps
  }
}

/** Every fact, one by one, in the order of commits. */
export async function* exportFacts(db: Database): AsyncGenerator<Fact> {
  for await (const batch of readAll(db)) for (const { fact } of batch) yield fact;
}

/** How many facts are on record, numbered or not. */
export async function countFacts(db: Database | Transaction): Promise<number> {
  const { rows } = await sql<{ count: number }>`select count(*) as count from fact`.execute(db);
  return rows[0]?.count ?? 0;
}
