import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import {
  addMonths,
  civilFromDay,
  dayFromCivil,
  dayFromPlainDate,
  daysInMonth,
  FIRST_DAY,
  formatDay,
  LAST_DAY,
  parseDay,
  plainDateFromDay,
  weekday,
} from "./day.ts";

const EPOCH = Temporal.PlainDate.from("1970-01-01");
const days = fc.integer({ min: FIRST_DAY, max: LAST_DAY });

test("every day from 1900 to 2199 has the number, the date and the weekday that stepping through the calendar gives", () => {
  let [year, month, day, name] = [1900, 1, 1, 1]; // 1 January 1900 was a Monday
  for (let number = FIRST_DAY; number <= LAST_DAY; number++) {
    // One comparison a day: 109,572 calls of assert would take longer than the arithmetic they check.
    const civil = civilFromDay(number);
    const right =
      civil.year === year &&
      civil.month === month &&
      civil.day === day &&
      weekday(number) === name &&
      dayFromCivil(year, month, day) === number;
    if (!right) assert.fail(`day ${number} is ${year}-${month}-${day}, not ${JSON.stringify(civil)}`);
    const leap = (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0;
    const lengths = [31, leap ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];
    name = (name % 7) + 1;
    day++;
    if (day > (lengths[month - 1] as number)) [day, month] = [1, month + 1];
    if (month > 12) [month, year] = [1, year + 1];
  }
  assert.deepEqual([year, month, day], [2200, 1, 1]);
});

test("a day number and a Temporal date are the same day, both ways", () => {
  fc.assert(
    fc.property(days, (day) => {
      const date = EPOCH.add({ days: day });
      assert.equal(dayFromPlainDate(date), day);
      assert.ok(plainDateFromDay(day).equals(date));
      assert.equal(weekday(day), date.dayOfWeek);
      assert.equal(formatDay(day), date.toString());
    }),
  );
});

test("months are added as Temporal adds them: a day that the month does not have becomes its last", () => {
  fc.assert(
    fc.property(days, fc.integer({ min: -600, max: 600 }), (day, months) => {
      assert.equal(formatDay(addMonths(day, months)), EPOCH.add({ days: day }).add({ months }).toString());
    }),
  );
});

test("a month after 31 January is the last of February, in a leap year the 29th, in 2100 the 28th", () => {
  const month = (text: string) => formatDay(addMonths(parseDay(text) as number, 1));
  assert.deepEqual(["2023-01-31", "2024-01-31", "2100-01-31", "2000-01-30", "2023-12-31"].map(month), [
    "2023-02-28",
    "2024-02-29",
    "2100-02-28",
    "2000-02-29",
    "2024-01-31",
  ]);
});

test("February has 29 days in 2000 and 2024, and 28 in 1900, 2100 and 2023", () => {
  assert.deepEqual(
    [2000, 2024, 1900, 2100, 2023].map((year) => daysInMonth(year, 2)),
    [29, 29, 28, 28, 28],
  );
});

test("a date that is read and written again is the same text", () => {
  fc.assert(
    fc.property(days, (day) => {
      assert.equal(parseDay(formatDay(day)), day);
    }),
  );
});

test("a text is a date only when Temporal says so too, and it lies between 1900 and 2199", () => {
  const digits = (length: number) => fc.stringMatching(new RegExp(`^[0-9]{${length}}$`));
  const texts = fc.tuple(
    fc.oneof(digits(4), fc.constantFrom("1899", "1900", "2024", "2199", "2200")),
    digits(2),
    digits(2),
  );
  fc.assert(
    fc.property(texts, ([year, month, day]) => {
      const text = `${year}-${month}-${day}`;
      let expected: string | undefined;
      try {
        expected = Temporal.PlainDate.from(
          { year: +year, month: +month, day: +day },
          { overflow: "reject" },
        ).toString();
      } catch {
        expected = undefined;
      }
      if (+year < 1900 || +year > 2199) expected = undefined;
      const read = parseDay(text);
      assert.equal(read === undefined ? undefined : formatDay(read), expected);
    }),
    { numRuns: 2_000 },
  );
});

test("other ways of writing a date are not read", () => {
  for (const text of [
    "",
    "2024-2-1",
    "20240201",
    "2024-02-01T00:00",
    " 2024-02-01",
    "2024-02-30",
    "2023-02-29",
    "01/02/2024",
    "２０２４-01-01",
  ]) {
    assert.equal(parseDay(text), undefined, text);
  }
});
