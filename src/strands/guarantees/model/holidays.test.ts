import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { formatDay, parseDay, weekday } from "../../../lib/dates/day.ts";
import { isWorkingDay } from "../../../lib/dates/calendar.ts";
import { library } from "../library.ts";
import { calendarOf } from "./holidays.ts";
import type { CalendarFile } from "./language.ts";

const { calendars } = library();

const holidaysOf = (file: CalendarFile) => calendarOf(file, calendars).holidayNames;

/** The days off of a year that fall on Monday to Friday, as "04-01": those that a count of working days steps over. */
function daysOff(id: string, year: number): readonly string[] {
  const holidays = holidaysOf(calendars.get(id) as CalendarFile);
  return [...holidays.keys()]
    .filter((day) => formatDay(day).startsWith(`${year}-`) && weekday(day) <= 5)
    .map((day) => formatDay(day).slice(5))
    .toSorted();
}

function nameOn(id: string, date: string): string | undefined {
  return holidaysOf(calendars.get(id) as CalendarFile).get(parseDay(date) as number);
}

/** As gov.uk/bank-holidays lists them; the older years as the Gazette proclaimed them. */
const UNITED_KINGDOM: Readonly<Record<string, Readonly<Record<number, string>>>> = {
  "uk-england-wales": {
    1995: "01-02 04-14 04-17 05-08 05-29 08-28 12-25 12-26",
    1999: "01-01 04-02 04-05 05-03 05-31 08-30 12-27 12-28 12-31",
    2002: "01-01 03-29 04-01 05-06 06-03 06-04 08-26 12-25 12-26",
    2010: "01-01 04-02 04-05 05-03 05-31 08-30 12-27 12-28",
    2011: "01-03 04-22 04-25 04-29 05-02 05-30 08-29 12-26 12-27",
    2012: "01-02 04-06 04-09 05-07 06-04 06-05 08-27 12-25 12-26",
    2016: "01-01 03-25 03-28 05-02 05-30 08-29 12-26 12-27",
    2020: "01-01 04-10 04-13 05-08 05-25 08-31 12-25 12-28",
    2021: "01-01 04-02 04-05 05-03 05-31 08-30 12-27 12-28",
    2022: "01-03 04-15 04-18 05-02 06-02 06-03 08-29 09-19 12-26 12-27",
    2023: "01-02 04-07 04-10 05-01 05-08 05-29 08-28 12-25 12-26",
    2024: "01-01 03-29 04-01 05-06 05-27 08-26 12-25 12-26",
    2026: "01-01 04-03 04-06 05-04 05-25 08-31 12-25 12-28",
  },
  "uk-scotland": {
    2006: "01-02 01-03 04-14 05-01 05-29 08-07 12-25 12-26",
    2011: "01-03 01-04 04-22 04-29 05-02 05-30 08-01 11-30 12-26 12-27",
    2012: "01-02 01-03 04-06 05-07 06-04 06-05 08-06 11-30 12-25 12-26",
    2022: "01-03 01-04 04-15 05-02 06-02 06-03 08-01 09-19 11-30 12-26 12-27",
    2023: "01-02 01-03 04-07 05-01 05-08 05-29 08-07 11-30 12-25 12-26",
    2024: "01-01 01-02 03-29 05-06 05-27 08-05 12-02 12-25 12-26",
    2026: "01-01 01-02 04-03 05-04 05-25 06-15 08-03 11-30 12-25 12-28",
  },
  "uk-northern-ireland": {
    2022: "01-03 03-17 04-15 04-18 05-02 06-02 06-03 07-12 08-29 09-19 12-26 12-27",
    2024: "01-01 03-18 03-29 04-01 05-06 05-27 07-12 08-26 12-25 12-26",
    2025: "01-01 03-17 04-18 04-21 05-05 05-26 07-14 08-25 12-25 12-26",
  },
};
for (const [id, years] of Object.entries(UNITED_KINGDOM)) {
  describe(`${id} has the bank holidays that were proclaimed`, () => {
    for (const [year, days] of Object.entries(years)) {
      test(`in ${year}`, () => assert.deepEqual(daysOff(id, Number(year)), days.split(" ")));
    }
  });
}

/** The working week's days off as the countries' almanacs print them. */
const ELSEWHERE: Readonly<Record<string, Readonly<Record<number, string>>>> = {
  dk: {
    2023: "04-06 04-07 04-10 05-05 05-18 05-29 12-25 12-26",
    2024: "01-01 03-28 03-29 04-01 05-09 05-20 12-25 12-26",
    2025: "01-01 04-17 04-18 04-21 05-29 06-09 12-25 12-26",
  },
  no: {
    2024: "01-01 03-28 03-29 04-01 05-01 05-09 05-17 05-20 12-25 12-26",
    2025: "01-01 04-17 04-18 04-21 05-01 05-29 06-09 12-25 12-26",
  },
  se: {
    2004: "01-01 01-06 04-09 04-12 05-20 05-31 06-25 12-24 12-31",
    2005: "01-06 03-25 03-28 05-05 06-06 06-24 12-26",
    2024: "01-01 03-29 04-01 05-01 05-09 06-06 06-21 12-24 12-25 12-26 12-31",
  },
  fi: {
    2024: "01-01 03-29 04-01 05-01 05-09 06-21 12-06 12-24 12-25 12-26",
    2025: "01-01 01-06 04-18 04-21 05-01 05-29 06-20 12-24 12-25 12-26",
  },
  nl: {
    2013: "01-01 03-29 04-01 04-30 05-09 05-20 12-25 12-26",
    2020: "01-01 04-10 04-13 04-27 05-05 05-21 06-01 12-25",
    2024: "01-01 03-29 04-01 05-09 05-20 12-25 12-26",
  },
};
for (const [id, years] of Object.entries(ELSEWHERE)) {
  for (const [year, days] of Object.entries(years)) {
    test(`${id} has its days off of ${year}`, () => assert.deepEqual(daysOff(id, Number(year)), days.split(" ")));
  }
}

test("Store bededag was a day off for the last time in 2023", () => {
  assert.equal(nameOn("dk", "2023-05-05"), "Store bededag");
  assert.equal(nameOn("dk", "2024-04-26"), undefined);
});

test("the one-off holidays have their names", () => {
  assert.equal(nameOn("uk-scotland", "2026-06-15"), "Football World Cup");
  assert.equal(nameOn("uk-england-wales", "2026-06-15"), undefined);
  assert.equal(nameOn("uk-england-wales", "2022-09-19"), "State funeral of the Queen");
  assert.equal(nameOn("uk-any-part", "2023-05-08"), "Coronation of the King");
});

test("a holiday at a weekend gives a substitute that says so, and no two land on one day", () => {
  assert.equal(nameOn("uk-england-wales", "2022-12-27"), "Christmas Day (substitute day)");
  assert.equal(nameOn("uk-england-wales", "2022-12-26"), "Boxing Day");
  assert.equal(nameOn("uk-england-wales", "2021-12-27"), "Christmas Day (substitute day)");
  assert.equal(nameOn("uk-england-wales", "2021-12-28"), "Boxing Day (substitute day)");
  assert.equal(nameOn("uk-scotland", "2024-12-02"), "St Andrew's Day (substitute day)");
});

test("in every year England has eight bank holidays or more, all on weekdays: none is lost at a weekend", () => {
  for (let year = 1990; year <= 2099; year++) assert.ok(daysOff("uk-england-wales", year).length >= 8, String(year));
});

test("a day off in any part of the United Kingdom is one in the calendar of all parts, and nothing else is", () => {
  for (const year of [2012, 2022, 2024, 2025, 2026]) {
    const parts = ["uk-england-wales", "uk-scotland", "uk-northern-ireland"].flatMap((id) => daysOff(id, year));
    assert.deepEqual(daysOff("uk-any-part", year), [...new Set(parts)].toSorted());
  }
});

test("a holiday is not a working day, and neither is a Saturday", () => {
  const calendar = calendarOf(calendars.get("uk-scotland") as CalendarFile, calendars);
  const worked = (date: string) => isWorkingDay(calendar, parseDay(date) as number);
  assert.deepEqual(["2026-06-15", "2026-06-16", "2026-06-13", "2025-06-16"].map(worked), [false, true, false, true]);
});

const rule = (on: string, more: object = {}): CalendarFile => ({
  id: "test",
  name: "Test",
  source: "test",
  holidays: [{ name: "Day", on, ...more }],
});
const daysOf = (file: CalendarFile, year: number) =>
  [...holidaysOf(file).keys()].map(formatDay).filter((date) => date.startsWith(`${year}-`));

test("Easter Sunday falls on the days that almanacs print, the latest and the exceptions of the Gregorian reckoning too", () => {
  const printed = [
    "1991-03-31",
    "2000-04-23",
    "2008-03-23",
    "2011-04-24",
    "2016-03-27",
    "2018-04-01",
    "2019-04-21",
    "2024-03-31",
    "2025-04-20",
    "2026-04-05",
    "2038-04-25",
    "2049-04-18",
    "2076-04-19",
    "2084-03-26",
    "2095-04-24",
  ];
  assert.deepEqual(
    printed.flatMap((date) => daysOf(rule("Easter"), Number(date.slice(0, 4)))),
    printed,
  );
});

test("a rule finds its day: the last Monday, the third Thursday, the Saturday from a date on, days about Easter", () => {
  assert.deepEqual(daysOf(rule("last Monday of May"), 2024), ["2024-05-27"]);
  assert.deepEqual(daysOf(rule("last Monday of February"), 2024), ["2024-02-26"]);
  assert.deepEqual(daysOf(rule("third Thursday of August"), 2024), ["2024-08-15"]);
  assert.deepEqual(daysOf(rule("first Monday of April"), 2024), ["2024-04-01"]);
  assert.deepEqual(daysOf(rule("Saturday from 20 June"), 2020), ["2020-06-20"]);
  assert.deepEqual(daysOf(rule("Saturday from 20 June"), 2021), ["2021-06-26"]);
  assert.deepEqual(daysOf(rule("Easter"), 2024), ["2024-03-31"]);
  assert.deepEqual(daysOf(rule("Easter + 49"), 2024), ["2024-05-19"]);
  assert.deepEqual(daysOf(rule("Easter - 47"), 2024), ["2024-02-13"]);
});

test("a rule holds from its first year to its last, and not in the years it leaves out", () => {
  const file = rule("1 May", { from: 2020, until: 2023, except: [2021] });
  assert.deepEqual(
    [2019, 2020, 2021, 2022, 2023, 2024].filter((year) => daysOf(file, year).length > 0),
    [2020, 2022, 2023],
  );
});

test("a calendar that names a month or a weekday that does not exist, or combines itself, is refused", () => {
  assert.throws(() => daysOf(rule("1 Mai"), 2024), /"Mai" is not a month/);
  assert.throws(() => daysOf(rule("first Montag of May"), 2024), /"Montag" is not a weekday/);
  const round = new Map<string, CalendarFile>([
    ["a", { id: "a", name: "A", source: "test", combines: ["b"] }],
    ["b", { id: "b", name: "B", source: "test", combines: ["a"] }],
  ]);
  assert.throws(() => calendarOf(round.get("a") as CalendarFile, round), /combines itself: a → b → a/);
  assert.throws(
    () => calendarOf({ id: "c", name: "C", source: "test", combines: ["d"] }, round),
    /combines d, which does not exist/,
  );
});
