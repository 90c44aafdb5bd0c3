import assert from "node:assert/strict";
import { test } from "node:test";
import { traceOf } from "./trace.ts";

test("whatever a message holds, it is one line, and the next lines say where it happened", () => {
  for (const message of ["a\r\nb", "a\u2028b", "a\u001b[2Kb", "a\n    at forged (elsewhere.ts:1:1)\nb"]) {
    const lines = traceOf(new TypeError(message)).split("\n");
    assert.match(lines[0] ?? "", /^TypeError: a .*b$/);
    assert.doesNotMatch(lines[0] ?? "", /[\p{Cc}\p{Zl}]/u);
    assert.ok(lines.length > 1 && lines.slice(1).every((line) => /^ *at /.test(line)), lines.join("\n"));
    assert.ok(!lines.slice(1).join().includes("elsewhere.ts"));
  }
});

test("what is thrown without being an error, or without a message, still gives a line", () => {
  assert.match(traceOf("the\nreason"), /^Error: the reason\n/);
  assert.match(traceOf(new RangeError("")), /^RangeError: \n *at /);
});
