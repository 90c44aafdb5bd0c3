import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { workingCalendar } from "./calendar.ts";
import { dayFromPlainDate, parseDay } from "./day.ts";
import { addWorkingTime, workingTimeBetween, type OpeningTimes, type WorkingHours } from "./working-time.ts";
import { formatInstant, instantOf, MILLISECONDS_PER_MINUTE, zoneOf } from "./zone.ts";

const day = (text: string): number => parseDay(text) as number;
const MINUTE = MILLISECONDS_PER_MINUTE;

/** Opening times whose edges do not fall into the hours that a clock change skips or doubles (1:00 to 3:00). */
const OPENINGS: readonly OpeningTimes[] = [
  [
    [540, 720],
    [780, 1020],
  ],
  [[0, 1440]],
  [
    [30, 360],
    [1320, 1440],
  ],
  [
    [0, 45],
    [300, 301],
    [301, 330],
  ],
  [],
];
const hours = fc
  .tuple(
    fc.constantFrom("Europe/London", "Europe/Amsterdam", "America/New_York"),
    fc.constantFrom("2024-03-29", "2024-10-25", "2024-02-27", "2023-12-29", "2024-03-08", "2024-11-01"),
    fc.array(fc.constantFrom(...OPENINGS), { minLength: 7, maxLength: 7 }),
    fc.uniqueArray(fc.integer({ min: 0, max: 8 }), { maxLength: 3 }),
  )
  .map(([id, anchor, week, offsets]) => ({ id, anchor, week, offsets }));
type Drawn = typeof hours extends fc.Arbitrary<infer Each> ? Each : never;

function laidOut({ id, anchor, week, offsets }: Drawn) {
  const holidays = new Map(offsets.map((offset) => [day(anchor) + offset, "closed"]));
  const openings = new Map(week.map((times, index) => [index + 1, times]));
  const weekdays = new Set(week.flatMap((times, index) => (times.length > 0 ? [index + 1] : [])));
  const found: WorkingHours = { calendar: workingCalendar("test", weekdays, holidays), zone: zoneOf(id), openings };
  return { hours: found, id, first: day(anchor), holidays };
}
type Case = { readonly hours: WorkingHours; readonly id: string; readonly holidays: ReadonlyMap<number, string> };

/** Is the service open in the minute that begins at the instant? Read off a clock on its wall, by Temporal. */
function isOpen({ hours: { openings }, id, holidays }: Case, instant: number): boolean {
  const wall = Temporal.Instant.fromEpochMilliseconds(instant).toZonedDateTimeISO(id);
  const minute = wall.hour * 60 + wall.minute;
  if (holidays.has(dayFromPlainDate(wall.toPlainDate()))) return false;
  return (openings.get(wall.dayOfWeek) ?? []).some(([from, to]) => from <= minute && minute < to);
}
const RUNS = { numRuns: 25 };

test("working time between two moments is the minutes a clerk would tick off, over clock changes, leap days and year ends", () => {
  fc.assert(
    fc.property(
      hours,
      fc.integer({ min: 0, max: 4 * 1440 }),
      fc.integer({ min: 0, max: 3 * 1440 }),
      (drawn, start, length) => {
        const each = laidOut(drawn);
        const from = instantOf(each.hours.zone, each.first, 0) + start * MINUTE;
        let ticked = 0;
        for (let at = from; at < from + length * MINUTE; at += MINUTE) if (isOpen(each, at)) ticked++;
        assert.equal(workingTimeBetween(each.hours, from, from + length * MINUTE), ticked * MINUTE);
        assert.equal(workingTimeBetween(each.hours, from + length * MINUTE, from), 0);
      },
    ),
    RUNS,
  );
});

test("working time is used up at the minute at which a clerk has ticked off as many", () => {
  fc.assert(
    fc.property(
      hours,
      fc.integer({ min: 0, max: 4 * 1440 }),
      fc.integer({ min: 1, max: 900 }),
      (drawn, start, length) => {
        const each = laidOut(drawn);
        const from = instantOf(each.hours.zone, each.first, 0) + start * MINUTE;
        fc.pre([...each.hours.openings.values()].some((times) => times.some(([open, close]) => close - open > 100)));
        let [at, left] = [from, length];
        for (; left > 0; at += MINUTE) if (isOpen(each, at)) left--;
        assert.equal(addWorkingTime(each.hours, from, length * MINUTE), at);
      },
    ),
    RUNS,
  );
});

test("what is added is what lies between", () => {
  fc.assert(
    fc.property(
      hours,
      fc.integer({ min: 0, max: 4 * 1440 * 60 }),
      fc.integer({ min: 1, max: 900 * 60 }),
      (drawn, start, seconds) => {
        const each = laidOut(drawn);
        fc.pre([...each.hours.openings.values()].some((times) => times.some(([open, close]) => close - open > 100)));
        const from = instantOf(each.hours.zone, each.first, 0) + start * 1000;
        assert.equal(
          workingTimeBetween(each.hours, from, addWorkingTime(each.hours, from, seconds * 1000)),
          seconds * 1000,
        );
      },
    ),
    RUNS,
  );
});

const WEEK: WorkingHours = {
  calendar: workingCalendar("week", new Set([1, 2, 3, 4, 5]), new Map()),
  zone: zoneOf("Europe/London"),
  openings: new Map([1, 2, 3, 4, 5].map((weekday) => [weekday, [[540, 1020]] as OpeningTimes])),
};
const london = (text: string) => Temporal.ZonedDateTime.from(`${text}[Europe/London]`).epochMilliseconds;

test("time used up exactly at closing ends at closing time, not at the next opening", () => {
  assert.equal(
    formatInstant(WEEK.zone, addWorkingTime(WEEK, london("2024-03-22T09:00"), 480 * MINUTE)),
    "2024-03-22T17:00:00+00:00",
  );
  assert.equal(
    formatInstant(WEEK.zone, addWorkingTime(WEEK, london("2024-03-22T17:00"), 1)),
    "2024-03-25T09:00:00+00:00",
  );
});

test("a service that is open all night works 23 hours when the clocks go forward and 25 when they go back", () => {
  const always: WorkingHours = {
    calendar: workingCalendar("always", new Set([1, 2, 3, 4, 5, 6, 7]), new Map()),
    zone: WEEK.zone,
    openings: new Map([1, 2, 3, 4, 5, 6, 7].map((weekday) => [weekday, [[0, 1440]] as OpeningTimes])),
  };
  const worked = (date: string) =>
    workingTimeBetween(
      always,
      london(`${date}T00:00`),
      london(Temporal.PlainDate.from(date).add({ days: 1 }).toString() + "T00:00"),
    ) / 3_600_000;
  assert.deepEqual(["2024-03-31", "2024-10-27", "2024-06-01"].map(worked), [23, 25, 24]);
});

test("a service that never opens is refused instead of looked for for ever", () => {
  const shut: WorkingHours = { ...WEEK, openings: new Map() };
  assert.throws(() => addWorkingTime(shut, london("2024-03-22T09:00"), 1), /no working time for 400 days/);
  assert.equal(workingTimeBetween(shut, london("2024-03-22T09:00"), london("2024-03-23T09:00")), 0);
});

test("no time to add is the moment itself", () => {
  assert.equal(addWorkingTime(WEEK, 12_345, 0), 12_345);
});
