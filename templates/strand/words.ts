import { fileURLToPath } from "node:url";

/** This strand's message files, one a language. */
export const MESSAGES_FOLDER = fileURLToPath(new URL("./messages/", import.meta.url));
