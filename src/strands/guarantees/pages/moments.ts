import { plainDateFromDay } from "../../../lib/dates/day.ts";
import type { Formats, Moment } from "../../../web/format.ts";
import type { Translate } from "../../../web/messages.ts";
import type { Clock } from "../model/clock.ts";
import type { Definition } from "../model/definition.ts";
import { countsTime, type Tick } from "../model/scale.ts";

/** The reader's words and ways of writing dates. */
export type Words = { readonly t: Translate; readonly formats: Formats };

/** A tick of a clock as a day, or as a local day and time where the promise counts hours. */
export function momentOf(definition: Definition, clock: Pick<Clock, "limit">, tick: Tick): Moment {
  return countsTime(clock.limit) ? localDateTime(definition, tick) : plainDateFromDay(tick);
}

/** Now, in the kind of moment that the clock counts. */
export function nowFor(definition: Definition, clock: Pick<Clock, "limit">, now: Temporal.Instant): Moment {
  const local = now.toZonedDateTimeISO(definition.zone.id);
  return countsTime(clock.limit) ? local.toPlainDateTime() : local.toPlainDate();
}

function localDateTime(definition: Definition, instant: number): Temporal.PlainDateTime {
  return Temporal.Instant.fromEpochMilliseconds(instant).toZonedDateTimeISO(definition.zone.id).toPlainDateTime();
}

/** Whole days from one moment's day to another's; negative when it lies before. */
export function daysBetween(from: Moment, to: Moment): number {
  return dateOf(from).until(dateOf(to), { largestUnit: "days" }).days;
}

export function dateOf(moment: Moment): Temporal.PlainDate {
  return moment instanceof Temporal.PlainDateTime ? moment.toPlainDate() : moment;
}
