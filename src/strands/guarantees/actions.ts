import { readPersonalData, type Vault } from "../../core/vault/index.ts";
import type { Database, Transaction } from "../../core/database/index.ts";
import { readDirectory } from "../../core/directory/index.ts";
import { newId } from "../../core/ids.ts";
import { PEOPLE_CASE, readAs, readRecordsOf } from "../../core/people/index.ts";
import {
  append,
  inForce,
  readSubject,
  readVersion,
  WITHDRAWN_ENTRY,
  type AppendRefusal,
  type Fact,
  type NewFact,
  type Projection,
} from "../../core/record/index.ts";
import { plainDateFromDay } from "../../lib/dates/day.ts";
import { localDay, zoneOf } from "../../lib/dates/zone.ts";
import type { Library } from "./library.ts";
import { clocksOf, placeOf } from "./model/case-facts.ts";
import { startOfMoment } from "./model/event.ts";
import { isEventRow, readEventRow, rowContext, type RawRow, type RowProblem } from "./model/event-row.ts";
import { identitySeen, type CaseView, type PersonView, type Sight } from "./model/person.ts";
import { promisesFor } from "./model/promises-made.ts";
import type { Definitions } from "./projection.ts";
import { readPromisesMade } from "./store.ts";

/** What the actions of this strand need of the program around them. */
export type GuaranteeTools = {
  readonly db: Database;
  readonly vault: Vault;
  readonly library: Library;
  readonly definitions: Definitions;
  readonly projections: readonly Projection[];
  /** The body's own time zone, for dates without one. */
  readonly timeZone: string;
  /** Where people reach the site, without a path: for addresses that leave it, such as in a calendar. */
  readonly origin: string;
  /** One line for each failure that is ours. */
  readonly log: (line: string) => void;
};

/**
 * Everything about a person's promises that `sight` leaves, seen from `now`; the cases of merged records are among them.
 * `null` when nothing is on record under the id.
 */
export async function loadPerson(
  tools: GuaranteeTools,
  subjectId: string,
  now: Temporal.Instant,
  sight: Sight,
): Promise<PersonView | null> {
  const records = await readRecordsOf(tools.db, subjectId, now);
  const facts = new Map<string, readonly Fact[]>();
  const versions = new Map<string, number>();
  for (const record of records.all) {
    versions.set(record, await readVersion(tools.db, record));
    const read = (db: Database | Transaction) => readSubject(db, record);
    facts.set(record, await (sight.reader === null ? read(tools.db) : readAs(tools.db, sight.reader, now, read)));
  }
  const [made, directory, identities] = await Promise.all([
    readPromisesMade(tools.db),
    readDirectory(tools.db),
    readPersonalData(tools.db, tools.vault, [records.known], "identity"),
  ]);
  const identity = identities.get(records.known);
  if (identity === undefined && [...facts.values()].every((those) => those.length === 0)) return null;
  const cases = [...facts].flatMap(([record, those]) =>
    [...Map.groupBy(those.filter(sight.fact), (fact) => fact.caseId)].flatMap(([caseId, allFacts]) =>
      caseId === null || caseId === PEOPLE_CASE
        ? []
        : [{ subjectId: record, version: versions.get(record) ?? 0, caseId, allFacts }],
    ),
  );
  return {
    subjectId: records.known,
    identity: identitySeen(identity, sight.details),
    directory,
    cases: cases.map(({ allFacts, ...owner }) => {
      const place = placeOf(allFacts);
      const definitions = promisesFor(made, place.serviceId).map(tools.definitions);
      const clocks = definitions.flatMap((definition) =>
        clocksOf(definition, allFacts, { kind: "instant", instant: now.epochMilliseconds }, null).map((clock) => ({
          definition,
          clock,
        })),
      );
      return { ...owner, ...place, allFacts, facts: inForce(allFacts).facts, definitions, clocks };
    }),
  };
}

/** What came of recording: the fact, or what is wrong with which field, or that somebody else was first. */
export type Recorded =
  | { readonly ok: true; readonly factId: string }
  | { readonly ok: false; readonly problems: readonly RowProblem[] }
  | { readonly ok: false; readonly refusal: AppendRefusal };

export type RecordRequest = {
  readonly person: PersonView;
  readonly caseId: string;
  /** The form's fields under the names of an event file's columns. */
  readonly row: RawRow;
  /** Made with the form, so that sending it twice records once. */
  readonly factId: string;
  /** The version of the person's record that the form was shown with: what came after it, its writer has not seen. */
  readonly seenVersion: number;
  readonly recordedBy: string;
  readonly now: Temporal.Instant;
};

/** Records an event of a case: read as a row of an event file would be, refused when it lies in the future. */
export async function recordEvent(tools: GuaranteeTools, request: RecordRequest): Promise<Recorded> {
  const zone = zoneOf(tools.timeZone);
  const read = readEventRow(
    { ...request.row, case: request.caseId, id: request.factId },
    rowContext(zone, tools.library.definitions.values()),
  );
  if (!isEventRow(read)) return { ok: false, problems: read };
  const { event } = read;
  if (startOfMoment(event.occurred, zone) > request.now.epochMilliseconds) {
    return { ok: false, problems: [{ column: "occurred", message: "future" }] };
  }
  const place = request.person.cases.find((each) => each.caseId === request.caseId);
  if (place === undefined) return { ok: false, problems: [{ column: "case", message: "unknown" }] };
  const fact: NewFact = {
    id: event.id,
    subjectId: place.subjectId,
    caseId: request.caseId,
    type: event.type,
    data: event.data,
    occurredOn: plainDateFromDay(
      event.occurred.kind === "date" ? event.occurred.day : localDay(zone, event.occurred.instant),
    ),
    occurredAt: event.occurred.kind === "date" ? null : Temporal.Instant.fromEpochMilliseconds(event.occurred.instant),
    recordedAt: null,
    recordedBy: request.recordedBy,
    organisationId: place.organisationId,
    serviceId: place.serviceId,
    areaCode: place.areaCode,
    replaces: event.replaces,
    reason: event.replaces === null ? null : read.reason,
  };
  return appendOne(tools, place, request.seenVersion, fact, request.now);
}

/** Takes an entry back: it stays on record, and no longer counts. */
export async function withdrawEntry(
  tools: GuaranteeTools,
  request: {
    readonly person: PersonView;
    readonly factId: string;
    readonly withdrawalId: string;
    readonly reason: string;
    readonly recordedBy: string;
    readonly now: Temporal.Instant;
  },
): Promise<Recorded> {
  const owner = request.person.cases.find((each) => each.allFacts.some((fact) => fact.id === request.factId));
  const entry = owner?.allFacts.find((fact) => fact.id === request.factId);
  if (owner === undefined || entry === undefined)
    return { ok: false, problems: [{ column: "fact", message: "unknown" }] };
  const fact: NewFact = {
    ...entry,
    id: request.withdrawalId,
    type: WITHDRAWN_ENTRY,
    data: {},
    recordedAt: null,
    recordedBy: request.recordedBy,
    replaces: entry.id,
    reason: request.reason,
  };
  return appendOne(tools, owner, owner.version, fact, request.now);
}

async function appendOne(
  tools: GuaranteeTools,
  owner: CaseView,
  seenVersion: number,
  fact: NewFact,
  now: Temporal.Instant,
): Promise<Recorded> {
  const repeated = owner.allFacts.some((before) => before.id === fact.id);
  const result = await append(tools.db, {
    facts: [fact],
    // A form that is sent twice finds its own fact: the version it was decided on no longer matters.
    ...(repeated ? {} : { expectedVersions: new Map([[owner.subjectId, seenVersion]]) }),
    projections: tools.projections,
    receivedAt: now,
  });
  return result.ok ? { ok: true, factId: fact.id } : { ok: false, refusal: result.refusal };
}

/** An id for a form that is about to be shown. */
export function newFactId(): string {
  return newId();
}
