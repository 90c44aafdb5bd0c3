import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { definitionOf, library } from "./library.ts";
import { exampleDifferences, runExample } from "./model/example.ts";

const built = library();

/** The definitions whose names are fixed: files and scripts made elsewhere name them. */
const FIXED = [
  "se-vardgaranti eng-rtt eng-cancer eng-emergency sco-ttg dk-treatment fi-hoitotakuu no-assessment uk-foi sco-foi uk-sar",
  "eng-planning eng-ehcp eng-homelessness-relief us-wraparound eng-victims-code eng-policing-pledge checkin-contact nl-permit service-desk",
].flatMap((line) => line.split(" "));

test("the library holds every definition whose name is fixed, and each is in order", () => {
  assert.deepEqual(
    FIXED.filter((id) => !built.definitions.has(id)),
    [],
  );
});

for (const [id, file] of built.definitions) {
  describe(`${id}: every example gives the clocks it says`, () => {
    for (const example of file.examples) {
      test(example.name, () => {
        const definition = definitionOf(built, id, example.with ?? {}, example.overlay ?? null);
        assert.deepEqual(exampleDifferences(example, runExample(definition, example)), []);
      });
    }
  });
}
