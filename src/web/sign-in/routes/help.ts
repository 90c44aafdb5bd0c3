import { z } from "zod";
import { inTransaction } from "../../../core/database/index.ts";
import { helpInPerson, inviteByEmail, inviteByPost } from "../../../core/sign-in/index.ts";
import { readPersonalData } from "../../../core/vault/index.ts";
import { emptyForm, formView, type FormView } from "../../form.ts";
import { route, type AnyRoute, type RouteContext } from "../../route.ts";
import { paths, type SignInSettings } from "../settings.ts";

const params = z.object({ subjectId: z.string().min(1).max(200) });
const WAYS = ["in-person", "email", "post"] as const;
const helpForm = z.object({ way: z.enum(WAYS, { error: "signIn.help.missing" }) });

/**
 * A member of staff gives somebody a way in: a code for now, with the person before them, a link by e-mail, or a code by
 * post. Open to those who may record what happens to the person; a family member who may only look is not one of them.
 */
export function helpRoutes(settings: SignInSettings): readonly AnyRoute[] {
  const { tools } = settings;
  type Input = { readonly params: { readonly subjectId: string } };
  const helping = {
    access: {
      kind: "person",
      action: "change",
      what: "promises",
      fresh: false,
      subject: (input: Input) => input.params.subjectId,
    },
    audit: { kind: "person", purpose: "help to sign in", subject: (input: Input) => input.params.subjectId },
  } as const;
  return [
    route({
      ...helping,
      name: "sign-in.help",
      method: "GET",
      path: paths.help,
      input: { params },
      handle: (context) => helpPage(context, settings, context.input.params.subjectId, emptyForm(helpForm)),
    }),
    route({
      ...helping,
      name: "sign-in.help.give",
      method: "POST",
      path: paths.help,
      input: { params, form: helpForm },
      handle: async (context) => {
        const { input, visitor, now, page, t, formats } = context;
        const personId = input.params.subjectId;
        if (visitor === null || visitor.personId === personId)
          return await helpPage(
            context,
            settings,
            personId,
            formView({ way: "" }, [{ field: "way", text: t("signIn.help.self") }]),
          );
        if (!input.form.ok)
          return await helpPage(context, settings, personId, formView(input.form.typed, input.form.faults));
        const { way } = input.form.value;
        const contact = await readPersonalData(tools.db, tools.vault, [personId], "contact");
        const { email = null, address = [] } = contact.get(personId) ?? {};
        if ((way === "email" && email === null) || (way === "post" && address.length === 0))
          return await helpPage(
            context,
            settings,
            personId,
            formView({ way }, [{ field: "way", text: t(`signIn.help.no.${way}`) }]),
          );
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
      },
    }),
  ];
}

async function helpPage(
  { page, t }: Pick<RouteContext<unknown>, "page" | "t">,
  { tools }: SignInSettings,
  personId: string,
  form: FormView,
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
