import { formatDay } from "../../../lib/dates/day.ts";
import { readMoment, type Moment, type Zone } from "../../../lib/dates/zone.ts";
import { readValue } from "./condition.ts";
import { WITHDRAWN_ENTRY, type CaseEvent } from "./event.ts";
import type { DefinitionFile, FieldFile } from "./language.ts";

/** One row of an event file: its columns by name; texts from CSV, JSON values from NDJSON. */
export type RawRow = Readonly<Record<string, unknown>>;

/** An event with what the row says around it. */
export type EventRow = {
  readonly case: string;
  readonly person: string | null;
  readonly event: CaseEvent;
  /** Whether the sender named the event; otherwise its id is made of its content. */
  readonly named: boolean;
  readonly reason: string | null;
  readonly organisation: string | null;
  readonly service: string | null;
  readonly area: string | null;
};

/** What is wrong with a row, and in which column. */
export type RowProblem = { readonly column: string; readonly message: string };

/** What a reader needs to know of the language: the zone of local times, the event types and their fields. */
export type RowContext = {
  readonly zone: Zone;
  /** Every type any definition names, with the fields it declares. */
  readonly types: ReadonlyMap<string, Readonly<Record<string, FieldFile>>>;
};

/** The columns with a meaning of their own; any other is a field of the event's data. */
export const NEEDED_COLUMNS = ["case", "type", "occurred"] as const;
const OWN_COLUMNS = new Set([
  "case",
  "person",
  "type",
  "occurred",
  "recorded",
  "id",
  "replaces",
  "organisation",
  "service",
  "area",
  "data",
]);

/** Longest name of a case, person or event; what is longer is a slip of the file. */
const LONGEST_NAME = 200;

export function rowContext(zone: Zone, definitions: Iterable<DefinitionFile>): RowContext {
  const types = new Map<string, Record<string, FieldFile>>();
  for (const file of definitions) {
    for (const [type, event] of Object.entries(file.events)) types.set(type, { ...types.get(type), ...event.fields });
  }
  return { zone, types };
}

/** Reads a row as an event, or says everything that is wrong with it. Pure. */
export function readEventRow(raw: RawRow, context: RowContext): EventRow | readonly RowProblem[] {
  const problems: RowProblem[] = [];
  const name = (column: string): string | null => {
    const value = raw[column];
    if (value === undefined || value === null || value === "") return null;
    if (typeof value === "object") problems.push({ column, message: "is not a text" });
    const text = textOf(value);
    if (text.length > LONGEST_NAME) problems.push({ column, message: `is longer than ${LONGEST_NAME} characters` });
    return text;
  };
  const caseId = name("case");
  if (caseId === null) problems.push({ column: "case", message: "is empty: every event belongs to a case" });
  const type = name("type");
  const fields = type === null ? undefined : context.types.get(type);
  if (type === null) problems.push({ column: "type", message: "is empty: write an event type" });
  else if (fields === undefined && type !== WITHDRAWN_ENTRY)
    problems.push({ column: "type", message: `"${type}" is an event type that no definition names` });
  const occurred = readWhen(raw["occurred"], "occurred", context.zone, problems);
  if (occurred === null && problems.every((problem) => problem.column !== "occurred")) {
    problems.push({ column: "occurred", message: "is empty: say when it happened" });
  }
  const recorded = readWhen(raw["recorded"], "recorded", context.zone, problems) ?? occurred;
  const replaces = name("replaces");
  if (type === WITHDRAWN_ENTRY && replaces === null) {
    problems.push({ column: "replaces", message: "is empty: a withdrawn-entry names the event it cancels" });
  }
  if (replaces !== null && replaces === raw["id"])
    problems.push({ column: "replaces", message: "is the event's own id" });
  const data = readData(raw, fields ?? {}, context.zone, problems);
  const common = {
    person: name("person"),
    reason: name("reason"),
    organisation: name("organisation"),
    service: name("service"),
    area: name("area"),
  };
  const ownId = name("id");
  if (problems.length > 0 || caseId === null || type === null || occurred === null || recorded === null)
    return problems;
  const id = ownId ?? idFromContent(type, occurred, recorded, replaces, data);
  return { ...common, case: caseId, named: ownId !== null, event: { id, type, occurred, recorded, data, replaces } };
}

export function isEventRow(read: EventRow | readonly RowProblem[]): read is EventRow {
  return !Array.isArray(read);
}

/**
 * A name for an event whose sender gave none: its content. The same row sent twice is then the same event, and the
 * order of a file's rows plays no part.
 */
function idFromContent(
  type: string,
  occurred: Moment,
  recorded: Moment,
  replaces: string | null,
  data: object,
): string {
  const when = (moment: Moment) =>
    moment.kind === "date" ? formatDay(moment.day) : Temporal.Instant.fromEpochMilliseconds(moment.instant).toString();
  const rest = Object.entries(data)
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, value]) => ` ${inName(name)}=${typeof value === "object" ? JSON.stringify(value) : inName(value)}`);
  const learnt = when(recorded) === when(occurred) ? "" : ` recorded ${when(recorded)}`;
  return `${type} ${when(occurred)}${learnt}${replaces === null ? "" : ` replaces ${inName(replaces)}`}${rest.join("")}`;
}

/** What a column holds as text; JSON may hold an object where a text ought to be, even one that cannot be made a text. */
function textOf(value: unknown): string {
  return typeof value === "object" ? JSON.stringify(value) : String(value);
}

/** A text in quotes where it could be taken for something else: two contents must not share a name. */
function inName(value: unknown): string {
  const ambiguous = typeof value === "string" && (/[\s="]/.test(value) || value === "" || readValue(value) !== value);
  return ambiguous ? JSON.stringify(value) : String(value);
}

function readWhen(value: unknown, column: string, zone: Zone, problems: RowProblem[]): Moment | null {
  if (value === undefined || value === null || value === "") return null;
  const moment = readMoment(textOf(value).trim(), zone);
  if (typeof moment !== "string") return moment;
  problems.push({ column, message: moment });
  return null;
}

function readData(
  raw: RawRow,
  fields: Readonly<Record<string, FieldFile>>,
  zone: Zone,
  problems: RowProblem[],
): Readonly<Record<string, unknown>> {
  const data: Record<string, unknown> = {};
  for (const [column, value] of Object.entries(jsonData(raw["data"], problems))) {
    if (value !== null && value !== "") data[column] = value;
  }
  for (const [column, value] of Object.entries(raw)) {
    // `reason` is both why an entry is corrected and, for some types, a field: the field where the type declares one.
    if (column === "reason" && (fields["reason"] === undefined || data["reason"] !== undefined)) continue;
    if (OWN_COLUMNS.has(column) || value === undefined || value === null || value === "") continue;
    data[column] = typeof value === "string" ? readValue(value.trim()) : value;
  }
  for (const [column, field] of Object.entries(fields)) {
    if (data[column] === undefined) continue;
    const read = readField(data[column], field, zone);
    if (typeof read === "object") problems.push({ column, message: read.problem });
    else data[column] = read;
  }
  return data;
}

function jsonData(value: unknown, problems: RowProblem[]): Readonly<Record<string, unknown>> {
  if (value === undefined || value === null || value === "") return {};
  try {
    const parsed: unknown = typeof value === "string" ? JSON.parse(value) : value;
    if (parsed !== null && typeof parsed === "object" && !Array.isArray(parsed))
      return parsed as Record<string, unknown>;
  } catch {
    // said below: text that is not JSON and JSON that is not an object get the same advice
  }
  problems.push({ column: "data", message: 'is not a JSON object: write one like {"first": true}' });
  return {};
}

/** A declared field's value in its type; an object with the problem when it is not one. */
function readField(
  value: unknown,
  field: FieldFile,
  zone: Zone,
): string | number | boolean | { readonly problem: string } {
  const text = textOf(value).trim();
  switch (field.type) {
    case "yes-no":
      if (/^(true|yes|1)$/i.test(text)) return true;
      if (/^(false|no|0)$/i.test(text)) return false;
      return { problem: `"${text}" is neither true nor false` };
    case "number": {
      const number = Number(text);
      return text !== "" && Number.isFinite(number) ? number : { problem: `"${text}" is not a number` };
    }
    case "date": {
      const moment = readMoment(text, zone);
      return typeof moment === "string" ? { problem: moment } : text;
    }
    case "choice":
    case "text":
      return text;
  }
}
