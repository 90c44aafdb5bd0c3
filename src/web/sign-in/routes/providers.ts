import { z } from "zod";
import {
  JOINING_MINUTES,
  openWaiting,
  sealWaiting,
  signInByAccount,
  useTypedCode,
} from "../../../core/sign-in/index.ts";
import {
  beginSignIn,
  finishSignIn,
  openPending,
  PENDING_MINUTES,
  reaches,
  sealPending,
  type Refusal,
  type SignIn,
  visitorAnswer,
} from "../../../core/sign-in/oidc/index.ts";
import { emptyForm, formView, type FormView } from "../../form.ts";
import { route, type AnyRoute, type RouteContext } from "../../route.ts";
import type { SignInProvider } from "../provider.ts";
import { comingFrom, destination, enter, leading, next, open, paths, type SignInSettings } from "../settings.ts";
import { noteFailed, tooMany } from "./refusals.ts";

const params = z.object({ provider: z.string().max(60) });
const joinForm = z.object({ code: z.string().max(100) });

/** Signing in by way of another provider: there, back, and the first time joined to a person by a code. */
export function providerRoutes(settings: SignInSettings): readonly AnyRoute[] {
  if (settings.providers.length === 0) return [];
  const { tools, pendingKey, log } = settings;
  const away = cookie("away", settings.secure, PENDING_MINUTES);
  const joining = cookie("joining", settings.secure, JOINING_MINUTES);
  const further = cookie("further", settings.secure, PENDING_MINUTES);
  const find = (id: string) => settings.providers.find(({ provider }) => provider.id === id) ?? null;

  return [
    route({
      ...open,
      name: "sign-in.with",
      method: "GET",
      path: paths.with,
      input: { params, query: z.object({ next }) },
      handle: async (context) => {
        const { input, now, redirect, request, t } = context;
        const chosen = find(input.params.provider);
        if (chosen === null) return redirect(paths.signIn);
        // Whom the provider has just vouched for is sent on from here, to show who they are: only their browser holds the seal.
        const before = await openWaiting(further.read(request), "further", pendingKey, now);
        const sentOn = before?.provider === chosen.provider.id;
        // Nobody is sent on by a link on another site: a session begins by somebody's own press (ASVS 7.6.2).
        if (request.headers.get("sec-fetch-site") === "cross-site" && !sentOn)
          return redirect(leading(paths.signIn, input.query.next));
        const begun = await beginSignIn(
          chosen.provider,
          {
            redirectUri: tools.origin + paths.return.replace(":provider", chosen.provider.id),
            // The first time it is enough to know the account; who somebody is, is asked of accounts nobody is known by.
            wanted: {
              identity: sentOn ? chosen.minimumLevel : null,
              language: t.language === "cy" ? "cy" : "en",
            },
          },
          now,
        );
        if (!begun.ok) return refusedPage(context, settings, begun.refusal);
        const wanted = Buffer.from(destination(input.query.next)).toString("base64url");
        const response = new Response(null, {
          status: 303,
          headers: {
            location: begun.url.href,
            "set-cookie": away.set(`${await sealPending(begun.pending, pendingKey)}~${wanted}`),
            "cache-control": "no-store",
          },
        });
        if (before !== null) response.headers.append("set-cookie", further.end());
        return response;
      },
    }),
    route({
      ...open,
      name: "sign-in.return",
      method: "GET",
      path: paths.return,
      // Whatever the provider adds to the address is for the checks of the profile.
      input: { params },
      handle: async (context) => {
        const { input, now, redirect, request, url } = context;
        const chosen = find(input.params.provider);
        if (chosen === null) return redirect(paths.signIn);
        const [sealed, wanted = ""] = away.read(request)?.split("~") ?? [];
        const opened = await openPending(sealed, pendingKey, now);
        const finished = opened.ok ? await finishSignIn(chosen.provider, opened.pending, url, now) : opened;
        const asked = Buffer.from(wanted.slice(0, 4000), "base64url").toString();
        const response = finished.ok
          ? await known(
              context,
              settings,
              chosen,
              finished.signIn,
              asked,
              opened.ok ? opened.pending.askedIdentity : null,
            )
          : await refusedPage(context, settings, finished.refusal);
        response.headers.append("set-cookie", away.end());
        return response;
      },
    }),
    route({
      ...open,
      name: "sign-in.join",
      method: "GET",
      path: paths.join,
      input: null,
      handle: async (context) => {
        const account = await openWaiting(joining.read(context.request), "join", pendingKey, context.now);
        return account === null
          ? context.redirect(paths.signIn)
          : joinPage(context, settings, account.provider, emptyForm(joinForm));
      },
    }),
    route({
      ...open,
      name: "sign-in.join.code",
      method: "POST",
      path: paths.join,
      input: { form: joinForm },
      handle: async (context) => {
        const { input, now, request, redirect, t } = context;
        const account = await openWaiting(joining.read(request), "join", pendingKey, now);
        if (account === null) return redirect(paths.signIn);
        const typed = input.form.ok ? input.form.value.code : "";
        const came = await useTypedCode(tools, typed, comingFrom(context, settings), account);
        if (came.ok) {
          const response = enter(context, settings, came.session, paths.own);
          response.headers.append("set-cookie", joining.end());
          return response;
        }
        if (came.kind === "shut-out") return tooMany(context, settings, "code");
        noteFailed(context, settings, "code");
        const form = formView({ code: typed.slice(0, 20) }, [{ field: "code", text: t("signIn.code.wrong") }]);
        return joinPage(context, settings, account.provider, form);
      },
    }),
  ];

  /** Somebody the provider vouches for: into their session, to the provider again, or to the page that asks for a code. */
  async function known(
    context: RouteContext<unknown>,
    all: SignInSettings,
    { provider, minimumLevel }: SignInProvider,
    signIn: SignIn,
    asked: string,
    askedIdentity: string | null,
  ): Promise<Response> {
    const { now, redirect } = context;
    const session = await signInByAccount(tools, signIn, comingFrom(context, all));
    if (session !== null) return enter(context, all, session, destination(asked));
    const level = signIn.identityLevel;
    const account = {
      issuer: signIn.issuer,
      subject: signIn.subject,
      provider: provider.id,
      level: level === null ? "" : `${level.framework} ${level.level}`,
    };
    const minimum = { framework: provider.profile.identity.framework, level: minimumLevel };
    if (!reaches(signIn.identityLevel, minimum)) {
      if (askedIdentity === null) {
        const response = redirect(leading(paths.with.replace(":provider", provider.id), asked));
        response.headers.append("set-cookie", further.set(await sealWaiting(account, "further", pendingKey, now)));
        return response;
      }
      return await refusedPage(context, all, {
        kind: "level-too-low",
        logLine: `${provider.id}: the level is too low to join`,
      });
    }
    const response = redirect(paths.join);
    response.headers.append("set-cookie", joining.set(await sealWaiting(account, "join", pendingKey, now)));
    return response;
  }

  async function refusedPage(
    { page, t, now }: Pick<RouteContext<unknown>, "page" | "t" | "now">,
    { telephone }: SignInSettings,
    { kind, logLine }: Pick<Refusal, "kind" | "logLine">,
  ): Promise<Response> {
    log(`${now} ${logLine}`);
    const answer = visitorAnswer(kind);
    return page(
      "sign-in/provider-refused.njk",
      { title: t("signIn.refused.title"), text: t(`signIn.with.${answer}`), paths, telephone },
      { status: answer === "try-later" ? 503 : 422, headers: { "cache-control": "no-store" } },
    );
  }

  function joinPage(
    { page, t }: Pick<RouteContext<unknown>, "page" | "t">,
    { telephone }: SignInSettings,
    id: string,
    form: FormView,
  ): Response {
    const name = find(id)?.provider.title ?? id;
    const status = form.list.length > 0 ? 422 : 200;
    return page("sign-in/join.njk", { title: t("signIn.join.title"), name, form, paths, telephone }, { status });
  }
}

/** A cookie of its own beside the session's, for the way to a provider and back. */
function cookie(use: string, secure: boolean, minutes: number) {
  const name = `${secure ? "__Host-" : ""}handrail-${use}`;
  const attributes = `Path=/; HttpOnly; SameSite=Lax${secure ? "; Secure" : ""}`;
  return {
    set: (value: string) => `${name}=${value}; Max-Age=${minutes * 60}; ${attributes}`,
    end: () => `${name}=; Max-Age=0; ${attributes}`,
    read: (request: Request): string | null => {
      for (const pair of (request.headers.get("cookie") ?? "").split(";")) {
        const at = pair.indexOf("=");
        if (at > 0 && pair.slice(0, at).trim() === name) return pair.slice(at + 1).trim();
      }
      return null;
    },
  };
}
