import { z } from "zod";
import { emptyForm, formView, dateInputItems, type Typed } from "../../../web/form.ts";
import { route, type AnyRoute, type RouteContext } from "../../../web/route.ts";
import { loadPerson, newFactId, recordEvent, withdrawEntry, type GuaranteeTools, type Recorded } from "../actions.ts";
import type { RawRow } from "../model/event-row.ts";
import type { CaseView, PersonView } from "../model/person.ts";
import { correctionOf, eventChoices, eventForm, formFaults, recordHeading } from "../pages/record-event.ts";
import { paths } from "../paths.ts";
import { sightOf } from "./sight.ts";

const params = z.object({ subjectId: z.string().min(1).max(200) });
const query = z.object({
  case: z.string().min(1).max(200),
  type: z.string().max(100).optional(),
  replaces: z.string().max(200).optional(),
});
const id = z.string().min(1).max(200);
const text = z.string().max(2000).optional();
/** Named fields of ours; an event's own fields come as `field_…` and are checked against its definition. */
const form = z.looseObject({
  case: id,
  type: id,
  id,
  replaces: text,
  reason: text,
  occurred: z.string().max(40),
  time: z.string().max(10).optional(),
  version: z.coerce.number().int().min(0),
});
const withdrawal = z.object({ fact: id, id, reason: text });
type WithSubject = { readonly params: { readonly subjectId: string } };
const subject = (input: WithSubject) => input.params.subjectId;

/** Staff record what happened, see the clocks answer, and can take it back. */
export function recordRoutes(tools: GuaranteeTools): readonly AnyRoute[] {
  return [
    route({
      name: "guarantees.record",
      method: "GET",
      path: "/people/:subjectId/record",
      access: { kind: "person", action: "change", what: "promises", subject },
      audit: { kind: "person", purpose: "record an event", subject },
      input: { params, query },
      handle: async (context) => {
        const { input, notFound, now, t } = context;
        const view = await loadPerson(tools, input.params.subjectId, now, sightOf(context));
        const owner = view?.cases.find((each) => each.caseId === input.query.case);
        if (view === null || owner === undefined) return notFound(t("record.noCase"));
        const type = input.query.type;
        if (type === undefined) return choicePage(context, view, owner);
        const replaces = input.query.replaces ?? "";
        const earlier = owner.facts.find((fact) => fact.id === replaces);
        if (eventForm(owner, type, context) === null || (replaces !== "" && earlier === undefined))
          return notFound(t("record.noCase"));
        const typed = earlier === undefined ? {} : correctionOf(owner, earlier);
        return formPage(context, view, owner, { type, replaces, id: newFactId(), form: emptyForm(form, typed) });
      },
    }),
    route({
      name: "guarantees.record.save",
      method: "POST",
      path: "/people/:subjectId/record",
      access: { kind: "person", action: "change", what: "promises", subject },
      audit: { kind: "person", purpose: "record an event", subject },
      input: { params, form },
      handle: async (context) => {
        const { input, notFound, now, visitor, redirect, t } = context;
        const typed = input.form.typed;
        const view = await loadPerson(tools, input.params.subjectId, now, sightOf(context));
        const owner = view?.cases.find((each) => each.caseId === String(typed["case"]));
        const type = String(typed["type"] ?? "");
        if (view === null || owner === undefined || eventForm(owner, type, context) === null)
          return notFound(t("record.noCase"));
        if (!correctsOwnEntry(owner, typed)) return notFound(t("record.noCase"));
        const again = (faults: readonly { field: string; text: string }[]) =>
          formPage(
            context,
            view,
            owner,
            {
              type,
              replaces: String(typed["replaces"] ?? ""),
              id: String(typed["id"] ?? newFactId()),
              form: formView(typed, faults),
            },
            422,
          );
        if (!input.form.ok) return again(input.form.faults);
        if (input.form.value.replaces && !input.form.value.reason)
          return again([{ field: "reason", text: t("record.reasonMissing") }]);
        const recorded = await recordEvent(tools, {
          person: view,
          caseId: owner.caseId,
          factId: input.form.value.id,
          seenVersion: input.form.value.version,
          row: rowOf(input.form.value),
          recordedBy: visitor?.personId ?? "unknown",
          now,
        });
        return recorded.ok
          ? redirect(`${paths.person(view.subjectId)}?${new URLSearchParams({ recorded: recorded.factId })}`)
          : again(faultsOf(recorded, context));
      },
    }),
    route({
      name: "guarantees.withdraw",
      method: "POST",
      path: "/people/:subjectId/withdraw",
      access: { kind: "person", action: "change", what: "promises", subject },
      audit: { kind: "person", purpose: "take an entry back", subject },
      input: { params, form: withdrawal },
      handle: async (context) => {
        const { input, notFound, now, visitor, redirect, t } = context;
        const view = await loadPerson(tools, input.params.subjectId, now, sightOf(context));
        if (view === null || !input.form.ok) return notFound(t("record.noCase"));
        const { fact, id: withdrawalId, reason } = input.form.value;
        const done = await withdrawEntry(tools, {
          person: view,
          factId: fact,
          withdrawalId,
          reason: reason ?? "",
          recordedBy: visitor?.personId ?? "unknown",
          now,
        });
        if (!done.ok) return notFound(t("record.noCase"));
        return redirect(`${paths.person(view.subjectId)}?${new URLSearchParams({ recorded: done.factId })}`);
      },
    }),
  ];
}

/**
 * Whether a form that names an entry to correct names one of this case. One that stood when the form was shown and does not
 * any more is left to the version: the form was sent twice, or somebody else was first.
 */
function correctsOwnEntry({ facts, allFacts, version }: CaseView, typed: Typed): boolean {
  const replaces = typed["replaces"] ?? "";
  if (replaces === "") return true;
  const known = String(typed["version"]) === String(version) ? facts : allFacts;
  return known.some(({ id }) => id === replaces);
}

type Words = Pick<RouteContext<never>, "page" | "t" | "formats" | "url">;

function choicePage({ page, t, formats }: Words, view: PersonView, owner: CaseView): Response {
  return page("guarantees/record-choose.njk", {
    title: t("record.title"),
    back: { href: paths.person(view.subjectId), text: t("record.back") },
    heading: recordHeading(view, owner, { t, formats }),
    choices: eventChoices(view, owner, { t, formats }),
  });
}

function formPage(
  { page, t, formats }: Words,
  view: PersonView,
  owner: CaseView,
  state: {
    readonly type: string;
    readonly replaces: string;
    readonly id: string;
    readonly form: ReturnType<typeof formView>;
  },
  status = 200,
): Response {
  const event = eventForm(owner, state.type, { t, formats });
  return page(
    "guarantees/record-event.njk",
    {
      title: event === null ? t("record.title") : t("record.eventTitle", { event: event.title }),
      back: { href: paths.record(view.subjectId, owner.caseId), text: t("record.backToChoice") },
      heading: recordHeading(view, owner, { t, formats }),
      event,
      action: paths.recordForm(view.subjectId),
      type: state.type,
      replaces: state.replaces,
      version: owner.version,
      id: state.id,
      form: state.form,
      dateItems: dateInputItems(state.form, "occurred", t),
      typed: state.form.typed,
      errors: state.form.errors,
    },
    { status },
  );
}

/** The form's fields under an event file's column names: `field_reason` is the event's reason. */
function rowOf(value: z.output<typeof form>): RawRow {
  const day = padded(value.occurred);
  const occurred = value.time === undefined || value.time === "" ? day : `${day}T${value.time.padStart(5, "0")}`;
  const fields = Object.entries(value).flatMap(([name, content]) =>
    name.startsWith("field_") ? [[name.slice("field_".length), content] as const] : [],
  );
  const replaces = value.replaces === "" ? undefined : value.replaces;
  const why = replaces === undefined ? {} : { replaces, reason: value.reason };
  return { type: value.type, occurred, ...why, ...Object.fromEntries(fields) };
}

/** "2025-3-4", as three fields give it, to "2025-03-04". */
function padded(date: string): string {
  return date
    .split("-")
    .map((part) => part.padStart(2, "0"))
    .join("-");
}

function faultsOf(
  recorded: Exclude<Recorded, { ok: true }>,
  words: Words,
): readonly { readonly field: string; readonly text: string }[] {
  if ("problems" in recorded) return formFaults(recorded.problems, words);
  return [{ field: "occurred", text: words.t(`record.refused.${recorded.refusal.kind}`) }];
}
