import { stat } from "node:fs/promises";
import { Readable } from "node:stream";
import type { DuckDBValue } from "@duckdb/node-api";
import { parse, type Info } from "csv-parse";
import { NEEDED_COLUMNS, type RawRow } from "../model/event-row.ts";
import { FileProblem, linesOf, textOf } from "./text.ts";

/** A row of a file with its line (rows of Parquet are counted from 1), or what is wrong with the line itself. */
export type FileRow =
  | { readonly line: number; readonly row: RawRow }
  | { readonly line: number; readonly column: string; readonly problem: string };

export type FileFormat = "csv" | "ndjson" | "parquet";

export { FileProblem };

/** Longest line of NDJSON; what is longer is not an event. */
export const LONGEST_LINE = 1_000_000;

/** Format by the file's ending; `-` is standard input, read as NDJSON. */
export function formatOf(path: string): FileFormat {
  const ending = /\.([a-z0-9]+)$/i.exec(path)?.[1]?.toLowerCase();
  switch (ending) {
    case "csv":
      return "csv";
    case "ndjson":
    case "jsonl":
      return "ndjson";
    case "parquet":
      return "parquet";
    default:
      if (path === "-") return "ndjson";
      throw new FileProblem(`${path}: cannot tell the format. Name the file .csv, .ndjson or .parquet.`);
  }
}

/** Reads a file of events row by row; memory does not grow with the file. Calls `onBytes` as it goes, for progress. */
export async function* readRows(path: string, onBytes: (bytes: number) => void = () => {}): AsyncGenerator<FileRow> {
  const format = formatOf(path);
  if (path !== "-") await mustExist(path);
  switch (format) {
    case "csv":
      return yield* readCsv(path, onBytes);
    case "ndjson":
      return yield* readNdjson(path, onBytes);
    case "parquet":
      return yield* readParquet(path);
  }
}

export async function mustExist(path: string): Promise<number> {
  try {
    const found = await stat(path);
    if (found.isFile()) return found.size;
  } catch {
    throw new FileProblem(`${path}: there is no such file.`);
  }
  throw new FileProblem(`${path}: is not a file.`);
}

async function* readCsv(path: string, onBytes: (bytes: number) => void): AsyncGenerator<FileRow> {
  const input = Readable.from(textOf(path, onBytes));
  const parser = input.pipe(
    parse({ info: true, relax_column_count: true, skip_empty_lines: true, max_record_size: LONGEST_LINE }),
  );
  // A stream's error does not travel through `pipe`.
  input.on("error", (error) => parser.destroy(error));
  let header: readonly string[] | undefined;
  try {
    for await (const { record, info } of parser as AsyncIterable<{ record: string[]; info: Info }>) {
      if (header === undefined) {
        header = record.map((column) => column.trim());
        checkHeader(path, header);
        continue;
      }
      yield csvRow(header, record, info.lines);
    }
  } catch (error) {
    if (error instanceof FileProblem) throw error;
    throw new FileProblem(
      `${path}: is not CSV as it stands: ${(error as Error).message}. Quotes inside a quoted field are written twice.`,
    );
  }
  if (header === undefined)
    throw new FileProblem(`${path}: is empty. The first line names the columns: ${NEEDED_COLUMNS.join(",")}, …`);
}

function csvRow(header: readonly string[], record: readonly string[], line: number): FileRow {
  if (record.length !== header.length) {
    return { line, column: "", problem: `has ${record.length} fields where the header has ${header.length}` };
  }
  return { line, row: Object.fromEntries(header.map((column, index) => [column, record[index]])) };
}

function checkHeader(path: string, header: readonly string[]): void {
  const missing = NEEDED_COLUMNS.filter((column) => !header.includes(column));
  if (missing.length > 0) {
    throw new FileProblem(
      `${path}:1: the column${missing.length > 1 ? "s" : ""} ${missing.join(", ")} ${missing.length > 1 ? "are" : "is"} missing. The header has: ${header.join(", ")}`,
    );
  }
  const twice = header.find((column, index) => header.indexOf(column) !== index);
  if (twice !== undefined) throw new FileProblem(`${path}:1: the column ${twice} stands twice in the header.`);
}

async function* readNdjson(path: string, onBytes: (bytes: number) => void): AsyncGenerator<FileRow> {
  for await (const found of linesOf(textOf(path, onBytes), LONGEST_LINE)) {
    const row = "tooLong" in found ? tooLong(found.line) : rowOfLine(found.line, found.text);
    if (row !== null) yield row;
  }
}

export function tooLong(line: number): FileRow {
  return { line, column: "", problem: `is longer than ${LONGEST_LINE} characters` };
}

/** A line of NDJSON as a row; null for an empty one, which is passed over. */
export function rowOfLine(line: number, content: string): FileRow | null {
  const text = content.trim();
  if (text === "") return null;
  try {
    const row: unknown = JSON.parse(text);
    if (row !== null && typeof row === "object" && !Array.isArray(row)) return { line, row: row as RawRow };
    return { line, column: "", problem: "is not a JSON object" };
  } catch (error) {
    return { line, column: "", problem: `is not JSON: ${(error as Error).message}` };
  }
}

/** @param where a condition in SQL, for those who do not want every row; rows are then counted among those that hold */
export async function* readParquet(path: string, where = "true"): AsyncGenerator<FileRow> {
  const { DuckDBInstance } = await import("@duckdb/node-api");
  const instance = await DuckDBInstance.create(":memory:");
  const connection = await instance.connect();
  try {
    const result = await connection.stream(
      `SELECT * FROM read_parquet('${path.replaceAll("'", "''")}') WHERE ${where}`,
    );
    const columns = result.deduplicatedColumnNames();
    checkHeader(path, columns);
    let line = 0;
    for (
      let chunk = await result.fetchChunk();
      chunk !== null && chunk.rowCount > 0;
      chunk = await result.fetchChunk()
    ) {
      for (const values of chunk.getRows()) {
        line++;
        yield {
          line,
          row: Object.fromEntries(columns.map((column, index) => [column, plain(values[index] as DuckDBValue)])),
        };
      }
    }
  } catch (error) {
    if (error instanceof FileProblem) throw error;
    throw new FileProblem(`${path}: is not a Parquet file that can be read: ${(error as Error).message}`);
  } finally {
    connection.closeSync();
    instance.closeSync();
  }
}

/** DuckDB's dates and timestamps as the texts an event file would have; its integers as numbers, its structures as objects. */
function plain(value: DuckDBValue): unknown {
  if (typeof value === "bigint") return Number(value);
  if (value === null || typeof value !== "object") return value;
  if ("entries" in value && !Array.isArray(value.entries)) {
    return Object.fromEntries(
      Object.entries(value.entries).map(([name, entry]) => [name, plain(entry as DuckDBValue)]),
    );
  }
  return String(value);
}
