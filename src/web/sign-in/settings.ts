import { fileURLToPath } from "node:url";
import { z } from "zod";
import { deviceName, type KeptSession, type SignInTools } from "../../core/sign-in/index.ts";
import { addressOf } from "../address.ts";
import { localPath } from "../answer.ts";
import type { RouteContext } from "../route.ts";
import type { KeptSessions, Session } from "../session.ts";
import { ACCOUNT_PATH, PROVE_AGAIN_PATH, SIGN_IN_PATH, SIGN_OUT_PATH } from "../shell.ts";
import type { SignInProvider } from "./provider.ts";

/** Somebody invented whom a visitor of a demonstration may be. */
export type DemonstrationPerson = {
  readonly personId: string;
  readonly name: string;
  readonly about: string;
  readonly group: "citizen" | "staff";
};

export type SignInSettings = {
  readonly tools: SignInTools;
  readonly sessions: KeptSessions;
  /** Whom one may be with one press; null where people are real, and then there is no such route. */
  readonly demonstration: readonly DemonstrationPerson[] | null;
  readonly providers: readonly SignInProvider[];
  /** 32 bytes that seal what is remembered of somebody while they are at a provider. */
  readonly pendingKey: Uint8Array;
  /** True when the site is reached over https. */
  readonly secure: boolean;
  /** How many proxies of the body's own stand before the site: whose word on addresses is taken. */
  readonly proxies: number;
  /** The number to call for help; empty when there is none. */
  readonly telephone: string;
  readonly log: (line: string) => void;
};

/** Folders for the renderer and for the messages. */
export const SIGN_IN_TEMPLATES = { "sign-in": fileURLToPath(new URL("./pages/", import.meta.url)) };
export const SIGN_IN_MESSAGES = fileURLToPath(new URL("./messages/", import.meta.url));

export const paths = {
  signIn: SIGN_IN_PATH,
  challenge: "/sign-in/challenge",
  passkey: "/sign-in/passkey",
  email: "/sign-in/email",
  sent: "/sign-in/sent",
  link: "/sign-in/link/:token",
  add: "/sign-in/add",
  addChallenge: "/sign-in/add/challenge",
  again: PROVE_AGAIN_PATH,
  againChallenge: "/sign-in/again/challenge",
  demonstration: "/sign-in/demonstration",
  demonstrationAgain: "/sign-in/demonstration/again",
  with: "/sign-in/with/:provider",
  return: "/sign-in/return/:provider",
  join: "/sign-in/join",
  signOut: SIGN_OUT_PATH,
  code: "/code",
  own: "/me/sign-in",
  removePasskey: "/me/sign-in/passkeys/remove",
  endSessions: "/me/sign-in/sessions/end",
  help: "/people/:subjectId/sign-in-help",
  helpStaff: "/staff/:subjectId/sign-in-help",
} as const;

export const next = z.string().max(2000).optional();

/** Why these routes are not in the access log. */
export const nobodysRecord = { kind: "none", why: "shows and sets who is asking, opens nobody's record" } as const;
export const open = { access: { kind: "public" }, audit: nobodysRecord } as const;

/** Where somebody wanted to go before they had to sign in; their own page where that is nowhere, or elsewhere. */
export function destination(asked: string | undefined): string {
  return localPath(asked ?? "") ?? ACCOUNT_PATH;
}

/** A path with where to go afterwards. */
export function leading(path: string, asked: string | undefined): string {
  const to = localPath(asked ?? "");
  return to === null ? path : `${path}?${new URLSearchParams({ next: to })}`;
}

type AnyContext = Pick<RouteContext<unknown>, "request" | "session" | "redirect" | "now">;

/** Where somebody comes from, and what their new session takes the place of. */
export function comingFrom({ request, session, now }: AnyContext, { proxies }: SignInSettings) {
  return {
    address: addressOf(request, proxies),
    device: deviceName(request.headers.get("user-agent")),
    replaces: replaced(session),
    now,
  };
}

function replaced(session: Session | null): { readonly personId: string; readonly id: string } | null {
  return session?.kept === undefined ? null : { personId: session.kept.personId, id: session.kept.id };
}

/** To a page, with the cookie of the session that was just begun. */
export function enter(
  { redirect }: AnyContext,
  { sessions }: SignInSettings,
  kept: KeptSession,
  path: string,
): Response {
  const response = redirect(path);
  response.headers.append("set-cookie", sessions.cookie(sessions.of(kept)));
  return response;
}

/** A challenge or other small answer for the page's script. */
export function json(body: object): Response {
  return new Response(JSON.stringify(body), {
    headers: { "content-type": "application/json; charset=utf-8", "cache-control": "no-store" },
  });
}

/** What the script put into the field `response`: null when it is no JSON. */
export function responseOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

export const passkeyResponse = z.string().max(60_000);
/** Bytes of a form that carries a passkey's answer. */
export const LARGEST_PASSKEY_FORM = 100_000;
