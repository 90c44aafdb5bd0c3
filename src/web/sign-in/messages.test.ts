import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { SIGN_IN_MESSAGES } from "./settings.ts";

const read = (language: string) =>
  JSON.parse(readFileSync(join(SIGN_IN_MESSAGES, `${language}.json`), "utf8")) as Readonly<Record<string, string>>;

test("signing in speaks Welsh as well as English: every sentence, with the same names to fill in", () => {
  const [english, welsh] = [read("en"), read("cy")];
  assert.deepEqual(new Set(Object.keys(welsh)), new Set(Object.keys(english)));
  const names = (text: string) =>
    [...text.matchAll(/\{(\w+)\}/g)].map(([, name = ""]) => name).toSorted((a, b) => a.localeCompare(b));
  for (const [key, text] of Object.entries(english)) assert.deepEqual(names(welsh[key] ?? ""), names(text), key);
  const same = Object.keys(english).filter((key) => english[key] === welsh[key]);
  assert.deepEqual(same, ["signIn.demonstration.staff"], "what is left untranslated");
});
