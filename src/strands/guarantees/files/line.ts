import { csvLine } from "../../../lib/csv/write.ts";
import type { ClockRow } from "../model/row.ts";

/** Formats that are one line a clock. */
export type LineFormat = "ndjson" | "csv";

/** The columns of the answer, in order. */
export const FIELDS = [
  "case",
  "person",
  "guarantee",
  "version",
  "promise",
  "period",
  "state",
  "started",
  "due",
  "stopped",
  "stoppedBy",
  "elapsed",
  "excluded",
  "limit",
  "unit",
  "notes",
] as const;

/** A clock's line, without its end. */
export function outputLine(row: ClockRow, format: LineFormat): string {
  return format === "ndjson" ? JSON.stringify(row) : csvLine(FIELDS.map((field) => cell(row[field])));
}

/** The first line of a CSV file. */
export const CSV_HEADER = csvLine([...FIELDS]);

function cell(value: ClockRow[(typeof FIELDS)[number]]): string {
  if (value === null) return "";
  return typeof value === "object" ? value.join(";") : String(value);
}
