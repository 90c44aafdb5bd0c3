/** The words of these pages in both languages. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";

const read = (language: string) =>
  JSON.parse(readFileSync(new URL(`messages/${language}.json`, import.meta.url), "utf8")) as Record<string, string>;
const placesIn = (text: string | undefined) =>
  [...(text ?? "").matchAll(/\{(\w+)/g)].map(([, name]) => name).toSorted((a = "", b = "") => a.localeCompare(b));

test("everything is said in Welsh too, with the same places to fill", () => {
  const [english, welsh] = [read("en"), read("cy")];
  assert.deepEqual(Object.keys(welsh), Object.keys(english));
  for (const [key, text] of Object.entries(english)) assert.deepEqual(placesIn(welsh[key]), placesIn(text), key);
});
