import { FIRST_DAY, LAST_DAY, weekday, type Day } from "./day.ts";

/**
 * A calendar of working days, computed once into arrays: asking is then one look-up. `date-holidays` answers 647
 * questions a second; this answers some hundred million.
 */
export type WorkingCalendar = {
  readonly id: string;
  /** Names of the holidays that fall on a day, for explanations. */
  readonly holidayNames: ReadonlyMap<Day, string>;
  /** Number of working days up to and including each day since FIRST_DAY. */
  readonly countUpTo: Int32Array;
  /** The working days in order: `nth[k]` is the day on which the count becomes k + 1. */
  readonly nth: Int32Array;
};

/** Builds a calendar from its week (ISO weekdays worked, 1 Monday … 7 Sunday) and its holidays. */
export function workingCalendar(
  id: string,
  weekdays: ReadonlySet<number>,
  holidayNames: ReadonlyMap<Day, string>,
): WorkingCalendar {
  const length = LAST_DAY - FIRST_DAY + 1;
  const countUpTo = new Int32Array(length);
  const nth: number[] = [];
  for (let index = 0; index < length; index++) {
    const day = FIRST_DAY + index;
    if (weekdays.has(weekday(day)) && !holidayNames.has(day)) nth.push(day);
    countUpTo[index] = nth.length;
  }
  return { id, holidayNames, countUpTo, nth: Int32Array.from(nth) };
}

export function isWorkingDay(calendar: WorkingCalendar, day: Day): boolean {
  return workingDaysUpTo(calendar, day) !== workingDaysUpTo(calendar, day - 1);
}

/** Working days in (after, upTo]: the day after `after` to `upTo` itself. Negative when `upTo` is before `after`. */
export function workingDaysBetween(calendar: WorkingCalendar, after: Day, upTo: Day): number {
  return workingDaysUpTo(calendar, upTo) - workingDaysUpTo(calendar, after);
}

/** The `count`-th working day following `day` (count ≥ 1); for 0 the day itself. */
export function addWorkingDays(calendar: WorkingCalendar, day: Day, count: number): Day {
  if (count <= 0) return day;
  const found = calendar.nth[workingDaysUpTo(calendar, day) + count - 1];
  if (found === undefined)
    throw new RangeError(`Calendar ${calendar.id} ends before working day ${count} after ${day}`);
  return found;
}

/** The day itself when it is worked, else the next one that is. */
export function rollToWorkingDay(calendar: WorkingCalendar, day: Day): Day {
  return isWorkingDay(calendar, day) ? day : addWorkingDays(calendar, day, 1);
}

function workingDaysUpTo(calendar: WorkingCalendar, day: Day): number {
  if (day < FIRST_DAY) return 0;
  return calendar.countUpTo[Math.min(day, LAST_DAY) - FIRST_DAY] as number;
}
