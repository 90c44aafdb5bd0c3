import type { Assets } from "./assets.ts";
import { localPath, type Refusal } from "./answer.ts";
import type { Translate } from "./messages.ts";
import type { Render } from "./render.ts";
import type { PageOptions, PageView, Persona } from "./route.ts";
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
export type Navigate = (persona: Persona | null, t: Translate) => readonly NavigationItem[];

type PageRenderer = (template: string, view: PageView, options?: PageOptions) => Response;

export type Pages = {
  readonly page: (
    request: Request,
    persona: Persona | null,
    session: Session | null,
    now: Temporal.Instant,
  ) => PageRenderer;
  readonly refusal: (request: Request, persona: Persona | null, refusal: Refusal) => Response;
  readonly signInFirst: (url: URL) => Response;
};

type PageSettings = {
  readonly site: Site;
  readonly navigate: Navigate;
  readonly t: Translate;
  readonly render: Render;
  readonly assets: Assets;
  readonly sessions: Sessions;
};

export const SIGN_IN_PATH = "/personas";

/** Puts pages into the shell: header, navigation, footer, and a form token where a form asks for one. */
export function createPages({ site, navigate, t, render, assets, sessions }: PageSettings): Pages {
  const html = (
    request: Request,
    persona: Persona | null,
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
        persona,
        path,
        navigation: currentMarked(navigate(persona, t), path),
        home: "/",
        errors: view["form"] === undefined ? 0 : errorCount(view["form"]),
      },
    });
  };

  return {
    page: (request, persona, session, now) => (template, view, options) => {
      let used = session;
      const headers = new Headers({
        "content-type": "text/html; charset=utf-8",
        // A page with a person in it stays in no cache: the next user of the browser must not see it by "back".
        "cache-control": persona === null ? "no-cache" : "no-store",
        ...options?.headers,
      });
      const formToken = () => {
        if (used === null) {
          used = sessions.start(null, now);
          headers.append("set-cookie", sessions.cookie(used));
        }
        return sessions.formToken(used);
      };
      const body = html(request, persona, template, view, formToken);
      return new Response(body, { status: options?.status ?? 200, headers });
    },
    refusal: (request, persona, { status, details }) => {
      const view = {
        title: t(`refusal.${status}.title`),
        text: t(`refusal.${status}.text`),
        advice: t(`refusal.${status}.advice`),
        what: details.what ?? null,
        faults: details.faults ?? [],
        reference: details.reference ?? null,
        contact: site.contact,
      };
      const noForm = () => {
        throw new Error("A refusal page holds no form.");
      };
      return new Response(html(request, persona, "kit/refusal.njk", view, noForm), {
        status,
        headers: { "content-type": "text/html; charset=utf-8", "cache-control": "no-store" },
      });
    },
    signInFirst: (url) => {
      const next = localPath(url.pathname + url.search) ?? "/";
      return new Response(null, {
        status: 303,
        headers: { location: `${SIGN_IN_PATH}?${new URLSearchParams({ next })}` },
      });
    },
  };
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
