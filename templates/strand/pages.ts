/** The words and shape of this strand's pages. Pure. */
import type { Formats } from "../../web/format.ts";
import type { Translate } from "../../web/messages.ts";
import { daysRun, type Course } from "./model.ts";
import { paths } from "./paths.ts";

export type Words = { readonly t: Translate; readonly formats: Formats };

export type CoursesPage = {
  readonly courses: readonly { readonly says: string; readonly days: string }[];
  /** Where staff start a course; null for everybody else. */
  readonly start: { readonly action: string; readonly id: string } | null;
};

export function coursesPage(
  person: { readonly subjectId: string; readonly courses: readonly Course[] },
  today: Temporal.PlainDate,
  startId: string | null,
  { t, formats }: Words,
): CoursesPage {
  return {
    courses: person.courses.map((course) => {
      const from = formats.plainDate(course.from);
      return {
        says:
          course.state === "running"
            ? t("__name__.running", { from })
            : t("__name__.ended", { from, until: formats.plainDate(course.until) }),
        days: t("__name__.days", { days: daysRun(course, today) }),
      };
    }),
    start: startId === null ? null : { action: paths.start(person.subjectId), id: startId },
  };
}
