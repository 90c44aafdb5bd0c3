import { dayFromPlainDate, plainDateFromDay, weekday, addMonths, type Day } from "../src/lib/dates/day.ts";
import { instantOf, MILLISECONDS_PER_MINUTE, zoneOf } from "../src/lib/dates/zone.ts";

const london = zoneOf("Europe/London");

/** The stretch of time the region has a record of. */
export type Span = {
  /** 24 months before `last`: the day the record began. What ran then was carried over from the old files. */
  readonly first: Day;
  /** Yesterday: `today` itself has not happened yet, and no entry may lie in the future of whoever starts the site. */
  readonly last: Day;
  readonly today: Day;
  /** The weeks after the new record system came, in month 10: bookings slipped and entries were made late. */
  readonly dip: { readonly from: Day; readonly to: Day };
};

export function spanUntil(date: Temporal.PlainDate): Span {
  const today = dayFromPlainDate(date);
  const first = addMonths(today, -24);
  const dip = nextWorkday(addMonths(first, 9) + 12);
  return { first, last: today - 1, today, dip: { from: dip, to: dip + 41 } };
}

/** An instant of a London wall-clock time. */
export function londonInstant(day: Day, minute: number): Temporal.Instant {
  return Temporal.Instant.fromEpochMilliseconds(instantOf(london, day, minute * MILLISECONDS_PER_MINUTE));
}

const dates = new Map<Day, Temporal.PlainDate>();

/** The day as a date; a region has some thousand days and hundreds of thousands of facts, so each is made once. */
export function dateOf(day: Day): Temporal.PlainDate {
  let date = dates.get(day);
  if (date === undefined) {
    date = plainDateFromDay(day);
    dates.set(day, date);
  }
  return date;
}

/** The day itself, or the Monday after a weekend. */
export function nextWorkday(day: Day): Day {
  const isoWeekday = weekday(day);
  return isoWeekday < 6 ? day : day + 8 - isoWeekday;
}

/** The day itself, or the Friday before a weekend. */
export function lastWorkday(day: Day): Day {
  const isoWeekday = weekday(day);
  return isoWeekday < 6 ? day : day + 5 - isoWeekday;
}

/** −1 in the middle of July, +1 in the middle of January: how wintry a day is. */
export function winter(day: Day): number {
  return Math.cos(((day - 14) / 365.25) * 2 * Math.PI);
}

/** Picks days of a stretch at a share in [0, 1), busier months and weekdays more often. */
export function dayPicker(from: Day, to: Day, weight: (day: Day) => number): (share: number) => Day {
  const sums = new Float64Array(to - from + 1);
  let sum = 0;
  for (let day = from; day <= to; day++) {
    sum += weight(day);
    sums[day - from] = sum;
  }
  return (share) => {
    const wanted = share * sum;
    let low = 0;
    let high = sums.length - 1;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((sums[middle] as number) > wanted) high = middle;
      else low = middle + 1;
    }
    return from + low;
  };
}
