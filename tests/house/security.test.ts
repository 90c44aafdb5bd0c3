import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { ROOT } from "./tree.ts";

const page = readFileSync(join(ROOT, "docs/security.md"), "utf8");

/**
 * OWASP ASVS 5.0.0: the level of each requirement, by section and in the order of its numbers. `3.2: 113` is 3.2.1 and
 * 3.2.2 at level 1, 3.2.3 at level 3.
 */
const LEVELS = `
  1.1: 22 1.2: 1111122223 1.3: 112222222223 1.4: 222 1.5: 123
  2.1: 122 2.2: 112 2.3: 12223 2.4: 23
  3.1: 3 3.2: 113 3.3: 12223 3.4: 11222233 3.5: 11122333 3.6: 3 3.7: 22333
  4.1: 12233 4.2: 23333 4.3: 22 4.4: 1222
  5.1: 2 5.2: 112333 5.3: 113 5.4: 222
  6.1: 122 6.2: 111111112222 6.3: 11223333 6.4: 112233 6.5: 22222333 6.6: 2223 6.7: 33 6.8: 2222
  7.1: 222 7.2: 1111 7.3: 22 7.4: 11222 7.5: 223 7.6: 22
  8.1: 1233 8.2: 1123 8.3: 133 8.4: 23
  9.1: 111 9.2: 1222
  10.1: 22 10.2: 223 10.3: 22223 10.4: 1111122222233333 10.5: 22222 10.6: 22 10.7: 222
  11.1: 2233 11.2: 22233 11.3: 11233 11.4: 1222 11.5: 23 11.6: 23 11.7: 33
  12.1: 12233 12.2: 11 12.3: 22223
  13.1: 2333 13.2: 222223 13.3: 2233 13.4: 1222233
  14.1: 22 14.2: 12223333 14.3: 122
  15.1: 12233 15.2: 12233 15.3: 1222222 15.4: 3333
  16.1: 2 16.2: 22222 16.3: 2222 16.4: 222 16.5: 2223
  17.1: 23 17.2: 22223333 17.3: 22`;
/** As the standard counts them. */
const OF_LEVEL = { "1": 70, "2": 183 } as const;
const STATES = ["done", "partly", "gap", "does not apply"] as const;

type Row = {
  readonly id: string;
  readonly level: string;
  readonly words: string;
  readonly state: string;
  readonly where: string;
  readonly missing: string;
};

/** The cells of each row of a table; a bar within a cell is written `\|`. */
function cellsOf(markdown: string): readonly (readonly string[])[] {
  return markdown
    .split("\n")
    .filter((line) => line.startsWith("| "))
    .map((line) =>
      line
        .split(/(?<!\\)\|/)
        .slice(1, -1)
        .map((cell) => cell.trim()),
    );
}

const rows: readonly Row[] = cellsOf(page)
  .filter(([id = ""]) => id.startsWith("v5.0.0-"))
  .map((cells) => {
    const [id = "", level = "", words = "", state = "", where = "", missing = ""] = cells;
    assert.equal(cells.length, 6, `${id} has ${cells.length} cells`);
    return { id, level, words, state, where, missing };
  });

function requirements(): ReadonlyMap<string, string> {
  const levels = new Map<string, string>();
  for (const [, section = "", digits = ""] of LEVELS.matchAll(/([\d.]+): (\d+)/g))
    [...digits].forEach((level, index) => levels.set(`v5.0.0-${section}.${index + 1}`, level));
  return new Map([...levels].filter(([, level]) => level in OF_LEVEL));
}

/** What is written as code and looks like a file or folder of the repository; addresses of the site begin with `/`. */
function filesNamed(text: string): readonly string[] {
  const words = [...text.matchAll(/`([^`]+)`/g)].map(([, word = ""]) => word);
  return words.filter((word) => /^[\w.@-]+(?:\/[\w.@-]+)+$/.test(word) || /^[\w.-]+\.(?:md|json|ts|sql)$/.test(word));
}

test("every requirement of levels 1 and 2 stands once, in order, with its level", () => {
  const expected = [...requirements()];
  for (const [level, count] of Object.entries(OF_LEVEL))
    assert.equal(expected.filter(([, each]) => each === level).length, count, `level ${level}`);
  assert.deepEqual(
    rows.map(({ id, level }) => [id, level]),
    expected,
  );
});

test("each has one of the four states, and says where it is done, what is missing, or why it does not apply", () => {
  const sections = new Set([...page.matchAll(/^## (.+)$/gm)].map(([, title]) => `"${title}" below`));
  for (const { id, words, state, where, missing } of rows) {
    assert.ok(
      STATES.some((each) => each === state),
      `${id}: "${state}" is none of ${STATES.join(", ")}`,
    );
    assert.notEqual(words, "", `${id} says nothing of what is asked`);
    if (state !== "done") assert.notEqual(missing, "", `${id} is "${state}" and does not say why`);
    if (state !== "done" && state !== "partly") continue;
    const shown = filesNamed(where).length > 0 || [...sections].some((section) => where.includes(section));
    assert.ok(shown, `${id} is "${state}" and names no file and no part of this page`);
  }
});

test("every file that the page names exists", () => {
  const named = filesNamed(page);
  assert.ok(named.length > 300, `only ${named.length} files are named`);
  const missing = new Set(named.filter((path) => !existsSync(join(ROOT, path))));
  assert.deepEqual([...missing], []);
});

test("the counts at the top are those of the tables", () => {
  const top = new Map(cellsOf(page.split("\n## ")[0] ?? "").map(([state = "", ...counts]) => [state, counts]));
  for (const state of STATES) {
    const of = (level: string) => rows.filter((row) => row.state === state && row.level === level).length;
    const counted = [of("1"), of("2"), of("1") + of("2")].map(String);
    assert.deepEqual(top.get(`\`${state}\``), counted, `the row "${state}" at the top of docs/security.md`);
  }
});

test("a file is seen among other code, and a bar within a cell does not end it", () => {
  const text =
    "`src/main.ts`, `docs/how-to`, `package.json`, but not `/api`, `typ`, `at+jwt`, `Object.hasOwn` or `a b/c`";
  assert.deepEqual(filesNamed(text), ["src/main.ts", "docs/how-to", "package.json"]);
  assert.deepEqual(cellsOf("no row\n| a \\| b | |\n"), [["a \\| b", ""]]);
});
