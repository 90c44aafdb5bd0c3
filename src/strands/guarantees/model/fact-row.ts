import type { Fact, NewFact } from "../../../core/record/index.ts";
import { plainDateFromDay } from "../../../lib/dates/day.ts";
import { localDay, type Zone } from "../../../lib/dates/zone.ts";
import { startOfMoment } from "./event.ts";
import type { EventRow } from "./event-row.ts";

/** Columns of an exported event file, the same that an import reads. */
export const EVENT_COLUMNS = [
  "case",
  "person",
  "type",
  "occurred",
  "recorded",
  "id",
  "replaces",
  "reason",
  "organisation",
  "service",
  "area",
  "data",
] as const;

/** A row of an event file as a fact. The subject is the person, or the case where no person is named. */
export function factOfRow(row: EventRow, zone: Zone, recordedBy: string): NewFact {
  const { event } = row;
  return {
    id: event.id,
    subjectId: row.person ?? row.case,
    caseId: row.case,
    type: event.type,
    data: event.data,
    occurredOn: plainDateFromDay(
      event.occurred.kind === "date" ? event.occurred.day : localDay(zone, event.occurred.instant),
    ),
    occurredAt: event.occurred.kind === "date" ? null : Temporal.Instant.fromEpochMilliseconds(event.occurred.instant),
    recordedAt: Temporal.Instant.fromEpochMilliseconds(startOfMoment(event.recorded, zone)),
    recordedBy,
    organisationId: row.organisation,
    serviceId: row.service,
    areaCode: row.area,
    replaces: event.replaces,
    reason: event.replaces === null ? null : row.reason,
  };
}

/** A fact as a row of an event file; importing it again changes nothing. */
export function rowOfFact(fact: Fact): Readonly<Record<(typeof EVENT_COLUMNS)[number], string | null>> {
  return {
    case: fact.caseId ?? fact.subjectId,
    person: fact.subjectId,
    type: fact.type,
    occurred: (fact.occurredAt ?? fact.occurredOn).toString(),
    recorded: fact.recordedAt.toString(),
    id: fact.id,
    replaces: fact.replaces,
    reason: fact.reason,
    organisation: fact.organisationId,
    service: fact.serviceId,
    area: fact.areaCode,
    data: Object.keys(fact.data).length === 0 ? null : JSON.stringify(fact.data),
  };
}
