import { civilFromDay, weekday, type Day } from "../src/lib/dates/day.ts";
import { winter as howWintry } from "./time.ts";

/** How busy a day is by the time of year: 1 is an ordinary working day. */
export function seasonal(year: {
  readonly weekend: number;
  /** More in winter, less in summer. */
  readonly winter: number;
  readonly august: number;
  /** 22 December to 2 January. */
  readonly christmas: number;
}): (day: Day) => number {
  return (day) => {
    const { month, day: dayOfMonth } = civilFromDay(day);
    const holidays = (month === 12 && dayOfMonth >= 22) || (month === 1 && dayOfMonth <= 2);
    const working = weekday(day) > 5 ? year.weekend : 1;
    return (
      working * (1 + year.winter * howWintry(day)) * (month === 8 ? year.august : 1) * (holidays ? year.christmas : 1)
    );
  };
}
