import { z } from "zod";
import { newId } from "../../core/ids.ts";
import { EMERGENCY_CAUSES, EMERGENCY_HOURS, openInEmergency, readWhose } from "../../core/people/index.ts";
import { emptyForm, formView, type FormView } from "../form.ts";
import { route, type AnyRoute, type RouteContext } from "../route.ts";
import { formId, ownWords, subjectParams } from "./fields.ts";
import { peoplePaths } from "./paths.ts";
import type { PeoplePageTools } from "./tools.ts";

const params = subjectParams;
const form = z.object({
  id: formId,
  cause: z.enum(EMERGENCY_CAUSES, { error: "people.emergency.causeMissing" }),
  words: ownWords(10, "people.emergency.wordsMissing"),
});
type WithSubject = { readonly params: { readonly subjectId: string } };
const subject = (input: WithSubject) => input.params.subjectId;

/** Opening the record of somebody who is not one's own, in an emergency: with a reason, and the person is told. */
export function emergencyRoutes(tools: PeoplePageTools): readonly AnyRoute[] {
  const access = { kind: "body", action: "change", what: "emergency" } as const;
  const audit = { kind: "person", purpose: "open a record in an emergency", subject } as const;
  return [
    route({
      name: "people.emergency",
      method: "GET",
      path: "/people/:subjectId/emergency",
      access,
      audit,
      input: { params },
      handle: (context) => formPage(context, emptyForm(form, { id: newId() }), 200),
    }),
    route({
      name: "people.emergency.open",
      method: "POST",
      path: "/people/:subjectId/emergency",
      access,
      audit,
      input: { params, form },
      handle: async (context) => {
        const { input, visitor, now, redirect, notFound, t } = context;
        const { subjectId } = input.params;
        if (!input.form.ok) return formPage(context, formView(input.form.typed, input.form.faults), 422);
        if (visitor === null || (await readWhose(tools.db, subjectId, now)).places.length === 0)
          return notFound(t("people.emergency.nobody"));
        const { id, cause, words } = input.form.value;
        const about = { subjectId, holder: visitor.personId, cause, words };
        const opened = await openInEmergency(tools, about, { recordedBy: visitor.personId, now, id });
        return opened.ok
          ? redirect(peoplePaths.promises(subjectId))
          : formPage(context, formView(input.form.typed, [{ field: "words", text: t("people.notRecorded") }]), 422);
      },
    }),
  ];
}

function formPage(
  { input, page, t }: Pick<RouteContext<WithSubject>, "input" | "page" | "t">,
  view: FormView,
  status: number,
): Response {
  return page(
    "people/emergency.njk",
    {
      title: t("people.emergency.title"),
      hours: EMERGENCY_HOURS,
      reference: input.params.subjectId,
      action: peoplePaths.emergency(input.params.subjectId),
      causes: EMERGENCY_CAUSES.map((value) => ({ value, text: t(`people.emergency.cause.${value}`) })),
      form: view,
    },
    { status },
  );
}
