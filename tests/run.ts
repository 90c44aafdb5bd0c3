/**
 * The test command: everything a test needs, then every test.
 *
 *   node tests/run.ts [FILE-PART…]     only the test files whose path contains one of the parts
 *
 * Database tests run on the embedded PGlite and again on a PostgreSQL started here. Exit code 1 when a test failed or
 * none ran; the last line says `N passed, N failed`.
 */
import { globSync } from "node:fs";
import { join, relative } from "node:path";
import { migrate } from "../src/core/database/migrate.ts";
import { newDatabase } from "../src/core/database/open.ts";
import { serverPool } from "../src/core/database/pool.ts";
import { findChromium } from "./harness/chromium.ts";
import { createServerDatabase, SERVER_TEMPLATE } from "./harness/database.ts";
import { startPostgres } from "./harness/postgres.ts";
import { runFiles, type Tally } from "./harness/report.ts";
import { pgliteTemplate } from "./harness/template.ts";

const root = join(import.meta.dirname, "..");
const say = (text: string): void => void process.stdout.write(`${text}\n`);
const parts = process.argv.slice(2);
const all = globSync(["src/**/*.test.ts", "tests/**/*.test.ts", "seeds/**/*.test.ts", "bench/**/*.test.ts"], {
  cwd: root,
})
  .map((file) => join(root, file))
  .filter((file) => parts.length === 0 || parts.some((part) => relative(root, file).includes(part)))
  .sort();
const databaseFiles = all.filter((file) => file.endsWith(".db.test.ts"));
const browserFiles = all.filter((file) => file.endsWith(".browser.test.ts"));
// The slow ones first, so that the others run beside them.
const inOrder = [...all.filter(isSlow), ...all.filter((file) => !isSlow(file))];

const began = performance.now();
const tallies: Tally[] = [];
delete process.env["HANDRAIL_TEST_DATABASE_URL"];
try {
  if (all.length > 0) process.env["HANDRAIL_TEST_TEMPLATE"] = await pgliteTemplate();
  if (browserFiles.length > 0) process.env["HANDRAIL_TEST_CHROMIUM"] = await findChromium(say);
  tallies.push(await runFiles("All tests, the database's on PGlite", inOrder, say));
  if (databaseFiles.length > 0) tallies.push(await onPostgres(databaseFiles));
} catch (error) {
  say(`✖ The tests could not all run: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`);
  tallies.push({ passed: 0, failed: 1, skipped: 0 });
}

const sum = (field: keyof Tally): number => tallies.reduce((total, tally) => total + tally[field], 0);
const [passed, failed, skipped] = [sum("passed"), sum("failed"), sum("skipped")];
if (passed + failed === 0)
  say(`No test ran${parts.length > 0 ? `: no test file's path contains ${parts.join(" or ")}` : ""}.`);
say(`${((performance.now() - began) / 1_000).toFixed(1)} s`);
say(`${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ""}`);
process.exit(failed > 0 || passed === 0 ? 1 : 0);

function isSlow(file: string): boolean {
  return relative(root, file).startsWith(join("tests", "kill"));
}

async function onPostgres(files: readonly string[]): Promise<Tally> {
  const server = await startPostgres();
  try {
    process.env["HANDRAIL_TEST_DATABASE_URL"] = server.url;
    const { url } = await createServerDatabase("template0");
    const db = newDatabase(serverPool(url, 2));
    await migrate(db);
    await db.destroy();
    const admin = serverPool(server.url, 1);
    await admin.query(`alter database ${new URL(url).pathname.slice(1)} rename to ${SERVER_TEMPLATE}`);
    await admin.end();
    return await runFiles(`The database's tests on ${server.version}`, files, say);
  } finally {
    delete process.env["HANDRAIL_TEST_DATABASE_URL"];
    await server.stop();
  }
}
