import assert from "node:assert/strict";
import { test } from "node:test";
import { sql } from "kysely";
import { withTestDatabase } from "../../../tests/harness/database.ts";
import { inTransaction } from "../database/index.ts";
import { LOOK_LIMIT, logLook, readLooks } from "./index.ts";

const look = (subjectIds: readonly string[], seenAt: string): Parameters<typeof logLook>[1] => ({
  subjectIds,
  seenBy: "nurse-1",
  purpose: "direct care",
  route: "person",
  seenAt: Temporal.Instant.from(seenAt),
  action: "view",
  what: "promises",
  allowed: true,
  reasons: [{ rule: "P1", through: "post-1" }],
});

test("a person sees who looked at their data, newest first, and a list is one batch", async () => {
  await withTestDatabase(async (db) => {
    await logLook(db, look(["ann"], "2026-03-01T09:00:00Z"));
    await logLook(db, look(["ann", "bob", "ann"], "2026-03-02T09:00:00Z"));
    await logLook(db, look([], "2026-03-03T09:00:00Z"));
    const [newest, oldest, ...others] = await readLooks(db, ["ann"]);
    assert.deepEqual(
      [String(newest?.seenAt), String(oldest?.seenAt), others],
      ["2026-03-02T09:00:00Z", "2026-03-01T09:00:00Z", []],
    );
    assert.equal((await readLooks(db, ["bob"]))[0]?.batchId, newest?.batchId);
    assert.equal((await readLooks(db, ["ann"], { limit: 1 })).length, 1);
  });
});

test("nobody can take a look out of the log", async () => {
  await withTestDatabase(async (db) => {
    await logLook(db, look(["ann"], "2026-03-01T09:00:00Z"));
    for (const statement of ["delete from access_log", "update access_log set seen_by = 'x'"]) {
      await assert.rejects(
        inTransaction(db, (transaction) => sql.raw(statement).execute(transaction)),
        (error: { code?: string }) => error.code === "42501",
      );
    }
  });
});

test("a look at more people than the limit is refused", async () => {
  await withTestDatabase(async (db) => {
    const many = Array.from({ length: LOOK_LIMIT + 1 }, (_, index) => `p${index}`);
    await assert.rejects(logLook(db, look(many, "2026-03-01T09:00:00Z")), /the limit is 10000/);
  });
});
