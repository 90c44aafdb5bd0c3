/** Facts to and from rows: Temporal on our side, text at the driver. */
import { type RawBuilder, sql } from "kysely";
import type { Fact } from "./fact.ts";

/** A row of `fact` as read with `FACT_COLUMNS`. */
export interface FactRow {
  readonly subject_id: string;
  readonly version: number;
  readonly id: string;
  readonly case_id: string | null;
  readonly type: string;
  readonly data: Readonly<Record<string, unknown>>;
  readonly occurred_on: string;
  readonly occurred_at: string | null;
  readonly recorded_at: string;
  readonly received_at: string;
  readonly recorded_by: string;
  readonly organisation_id: string | null;
  readonly service_id: string | null;
  readonly area_code: string | null;
  readonly replaces: string | null;
  readonly reason: string | null;
}

/** The columns of `fact f`, in the table's order. */
export const FACT_COLUMNS: RawBuilder<FactRow> = sql.raw(
  "f.subject_id, f.version, f.id, f.case_id, f.type, f.data, f.occurred_on, f.occurred_at, f.recorded_at, " +
    "f.received_at, f.recorded_by, f.organisation_id, f.service_id, f.area_code, f.replaces, f.reason",
);

export function factFromRow(row: FactRow): Fact {
  return {
    subjectId: row.subject_id,
    version: row.version,
    id: row.id,
    caseId: row.case_id,
    type: row.type,
    data: row.data,
    occurredOn: Temporal.PlainDate.from(row.occurred_on),
    occurredAt: row.occurred_at === null ? null : Temporal.Instant.from(row.occurred_at),
    recordedAt: Temporal.Instant.from(row.recorded_at),
    receivedAt: Temporal.Instant.from(row.received_at),
    recordedBy: row.recorded_by,
    organisationId: row.organisation_id,
    serviceId: row.service_id,
    areaCode: row.area_code,
    replaces: row.replaces,
    reason: row.reason,
  };
}

/** PostgreSQL keeps microseconds; an instant is cut to that once, so that what is written equals what is read. */
export function toMicroseconds(instant: Temporal.Instant): Temporal.Instant {
  return instant.epochNanoseconds % 1000n === 0n
    ? instant
    : instant.round({ smallestUnit: "microsecond", roundingMode: "floor" });
}

/**
 * Rows for one `json_to_recordset` parameter: a batch of thousands of rows then costs one statement, one plan and no
 * limit on parameters.
 */
export function factsToJson(facts: readonly Fact[]): string {
  const instants = new Map<Temporal.Instant, string>(); // a batch shares its `receivedAt`
  const instantText = (instant: Temporal.Instant): string => {
    let text = instants.get(instant);
    if (text === undefined) {
      text = instant.toString();
      instants.set(instant, text);
    }
    return text;
  };
  return JSON.stringify(
    facts.map((fact) => ({
      s: fact.subjectId,
      v: fact.version,
      i: fact.id,
      c: fact.caseId,
      t: fact.type,
      d: fact.data,
      on: fact.occurredOn.toString(),
      at: fact.occurredAt === null ? null : instantText(fact.occurredAt),
      rec: instantText(fact.recordedAt),
      got: instantText(fact.receivedAt),
      by: fact.recordedBy,
      o: fact.organisationId,
      sv: fact.serviceId,
      a: fact.areaCode,
      r: fact.replaces,
      w: fact.reason,
    })),
  );
}

/** Inserts rows made by `factsToJson`. */
export function insertFactRows(json: string): RawBuilder<unknown> {
  return sql`
    insert into fact (subject_id, version, id, case_id, type, data, occurred_on, occurred_at, recorded_at, received_at,
      recorded_by, organisation_id, service_id, area_code, replaces, reason)
    select s, v, i, c, t, d, "on", at, rec, got, by, o, sv, a, r, w
    from json_to_recordset(${json}::json) as row(s text, v integer, i text, c text, t text, d jsonb, "on" date,
      at timestamptz, rec timestamptz, got timestamptz, by text, o text, sv text, a text, r text, w text)`;
}
