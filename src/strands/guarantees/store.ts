import { sql } from "kysely";
import { whereAllowed, type Predicate } from "../../core/access/index.ts";
import type { Database, Transaction } from "../../core/database/index.ts";
import { readCases, caseMapKey, type CaseKey, type Fact } from "../../core/record/index.ts";
import { formatDay, parseDay } from "../../lib/dates/day.ts";
import type { CasePlace, StoredClock } from "./model/case-facts.ts";
import type { PromiseMade } from "./model/promises-made.ts";
import type { WorklistCounts, WorklistFilter, WorklistRow, WorklistState } from "./model/worklist.ts";
import type { MonthlyCount, Scope, WaitBand } from "./model/figures.ts";

declare module "../../core/database/schema.ts" {
  interface DatabaseSchema {
    readonly guarantee_clock: GuaranteeClockTable;
    readonly service_guarantee: ServiceGuaranteeTable;
  }
}

interface GuaranteeClockTable {
  readonly subject_id: string;
  readonly case_id: string;
  readonly guarantee: string;
  readonly promise: string;
  readonly period: number;
  readonly version: string;
  readonly started_on: string;
  readonly due_on: string | null;
  readonly due_until: string | null;
  readonly warn_on: string | null;
  readonly stopped_on: string | null;
  readonly outcome: "kept" | "broken" | "ended" | "void" | null;
  readonly elapsed: number | null;
  readonly excluded: number;
  readonly organisation_id: string | null;
  readonly service_id: string | null;
  readonly area_code: string | null;
}

interface ServiceGuaranteeTable {
  readonly service_id: string;
  readonly guarantee: string;
  readonly overlay: string | null;
  readonly choices: Readonly<Record<string, string>>;
}

export type ClockOfCase = StoredClock & CaseKey & CasePlace & { readonly guarantee: string };

/** Rows a statement when clocks are written. */
const BATCH = 5_000;

/** Puts the clocks of these cases in place of those that stand there. */
export async function replaceClocks(
  transaction: Transaction,
  cases: readonly CaseKey[],
  clocks: readonly ClockOfCase[],
): Promise<void> {
  for (let from = 0; from < cases.length; from += BATCH) {
    const keys = JSON.stringify(
      cases.slice(from, from + BATCH).map(({ subjectId, caseId }) => ({ s: subjectId, c: caseId })),
    );
    await sql`
      delete from guarantee_clock g using json_to_recordset(${keys}::json) as k(s text, c text)
      where g.subject_id = k.s and g.case_id = k.c`.execute(transaction);
  }
  for (let from = 0; from < clocks.length; from += BATCH) {
    const rows = JSON.stringify(clocks.slice(from, from + BATCH).map(clockToRow));
    await sql`insert into guarantee_clock select * from json_populate_recordset(null::guarantee_clock, ${rows}::json)`.execute(
      transaction,
    );
  }
}

function clockToRow(clock: ClockOfCase): GuaranteeClockTable {
  const date = (day: number | null) => (day === null ? null : formatDay(day));
  return {
    subject_id: clock.subjectId,
    case_id: clock.caseId,
    guarantee: clock.guarantee,
    promise: clock.promise,
    period: clock.period,
    version: clock.version,
    started_on: formatDay(clock.startedOn),
    due_on: date(clock.dueOn),
    due_until: clock.dueUntil === null ? null : new Date(clock.dueUntil).toISOString(),
    warn_on: date(clock.warnOn),
    stopped_on: date(clock.stoppedOn),
    outcome: clock.outcome,
    elapsed: clock.elapsed,
    excluded: clock.excluded,
    organisation_id: clock.organisationId,
    service_id: clock.serviceId,
    area_code: clock.areaCode,
  };
}

/** Every promise made: a reference table of some dozens of rows. */
export async function readPromisesMade(db: Database | Transaction): Promise<readonly PromiseMade[]> {
  const rows = await db
    .selectFrom("service_guarantee")
    .selectAll()
    .orderBy("service_id")
    .orderBy("guarantee")
    .execute();
  return rows.map((row) => ({
    serviceId: row.service_id,
    guarantee: row.guarantee,
    overlay: row.overlay,
    choices: row.choices,
  }));
}

/** Adds promises; one that is made already stays as it is. */
export async function addPromisesMade(transaction: Transaction, made: readonly PromiseMade[]): Promise<void> {
  for (const promise of made) {
    await sql`
      insert into service_guarantee (service_id, guarantee, overlay, choices)
      values (${promise.serviceId}, ${promise.guarantee}, ${promise.overlay}, ${JSON.stringify(promise.choices)}::jsonb)
      on conflict (service_id, guarantee) do nothing`.execute(transaction);
  }
}

/** Running clocks, the one that runs out next first; those that stand still last. */
export async function readWorklist(
  db: Database | Transaction,
  allowed: Predicate,
  filter: WorklistFilter,
  now: Temporal.Instant,
  today: number,
  page: { readonly offset: number; readonly limit: number },
): Promise<readonly WorklistRow[]> {
  const { rows } = await sql<{
    subject_id: string;
    case_id: string;
    guarantee: string;
    promise: string;
    period: number;
    started_on: string;
    due_on: string | null;
    warn_on: string | null;
    overdue: boolean | null;
    organisation_id: string | null;
    service_id: string | null;
    area_code: string | null;
  }>`
    select subject_id, case_id, guarantee, promise, period, started_on, due_on, warn_on, due_until < ${now.toString()}::timestamptz as overdue,
      organisation_id, service_id, area_code
    from guarantee_clock
    where ${whereAllowed(allowed)} and ${matches(filter, now, today)}
    order by due_until nulls last, subject_id, case_id, guarantee, promise
    limit ${page.limit} offset ${page.offset}`.execute(db);
  return rows.map((row) => ({
    subjectId: row.subject_id,
    caseId: row.case_id,
    guarantee: row.guarantee,
    promise: row.promise,
    period: row.period,
    startedOn: dayOf(row.started_on),
    dueOn: row.due_on === null ? null : dayOf(row.due_on),
    warnOn: row.warn_on === null ? null : dayOf(row.warn_on),
    overdue: row.overdue === true,
    organisationId: row.organisation_id,
    serviceId: row.service_id,
    areaCode: row.area_code,
  }));
}

/** How many clocks run, are over, run out within a week; and how many the filter's state leaves. */
export async function countWorklist(
  db: Database | Transaction,
  allowed: Predicate,
  filter: WorklistFilter,
  now: Temporal.Instant,
  today: number,
): Promise<WorklistCounts> {
  const state = stateMatches(filter.state, now, today);
  const { rows } = await sql<{ running: number; overdue: number; soon: number; matching: number }>`
    select count(*)::int as running,
      count(*) filter (where due_until < ${now.toString()}::timestamptz)::int as overdue,
      count(*) filter (where ${stateMatches("soon", now, today)})::int as soon,
      count(*) filter (where ${state})::int as matching
    from guarantee_clock
    where ${whereAllowed(allowed)} and ${matches({ ...filter, state: "running" }, now, today)}`.execute(db);
  const row = rows[0];
  return { running: row?.running ?? 0, overdue: row?.overdue ?? 0, soon: row?.soon ?? 0, matching: row?.matching ?? 0 };
}

function matches(filter: WorklistFilter, now: Temporal.Instant, today: number) {
  const equal = (column: string, value: string | null) =>
    value === null ? sql`` : sql` and ${sql.ref(column)} = ${value}`;
  return sql`outcome is null and ${stateMatches(filter.state, now, today)}${equal("service_id", filter.serviceId)}${equal("organisation_id", filter.organisationId)}${equal("area_code", filter.areaCode)}${equal("guarantee", filter.guarantee)}${equal("promise", filter.promise)}`;
}

function stateMatches(state: WorklistState, now: Temporal.Instant, today: number) {
  switch (state) {
    case "running":
      return sql`true`;
    case "next":
      return sql`(due_until >= ${now.toString()}::timestamptz)`;
    case "overdue":
      return sql`due_until < ${now.toString()}::timestamptz`;
    case "soon":
      return sql`due_until >= ${now.toString()}::timestamptz and warn_on <= ${formatDay(today)}::date`;
    case "paused":
      return sql`due_until is null`;
  }
}

/** Clocks stopped in [fromDay, beforeDay), by month, place, service and promise. */
export async function readMonthlyCounts(
  db: Database,
  scope: Scope,
  fromDay: number,
  beforeDay: number,
): Promise<readonly MonthlyCount[]> {
  const { rows } = await sql<{
    month: string;
    guarantee: string;
    promise: string;
    service_id: string | null;
    area_code: string | null;
    kept: number;
    broken: number;
  }>`
    select to_char(stopped_on, 'YYYY-MM') as month, guarantee, promise, service_id, area_code,
      count(*) filter (where outcome = 'kept')::int as kept, count(*) filter (where outcome = 'broken')::int as broken
    from guarantee_clock
    where outcome in ('kept', 'broken') and stopped_on >= ${formatDay(fromDay)}::date and stopped_on < ${formatDay(beforeDay)}::date
      ${inScope(scope)}
    group by 1, 2, 3, 4, 5
    order by 1, 2, 3, 4, 5`.execute(db);
  return rows.map((row) => ({
    month: row.month,
    guarantee: row.guarantee,
    promise: row.promise,
    serviceId: row.service_id,
    areaCode: row.area_code,
    kept: row.kept,
    broken: row.broken,
  }));
}

/** Running clocks by whole weeks since their start. */
export async function readWaits(
  db: Database,
  scope: Scope,
  now: Temporal.Instant,
  today: number,
): Promise<readonly WaitBand[]> {
  const { rows } = await sql<{ guarantee: string; promise: string; weeks: number; overdue: number; count: number }>`
    select guarantee, promise, greatest(0, (${formatDay(today)}::date - started_on)) / 7 as weeks,
      count(*) filter (where due_until < ${now.toString()}::timestamptz)::int as overdue, count(*)::int as count
    from guarantee_clock
    where outcome is null ${inScope(scope)}
    group by 1, 2, 3
    order by 1, 2, 3`.execute(db);
  return rows;
}

function inScope(scope: Scope) {
  const places = scope.areaCodes === null ? sql`` : sql` and area_code = any(${scope.areaCodes})`;
  return scope.serviceId === null ? places : sql`${places} and service_id = ${scope.serviceId}`;
}

function dayOf(text: string): number {
  const day = parseDay(text);
  if (day === undefined) throw new Error(`The database gave the date "${text}"`);
  return day;
}

/** The facts of a case by its name alone, whoever's it is: for the command line, where the person is not known. */
export async function readCaseFacts(db: Database, caseId: string): Promise<readonly Fact[]> {
  const subjects = await db
    .selectFrom("fact")
    .select("subject_id")
    .distinct()
    .where("case_id", "=", caseId)
    .orderBy("subject_id")
    .execute();
  const keys = subjects.map((row) => ({ subjectId: row.subject_id, caseId }));
  const facts = await readCases(db, keys);
  return keys.flatMap((key) => facts.get(caseMapKey(key)) ?? []);
}
