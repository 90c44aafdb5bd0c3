import { addWorkingDays, rollToWorkingDay, workingDaysBetween } from "../../../lib/dates/calendar.ts";
import { addMonths } from "../../../lib/dates/day.ts";
import { addWorkingTime, workingTimeBetween } from "../../../lib/dates/working-time.ts";
import { MILLISECONDS_PER_HOUR, MILLISECONDS_PER_MINUTE } from "../../../lib/dates/zone.ts";
import type { Definition } from "./definition.ts";
import { scaleOf, type Limit, type Scale } from "./limit.ts";

/**
 * A point on a clock's scale: a day number for clocks that count days, milliseconds for those that count hours or
 * minutes.
 */
export type Tick = number;

/** Time not counted, from `from` up to, not including, `to`. */
export type Gap = { readonly from: Tick; readonly to: Tick };

/** Gaps ascending and apart: time is left out once, however many reasons there are. */
export function mergeGaps(gaps: readonly Gap[]): Gap[] {
  const merged: Gap[] = [];
  for (const next of gaps.toSorted((a, b) => a.from - b.from)) {
    const last = merged.at(-1);
    if (last !== undefined && next.from <= last.to)
      merged[merged.length - 1] = { from: last.from, to: Math.max(last.to, next.to) };
    else merged.push(next);
  }
  return merged;
}

/** Amount counted on the scale: days, working days, or milliseconds (on the wall, or of opening time). */
type Amount = number;

/** Does the clock of this limit run on instants rather than on days? */
export function countsTime(limit: Limit): boolean {
  const scale = scaleOf(limit);
  return scale === "hours" || scale === "working-minutes";
}

function between(definition: Definition, scale: Scale, from: Tick, to: Tick): Amount {
  switch (scale) {
    case "days":
    case "hours":
      return to - from;
    case "working-days":
      return workingDaysBetween(calendarOf(definition), from, to);
    case "working-minutes":
      return workingTimeBetween(hoursOf(definition), from, to);
  }
}

function add(definition: Definition, scale: Scale, from: Tick, amount: Amount): Tick {
  switch (scale) {
    case "days":
    case "hours":
      return from + amount;
    case "working-days":
      return addWorkingDays(calendarOf(definition), from, amount);
    case "working-minutes":
      return addWorkingTime(hoursOf(definition), from, amount);
  }
}

/** The whole of a limit as an amount on its scale, counted from `from`. */
function amountOf(limit: Limit, from: Tick): Amount {
  switch (limit.unit) {
    case "days":
    case "working-days":
      return limit.count;
    case "weeks":
      return limit.count * 7;
    case "months":
      return addMonths(from, limit.count) - from;
    case "hours":
    case "working-hours":
      return limit.count * MILLISECONDS_PER_HOUR;
    case "working-minutes":
      return limit.count * MILLISECONDS_PER_MINUTE;
  }
}

/**
 * Gaps as the scale counts them. A working day is a whole day: a pause from Monday to Wednesday leaves out Monday and
 * Tuesday, so its edges lie at the ends of the days before.
 */
function edges(scale: Scale, gap: Gap, start: Tick): Gap {
  const shift = scale === "working-days" ? 1 : 0;
  const from = Math.max(gap.from - shift, start);
  return { from, to: Math.max(gap.to - shift, from) };
}

/** How much of (start, to] was not counted. Gaps are merged: ascending and apart. */
export function excludedUpTo(
  definition: Definition,
  limit: Limit,
  start: Tick,
  gaps: readonly Gap[],
  to: Tick,
): Amount {
  const scale = scaleOf(limit);
  return gaps.reduce((total, gap) => {
    const clipped = edges(scale, gap, start);
    return (
      total + Math.max(0, between(definition, scale, clipped.from, Math.min(clipped.to, Math.max(to, clipped.from))))
    );
  }, 0);
}

/** How much was counted in (start, to], gaps taken off. */
export function elapsedUpTo(definition: Definition, limit: Limit, start: Tick, gaps: readonly Gap[], to: Tick): Amount {
  const whole = Math.max(0, between(definition, scaleOf(limit), start, to));
  return Math.max(0, whole - excludedUpTo(definition, limit, start, gaps, to));
}

/**
 * The moment at which the limit is used up: the clock stands still during gaps, and a gap after that moment no longer
 * moves it. Rolled to a working day where the promise says so.
 */
export function dueAt(definition: Definition, limit: Limit, start: Tick, gaps: readonly Gap[], rolls: boolean): Tick {
  const scale = scaleOf(limit);
  let left = amountOf(limit, start);
  let cursor = start;
  for (const gap of gaps) {
    const { from, to } = edges(scale, gap, start);
    const counted = between(definition, scale, cursor, from);
    if (left <= counted) break;
    left -= Math.max(0, counted);
    cursor = Math.max(cursor, to);
  }
  const due = add(definition, scale, cursor, left);
  return rolls && scale === "days" ? rollToWorkingDay(calendarOf(definition), due) : due;
}

/** An amount in the unit of the output: days as they are, hours to four decimals, working minutes whole. */
export function inUnit(limit: Limit, amount: Amount): number {
  switch (scaleOf(limit)) {
    case "days":
    case "working-days":
      return amount;
    case "hours":
      return Math.round((amount / MILLISECONDS_PER_HOUR) * 10_000) / 10_000;
    case "working-minutes":
      return Math.floor(amount / MILLISECONDS_PER_MINUTE);
  }
}

function calendarOf(definition: Definition): NonNullable<Definition["calendar"]> {
  if (definition.calendar === null) throw new Error(`${definition.id} counts working days but names no calendar`);
  return definition.calendar;
}

function hoursOf(definition: Definition): NonNullable<Definition["hours"]> {
  if (definition.hours === null) throw new Error(`${definition.id} counts working time but names no opening hours`);
  return definition.hours;
}
