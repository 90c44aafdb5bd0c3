/** The pages about messages: what a person wants, what could not be sent, what it costs, and the mail of a demonstration. */
import { fileURLToPath } from "node:url";
import type { Database } from "../../core/database/index.ts";
import type { Messages, Prices } from "../../core/messages/index.ts";
import type { Projection } from "../../core/record/index.ts";
import type { Vault } from "../../core/vault/index.ts";
import type { AnyRoute } from "../route.ts";
import { developmentRoutes } from "./development.ts";
import { overviewRoutes } from "./overview.ts";
import { preferenceRoutes } from "./preferences.ts";
import { unmetRoutes } from "./unmet.ts";

export const MAIL_TEMPLATES = { mail: fileURLToPath(new URL("./pages/", import.meta.url)) };
export const MAIL_MESSAGES = fileURLToPath(new URL("./messages/", import.meta.url));

/** What these pages need of the program around them. */
export type MailTools = {
  readonly db: Database;
  readonly vault: Vault;
  readonly projections: readonly Projection[];
  /** The body's own time zone. */
  readonly timeZone: string;
  readonly messages: Pick<Messages, "templates" | "sender" | "shown">;
  readonly prices: Prices;
};

export function mailRoutes(tools: MailTools): readonly AnyRoute[] {
  return [
    ...preferenceRoutes(tools),
    ...unmetRoutes(tools),
    ...overviewRoutes(tools),
    // Where messages are sent, there is no page on which they lie open.
    ...(tools.messages.shown ? developmentRoutes(tools) : []),
  ];
}
