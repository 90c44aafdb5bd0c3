import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { PassThrough } from "node:stream";
import { buffer } from "node:stream/consumers";
import { after, test } from "node:test";
import { DuckDBInstance } from "@duckdb/node-api";
import { parse } from "csv-parse/sync";
import type { ClockRow } from "../model/row.ts";
import { writeClocks, type OutputFormat } from "./write.ts";

const folder = mkdtempSync(join(tmpdir(), "handrail-write-"));
after(() => rmSync(folder, { recursive: true, force: true }));

const ROWS: readonly ClockRow[] = [
  {
    case: 'c,1 "odd"',
    person: "Åse",
    guarantee: "eng-rtt",
    version: "2015",
    promise: "treatment",
    period: 1,
    state: "broken",
    started: "2024-01-01",
    due: "2024-05-06",
    stopped: "2024-06-01",
    stoppedBy: "treatment-started",
    elapsed: 150,
    excluded: 2,
    limit: "18 weeks",
    unit: "days",
    notes: ["clock-restarted", "due-moved"],
  },
  {
    case: "c2",
    person: "c2",
    guarantee: "eng-emergency",
    version: "2010",
    promise: "four-hours",
    period: 2,
    state: "waiting",
    started: "2024-01-01T10:00:00+00:00",
    due: "2024-01-01T14:00:00+00:00",
    stopped: null,
    stoppedBy: null,
    elapsed: 0.0028,
    excluded: 0,
    limit: 4,
    unit: "hours",
    notes: [],
  },
];

async function written(rows: Iterable<ClockRow>, format: OutputFormat): Promise<Buffer> {
  const output = new PassThrough();
  const all = buffer(output);
  await writeClocks(rows, format, output as unknown as NodeJS.WriteStream);
  output.end();
  return all;
}

test("NDJSON is one clock a line, with nothing lost", async () => {
  const lines = (await written(ROWS, "ndjson")).toString().trimEnd().split("\n");
  assert.deepEqual(
    lines.map((line) => JSON.parse(line) as unknown),
    ROWS,
  );
});

test("CSV is one clock a line under a header, notes by semicolons, nothing where there is nothing", async () => {
  const [header, ...lines] = parse((await written(ROWS, "csv")).toString()) as string[][];
  assert.deepEqual(header, [
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
  ]);
  assert.deepEqual(lines[0], [
    'c,1 "odd"',
    "Åse",
    "eng-rtt",
    "2015",
    "treatment",
    "1",
    "broken",
    "2024-01-01",
    "2024-05-06",
    "2024-06-01",
    "treatment-started",
    "150",
    "2",
    "18 weeks",
    "days",
    "clock-restarted;due-moved",
  ]);
  assert.deepEqual(lines[1]?.slice(9), ["", "", "0.0028", "0", "4", "hours", ""]);
});

test("Parquet reads back as the same clocks, numbers as numbers and notes as lists", async () => {
  const path = join(folder, "clocks.parquet");
  writeFileSync(path, await written(ROWS, "parquet"));
  const instance = await DuckDBInstance.create(":memory:");
  const connection = await instance.connect();
  const read = await connection.runAndReadAll(`SELECT * FROM read_parquet('${path}')`);
  assert.deepEqual(
    read.getRowObjectsJson(),
    ROWS.map((row) => ({ ...row, limit: String(row.limit) })),
  );
  const types = await connection.runAndReadAll(
    `SELECT typeof(period), typeof(elapsed), typeof(notes), typeof("limit") FROM read_parquet('${path}') LIMIT 1`,
  );
  assert.deepEqual(types.getRows()[0], ["INTEGER", "DOUBLE", "VARCHAR[]", "VARCHAR"]);
  connection.closeSync();
  instance.closeSync();
});

test("a table has a line for each clock under its titles, in columns", async () => {
  const lines = (await written(ROWS, "table")).toString().trimEnd().split("\n");
  assert.equal(lines.length, 3);
  assert.match(lines[0] ?? "", /^case +promise +# +state +started +due +stopped/);
  assert.match(lines[1] ?? "", /treatment +1 +broken +2024-01-01 +2024-05-06 +2024-06-01 +150 +2 +days/);
  assert.equal(lines[1]?.indexOf("broken"), lines[2]?.indexOf("waiting"), "states stand below each other");
});

test("no clocks are no lines, a header alone, an empty file of Parquet, or a sentence", async () => {
  assert.equal((await written([], "ndjson")).toString(), "");
  assert.equal((await written([], "csv")).toString().trimEnd().split("\n").length, 1);
  assert.match((await written([], "table")).toString(), /No clocks: no event of these files starts one/);
  assert.equal((await written([], "parquet")).subarray(0, 4).toString(), "PAR1");
});

test("a table of very many clocks says how many more there are, and how to see them", async () => {
  const many = Array.from({ length: 10_003 }, () => ROWS[0] as ClockRow);
  const text = (await written(many, "table")).toString();
  assert.match(text, /… and 3 more; write a file to see them all: --format csv/);
  assert.equal(text.trimEnd().split("\n").length, 10_002);
});

test("many clocks go out whole, whatever the reader's pace", async () => {
  const many = Array.from({ length: 20_000 }, (_, index) => ({ ...(ROWS[0] as ClockRow), period: index + 1 }));
  const lines = (await written(many, "ndjson")).toString().trimEnd().split("\n");
  assert.deepEqual(
    lines.map((line) => (JSON.parse(line) as ClockRow).period),
    many.map((row) => row.period),
  );
});
