import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { textLength } from "./fragments.ts";

const fragments = (text: string): number => textLength(text).fragments;

test("a text has as many fragments as the networks count: 160 or 153 in GSM-7, 70 or 67 in UCS-2", () => {
  assert.deepEqual(
    [1, 160, 161, 306, 307, 459, 460].map((n) => fragments("a".repeat(n))),
    [1, 1, 2, 2, 3, 3, 4],
  );
  assert.deepEqual(
    [1, 70, 71, 134, 135].map((n) => fragments("ŵ".repeat(n))),
    [1, 1, 2, 2, 3],
  );
});

test("the euro and brackets take two places, and Welsh ŵ and ŷ make the whole text dearer; à and é do not", () => {
  assert.deepEqual(textLength("€"), { alphabet: "GSM-7", units: 2, fragments: 1 });
  assert.equal(fragments("€".repeat(80)), 1);
  assert.equal(fragments("€".repeat(81)), 2);
  // 76 brackets fill 152 of 153 places: the 77th is not cut in two.
  assert.equal(fragments("[".repeat(152)), 2);
  assert.equal(fragments("[".repeat(153)), 3);
  assert.equal(textLength("à é ñ £ §").alphabet, "GSM-7");
  assert.equal(textLength("ŷ").alphabet, "UCS-2");
  assert.equal(textLength("‘quotes’").alphabet, "UCS-2");
});

test("an emoji is two units and is not cut in two", () => {
  assert.equal(textLength("👍").units, 2);
  assert.equal(fragments("👍".repeat(35)), 1);
  assert.equal(fragments("👍".repeat(66)), 2);
  assert.equal(fragments("👍".repeat(67)), 3);
});

test("a longer text never has fewer fragments", () => {
  fc.assert(
    fc.property(
      fc.string({ unit: "grapheme", maxLength: 400 }),
      fc.string({ unit: "grapheme", maxLength: 50 }),
      (text, more) => {
        assert.ok(fragments(text + more) >= fragments(text));
      },
    ),
  );
});
