/** What a course is and how long it runs. Pure: facts and today come in, words and numbers go out. */
import type { Fact } from "../../core/record/fact.ts";
import { inForce } from "../../core/record/history.ts";
import { ENDED, STARTED } from "./events.ts";

export type Course =
  | { readonly state: "running"; readonly caseId: string; readonly from: Temporal.PlainDate }
  | {
      readonly state: "ended";
      readonly caseId: string;
      readonly from: Temporal.PlainDate;
      readonly until: Temporal.PlainDate;
    };

/** The courses on a person's record, the latest first. What was corrected or withdrawn does not count. */
export function coursesOf(facts: readonly Fact[]): readonly Course[] {
  const byCase = Map.groupBy(inForce(facts).facts, (fact) => fact.caseId ?? "");
  const courses: Course[] = [];
  for (const [caseId, own] of byCase) {
    const started = own.find((fact) => fact.type === STARTED);
    const ended = own.find((fact) => fact.type === ENDED);
    if (started === undefined) continue;
    const from = started.occurredOn;
    courses.push(
      ended === undefined
        ? { state: "running", caseId, from }
        : { state: "ended", caseId, from, until: ended.occurredOn },
    );
  }
  return courses.toSorted((a, b) => Temporal.PlainDate.compare(b.from, a.from));
}

/** Whole days a course has run by the end of `today`, its first day counted; 0 before it. */
export function daysRun(course: Course, today: Temporal.PlainDate): number {
  const last = course.state === "ended" ? course.until : today;
  return Math.max(0, course.from.until(last, { largestUnit: "day" }).days + 1);
}
