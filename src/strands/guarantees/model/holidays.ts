import { workingCalendar, type WorkingCalendar } from "../../../lib/dates/calendar.ts";
import { dayFromCivil, daysInMonth, parseDay, weekday, type Day } from "../../../lib/dates/day.ts";
import type { CalendarFile, HolidayRuleFile } from "./language.ts";

/** Years for which calendars are laid out; clocks live well inside them. */
const FIRST_YEAR = 1990;
const LAST_YEAR = 2099;

const MONTHS = [
  "January",
  "February",
  "March",
  "April",
  "May",
  "June",
  "July",
  "August",
  "September",
  "October",
  "November",
  "December",
];
const WEEKDAYS = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"];
const ORDINALS = ["first", "second", "third", "fourth"];
const MONDAY_TO_FRIDAY: ReadonlySet<number> = new Set([1, 2, 3, 4, 5]);

/**
 * The working calendar of a calendar file. `all` holds every calendar by id, for those that combine others.
 * Throws when a name in a rule is not a month or weekday: calendars are part of the program.
 */
export function calendarOf(
  file: CalendarFile,
  all: ReadonlyMap<string, CalendarFile>,
  weekdays: ReadonlySet<number> = MONDAY_TO_FRIDAY,
): WorkingCalendar {
  return workingCalendar(file.id, weekdays, holidaysOf(file, all, []));
}

/** Every holiday of a calendar file with its name, the combined calendars' included. */
function holidaysOf(
  file: CalendarFile,
  all: ReadonlyMap<string, CalendarFile>,
  above: readonly string[],
): ReadonlyMap<Day, string> {
  if (above.includes(file.id))
    throw new Error(`Calendar ${file.id} combines itself: ${[...above, file.id].join(" → ")}`);
  const days = new Map<Day, string>();
  for (const id of file.combines ?? []) {
    const other = all.get(id);
    if (other === undefined) throw new Error(`Calendar ${file.id} combines ${id}, which does not exist`);
    for (const [day, name] of holidaysOf(other, all, [...above, file.id])) days.set(day, name);
  }
  const rules = file.holidays ?? [];
  for (let year = FIRST_YEAR; year <= LAST_YEAR; year++) addYear(days, rules, year);
  return days;
}

/** Fixed days first, then the substitutes: a day moved from a weekend must not land on another holiday. */
function addYear(days: Map<Day, string>, rules: readonly HolidayRuleFile[], year: number): void {
  const moved: { day: Day; name: string }[] = [];
  for (const rule of rules) {
    const day = dayInYear(rule, year);
    if (day === undefined) continue;
    if (rule["at-a-weekend"] !== undefined && weekday(day) > 5) moved.push({ day, name: rule.name });
    else days.set(day, rule.name);
  }
  for (const { day, name } of moved.sort((a, b) => a.day - b.day)) {
    let substitute = day;
    while (weekday(substitute) > 5 || days.has(substitute)) substitute++;
    days.set(substitute, `${name} (substitute day)`);
  }
}

function dayInYear(rule: HolidayRuleFile, year: number): Day | undefined {
  if (rule.from !== undefined && year < rule.from) return undefined;
  if (rule.until !== undefined && year > rule.until) return undefined;
  if (rule.except?.includes(year) === true) return undefined;
  const on = rule.on;
  const oneOff = parseDay(on);
  if (oneOff !== undefined) return on.startsWith(`${year}-`) ? oneOff : undefined;
  if (on.startsWith("Easter")) {
    const offset = on === "Easter" ? 0 : Number(on.slice("Easter".length).replaceAll(" ", ""));
    return easterSunday(year) + offset;
  }
  const parts = on.split(" ");
  if (parts.length === 2) return dayFromCivil(year, month(parts[1]), Number(parts[0]));
  if (parts[1] === "from") {
    const first = dayFromCivil(year, month(parts[3]), Number(parts[2]));
    return first + ((weekdayNumber(parts[0]) - weekday(first) + 7) % 7);
  }
  return weekdayOfMonth(year, month(parts[3]), parts[0] as string, weekdayNumber(parts[1]));
}

function weekdayOfMonth(year: number, monthNumber: number, ordinal: string, wanted: number): Day {
  if (ordinal === "last") {
    const last = dayFromCivil(year, monthNumber, daysInMonth(year, monthNumber));
    return last - ((weekday(last) - wanted + 7) % 7);
  }
  const first = dayFromCivil(year, monthNumber, 1);
  return first + ((wanted - weekday(first) + 7) % 7) + 7 * ORDINALS.indexOf(ordinal);
}

/** Easter Sunday, Gregorian: the anonymous algorithm as printed by Meeus, "Astronomical Algorithms", chapter 8. */
function easterSunday(year: number): Day {
  const a = year % 19;
  const b = Math.floor(year / 100);
  const c = year % 100;
  const d = Math.floor(b / 4);
  const e = b % 4;
  const f = Math.floor((b + 8) / 25);
  const g = Math.floor((b - f + 1) / 3);
  const h = (19 * a + b - d - g + 15) % 30;
  const i = Math.floor(c / 4);
  const k = c % 4;
  const l = (32 + 2 * e + 2 * i - h - k) % 7;
  const m = Math.floor((a + 11 * h + 22 * l) / 451);
  const sum = h + l - 7 * m + 114;
  return dayFromCivil(year, Math.floor(sum / 31), (sum % 31) + 1);
}

function month(name: string | undefined): number {
  const index = MONTHS.indexOf(name ?? "");
  if (index < 0) throw new Error(`"${name}" is not a month: write it in full, as January`);
  return index + 1;
}

function weekdayNumber(name: string | undefined): number {
  const index = WEEKDAYS.indexOf(name ?? "");
  if (index < 0) throw new Error(`"${name}" is not a weekday: write it in full, as Monday`);
  return index + 1;
}
