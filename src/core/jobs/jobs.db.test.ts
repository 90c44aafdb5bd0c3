import assert from "node:assert/strict";
import { test } from "node:test";
import { withTestDatabase } from "../../../tests/harness/database.ts";
import { openJobs } from "./index.ts";

test("a job runs at the start, when it is poked and again when it asks to; two nodes share one database", async () => {
  await withTestDatabase(async (db) => {
    const lines: string[] = [];
    const runs = { first: 0, second: 0 };
    let told = Promise.withResolvers<void>();
    const node = (name: keyof typeof runs) =>
      openJobs(db, {
        log: (line) => lines.push(line),
        jobs: [
          {
            name: "trial",
            cron: "0 3 * * *",
            run: () => {
              runs[name] += 1;
              told.resolve();
              // Once, the work is not over.
              return Promise.resolve(runs.first === 2 ? Temporal.Now.instant() : null);
            },
          },
        ],
      });
    const first = await node("first");
    await told.promise;
    assert.equal(runs.first, 1, "at the start");
    told = Promise.withResolvers();
    first.poke("trial");
    await told.promise;
    told = Promise.withResolvers();
    await told.promise;
    assert.equal(runs.first, 3, "poked, and once more as it asked");
    const second = await node("second");
    told = Promise.withResolvers();
    second.poke("trial");
    await told.promise;
    assert.ok(runs.first + runs.second >= 4);
    await second.stop();
    told = Promise.withResolvers();
    first.poke("trial");
    await told.promise;
    await first.stop();
    assert.deepEqual(lines, []);
  });
});

test("a job that fails is written to the log's side, not lost: the next poke runs it again", async () => {
  await withTestDatabase(async (db) => {
    let runs = 0;
    const over = Promise.withResolvers<void>();
    const failed = Promise.withResolvers<void>();
    const jobs = await openJobs(db, {
      log: () => {},
      jobs: [
        {
          name: "falls",
          cron: "0 3 * * *",
          run: () => {
            runs += 1;
            if (runs === 1) {
              failed.resolve();
              return Promise.reject(new Error("the first time"));
            }
            over.resolve();
            return Promise.resolve(null);
          },
        },
      ],
    });
    await failed.promise;
    // The failure is written before the next is taken; until then a poke finds the worker busy and waits for its turn.
    jobs.poke("falls");
    await over.promise;
    assert.equal(runs, 2);
    await jobs.stop();
  });
});
