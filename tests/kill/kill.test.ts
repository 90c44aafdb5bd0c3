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
        fc.oneof(
          // After so many appends and some milliseconds: wherever the next ones happen to be.
          { weight: 3, arbitrary: fc.record({ countedFrom: fc.nat({ max: 25 }), milliseconds: fc.nat({ max: 40 }) }) },
          // Somewhere in the opening, or not long after it.
          {
            weight: 1,
            arbitrary: fc.record({ countedFrom: fc.constant("start" as const), milliseconds: fc.nat({ max: 900 }) }),
          },
        ),
        fc.integer({ min: 1, max: 40 }),
        async (moment, size) => {
          rounds += 1;
          const killed = await runAndKill(folder, { first: acknowledgedBelow, size, moment });
          if (killed.acknowledged.length > 0) {
            roundsWithFacts += 1;
            acknowledgedBelow = (killed.acknowledged.at(-1) as number) + 1;
          }
          // In the other rounds the folder goes straight from a kill to the next process, which must open it.
          if (rounds % 3 === 0) await checkRecord(folder, acknowledgedBelow);
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
