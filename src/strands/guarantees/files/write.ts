import { once } from "node:events";
import { createWriteStream, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { formatTable } from "../../../core/terminal/table.ts";
import type { ExplainedStep } from "../model/explain.ts";
import type { ClockRow } from "../model/row.ts";
import { CSV_HEADER, FIELDS, outputLine } from "./line.ts";

export type OutputFormat = "ndjson" | "csv" | "parquet" | "table";
export type OutputRow = ClockRow & { readonly why?: readonly ExplainedStep[] };

const PARQUET_TYPES: Partial<Record<(typeof FIELDS)[number], string>> = {
  period: "INTEGER",
  elapsed: "DOUBLE",
  excluded: "DOUBLE",
  notes: "VARCHAR[]",
};

/** Rows a table on a terminal holds at the most; a file holds all. */
const TABLE_ROWS = 10_000;
const BATCH = 2_000;

/** Writes clocks to a stream in the format asked for. Answers how many. */
export async function writeClocks(
  rows: Iterable<OutputRow>,
  format: OutputFormat,
  output: NodeJS.WriteStream,
): Promise<number> {
  switch (format) {
    case "ndjson":
      return writeLines(rows, output, (row) => outputLine(row, "ndjson"));
    case "csv":
      output.write(`${CSV_HEADER}\n`);
      return writeLines(rows, output, (row) => outputLine(row, "csv"));
    case "table":
      return writeTable(rows, output);
    case "parquet":
      return writeParquet(rows, output);
  }
}

/** Writes clocks that are lines already: those of CSV, else NDJSON. */
export async function writeClockLines(
  batches: Iterable<Buffer>,
  format: OutputFormat,
  output: NodeJS.WriteStream,
): Promise<void> {
  if (format === "table" || format === "parquet") {
    await writeClocks(rowsIn(batches), format, output);
    return;
  }
  if (format === "csv") output.write(`${CSV_HEADER}\n`);
  for (const batch of batches) if (!output.write(batch)) await once(output, "drain");
}

function* rowsIn(batches: Iterable<Buffer>): Generator<OutputRow> {
  for (const batch of batches) {
    for (const line of batch.toString("utf8").trimEnd().split("\n")) yield JSON.parse(line) as OutputRow;
  }
}

async function writeLines(
  rows: Iterable<OutputRow>,
  output: NodeJS.WriteStream,
  line: (row: OutputRow) => string,
): Promise<number> {
  let count = 0;
  let batch: string[] = [];
  for (const row of rows) {
    batch.push(line(row));
    count++;
    if (batch.length < BATCH) continue;
    if (!output.write(`${batch.join("\n")}\n`)) await once(output, "drain");
    batch = [];
  }
  if (batch.length > 0 && !output.write(`${batch.join("\n")}\n`)) await once(output, "drain");
  return count;
}

function writeTable(rows: Iterable<OutputRow>, output: NodeJS.WriteStream): number {
  const shown: OutputRow[] = [];
  let count = 0;
  for (const row of rows) {
    count++;
    if (shown.length < TABLE_ROWS) shown.push(row);
  }
  const colourOf = (row: OutputRow) =>
    row.state === "kept"
      ? "green"
      : row.state === "broken" || row.state === "overdue"
        ? "red"
        : row.state === "waiting"
          ? undefined
          : "dim";
  const table = formatTable<OutputRow>(
    [
      { title: "case", value: (row) => row.case },
      { title: "promise", value: (row) => row.promise },
      { title: "#", value: (row) => String(row.period), align: "right" },
      { title: "state", value: (row) => row.state, colour: colourOf },
      { title: "started", value: (row) => row.started },
      { title: "due", value: (row) => row.due },
      { title: "stopped", value: (row) => row.stopped ?? "" },
      { title: "elapsed", value: (row) => String(row.elapsed), align: "right" },
      { title: "excluded", value: (row) => String(row.excluded), align: "right" },
      { title: "unit", value: (row) => row.unit },
      { title: "version", value: (row) => row.version },
      { title: "notes", value: (row) => row.notes.join(" ") },
    ],
    shown,
    output.hasColors?.() ?? false,
  );
  output.write(count === 0 ? "No clocks: no event of these files starts one.\n" : `${table}\n`);
  if (count > shown.length)
    output.write(`… and ${count - shown.length} more; write a file to see them all: --format csv > clocks.csv\n`);
  return count;
}

/** Parquet goes to the output by way of a file: the format ends with its index. */
async function writeParquet(rows: Iterable<OutputRow>, output: NodeJS.WriteStream): Promise<number> {
  const folder = mkdtempSync(join(tmpdir(), "handrail-"));
  try {
    const lines = createWriteStream(join(folder, "clocks.ndjson"));
    const count = await writeLines(rows, lines as unknown as NodeJS.WriteStream, (row) => outputLine(row, "ndjson"));
    await new Promise<void>((resolve) => lines.end(resolve));
    // Loaded only here: DuckDB takes longer to load than most files take to judge.
    const { jsonToParquet } = await import("./parquet.ts");
    await jsonToParquet(
      join(folder, "clocks.ndjson"),
      join(folder, "clocks.parquet"),
      FIELDS.map((field) => [field, PARQUET_TYPES[field] ?? "VARCHAR"]),
    );
    if (!output.write(readFileSync(join(folder, "clocks.parquet")))) await once(output, "drain");
    return count;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
