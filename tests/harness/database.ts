/**
 * Databases for `.db.test.ts` files. The same file runs on the embedded PGlite and again on a real PostgreSQL:
 * `HANDRAIL_TEST_DATABASE_URL`, set by tests/run.ts, says which.
 */
import { randomBytes } from "node:crypto";
import { readFileSync } from "node:fs";
import { sql } from "kysely";
import pg from "pg";
import { openClusterInMemory } from "../../src/core/database/cluster.ts";
import type { Database } from "../../src/core/database/index.ts";
import { MIGRATOR_TABLES } from "../../src/core/database/layout.ts";
import { newDatabase } from "../../src/core/database/open.ts";
import { serverPool, socketPool } from "../../src/core/database/pool.ts";
import { pgliteTemplate } from "./template.ts";

/** The migrated database that tests/run.ts makes on its PostgreSQL. */
export const SERVER_TEMPLATE = "handrail_template";

/** Which database the tests run on now, for those that need to know. */
export const databaseKind: "pglite" | "server" = process.env["HANDRAIL_TEST_DATABASE_URL"] ? "server" : "pglite";

interface TestDatabase {
  readonly db: Database;
  /** Puts every table back to what the migrations left in it. */
  reset(): Promise<void>;
}

const free: TestDatabase[] = [];

/**
 * Gives the body a migrated, empty database of its own. One test file keeps one database and empties it in between;
 * bodies that run at the same time get one each.
 */
export async function withTestDatabase<T>(body: (db: Database) => Promise<T>): Promise<T> {
  const database = free.pop() ?? (await openTestDatabase());
  let outcome: { ok: true; value: T } | { ok: false; error: unknown };
  try {
    outcome = { ok: true, value: await body(database.db) };
  } catch (error) {
    outcome = { ok: false, error };
  }
  try {
    await database.reset();
    free.push(database);
  } catch (error) {
    // A body that broke the database must not break the next one's; its own error, if any, tells more.
    void database.db.destroy();
    if (outcome.ok) throw error;
  }
  if (!outcome.ok) throw outcome.error;
  return outcome.value;
}

async function openTestDatabase(): Promise<TestDatabase> {
  const db = databaseKind === "server" ? await newServerDatabase() : await newEmbeddedDatabase();
  const tables = (
    await sql<{ name: string }>`
      select c.relname::text as name from pg_class c
      where c.relnamespace = current_schema()::regnamespace and c.relkind = 'r' order by 1`.execute(db)
  ).rows
    .map((row) => row.name)
    .filter((name) => !MIGRATOR_TABLES.includes(name));
  const initial: { readonly table: string; readonly rows: string }[] = [];
  for (const table of tables) {
    const { rows } = await sql<{ rows: string | null }>`
      select json_agg(t)::text as rows from ${sql.id(table)} t`.execute(db);
    const text = rows[0]?.rows;
    if (text !== null && text !== undefined) initial.push({ table, rows: text });
  }
  return {
    db,
    async reset() {
      await sql`truncate ${sql.join(tables.map((table) => sql.id(table)))} restart identity cascade`.execute(db);
      for (const { table, rows } of initial) {
        await sql`insert into ${sql.id(table)} select * from json_populate_recordset(null::${sql.id(table)}, ${rows}::json)`.execute(
          db,
        );
      }
    },
  };
}

async function newEmbeddedDatabase(): Promise<Database> {
  const cluster = await openClusterInMemory(readFileSync(await pgliteTemplate()));
  return newDatabase(socketPool(cluster.socketPath));
}

async function newServerDatabase(): Promise<Database> {
  const { url } = await createServerDatabase(SERVER_TEMPLATE);
  return newDatabase(serverPool(url, 8));
}

/** Creates a database on the tests' PostgreSQL, from a template. The server is thrown away whole, so nobody drops it. */
export async function createServerDatabase(template: string): Promise<{ readonly url: string }> {
  const admin = new URL(process.env["HANDRAIL_TEST_DATABASE_URL"] as string);
  const client = new pg.Client({ connectionString: admin.href });
  await client.connect();
  const name = `handrail_${randomBytes(6).toString("hex")}`;
  try {
    await client.query(`create database ${name} template ${template}`);
  } finally {
    await client.end();
  }
  return { url: new URL(`/${name}`, admin).href };
}
