import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { dayFromPlainDate, FIRST_DAY, formatDay, LAST_DAY, parseDay } from "./day.ts";
import {
  formatInstant,
  instantOf,
  localDay,
  localTime,
  MILLISECONDS_PER_DAY,
  readMoment,
  zoneOf,
  type Moment,
} from "./zone.ts";

/** Summer time by the hour, by half an hour, at midnight, several times a year, a day left out (Apia), seconds (Amsterdam before 1937). */
const ZONES = [
  "Europe/London",
  "Europe/Stockholm",
  "Europe/Amsterdam",
  "Europe/Helsinki",
  "America/New_York",
  "America/Sao_Paulo",
  "Australia/Lord_Howe",
  "Africa/Casablanca",
  "Asia/Kathmandu",
  "Asia/Tehran",
  "Pacific/Apia",
  "UTC",
];
const zones = fc.constantFrom(...ZONES);
const anywhere = fc.integer({
  min: (FIRST_DAY + 1) * MILLISECONDS_PER_DAY,
  max: (LAST_DAY - 1) * MILLISECONDS_PER_DAY,
});

/** A zone and an instant: anywhere, or within two days of a clock change as Temporal knows it. */
const moments = fc
  .tuple(zones, anywhere, fc.integer({ min: -2 * MILLISECONDS_PER_DAY, max: 2 * MILLISECONDS_PER_DAY }), fc.boolean())
  .map(([id, instant, away, near]) => {
    if (!near) return { id, instant };
    const change = Temporal.Instant.fromEpochMilliseconds(instant).toZonedDateTimeISO(id).getTimeZoneTransition("next");
    const at = (change?.epochMilliseconds ?? instant) + away;
    return { id, instant: Math.min(at, (LAST_DAY - 1) * MILLISECONDS_PER_DAY) };
  });
const RUNS = { numRuns: 1_500 };

test("an instant has the local date and the time of day that Temporal gives it, in every zone", () => {
  fc.assert(
    fc.property(moments, ({ id, instant }) => {
      const zone = zoneOf(id);
      const there = Temporal.Instant.fromEpochMilliseconds(instant).toZonedDateTimeISO(id);
      assert.equal(localDay(zone, instant), dayFromPlainDate(there.toPlainDate()));
      const midnight = Temporal.PlainTime.from("00:00");
      assert.equal(localTime(zone, instant), Math.round(midnight.until(there.toPlainTime()).total("milliseconds")));
    }),
    RUNS,
  );
});

test("a wall-clock time is the instant Temporal makes of it, also where a clock change skips it or gives it twice", () => {
  fc.assert(
    fc.property(moments, fc.integer({ min: -3 * 3_600_000, max: 3 * 3_600_000 }), ({ id, instant }, away) => {
      const wall = Temporal.Instant.fromEpochMilliseconds(instant)
        .toZonedDateTimeISO(id)
        .toPlainDateTime()
        .add({ milliseconds: away });
      const time = Temporal.PlainTime.from("00:00").until(wall.toPlainTime()).total("milliseconds");
      const expected = wall.toZonedDateTime(id, { disambiguation: "compatible" }).epochMilliseconds;
      assert.equal(
        instantOf(zoneOf(id), dayFromPlainDate(wall.toPlainDate()), time),
        expected,
        `${wall.toString()} in ${id}`,
      );
    }),
    RUNS,
  );
});

test("a time that the clocks skip is moved on by the gap, a time that comes twice is the first one", () => {
  const at = (date: string, hour: number, minute: number) =>
    formatInstant(
      zoneOf("Europe/London"),
      instantOf(zoneOf("Europe/London"), parseDay(date) as number, (hour * 60 + minute) * 60_000),
    );
  assert.equal(at("2024-03-31", 1, 30), "2024-03-31T02:30:00+01:00");
  assert.equal(at("2024-10-27", 1, 30), "2024-10-27T01:30:00+01:00");
  assert.equal(at("2024-10-27", 2, 0), "2024-10-27T02:00:00+00:00");
});

test("a day of the clock change has 23 or 25 hours", () => {
  const zone = zoneOf("Europe/Stockholm");
  const hours = (date: string) => {
    const day = parseDay(date) as number;
    return (instantOf(zone, day + 1, 0) - instantOf(zone, day, 0)) / 3_600_000;
  };
  assert.deepEqual(["2024-03-31", "2024-10-27", "2024-02-29"].map(hours), [23, 25, 24]);
});

test("an instant is written with its zone's offset, to the second", () => {
  fc.assert(
    fc.property(moments, ({ id, instant }) => {
      const text = formatInstant(zoneOf(id), instant);
      // Offsets of old local mean times have seconds, which ISO 8601 rounds away: those texts name a near instant.
      const exact =
        Temporal.Instant.fromEpochMilliseconds(instant).toZonedDateTimeISO(id).offsetNanoseconds % 60e9 === 0;
      const off = Math.floor(instant / 1000) * 1000 - Temporal.Instant.from(text).epochMilliseconds;
      assert.ok(exact ? off === 0 : Math.abs(off) <= 30_000, `${text} for ${instant} in ${id}`);
    }),
  );
});

test("a zone that does not exist is refused", () => {
  assert.throws(() => zoneOf("Europe/Atlantis"), RangeError);
});

const stockholm = zoneOf("Europe/Stockholm");
const read = (text: string): Moment => {
  const moment = readMoment(text, stockholm);
  if (typeof moment === "string") assert.fail(moment);
  return moment;
};
const instant = (text: string) => ({ kind: "instant", instant: Temporal.Instant.from(text).epochMilliseconds });

test("a moment is a date, a local date-time, or an instant with its offset", () => {
  assert.deepEqual(read("2024-02-29"), { kind: "date", day: parseDay("2024-02-29") });
  assert.deepEqual(read("2024-07-01T14:05"), instant("2024-07-01T12:05:00Z"));
  assert.deepEqual(read("2024-07-01 14:05:30"), instant("2024-07-01T12:05:30Z"));
  assert.deepEqual(read("2024-07-01T14:05:30.25"), instant("2024-07-01T12:05:30.250Z"));
  assert.deepEqual(read("2024-07-01T14:05:30,25"), instant("2024-07-01T12:05:30.250Z"));
  assert.deepEqual(read("2024-07-01T14:05Z"), instant("2024-07-01T14:05:00Z"));
  assert.deepEqual(read("2024-07-01t14:05z"), instant("2024-07-01T14:05:00Z"));
  assert.deepEqual(read("2024-07-01T14:05:00-05:30"), instant("2024-07-01T19:35:00Z"));
  assert.deepEqual(read("2024-07-01T14:05:00+0200"), instant("2024-07-01T12:05:00Z"));
  assert.deepEqual(read("2024-07-01T14:05:00+02"), instant("2024-07-01T12:05:00Z"));
  assert.deepEqual(read("2024-03-31T02:30"), instant("2024-03-31T01:30:00Z"), "skipped in Sweden, so an hour later");
  assert.deepEqual(read("2024-10-27T02:30"), instant("2024-10-27T00:30:00Z"), "twice in Sweden, so the first");
});

test("every millisecond that is written is the one that is read", () => {
  for (let millisecond = 0; millisecond < 1000; millisecond++) {
    const text = `2024-07-01T12:00:00.${String(millisecond).padStart(3, "0")}Z`;
    assert.deepEqual(read(text), instant(text), text);
  }
});

test("instants with an offset are read as Temporal reads them", () => {
  fc.assert(
    fc.property(moments, ({ id, instant: at }) => {
      const there = Temporal.Instant.fromEpochMilliseconds(at).toZonedDateTimeISO(id);
      // The first and last hours of the range lie in another year by some clocks.
      if (there.offsetNanoseconds % 60e9 !== 0 || there.year < 1900 || there.year > 2199) return;
      const text = there.toString({ timeZoneName: "never" });
      assert.deepEqual(read(text), { kind: "instant", instant: at }, text);
    }),
  );
});

test("what is not a moment is refused with a sentence that says why and what to write", () => {
  const refusals: readonly (readonly [string, RegExp])[] = [
    ["", /is not a date: write 2024-03-31/],
    ["yesterday", /is not a date: write 2024-03-31/],
    ["31/03/2024", /is not a date: write 2024-03-31/],
    ["2024-3-1", /is not a date: write 2024-03-31/],
    ["2024-03-31T14", /is not a date: write 2024-03-31/],
    ["2024-03-31T14:05 CET", /is not a date: write 2024-03-31/],
    ["2024-02-30", /"2024-02-30" is a date that does not exist/],
    ["2023-02-29T10:00", /"2023-02-29" is a date that does not exist/],
    ["2024-13-01", /does not exist/],
    ["2024-00-10", /does not exist/],
    ["2024-01-00", /does not exist/],
    ["2024-12-32", /does not exist/],
    ["1899-12-31", /outside the years 1900 to 2199/],
    ["2200-01-01T00:00Z", /outside the years 1900 to 2199/],
    ["2024-03-31T24:00", /time that does not exist/],
    ["2024-03-31T10:60", /time that does not exist/],
    ["2024-03-31T10:00:60", /time that does not exist/],
    ["2024-03-31T10:00+19:00", /offset that does not exist/],
    ["2024-03-31T10:00+02:75", /offset that does not exist/],
  ];
  for (const [text, why] of refusals) {
    const moment = readMoment(text, stockholm);
    assert.ok(typeof moment === "string", `${text} was read`);
    assert.match(moment, why);
    assert.ok(moment.includes(text.slice(0, 10)), "the sentence names what was written");
  }
});

test("no text makes reading a moment fail otherwise than by a sentence", () => {
  fc.assert(
    fc.property(
      fc.oneof(fc.string(), fc.stringMatching(/^[0-9]{4}-[0-9]{2}-[0-9]{2}[T ][0-9:.,Z+-]{0,12}$/)),
      (text) => {
        const moment = readMoment(text, stockholm);
        if (typeof moment === "string") assert.ok(moment.length > 20);
        else if (moment.kind === "date") assert.equal(formatDay(moment.day), text);
        else assert.ok(Number.isFinite(moment.instant));
      },
    ),
  );
});
