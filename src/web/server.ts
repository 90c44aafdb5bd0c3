import { randomBytes } from "node:crypto";
import { Hono, type Context, type MiddlewareHandler } from "hono";
import { bodyLimit } from "hono/body-limit";
import { compress } from "hono/compress";
import { secureHeaders } from "hono/secure-headers";
import type { Clock } from "../core/clock.ts";
import { assetResponse, type Assets } from "./assets.ts";
import { answer, Refusal, type Doorkeeping } from "./answer.ts";
import { problemOf } from "./api/problem.ts";
import { formatsFor } from "./format.ts";
import type { Translate } from "./messages.ts";
import type { Render } from "./render.ts";
import type { AnyRoute } from "./route.ts";
import { createPages, type Navigate, type Site } from "./shell.ts";
import { traceOf } from "./trace.ts";

/** Everything the site is made of. Nothing is read from the environment or a global. */
export type AppSettings = Doorkeeping & {
  readonly routes: readonly AnyRoute[];
  readonly site: Site;
  /** The links at the top, by who is asking. */
  readonly navigate: Navigate;
  readonly clock: Clock;
  readonly t: Translate;
  readonly render: Render;
  readonly assets: Assets;
  /** One line for each failure that is ours, with the reference number the visitor was shown. */
  readonly log: (line: string) => void;
};

const LARGEST_BODY_BYTES = 1_000_000;

/** Builds the site: the routes behind access, audit, input and the shell, with the safety headers around all of them. */
export function buildApp(settings: AppSettings): Hono {
  const { routes, assets, site, t } = settings;
  const app = new Hono();
  const formats = formatsFor(t);
  const pages = createPages(settings);
  refuseDoubles(routes);

  app.use(compress());
  app.use(
    secureHeaders({
      // Nothing inline and nothing from elsewhere: a planted name cannot become a script or a style.
      contentSecurityPolicy: {
        defaultSrc: ["'none'"],
        scriptSrc: ["'self'"],
        styleSrc: ["'self'"],
        imgSrc: ["'self'"],
        fontSrc: ["'self'"],
        connectSrc: ["'self'"],
        formAction: ["'self'"],
        baseUri: ["'none'"],
        frameAncestors: ["'none'"],
        objectSrc: ["'none'"],
      },
      // Not no-referrer: browsers would then send `Origin: null` with our own forms.
      referrerPolicy: "same-origin",
      xFrameOptions: "DENY",
      strictTransportSecurity: site.secure ? "max-age=31536000; includeSubDomains" : false,
    }),
  );

  app.on("GET", "/assets/:file", (c) => {
    const asset = assets.files.get(new URL(c.req.url).pathname);
    return asset === undefined ? c.notFound() : assetResponse(asset, c.req.raw);
  });

  // What comes from programs is answered for programs.
  const scopes = new Map(
    routes.flatMap(({ path, access }) => (access.kind === "machine" ? [[path, access.scope]] : [])),
  );
  const refuse = async (c: Context, refusal: Refusal): Promise<Response> => {
    const scope = scopes.get(c.req.path);
    if (scope !== undefined) return problemOf(refusal, c.req.raw, scope);
    const now = settings.clock.now();
    // The page that says what went wrong must come even when the database does not answer.
    const session = await settings.sessions.read(c.req.raw, now).catch(() => null);
    const visitor =
      session?.personId == null ? null : await settings.findVisitor(session.personId, now, session).catch(() => null);
    return pages.refusal(c.req.raw, visitor, refusal);
  };

  const answering = new WeakMap<Request, AnyRoute>();
  for (const route of routes) {
    const maxSize = route.largestBody ?? LARGEST_BODY_BYTES;
    const onError = (c: Context) => refuse(c, new Refusal(413));
    const limit = route.access.kind === "machine" ? statedLimit(maxSize, onError) : bodyLimit({ maxSize, onError });
    app.on(route.method, route.path, limit, (c) => {
      answering.set(c.req.raw, route);
      return answer(route, { ...settings, pages, formats }, c.req.raw, c.req.param());
    });
  }
  for (const [path, methods] of methodsByPath(routes)) {
    app.all(path, async (c) => {
      const response = await refuse(c, new Refusal(405));
      response.headers.set("Allow", methods.join(", "));
      return response;
    });
  }

  app.notFound((c) => refuse(c, new Refusal(404)));
  app.onError(async (error, c) => {
    if (error instanceof Refusal) return refuse(c, error);
    const reference = randomBytes(4).toString("hex").toUpperCase();
    // The route's pattern and not the address: that of a link to sign in holds its secret.
    const path = answering.get(c.req.raw)?.path ?? "no route";
    settings.log(`${settings.clock.now()} error ${reference} ${c.req.method} ${path}\n${traceOf(error)}`);
    return refuse(c, new Refusal(500, { reference }));
  });
  return app;
}

/**
 * For programs: refuses a body that says it is too long. One that does not say is read, and counted, by the handler as it
 * comes: gathering it here first would let anybody fill the memory before they are asked who they are.
 */
function statedLimit(maxSize: number, onError: (c: Context) => Promise<Response>): MiddlewareHandler {
  return async (c, next) => (Number(c.req.header("content-length") ?? 0) > maxSize ? onError(c) : next());
}

function methodsByPath(routes: readonly AnyRoute[]): Map<string, string[]> {
  const methods = new Map<string, string[]>();
  for (const { path, method } of routes) {
    const words = method === "GET" ? ["GET", "HEAD"] : [method];
    methods.set(path, [...(methods.get(path) ?? []), ...words]);
  }
  return methods;
}

function refuseDoubles(routes: readonly AnyRoute[]): void {
  const seen = new Map<string, string>();
  for (const { name, method, path } of routes) {
    for (const key of [`the name ${name}`, `${method} ${path}`]) {
      const other = seen.get(key);
      if (other !== undefined)
        throw new Error(`Two routes have ${key}: "${other}" and "${name}". Rename or remove one.`);
      seen.set(key, name);
    }
  }
}
