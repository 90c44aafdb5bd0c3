import { z } from "zod";
import { readLooks } from "../../core/access-log/index.ts";
import { readDirectory, type Directory } from "../../core/directory/index.ts";
import { newId } from "../../core/ids.ts";
import {
  askAboutLook,
  dataOf,
  holdsAt,
  PEOPLE_CASE,
  readPosts,
  readQuestions,
  readRecordsOf,
  readRelationships,
  readWithholdings,
  type ReadPost,
} from "../../core/people/index.ts";
import { readCase } from "../../core/record/index.ts";
import { readPersonalData } from "../../core/vault/index.ts";
import { emptyForm, formView, type FormView } from "../form.ts";
import type { Formats } from "../format.ts";
import type { Translate } from "../messages.ts";
import { route, type AnyRoute, type RouteContext } from "../route.ts";
import { ACCOUNT_PATH } from "../shell.ts";
import { formId, ownWords, subjectParams } from "./fields.ts";
import { lookLines, WITHHOLDING, withheldOn, type LookLine } from "./model/looks.ts";
import { peoplePaths } from "./paths.ts";
import { actingBy, localMoment, namesOf, todayOf, type PeoplePageTools } from "./tools.ts";

const params = subjectParams;
const lookParams = params.extend({ look: z.string().min(1).max(100) });
const questionForm = z.object({
  id: formId,
  words: ownWords(1, "people.looks.wordsMissing"),
});
type WithSubject = { readonly params: { readonly subjectId: string } };
const subject = (input: WithSubject) => input.params.subjectId;

/** Entries gone through for one page; older ones are had on request, and the page says so. */
const MOST_ENTRIES = 2_000;

/** Who has looked at somebody's record and why, in plain words, with a way to ask about each. */
export function lookRoutes(tools: PeoplePageTools): readonly AnyRoute[] {
  return [
    route({
      name: "people.looks",
      method: "GET",
      path: "/people/:subjectId/looks",
      access: { kind: "person", action: "view", what: "looks", subject },
      audit: { kind: "person", purpose: "see who looked at a record", subject },
      input: { params, query: z.object({ own: z.literal("1").optional(), asked: z.literal("1").optional() }) },
      handle: async (context) => {
        const { input, page, visitor, now, t } = context;
        const { subjectId } = input.params;
        const own = visitor?.actor.selves.has(subjectId) === true;
        const lines = await linesOf(tools, context, input.query.own === "1");
        const words = await wordsFor(tools, context, lines);
        const questions = await questionsOf(tools, context);
        const answers = await answersTo(tools, questions);
        const days = Map.groupBy(lines, (line) => localMoment(tools, line.last).toPlainDate().toString());
        return page("people/looks.njk", {
          title: own ? t("people.looks.yourTitle") : t("people.looks.theirTitle"),
          back: { text: t("people.toAccount"), href: ACCOUNT_PATH },
          asked: input.query.asked === "1",
          own: input.query.own === "1",
          toggle: `${peoplePaths.looks(subjectId)}${input.query.own === "1" ? "" : "?own=1"}`,
          questions: questions.toReversed().map((question) => ({
            asked: context.formats.plainDate(localMoment(tools, question.askedAt)),
            words: answers.get(`question:${question.id}`) ?? "",
            outcome: question.outcome === null ? null : t(`people.looks.outcome.${question.outcome}`),
            answer: answers.get(`answer:${question.id}`) ?? null,
          })),
          days: [...days].map(([day, those]) => ({
            day: context.formats.date(Temporal.PlainDate.from(day)),
            lines: those.map((line) => ({
              ...words(line),
              ask: line.seenBy === visitor?.personId ? null : peoplePaths.question(subjectId, line.batchId),
            })),
          })),
          now: context.formats.moment(localMoment(tools, now)),
        });
      },
    }),
    route({
      name: "people.looks.question",
      method: "GET",
      path: "/people/:subjectId/looks/:look",
      access: { kind: "person", action: "change", what: "looks", subject },
      audit: { kind: "person", purpose: "ask about a look at a record", subject },
      input: { params: lookParams },
      handle: (context) => questionPage(tools, context, emptyForm(questionForm, { id: newId() }), 200),
    }),
    route({
      name: "people.looks.question.send",
      method: "POST",
      path: "/people/:subjectId/looks/:look",
      access: { kind: "person", action: "change", what: "looks", subject },
      audit: { kind: "person", purpose: "ask about a look at a record", subject },
      input: { params: lookParams, form: questionForm },
      handle: async (context) => {
        const { input, redirect, notFound, t } = context;
        const { subjectId, look } = input.params;
        if (!input.form.ok) return questionPage(tools, context, formView(input.form.typed, input.form.faults), 422);
        const known = (await linesOf(tools, context, true)).some((line) => line.batchId === look);
        if (!known) return notFound(t("people.looks.unknown"));
        const { id, words } = input.form.value;
        const by = actingBy(context, id);
        const asked = await askAboutLook(tools, { subjectId, look, words }, by);
        if (!asked.ok) {
          const fault = { field: "words", text: t("people.notRecorded") };
          return questionPage(tools, context, formView(input.form.typed, [fault]), 422);
        }
        return redirect(`${peoplePaths.looks(subjectId)}?asked=1`);
      },
    }),
  ];
}

type Context = Pick<RouteContext<WithSubject>, "input" | "visitor" | "decide" | "now" | "t" | "formats">;

/**
 * The lines that the visitor sees: without what is withheld and all dealings with it, and without their own looks unless
 * they ask for them. Whoever acts for somebody else sees no looks of that person themselves, and none at what they may
 * not see: when a child looks, and who is shut off, is the child's own affair.
 */
async function linesOf(tools: PeoplePageTools, context: Context, own: boolean): Promise<readonly LookLine[]> {
  const { input, visitor, decide, now } = context;
  const { all } = await readRecordsOf(tools.db, input.params.subjectId, now);
  const withholdings = await readWithholdings(tools.db, { subjects: all });
  const today = todayOf(tools, now);
  const themselves = visitor?.actor.selves.has(input.params.subjectId) === true;
  const entries = await readLooks(tools.db, all, {
    limit: MOST_ENTRIES,
    exceptBatches: [...withheldOn(withholdings, today)],
    exceptWhat: WITHHOLDING,
    exceptSeenBy: [...(own || visitor === null ? [] : visitor.actor.selves), ...(themselves ? [] : all)],
  });
  const seen = themselves ? entries : entries.filter(({ what }) => what === null || decide("view", what).allow);
  return lookLines(seen, tools.timeZone);
}

/** The questions that the visitor asked; of their own record all that were asked by themselves. */
async function questionsOf(tools: PeoplePageTools, { input, visitor, now }: Context) {
  const { all } = await readRecordsOf(tools.db, input.params.subjectId, now);
  const questions = await readQuestions(tools.db, { subjects: all });
  return questions.filter(({ askedBy }) => visitor?.actor.selves.has(askedBy) === true);
}

async function questionPage(
  tools: PeoplePageTools,
  context: RouteContext<{
    readonly params: { readonly subjectId: string; readonly look: string };
    readonly query: unknown;
    readonly form: unknown;
  }>,
  form: FormView,
  status: number,
): Promise<Response> {
  const { input, page, notFound, t } = context;
  const line = (await linesOf(tools, context, true)).find(({ batchId }) => batchId === input.params.look);
  if (line === undefined) return notFound(t("people.looks.unknown"));
  const words = await wordsFor(tools, context, [line]);
  return page(
    "people/look-question.njk",
    {
      title: t("people.looks.askTitle"),
      back: { text: t("people.looks.back"), href: peoplePaths.looks(input.params.subjectId) },
      line: words(line),
      action: peoplePaths.question(input.params.subjectId, input.params.look),
      form,
    },
    { status },
  );
}

async function answersTo(
  { db, vault }: PeoplePageTools,
  questions: readonly { readonly id: string; readonly subjectId: string }[],
): Promise<ReadonlyMap<string, string>> {
  const found = new Map<string, string>();
  for (const { id, subjectId } of questions) {
    for (const kind of [`question:${id}`, `answer:${id}`] as const) {
      const words = (await readPersonalData(db, vault, [subjectId], kind)).get(subjectId);
      if (words !== undefined) found.set(kind, words);
    }
  }
  return found;
}

type LineWords = {
  readonly when: string;
  readonly who: string;
  readonly role: string;
  readonly did: string;
  readonly why: string;
};

/** Puts lines into words: who it was and in what post, what they saw, why they could. */
async function wordsFor(
  tools: PeoplePageTools,
  context: Context,
  lines: readonly LookLine[],
): Promise<(line: LookLine) => LineWords> {
  const { input, visitor, t, formats } = context;
  const { subjectId } = input.params;
  const who = [...new Set(lines.flatMap(({ seenBy, helpers }) => [seenBy, ...helpers]))];
  const [names, machines, posts, directory, relationships, causes] = await Promise.all([
    namesOf(tools, who),
    tools.machineNames(),
    readPosts(tools.db, who),
    readDirectory(tools.db),
    readRelationships(tools.db, (await readRecordsOf(tools.db, subjectId, context.now)).all),
    emergencyCauses(tools, subjectId),
  ]);
  const bonds = new Map(relationships.map(({ id, bond }) => [id, bond]));
  const own = visitor?.actor.selves.has(subjectId) === true;
  return (line) => {
    const bond = line.through.map((id) => bonds.get(id)).find((each) => each !== undefined);
    const emergency = line.through.map((id) => causes.get(id)).find((each) => each !== undefined);
    const why =
      emergency !== undefined
        ? t("people.looks.emergency", { cause: t(`people.emergency.cause.${emergency.cause}`), words: emergency.words })
        : bond !== undefined && bond !== "emergency"
          ? t(`people.bond.${bond}.why`)
          : t(`people.purpose.${t.has(`people.purpose.${line.purpose}`) ? line.purpose : "other"}`);
    const name =
      line.seenBy === visitor?.personId
        ? t("people.looks.you")
        : line.seenBy === subjectId && !own
          ? t("people.looks.themselves", { name: names.get(subjectId) ?? "" })
          : (names.get(line.seenBy) ?? machines.get(line.seenBy) ?? t("people.looks.unnamed"));
    return {
      when: whenOf(tools, line, formats, t),
      who: [name, ...line.helpers.map((id) => t("people.looks.helped", { name: names.get(id) ?? id }))].join(", "),
      role: roleWords(
        posts.filter(({ personId }) => personId === line.seenBy),
        line,
        directory,
        t,
      ),
      did: t(`people.looks.${line.allowed ? "did" : "tried"}`, {
        what: t(`people.what.${line.action}.${line.what ?? "other"}`),
        times: line.times,
      }),
      // One wording for every refusal: that somebody is shut off is told to nobody who reads this.
      why: line.allowed ? why : t("people.looks.refused"),
    };
  };
}

function whenOf(tools: PeoplePageTools, line: LookLine, formats: Formats, t: Translate): string {
  const [first, last] = [localMoment(tools, line.first), localMoment(tools, line.last)].map((moment) =>
    formats.time(moment),
  );
  return first === last ? (last ?? "") : t("people.looks.between", { from: first ?? "", to: last ?? "" });
}

/** The post in which somebody looked: the one that the look rested on, else what they were then employed to do. */
function roleWords(posts: readonly ReadPost[], line: LookLine, directory: Directory, t: Translate): string {
  const held = posts.filter((post) => holdsAt(post, line.last));
  const post = held.find(({ id }) => line.through.includes(id)) ?? held[0];
  if (post === undefined) return "";
  const place =
    directory.organisations.get(post.organisationId ?? "")?.name ??
    directory.services.get(post.serviceId ?? "")?.name ??
    directory.areas.get(post.areaCode ?? "")?.name;
  const role = t(`people.role.${post.role}`);
  return place === undefined ? role : t("people.roleAt", { role, place });
}

/** Why the record was opened in an emergency, by the id of each such relationship. */
async function emergencyCauses(
  { db, vault }: PeoplePageTools,
  subjectId: string,
): Promise<ReadonlyMap<string, { readonly cause: string; readonly words: string }>> {
  const facts = await readCase(db, subjectId, PEOPLE_CASE);
  const opened = facts.filter(({ type }) => type === "record-opened-in-emergency");
  const causes = new Map<string, { cause: string; words: string }>();
  for (const fact of opened) {
    const { relationship, cause } = dataOf("record-opened-in-emergency", fact.data);
    const words = (await readPersonalData(db, vault, [subjectId], `emergency:${relationship}`)).get(subjectId) ?? "";
    causes.set(relationship, { cause, words });
  }
  return causes;
}
