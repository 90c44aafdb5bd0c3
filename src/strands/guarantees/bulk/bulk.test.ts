import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { DuckDBInstance } from "@duckdb/node-api";
import fc from "fast-check";
import { csvLine } from "../../../lib/csv/write.ts";
import { formatDay, parseDay } from "../../../lib/dates/day.ts";
import { readQuestion, type QuestionOptions } from "../commands/question.ts";
import { evaluateCases, readCases, rowsOf } from "../files/evaluate.ts";
import { outputLine, type LineFormat } from "../files/line.ts";
import { library } from "../library.ts";
import { rowContext } from "../model/event-row.ts";
import type { FieldFile } from "../model/language.ts";
import { evaluateInBulk, jobOf } from "./evaluate.ts";
import { mergeRuns } from "./runs.ts";
import { NO_DAY, type EventTable } from "./table.ts";
import { evaluateSources } from "./team.ts";

const built = library();
const folder = mkdtempSync(join(tmpdir(), "handrail-test-"));
after(() => rmSync(folder, { recursive: true, force: true }));
const now = { now: () => Temporal.Instant.from("2024-06-03T10:00:00Z") };

type Row = Readonly<Record<string, string>>;
type Limits = Parameters<typeof evaluateInBulk>[6];

function asked(options: QuestionOptions) {
  const question = readQuestion(options, built, now);
  return { question, context: rowContext(question.definition.zone, built.definitions.values()) };
}

/** The plain way's lines; null when a row is bad. */
async function plainly(files: readonly string[], options: QuestionOptions, format: LineFormat): Promise<string | null> {
  const { question, context } = asked(options);
  const read = await readCases(files, context, question.definition);
  if (read.badRows.length > 0) return null;
  let text = "";
  for (const found of evaluateCases(read.cases, question.definitionFor, question.question)) {
    for (const row of rowsOf(found)) text += `${outputLine(row, format)}\n`;
  }
  return text;
}

async function inBulk(
  files: readonly string[],
  options: QuestionOptions,
  format: LineFormat,
  limits: Limits = {},
): Promise<string | null> {
  const { question, context } = asked(options);
  let text = "";
  const done = await evaluateInBulk(
    files,
    question,
    context,
    format,
    async (lines) => {
      for (const batch of lines) text += batch.toString("utf8");
    },
    undefined,
    limits,
  );
  return done ? text : null;
}

function writeCsv(name: string, rows: readonly Row[], end = "\n"): string {
  const path = join(folder, name);
  const header = [...new Set(rows.flatMap((row) => Object.keys(row)))];
  const columns = header.length === 0 ? ["case", "type", "occurred"] : header;
  writeFileSync(
    path,
    [columns, ...rows.map((row) => columns.map((column) => row[column] ?? ""))]
      .map((line) => csvLine(line) + end)
      .join(""),
  );
  return path;
}

function writeNdjson(name: string, rows: readonly Row[]): string {
  const path = join(folder, name);
  writeFileSync(path, rows.map((row) => `${JSON.stringify(row)}\n`).join(""));
  return path;
}

/** Parquet of a CSV file; `types` are DuckDB's, texts where none is given. */
async function parquetOf(csv: string, types: Readonly<Record<string, string>> = {}): Promise<string> {
  const path = csv.replace(/\.csv$/, ".parquet");
  const instance = await DuckDBInstance.create(":memory:");
  const connection = await instance.connect();
  const header = (await connection.runAndReadAll(`DESCRIBE FROM read_csv('${csv}', all_varchar = true)`))
    .getRows()
    .map((row) => String(row[0]));
  const columns = header
    .map((column) => `CAST("${column}" AS ${types[column] ?? "VARCHAR"}) AS "${column}"`)
    .join(", ");
  await connection.run(
    `COPY (SELECT ${columns} FROM read_csv('${csv}', all_varchar = true)) TO '${path}' (FORMAT parquet, ROW_GROUP_SIZE 2048)`,
  );
  connection.closeSync();
  instance.closeSync();
  return path;
}

function fieldText(field: FieldFile): fc.Arbitrary<string> {
  switch (field.type) {
    case "yes-no":
      return fc.constantFrom("true", "false", "yes", "TRUE ", "");
    case "number":
      return fc.constantFrom("22", "23", "7.5", "", " 8");
    case "date":
      return fc.integer({ min: -40, max: 120 }).map((more) => formatDay((parseDay("2024-03-29") as number) + more));
    case "choice":
      return fc.constantFrom(...Object.keys(field.choices ?? {}), "", "something else", "a, b");
    default:
      return fc.constantFrom("", "x");
  }
}

/** Rows of some cases: few days, ties, rows sent twice, other definitions' types, times with and without offsets. */
function files(id: string, optional: readonly string[]): fc.Arbitrary<readonly Row[]> {
  const definition = built.definitions.get(id);
  if (definition === undefined) throw new Error(id);
  const types = [...Object.keys(definition.events), "enrolled", "arrived"];
  const day = fc
    .oneof(fc.integer({ min: 0, max: 8 }), fc.integer({ min: 0, max: 140 }))
    .map((more) => formatDay((parseDay("2024-03-25") as number) + more));
  const time = fc.constantFrom(
    "",
    "",
    "",
    "",
    "T00:30",
    "T02:30:00",
    "T14:05:06.789",
    "T23:30Z",
    "T23:30:00-05:00",
    " 09:00",
  );
  const row = fc.constantFrom(...types).chain((type) => {
    const fields = built.definitions.get(id)?.events[type]?.fields ?? {};
    return fc.record({
      case: fc
        .integer({ min: 1, max: 6 })
        .map(
          (number) => ["C-1", "c2", "a case with a long name that goes on", "Å-4", "05", '"6"'][number - 1] as string,
        ),
      type: fc.constant(type),
      occurred: fc.tuple(day, time).map((parts) => parts.join("")),
      ...Object.fromEntries(
        Object.entries(fields).map(([name, field]) => [name, fc.oneof(fc.constant(""), fieldText(field))]),
      ),
      ...(optional.includes("id")
        ? { id: fc.oneof({ weight: 8, arbitrary: fc.uuid() }, { weight: 1, arbitrary: fc.constantFrom("", "e1") }) }
        : {}),
      ...(optional.includes("recorded") ? { recorded: fc.oneof(fc.constant(""), day) } : {}),
      ...(optional.includes("area") ? { area: fc.constantFrom("", "SE-AB", "SE-M") } : {}),
    });
  });
  const withPersons = (rows: readonly Row[]) =>
    optional.includes("person")
      ? rows.map((each, index) => ({ ...each, person: index % 3 === 0 ? "" : `person of ${each["case"] ?? ""}` }))
      : rows;
  const doubled = (rows: readonly Row[]) => rows.flatMap((each, index) => (index % 11 === 10 ? [each, each] : [each]));
  return fc.array(row, { minLength: 1, maxLength: 30 }).map((rows) => withPersons(doubled(rows)));
}

let serial = 0;
function nextName(): string {
  return `events-${serial++}`;
}

for (const id of built.definitions.keys()) {
  test(`${id}: a CSV or NDJSON file gives the same lines in bulk as row by row`, async () => {
    const options = fc.record({
      asAt: fc.constantFrom("2024-05-01", "2024-04-02T12:00", "2024-09-30"),
      knownOn: fc.option(fc.constant("2024-04-20"), { freq: 6, nil: undefined }),
    });
    const optional = fc.subarray(["id", "recorded", "area", "person"]);
    const given = optional.chain((columns) => files(id, columns));
    await fc.assert(
      fc.asyncProperty(
        given,
        options,
        fc.constantFrom("ndjson" as const, "csv" as const),
        fc.boolean(),
        async (rows, { asAt, knownOn }, format, json) => {
          const path = json ? writeNdjson(`${nextName()}.ndjson`, rows) : writeCsv(`${nextName()}.csv`, rows);
          const question = { guarantee: id, asAt, ...(knownOn === undefined ? {} : { knownOn }) };
          const expected = await plainly([path], question, format);
          const actual = await inBulk([path], question, format, { threads: 1 });
          if (actual === null)
            assert.ok(
              expected === null || (!json && rows.some((row) => row["case"] === '"6"')),
              "bulk gave up on a file that is in order",
            );
          else assert.equal(actual, expected);
        },
      ),
      { numRuns: 40 },
    );
  });
}

test("Parquet gives the same lines, whatever types its columns have", async () => {
  const kinds: readonly Readonly<Record<string, string>>[] = [
    {},
    { occurred: "DATE", original_date: "DATE", first: "BOOLEAN" },
    { occurred: "TIMESTAMP", first: "BOOLEAN" },
    { case: "BIGINT", occurred: "DATE" },
  ];
  for (const [number, types] of kinds.entries()) {
    const rows = manyWaits(4_000).map((row, index) =>
      types["case"] === undefined ? row : { ...row, case: String(index % 900) },
    );
    const path = await parquetOf(writeCsv(`kind-${number}.csv`, rows), types);
    const question = { guarantee: "eng-rtt", asAt: "2024-09-30" };
    const expected = await plainly([path], question, "ndjson");
    assert.ok(expected !== null && expected.length > 100_000);
    assert.equal(await inBulk([path], question, "ndjson", { threads: 1 }), expected);
    assert.equal(await inBulk([path], question, "ndjson", { threads: 2 }), expected);
  }
});

test("two threads, spilled records, spilled lines, shuffled rows and line ends of Windows change nothing", async () => {
  const rows = manyWaits(60_000);
  const path = writeCsv("many.csv", rows);
  const question = { guarantee: "eng-rtt", asAt: "2024-09-30" };
  const expected = await plainly([path], question, "csv");
  assert.ok(expected !== null);
  assert.equal(await inBulk([path], question, "csv", { threads: 2 }), expected);
  assert.equal(await inBulk([path], question, "csv", { threads: 2, poolWords: 1, answerBytes: 10_000 }), expected);
  const shuffled = rows.toSorted((a, b) => ((a["salt"] ?? "") < (b["salt"] ?? "") ? -1 : 1));
  assert.equal(await inBulk([writeCsv("shuffled.csv", shuffled, "\r\n")], question, "csv", { threads: 2 }), expected);
});

/** Waits from a small generator of its own: one row in fifty is a correction, a tie or sent twice. */
function manyWaits(count: number): Row[] {
  let state = 7;
  const below = (limit: number) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 4_294_967_296) * limit);
  };
  const types = [
    "referral-received",
    "referral-received",
    "appointment-missed",
    "appointment-rebooked",
    "monitoring-started",
    "monitoring-ended",
    "treatment-started",
    "appointment-attended",
    "died",
  ];
  return Array.from({ length: count }, () => {
    const type = types[below(types.length)] as string;
    return {
      case: `wait-${String(below(count / 4)).padStart(6, "0")}-in-a-long-name`,
      type,
      occurred: formatDay((parseDay("2024-01-01") as number) + below(300)),
      original_date: type === "referral-received" && below(20) === 0 ? "2023-12-01" : "",
      first: type === "appointment-missed" ? (below(2) === 0 ? "true" : "false") : "",
      salt: String(below(1_000_000)),
    };
  });
}

test("a table in memory gives the same lines as the file it comes from", async () => {
  type Named = Row & { readonly case: string };
  const rows = manyWaits(4_000).map((row, index): Named => ({
    ...row,
    case: `${index % 5 === 0 ? "é-" : ""}${row["case"] ?? ""}`,
  }));
  // A row sent twice is one to the plain way, which takes in all columns; a table leaves such cases to the interpreter.
  const distinct = rows.filter(
    (row, index) =>
      rows.findIndex(
        (other) =>
          other["case"] === row["case"] && other["type"] === row["type"] && other["occurred"] === row["occurred"],
      ) === index,
  );
  const path = writeCsv("table.csv", distinct);
  const bytes = new TextEncoder();
  const coded = (column: string) => {
    const values = [...new Set(distinct.map((row) => row[column] ?? ""))];
    return { values, codes: Uint8Array.from(distinct, (row) => values.indexOf(row[column] ?? "")) };
  };
  const lengths = distinct.map((row) => bytes.encode(row.case).length);
  const table: EventTable = {
    rows: distinct.length,
    caseBytes: bytes.encode(distinct.map((row) => row.case).join("")),
    caseStarts: Uint32Array.from({ length: lengths.length + 1 }, (_, row) =>
      lengths.slice(0, row).reduce((sum, length) => sum + length, 0),
    ),
    types: coded("type"),
    occurred: Int32Array.from(distinct, (row) => parseDay(row["occurred"] ?? "") as number),
    fields: { first: coded("first") },
    dates: { original_date: Int32Array.from(distinct, (row) => parseDay(row["original_date"] ?? "") ?? NO_DAY) },
  };
  const options = { guarantee: "eng-rtt", asAt: "2024-09-30" };
  const { question, context } = asked(options);
  for (const threads of [1, 2] as const) {
    const text = await evaluateSources(
      jobOf(question, context),
      [{ kind: "table", table }],
      { threads, want: "csv" },
      (answer) => {
        assert.deepEqual(answer.interpret, []);
        return [...mergeRuns(answer.runs)].map((batch) => batch.toString("utf8")).join("");
      },
    );
    assert.equal(text, await plainly([path], options, "csv"));
  }
});

test("a file in which one row is bad goes the plain way, so that the row is named", async () => {
  const good = {
    case: "a",
    type: "referral-received",
    occurred: "2024-03-01",
    person: "p",
    id: "1",
    replaces: "",
    first: "",
  };
  const bad: readonly Row[] = [
    { ...good, id: "2", type: "no-such-type" },
    { ...good, id: "2", occurred: "2024-02-30" },
    { ...good, id: "2", case: "" },
    { ...good, id: "2", person: "q" },
    { ...good, id: "1", occurred: "2024-03-02" },
    { ...good, id: "2", replaces: "7" },
    { ...good, id: "2", type: "appointment-missed", first: "perhaps" },
  ];
  for (const row of bad) {
    for (const path of [
      writeCsv(`${nextName()}.csv`, [good, row]),
      writeNdjson(`${nextName()}.ndjson`, [good, row]),
      await parquetOf(writeCsv(`${nextName()}.csv`, [good, row])),
    ]) {
      assert.equal(await plainly([path], { guarantee: "eng-rtt" }, "ndjson"), null, `${path} should be bad`);
      assert.equal(await inBulk([path], { guarantee: "eng-rtt" }, "ndjson"), null);
    }
  }
  const lines = writeCsv(`${nextName()}.csv`, [good]);
  for (const text of [
    "case,type,occurred\na,referral-received\n",
    "case,type,occurred\na,referral-received,2024-03-01,x\n",
    'case,type,occurred\n"a,referral-received,2024-03-01\n',
  ]) {
    writeFileSync(lines, text);
    assert.equal(await inBulk([lines], { guarantee: "eng-rtt" }, "ndjson"), null);
  }
});

test("corrections and withdrawals are judged by the interpreter, inside a bulk answer", async () => {
  const rows: Row[] = [
    { id: "1", case: "b", type: "referral-received", occurred: "2024-01-08", replaces: "" },
    { id: "2", case: "b", type: "treatment-started", occurred: "2024-03-01", replaces: "" },
    { id: "3", case: "b", type: "treatment-started", occurred: "2024-06-01", replaces: "2" },
    { id: "4", case: "a", type: "referral-received", occurred: "2024-01-08", replaces: "" },
    { id: "5", case: "c", type: "referral-received", occurred: "2024-01-08", replaces: "" },
    { id: "6", case: "c", type: "withdrawn-entry", occurred: "2024-01-09", replaces: "5" },
  ];
  for (const path of [
    writeCsv("corrected.csv", rows),
    writeNdjson("corrected.ndjson", rows),
    await parquetOf(writeCsv("corrected2.csv", rows)),
  ]) {
    const text = await inBulk([path], { guarantee: "eng-rtt", asAt: "2024-06-03" }, "csv");
    assert.equal(text, await plainly([path], { guarantee: "eng-rtt", asAt: "2024-06-03" }, "csv"));
    assert.match(text ?? "", /^a,.*overdue.*\nb,.*broken.*2024-06-01.*\n$/);
  }
});
