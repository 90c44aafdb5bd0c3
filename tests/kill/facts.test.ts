import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { request as httpRequest } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import fc from "fast-check";
import { openDatabase } from "../../src/core/database/index.ts";
import { machineSite, sendFacts, type VerdictLine } from "../harness/machines.ts";

const ROUNDS = 5;
const ROWS_A_ROUND = 4_000;

test(`killed ${ROUNDS} times while it takes facts: what it answered is on record, and the same body again completes it`, async () => {
  const folder = mkdtempSync(join(tmpdir(), "handrail-facts-"));
  const answered = new Set<string>();
  let round = 0;
  let killedInside = 0;
  try {
    await fc.assert(
      fc.asyncProperty(fc.nat({ max: ROWS_A_ROUND - 1_000 }), fc.nat({ max: 60 }), async (lines, milliseconds) => {
        const verdicts = await runAndKill(folder, bodyOf(round, round + 1), lines, milliseconds);
        for (const { id, verdict } of verdicts) {
          assert.equal(verdict, "appended");
          answered.add(id as string);
        }
        if (verdicts.length > 0 && verdicts.length < ROWS_A_ROUND) killedInside++;
        round++;
      }),
      { numRuns: ROUNDS, endOnFailure: true },
    );
    assert.ok(killedInside > 0, "no round was killed between two batches");
    const { db, close } = await openDatabase({ dataFolder: folder, mode: "hold" });
    try {
      const stored = new Set((await db.selectFrom("fact").select("id").execute()).map(({ id }) => id));
      for (const id of answered) assert.ok(stored.has(id), `${id} was answered and is not on record`);
      const site = machineSite(db);
      const token = await site.tokenFor(await site.addMachine());
      const { last } = await sendFacts(site, token, bodyOf(0, ROUNDS));
      assert.deepEqual(last.totals, {
        rows: ROUNDS * ROWS_A_ROUND,
        appended: ROUNDS * ROWS_A_ROUND - stored.size,
        repeated: stored.size,
        refused: 0,
      });
      const { many } = await db
        .selectFrom("fact")
        .select((of) => of.fn.countAll<number>().as("many"))
        .executeTakeFirstOrThrow();
      assert.equal(Number(many), ROUNDS * ROWS_A_ROUND, "none is there twice");
    } finally {
      await close();
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});

function bodyOf(from: number, to: number): string {
  return Array.from({ length: (to - from) * ROWS_A_ROUND }, (_, index) => {
    const number = from * ROWS_A_ROUND + index;
    const row = { case: `R-${number >> 1}`, type: "appointment-missed", occurred: "2025-01-06", id: `e-${number}` };
    return `${JSON.stringify(row)}\n`;
  }).join("");
}

/** Sends the body and kills the process so long after so many verdicts; gives the verdicts that came whole. */
function runAndKill(
  folder: string,
  body: string,
  lines: number,
  milliseconds: number,
): Promise<readonly VerdictLine[]> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [join(import.meta.dirname, "facts-receiver.ts"), folder]);
    const limit = setTimeout(() => child.kill("SIGTERM"), 60_000);
    let said = "";
    let complaint = "";
    let answer = "";
    let killing = false;
    const kill = (): void => {
      if (killing) return;
      killing = true;
      setTimeout(() => child.kill("SIGKILL"), milliseconds);
    };
    child.stderr.on("data", (chunk: Buffer) => (complaint += chunk.toString()));
    child.stdout.on("data", (chunk: Buffer) => {
      said += chunk.toString();
      const [, url, token] = /^(\S+) (\S+)\n/.exec(said) ?? [];
      if (url === undefined || token === undefined) return;
      const request = httpRequest(`${url}/api/facts`, {
        method: "POST",
        headers: { authorization: `Bearer ${token}`, "content-type": "application/x-ndjson" },
      });
      request.on("error", () => {});
      request.on("response", (response) => {
        response.setEncoding("utf8");
        response.on("error", () => {});
        response.on("data", (part: string) => {
          answer += part;
          if (answer.split("\n").length > lines) kill();
        });
      });
      request.end(body);
      if (lines === 0) kill();
    });
    child.once("close", (code, signal) => {
      clearTimeout(limit);
      if (signal !== "SIGKILL")
        return reject(new Error(`The receiver ended by itself (${signal ?? code}):\n${complaint}`));
      const whole = answer.slice(0, answer.lastIndexOf("\n") + 1).split("\n");
      resolve(whole.filter((line) => line.startsWith('{"row"')).map((line) => JSON.parse(line) as VerdictLine));
    });
  });
}
