import assert from "node:assert/strict";
import { test } from "node:test";
import { isOver, startOf, todayOf } from "./tools.ts";

const london = { timeZone: "Europe/London" };
const first = Temporal.PlainDate.from("2026-06-01");
/** Half past midnight on 2 June in London, while the clocks of UTC still say 1 June. */
const afterMidnight = Temporal.Instant.from("2026-06-01T23:30:00Z");

test("a day ends when it ends where the body is, not when it ends in Greenwich", () => {
  assert.equal(todayOf(london, afterMidnight).toString(), "2026-06-02");
  assert.equal(isOver(london, first, afterMidnight), true);
  assert.equal(isOver(london, first, afterMidnight.subtract({ minutes: 31 })), false);
  assert.equal(isOver(london, first.add({ days: 1 }), afterMidnight), false);
  assert.equal(isOver(london, null, afterMidnight), false);
});

test("a last day is over at the moment its day after begins", () => {
  const end = startOf(london, first.add({ days: 1 }));
  assert.equal(end.toString(), "2026-06-01T23:00:00Z");
  assert.equal(isOver(london, first, end), true);
  assert.equal(isOver(london, first, end.subtract({ nanoseconds: 1 })), false);
});
