import { once } from "node:events";
import { DuckDBInstance } from "@duckdb/node-api";
import { formatTable } from "../../../core/terminal/table.ts";
import { csvLine } from "../../../lib/csv/write.ts";
import type { ExplainedStep } from "../model/explain.ts";
import type { ClockRow } from "../model/row.ts";

export type OutputFormat = "ndjson" | "csv" | "parquet" | "table";
export type OutputRow = ClockRow & { readonly why?: readonly ExplainedStep[] };

const FIELDS = [
  "case", "person", "guarantee", "version", "promise", "period", "state", "started", "due", "stopped", "stoppedBy",
  "elapsed", "excluded", "limit", "unit", "notes",
] as const;

/** Rows a table on a terminal holds at the most; a file holds all. */
const TABLE_ROWS = 10_000;
const BATCH = 2_000;

/** Writes clocks to a stream in the format asked for. Answers how many. */
export async function writeClocks(rows: Iterable<OutputRow>, format: OutputFormat, output: NodeJS.WriteStream): Promise<number> {
  switch (format) {
    case "ndjson":
      return writeLines(rows, output, (row) => JSON.stringify(row));
    case "csv":
      output.write(`${csvLine([...FIELDS])}\n`);
      return writeLines(rows, output, (row) => csvLine(FIELDS.map((field) => cell(row, field))));
    case "table":
      return writeTable(rows, output);
    case "parquet":
      return writeParquet(rows, output);
  }
}

function cell(row: OutputRow, field: (typeof FIELDS)[number]): string {
  const value = row[field];
  if (value === null) return "";
  return typeof value === "object" ? value.join(";") : String(value);
}

async function writeLines(rows: Iterable<OutputRow>, output: NodeJS.WriteStream, line: (row: OutputRow) => string): Promise<number> {
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
    row.state === "kept" ? "green" : row.state === "broken" || row.state === "overdue" ? "red" : row.state === "waiting" ? undefined : "dim";
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
  if (count > shown.length) output.write(`… and ${count - shown.length} more; write a file to see them all: --format csv > clocks.csv\n`);
  return count;
}

/** Parquet goes to the output by way of a file: the format ends with its index. */
async function writeParquet(rows: Iterable<OutputRow>, output: NodeJS.WriteStream): Promise<number> {
  const { mkdtempSync, readFileSync, rmSync, createWriteStream } = await import("node:fs");
  const { tmpdir } = await import("node:os");
  const { join } = await import("node:path");
  const folder = mkdtempSync(join(tmpdir(), "handrail-"));
  try {
    const lines = createWriteStream(join(folder, "clocks.ndjson"));
    const count = await writeLines(rows, lines as unknown as NodeJS.WriteStream, (row) => JSON.stringify(row));
    await new Promise<void>((resolve) => lines.end(resolve));
    const instance = await DuckDBInstance.create(":memory:");
    const connection = await instance.connect();
    const file = (name: string) => join(folder, name).replaceAll("'", "''");
    const types =
      "{case:'VARCHAR',person:'VARCHAR',guarantee:'VARCHAR',version:'VARCHAR',promise:'VARCHAR',period:'INTEGER',state:'VARCHAR',started:'VARCHAR',due:'VARCHAR',stopped:'VARCHAR',stoppedBy:'VARCHAR',elapsed:'DOUBLE',excluded:'DOUBLE','limit':'VARCHAR',unit:'VARCHAR',notes:'VARCHAR[]'}";
    await connection.run(
      `COPY (SELECT * FROM read_json('${file("clocks.ndjson")}', format='newline_delimited', columns=${types})) TO '${file("clocks.parquet")}' (FORMAT parquet)`,
    );
    connection.closeSync();
    instance.closeSync();
    if (!output.write(readFileSync(join(folder, "clocks.parquet")))) await once(output, "drain");
    return count;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
