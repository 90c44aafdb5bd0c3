import { symbolOf, type Letters } from "../machine/alphabet.ts";
import { isEventRow, readEventRow } from "../model/event-row.ts";
import type { Job, Recorder } from "./recorder.ts";
import { IGNORED, INTERPRET } from "./records.ts";

/**
 * Columns hold few different values, so a combination of type and fields is read once, by the plain reader itself, and
 * its symbol remembered: every later row of the same combination is then a look-up.
 */
export type Translation = {
  /** Symbol of the event with its date only, and with its time; IGNORED for types of other definitions. */
  readonly symbol: number;
  readonly symbolTimed: number;
  /** Which of the date columns holds the date that the rules read; −1 for none. */
  readonly dateColumn: number;
  /** The type's name matters for events after the as-at moment. */
  readonly matterLater: boolean;
};

/** The columns of a file by what they are to a translation. */
export type Columns = {
  /** Fields that some event type declares, but for dates, and the area where areas matter: few different values each. */
  readonly coded: readonly string[];
  /** Fields that hold dates wherever they are declared. */
  readonly dates: readonly string[];
};

export function columnsOf(header: readonly string[], { context, areas }: Job): Columns {
  const kinds = new Map<string, Set<string>>();
  for (const fields of context.types.values()) {
    for (const [name, field] of Object.entries(fields)) kinds.set(name, (kinds.get(name) ?? new Set()).add(field.type));
  }
  const isDate = (column: string) => [...(kinds.get(column) ?? [])].join() === "date";
  const isCoded = (column: string) => (kinds.has(column) && !isDate(column)) || (column === "area" && areas.length > 0);
  return { coded: header.filter(isCoded), dates: header.filter(isDate) };
}

/** A day that exists, in place of any other in a date column: tests ask only whether there is one. */
const SOME_DAY = "2000-01-01";

/**
 * The translation of a type with these values; null when the plain reader finds something wrong with them.
 * @param dates of each date column, whether it holds a date
 */
export function translate(
  recorder: Recorder,
  columns: Columns,
  type: string,
  values: readonly string[],
  dates: readonly boolean[],
): Translation | null {
  const raw: Record<string, unknown> = { case: "case", type, occurred: SOME_DAY };
  columns.coded.forEach((column, index) => (raw[column] = values[index]));
  columns.dates.forEach((column, index) => (raw[column] = dates[index] === true ? SOME_DAY : ""));
  const row = readEventRow(raw, recorder.job.context);
  if (!isEventRow(row) || row.event.replaces !== null) return null;
  const { alphabet, job } = recorder;
  if (row.area !== null && recorder.job.areas.includes(row.area))
    return { symbol: INTERPRET, symbolTimed: INTERPRET, dateColumn: -1, matterLater: true };
  const matterLater = recorder.laterTypes.has(type);
  const rank = job.definition.order.get(type);
  const letters = rank === undefined ? undefined : (alphabet.letters[rank] as Letters);
  if (rank === undefined || letters?.used !== true)
    return { symbol: IGNORED, symbolTimed: IGNORED, dateColumn: -1, matterLater };
  if (
    letters.tests.some(
      (test) => columns.dates.includes(test.field) && test.kind !== "missing" && test.kind !== "present",
    )
  )
    return null;
  const { data } = row.event;
  const dateColumn = letters.dateField === null ? -1 : columns.dates.indexOf(letters.dateField);
  // A date under a column that also holds other things elsewhere is left to the plain reader, row by row.
  if (letters.dateField !== null && dateColumn < 0 && data[letters.dateField] !== undefined) return null;
  return {
    symbol: symbolOf(alphabet, rank, data, false),
    symbolTimed: symbolOf(alphabet, rank, data, true),
    dateColumn,
    matterLater,
  };
}
