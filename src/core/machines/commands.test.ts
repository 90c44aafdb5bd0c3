/** `handrail machine`, as somebody types it. */
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";

const folder = mkdtempSync(join(tmpdir(), "handrail-machines-"));
after(() => rmSync(folder, { recursive: true, force: true }));

function handrail(...words: readonly string[]) {
  const { stdout, stderr, status } = spawnSync(
    process.execPath,
    [join(import.meta.dirname, "../../../bin/handrail.js"), "machine", ...words],
    { env: { ...process.env, HANDRAIL_DATA: folder, DATABASE_URL: "" }, encoding: "utf8" },
  );
  return { stdout, stderr, status };
}

test("a program is added, listed without its secret, and ended once", () => {
  const wrong = handrail("add", "Case system", "--scope", "everything");
  assert.deepEqual([wrong.status, wrong.stderr], [2, "--scope everything: write one of facts:write.\n"]);
  const nowhere = handrail("add", "Case system", "--scope", "facts:write", "--organisation", "nowhere");
  assert.deepEqual([nowhere.status, /There is no organisation "nowhere"/.test(nowhere.stderr)], [2, true]);
  const added = handrail("add", "Case system", "--scope", "facts:write", "--json");
  const { id, secret } = JSON.parse(added.stdout) as { id: string; secret: string };
  assert.match(secret, /^[\w-]{43}$/);
  const listed = handrail("list");
  assert.ok(!listed.stdout.includes(secret));
  const [row] = listed.stdout
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line) as Record<string, unknown>);
  assert.deepEqual(
    [row?.["id"], row?.["name"], row?.["scopes"], row?.["ended"]],
    [id, "Case system", ["facts:write"], null],
  );
  assert.deepEqual(handrail("end", id).status, 0);
  const again = handrail("end", id);
  assert.deepEqual([again.status, /No program .* may come in/.test(again.stderr)], [1, true]);
});
