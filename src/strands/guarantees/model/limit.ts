/** The units in which a promise can be given. */
export type LimitUnit = "days" | "working-days" | "hours" | "working-hours" | "working-minutes" | "weeks" | "months";

/** A limit as written, e.g. `18 weeks`: `{ count: 18, unit: "weeks", words: "18 weeks" }`. */
export type Limit = { readonly count: number; readonly unit: LimitUnit; readonly words: string };

const LIMIT = /^(\d{1,4}) (working )?(day|hour|minute|week|month)s?$/;

/** Pattern of a limit for JSON Schema; what `readLimit` accepts. */
export const LIMIT_PATTERN = "^\\d{1,4} (days?|working days?|hours?|working hours?|working minutes?|weeks?|months?)$";

/** "20 working days" to a limit; `undefined` for anything else. */
export function readLimit(text: string): Limit | undefined {
  const match = LIMIT.exec(text);
  if (match === null) return undefined;
  const count = Number(match[1]);
  const working = match[2] !== undefined;
  const noun = match[3] as "day" | "hour" | "minute" | "week" | "month";
  const unit = unitOf(noun, working);
  return unit === undefined ? undefined : { count, unit, words: text };
}

function unitOf(noun: "day" | "hour" | "minute" | "week" | "month", working: boolean): LimitUnit | undefined {
  switch (noun) {
    case "day":
      return working ? "working-days" : "days";
    case "hour":
      return working ? "working-hours" : "hours";
    case "minute":
      return working ? "working-minutes" : undefined;
    case "week":
      return working ? undefined : "weeks";
    case "month":
      return working ? undefined : "months";
  }
}

/**
 * The scale on which a limit's clock runs: whole local days, days that count only when worked, hours on the wall, or
 * minutes during opening times.
 */
export type Scale = "days" | "working-days" | "hours" | "working-minutes";

export function scaleOf(limit: Limit): Scale {
  switch (limit.unit) {
    case "days":
    case "weeks":
    case "months":
      return "days";
    case "working-days":
      return "working-days";
    case "hours":
      return "hours";
    case "working-hours":
    case "working-minutes":
      return "working-minutes";
  }
}

/**
 * Which of two limits is the stricter, for overlays that may only tighten: negative when `a` is shorter. Months are
 * compared at 28 days for `b` and 31 for `a`, so that "shorter" is true in every month of the calendar.
 * `undefined` when the two run on different scales and cannot be compared.
 */
export function compareLimits(a: Limit, b: Limit): number | undefined {
  if (scaleOf(a) !== scaleOf(b)) return undefined;
  if (a.unit === b.unit) return a.count - b.count;
  return sizeOf(a, 31) - sizeOf(b, 28);
}

function sizeOf(limit: Limit, daysInMonth: number): number {
  switch (limit.unit) {
    case "weeks":
      return limit.count * 7;
    case "months":
      return limit.count * daysInMonth;
    case "working-hours":
      return limit.count * 60;
    case "days":
    case "working-days":
    case "hours":
    case "working-minutes":
      return limit.count;
  }
}
