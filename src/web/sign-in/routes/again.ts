import { z } from "zod";
import { listPasskeys, requestOptions, signInWithPasskey } from "../../../core/sign-in/index.ts";
import { route, type AnyRoute, type RouteContext } from "../../route.ts";
import {
  comingFrom,
  destination,
  enter,
  json,
  LARGEST_PASSKEY_FORM,
  leading,
  next,
  nobodysRecord,
  passkeyResponse,
  paths,
  responseOf,
  type SignInSettings,
} from "../settings.ts";
import { noteFailed, tooMany } from "./refusals.ts";

/** Showing once more, by a passkey, that it is still the same person: before what cannot be undone. */
export function againRoutes(settings: SignInSettings): readonly AnyRoute[] {
  const { tools } = settings;
  const signedIn = { access: { kind: "signed-in" }, audit: nobodysRecord } as const;
  return [
    route({
      ...signedIn,
      name: "sign-in.again",
      method: "GET",
      path: paths.again,
      input: { query: z.object({ next }) },
      handle: (context) => againPage(context, settings, context.input.query.next, null),
    }),
    route({
      ...signedIn,
      name: "sign-in.again.challenge",
      method: "POST",
      path: paths.againChallenge,
      input: null,
      handle: async ({ session, now }) =>
        json(await requestOptions({ tools, sessionId: session?.id ?? "", now }, session?.personId ?? "")),
    }),
    route({
      ...signedIn,
      name: "sign-in.again.passkey",
      method: "POST",
      path: paths.again,
      largestBody: LARGEST_PASSKEY_FORM,
      input: { form: z.object({ response: passkeyResponse, next }) },
      handle: async (context) => {
        const { input, session, now, redirect } = context;
        if (session?.personId == null) return redirect(paths.signIn);
        if (!input.form.ok) {
          noteFailed(context, settings, "passkey");
          return await againPage(context, settings, undefined, "refused");
        }
        const coming = comingFrom(context, settings);
        const ceremony = { tools, sessionId: session.id, address: coming.address, now };
        const result = await signInWithPasskey(ceremony, {
          response: responseOf(input.form.value.response),
          person: session.personId,
          ...coming,
        });
        if (result.ok) return enter(context, settings, result.session, destination(input.form.value.next));
        if (result.kind === "shut-out") return tooMany(context, settings, "passkey");
        noteFailed(context, settings, "passkey");
        return await againPage(context, settings, input.form.value.next, "refused");
      },
    }),
  ];
}

async function againPage(
  { page, t, visitor, session }: Pick<RouteContext<unknown>, "page" | "t" | "visitor" | "session">,
  { tools, telephone, demonstration }: SignInSettings,
  asked: string | undefined,
  fault: "refused" | null,
): Promise<Response> {
  const passkeys = visitor === null ? [] : await listPasskeys(tools, visitor.personId);
  return page(
    "sign-in/again.njk",
    {
      title: t("signIn.again.title"),
      hasPasskey: passkeys.some(({ suspended }) => !suspended),
      demonstration: demonstration !== null && session?.kept?.way === "demonstration",
      fault,
      next: asked ?? "",
      addHref: leading(paths.add, asked),
      paths,
      telephone,
    },
    { status: fault === null ? 200 : 422 },
  );
}
