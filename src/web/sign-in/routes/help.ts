import { z } from "zod";
import { inTransaction } from "../../../core/database/index.ts";
import { helpInPerson, inviteByEmail, inviteByPost } from "../../../core/sign-in/index.ts";
import { readPersonalData } from "../../../core/vault/index.ts";
import { emptyForm, formView, type FormResult, type FormView } from "../../form.ts";
import { route, type AnyRoute, type RouteContext } from "../../route.ts";
import { paths, type SignInSettings } from "../settings.ts";

const params = z.object({ subjectId: z.string().min(1).max(200) });
const WAYS = ["in-person", "email", "post"] as const;
const helpForm = z.object({ way: z.enum(WAYS, { error: "signIn.help.missing" }) });

type Input = { readonly params: { readonly subjectId: string } };
const subject = (input: Input) => input.params.subjectId;
const audit = { kind: "person", purpose: "help to sign in", subject } as const;

/**
 * A member of staff gives somebody a way in: a code for now, with the person before them, a link by e-mail, or a code by
 * post. For people, the staff around them do it, and identity officers; never family or guardians, and nobody for themselves. For
 * somebody with a post, administrators alone: whoever could make a code for a colleague could sign in as the colleague.
 */
export function helpRoutes(settings: SignInSettings): readonly AnyRoute[] {
  const forPeople = { kind: "person", action: "change", what: "sign-in", subject } as const;
  const forStaff = { kind: "body", action: "change", what: "accounts", fresh: true } as const;
  return [
    route({
      access: forPeople,
      audit,
      name: "sign-in.help",
      method: "GET",
      path: paths.help,
      input: { params },
      handle: (context) => helpPage(context, settings, context.input.params.subjectId),
    }),
    route({
      access: forPeople,
      audit,
      name: "sign-in.help.give",
      method: "POST",
      path: paths.help,
      input: { params, form: helpForm },
      handle: (context) => give(context, settings, "people"),
    }),
    route({
      access: forStaff,
      audit,
      name: "sign-in.help-staff",
      method: "GET",
      path: paths.helpStaff,
      input: { params },
      handle: (context) => helpPage(context, settings, context.input.params.subjectId),
    }),
    route({
      access: forStaff,
      audit,
      name: "sign-in.help-staff.give",
      method: "POST",
      path: paths.helpStaff,
      input: { params, form: helpForm },
      handle: (context) => give(context, settings, "staff"),
    }),
  ];
}

type Given = {
  readonly params: z.output<typeof params>;
  readonly form: FormResult<z.output<typeof helpForm>>;
};

/** Gives a way in, or says why not. `whom`: by whose route it was asked. */
async function give(
  context: RouteContext<Given>,
  settings: SignInSettings,
  whom: "people" | "staff",
): Promise<Response> {
  const { input, visitor, now, page, t, formats } = context;
  const { tools } = settings;
  const personId = input.params.subjectId;
  const refuse = (way: string, fault: string) =>
    helpPage(context, settings, personId, formView({ way }, [{ field: "way", text: t(fault) }]));
  if (visitor === null || visitor.personId === personId) return await refuse("", "signIn.help.self");
  if (!input.form.ok) return await helpPage(context, settings, personId, formView(input.form.typed, input.form.faults));
  const { way } = input.form.value;
  if ((await tools.hasPost(personId, now)) !== (whom === "staff")) return await refuse(way, `signIn.help.not.${whom}`);
  const contact = await readPersonalData(tools.db, tools.vault, [personId], "contact");
  const { email = null, address = [] } = contact.get(personId) ?? {};
  if ((way === "email" && email === null) || (way === "post" && address.length === 0))
    return await refuse(way, `signIn.help.no.${way}`);
  const toMake = { personId, madeBy: visitor.personId, now };
  const made =
    way === "in-person"
      ? await helpInPerson(tools, { personId, helper: visitor.personId, now })
      : await inTransaction(tools.db, (transaction) =>
          way === "email"
            ? inviteByEmail(transaction, tools, { ...toMake, email: email as string })
            : inviteByPost(transaction, tools, toMake),
        );
  return page(
    "sign-in/helped.njk",
    {
      title: t(`signIn.helped.${way}.title`),
      text: t(`signIn.helped.${way}.text`, {
        until: formats.moment(made.expiresAt.toZonedDateTimeISO(tools.timeZone).toPlainDateTime()),
      }),
      // Shown once, to whoever stands at the counter; what goes by post or e-mail staff never see.
      code: way === "in-person" ? made.code : null,
      address: `${tools.origin}${paths.code}`,
    },
    { headers: { "cache-control": "no-store" } },
  );
}

async function helpPage(
  { page, t }: Pick<RouteContext<unknown>, "page" | "t">,
  { tools }: SignInSettings,
  personId: string,
  form: FormView = emptyForm(helpForm),
): Promise<Response> {
  const identity = await readPersonalData(tools.db, tools.vault, [personId], "identity");
  return page(
    "sign-in/help.njk",
    {
      title: t("signIn.help.title"),
      name: identity.get(personId)?.name ?? personId,
      form,
      ways: WAYS.map((way) => ({
        value: way,
        text: t(`signIn.help.${way}`),
        hint: { text: t(`signIn.help.${way}.hint`) },
        checked: form.typed["way"] === way,
      })),
    },
    { status: form.list.length > 0 ? 422 : 200 },
  );
}
