import { isWorkingDay, type WorkingCalendar } from "./calendar.ts";
import { weekday, type Day } from "./day.ts";
import { instantOf, localDay, MILLISECONDS_PER_MINUTE, type Zone } from "./zone.ts";

/** Opening times of one weekday, in minutes since local midnight, ascending and apart: 9:00–12:00 is [540, 720]. */
export type OpeningTimes = readonly (readonly [from: number, to: number])[];

/** When a service is at work: its calendar, its zone, and its opening times by ISO weekday (1 Monday … 7 Sunday). */
export type WorkingHours = {
  readonly calendar: WorkingCalendar;
  readonly zone: Zone;
  readonly openings: ReadonlyMap<number, OpeningTimes>;
};

/** A service shut for longer than this many days in a row is a mistake in its opening times. */
const LONGEST_CLOSURE_DAYS = 400;

/**
 * Working milliseconds in [from, to): the time during which the service was open. Wall-clock opening times become
 * instants day by day, so an opening that spans a clock change is an hour shorter or longer, as for the people there.
 */
export function workingTimeBetween(hours: WorkingHours, from: number, to: number): number {
  if (to <= from) return 0;
  let total = 0;
  for (let day = localDay(hours.zone, from); day <= localDay(hours.zone, to); day++) {
    for (const [open, close] of openingsOn(hours, day)) {
      const start = Math.max(open, from);
      const end = Math.min(close, to);
      if (end > start) total += end - start;
    }
  }
  return total;
}

/**
 * The instant at which `milliseconds` of working time after `from` are used up. Exactly at closing time the answer is
 * closing time itself, not the next opening. Throws a RangeError when the service does not open for 400 days.
 */
export function addWorkingTime(hours: WorkingHours, from: number, milliseconds: number): number {
  if (milliseconds <= 0) return from;
  let left = milliseconds;
  let shut = 0;
  for (let day = localDay(hours.zone, from); shut <= LONGEST_CLOSURE_DAYS; day++) {
    shut++;
    for (const [open, close] of openingsOn(hours, day)) {
      const start = Math.max(open, from);
      if (close <= start) continue;
      shut = 0;
      if (close - start >= left) return start + left;
      left -= close - start;
    }
  }
  throw new RangeError(`${hours.calendar.id}: the opening times give no working time for ${LONGEST_CLOSURE_DAYS} days`);
}

function openingsOn(hours: WorkingHours, day: Day): readonly (readonly [number, number])[] {
  if (!isWorkingDay(hours.calendar, day)) return [];
  return (hours.openings.get(weekday(day)) ?? []).map(([from, to]) => [
    instantOf(hours.zone, day, from * MILLISECONDS_PER_MINUTE),
    instantOf(hours.zone, day, to * MILLISECONDS_PER_MINUTE),
  ]);
}
