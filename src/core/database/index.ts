/** The database's door. */
export { FolderHeldError, openDatabase } from "./open.ts";
export type { DatabaseSettings, OpenDatabase } from "./open.ts";
export { distribute } from "./distribute.ts";
export type { DistributionStep } from "./distribute.ts";
export { maintain } from "./maintain.ts";
export { inTransaction } from "./transaction.ts";
export type { Role } from "./roles.ts";
export type { Database, DatabaseSchema, Transaction } from "./schema.ts";
export { arrayLiteral, READER_SETTINGS } from "./row-security.ts";
export type { ReaderSettings } from "./row-security.ts";
