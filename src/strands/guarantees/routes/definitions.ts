import { z } from "zod";
import { route, type AnyRoute } from "../../../web/route.ts";
import { definitionOf, type Library } from "../library.ts";
import { inLanguage, nameLaw, readLaw } from "../model/definition.ts";
import { runExample } from "../model/example.ts";
import { definitionJsonSchema, SCHEMA_PATH } from "../model/json-schema.ts";
import { definitionList, definitionPage } from "../pages/definitions.ts";
import { paths } from "../paths.ts";

const open = {
  method: "GET",
  access: { kind: "public" },
  audit: { kind: "none", why: "rules, which are everybody's" },
} as const;

/** The rules themselves, for everybody: the list, a definition with its examples and versions, the language's schema. */
export function definitionRoutes(library: Library): readonly AnyRoute[] {
  return [
    route({
      ...open,
      name: "guarantees.definitions",
      path: "/guarantees",
      input: null,
      handle: ({ page, t, formats }) =>
        page("guarantees/definitions.njk", {
          title: t("definitions.title"),
          countries: definitionList(library.definitions.values(), { t, formats }),
        }),
    }),
    route({
      ...open,
      name: "guarantees.definition",
      path: "/guarantees/:id",
      input: { params: z.object({ id: z.string().max(100) }) },
      handle: ({ page, input, notFound, t, formats }) => {
        const file = library.definitions.get(input.params.id);
        if (file === undefined) return notFound(t("definition.unknown"));
        const overlays = [...library.overlays.values()]
          .filter((overlay) => overlay.overlays === file.id)
          .map((overlay) => ({
            name: inLanguage(overlay.name, t.language),
            text: Object.entries(overlay.promises)
              .map(
                ([id, change]) =>
                  `${id}: ${[...(change.limit === undefined ? [] : [change.limit]), ...(change["drop-pauses"] ?? []).map((pause) => t("definition.dropped", { pause }))].join(", ")}`,
              )
              .join("; "),
            law: nameLaw(file, readLaw(overlay.law)),
          }));
        const view = definitionPage(
          file,
          library.texts.get(file.id) ?? "",
          overlays,
          (example) => runExample(definitionOf(library, file.id, example.with ?? {}, example.overlay ?? null), example),
          { t, formats },
        );
        return page("guarantees/definition.njk", {
          title: view.name,
          ...view,
          back: { href: paths.definitions, text: t("definitions.title") },
        });
      },
    }),
    route({
      ...open,
      name: "guarantees.schema",
      path: SCHEMA_PATH,
      input: null,
      handle: () =>
        new Response(JSON.stringify(definitionJsonSchema(), null, 1), {
          headers: { "content-type": "application/schema+json" },
        }),
    }),
  ];
}
