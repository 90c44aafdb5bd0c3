import { z } from "zod";
import { route, type AnyRoute } from "../../web/route.ts";
import { loadCourses, newFactId, startCourse, type __Pascal__Tools } from "./actions.ts";
import { coursesPage } from "./pages.ts";
import { paths } from "./paths.ts";

const params = z.object({ subjectId: z.string().min(1).max(200) });
const form = z.object({ id: z.string().min(1).max(200) });
type WithSubject = { readonly params: { readonly subjectId: string } };
const subject = (input: WithSubject) => input.params.subjectId;

/** Every page of this strand. Its data are a resource of their own: name it in core/access/model, with the rules for it. */
export function __camel__Routes(tools: __Pascal__Tools): readonly AnyRoute[] {
  return [
    route({
      name: "__name__.person",
      method: "GET",
      path: "/__name__/:subjectId",
      access: { kind: "person", action: "view", what: "promises", subject },
      audit: { kind: "person", purpose: "see a person's __name__", subject },
      input: { params },
      handle: async ({ page, input, decide, notFound, now, t, formats }) => {
        const person = await loadCourses(tools, input.params.subjectId);
        if (person === null) return notFound(t("__name__.unknown"));
        const today = now.toZonedDateTimeISO(tools.timeZone).toPlainDate();
        const startId = decide("change", "promises").allow ? newFactId() : null;
        return page("__name__/person.njk", {
          title: t("__name__.title"),
          ...coursesPage(person, today, startId, { t, formats }),
        });
      },
    }),
    route({
      name: "__name__.start",
      method: "POST",
      path: "/__name__/:subjectId/start",
      access: { kind: "person", action: "change", what: "promises", subject },
      audit: { kind: "person", purpose: "start a course of __name__", subject },
      input: { params, form },
      handle: async ({ input, visitor, notFound, redirect, now, t }) => {
        const person = await loadCourses(tools, input.params.subjectId);
        if (person === null || !input.form.ok) return notFound(t("__name__.unknown"));
        await startCourse(tools, {
          person,
          factId: input.form.value.id,
          recordedBy: visitor?.personId ?? "unknown",
          now,
        });
        // Refused or not, the page shows how things stand now.
        return redirect(paths.person(person.subjectId));
      },
    }),
  ];
}
