import { z } from "zod";
import {
  addPasskey,
  creationOptions,
  freeName,
  listPasskeys,
  mayAddPasskey,
  type KeptSession,
} from "../../../core/sign-in/index.ts";
import { readPersonalData } from "../../../core/vault/index.ts";
import { formView, type FormView } from "../../form.ts";
import { route, type AnyRoute, type RouteContext } from "../../route.ts";
import {
  comingFrom,
  enter,
  json,
  LARGEST_PASSKEY_FORM,
  leading,
  next,
  open,
  passkeyResponse,
  paths,
  responseOf,
  type SignInSettings,
} from "../settings.ts";

const addForm = z.object({
  name: z.string({ error: "signIn.name.missing" }).max(5000, { error: "signIn.name.too-long" }),
  response: passkeyResponse,
});

/** Adding a passkey: after a link or code, or after an older passkey was shown. */
export function addRoutes(settings: SignInSettings): readonly AnyRoute[] {
  const { tools } = settings;
  return [
    route({
      ...open,
      name: "sign-in.add",
      method: "GET",
      path: paths.add,
      input: { query: z.object({ next }) },
      handle: async (context) => {
        const { session, now, redirect, request } = context;
        const kept = session?.kept;
        if (kept === undefined) return redirect(leading(paths.signIn, paths.add));
        if (!mayAddPasskey(kept, now)) return redirect(leading(paths.again, paths.add));
        const { device } = comingFrom({ ...context, request }, settings);
        const names = (await listPasskeys(tools, kept.personId)).map(({ name }) => name);
        return await addPage(context, settings, kept, formView({ name: freeName(device, names) }, []));
      },
    }),
    route({
      ...open,
      name: "sign-in.add.challenge",
      method: "POST",
      path: paths.addChallenge,
      input: null,
      handle: async ({ session, now }) => {
        const kept = session?.kept;
        if (kept === undefined || !mayAddPasskey(kept, now)) return new Response(null, { status: 403 });
        return json(await creationOptions({ tools, sessionId: kept.id, now }, kept.personId));
      },
    }),
    route({
      ...open,
      name: "sign-in.add.passkey",
      method: "POST",
      path: paths.add,
      largestBody: LARGEST_PASSKEY_FORM,
      input: { form: addForm },
      handle: async (context) => {
        const { input, session, now, redirect, t } = context;
        const kept = session?.kept;
        if (kept === undefined) return redirect(leading(paths.signIn, paths.add));
        if (!mayAddPasskey(kept, now)) return redirect(leading(paths.again, paths.add));
        const again = (typed: unknown, text: string) =>
          addPage(
            context,
            settings,
            kept,
            formView({ name: String(typed ?? "").slice(0, 60) }, [{ field: "name", text }]),
          );
        if (!input.form.ok)
          return await again(input.form.typed["name"], input.form.faults[0]?.text ?? t("signIn.name.missing"));
        const { name, response } = input.form.value;
        const coming = comingFrom(context, settings);
        const ceremony = { tools, sessionId: kept.id, address: coming.address, now };
        const added = await addPasskey(ceremony, {
          personId: kept.personId,
          session: kept,
          response: responseOf(response),
          name,
          device: coming.device,
        });
        if (added.ok) return enter(context, settings, added.session, `${paths.own}?done=added`);
        const { refusal } = added;
        return await again(
          name,
          t(refusal.kind === "name" ? `signIn.name.${refusal.fault}` : `signIn.add.${refusal.kind}`),
        );
      },
    }),
  ];
}

async function addPage(
  { page, t }: Pick<RouteContext<unknown>, "page" | "t">,
  { tools, telephone }: SignInSettings,
  kept: KeptSession,
  form: FormView,
): Promise<Response> {
  const helper = kept.helpedBy;
  const people = [kept.personId, ...(helper === null ? [] : [helper])];
  const identities = await readPersonalData(tools.db, tools.vault, people, "identity");
  return page(
    "sign-in/add.njk",
    {
      title: t("signIn.add.title"),
      name: identities.get(kept.personId)?.name ?? null,
      helper: helper === null ? null : (identities.get(helper)?.name ?? helper),
      mustAdd: kept.enrolling,
      form,
      paths,
      telephone,
    },
    { status: form.list.length > 0 ? 422 : 200, headers: { "cache-control": "no-store" } },
  );
}
