/** Forward-only migrations: plain `.sql` files, taken in the order of their names, all of one start in one transaction. */
import { readdir, readFile } from "node:fs/promises";
import { sql } from "kysely";
import { type Migration, Migrator } from "kysely/migration";
import { ensureRoles, grantRights } from "./roles.ts";
import { secureRows } from "./row-security.ts";
import type { Database } from "./schema.ts";

export const MIGRATIONS_FOLDER = new URL("../../../migrations/", import.meta.url);
const FILE_NAME = /^(\d{4}_[a-z]+_[a-z0-9_]+)\.sql$/;

/** The migrations by name, in order. `schema.sql`, the dump, is not one. A file with a name of another form is an error. */
export async function readMigrations(folder: URL = MIGRATIONS_FOLDER): Promise<ReadonlyMap<string, string>> {
  const migrations = new Map<string, string>();
  for (const file of (await readdir(folder)).sort()) {
    if (!file.endsWith(".sql") || file === "schema.sql") continue;
    const name = FILE_NAME.exec(file)?.[1];
    if (name === undefined)
      throw new Error(`migrations/${file}: a migration is named NNNN_strand_what.sql, in lower case.`);
    migrations.set(name, await readFile(new URL(file, folder), "utf8"));
  }
  return migrations;
}

/**
 * Brings the schema up to date and the roles' rights with it.
 * @throws when a migration fails (nothing of this start is kept) or the database is newer than this program.
 */
export async function migrate(db: Database, folder: URL = MIGRATIONS_FOLDER): Promise<readonly string[]> {
  await ensureRoles(db);
  const files = await readMigrations(folder);
  const migrator = new Migrator({
    db,
    provider: {
      getMigrations: async () => Object.fromEntries([...files].map(([name, text]) => [name, toMigration(text)])),
    },
  });
  const { error, results } = await migrator.migrateToLatest();
  if (error !== undefined) {
    const failed = results?.find((result) => result.status === "Error")?.migrationName;
    const what =
      failed === undefined ? "The migrations could not run" : `Migration ${failed} failed, and nothing was changed`;
    throw new Error(`${what}: ${error instanceof Error ? error.message : String(error)}`, {
      cause: error,
    });
  }
  const applied = (results ?? []).map((result) => result.migrationName);
  if (applied.length > 0) await grantRights(db);
  // Policies are code: a new version of the program may bring others without a migration.
  await secureRows(db);
  return applied;
}

/** No parameters means PostgreSQL's simple protocol, which takes a file of many statements whole. */
function toMigration(text: string): Migration {
  return { up: async (db) => void (await sql.raw(text).execute(db)) };
}
