import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import fc from "fast-check";
import { openDatabase } from "../../src/core/database/index.ts";
import { countByState } from "../../src/core/messages/index.ts";
import { startNotify } from "../harness/notify.ts";
import { startMail } from "../harness/smtp.ts";

const ROUNDS = 12;
/** Each life of the process begins later by this than the last: what it left in doubt can then be known. */
const SECONDS_BETWEEN = 600;

interface Life {
  readonly lines: readonly string[];
  readonly killed: boolean;
}

test(`killed ${ROUNDS} times while it sends: no message is lost, none goes twice but an e-mail in doubt, once more`, async () => {
  const folder = mkdtempSync(join(tmpdir(), "handrail-outbox-"));
  const notify = await startNotify();
  const mail = await startMail();
  const queued = new Set<string>();
  let ahead = 0;
  let killedWhileSending = 0;

  const run = (
    size: number,
    killAfter: { readonly lines: number; readonly milliseconds: number } | null,
  ): Promise<Life> =>
    new Promise((resolve, reject) => {
      ahead += SECONDS_BETWEEN;
      const script = join(import.meta.dirname, "outbox-sender.ts");
      const child = spawn(process.execPath, [
        ...[script, folder, notify.url, notify.key, mail.url, String(ahead), String(size)],
      ]);
      let printed = "";
      let complaint = "";
      let timer: NodeJS.Timeout | undefined;
      const limit = setTimeout(() => child.kill("SIGTERM"), 60_000);
      child.stdout.on("data", (chunk: Buffer) => {
        printed += chunk.toString();
        if (killAfter !== null && printed.split("\n").length - 1 > killAfter.lines)
          timer ??= setTimeout(() => child.kill("SIGKILL"), killAfter.milliseconds);
      });
      child.stderr.on("data", (chunk: Buffer) => (complaint += chunk.toString()));
      child.once("close", (code, signal) => {
        clearTimeout(timer);
        clearTimeout(limit);
        if (signal !== "SIGKILL" && code !== 0)
          return reject(new Error(`The sender ended by itself (${signal ?? code}):\n${complaint}`));
        const lines = printed
          .slice(0, printed.lastIndexOf("\n") + 1)
          .split("\n")
          .filter((line) => line.includes(" "));
        for (const line of lines) queued.add(line);
        resolve({ lines, killed: signal === "SIGKILL" });
      });
    });

  try {
    await fc.assert(
      fc.asyncProperty(
        fc.record({ lines: fc.nat({ max: 120 }), milliseconds: fc.nat({ max: 30 }) }),
        fc.integer({ min: 2, max: 60 }),
        async (moment, size) => {
          const before = notify.taken.length + mail.taken.length;
          const { killed } = await run(size, moment);
          assert.ok(killed);
          if (notify.taken.length + mail.taken.length > before) killedWhileSending += 1;
        },
      ),
      { numRuns: ROUNDS, endOnFailure: true },
    );
    // Three lives without a kill: what was left is looked at, and what that brought into doubt is settled.
    for (let life = 0; life < 3; life += 1) await run(0, null);

    assert.ok(killedWhileSending >= ROUNDS / 3, `only ${killedWhileSending} kills fell into the sending`);
    const texts = new Map<string, number>();
    for (const { reference } of notify.taken) texts.set(reference ?? "", (texts.get(reference ?? "") ?? 0) + 1);
    const mails = new Map<string, number>();
    for (const { messageId } of mail.taken) {
      const id = /^<(.+)@/.exec(messageId)?.[1] ?? "";
      mails.set(id, (mails.get(id) ?? 0) + 1);
    }
    assert.deepEqual(
      [...texts].filter(([, times]) => times !== 1),
      [],
      "no text twice",
    );
    assert.deepEqual(
      [...mails].filter(([, times]) => times > 2),
      [],
      "no e-mail more than once again",
    );
    const database = await openDatabase({ dataFolder: folder, mode: "hold" });
    try {
      const states = await countByState(database.db);
      const unsure = states.get("failed") ?? 0;
      const kept = [...states.keys()].filter((state) => state !== "sent" && state !== "failed");
      assert.deepEqual(kept, [], "everything has come to an end");
      const lost = [...queued].filter((line) => {
        const [kind, id = ""] = line.split(" ");
        return !(kind === "text" ? texts : mails).has(id);
      });
      // An e-mail twice in doubt is before a member of staff; whether it arrived nobody can know.
      assert.ok(lost.length <= unsure && lost.every((line) => line.startsWith("mail")), `lost: ${lost.join(", ")}`);
      assert.ok(queued.size > ROUNDS, `only ${queued.size} messages were queued`);
    } finally {
      await database.close();
    }
  } finally {
    await notify.close();
    await mail.close();
    rmSync(folder, { recursive: true, force: true });
  }
});
