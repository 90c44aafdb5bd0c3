/** docs/how-to/send-facts.md: its commands are run as they stand there, and answer as they say. */
import assert from "node:assert/strict";
import { execFile, spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { promisify } from "node:util";
import { withTestDatabase } from "../../../tests/harness/database.ts";
import { machineSite } from "../../../tests/harness/machines.ts";
import { serve } from "../serve.ts";

const page = readFileSync(new URL("../../../docs/how-to/send-facts.md", import.meta.url), "utf8");
/** Each command with the answer that stands below it, if one does. */
const commands = [...page.matchAll(/```sh\n(.*?)```\n(?:\n```text\n(.*?)```)?/gs)].map(([, command = "", answer]) => ({
  command,
  answer,
}));
const run = promisify(execFile);

test("the page has five commands, three of them with an answer", () => {
  assert.equal(commands.length, 5);
  assert.equal(commands.filter(({ answer }) => answer !== undefined).length, 3);
});

test(
  "the commands of the page answer as the page says",
  { skip: spawnSync("curl", ["--version"]).status === 0 ? false : "this machine has no curl" },
  async () => {
    await withTestDatabase(async (db) => {
      const site = machineSite(db);
      const machine = await site.addMachine();
      const running = await serve(site.app, 0);
      const folder = mkdtempSync(join(tmpdir(), "handrail-how-to-"));
      try {
        // One shell for all of them: the token of the first is used by the others.
        const script = commands.map(({ command }, index) => `${command}\necho "== ${index}"`).join("\n");
        const { stdout } = await run("sh", ["-euc", script], {
          cwd: folder,
          env: { ...process.env, SITE: running.url, MACHINE_ID: machine.id, MACHINE_SECRET: machine.secret },
        });
        const answers = stdout.split(/== \d\n/);
        for (const [index, { answer }] of commands.entries()) {
          if (answer === undefined) continue;
          assert.equal((answers[index] ?? "").replaceAll(/content-[0-9a-f]{32}/g, "content-CONTENT"), answer);
        }
      } finally {
        rmSync(folder, { recursive: true, force: true });
        await running.stop();
      }
      assert.deepEqual(site.failures, []);
    });
  },
);
