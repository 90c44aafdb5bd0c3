import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { addWorkingDays, isWorkingDay, rollToWorkingDay, workingCalendar, workingDaysBetween } from "./calendar.ts";
import { FIRST_DAY, formatDay, LAST_DAY, parseDay, plainDateFromDay } from "./day.ts";

const day = (text: string): number => parseDay(text) as number;
const anchors = fc.constantFrom("2023-12-20", "2024-02-25", "2024-03-25", "2024-10-24", "2099-12-25", "2100-02-24");
const holidayOffsets = fc.uniqueArray(fc.integer({ min: -20, max: 80 }), { maxLength: 25 });
const weeks = fc.subarray([1, 2, 3, 4, 5, 6, 7], { minLength: 1 });

/** A calendar, a day near a leap day, a clock change or a year's end, and whether a day is worked, asked of Temporal. */
const cases = fc.record({
  anchor: anchors,
  offsets: holidayOffsets,
  week: weeks,
  away: fc.integer({ min: 0, max: 30 }),
});

/** The calendar of a case. Built inside the property: a counterexample would print all its 109,572 days. */
function laidOut({ anchor, offsets, week, away }: typeof cases extends fc.Arbitrary<infer Case> ? Case : never) {
  const holidays = new Map(offsets.map((offset) => [day(anchor) + offset, `holiday ${offset}`]));
  const worked = (each: number) => week.includes(plainDateFromDay(each).dayOfWeek) && !holidays.has(each);
  return { calendar: workingCalendar("test", new Set(week), holidays), worked, from: day(anchor) + away };
}

test("working days between two days are those one meets walking from the day after the first to the second", () => {
  fc.assert(
    fc.property(cases, fc.integer({ min: 0, max: 60 }), (each, length) => {
      const { calendar, worked, from } = laidOut(each);
      let met = 0;
      for (let at = from + 1; at <= from + length; at++) if (worked(at)) met++;
      assert.equal(workingDaysBetween(calendar, from, from + length), met);
      assert.equal(workingDaysBetween(calendar, from + length, from), 0 - met);
      assert.equal(isWorkingDay(calendar, from), worked(from));
    }),
  );
});

test("the nth working day is where one stands after walking on until n of them were met", () => {
  fc.assert(
    fc.property(cases, fc.integer({ min: 1, max: 30 }), (each, count) => {
      const { calendar, worked, from } = laidOut(each);
      let at = from;
      for (let left = count; left > 0;) if (worked(++at)) left--;
      assert.equal(addWorkingDays(calendar, from, count), at);
      assert.equal(workingDaysBetween(calendar, from, at), count);
    }),
  );
});

test("a day off rolls to the next day that is worked, a worked day stays", () => {
  fc.assert(
    fc.property(cases, (each) => {
      const { calendar, worked, from } = laidOut(each);
      let at = from;
      while (!worked(at)) at++;
      assert.equal(rollToWorkingDay(calendar, from), at);
    }),
  );
});

test("the twentieth working day after a Friday before Easter is reached over Good Friday and Easter Monday", () => {
  const holidays = new Map([
    [day("2024-03-29"), "Good Friday"],
    [day("2024-04-01"), "Easter Monday"],
  ]);
  const calendar = workingCalendar("easter", new Set([1, 2, 3, 4, 5]), holidays);
  assert.equal(formatDay(addWorkingDays(calendar, day("2024-03-22"), 20)), "2024-04-23");
});

test("no working days later is the day itself, also on a day off", () => {
  const calendar = workingCalendar("week", new Set([1, 2, 3, 4, 5]), new Map());
  assert.equal(addWorkingDays(calendar, day("2024-03-30"), 0), day("2024-03-30"));
});

test("a count that runs past the end of the calendar is refused by name, and counting outside it does not fail", () => {
  const calendar = workingCalendar("short", new Set([1]), new Map());
  assert.throws(() => addWorkingDays(calendar, LAST_DAY - 10, 5), /Calendar short ends before working day 5/);
  assert.equal(workingDaysBetween(calendar, LAST_DAY, LAST_DAY + 100), 0);
  assert.equal(workingDaysBetween(calendar, FIRST_DAY - 100, FIRST_DAY), 1, "1 January 1900 was a Monday");
});
