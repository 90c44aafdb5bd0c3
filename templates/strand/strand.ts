import { fileURLToPath } from "node:url";
import type { Strand } from "../strand.ts";
import type { __Pascal__Tools } from "./actions.ts";
import { __camel__Facts } from "./events.ts";
import { __camel__Routes } from "./routes.ts";
import { MESSAGES_FOLDER } from "./words.ts";

/** What the program takes of this strand. */
export function __camel__Strand(tools: __Pascal__Tools): Strand {
  return {
    name: "__name__",
    routes: __camel__Routes(tools),
    facts: __camel__Facts,
    projections: [],
    templates: { "__name__": fileURLToPath(new URL("./pages/", import.meta.url)) },
    messages: MESSAGES_FOLDER,
    navigation: () => [],
  };
}
