import { z } from "zod";
import { askForLink, LONGEST_EMAIL, requestOptions, signInWithPasskey } from "../../../core/sign-in/index.ts";
import { emptyForm, formView, type FormView } from "../../form.ts";
import { route, type AnyRoute, type RouteContext } from "../../route.ts";
import {
  comingFrom,
  destination,
  enter,
  json,
  leading,
  LARGEST_PASSKEY_FORM,
  next,
  nobodysRecord,
  open,
  passkeyResponse,
  paths,
  responseOf,
  type SignInSettings,
} from "../settings.ts";
import { noteFailed, tooMany } from "./refusals.ts";

export const emailForm = z.object({
  email: z
    .string({ error: "signIn.email.wrong" })
    .trim()
    .max(LONGEST_EMAIL, { error: "signIn.email.wrong" })
    .regex(/^[^\s@]{1,64}@[^\s@]+\.[^\s@]+$/, { error: "signIn.email.wrong" }),
  next,
});

/** The page where everybody signs in, the passkey and the link by e-mail. */
export function frontRoutes(settings: SignInSettings): readonly AnyRoute[] {
  const { tools, sessions } = settings;
  return [
    route({
      ...open,
      name: "sign-in.page",
      method: "GET",
      path: paths.signIn,
      input: { query: z.object({ next }) },
      handle: (context) => signInPage(context, settings, context.input.query.next),
    }),
    route({
      ...open,
      name: "sign-in.challenge",
      method: "POST",
      path: paths.challenge,
      input: null,
      handle: async ({ session, now }) =>
        json(await requestOptions({ tools, sessionId: session?.id ?? "", now }, null)),
    }),
    route({
      ...open,
      name: "sign-in.passkey",
      method: "POST",
      path: paths.passkey,
      largestBody: LARGEST_PASSKEY_FORM,
      input: { form: z.object({ response: passkeyResponse, next }) },
      handle: async (context) => {
        const { input, session, now } = context;
        if (!input.form.ok) {
          noteFailed(context, settings, "passkey");
          return signInPage(context, settings, undefined, "refused");
        }
        const coming = comingFrom(context, settings);
        const ceremony = { tools, sessionId: session?.id ?? "", address: coming.address, now };
        const response = responseOf(input.form.value.response);
        const result = await signInWithPasskey(ceremony, { response, person: null, ...coming });
        if (result.ok) return enter(context, settings, result.session, destination(input.form.value.next));
        if (result.kind === "shut-out") return tooMany(context, settings, "passkey");
        noteFailed(context, settings, "passkey");
        return signInPage(context, settings, input.form.value.next, "refused");
      },
    }),
    route({
      ...open,
      name: "sign-in.email",
      method: "POST",
      path: paths.email,
      input: { form: emailForm },
      handle: async (context) => {
        const { input, now, redirect } = context;
        if (!input.form.ok) {
          const form = formView(input.form.typed, input.form.faults);
          const asked = input.form.typed["next"];
          return signInPage(context, settings, typeof asked === "string" ? asked : undefined, null, form);
        }
        const { address } = comingFrom(context, settings);
        const outcome = await askForLink(tools, { email: input.form.value.email, address, now });
        return outcome === "shut-out" ? tooMany(context, settings, "request for a link") : redirect(paths.sent);
      },
    }),
    route({
      ...open,
      name: "sign-in.sent",
      method: "GET",
      path: paths.sent,
      input: null,
      handle: ({ page, t }) =>
        page("sign-in/sent.njk", { title: t("signIn.sent.title"), paths, telephone: settings.telephone }),
    }),
    route({
      ...open,
      name: "sign-in.out-page",
      method: "GET",
      path: paths.signOut,
      input: null,
      handle: ({ page, t, session, redirect }) =>
        session?.kept === undefined
          ? redirect(paths.signIn)
          : page("sign-in/sign-out.njk", { title: t("signIn.out.title"), paths }),
    }),
    route({
      ...open,
      name: "sign-in.out",
      method: "POST",
      path: paths.signOut,
      input: null,
      handle: async ({ session, now, redirect }) => {
        if (session !== null) await sessions.end(session, now);
        const response = redirect(paths.signIn);
        response.headers.append("set-cookie", sessions.endCookie());
        // What the browser kept of the pages goes too: the next one at a shared computer must not page back to them.
        response.headers.set("clear-site-data", '"cache", "storage"');
        return response;
      },
    }),
    route({
      access: { kind: "public" },
      audit: nobodysRecord,
      name: "sign-in.personas",
      method: "GET",
      path: "/personas",
      input: null,
      handle: () => new Response(null, { status: 301, headers: { location: paths.signIn } }),
    }),
  ];
}

type Context = Pick<RouteContext<unknown>, "page" | "t" | "visitor">;

function signInPage(
  { page, t, visitor }: Context,
  { demonstration, providers, telephone }: SignInSettings,
  asked: string | undefined,
  fault: "refused" | null = null,
  form: FormView = emptyForm(emailForm),
): Response {
  const status = fault !== null || form.list.length > 0 ? 422 : 200;
  const groups = (["citizen", "staff"] as const).map((group) => ({
    title: t(`signIn.demonstration.${group}`),
    people: (demonstration ?? []).filter((each) => each.group === group),
  }));
  return page(
    "sign-in/sign-in.njk",
    {
      title: demonstration === null ? t("signIn.title") : t("signIn.demonstration.title"),
      form,
      fault,
      next: asked ?? "",
      paths,
      current: visitor === null ? null : { personId: visitor.personId, name: visitor.name },
      groups: demonstration === null ? null : groups,
      providers: providers.map(({ provider }) => ({
        href: leading(paths.with.replace(":provider", provider.id), asked),
        name: provider.title,
      })),
      telephone,
    },
    { status },
  );
}
