/** The database's door. */
export { FolderHeldError, openDatabase } from "./open.ts";
export type { DatabaseSettings, OpenDatabase } from "./open.ts";
export { inTransaction } from "./transaction.ts";
export type { Role } from "./roles.ts";
export type { Database, DatabaseSchema, Transaction } from "./schema.ts";
