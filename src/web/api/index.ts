/** The door of what is for programs of other systems: tokens, their pages, and the description of it all. */
import { fileURLToPath } from "node:url";
import type { AnyRoute } from "../route.ts";
import { documentRoutes } from "./documents.ts";
import { machineRoutes } from "./machines.ts";
import type { Operation } from "./operation.ts";
import { tokenOperation, tokenRoute, type TokenTools } from "./token.ts";

export { findMachine } from "./find-machine.ts";
export type { Operation } from "./operation.ts";

/** Words and templates of these pages. */
export const API_MESSAGES = fileURLToPath(new URL("./messages/", import.meta.url));
export const API_TEMPLATES = { api: fileURLToPath(new URL("./pages/", import.meta.url)) };

export type ApiTools = TokenTools & {
  readonly bodyName: string;
  /** What the strands have for programs. */
  readonly strands: readonly {
    readonly routes: readonly AnyRoute[];
    readonly operations?: readonly Operation[];
  }[];
};

export function apiRoutes(tools: ApiTools): readonly AnyRoute[] {
  const token = tokenRoute(tools);
  return [
    token,
    ...machineRoutes(tools),
    ...documentRoutes({
      bodyName: tools.bodyName,
      routes: [token, ...tools.strands.flatMap(({ routes }) => routes)],
      operations: [tokenOperation, ...tools.strands.flatMap(({ operations = [] }) => operations)],
    }),
  ];
}
