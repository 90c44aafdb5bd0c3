import { z } from "zod";
import { decide } from "../../core/access/index.ts";
import {
  cancelForTheDead,
  readUnmet,
  readUnmetOne,
  sendAgain,
  settleUnmet,
  type UnmetRow,
  WAYS_MET,
} from "../../core/messages/index.ts";
import { allowedAmong, readWhose } from "../../core/people/index.ts";
import { readPersonalData } from "../../core/vault/index.ts";
import { emptyForm, formView, type FormView } from "../form.ts";
import type { Translate } from "../messages.ts";
import { pagination } from "../pagination.ts";
import { route, type AnyRoute, type RouteContext, type Visitor } from "../route.ts";
import { purposeOf, whenOf } from "./development.ts";
import type { MailTools } from "./index.ts";
import { mailPaths } from "./paths.ts";

const PAGE_SIZE = 50;
const SEND_AGAIN = "send-again";
const query = z.object({
  page: z.coerce.number().int().min(1).max(10_000).default(1),
  done: z.enum(["met", "again", "gone"]).optional(),
});
const params = z.object({ subjectId: z.string().min(1).max(200), id: z.string().min(1).max(200) });
const form = z.object({ how: z.enum([...WAYS_MET, SEND_AGAIN], { error: "mail.unmet.howMissing" }) });
type WithMessage = { readonly params: { readonly subjectId: string; readonly id: string } };
const subject = (input: WithMessage) => input.params.subjectId;

/** Whom a message could not reach as they need: a member of staff sees to it and says how. */
export function unmetRoutes(tools: MailTools): readonly AnyRoute[] {
  const { db, vault, timeZone } = tools;
  return [
    route({
      name: "mail.unmet",
      method: "GET",
      path: mailPaths.unmet,
      access: { kind: "list", action: "view", what: "delivery" },
      audit: { kind: "list", purpose: "see whom messages could not reach" },
      input: { query },
      handle: async ({ input, page, visitor, shown, now, t, formats, url }) => {
        const offset = (input.query.page - 1) * PAGE_SIZE;
        await cancelForTheDead(db, now);
        const seen = visitor === null ? [] : await ofTheirs(tools, visitor, now);
        const [rows, total] = [seen.slice(offset, offset + PAGE_SIZE), seen.length];
        const subjects = [...new Set(rows.map((row) => row.subjectId))];
        const identities = await readPersonalData(db, vault, subjects, "identity");
        shown(subjects);
        return page("mail/unmet.njk", {
          title: t("mail.unmet.title"),
          total: formats.number(total),
          any: total > 0,
          done: input.query.done === undefined ? null : t(`mail.unmet.done.${input.query.done}`),
          table:
            rows.length === 0
              ? null
              : {
                  caption: t("mail.unmet.title"),
                  columns: ["who", "what", "why", "since"].map((each) => ({ label: t(`mail.unmet.${each}`) })),
                  rows: rows.map((row) => ({
                    cells: [
                      {
                        text: identities.get(row.subjectId)?.name ?? t("mail.unmet.nameless"),
                        href: mailPaths.unmetOne(row.subjectId, row.id),
                      },
                      { text: purposeOf(tools, row.template, t) },
                      { text: whyOf(row, t) },
                      { text: whenOf(row.queuedAt, timeZone, formats) },
                    ],
                  })),
                },
          pagination: pagination({ page: input.query.page, pageSize: PAGE_SIZE, total }, url, t),
        });
      },
    }),
    route({
      name: "mail.unmet.one",
      method: "GET",
      path: `${mailPaths.unmet}/:subjectId/:id`,
      access: { kind: "person", action: "view", what: "delivery", subject },
      audit: { kind: "person", purpose: "see to a message that could not reach a person", subject },
      input: { params },
      handle: (context) => onePage(tools, context, emptyForm(form), 200),
    }),
    route({
      name: "mail.unmet.settle",
      method: "POST",
      path: `${mailPaths.unmet}/:subjectId/:id`,
      access: { kind: "person", action: "change", what: "delivery", subject },
      audit: { kind: "person", purpose: "say how a person was told", subject },
      input: { params, form },
      handle: async (context) => {
        const { input, visitor, now, redirect } = context;
        if (!input.form.ok) return onePage(tools, context, formView(input.form.typed, input.form.faults), 422);
        const { how } = input.form.value;
        const key = { ...input.params, now };
        if (how === SEND_AGAIN) {
          const done = await sendAgain(tools, key);
          return redirect(`${mailPaths.unmet}?done=${done ? "again" : "gone"}`);
        }
        const done = await settleUnmet(tools, { ...key, how, recordedBy: visitor?.personId ?? "nobody" });
        return redirect(`${mailPaths.unmet}?done=${done ? "met" : "gone"}`);
      },
    }),
  ];
}

/** Messages gone through for the list; beyond it the oldest are seen to first. */
const MOST_UNMET = 1_000;

/** What could not reach people whom the visitor may see to. */
async function ofTheirs({ db }: MailTools, visitor: Visitor, now: Temporal.Instant): Promise<readonly UnmetRow[]> {
  const rows = await readUnmet(db, { offset: 0, limit: MOST_UNMET });
  return allowedAmong(db, rows, { actor: visitor.actor, action: "view", what: "delivery", now });
}

async function onePage(
  tools: MailTools,
  context: RouteContext<WithMessage & { readonly query: unknown; readonly form: unknown }>,
  view: FormView,
  status: number,
): Promise<Response> {
  const { input, page, notFound, visitor, now, t, formats } = context;
  const row = await readUnmetOne(tools.db, input.params);
  if (row === undefined) return notFound(t("mail.unmet.done.gone"));
  const identities = await readPersonalData(tools.db, tools.vault, [row.subjectId], "identity");
  const needs =
    visitor === null
      ? null
      : decide({
          actor: visitor.actor,
          action: "view",
          what: "needs",
          whose: await readWhose(tools.db, row.subjectId, now),
          now: now.epochMilliseconds,
        });
  const ways = [...(row.canGoAgain ? [SEND_AGAIN] : []), ...WAYS_MET];
  return page(
    "mail/unmet-one.njk",
    {
      title: t("mail.unmet.oneTitle"),
      back: { text: t("mail.unmet.title"), href: mailPaths.unmet },
      name: identities.get(row.subjectId)?.name ?? t("mail.unmet.nameless"),
      rows: [
        [t("mail.unmet.what"), purposeOf(tools, row.template, t)],
        [t("mail.unmet.why"), whyOf(row, t)],
        [t("mail.unmet.advice"), adviceOf(row, t)],
        [t("mail.unmet.since"), whenOf(row.queuedAt, tools.timeZone, formats)],
      ].map(([key, value]) => ({ key: { text: key }, value: { text: value } })),
      // Who may see to a message need not be of the person's own place: a link that is refused helps nobody.
      preferencesHref: needs?.allow === true ? mailPaths.person(row.subjectId) : null,
      action: mailPaths.unmetOne(row.subjectId, row.id),
      form: view,
      ways: ways.map((value) => ({ value, text: t(`mail.met.${value}`) })),
    },
    { status },
  );
}

/** Reasons come from providers too: what has no words of its own gets those of its kind. */
function reasonKey({ state, reason }: UnmetRow, t: Translate): string {
  if (t.has(`mail.why.${reason}`)) return reason;
  return state === "unmet" ? "no-contact" : state;
}

function whyOf(row: UnmetRow, t: Translate): string {
  return t(`mail.why.${reasonKey(row, t)}`);
}

function adviceOf(row: UnmetRow, t: Translate): string {
  return t(`mail.advice.${reasonKey(row, t)}`);
}
