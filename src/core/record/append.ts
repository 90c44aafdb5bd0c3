/** Adding facts to the record. */
import { setTimeout as sleep } from "node:timers/promises";
import { sql } from "kysely";
import type { Database, Transaction } from "../database/schema.ts";
import { inTransaction } from "../database/transaction.ts";
import type { Fact, NewFact } from "./fact.ts";
import type { CaseKey, Projection } from "./projection.ts";
import { FACT_COLUMNS, type FactRow, factFromRow, factsToJson, insertFactRows, toMicroseconds } from "./row.ts";
import { sameContent } from "./same-content.ts";

export interface AppendRequest {
  /** In the order they are to be numbered within their subject. At most `APPEND_LIMIT`. */
  readonly facts: readonly NewFact[];
  /** The version of each subject the decision was made on (0 for none); a subject left out is not checked. */
  readonly expectedVersions?: ReadonlyMap<string, number>;
  /** Written in the same transaction as the facts. */
  readonly projections: readonly Projection[];
  readonly receivedAt: Temporal.Instant;
  /** Done in the same transaction when something was appended, and not for a repeat: a message that the facts cause. */
  readonly alongside?: (transaction: Transaction) => Promise<void>;
}

export interface FactName {
  readonly subjectId: string;
  readonly id: string;
}

export type AppendRefusal =
  /** The same id with other content. */
  | {
      readonly kind: "conflicting-id";
      readonly conflicts: readonly FactName[];
      readonly message: string;
    }
  /** Somebody else appended to the subject since it was read. Load it again and decide anew. */
  | {
      readonly kind: "version-conflict";
      readonly subjectId: string;
      readonly expectedVersion: number;
      readonly actualVersion: number;
      readonly message: string;
    };

export type AppendResult =
  | {
      readonly ok: true;
      /** The facts added, with their versions. */
      readonly appended: readonly Fact[];
      /** Those that were there already, content and all: nothing changed for them. */
      readonly repeated: readonly FactName[];
    }
  | { readonly ok: false; readonly refusal: AppendRefusal };

/** Facts in one append; more are sent in several (see `factSink`). */
export const APPEND_LIMIT = 50_000;
const ATTEMPTS = 20;
/** Locks are kept in the server's shared memory, so a large batch takes none and relies on trying again. */
const LOCKED_SUBJECTS = 100;

/**
 * Appends all of the facts and updates the projections in one transaction, or nothing at all.
 * A refusal is a value; a database failure throws and leaves nothing behind.
 */
export async function append(db: Database, request: AppendRequest): Promise<AppendResult> {
  if (request.facts.length > APPEND_LIMIT) {
    throw new Error(`${request.facts.length} facts in one append; the limit is ${APPEND_LIMIT}. Send them in parts.`);
  }
  if (request.facts.length === 0) return { ok: true, appended: [], repeated: [] };
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await inTransaction(db, (transaction) => appendWithin(transaction, request));
    } catch (error) {
      // Another append to the same subject committed between our reading and our writing: see what it did.
      if (!isRace(error) || attempt === ATTEMPTS) throw error;
      await sleep(Math.min(2 ** attempt, 500));
    }
  }
}

/**
 * The same inside a transaction that has other things to write. A race with another append throws PostgreSQL's 23505
 * and the transaction is lost; `append` tries again by itself, a caller of this one must.
 */
export async function appendWithin(transaction: Transaction, request: AppendRequest): Promise<AppendResult> {
  const receivedAt = toMicroseconds(request.receivedAt);
  await lockSubjects(transaction, request.facts);
  const current = await readCurrent(transaction, request.facts);

  const known = new Map<string, Fact>(current.existing.map((fact) => [nameKey(fact), fact]));
  const versions = new Map(current.versions);
  const appended: Fact[] = [];
  const repeated: FactName[] = [];
  const conflicts: FactName[] = [];
  for (const fact of request.facts) {
    const key = nameKey(fact);
    const existing = known.get(key);
    if (existing === undefined) {
      const version = (versions.get(fact.subjectId) ?? 0) + 1;
      versions.set(fact.subjectId, version);
      const numbered = number(fact, version, receivedAt);
      known.set(key, numbered);
      appended.push(numbered);
    } else {
      const name = { subjectId: fact.subjectId, id: fact.id };
      if (sameContent(fact, existing)) repeated.push(name);
      else conflicts.push(name);
    }
  }

  if (conflicts.length > 0) return refuse(conflictRefusal(conflicts));
  const changed = new Set(appended.map((fact) => fact.subjectId));
  for (const [subjectId, expectedVersion] of request.expectedVersions ?? []) {
    const actualVersion = current.versions.get(subjectId) ?? 0;
    if (!changed.has(subjectId) || actualVersion === expectedVersion) continue;
    const message =
      `The history of ${subjectId} stands at version ${actualVersion}, not ${expectedVersion}: ` +
      `somebody added to it meanwhile. Load it again and decide anew.`;
    return refuse({ kind: "version-conflict", subjectId, expectedVersion, actualVersion, message });
  }

  if (appended.length > 0) {
    await insertFactRows(factsToJson(appended)).execute(transaction);
    await sql`
      insert into unsequenced_fact (subject_id, version)
      select s, v from json_to_recordset(${JSON.stringify(appended.map((fact) => ({ s: fact.subjectId, v: fact.version })))}::json)
        as row(s text, v integer)`.execute(transaction);
    const cases = casesOf(appended);
    if (cases.length > 0) for (const projection of request.projections) await projection.apply(transaction, cases);
    await request.alongside?.(transaction);
  }
  return { ok: true, appended, repeated };
}

/**
 * Appends to one subject queue up instead of racing. This is for speed: that two never get the same version rests on
 * the primary key. The locks are taken in one order by all, in a statement of its own, so that the next one sees what
 * the previous holder committed.
 */
async function lockSubjects(transaction: Transaction, facts: readonly NewFact[]): Promise<void> {
  const subjectIds = [...new Set(facts.map((fact) => fact.subjectId))];
  if (subjectIds.length > LOCKED_SUBJECTS) return;
  await sql`
    select pg_advisory_xact_lock(key) from (
      select distinct hashtextextended(subject_id, 0) as key
      from json_array_elements_text(${JSON.stringify(subjectIds)}::json) as wanted(subject_id)
      order by key) as keys`.execute(transaction);
}

/** The cases the facts belong to, each once. */
export function casesOf(facts: readonly NewFact[]): readonly CaseKey[] {
  const cases = new Map<string, CaseKey>();
  for (const { subjectId, caseId } of facts) {
    if (caseId !== null) cases.set(`${subjectId}\0${caseId}`, { subjectId, caseId });
  }
  return [...cases.values()];
}

async function readCurrent(
  transaction: Transaction,
  facts: readonly NewFact[],
): Promise<{ versions: ReadonlyMap<string, number>; existing: readonly Fact[] }> {
  const subjects = JSON.stringify([...new Set(facts.map((fact) => fact.subjectId))]);
  const versions = await sql<{ subject_id: string; version: number }>`
    select wanted.subject_id, last.version
    from json_array_elements_text(${subjects}::json) as wanted(subject_id)
    cross join lateral (
      select f.version from fact f where f.subject_id = wanted.subject_id order by f.version desc limit 1) as last`.execute(
    transaction,
  );
  const found = new Map(versions.rows.map((row) => [row.subject_id, row.version]));
  // Only subjects with a history can hold a repeat: loading fresh subjects skips the second look.
  const suspects = facts.filter((fact) => found.has(fact.subjectId)).map((fact) => ({ s: fact.subjectId, i: fact.id }));
  if (suspects.length === 0) return { versions: found, existing: [] };
  const existing = await sql<FactRow>`
    select ${FACT_COLUMNS}
    from (select distinct s, i from json_to_recordset(${JSON.stringify(suspects)}::json) as row(s text, i text)) as sent
    join fact f on f.subject_id = sent.s and f.id = sent.i`.execute(transaction);
  return { versions: found, existing: existing.rows.map(factFromRow) };
}

function number(fact: NewFact, version: number, receivedAt: Temporal.Instant): Fact {
  return {
    ...fact,
    version,
    occurredAt: fact.occurredAt === null ? null : toMicroseconds(fact.occurredAt),
    recordedAt: fact.recordedAt === null ? receivedAt : toMicroseconds(fact.recordedAt),
    receivedAt,
  };
}

const NAMED_IN_MESSAGE = 5;

function conflictRefusal(conflicts: readonly FactName[]): AppendRefusal {
  const named = conflicts.slice(0, NAMED_IN_MESSAGE).map(({ subjectId, id }) => `${id} (of ${subjectId})`);
  const more = conflicts.length > named.length ? ` and ${conflicts.length - named.length} more` : "";
  const message =
    `Already in the record with other content: ${named.join(", ")}${more}. A fact is never changed: ` +
    `send the correction as a new fact that names the old one in \`replaces\`.`;
  return { kind: "conflicting-id", conflicts, message };
}

function refuse(refusal: AppendRefusal): AppendResult {
  return { ok: false, refusal };
}

function nameKey(fact: FactName): string {
  return `${fact.subjectId}\0${fact.id}`;
}

/** A unique key of `fact` taken meanwhile, or a deadlock of two large batches. */
function isRace(error: unknown): boolean {
  const { code, table } = error as { code?: string; table?: string };
  return (code === "23505" && table === "fact") || code === "40P01";
}
