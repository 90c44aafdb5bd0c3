import assert from "node:assert/strict";
import { existsSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { checkRecord } from "./check-record.ts";
import { runAndKill } from "./killed-process.ts";

test("killed again and again during the very first start, the next start makes the database whole", async () => {
  const folder = mkdtempSync(join(tmpdir(), "handrail-first-start-"));
  const seen = new Set<string>();
  try {
    // Each kill a little later, from before the folder's lock to beyond the renaming and the migrations.
    for (let milliseconds = 200; milliseconds <= 6_000 && !seen.has("open"); milliseconds += 650) {
      const killed = await runAndKill(folder, {
        first: 0,
        size: 1,
        moment: { countedFrom: "start", milliseconds },
      });
      if (killed.opened) seen.add("open");
      else if (existsSync(join(folder, "pg"))) seen.add("renamed");
      else if (existsSync(join(folder, "lock.sqlite")))
        seen.add(readdirSync(folder).some((name) => name.startsWith("pg.new-")) ? "half-made" : "locked");
    }
    assert.ok(seen.has("half-made"), `no kill fell into the making of the cluster, only: ${[...seen].join(", ")}`);
    await checkRecord(folder, 0);
    assert.deepEqual(
      readdirSync(folder).filter((name) => name.startsWith("pg")),
      ["pg"],
      "nothing half-made is left",
    );
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});
