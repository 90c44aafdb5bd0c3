import { z } from "zod";
import { readLooks, type AccessLogEntry } from "../../core/access-log/index.ts";
import {
  allowedAmong,
  answerQuestion,
  readQuestions,
  readRecordsOf,
  type QuestionRow,
} from "../../core/people/index.ts";
import { readPersonalData } from "../../core/vault/index.ts";
import { newId } from "../../core/ids.ts";
import { emptyForm, formView, type FormView } from "../form.ts";
import { route, type AnyRoute, type RouteContext, type Visitor } from "../route.ts";
import { formId, ownWords, subjectParams } from "./fields.ts";
import { peoplePaths } from "./paths.ts";
import { actingBy, isClose, localMoment, namesOf, type PeoplePageTools } from "./tools.ts";

const params = subjectParams.extend({ question: z.string().min(1).max(100) });
const form = z.object({
  id: formId,
  outcome: z.enum(["in-order", "not-in-order"], { error: "people.questions.outcomeMissing" }),
  words: ownWords(1, "people.questions.wordsMissing"),
});
type WithQuestion = { readonly params: { readonly subjectId: string; readonly question: string } };
const subject = (input: WithQuestion) => input.params.subjectId;

/** Questions that people ask about who looked at their record: a manager of the place answers, and they are told. */
export function questionRoutes(tools: PeoplePageTools): readonly AnyRoute[] {
  const access = { kind: "person", action: "change", what: "questions", subject } as const;
  const audit = { kind: "person", purpose: "answer a question about a look", subject } as const;
  return [
    route({
      name: "people.questions",
      method: "GET",
      path: peoplePaths.questions,
      access: { kind: "list", action: "view", what: "questions" },
      audit: { kind: "list", purpose: "see what people ask about looks at their records" },
      input: { query: z.object({ done: z.literal("1").optional() }) },
      handle: async ({ page, visitor, input, shown, now, t, formats }) => {
        const rows = await answerable(tools, visitor, now);
        shown([...new Set(rows.map(({ subjectId }) => subjectId))]);
        const names = await namesOf(
          tools,
          rows.map(({ subjectId }) => subjectId),
        );
        return page("people/questions.njk", {
          title: t("people.questions.title"),
          done: input.query.done === "1",
          rows: rows.map((row) => ({
            href: peoplePaths.answer(row.subjectId, row.id),
            text: names.get(row.subjectId) ?? row.subjectId,
            hint: t("people.questions.since", { date: formats.plainDate(localMoment(tools, row.askedAt)) }),
          })),
        });
      },
    }),
    route({
      name: "people.questions.one",
      method: "GET",
      path: "/staff/questions/:subjectId/:question",
      access,
      audit,
      input: { params },
      handle: (context) => answerPage(tools, context, emptyForm(form, { id: newId() }), 200),
    }),
    route({
      name: "people.questions.answer",
      method: "POST",
      path: "/staff/questions/:subjectId/:question",
      access,
      audit,
      input: { params, form },
      handle: async (context) => {
        const { input, visitor, now, redirect, notFound, t } = context;
        const { subjectId, question } = input.params;
        const asked = (await answerable(tools, visitor, now)).find(
          (each) => each.subjectId === subjectId && each.id === question,
        );
        if (asked === undefined) return notFound(t("people.questions.gone"));
        if (!input.form.ok) return answerPage(tools, context, formView(input.form.typed, input.form.faults), 422);
        const { id, outcome, words } = input.form.value;
        const about = { subjectId, question, askedBy: asked.askedBy, outcome, words };
        const answered = await answerQuestion(tools, about, actingBy(context, id));
        return redirect(`${peoplePaths.questions}${answered.ok ? "?done=1" : ""}`);
      },
    }),
  ];
}

/**
 * Open questions about people of the visitor's own place; not their own, nor about their own look, nor about somebody
 * they are close to: nobody judges their own case.
 */
async function answerable(
  tools: PeoplePageTools,
  visitor: Visitor | null,
  now: Temporal.Instant,
): Promise<readonly QuestionRow[]> {
  if (visitor === null) return [];
  const { actor } = visitor;
  const ofOthers = (await readQuestions(tools.db, "open")).filter(
    (row) => !isClose(visitor, row.subjectId) && !actor.selves.has(row.askedBy),
  );
  const found: QuestionRow[] = [];
  for (const row of await allowedAmong(tools.db, ofOthers, { actor, action: "change", what: "questions", now })) {
    const look = await lookOf(tools, row, now);
    if (look === undefined || !actor.selves.has(look.seenBy)) found.push(row);
  }
  return found;
}

/** The look that a question is about. */
async function lookOf(
  { db }: PeoplePageTools,
  { subjectId, batchId }: QuestionRow,
  now: Temporal.Instant,
): Promise<AccessLogEntry | undefined> {
  const { all } = await readRecordsOf(db, subjectId, now);
  return (await readLooks(db, all, { limit: 1, onlyBatch: batchId }))[0];
}

async function answerPage(
  tools: PeoplePageTools,
  {
    input,
    page,
    visitor,
    notFound,
    now,
    t,
    formats,
  }: Pick<RouteContext<WithQuestion>, "input" | "page" | "visitor" | "notFound" | "now" | "t" | "formats">,
  view: FormView,
  status: number,
): Promise<Response> {
  const { subjectId, question } = input.params;
  const asked = (await answerable(tools, visitor, now)).find(
    (each) => each.subjectId === subjectId && each.id === question,
  );
  if (asked === undefined) return notFound(t("people.questions.gone"));
  const look = await lookOf(tools, asked, now);
  const names = await namesOf(tools, [subjectId, asked.askedBy, ...(look === undefined ? [] : [look.seenBy])]);
  const words = (await readPersonalData(tools.db, tools.vault, [subjectId], `question:${question}`)).get(subjectId);
  return page(
    "people/question.njk",
    {
      title: t("people.questions.oneTitle"),
      back: { text: t("people.questions.title"), href: peoplePaths.questions },
      name: names.get(subjectId) ?? subjectId,
      askedBy: names.get(asked.askedBy) ?? asked.askedBy,
      words: words ?? "",
      look:
        look === undefined
          ? null
          : {
              when: formats.moment(localMoment(tools, look.seenAt)),
              who: names.get(look.seenBy) ?? look.seenBy,
              did: t(`people.what.${look.action}.${look.what ?? "other"}`),
              rules: look.reasons
                .map(({ rule, through }) => (through === null ? rule : `${rule} (${through})`))
                .join(", "),
            },
      action: peoplePaths.answer(subjectId, question),
      form: view,
    },
    { status },
  );
}
