import { z } from "zod";
import {
  changeCommunication,
  CHANNELS,
  type Communication,
  LANGUAGES,
  loadCommunication,
  NEEDS,
  type Preferences,
  readMessagesOf,
  type SentRow,
  USUAL_QUIET_HOURS,
} from "../../core/messages/index.ts";
import { type Contact, readPersonalData } from "../../core/vault/index.ts";
import { type FormView, formView, type Typed } from "../form.ts";
import type { Translate } from "../messages.ts";
import { route, type AnyRoute, type RouteContext } from "../route.ts";
import { ACCOUNT_PATH, SIGN_IN_PATH } from "../shell.ts";
import { peoplePaths } from "../people/paths.ts";
import { factsKeptFromView } from "../people/withheld.ts";
import { purposeOf, whenOf } from "./development.ts";
import type { MailTools } from "./index.ts";
import { mailPaths } from "./paths.ts";

const params = z.object({ subjectId: z.string().min(1).max(200) });
const query = z.object({ saved: z.literal("1").optional() });
type WithSubject = { readonly params: { readonly subjectId: string } };
const subject = (input: WithSubject) => input.params.subjectId;

/** A box that is ticked once comes as text, more as a list, none not at all. */
const many = <T extends string>(values: readonly T[]) =>
  z
    .union([z.enum(values as [T, ...T[]]), z.array(z.enum(values as [T, ...T[]])).max(values.length)])
    .optional()
    .transform((value): readonly T[] => (value === undefined ? [] : Array.isArray(value) ? value : [value as T]));
const time = z
  .string()
  .trim()
  .regex(/^(?:[01]?\d|2[0-3])[:.][0-5]\d$/, { message: "mail.preferences.timeWrong" });
const form = z
  .object({
    part: z.enum(["preferences", "needs"]),
    channel: z.enum([...CHANNELS, "any"]).default("any"),
    language: z.enum(LANGUAGES).default("en"),
    quiet: z.enum(["yes", "no"]).default("yes"),
    from: z.string().max(100, { error: "mail.preferences.timeWrong" }).default(USUAL_QUIET_HOURS.from),
    to: z.string().max(100, { error: "mail.preferences.timeWrong" }).default(USUAL_QUIET_HOURS.to),
    wanted: z.union([z.string().max(200), z.array(z.string().max(200)).max(200)]).optional(),
    needs: many(NEEDS),
  })
  .superRefine((value, context) => {
    if (value.part !== "preferences" || value.quiet === "no") return;
    for (const name of ["from", "to"] as const) {
      if (!time.safeParse(value[name]).success)
        context.addIssue({ code: "custom", path: [name], message: "mail.preferences.timeWrong" });
    }
  });

/** Messages shown to a person. */
const SHOWN = 20;

/** How a person wants to hear from us, what they need for it, and what we sent. */
export function preferenceRoutes(tools: MailTools): readonly AnyRoute[] {
  return [
    route({
      name: "mail.own",
      method: "GET",
      path: mailPaths.own,
      access: { kind: "signed-in" },
      audit: { kind: "none", why: "leads to one's own page" },
      input: null,
      handle: ({ visitor, redirect }) => redirect(visitor === null ? SIGN_IN_PATH : mailPaths.person(visitor.personId)),
    }),
    route({
      name: "mail.preferences",
      method: "GET",
      path: "/people/:subjectId/messages",
      access: { kind: "person", action: "view", what: "needs", subject },
      audit: { kind: "person", purpose: "see how a person wants to be written to", subject },
      input: { params, query },
      handle: async (context) => {
        const communication = await loadCommunication(tools.db, context.input.params.subjectId);
        const view = formView(typedOf(tools, communication), []);
        return preferencePage(tools, context, { form: view, saved: context.input.query.saved === "1", status: 200 });
      },
    }),
    route({
      name: "mail.preferences.save",
      method: "POST",
      path: "/people/:subjectId/messages",
      access: { kind: "person", action: "change", what: "needs", subject },
      audit: { kind: "person", purpose: "change how a person is written to", subject },
      input: { params, form },
      handle: async (context) => {
        const { input, visitor, now, redirect, decision } = context;
        const { subjectId } = input.params;
        if (!input.form.ok) {
          const stored = typedOf(tools, await loadCommunication(tools.db, subjectId));
          const view = formView({ ...stored, ...input.form.typed }, input.form.faults);
          return preferencePage(tools, context, { form: view, saved: false, status: 422 });
        }
        const { value } = input.form;
        const may = (field: string): boolean => decision.fields.includes(field);
        await changeCommunication(tools, {
          subjectId,
          recordedBy: visitor?.personId ?? "nobody",
          now,
          needs: value.part === "needs" && may("communication") ? value.needs : undefined,
          preferences: value.part === "preferences" && may("preferences") ? preferencesOf(tools, value) : undefined,
        });
        return redirect(`${mailPaths.person(subjectId)}?saved=1`);
      },
    }),
  ];
}

/** Templates that a person may do without. */
function optional({ messages }: MailTools): readonly string[] {
  return [...messages.templates.values()].filter((each) => !each.essential).map((each) => each.id);
}

function preferencesOf(tools: MailTools, value: z.output<typeof form>): Preferences {
  const wanted = new Set(typeof value.wanted === "string" ? [value.wanted] : (value.wanted ?? []));
  return {
    channels: value.channel === "any" ? [] : [value.channel],
    language: value.language,
    quietHours: value.quiet === "no" ? null : { from: clock(value.from), to: clock(value.to) },
    switchedOff: optional(tools).filter((id) => !wanted.has(id)),
  };
}

/** "9.30" as "09:30". */
function clock(text: string): string {
  const [hours = "0", minutes = "00"] = text.trim().split(/[:.]/);
  return `${hours.padStart(2, "0")}:${minutes}`;
}

function typedOf(tools: MailTools, { preferences, needs }: Communication): Typed {
  return {
    channel: preferences.channels[0] ?? "any",
    language: preferences.language ?? "en",
    quiet: preferences.quietHours === null ? "no" : "yes",
    from: preferences.quietHours?.from ?? USUAL_QUIET_HOURS.from,
    to: preferences.quietHours?.to ?? USUAL_QUIET_HOURS.to,
    wanted: optional(tools).filter((id) => !preferences.switchedOff.includes(id)),
    needs: [...needs],
  };
}

/** What was sent, without what tells of a look that is kept from view. */
async function messagesSeen(
  { db, timeZone }: MailTools,
  { input, now }: Pick<RouteContext<WithSubject>, "input" | "now">,
): Promise<readonly SentRow[]> {
  const { subjectId } = input.params;
  const [sent, hidden] = await Promise.all([
    readMessagesOf(db, subjectId, SHOWN),
    factsKeptFromView(db, subjectId, now, timeZone),
  ]);
  return sent.filter(({ causedByFactId: fact }) => fact === null || !hidden.has(fact));
}

async function preferencePage(
  tools: MailTools,
  context: RouteContext<WithSubject & { readonly query: unknown; readonly form: unknown }>,
  shown: { readonly form: FormView; readonly saved: boolean; readonly status: number },
): Promise<Response> {
  const { input, visitor, decide, decision, page, t, formats } = context;
  const { subjectId } = input.params;
  const own = visitor?.actor.selves.has(subjectId) === true;
  const details = decide("view", "details").fields;
  const change = decide("change", "needs").fields;
  const sees = (field: string): boolean => decision.fields.includes(field);
  const [identity, contact, sent] = await Promise.all([
    details.includes("name") ? readPersonalData(tools.db, tools.vault, [subjectId], "identity") : null,
    details.includes("contact") ? readPersonalData(tools.db, tools.vault, [subjectId], "contact") : null,
    decide("view", "messages").allow ? messagesSeen(tools, context) : null,
  ]);
  const name = identity?.get(subjectId)?.name ?? subjectId;
  const ticked = (field: string): readonly string[] => {
    const value = shown.form.typed[field];
    return value === undefined ? [] : typeof value === "string" ? [value] : value;
  };
  return page(
    "mail/preferences.njk",
    {
      title: own ? t("mail.preferences.ownTitle") : t("mail.preferences.title", { name }),
      action: mailPaths.person(subjectId),
      form: shown.form,
      saved: shown.saved,
      back: own ? { href: ACCOUNT_PATH, text: t("mail.toAccount") } : null,
      detailsHref: decide("change", "details").allow ? peoplePaths.details(subjectId) : null,
      contacts: contact === null ? null : contactRows(contact.get(subjectId) ?? null, t),
      preferences: sees("preferences")
        ? {
            mayChange: change.includes("preferences"),
            channels: [...CHANNELS, "any" as const].map((value) => ({
              value,
              text: t(`mail.preferences.channel.${value}`),
            })),
            languages: LANGUAGES.map((value) => ({ value, text: t(`mail.language.${value}`) })),
            templates: optional(tools).map((id) => ({
              value: id,
              text: purposeOf(tools, id, t),
              checked: ticked("wanted").includes(id),
            })),
          }
        : null,
      needs: sees("communication")
        ? {
            mayChange: change.includes("communication"),
            items: NEEDS.map((value) => ({
              value,
              text: t(`mail.need.${value}`),
              checked: ticked("needs").includes(value),
            })),
          }
        : null,
      sent:
        sent === null
          ? null
          : sent.map((row) => ({
              cells: [
                { text: purposeOf(tools, row.template, t) },
                { text: whenOf(row.sentAt ?? row.queuedAt, tools.timeZone, formats) },
                { text: row.channel === null ? t("mail.channel.none") : t(`mail.channel.${row.channel}`) },
                { text: t(`mail.state.${row.state}`) },
              ],
            })),
    },
    { status: shown.status },
  );
}

function contactRows(contact: Contact | null, t: Translate): readonly object[] {
  const row = (key: string, value: string | null) => ({
    key: { text: t(key) },
    value: { text: value === null || value === "" ? t("mail.contact.none") : value },
  });
  return [
    row("mail.contact.email", contact?.email ?? null),
    row("mail.contact.telephone", contact?.telephone ?? null),
    row("mail.contact.address", contact?.address.join(", ") ?? null),
  ];
}
