import assert from "node:assert/strict";
import { copyFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, describe, test } from "node:test";
import { DuckDBInstance } from "@duckdb/node-api";
import { FileProblem, readRows, type FileRow } from "./rows.ts";

const folder = mkdtempSync(join(tmpdir(), "handrail-rows-"));
after(() => rmSync(folder, { recursive: true, force: true }));

let files = 0;
function file(ending: string, content: string | Buffer): string {
  const path = join(folder, `events-${files++}.${ending}`);
  writeFileSync(path, content);
  return path;
}
const rows = (path: string): Promise<FileRow[]> => Array.fromAsync(readRows(path));
const rowsOf = async (path: string) => (await rows(path)).map((found) => ("row" in found ? found.row : found));
const HEADER = "case,type,occurred";
const ONE = { case: "c1", type: "opened", occurred: "2024-01-01" };

describe("a CSV file", () => {
  test("is read the same with a byte-order mark, with line ends of Windows, and without a last line end", async () => {
    for (const text of [
      `${HEADER}\nc1,opened,2024-01-01\n`,
      `\uFEFF${HEADER}\nc1,opened,2024-01-01`,
      `${HEADER}\r\nc1,opened,2024-01-01\r\n`,
      `\uFEFF${HEADER}\r\n\r\nc1,opened,2024-01-01\r\n\r\n`,
    ]) {
      assert.deepEqual(await rowsOf(file("csv", text)), [ONE], JSON.stringify(text));
    }
  });

  test("may quote its fields, with commas, quotes and line ends in them, and may space its header", async () => {
    const text = `case, type ,occurred,reason\n"c,1",opened,2024-01-01,"he said ""no"",\ntwice"\n`;
    assert.deepEqual(await rowsOf(file("csv", text)), [
      { case: "c,1", type: "opened", occurred: "2024-01-01", reason: 'he said "no",\ntwice' },
    ]);
  });

  test("keeps letters of every alphabet, also where a chunk of the file ends within one", async () => {
    const name = "Åse Øß Łódź 東京 😀";
    const many = Array.from({ length: 6_000 }, (_, index) => `${name} ${index},opened,2024-01-01`);
    const found = await rowsOf(file("csv", `${HEADER}\n${many.join("\n")}\n`));
    assert.equal(found.length, 6_000);
    assert.ok(found.every((row, index) => (row as typeof ONE).case === `${name} ${index}`));
  });

  test("with a row of too few or too many fields names its line, and the others are read", async () => {
    const found = await rows(
      file("csv", `${HEADER}\nc1,opened,2024-01-01\nc2,opened\nc3,opened,2024-01-01,more\nc4,opened,2024-01-01\n`),
    );
    assert.deepEqual(
      found.map((each) => ("problem" in each ? [each.line, each.problem] : each.line)),
      [2, [3, "has 2 fields where the header has 3"], [4, "has 4 fields where the header has 3"], 5],
    );
  });

  test("names lines of the file, empty lines and lines within quotes counted", async () => {
    const found = await rows(file("csv", `${HEADER}\n\nc1,opened,2024-01-01\n"c\n2",opened,2024-01-01\nc3,opened\n`));
    assert.deepEqual(
      found.map((each) => each.line),
      [3, 5, 6],
    );
  });

  test("without a needed column, with one twice, or empty, is refused with what its header ought to have", async () => {
    await assert.rejects(
      rows(file("csv", "case,typ,occurred\nc1,opened,2024-01-01\n")),
      (error) =>
        error instanceof FileProblem &&
        /:1: the column type is missing. The header has: case, typ, occurred/.test(error.message),
    );
    await assert.rejects(rows(file("csv", "person\np\n")), /the columns case, type, occurred are missing/);
    await assert.rejects(
      rows(file("csv", `${HEADER},case\nc1,opened,2024-01-01,c2\n`)),
      /the column case stands twice in the header/,
    );
    await assert.rejects(rows(file("csv", "")), /is empty. The first line names the columns: case,type,occurred/);
    await assert.rejects(rows(file("csv", "\n\n")), /is empty/);
  });

  test("with a header alone has no rows", async () => {
    assert.deepEqual(await rows(file("csv", `${HEADER}\n`)), []);
  });

  test("with a quote that is never closed is refused, and says how quotes are written", async () => {
    await assert.rejects(
      rows(file("csv", `${HEADER}\n"c1,opened,2024-01-01\n`)),
      /is not CSV as it stands: .*Quotes inside a quoted field are written twice/,
    );
  });

  test("with a record of more than a million characters is refused instead of filling the memory", async () => {
    await assert.rejects(
      rows(file("csv", `${HEADER}\n"${"x".repeat(1_100_000)}",opened,2024-01-01\n`)),
      /is not CSV as it stands/,
    );
  });
});

describe("a file that is not UTF-8", () => {
  const latin = (text: string) => Buffer.from(text, "latin1");

  test("is refused by line, and says how to save it", async () => {
    await assert.rejects(
      rows(file("csv", latin(`${HEADER}\nc1,opened,2024-01-01\nÅse,opened,2024-01-01\n`))),
      (error) =>
        error instanceof FileProblem &&
        /csv:3: holds a byte that is not UTF-8. Save the file as UTF-8/.test(error.message),
    );
    await assert.rejects(
      rows(file("ndjson", latin('{"case":"c1"}\n{"case":"Åse"}\n'))),
      /ndjson:2: holds a byte that is not UTF-8/,
    );
  });

  test("is refused however long it is before the byte", async () => {
    const long = Array.from({ length: 20_000 }, () => "cé1,opened,2024-01-01").join("\n");
    await assert.rejects(
      rows(file("csv", Buffer.concat([Buffer.from(`${HEADER}\n${long}\n`), latin("é,opened,2024-01-01\n")]))),
      /csv:20002: holds a byte that is not UTF-8/,
    );
  });

  test("is refused when it ends within a letter", async () => {
    await assert.rejects(
      rows(file("csv", Buffer.from(`${HEADER}\nc1,opened,2024-01-01\né`).subarray(0, -1))),
      /csv:3: holds a byte that is not UTF-8/,
    );
  });

  test("is refused in UTF-16, as spreadsheets save it", async () => {
    await assert.rejects(
      rows(file("csv", Buffer.from(`\uFEFF${HEADER}\nc1,opened,2024-01-01\n`, "utf16le"))),
      /csv:1: holds a byte that is not UTF-8/,
    );
  });
});

describe("an NDJSON file", () => {
  test("is read line by line, empty lines passed over, with a byte-order mark and line ends of Windows", async () => {
    const line = JSON.stringify(ONE);
    assert.deepEqual(await rowsOf(file("ndjson", `\uFEFF${line}\r\n\r\n  ${line}  \n${line}`)), [ONE, ONE, ONE]);
    assert.deepEqual(await rowsOf(file("jsonl", `${line}\n`)), [ONE]);
    assert.deepEqual(await rows(file("ndjson", "")), []);
  });

  test("keeps the line separators of Unicode that JSON allows within a text", async () => {
    const row = { ...ONE, reason: "one\u2028two\u2029three" };
    assert.deepEqual(await rowsOf(file("ndjson", `${JSON.stringify(row)}\n${JSON.stringify(ONE)}\n`)), [row, ONE]);
  });

  test("names the lines that are not JSON objects, and reads the others", async () => {
    const found = await rows(file("ndjson", `{"case":"c1"\n[1]\n"text"\nnull\n${JSON.stringify(ONE)}\nNaN\n`));
    assert.deepEqual(
      found.map((each) => ("problem" in each ? [each.line, each.problem.replace(/:.*/, "")] : each.line)),
      [
        [1, "is not JSON"],
        [2, "is not a JSON object"],
        [3, "is not a JSON object"],
        [4, "is not a JSON object"],
        5,
        [6, "is not JSON"],
      ],
    );
  });

  test("with a line of more than a million characters names it and goes on, without keeping it", async () => {
    const found = await rows(
      file("ndjson", `${JSON.stringify(ONE)}\n{"case":"${"x".repeat(3_000_000)}"}\n${JSON.stringify(ONE)}\n`),
    );
    assert.deepEqual(
      found.map((each) => ("problem" in each ? [each.line, each.problem] : each.line)),
      [1, [2, "is longer than 1000000 characters"], 3],
    );
  });
});

describe("a Parquet file", () => {
  async function parquet(select: string): Promise<string> {
    const path = join(folder, `events-${files++}.parquet`);
    const instance = await DuckDBInstance.create(":memory:");
    const connection = await instance.connect();
    await connection.run(`COPY (${select}) TO '${path}' (FORMAT parquet)`);
    connection.closeSync();
    instance.closeSync();
    return path;
  }

  test("gives its dates, timestamps and instants as an event file writes them", async () => {
    const select = `SELECT 'c1' AS "case", 'opened' AS type, DATE '2024-02-29' AS occurred, TIMESTAMP '2024-03-01 14:05:00' AS recorded, TIMESTAMPTZ '2024-03-01 14:05:00+02' AS at, TIMESTAMP_NS '2024-03-01 14:05:00.123456789' AS fine`;
    const [row] = (await rowsOf(await parquet(select))) as Record<string, string>[];
    assert.equal(row?.["occurred"], "2024-02-29");
    assert.match(row?.["recorded"] ?? "", /^2024-03-01[T ]14:05:00$/);
    assert.match(row?.["fine"] ?? "", /^2024-03-01[T ]14:05:00\.123456789$/);
    assert.match(row?.["at"] ?? "", /[+-]\d\d|Z$/, "an instant keeps its offset");
    assert.equal(Temporal.Instant.from(String(row?.["at"]).replace(" ", "T")).toString(), "2024-03-01T12:05:00Z");
  });

  test("gives numbers, yes and no, nothing and structures as JSON would", async () => {
    const select = `SELECT 'c1' AS "case", 'opened' AS type, '2024-02-29' AS occurred, 42::BIGINT AS many, 7::TINYINT AS few, 1.5::DOUBLE AS half, true AS first, NULL::VARCHAR AS none, {'first': true, 'age': 22, 'until': DATE '2024-03-01', 'none': NULL::VARCHAR} AS data`;
    assert.deepEqual(await rowsOf(await parquet(select)), [
      {
        ...ONE,
        occurred: "2024-02-29",
        many: 42,
        few: 7,
        half: 1.5,
        first: true,
        none: null,
        data: { first: true, age: 22, until: "2024-03-01", none: null },
      },
    ]);
  });

  test("of many rows gives them all, numbered from 1", async () => {
    const found = await rows(
      await parquet(
        `SELECT 'c' || i AS "case", 'opened' AS type, DATE '2024-01-01' AS occurred FROM range(10000) t(i)`,
      ),
    );
    assert.equal(found.length, 10_000);
    assert.deepEqual([found[0]?.line, found.at(-1)?.line], [1, 10_000]);
  });

  test("without a needed column, or that is none at all, is refused", async () => {
    await assert.rejects(
      rows(await parquet(`SELECT 'c1' AS "case", 'opened' AS type`)),
      /the column occurred is missing/,
    );
    await assert.rejects(
      rows(file("parquet", "not parquet")),
      (error) => error instanceof FileProblem && /is not a Parquet file that can be read/.test(error.message),
    );
  });

  test("may have a quote in its name", async () => {
    const path = join(folder, "o'brien.parquet");
    const good = await parquet(`SELECT 'c1' AS "case", 'opened' AS type, '2024-01-01' AS occurred`);
    copyFileSync(good, path);
    assert.deepEqual(await rowsOf(path), [ONE]);
  });
});

test("a file that is not there, is a folder, or has no known ending is refused with what to do", async () => {
  await assert.rejects(rows(join(folder, "none.csv")), /none\.csv: there is no such file/);
  await assert.rejects(
    rows(join(folder, "events.xlsx")),
    /cannot tell the format. Name the file .csv, .ndjson or .parquet/,
  );
  mkdirSync(join(folder, "folder.csv"));
  await assert.rejects(rows(join(folder, "folder.csv")), /is not a file/);
});

test("progress is told by the bytes that were read", async () => {
  let told = 0;
  const text = `${HEADER}\nÅse,opened,2024-01-01\n`;
  await Array.fromAsync(readRows(file("csv", text), (bytes) => (told += bytes)));
  assert.equal(told, Buffer.byteLength(text));
});
