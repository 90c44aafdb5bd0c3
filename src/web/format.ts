import type { Translate } from "./messages.ts";

/** A day, or a day with a time of day where the promise counts hours. */
export type Moment = Temporal.PlainDate | Temporal.PlainDateTime;

/** Dates, numbers and lengths of time in the reader's language. All pure; build once per language. */
export type Formats = {
  /** "Friday 14 March 2025" */
  readonly date: (moment: Moment) => string;
  /** "Friday 14 March", where the year is plain from the page */
  readonly dayAndMonth: (moment: Moment) => string;
  /** "14 March 2025", as for a date of birth */
  readonly plainDate: (moment: Moment) => string;
  /** "14 Mar" */
  readonly shortDate: (moment: Moment) => string;
  /** "14 Mar 2025" */
  readonly shortDateWithYear: (moment: Moment) => string;
  /** "March 2025" */
  readonly month: (month: Temporal.PlainYearMonth) => string;
  /** "Mar 2025" */
  readonly shortMonth: (month: Temporal.PlainYearMonth) => string;
  /** "15:45" */
  readonly time: (moment: Temporal.PlainDateTime) => string;
  /** "Friday 14 March 2025" for a day; "Friday 14 March 2025 at 15:45" with a time */
  readonly moment: (moment: Moment) => string;
  /** "14 Mar" for a day; "14 Mar, 15:45" with a time */
  readonly shortMoment: (moment: Moment) => string;
  /** "29 days left", "Due today", "1 day over" for a whole number of days until due (negative: past due) */
  readonly daysLeft: (days: number) => string;
  /** "12 days" */
  readonly days: (days: number) => string;
  /** "60,000" */
  readonly number: (value: number) => string;
  /** 0.598 is "59.8%"; at most `digits` decimals, 0 unless told */
  readonly percent: (share: number, digits?: number) => string;
  /** Integer pence as "£1,204.50", whole pounds as "£412" */
  readonly pounds: (pence: number | bigint) => string;
};

/** Region for the languages whose bare tag would give American forms. */
const REGIONS: Readonly<Record<string, string>> = { en: "en-GB" };

export function formatsFor(t: Translate): Formats {
  const locale = REGIONS[t.language] ?? t.language;
  const dates = (options: Intl.DateTimeFormatOptions) => {
    // The zone is fixed to UTC on both sides: a plain date must never move with the machine's zone.
    const formatter = new Intl.DateTimeFormat(locale, { ...options, timeZone: "UTC" });
    return (moment: Moment): string => formatter.format(utcMilliseconds(moment));
  };
  const weekday = dates({ weekday: "long" });
  const plainDate = dates({ day: "numeric", month: "long", year: "numeric" });
  const dayOfMonth = dates({ day: "numeric", month: "long" });
  const shortDate = dates({ day: "numeric", month: "short" });
  const shortDateWithYear = dates({ day: "numeric", month: "short", year: "numeric" });
  const monthAndYear = dates({ month: "long", year: "numeric" });
  const shortMonthAndYear = dates({ month: "short", year: "numeric" });
  const time = dates({ hour: "2-digit", minute: "2-digit", hourCycle: "h23" });
  // ICU writes "Friday, 14 March 2025"; plain-English style has no comma.
  const date = (moment: Moment) => `${weekday(moment)} ${plainDate(moment)}`;
  const number = new Intl.NumberFormat(locale);
  const percents = [0, 1, 2].map(
    (digits) => new Intl.NumberFormat(locale, { style: "percent", maximumFractionDigits: digits }),
  );
  const currency = { style: "currency", currency: "GBP" } as const;
  const withPence = new Intl.NumberFormat(locale, currency);
  const wholePounds = new Intl.NumberFormat(locale, {
    ...currency,
    minimumFractionDigits: 0,
    maximumFractionDigits: 0,
  });

  return {
    date,
    dayAndMonth: (moment) => `${weekday(moment)} ${dayOfMonth(moment)}`,
    plainDate,
    shortDate,
    shortDateWithYear,
    month: (month) => monthAndYear(month.toPlainDate({ day: 1 })),
    shortMonth: (month) => shortMonthAndYear(month.toPlainDate({ day: 1 })),
    time,
    moment: (moment) =>
      hasTime(moment) ? t("format.dateAtTime", { date: date(moment), time: time(moment) }) : date(moment),
    shortMoment: (moment) => (hasTime(moment) ? `${shortDate(moment)}, ${time(moment)}` : shortDate(moment)),
    daysLeft: (days) =>
      days === 0
        ? t("format.dueToday")
        : days > 0
          ? t("format.daysLeft", { count: days })
          : t("format.daysOver", { count: -days }),
    days: (days) => t("format.days", { count: days }),
    number: (value) => number.format(value),
    percent: (share, digits = 0) => {
      const formatter = percents[digits];
      if (formatter === undefined) throw new RangeError(`percent: digits must be 0, 1 or 2, not ${digits}`);
      return formatter.format(share);
    },
    pounds: (pence) => {
      const amount = BigInt(pence);
      return amount % 100n === 0n ? wholePounds.format(amount / 100n) : withPence.format(`${decimal(amount)}`);
    },
  };
}

export function hasTime(moment: Moment): moment is Temporal.PlainDateTime {
  return moment instanceof Temporal.PlainDateTime;
}

function utcMilliseconds(moment: Moment): number {
  return moment.toZonedDateTime("UTC").epochMilliseconds;
}

/** Exact pounds and pence as the decimal text that `Intl.NumberFormat` reads without rounding. */
function decimal(pence: bigint): Intl.StringNumericLiteral {
  const size = pence < 0n ? -pence : pence;
  return `${pence < 0n ? "-" : ""}${size / 100n}.${String(size % 100n).padStart(2, "0")}` as Intl.StringNumericLiteral;
}
