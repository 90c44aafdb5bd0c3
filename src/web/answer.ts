import type { z } from "zod";
import { decide, mayOpenInEmergency } from "../core/access/index.ts";
import type { Clock } from "../core/clock.ts";
import { isFresh } from "../core/sign-in/index.ts";
import { answerAccess, NOTHING_ALLOWED, type AccessAnswer, type FindWhose, type WriteAudit } from "./access.ts";
import { faultsOf, inWords, isReadable, readForm, typedFrom, type Fault, type Typed } from "./form.ts";
import type { Formats } from "./format.ts";
import type { Translate } from "./messages.ts";
import { peoplePaths } from "./people/paths.ts";
import type { AnyRoute, Machine, Route, RouteContext, Visitor } from "./route.ts";
import type { Session, Sessions } from "./session.ts";
import type { Pages } from "./shell.ts";

export type RefusalStatus = 400 | 401 | 403 | 404 | 405 | 413 | 500;

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
  /** Where the record can be opened in an emergency, for those who may. */
  readonly emergencyHref?: string;
};

/** What the site asks of the program around it about those who come in. */
export type Doorkeeping = {
  readonly sessions: Sessions;
  /** Who a person is, as the record stands now; null when the sign-in no longer leads to anybody. */
  readonly findVisitor: (personId: string, now: Temporal.Instant, session: Session) => Promise<Visitor | null>;
  /** Whose token the request carries; null for none, or one that is not good. */
  readonly findMachine: (request: Request, now: Temporal.Instant) => Promise<Machine | null>;
  readonly findWhose: FindWhose;
  readonly writeAudit: WriteAudit;
};

type Kit = Doorkeeping & {
  readonly pages: Pages;
  readonly formats: Formats;
  readonly t: Translate;
  readonly clock: Clock;
  readonly log: (line: string) => void;
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
  const url = new URL(request.url);
  const forMachines = route.access.kind === "machine";
  const session = forMachines ? null : await kit.sessions.read(request, now);
  const visitor = session?.personId == null ? null : await kit.findVisitor(session.personId, now, session);
  const machine = forMachines ? await kit.findMachine(request, now) : null;

  const input = {
    params: checked(route.input?.params, readable(params, kit.t), kit.t),
    query: checked(route.input?.query, readable(typedFrom(url.searchParams), kit.t), kit.t),
    form: route.method === "POST" && !forMachines ? await formOf(route, kit, { request, session, now }) : null,
  };

  const subjectId = route.access.kind === "person" ? route.access.subject(input) : null;
  const access = await answerAccess(
    { access: route.access, subjectId, visitor, machine, fresh: isProved(session, request, now), now },
    kit.findWhose,
  );
  if (access.outcome === "sign-in") return kit.pages.signInFirst(url);
  if (access.outcome === "prove-again") return kit.pages.proveAgain(comingFrom(request, url));
  const seenBy = visitor?.personId ?? machine?.clientId ?? null;
  const look: Look = { input, seenBy, helpedBy: session?.kept?.helpedBy ?? null, now, access, shown: null };
  if (access.outcome === "refused") {
    // A refusal belongs to the person whose record was asked for; where there is none, to the running log.
    if (subjectId !== null) await logLook(route, kit.writeAudit, { ...look, shown: [subjectId] }, false);
    else kit.log(`${now} refused ${route.name} ${look.seenBy ?? "nobody"}`);
    throw new Refusal(forMachines && machine === null ? 401 : 403, emergencyWay(visitor, subjectId, now));
  }

  let shown: readonly string[] | null = null;
  const context: RouteContext<AnyInput> = {
    request,
    url,
    input,
    visitor,
    machine,
    session,
    decision: access.decision,
    predicate: access.predicate,
    decide: (action, what) =>
      visitor === null
        ? NOTHING_ALLOWED
        : decide({ actor: visitor.actor, action, what, whose: access.whose, now: now.epochMilliseconds }),
    now,
    t: kit.t,
    formats: kit.formats,
    page: kit.pages.page(request, visitor, session, now),
    notFound: (what) => kit.pages.refusal(request, visitor, new Refusal(404, { what })),
    redirect: (path) => new Response(null, { status: 303, headers: { location: localPath(path) ?? fail(path) } }),
    shown: (subjectIds) => {
      shown = subjectIds;
    },
  };
  const response = await route.handle(context);
  // Before anything leaves: what cannot be logged is not shown. 422 is a page that shows the same person with a form's faults.
  if (response.status < 400 || response.status === 422) await logLook(route, kit.writeAudit, { ...look, shown }, true);
  return response;
}

/** Whoever cares for people may open any record in an emergency: the page that refuses says how. */
function emergencyWay(visitor: Visitor | null, subjectId: string | null, now: Temporal.Instant): RefusalDetails {
  return visitor !== null && subjectId !== null && mayOpenInEmergency(visitor.actor, now.epochMilliseconds)
    ? { emergencyHref: peoplePaths.emergency(subjectId) }
    : {};
}

const HERE = /^\/(?![/\\])/;

/** A path of this site, or null for anything that would lead away from it (`//host`, `/\host`, a scheme). */
export function localPath(path: string): string | null {
  if (!HERE.test(path)) return null;
  const base = "http://local.invalid";
  const url = URL.parse(path, base);
  if (url === null || url.origin !== base) return null;
  // `/.//host` is a path of this site until its dots are taken out, and another site's address afterwards.
  const inner = url.pathname + url.search + url.hash;
  return HERE.test(inner) ? inner : null;
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

/** At every door, before any schema: what no database text can hold is not looked for, nor kept. */
function readable<Given extends Typed>(given: Given, t: Translate): Given {
  if (isReadable(given)) return given;
  throw new Refusal(400, { what: t("refusal.unreadable") });
}

type Sent = { readonly request: Request; readonly session: Session | null; readonly now: Temporal.Instant };

async function formOf(route: Route<AnyInput>, kit: Kit, { request, session, now }: Sent): Promise<unknown> {
  if (!fromThisSite(request)) {
    kit.log(`${now} refused ${route.name} form of another site`);
    throw new Refusal(403, { what: kit.t("refusal.otherSite") });
  }
  let body: FormData;
  try {
    body = await request.formData();
  } catch {
    throw new Refusal(400, { what: kit.t("refusal.notAForm") });
  }
  const entries = [...body.entries()];
  if (entries.length > MOST_FIELDS) throw new Refusal(413);
  const { _token: token, ...typed } = readable(typedFrom(entries), kit.t);
  if (session === null || typeof token !== "string" || !kit.sessions.acceptsToken(session, token)) {
    kit.log(`${now} refused ${route.name} old form`);
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

/** A form may be filled in for as long as this after the proof that opened it was due again: what was typed is not lost. */
const LONGEST_FORM = Temporal.Duration.from({ minutes: 25 });

/** Whether the visitor proved lately that it is still them. Invented people have no passkeys and need none. */
function isProved(session: Session | null, request: Request, now: Temporal.Instant): boolean {
  if (session?.kept?.way === "demonstration") return true;
  // What is sent counts as of the last moment at which its page may have been opened.
  return isFresh(session?.freshUntil ?? null, request.method === "POST" ? now.subtract(LONGEST_FORM) : now);
}

/** The page to come back to: a form is sent again from the page it stands on. */
function comingFrom(request: Request, url: URL): URL {
  if (request.method === "GET") return url;
  const page = URL.parse(request.headers.get("referer") ?? "");
  return page?.host === url.host ? page : new URL("/", url);
}

type Look = {
  readonly input: AnyInput;
  readonly seenBy: string | null;
  /** The member of staff who let them in: the log names both. */
  readonly helpedBy: string | null;
  readonly now: Temporal.Instant;
  readonly access: AccessAnswer;
  readonly shown: readonly string[] | null;
};

/** One entry for everybody the answer showed; a refusal is an entry for the person whose record was asked for. */
async function logLook(route: Route<AnyInput>, write: WriteAudit, look: Look, allowed: boolean): Promise<void> {
  const subjectIds = allowed ? subjectsOf(route, look) : (look.shown ?? []);
  if (subjectIds === null) return;
  const asked = "what" in route.access ? route.access : null;
  return await write({
    at: look.now,
    seenBy: look.seenBy,
    route: route.name,
    purpose: look.access.decision.purpose ?? (route.audit.kind === "none" ? "none" : route.audit.purpose),
    action: asked?.action ?? (route.method === "GET" ? "view" : "change"),
    what: asked?.what ?? null,
    allowed,
    reasons: [
      ...look.access.decision.reasons,
      ...(look.helpedBy === null ? [] : [{ rule: "helped", through: look.helpedBy }]),
    ],
    subjectIds,
  });
}

function subjectsOf(route: Route<AnyInput>, { input, shown }: Look): readonly string[] | null {
  switch (route.audit.kind) {
    case "none":
      return null;
    case "person":
      return [route.audit.subject(input)];
    case "list":
      if (shown === null)
        throw new Error(`The route ${route.name} shows a list of people and must say whom: call context.shown([...]).`);
      return shown;
  }
}
