import { fileURLToPath } from "node:url";
import type { Strand } from "../strand.ts";
import type { GuaranteeTools } from "./actions.ts";
import { guaranteeFacts } from "./events.ts";
import { paths } from "./paths.ts";
import { guaranteeRoutes } from "./routes.ts";
import { MESSAGES_FOLDER } from "./words.ts";

/** The door of the guarantees strand. */
export function guaranteesStrand(tools: GuaranteeTools): Strand {
  return {
    name: "guarantees",
    routes: guaranteeRoutes(tools),
    facts: guaranteeFacts(tools.library),
    projections: tools.projections,
    templates: { guarantees: fileURLToPath(new URL("./pages/", import.meta.url)) },
    messages: MESSAGES_FOLDER,
    navigation: (persona, t) => [
      ...(persona?.role === "staff" ? [{ href: paths.worklist, text: t("navigation.worklist") }] : []),
      ...(persona?.subjectId == null
        ? []
        : [{ href: paths.person(persona.subjectId), text: t("navigation.promises") }]),
      { href: paths.places, text: t("navigation.places") },
      { href: paths.definitions, text: t("navigation.rules") },
    ],
  };
}
