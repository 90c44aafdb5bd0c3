import type { Assets } from "./assets.ts";
import { localPath, type Refusal } from "./answer.ts";
import type { Translate } from "./messages.ts";
import type { Render } from "./render.ts";
import type { PageOptions, PageView, Visitor } from "./route.ts";
import type { Session, Sessions } from "./session.ts";

/** What is true of this installation, as pages show it. */
export type Site = {
  /** The body that runs it: "Northshore". */
  readonly bodyName: string;
  /** True when everything shown is invented: every page then says so. */
  readonly demonstration: boolean;
  /** True when reached over https. */
  readonly secure: boolean;
  /** Where the source can be read. */
  readonly sourceUrl: string;
  /** Where to turn when the site fails a person; shown on error pages and in the accessibility statement. */
  readonly contact: { readonly email: string; readonly telephone: string };
};

export type NavigationItem = { readonly href: string; readonly text: string };
export type Navigate = (visitor: Visitor | null, t: Translate) => readonly NavigationItem[];

type PageRenderer = (template: string, view: PageView, options?: PageOptions) => Response;

export type Pages = {
  readonly page: (
    request: Request,
    visitor: Visitor | null,
    session: Session | null,
    now: Temporal.Instant,
  ) => PageRenderer;
  readonly refusal: (request: Request, visitor: Visitor | null, refusal: Refusal) => Response;
  readonly signInFirst: (url: URL) => Response;
  readonly proveAgain: (url: URL) => Response;
};

type PageSettings = {
  readonly site: Site;
  readonly navigate: Navigate;
  readonly t: Translate;
  readonly render: Render;
  readonly assets: Assets;
  readonly sessions: Sessions;
};

export const SIGN_IN_PATH = "/sign-in";
export const SIGN_OUT_PATH = "/sign-out";
/** The page of whoever is signed in: their own things, and the people they act for. */
export const ACCOUNT_PATH = "/me";
/** Where somebody who is signed in shows once more that it is them, before a sensitive act. */
export const PROVE_AGAIN_PATH = "/sign-in/again";

/** Puts pages into the shell: header, navigation, footer, and a form token where a form asks for one. */
export function createPages({ site, navigate, t, render, assets, sessions }: PageSettings): Pages {
  const html = (
    request: Request,
    visitor: Visitor | null,
    template: string,
    view: PageView,
    formToken: () => string,
  ) => {
    const path = new URL(request.url).pathname;
    return render(template, {
      form: null,
      back: null,
      ...view,
      formToken,
      shell: {
        site,
        language: t.language,
        direction: t.rightToLeft ? "rtl" : "ltr",
        assets,
        visitor: visitor === null ? null : { name: visitor.name },
        path,
        navigation: currentMarked(navigate(visitor, t), path),
        home: "/",
        errors: view["form"] === undefined ? 0 : errorCount(view["form"]),
      },
    });
  };

  return {
    page: (request, visitor, session, now) => (template, view, options) => {
      let used = session;
      const headers = new Headers({
        "content-type": "text/html; charset=utf-8",
        // A page with a person in it stays in no cache: the next user of the browser must not see it by "back".
        "cache-control": visitor === null ? "no-cache" : "no-store",
        ...options?.headers,
      });
      const formToken = () => {
        if (used === null) {
          used = sessions.startAnonymous(now);
          headers.append("set-cookie", sessions.cookie(used));
        }
        return sessions.formToken(used);
      };
      const body = html(request, visitor, template, view, formToken);
      return new Response(body, { status: options?.status ?? 200, headers });
    },
    refusal: (request, visitor, { status, details }) => {
      const view = {
        title: t(`refusal.${status}.title`),
        text: t(`refusal.${status}.text`),
        advice: t(`refusal.${status}.advice`),
        what: details.what ?? null,
        faults: details.faults ?? [],
        reference: details.reference ?? null,
        emergencyHref: details.emergencyHref ?? null,
        contact: site.contact,
      };
      const noForm = () => {
        throw new Error("A refusal page holds no form.");
      };
      return new Response(html(request, visitor, "kit/refusal.njk", view, noForm), {
        status,
        headers: { "content-type": "text/html; charset=utf-8", "cache-control": "no-store" },
      });
    },
    signInFirst: (url) => leadTo(SIGN_IN_PATH, url),
    proveAgain: (url) => leadTo(PROVE_AGAIN_PATH, url),
  };
}

/** To another page first, and back to this one from there. */
function leadTo(path: string, from: URL): Response {
  const next = localPath(from.pathname + from.search) ?? "/";
  return new Response(null, { status: 303, headers: { location: `${path}?${new URLSearchParams({ next })}` } });
}

/** Marks the link whose path is the longest beginning of this page's path. */
function currentMarked(
  items: readonly NavigationItem[],
  path: string,
): readonly (NavigationItem & { current: boolean })[] {
  const fits = (href: string) => href === path || path.startsWith(href.endsWith("/") ? href : `${href}/`);
  const longest = Math.max(0, ...items.filter(({ href }) => href !== "/" && fits(href)).map(({ href }) => href.length));
  return items.map((item) => ({
    ...item,
    current: item.href === path || (item.href.length === longest && fits(item.href)),
  }));
}

function errorCount(form: unknown): number {
  return (form as { readonly list?: readonly unknown[] }).list?.length ?? 0;
}
