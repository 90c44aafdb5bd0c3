import { z } from "zod";
import { lookAtLink, nameAdministrator, personName, useLink, useTypedCode } from "../../../core/sign-in/index.ts";
import { readPersonalData } from "../../../core/vault/index.ts";
import { emptyForm, formView, type FormView } from "../../form.ts";
import { route, type AnyRoute, type RouteContext } from "../../route.ts";
import { comingFrom, enter, open, paths, type SignInSettings } from "../settings.ts";
import { noGoodLink, noteFailed, tooMany } from "./refusals.ts";

const token = z.object({ token: z.string().max(1000) });
const codeForm = z.object({ code: z.string({ error: "signIn.code.wrong" }).max(100, { error: "signIn.code.wrong" }) });
/** Who the first administrator is; the other links carry no fields. */
const administratorForm = z.object({
  name: z.string().transform((text, { issues }) => {
    const checked = personName(text);
    if (checked.ok) return checked.name;
    issues.push({ code: "custom", input: text, message: checked.fault });
    return z.NEVER;
  }),
  email: z
    .string()
    .trim()
    .max(254, { error: "signIn.email.wrong" })
    .regex(/^[^\s@]{1,64}@[^\s@]+\.[^\s@]+$/, { error: "signIn.email.wrong" }),
});

/** Links, which are used up by a button and never by being opened, and codes that are typed. */
export function codeRoutes(settings: SignInSettings): readonly AnyRoute[] {
  const { tools } = settings;
  return [
    route({
      ...open,
      name: "sign-in.link",
      method: "GET",
      path: paths.link,
      input: { params: token },
      handle: async (context) => {
        const code = await lookAtLink(tools.db, context.input.params.token, context.now);
        return code === null ? noGoodLink(context, settings) : linkPage(context, settings, code);
      },
    }),
    route({
      ...open,
      name: "sign-in.link.use",
      method: "POST",
      path: paths.link,
      input: { params: token, form: z.object({ name: z.string(), email: z.string() }).partial() },
      handle: async (context) => {
        const { input, now } = context;
        const text = input.params.token;
        const code = await lookAtLink(tools.db, text, now);
        if (code?.purpose === "administrator") {
          const typed = input.form.typed;
          const form = administratorForm.safeParse(typed);
          if (!form.success || !input.form.ok) {
            const faults = (["name", "email"] as const)
              .filter((field) => form.error?.issues.some(({ path }) => path[0] === field))
              .map((field) => ({ field, text: context.t(`signIn.administrator.${field}.wrong`) }));
            return linkPage(context, settings, code, formView({ name: "", email: "", ...typed }, faults));
          }
          await nameAdministrator(tools, text, form.data, now);
        }
        const came = await useLink(tools, text, comingFrom(context, settings));
        if (came.ok) return enter(context, settings, came.session, paths.add);
        return came.kind === "shut-out" ? tooMany(context, settings, "link") : noGoodLink(context, settings);
      },
    }),
    route({
      ...open,
      name: "sign-in.code",
      method: "GET",
      path: paths.code,
      input: null,
      handle: (context) => codePage(context, settings, emptyForm(codeForm)),
    }),
    route({
      ...open,
      name: "sign-in.code.use",
      method: "POST",
      path: paths.code,
      input: { form: codeForm },
      handle: async (context) => {
        const { input, t } = context;
        const typed = input.form.ok ? input.form.value.code : "";
        const came = await useTypedCode(tools, typed, comingFrom(context, settings));
        if (came.ok) return enter(context, settings, came.session, paths.add);
        if (came.kind === "shut-out") return tooMany(context, settings, "code");
        noteFailed(context, settings, "code");
        const faults = [{ field: "code", text: t("signIn.code.wrong") }];
        return codePage(context, settings, formView({ code: typed.slice(0, 20) }, faults));
      },
    }),
  ];
}

type Context = Pick<RouteContext<unknown>, "page" | "t">;

async function linkPage(
  { page, t }: Context,
  { tools, telephone }: SignInSettings,
  code: { readonly personId: string; readonly purpose: string },
  form: FormView = emptyForm(administratorForm),
): Promise<Response> {
  const identity = await readPersonalData(tools.db, tools.vault, [code.personId], "identity");
  const administrator = code.purpose === "administrator";
  return page(
    "sign-in/link.njk",
    {
      title: t(administrator ? "signIn.administrator.title" : "signIn.link.title"),
      name: administrator ? null : (identity.get(code.personId)?.name ?? null),
      administrator,
      form,
      telephone,
    },
    { status: form.list.length > 0 ? 422 : 200, headers: { "cache-control": "no-store" } },
  );
}

function codePage({ page, t }: Context, { telephone }: SignInSettings, form: FormView): Response {
  const status = form.list.length > 0 ? 422 : 200;
  return page("sign-in/code.njk", { title: t("signIn.code.title"), form, paths, telephone }, { status });
}
