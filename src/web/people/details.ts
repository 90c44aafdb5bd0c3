import { z } from "zod";
import { newId } from "../../core/ids.ts";
import { changeContact } from "../../core/people/index.ts";
import { readPersonalData, type Contact } from "../../core/vault/index.ts";
import { emptyForm, formView, type FormView } from "../form.ts";
import { route, type AnyRoute, type RouteContext } from "../route.ts";
import { ACCOUNT_PATH } from "../shell.ts";
import { formId, subjectParams } from "./fields.ts";
import { peoplePaths } from "./paths.ts";
import { actingBy, type PeoplePageTools } from "./tools.ts";

const params = subjectParams;
const LANGUAGES = ["en", "cy"] as const;
const form = z.object({
  id: formId,
  telephone: z
    .string()
    .trim()
    .regex(/^$|^\+?[\d ()-]{5,30}$/, "people.details.telephoneWrong"),
  email: z.union([z.literal(""), z.email({ error: "people.invite.emailMissing" }).max(254)]),
  address: z.string().trim().max(500, "people.details.addressLong"),
  language: z.enum(LANGUAGES).default("en"),
});
type WithSubject = { readonly params: { readonly subjectId: string } };
const subject = (input: WithSubject) => input.params.subjectId;

/** Where somebody can be reached: changed by themselves or their guardian, after showing that it is still them. */
export function detailRoutes(tools: PeoplePageTools): readonly AnyRoute[] {
  const access = { kind: "person", action: "change", what: "details", fresh: true, subject } as const;
  const audit = { kind: "person", purpose: "change how somebody is reached", subject } as const;
  return [
    route({
      name: "people.details",
      method: "GET",
      path: "/people/:subjectId/details",
      access,
      audit,
      input: { params, query: z.object({ done: z.literal("1").optional() }) },
      handle: async (context) => {
        const contact = await contactOf(tools, context.input.params.subjectId);
        const typed = {
          id: newId(),
          telephone: contact.telephone ?? "",
          email: contact.email ?? "",
          address: contact.address.join("\n"),
          language: contact.language ?? "en",
        };
        return detailsPage(context, emptyForm(form, typed), context.input.query.done === "1", 200);
      },
    }),
    route({
      name: "people.details.save",
      method: "POST",
      path: "/people/:subjectId/details",
      access,
      audit,
      input: { params, form },
      handle: async (context) => {
        const { input, visitor, now, redirect } = context;
        const { subjectId } = input.params;
        if (!input.form.ok) return detailsPage(context, formView(input.form.typed, input.form.faults), false, 422);
        const { id, telephone, email, address, language } = input.form.value;
        const lines = address.split(/\r?\n/).map((line) => line.trim());
        const contact: Contact = {
          telephone: telephone === "" ? null : telephone,
          email: email === "" ? null : email,
          address: lines.filter((line) => line !== ""),
          language,
        };
        const by = actingBy(context, id);
        const before = await contactOf(tools, subjectId);
        const changed = await changeContact(tools, subjectId, contact, by);
        if (!changed.ok) {
          const fault = { field: "email", text: context.t("people.notRecorded") };
          return detailsPage(context, formView(input.form.typed, [fault]), false, 422);
        }
        // A way to sign in is made by the person alone: an address that somebody else writes down opens nothing.
        const own = visitor?.actor.selves.has(subjectId) === true;
        if (own) await tools.registerEmail(subjectId, contact.email);
        else {
          if (contact.email !== before.email) await tools.registerEmail(subjectId, null);
          // A letter with a code that is on its way would go to the new address.
          if (contact.address.join("\n") !== before.address.join("\n")) await tools.spendCodes(subjectId, now);
        }
        return redirect(`${peoplePaths.details(subjectId)}?done=1`);
      },
    }),
  ];
}

async function contactOf({ db, vault }: PeoplePageTools, subjectId: string): Promise<Contact> {
  const found = (await readPersonalData(db, vault, [subjectId], "contact")).get(subjectId);
  return found ?? { telephone: null, email: null, address: [], language: null };
}

function detailsPage(
  { input, page, visitor, t }: Pick<RouteContext<WithSubject>, "input" | "page" | "visitor" | "t">,
  view: FormView,
  done: boolean,
  status: number,
): Response {
  const own = visitor?.actor.selves.has(input.params.subjectId) === true;
  return page(
    "people/details.njk",
    {
      title: t(own ? "people.details.yourTitle" : "people.details.theirTitle"),
      back: { text: t("people.toAccount"), href: ACCOUNT_PATH },
      done,
      action: peoplePaths.details(input.params.subjectId),
      languages: LANGUAGES.map((value) => ({ value, text: t(`people.language.${value}`) })),
      form: view,
    },
    { status },
  );
}
