/** The door of what is for programs of other systems: tokens, their pages, and the description of it all. */
import { fileURLToPath } from "node:url";
import type { AnyRoute } from "../route.ts";
import { tokenRoute, type TokenTools } from "./token.ts";

export { findMachine } from "./find-machine.ts";
export type { Operation } from "./operation.ts";

/** Words and templates of these pages. */
export const API_MESSAGES = fileURLToPath(new URL("./messages/", import.meta.url));
export const API_TEMPLATES = { api: fileURLToPath(new URL("./pages/", import.meta.url)) };

export type ApiTools = TokenTools & { readonly strands: readonly unknown[] };

export function apiRoutes(tools: ApiTools): readonly AnyRoute[] {
  return [tokenRoute(tools)];
}
