import { sql } from "kysely";
import type { Role } from "./roles.ts";
import type { Database, Transaction } from "./schema.ts";

/**
 * Runs `body` in one transaction under a role, the application's unless another is named. Everything that writes comes
 * through here. Inside, use the transaction's handle for every statement: on the embedded database the outer one waits
 * for the transaction to end, until it is dismissed after half a minute.
 */
export function inTransaction<T>(
  db: Database,
  body: (transaction: Transaction) => Promise<T>,
  role: Role = "handrail_app",
): Promise<T> {
  if (db.isTransaction)
    throw new Error("inTransaction was given a transaction: pass the database, or call the body directly.");
  return db.transaction().execute(async (transaction) => {
    await sql`set local role ${sql.id(role)}`.execute(transaction);
    return body(transaction);
  });
}
