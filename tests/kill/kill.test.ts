import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import fc from "fast-check";
import { checkRecord } from "./check-record.ts";
import { runAndKill } from "./killed-process.ts";

const ROUNDS = 50;

test(`killed ${ROUNDS} times while it appends: no acknowledged fact is lost, none doubled, and every start recovers`, async () => {
  const folder = mkdtempSync(join(tmpdir(), "handrail-kill-"));
  let acknowledgedBelow = 0;
  let rounds = 0;
  let roundsWithFacts = 0;
  try {
    await checkRecord(folder, 0);
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 0, max: 250 }),
        fc.integer({ min: 1, max: 40 }),
        fc.constantFrom("open" as const, "open" as const, "open" as const, "start" as const),
        async (milliseconds, size, countedFrom) => {
          rounds += 1;
          // Counted from its start, the kill falls into the opening of the folder: about a quarter of the rounds.
          const afterMilliseconds = countedFrom === "start" ? 150 + milliseconds * 3 : milliseconds;
          const killed = await runAndKill(folder, {
            first: acknowledgedBelow,
            size,
            afterMilliseconds,
            countedFrom,
          });
          if (killed.acknowledged.length > 0) {
            roundsWithFacts += 1;
            acknowledgedBelow = (killed.acknowledged.at(-1) as number) + 1;
          }
          // Every third round the folder goes straight from a kill to the next process.
          if (rounds % 3 !== 0 || rounds >= ROUNDS - 1) await checkRecord(folder, acknowledgedBelow);
        },
      ),
      { numRuns: ROUNDS, endOnFailure: true },
    );
    assert.ok(roundsWithFacts >= ROUNDS / 3, `only ${roundsWithFacts} rounds got as far as a fact`);
    assert.ok((await checkRecord(folder, acknowledgedBelow)) >= acknowledgedBelow);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});
