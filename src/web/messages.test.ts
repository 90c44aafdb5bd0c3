import assert from "node:assert/strict";
import { globSync, mkdtempSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { test } from "node:test";
import { loadMessages, translator } from "./messages.ts";

const source = fileURLToPath(new URL("..", import.meta.url));
const read = (folder: string, file: string) =>
  JSON.parse(readFileSync(join(folder, file), "utf8")) as Record<string, string>;
const say = (text: string, language = "en") => translator(language, new Map([["it", text]]));

test("a number chooses the form of words its language asks for", () => {
  const left = say("{count, plural, =0 {due today} one {# day left} other {# days left}}");
  assert.equal(left("it", { count: 0 }), "due today");
  assert.equal(left("it", { count: 1 }), "1 day left");
  assert.equal(left("it", { count: 1284 }), "1,284 days left");
  const cats = say(
    "{n, plural, zero {# cathod} one {# gath} two {# gath} few {# cath} many {# chath} other {# cath}}",
    "cy",
  );
  assert.deepEqual(
    [0, 1, 2, 3, 6, 4].map((n) => cats("it", { n })),
    ["0 cathod", "1 gath", "2 gath", "3 cath", "6 chath", "4 cath"],
  );
});

test("a plural may hold other values, and a sign for number outside it stays as it is", () => {
  const both = say("#{place}: {count, plural, one {{name} waits # day} other {{name} waits # days}}");
  assert.equal(both("it", { place: "4b", name: "Ines", count: 2 }), "#4b: Ines waits 2 days");
});

test("a year given as text is not cut into thousands", () => {
  assert.equal(say("in {year}")("it", { year: "2025" }), "in 2025");
});

test("a message that cannot be read, or lacks its value, is refused with its key and place", () => {
  assert.throws(
    () => say("{count, plural, one {# day}}")("it", { count: 1 }),
    /"it" cannot be read: a plural needs the form "other"/,
  );
  assert.throws(() => say("a } b")("it"), /a "}" without its "{" at character 3/);
  assert.throws(() => say("{name")("it", { name: "x" }), /expected ","/);
  assert.throws(() => say("{name}")("it"), /"it" needs a value for \{name\}/);
  assert.throws(() => say("x")("other"), /No message "other"/);
});

test("no translation has words that English lacks, and every message of every strand can be read", () => {
  const folders = globSync("**/messages/en.json", { cwd: source }).map((file) => join(source, dirname(file)));
  assert.ok(folders.length > 0);
  for (const folder of folders) {
    const english = read(folder, "en.json");
    for (const file of readdirSync(folder).filter((name) => name.endsWith(".json"))) {
      const words = read(folder, file);
      assert.deepEqual(
        Object.keys(words).filter((key) => !(key in english)),
        [],
        join(folder, file),
      );
      const t = translator(file.replace(".json", ""), new Map(Object.entries(words)));
      // A number will do for every value, plural or plain.
      for (const key of Object.keys(words)) assert.notEqual(t(key, new Proxy({}, { get: () => 2 })), "", key);
    }
  }
});

test("where a translation has a gap English fills it", () => {
  const own = mkdtempSync(join(tmpdir(), "messages-"));
  writeFileSync(join(own, "en.json"), '{ "hello": "Hello", "bye": "Goodbye" }');
  writeFileSync(join(own, "cy.json"), '{ "hello": "Helo" }');
  const t = loadMessages("cy", [own]);
  assert.equal(t("hello"), "Helo");
  assert.equal(t("bye"), "Goodbye");
  const other = mkdtempSync(join(tmpdir(), "messages-"));
  writeFileSync(join(other, "en.json"), '{ "hello": "Hi" }');
  assert.throws(() => loadMessages("en", [own, other]), /"hello" is already defined/);
});
