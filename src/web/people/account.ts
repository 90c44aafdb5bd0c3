import { z } from "zod";
import { decide, type Action, type Resource } from "../../core/access/index.ts";
import { newId } from "../../core/ids.ts";
import { readOffers, readWhose, recordOne, startRelationship } from "../../core/people/index.ts";
import { mailPaths } from "../mail/paths.ts";
import { route, type AnyRoute, type Visitor } from "../route.ts";
import { ACCOUNT_PATH } from "../shell.ts";
import { formId } from "./fields.ts";
import { peoplePaths } from "./paths.ts";
import { namesOf, type PeoplePageTools } from "./tools.ts";

type Link = { readonly href: string; readonly text: string; readonly hint: string };

const offerForm = z.object({
  subject: z.string().min(1).max(200),
  relationship: z.string().min(1).max(200),
  answer: z.enum(["accept", "decline"]),
  id: formId,
});

/** The page of whoever is signed in: their own things, the people they act for, and what their post opens. */
export function accountRoutes(tools: PeoplePageTools): readonly AnyRoute[] {
  return [
    route({
      name: "people.account",
      method: "GET",
      path: ACCOUNT_PATH,
      access: { kind: "signed-in" },
      audit: { kind: "list", purpose: "the names of people one may act for" },
      input: { query: z.object({ done: z.enum(["accepted", "declined", "gone"]).optional() }) },
      handle: async ({ page, visitor, input, shown, now, t }) => {
        if (visitor === null) throw new Error("The account page was reached by nobody");
        const { actor } = visitor;
        const own = await readWhose(tools.db, visitor.personId, now);
        const held = [...actor.ties.keys()].filter((id) => !actor.selves.has(id)).slice(0, MOST_PEOPLE);
        const people: { readonly id: string; readonly named: boolean }[] = [];
        for (const id of held) {
          const question = { actor, whose: await readWhose(tools.db, id, now), now: now.epochMilliseconds } as const;
          if (!decide({ ...question, action: "view", what: "promises" }).allow) continue;
          const named = decide({ ...question, action: "view", what: "details" }).fields.includes("name");
          people.push({ id, named });
        }
        const offers = await readOffers(tools.db, { holders: [...actor.selves] });
        const names = await namesOf(tools, [...people.map(({ id }) => id), ...offers.map((one) => one.subjectId)]);
        shown(people.map(({ id }) => id));
        return page("people/account.njk", {
          title: t("people.account.title"),
          name: visitor.name,
          done: input.query.done === undefined ? null : t(`people.account.done.${input.query.done}`),
          offers: offers.map((offer) => ({
            subject: offer.subjectId,
            relationship: offer.id,
            id: newId(),
            text: t("people.account.offer", { name: names.get(offer.subjectId) ?? t("people.nameless") }),
          })),
          offersAction: peoplePaths.offers,
          people: people.map(({ id, named }) => ({
            href: peoplePaths.promises(id),
            text: (named ? names.get(id) : undefined) ?? t("people.nameless"),
          })),
          work: workLinks(visitor, now, t),
          own: [
            ...(own.places.length > 0 ? [link(peoplePaths.promises(visitor.personId), "promises", t)] : []),
            link(peoplePaths.looks(visitor.personId), "looks", t),
            link(peoplePaths.relationships(visitor.personId), "relationships", t),
            link(peoplePaths.details(visitor.personId), "details", t),
            link(mailPaths.own, "messages", t),
            link("/me/sign-in", "signIn", t),
          ],
        });
      },
    }),
    route({
      name: "people.offers.answer",
      method: "POST",
      path: peoplePaths.offers,
      access: { kind: "signed-in" },
      audit: { kind: "none", why: "somebody answers an invitation to themselves; the fact says so" },
      input: { form: offerForm },
      handle: async ({ input, visitor, redirect, now }) => {
        if (visitor === null || !input.form.ok) return redirect(ACCOUNT_PATH);
        const { subject, relationship, answer, id } = input.form.value;
        const offers = await readOffers(tools.db, { holders: [...visitor.actor.selves] });
        const offer = offers.find((each) => each.subjectId === subject && each.id === relationship);
        if (offer === undefined) return redirect(`${ACCOUNT_PATH}?done=gone`);
        const by = { recordedBy: visitor.personId, now, id };
        if (answer === "decline") {
          const declined = await recordOne(tools, "relationship-declined", subject, { relationship }, by);
          return redirect(`${ACCOUNT_PATH}?done=${declined.ok ? "declined" : "gone"}`);
        }
        const accepted = await startRelationship(
          tools,
          subject,
          {
            relationship,
            bond: "family",
            holder: offer.holderId,
            holder_kind: "person",
            ...(offer.covers === null ? {} : { covers: [...offer.covers] }),
            ...(offer.until === null ? {} : { until: offer.until.toString() }),
            evidence: "own-word",
          },
          by,
        );
        return redirect(`${ACCOUNT_PATH}?done=${accepted.ok ? "accepted" : "gone"}`);
      },
    }),
  ];
}

/** People listed on the account page; a lead professional has a worklist beside. */
const MOST_PEOPLE = 100;

function link(href: string, key: string, t: (key: string) => string): Link {
  return { href, text: t(`people.account.${key}.text`), hint: t(`people.account.${key}.hint`) };
}

/** What somebody's posts open, as the table says: each link is asked for as its own page would ask. */
function workLinks(visitor: Visitor, now: Temporal.Instant, t: (key: string) => string): readonly Link[] {
  const { actor } = visitor;
  const ofTheBody = (action: Action, what: Resource) =>
    decide({ actor, action, what, whose: { subjectId: null, places: [] }, now: now.epochMilliseconds }).allow;
  const has = (...roles: readonly string[]) => actor.posts.some(({ role }) => roles.includes(role));
  return [
    ...(has("front-line", "clinician", "manager") ? [link("/worklist", "worklist", t)] : []),
    ...(has("front-line", "clinician", "manager", "identity-officer") ? [link(mailPaths.unmet, "unmet", t)] : []),
    ...(ofTheBody("view", "work") ? [link(mailPaths.overview, "sent", t)] : []),
    ...(has("manager")
      ? [link(peoplePaths.questions, "questions", t), link(peoplePaths.withholdings, "withholdings", t)]
      : []),
    ...(ofTheBody("change", "emergency") || has("identity-officer") ? [link(peoplePaths.find, "find", t)] : []),
    ...(ofTheBody("change", "accounts")
      ? [
          link(peoplePaths.staff, "staff", t),
          link(peoplePaths.teams, "teams", t),
          link("/staff/machines", "machines", t),
        ]
      : []),
  ];
}
