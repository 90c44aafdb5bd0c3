import type { z } from "zod";
import type { Clock } from "../core/clock.ts";
import type { DecideAccess, WriteAudit } from "./access.ts";
import { faultsOf, inWords, readForm, typedFrom, type Fault } from "./form.ts";
import type { Formats } from "./format.ts";
import type { Translate } from "./messages.ts";
import type { AnyRoute, Persona, Route, RouteContext } from "./route.ts";
import type { Session, Sessions } from "./session.ts";
import type { Pages } from "./shell.ts";

export type RefusalStatus = 400 | 403 | 404 | 405 | 413 | 500;

/** A request that cannot be answered as asked: thrown at the door, turned into a page in plain words. */
export class Refusal extends Error {
  readonly status: RefusalStatus;
  readonly details: RefusalDetails;
  constructor(status: RefusalStatus, details: RefusalDetails = {}) {
    super(`refused with ${status}`);
    this.status = status;
    this.details = details;
  }
}

export type RefusalDetails = {
  /** What exactly does not exist or is not allowed, as a sentence. */
  readonly what?: string;
  readonly faults?: readonly Fault[];
  readonly reference?: string;
};

type Kit = {
  readonly pages: Pages;
  readonly formats: Formats;
  readonly t: Translate;
  readonly sessions: Sessions;
  readonly clock: Clock;
  readonly decideAccess: DecideAccess;
  readonly writeAudit: WriteAudit;
};

/** The shape every route's input has, whatever its schemas. */
type AnyInput = { readonly params: unknown; readonly query: unknown; readonly form: unknown };

const MOST_FIELDS = 500;

/** Answers one request by one route: origin, input, form token, access, handler, access log; in that order. */
export async function answer(
  declared: AnyRoute,
  kit: Kit,
  request: Request,
  params: Record<string, string>,
): Promise<Response> {
  const route = declared as unknown as Route<AnyInput>;
  const now = kit.clock.now();
  const session = kit.sessions.read(request, now);
  const persona = await kit.sessions.personaOf(session);
  const url = new URL(request.url);

  const input = {
    params: checked(route.input?.params, params, kit.t),
    query: checked(route.input?.query, typedFrom(url.searchParams), kit.t),
    form: route.method === "POST" ? await formOf(route, kit, request, session) : null,
  };

  const subjectId = route.access.kind === "own-record-or-staff" ? route.access.subject(input) : null;
  const decision = await kit.decideAccess({ kind: route.access.kind, subjectId, persona });
  if (decision === "sign-in") return kit.pages.signInFirst(url);
  if (decision === "refused") throw new Refusal(403);

  let shown: readonly string[] | null = null;
  const context: RouteContext<AnyInput> = {
    request,
    url,
    input,
    persona,
    now,
    t: kit.t,
    formats: kit.formats,
    page: kit.pages.page(request, persona, session, now),
    notFound: (what) => kit.pages.refusal(request, persona, new Refusal(404, { what })),
    redirect: (path) => new Response(null, { status: 303, headers: { location: localPath(path) ?? fail(path) } }),
    shown: (subjectIds) => {
      shown = subjectIds;
    },
  };
  const response = await route.handle(context);
  // Before anything leaves: what cannot be logged is not shown. 422 is a page that shows the same person with a form's faults.
  if (response.status < 400 || response.status === 422)
    await writeAudit(route, kit.writeAudit, { input, persona, now, shown });
  return response;
}

/** A path of this site, or null for anything that would lead away from it (`//host`, `/\host`, a scheme). */
export function localPath(path: string): string | null {
  if (!/^\/(?![/\\])/.test(path)) return null;
  const base = "http://local.invalid";
  const url = URL.parse(path, base);
  return url === null || url.origin !== base ? null : url.pathname + url.search + url.hash;
}

function fail(path: string): never {
  throw new Error(`redirect("${path}") must be a path of this site, such as /worklist.`);
}

function checked(schema: z.ZodType | undefined, given: unknown, t: Translate): unknown {
  if (schema === undefined) return {};
  const result = schema.safeParse(given, { error: inWords(t) });
  if (!result.success) throw new Refusal(400, { faults: faultsOf(result.error, t) });
  return result.data;
}

async function formOf(route: Route<AnyInput>, kit: Kit, request: Request, session: Session | null): Promise<unknown> {
  if (!fromThisSite(request)) throw new Refusal(403, { what: kit.t("refusal.otherSite") });
  let body: FormData;
  try {
    body = await request.formData();
  } catch {
    throw new Refusal(400, { what: kit.t("refusal.notAForm") });
  }
  const entries = [...body.entries()];
  if (entries.length > MOST_FIELDS) throw new Refusal(413);
  const { _token: token, ...typed } = typedFrom(entries);
  if (session === null || typeof token !== "string" || !kit.sessions.acceptsToken(session, token)) {
    throw new Refusal(403, { what: kit.t("refusal.oldForm") });
  }
  return route.input?.form === undefined ? null : readForm(route.input.form, typed, kit.t);
}

/** Browsers since 2020 say where a request comes from; older ones at least send `Origin`; the oldest have the token alone. */
function fromThisSite(request: Request): boolean {
  const site = request.headers.get("sec-fetch-site");
  if (site !== null) return site === "same-origin" || site === "none";
  const origin = request.headers.get("origin");
  return origin === null || URL.parse(origin)?.host === (request.headers.get("host") ?? new URL(request.url).host);
}

type Look = {
  readonly input: AnyInput;
  readonly persona: Persona | null;
  readonly now: Temporal.Instant;
  readonly shown: readonly string[] | null;
};

async function writeAudit(
  route: Route<AnyInput>,
  write: WriteAudit,
  { input, persona, now, shown }: Look,
): Promise<void> {
  const entry = { at: now, persona, route: route.name };
  switch (route.audit.kind) {
    case "none":
      return;
    case "person":
      return await write({ ...entry, purpose: route.audit.purpose, subjectIds: [route.audit.subject(input)] });
    case "list":
      if (shown === null)
        throw new Error(`The route ${route.name} shows a list of people and must say whom: call context.shown([...]).`);
      return await write({ ...entry, purpose: route.audit.purpose, subjectIds: shown });
  }
}
