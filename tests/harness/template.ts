/** A migrated database to begin every test from: built once for a state of the migrations, then loaded in half a second. */
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { openClusterInMemory } from "../../src/core/database/cluster.ts";
import { migrate, readMigrations } from "../../src/core/database/migrate.ts";
import { newDatabase } from "../../src/core/database/open.ts";
import { socketPool } from "../../src/core/database/pool.ts";

const CACHE = fileURLToPath(new URL("../../node_modules/.cache/handrail/", import.meta.url));

/** The path of the dumped PGlite template, built when none fits the migrations as they are. */
export async function pgliteTemplate(): Promise<string> {
  const given = process.env["HANDRAIL_TEST_TEMPLATE"];
  if (given !== undefined) return given;
  const hash = createHash("sha256");
  for (const [name, text] of await readMigrations()) hash.update(`${name}\0${text}\0`);
  for (const file of ["layout.ts", "roles.ts", "row-security.ts"]) {
    hash.update(await readFile(new URL(`../../src/core/database/${file}`, import.meta.url))); // they decide the rights
  }
  hash.update(readFileSync(new URL("../../node_modules/@electric-sql/pglite/package.json", import.meta.url)));
  const path = join(CACHE, `template-${hash.digest("hex").slice(0, 20)}.tar`);
  if (existsSync(path)) return path;
  const cluster = await openClusterInMemory(null);
  try {
    const db = newDatabase(socketPool(cluster.socketPath));
    await migrate(db);
    await db.destroy();
    mkdirSync(CACHE, { recursive: true });
    const unfinished = `${path}.${process.pid}`;
    writeFileSync(unfinished, await cluster.dump());
    renameSync(unfinished, path);
  } finally {
    await cluster.close();
  }
  return path;
}
