import { dayFromCivil, FIRST_DAY, type Day } from "./day.ts";

/**
 * A time zone as its list of changes, so that an instant becomes a local date by one binary search instead of one
 * `Temporal.ZonedDateTime`. Instants are milliseconds since 1970-01-01T00:00Z.
 */
export type Zone = {
  readonly id: string;
  /** Instants at which the offset changes, ascending; the first is minus infinity. */
  readonly changes: readonly number[];
  /** Offset from UTC in milliseconds that holds from the change of the same index. */
  readonly offsets: readonly number[];
};

export const MILLISECONDS_PER_DAY = 86_400_000;
export const MILLISECONDS_PER_MINUTE = 60_000;
export const MILLISECONDS_PER_HOUR = 3_600_000;

const LAST_YEAR = 2200;
const zones = new Map<string, Zone>();

/** The zone of an IANA name such as "Europe/Stockholm"; throws a RangeError for a name that does not exist. */
export function zoneOf(id: string): Zone {
  const known = zones.get(id);
  if (known !== undefined) return known;
  const changes: number[] = [-Infinity];
  let at: Temporal.ZonedDateTime | null = Temporal.Instant.fromEpochMilliseconds(
    FIRST_DAY * MILLISECONDS_PER_DAY,
  ).toZonedDateTimeISO(id);
  const offsets: number[] = [at.offsetNanoseconds / 1e6];
  for (
    at = at.getTimeZoneTransition("next");
    at !== null && at.year < LAST_YEAR;
    at = at.getTimeZoneTransition("next")
  ) {
    changes.push(at.epochMilliseconds);
    offsets.push(at.offsetNanoseconds / 1e6);
  }
  const zone = { id, changes, offsets };
  zones.set(id, zone);
  return zone;
}

/** Offset from UTC in milliseconds at an instant. */
function offsetAt(zone: Zone, instant: number): number {
  let low = 0;
  let high = zone.changes.length - 1;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if ((zone.changes[middle] as number) <= instant) low = middle;
    else high = middle - 1;
  }
  return zone.offsets[low] as number;
}

/** The local day in which an instant falls. */
export function localDay(zone: Zone, instant: number): Day {
  return Math.floor((instant + offsetAt(zone, instant)) / MILLISECONDS_PER_DAY);
}

/** Milliseconds since local midnight on the wall clock. */
export function localTime(zone: Zone, instant: number): number {
  const local = instant + offsetAt(zone, instant);
  return local - Math.floor(local / MILLISECONDS_PER_DAY) * MILLISECONDS_PER_DAY;
}

/**
 * The instant of a wall-clock time. A time that a clock change skips is moved forward by the length of the gap, a time
 * that occurs twice is the earlier one: Temporal's "compatible".
 */
export function instantOf(zone: Zone, day: Day, timeOfDay: number): number {
  const local = day * MILLISECONDS_PER_DAY + timeOfDay;
  const before = offsetAt(zone, local - MILLISECONDS_PER_DAY);
  const after = offsetAt(zone, local + MILLISECONDS_PER_DAY);
  const early = local - before;
  const late = local - after;
  if (offsetAt(zone, early) === before) return early;
  if (offsetAt(zone, late) === after) return late;
  return early;
}

export type Moment =
  | { readonly kind: "date"; readonly day: Day }
  | { readonly kind: "instant"; readonly instant: number };

const DATE_TIME = /^(\d{4}-\d{2}-\d{2})[T ](\d{2}):(\d{2})(?::(\d{2})(?:[.,](\d{1,9}))?)?(Z|[+-]\d{2}(?::?\d{2})?)?$/i;
const DATE = /^(\d{4})-(\d{2})-(\d{2})$/;

/**
 * Reads a moment in one of the three forms of an event file: a date ("2024-03-31"), a local date-time of the given zone
 * ("2024-03-31T14:05"), or an instant with its offset ("2024-03-31T14:05:00+02:00", "…Z").
 * Returns a sentence that says what is wrong when it is none of them or does not exist.
 */
export function readMoment(text: string, zone: Zone): Moment | string {
  const date = DATE.exec(text);
  if (date !== null) {
    const day = readDate(date[1] as string, date[2] as string, date[3] as string);
    return typeof day === "string" ? day : { kind: "date", day };
  }
  const match = DATE_TIME.exec(text);
  if (match === null) {
    return `"${text}" is not a date: write 2024-03-31, 2024-03-31T14:05 or 2024-03-31T14:05+02:00`;
  }
  const [year, month, dayOfMonth] = (match[1] as string).split("-") as [string, string, string];
  const day = readDate(year, month, dayOfMonth);
  if (typeof day === "string") return day;
  const hour = Number(match[2]);
  const minute = Number(match[3]);
  const second = Number(match[4] ?? "0");
  if (hour > 23 || minute > 59 || second > 59) {
    return `"${text}" has a time that does not exist: hours run from 00 to 23, minutes and seconds from 00 to 59`;
  }
  const milliseconds = Math.floor(Number(`0.${match[5] ?? "0"}`) * 1000);
  const time = ((hour * 60 + minute) * 60 + second) * 1000 + milliseconds;
  const offset = match[6];
  if (offset === undefined) return { kind: "instant", instant: instantOf(zone, day, time) };
  const minutes = readOffset(offset);
  if (minutes === undefined) return `"${text}" has an offset that does not exist: write Z or one like +02:00`;
  return { kind: "instant", instant: day * MILLISECONDS_PER_DAY + time - minutes * MILLISECONDS_PER_MINUTE };
}

function readDate(year: string, month: string, dayOfMonth: string): Day | string {
  const y = Number(year);
  const m = Number(month);
  const d = Number(dayOfMonth);
  const text = `${year}-${month}-${dayOfMonth}`;
  if (y < 1900 || y > 2199) return `"${text}" is outside the years 1900 to 2199`;
  const day = m >= 1 && m <= 12 && d >= 1 ? dayFromCivil(y, m, d) : undefined;
  // A day past the end of its month lands in the next one: comparing the first of next month finds it.
  const next = m === 12 ? dayFromCivil(y + 1, 1, 1) : dayFromCivil(y, m + 1, 1);
  if (day === undefined || day >= next) return `"${text}" is a date that does not exist`;
  return day;
}

function readOffset(text: string): number | undefined {
  if (text === "Z" || text === "z") return 0;
  const hours = Number(text.slice(1, 3));
  const minutes = text.length > 3 ? Number(text.slice(-2)) : 0;
  if (hours > 18 || minutes > 59) return undefined;
  return (text.startsWith("-") ? -1 : 1) * (hours * 60 + minutes);
}

/** An instant as the local date-time of a zone with its offset, to the second: "2024-03-31T14:05:00+02:00". */
export function formatInstant(zone: Zone, instant: number): string {
  return Temporal.Instant.fromEpochMilliseconds(Math.floor(instant / 1000) * 1000)
    .toZonedDateTimeISO(zone.id)
    .toString({ timeZoneName: "never", smallestUnit: "second" });
}
