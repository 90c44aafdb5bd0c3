import { z } from "zod";
import { readLooks } from "../../core/access-log/index.ts";
import { newId } from "../../core/ids.ts";
import {
  allowedAmong,
  askToWithhold,
  readRecordsOf,
  readWithholdings,
  recordOne,
  type WithholdingRow,
} from "../../core/people/index.ts";
import { readPersonalData } from "../../core/vault/index.ts";
import { dateInputItems, emptyForm, formView, plainDate, type FormView } from "../form.ts";
import { route, type AnyRoute, type RouteContext, type Visitor } from "../route.ts";
import { formId, ownWords, subjectParams } from "./fields.ts";
import { WITHHOLDING } from "./model/looks.ts";
import { peoplePaths } from "./paths.ts";
import { isClose, localMoment, namesOf, todayOf, type PeoplePageTools } from "./tools.ts";

/** A year on, at the most, a look that is kept from view is looked at again. */
const LONGEST_MONTHS = 12;
const MOST_OWN_LOOKS = 50;

const params = subjectParams;
const askForm = z.object({
  id: formId,
  look: z.string({ error: "people.withhold.lookMissing" }).min(1).max(100),
  review: plainDate,
  words: ownWords(10, "people.withhold.wordsMissing"),
});
const decisionForm = z.object({
  subject: z.string().min(1).max(200),
  withholding: z.string().min(1).max(100),
  answer: z.enum(["approve", "end"]),
});
type WithSubject = { readonly params: { readonly subjectId: string } };
const subject = (input: WithSubject) => input.params.subjectId;

/** Keeping a look from view where showing it would endanger somebody: one asks, another approves, until a date. */
export function withholdingRoutes(tools: PeoplePageTools): readonly AnyRoute[] {
  const access = { kind: "person", action: "change", what: "withholding", subject } as const;
  const audit = { kind: "person", purpose: "ask that a look be kept from view", subject } as const;
  return [
    route({
      name: "people.withhold",
      method: "GET",
      path: "/people/:subjectId/withhold",
      access,
      audit,
      input: { params },
      handle: (context) => askPage(tools, context, emptyForm(askForm, { id: newId() }), 200),
    }),
    route({
      name: "people.withhold.ask",
      method: "POST",
      path: "/people/:subjectId/withhold",
      access,
      audit,
      input: { params, form: askForm },
      handle: async (context) => {
        const { input, visitor, now, page, t } = context;
        const { subjectId } = input.params;
        if (!input.form.ok || visitor === null)
          return askPage(tools, context, formView(input.form.typed, input.form.ok ? [] : input.form.faults), 422);
        const { id, look, review, words } = input.form.value;
        const today = todayOf(tools, now);
        const fault =
          Temporal.PlainDate.compare(review, today) <= 0 ||
          Temporal.PlainDate.compare(review, today.add({ months: LONGEST_MONTHS })) > 0
            ? { field: "review", text: t("people.withhold.reviewWrong", { months: LONGEST_MONTHS }) }
            : (await ownLooks(tools, subjectId, visitor, now)).every(({ batchId }) => batchId !== look)
              ? { field: "look", text: t("people.withhold.lookMissing") }
              : null;
        if (fault !== null) return askPage(tools, context, formView(input.form.typed, [fault]), 422);
        const about = { subjectId, look, review, words };
        const asked = await askToWithhold(tools, about, { recordedBy: visitor.personId, now, id });
        if (!asked.ok) {
          const again = { field: "words", text: t("people.notRecorded") };
          return askPage(tools, context, formView(input.form.typed, [again]), 422);
        }
        return page("people/withhold-asked.njk", {
          title: t("people.withhold.askedTitle"),
          back: { text: t("people.withhold.back"), href: peoplePaths.promises(subjectId) },
        });
      },
    }),
    route({
      name: "people.withholdings",
      method: "GET",
      path: peoplePaths.withholdings,
      access: { kind: "list", action: "change", what: "withholding-approval", fresh: true },
      audit: { kind: "list", purpose: "see what is asked to be kept from view" },
      input: { query: z.object({ done: z.enum(["approved", "ended", "own"]).optional() }) },
      handle: async ({ page, visitor, input, shown, now, t, formats }) => {
        const rows = await decidable(tools, visitor, now);
        shown([...new Set(rows.map(({ subjectId }) => subjectId))]);
        const names = await namesOf(
          tools,
          rows.flatMap(({ subjectId, askedBy }) => [subjectId, askedBy]),
        );
        const today = todayOf(tools, now);
        const words = new Map<string, string>();
        for (const { id, subjectId } of rows)
          words.set(
            id,
            (await readPersonalData(tools.db, tools.vault, [subjectId], `withholding:${id}`)).get(subjectId) ?? "",
          );
        return page("people/withholdings.njk", {
          title: t("people.withholdings.title"),
          done: input.query.done === undefined ? null : t(`people.withholdings.done.${input.query.done}`),
          action: `${peoplePaths.withholdings}/decide`,
          rows: rows.map((row) => ({
            subject: row.subjectId,
            id: row.id,
            name: names.get(row.subjectId) ?? row.subjectId,
            asked: t("people.withholdings.asked", {
              name: names.get(row.askedBy) ?? row.askedBy,
              date: formats.plainDate(localMoment(tools, row.askedAt)),
            }),
            words: words.get(row.id) ?? "",
            review: formats.plainDate(row.reviewOn),
            due: Temporal.PlainDate.compare(row.reviewOn, today) <= 0,
            approved: row.approvedBy !== null,
            mayApprove: row.approvedBy === null && visitor?.actor.selves.has(row.askedBy) === false,
          })),
        });
      },
    }),
    route({
      name: "people.withholdings.decide",
      method: "POST",
      path: `${peoplePaths.withholdings}/decide`,
      access: { kind: "list", action: "change", what: "withholding-approval", fresh: true },
      audit: { kind: "list", purpose: "decide what is kept from view" },
      input: { form: decisionForm },
      handle: async ({ input, visitor, shown, now, redirect }) => {
        shown([]);
        if (!input.form.ok || visitor === null) return redirect(peoplePaths.withholdings);
        const { subject: subjectId, withholding, answer } = input.form.value;
        const row = (await decidable(tools, visitor, now)).find(
          (each) => each.subjectId === subjectId && each.id === withholding,
        );
        if (row === undefined) return redirect(peoplePaths.withholdings);
        shown([subjectId]);
        const by = { recordedBy: visitor.personId, now, id: `${withholding}-${answer}` };
        if (answer === "end") {
          const ended = await recordOne(tools, "look-withholding-ended", subjectId, { withholding }, by);
          return redirect(`${peoplePaths.withholdings}${ended.ok ? "?done=ended" : ""}`);
        }
        if (visitor.actor.selves.has(row.askedBy)) return redirect(`${peoplePaths.withholdings}?done=own`);
        const approved = await recordOne(tools, "look-withholding-approved", subjectId, { withholding }, by);
        return redirect(`${peoplePaths.withholdings}${approved.ok ? "?done=approved" : ""}`);
      },
    }),
  ];
}

/** What this visitor may approve or end: of people of their own place, but nobody they are close to. */
async function decidable(
  tools: PeoplePageTools,
  visitor: Visitor | null,
  now: Temporal.Instant,
): Promise<readonly WithholdingRow[]> {
  if (visitor === null) return [];
  const { actor } = visitor;
  const rows = (await readWithholdings(tools.db, "standing")).filter(({ subjectId }) => !isClose(visitor, subjectId));
  return allowedAmong(tools.db, rows, { actor, action: "change", what: "withholding-approval", now });
}

/** The visitor's own looks at this person: what they may ask to be kept from view. */
async function ownLooks(tools: PeoplePageTools, subjectId: string, visitor: Visitor, now: Temporal.Instant) {
  const { all } = await readRecordsOf(tools.db, subjectId, now);
  const entries = await readLooks(tools.db, all, { exceptWhat: WITHHOLDING });
  return entries.filter(({ seenBy }) => seenBy === visitor.personId).slice(0, MOST_OWN_LOOKS);
}

async function askPage(
  tools: PeoplePageTools,
  {
    input,
    page,
    visitor,
    now,
    t,
    formats,
  }: Pick<RouteContext<WithSubject>, "input" | "page" | "visitor" | "now" | "t" | "formats">,
  form: FormView,
  status: number,
): Promise<Response> {
  const { subjectId } = input.params;
  const looks = visitor === null ? [] : await ownLooks(tools, subjectId, visitor, now);
  return page(
    "people/withhold.njk",
    {
      title: t("people.withhold.title"),
      back: { text: t("people.withhold.back"), href: peoplePaths.promises(subjectId) },
      action: peoplePaths.withhold(subjectId),
      form,
      review: dateInputItems(form, "review", t),
      looks: looks.map(({ batchId, seenAt, action, what }) => ({
        value: batchId,
        text: `${formats.moment(localMoment(tools, seenAt))}: ${t(`people.what.${action}.${what ?? "other"}`)}`,
      })),
    },
    { status },
  );
}
