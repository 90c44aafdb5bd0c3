import { route, type AnyRoute } from "./route.ts";
import type { Site } from "./shell.ts";

/** The pages every installation owes its visitors, and the one its monitoring asks. */
export function statementRoutes(site: Site): readonly AnyRoute[] {
  const open = {
    access: { kind: "public" },
    audit: { kind: "none", why: "opens nobody's record" },
    input: null,
  } as const;
  return [
    route({
      ...open,
      name: "web.accessibility",
      method: "GET",
      path: "/accessibility",
      handle: ({ page, t }) =>
        page("kit/accessibility.njk", { title: t("accessibility.title"), contact: site.contact }),
    }),
    route({
      ...open,
      name: "web.cookies",
      method: "GET",
      path: "/cookies",
      handle: ({ page, t }) => page("kit/cookies.njk", { title: t("cookies.title") }),
    }),
    route({
      ...open,
      name: "web.health",
      method: "GET",
      path: "/health",
      handle: () =>
        new Response("ok\n", { headers: { "content-type": "text/plain; charset=utf-8", "cache-control": "no-store" } }),
    }),
  ];
}
