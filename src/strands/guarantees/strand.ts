import { fileURLToPath } from "node:url";
import type { Visitor } from "../../web/route.ts";
import type { Strand } from "../strand.ts";
import type { GuaranteeTools } from "./actions.ts";
import { guaranteeFacts } from "./events.ts";
import { paths } from "./paths.ts";
import { guaranteeRoutes } from "./routes.ts";
import { guaranteeOperations } from "./routes/operations.ts";
import { MESSAGES_FOLDER } from "./words.ts";

/** The door of the guarantees strand. */
export function guaranteesStrand(tools: GuaranteeTools): Strand {
  return {
    name: "guarantees",
    routes: guaranteeRoutes(tools),
    operations: guaranteeOperations,
    facts: guaranteeFacts(tools.library),
    projections: tools.projections,
    templates: { guarantees: fileURLToPath(new URL("./pages/", import.meta.url)) },
    messages: MESSAGES_FOLDER,
    navigation: (visitor, t) => [
      ...(visitor !== null && hasWorklist(visitor) ? [{ href: paths.worklist, text: t("navigation.worklist") }] : []),
      ...(visitor === null || visitor.actor.posts.length > 0
        ? []
        : [{ href: paths.person(visitor.personId), text: t("navigation.promises") }]),
      { href: paths.places, text: t("navigation.places") },
      { href: paths.definitions, text: t("navigation.rules") },
    ],
  };
}

/** Whether there is a post from which somebody works through a list. */
function hasWorklist({ actor }: Visitor): boolean {
  return actor.posts.some(({ role }) => role === "front-line" || role === "clinician" || role === "manager");
}
