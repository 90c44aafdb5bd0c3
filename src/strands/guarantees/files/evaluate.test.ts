import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, describe, test } from "node:test";
import { zoneOf } from "../../../lib/dates/zone.ts";
import { definitionOf, library } from "../library.ts";
import { rowContext } from "../model/event-row.ts";
import type { Question } from "../model/interpret.ts";
import { evaluateCases, readCases, rowsOf } from "./evaluate.ts";

const folder = mkdtempSync(join(tmpdir(), "handrail-evaluate-"));
after(() => rmSync(folder, { recursive: true, force: true }));

const built = library();
const definition = definitionOf(built, "nl-permit");
const context = rowContext(zoneOf("Europe/Amsterdam"), built.definitions.values());
const now: Question = {
  asAt: { kind: "instant", instant: Temporal.Instant.from("2024-12-31T00:00:00Z").epochMilliseconds },
  knownOn: null,
  promise: null,
  version: null,
};

let files = 0;
function file(...lines: readonly string[]): string {
  const path = join(folder, `events-${files++}.csv`);
  writeFileSync(path, `${lines.join("\n")}\n`);
  return path;
}
const read = (...paths: readonly string[]) => readCases(paths, context, definition);
const bad = async (...lines: readonly string[]) =>
  (await read(file(...lines))).badRows.map(({ line, column, message }) => `${line}:${column} ${message}`);
const clocks = async (...paths: readonly string[]) => {
  const { cases, badRows } = await read(...paths);
  assert.deepEqual(badRows, []);
  return [...evaluateCases(cases, () => definition, now)].flatMap(rowsOf);
};
const HEADER = "case,person,type,occurred,id,replaces,until";

test("cases come out by name, each with its person, or the case where nobody is named", async () => {
  const rows = await clocks(
    file(
      HEADER,
      "c2,,application-received,2024-01-02,,,",
      "c10,p10,application-received,2024-01-03,,,",
      "c1,p1,application-received,2024-01-01,,,",
      "c1,,decision-issued,2024-01-20,,,",
    ),
  );
  assert.deepEqual(
    rows.map((row) => [row.case, row.person, row.state]),
    [
      ["c1", "p1", "kept"],
      ["c10", "p10", "overdue"],
      ["c2", "c2", "overdue"],
    ],
  );
});

test("a case may lie in several files, in any order of rows", async () => {
  const [a, b] = [
    file(HEADER, "c1,,decision-issued,2024-01-20,,,"),
    file(HEADER, "c1,,application-received,2024-01-01,,,"),
  ];
  assert.deepEqual(await clocks(a, b), await clocks(b, a));
  assert.equal((await clocks(a, b))[0]?.state, "kept");
});

describe("bad rows", () => {
  test("are named by line and column, and the others are used", async () => {
    const { cases, badRows, rows } = await read(
      file(
        HEADER,
        "c1,,application-received,2024-01-01,,,",
        "c2,,application-received,2024-02-30,,,",
        "c3,,application-recieved,2024-01-01,,,",
      ),
    );
    assert.deepEqual([...cases.keys()], ["c1"]);
    assert.equal(rows, 3);
    assert.deepEqual(
      badRows.map(({ line, column }) => [line, column]),
      [
        [3, "occurred"],
        [4, "type"],
      ],
    );
  });

  test("a type that only another definition names is passed over, one that none names is bad", async () => {
    assert.deepEqual(
      await bad(HEADER, "c1,,application-received,2024-01-01,,,", "c1,,treatment-started,2024-01-05,,,"),
      [],
    );
    assert.match(
      (await bad(HEADER, "c1,,aplication-received,2024-01-01,,,")).join(),
      /^2:type "aplication-received" is an event type that no definition names/,
    );
  });

  test("a case names one person or none", async () => {
    assert.deepEqual(
      await bad(
        HEADER,
        "c1,p1,application-received,2024-01-01,,,",
        "c1,,decision-issued,2024-01-02,,,",
        "c1,p2,decision-issued,2024-01-05,,,",
      ),
      ['4:person "p2" is not the person of the other rows of case "c1", "p1"'],
    );
  });

  test("an id sent again with the same content is harmless, with other content it is bad", async () => {
    assert.deepEqual(
      await bad(HEADER, "c1,,application-received,2024-01-01,e1,,", "c1,,application-received,2024-01-01,e1,,"),
      [],
    );
    assert.match(
      (
        await bad(HEADER, "c1,,application-received,2024-01-01,e1,,", "c1,,application-received,2024-01-02,e1,,")
      ).join(),
      /^3:id "e1" was sent before with other content: correct an event with a new id and `replaces`$/,
    );
    assert.deepEqual(
      await bad(HEADER, "c1,,application-received,2024-01-01,e1,,", "c2,,application-received,2024-01-02,e1,,"),
      [],
      "ids are a case's own",
    );
  });

  test("a correction of an event that is not there is bad, wherever in the files the event stands", async () => {
    assert.match(
      (
        await bad(HEADER, "c1,,application-received,2024-01-01,e1,,", "c1,,application-received,2024-01-02,e2,e9,")
      ).join(),
      /^3:replaces there is no event "e9" in case "c1"$/,
    );
    assert.deepEqual(
      await bad(HEADER, "c1,,application-received,2024-01-02,e2,e1,", "c1,,application-received,2024-01-01,e1,,"),
      [],
    );
    assert.match(
      (await bad(HEADER, "c2,,application-received,2024-01-01,e1,,", "c1,,withdrawn-entry,2024-01-02,e2,e1,")).join(),
      /^3:replaces there is no event "e1" in case "c1"$/,
    );
  });
});

test("rows that were corrected and withdrawn give the clocks of what stands", async () => {
  const rows = await clocks(
    file(
      HEADER,
      "c1,,application-received,2024-01-01,e1,,",
      "c1,,application-received,2024-01-08,e2,e1,",
      "c1,,extension-agreed,2024-02-01,e3,,2024-04-30",
      "c1,,withdrawn-entry,2024-02-02,e4,e3,",
      "c1,,decision-issued,2024-03-04,e5,,",
    ),
  );
  assert.deepEqual(
    rows.map(({ started, due, state, notes }) => [started, due, state, notes]),
    [["2024-01-08", "2024-03-04", "kept", []]],
  );
});

test("the definition is chosen by the case's area", async () => {
  const path = join(folder, "areas.csv");
  writeFileSync(
    path,
    "case,type,occurred,area\nc1,referral-decided,2024-01-02,SE-AB\nc2,referral-decided,2024-01-02,SE-12\n",
  );
  const sweden = definitionOf(built, "se-vardgaranti");
  const stockholm = definitionOf(built, "se-vardgaranti", {}, "se-stockholm");
  const { cases } = await readCases([path], context, sweden);
  const rows = [...evaluateCases(cases, (area) => (area === "SE-AB" ? stockholm : sweden), now)].flatMap(rowsOf);
  assert.deepEqual(
    rows.map((row) => [row.case, row.limit]),
    [
      ["c1", 30],
      ["c2", 90],
    ],
  );
});
