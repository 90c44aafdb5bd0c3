/** What programs can send and read: as an OpenAPI document, and as a page. */
import { z } from "zod";
import { route, type AnyRoute } from "../route.ts";
import { openApiDocument, type OpenApiRequest } from "./openapi.ts";
import type { Operation } from "./operation.ts";
import { API_PATH, OPENAPI_PATH } from "./paths.ts";
import { operationViews } from "./reference.ts";

export function documentRoutes(described: OpenApiRequest): readonly AnyRoute[] {
  const open = {
    method: "GET",
    access: { kind: "public" },
    audit: { kind: "none", why: "describes the site, opens nobody's record" },
    input: null,
  } as const;
  let made: object | null = null;
  const routes: readonly AnyRoute[] = [
    route({
      ...open,
      name: "api.openapi",
      path: OPENAPI_PATH,
      handle: () =>
        new Response(`${JSON.stringify(document(), null, 1)}\n`, {
          headers: {
            "content-type": "application/vnd.oai.openapi+json;version=3.1",
            "cache-control": "no-cache",
            // Tools that draw or check it run elsewhere; it says nothing that is not public.
            "access-control-allow-origin": "*",
          },
        }),
    }),
    route({
      ...open,
      name: "api.reference",
      path: API_PATH,
      handle: ({ page, t }) =>
        page("api/reference.njk", {
          title: t("api.title"),
          openApi: OPENAPI_PATH,
          operations: operationViews(document(), t),
        }),
    }),
  ];
  const document = (): object =>
    (made ??= openApiDocument({
      ...described,
      routes: [...described.routes, ...routes],
      operations: [...described.operations, openApiOperation],
    }));
  return routes;
}

const openApiOperation: Operation = {
  route: "api.openapi",
  summary: "Read this description",
  description: "The OpenAPI document that this page is made from.",
  answers: {
    200: {
      says: "The document.",
      content: {
        "application/vnd.oai.openapi+json;version=3.1": z.looseObject({
          openapi: z.string(),
          info: z.looseObject({ title: z.string(), version: z.string() }),
          paths: z.looseObject({}),
        }),
      },
    },
  },
};
