/**
 * What a program is told when it is not served: a problem document (RFC 9457), in words its engineer can act on. In
 * English, as the names of the columns are.
 */
import type { Refusal, RefusalStatus } from "../answer.ts";

const PROBLEM_TYPE = "application/problem+json";

export type Problem = {
  readonly status: number;
  readonly title: string;
  /** What is wrong with this request, and what to do. */
  readonly detail: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** Further members, as section 3.2 allows. */
  readonly more?: Readonly<Record<string, unknown>>;
};

/** `type` is left out: it is then "about:blank", a problem that its status names (section 4.2.1). */
export function problemResponse({ status, title, detail, headers, more }: Problem): Response {
  return new Response(`${JSON.stringify({ title, status, detail, ...more })}\n`, {
    status,
    headers: { "content-type": PROBLEM_TYPE, "cache-control": "no-store", ...headers },
  });
}

const WORDS: Readonly<Record<RefusalStatus, readonly [title: string, detail: string]>> = {
  400: ["Bad request", "Something in the address or in what was sent does not fit. /api says what is taken."],
  401: [
    "No valid token",
    "Ask for a token at /oauth/token with the program's id and secret, and send it as `Authorization: Bearer TOKEN`. A token lasts ten minutes and ends with the program it was given to.",
  ],
  403: ["Not allowed", "This program may not do that. The body's administrator says what a program may do."],
  404: ["Not found", "Nothing is at this address. /api lists those that there are."],
  405: ["Method not allowed", "The address is there, but not for this method. /api says which it takes."],
  413: ["Too much at once", "The body is larger than is taken here. Nothing was kept. Send it in parts."],
  500: [
    "Something went wrong on our side",
    "Send the request again. If it happens again, tell the body this reference.",
  ],
};

/** A refusal at the door of a route for machines. `scope`: what a token has to allow; null where a token is asked for. */
export function problemOf(refusal: Refusal, request: Request, scope: string | null): Response {
  const { status, details } = refusal;
  const [title, detail] = WORDS[status];
  return problemResponse({
    status,
    title,
    detail: details.what ?? detail,
    headers: challenge(status, request.headers.has("authorization"), scope),
    ...(details.reference === undefined ? {} : { more: { reference: details.reference } }),
  });
}

/** RFC 6750 section 3: without any credentials no reason is given, with bad ones `invalid_token`. */
function challenge(status: number, sent: boolean, scope: string | null): Readonly<Record<string, string>> {
  const said = (rest: string) => ({ "www-authenticate": `Bearer realm="Handrail"${rest}` });
  if (status === 401) return said(sent ? ', error="invalid_token"' : "");
  if (status === 403 && scope !== null) return said(`, error="insufficient_scope", scope="${scope}"`);
  return {};
}
