import assert from "node:assert/strict";
import { test } from "node:test";
import { formatsFor } from "./format.ts";
import { loadMessages } from "./messages.ts";

const english = formatsFor(loadMessages("en"));
const welsh = formatsFor(loadMessages("cy"));
const march = Temporal.PlainDate.from("2025-03-14");

test("a date is written as people write it, in English and in Welsh", () => {
  assert.equal(english.date(march), "Friday 14 March 2025");
  assert.equal(english.dayAndMonth(march), "Friday 14 March");
  assert.equal(english.plainDate(march), "14 March 2025");
  assert.equal(english.shortDate(march), "14 Mar");
  assert.equal(english.month(Temporal.PlainYearMonth.from("2025-02")), "February 2025");
  assert.equal(welsh.date(march), "Dydd Gwener 14 Mawrth 2025");
  assert.equal(welsh.shortDate(march), "14 Maw");
});

test("a moment is written with its time, a day without one", () => {
  const moment = Temporal.PlainDateTime.from("2025-03-14T00:05");
  assert.equal(english.moment(moment), "Friday 14 March 2025 at 00:05");
  assert.equal(english.shortMoment(moment), "14 Mar, 00:05");
  assert.equal(english.moment(march), "Friday 14 March 2025");
});

test("days left are counted to the due day, and over after it", () => {
  assert.deepEqual([29, 1, 0, -1, -1200].map(english.daysLeft), [
    "29 days left",
    "1 day left",
    "Due today",
    "1 day over",
    "1,200 days over",
  ]);
});

test("shares, numbers and money are exact", () => {
  assert.equal(english.percent(0.598), "60%");
  assert.equal(english.percent(0.598, 1), "59.8%");
  assert.equal(english.number(60000), "60,000");
  assert.equal(english.pounds(41200), "£412");
  assert.equal(english.pounds(120450n), "£1,204.50");
  assert.equal(english.pounds(-5), "-£0.05");
  assert.equal(english.pounds(9007199254740993_01n), "£9,007,199,254,740,993.01");
  assert.throws(() => english.percent(0.5, 3), /digits must be 0, 1 or 2/);
});
