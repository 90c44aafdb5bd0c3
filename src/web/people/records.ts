import { z } from "zod";
import { newId } from "../../core/ids.ts";
import { mergeRecords, readMerges, readRecordsOf, readWhose, undoMerge } from "../../core/people/index.ts";
import { readPersonalData } from "../../core/vault/index.ts";
import { emptyForm, formView, type FormView } from "../form.ts";
import { route, type AnyRoute, type RouteContext } from "../route.ts";
import { formId, subjectParams } from "./fields.ts";
import { peoplePaths } from "./paths.ts";
import { actingBy, localMoment, namesOf, type PeoplePageTools } from "./tools.ts";

const params = subjectParams;
const mergeForm = z.object({
  id: formId,
  other: z.string().trim().min(1, "people.records.otherMissing").max(200),
});
const undoForm = z.object({ merge: z.string().min(1).max(100), other: z.string().min(1).max(200) });
const findForm = z.object({ reference: z.string().trim().min(1, "people.find.missing").max(200) });
type WithSubject = { readonly params: { readonly subjectId: string } };
const subject = (input: WithSubject) => input.params.subjectId;

/** Records of one person: joined, and parted again without loss; and how staff get to a person by reference. */
export function recordRoutes(tools: PeoplePageTools): readonly AnyRoute[] {
  const change = { kind: "person", action: "change", what: "identity", fresh: true, subject } as const;
  const audit = { kind: "person", purpose: "see whether two records are of one person", subject } as const;
  const changing = { kind: "person", purpose: "join or part records", subject } as const;
  return [
    route({
      name: "people.records",
      method: "GET",
      path: "/people/:subjectId/records",
      access: { kind: "person", action: "change", what: "identity", fresh: true, subject },
      audit,
      input: { params, query: z.object({ done: z.enum(["merged", "undone"]).optional() }) },
      handle: (context) =>
        recordsPage(tools, context, context.input.query.done ?? null, emptyForm(mergeForm, { id: newId() }), 200),
    }),
    route({
      name: "people.records.merge",
      method: "POST",
      path: "/people/:subjectId/records",
      access: change,
      audit: changing,
      input: { params, form: mergeForm },
      handle: async (context) => {
        const { input, visitor, now, redirect, t } = context;
        const { subjectId } = input.params;
        const again = (faults: readonly { field: string; text: string }[]) =>
          recordsPage(tools, context, null, formView(input.form.typed, faults), 422);
        if (!input.form.ok) return again(input.form.faults);
        const { id, other } = input.form.value;
        const known = await readPersonalData(tools.db, tools.vault, [other], "identity");
        if (!known.has(other) && (await readWhose(tools.db, other, now)).places.length === 0)
          return again([{ field: "other", text: t("people.records.unknown") }]);
        const selves = visitor?.actor.selves ?? new Set<string>();
        const by = actingBy(context, id);
        const done = await mergeRecords(tools, subjectId, other, { selves }, by);
        return done.ok
          ? redirect(`${peoplePaths.records(subjectId)}?done=merged`)
          : again([{ field: "other", text: t(`people.records.refused.${refusalOf(done.refusal.kind)}`) }]);
      },
    }),
    route({
      name: "people.records.undo",
      method: "POST",
      path: "/people/:subjectId/records/undo",
      access: change,
      audit: changing,
      input: { params, form: undoForm },
      handle: async ({ input, visitor, now, redirect }) => {
        const { subjectId } = input.params;
        if (!input.form.ok) return redirect(peoplePaths.records(subjectId));
        const { merge, other } = input.form.value;
        const known = (await readMerges(tools.db, subjectId)).some(
          (each) => each.id === merge && each.otherId === other,
        );
        if (!known) return redirect(peoplePaths.records(subjectId));
        const undone = await undoMerge(
          tools,
          { id: merge, subjectIds: [subjectId, other] },
          { recordedBy: visitor?.personId ?? "nobody", now },
        );
        return redirect(`${peoplePaths.records(subjectId)}${undone.ok ? "?done=undone" : ""}`);
      },
    }),
    route({
      name: "people.find",
      method: "GET",
      path: peoplePaths.find,
      access: { kind: "signed-in" },
      audit: { kind: "none", why: "an empty form; the page it leads to is logged" },
      input: null,
      handle: ({ page, t }) => findPage(page, t, emptyForm(findForm), 200),
    }),
    route({
      name: "people.find.open",
      method: "POST",
      path: peoplePaths.find,
      access: { kind: "signed-in" },
      audit: { kind: "none", why: "leads to a page that decides and logs for itself" },
      input: { form: findForm },
      handle: ({ input, page, redirect, visitor, t }) => {
        if (!input.form.ok) return findPage(page, t, formView(input.form.typed, input.form.faults), 422);
        const officer = visitor?.actor.posts.some(({ role }) => role === "identity-officer") === true;
        const { reference } = input.form.value;
        return redirect(officer ? peoplePaths.relationships(reference) : peoplePaths.promises(reference));
      },
    }),
  ];
}

function refusalOf(kind: string): "same-person" | "own-record" | "staff" | "other" {
  return kind === "same-person" || kind === "own-record" || kind === "staff" ? kind : "other";
}

function findPage(
  page: RouteContext<never>["page"],
  t: RouteContext<never>["t"],
  form: FormView,
  status: number,
): Response {
  return page("people/find.njk", { title: t("people.find.title"), action: peoplePaths.find, form }, { status });
}

async function recordsPage(
  tools: PeoplePageTools,
  { input, page, now, t, formats }: Pick<RouteContext<WithSubject>, "input" | "page" | "now" | "t" | "formats">,
  done: "merged" | "undone" | null,
  form: FormView,
  status: number,
): Promise<Response> {
  const { subjectId } = input.params;
  const [records, merges] = await Promise.all([
    readRecordsOf(tools.db, subjectId, now),
    readMerges(tools.db, subjectId),
  ]);
  const names = await namesOf(tools, [...records.all, ...merges.map(({ otherId }) => otherId)]);
  const day = (moment: Temporal.Instant) => formats.plainDate(localMoment(tools, moment));
  return page(
    "people/records.njk",
    {
      title: t("people.records.title"),
      back: { text: t("people.relationships.back"), href: peoplePaths.relationships(subjectId) },
      done: done === null ? null : t(`people.records.done.${done}`),
      name: names.get(subjectId) ?? subjectId,
      reference: subjectId,
      action: peoplePaths.records(subjectId),
      undoAction: `${peoplePaths.records(subjectId)}/undo`,
      known:
        records.known === subjectId
          ? null
          : { href: peoplePaths.records(records.known), text: names.get(records.known) ?? records.known },
      merges: merges.map((merge) => ({
        id: merge.id,
        other: merge.otherId,
        text: t(merge.survives ? "people.records.from" : "people.records.into", {
          name: names.get(merge.otherId) ?? merge.otherId,
          reference: merge.otherId,
        }),
        when:
          merge.until === null
            ? t("people.records.since", { date: day(merge.from) })
            : t("people.records.undone", { from: day(merge.from), until: day(merge.until) }),
        standing: merge.until === null,
      })),
      form,
    },
    { status },
  );
}
