import assert from "node:assert/strict";
import { test } from "node:test";
import { sql } from "kysely";
import { withTestDatabase } from "../../../tests/harness/database.ts";
import { inTransaction } from "../database/index.ts";
import { append } from "./append.ts";
import type { NewFact } from "./fact.ts";
import { readAll, readCase, readSubject } from "./read.ts";
import { canonicalJson } from "./same-content.ts";

const receivedAt = Temporal.Instant.from("2026-03-01T09:00:00.123456789Z");

function fact(id: string, changes: Partial<NewFact> = {}): NewFact {
  return {
    id,
    subjectId: "person-1",
    caseId: "case-1",
    type: "treatment-started",
    data: { by: "doctor", days: 3, nested: { b: 1, a: [true, null] } },
    occurredOn: Temporal.PlainDate.from("2026-02-01"),
    occurredAt: null,
    recordedAt: Temporal.Instant.from("2026-02-02T10:00:00Z"),
    recordedBy: "clerk",
    organisationId: "org-1",
    serviceId: null,
    areaCode: null,
    replaces: null,
    reason: null,
    ...changes,
  };
}

test("a fact is read back as it was written, numbered within its subject", async () => {
  await withTestDatabase(async (db) => {
    const sent = fact("f1", {
      occurredAt: Temporal.Instant.from("2026-02-01T08:30:00.000001999Z"),
      recordedAt: null,
    });
    const result = await append(db, { facts: [sent, fact("f2")], projections: [], receivedAt });
    assert.ok(result.ok);
    const read = await readCase(db, "person-1", "case-1");
    assert.deepEqual(
      read.map((one) => [one.id, one.version]),
      [
        ["f1", 1],
        ["f2", 2],
      ],
    );
    assert.equal(String(read[0]?.occurredAt), "2026-02-01T08:30:00.000001Z");
    assert.equal(String(read[0]?.recordedAt), "2026-03-01T09:00:00.123456Z");
    assert.equal(String(read[0]?.receivedAt), "2026-03-01T09:00:00.123456Z");
    assert.equal(String(read[0]?.occurredOn), "2026-02-01");
    assert.deepEqual(read[0]?.data, sent.data);
    assert.equal(canonicalJson(result.appended), canonicalJson(read), "what append returns is what is read");
  });
});

test("a fact sent again changes nothing and says so, whatever the order of its keys", async () => {
  await withTestDatabase(async (db) => {
    await append(db, { facts: [fact("f1", { recordedAt: null })], projections: [], receivedAt });
    const again = fact("f1", {
      recordedAt: null,
      data: { nested: { a: [true, null], b: 1 }, days: 3, by: "doctor" },
    });
    const later = receivedAt.add({ hours: 5 });
    const result = await append(db, {
      facts: [again, fact("f2"), fact("f2")],
      expectedVersions: new Map([["person-1", 1]]),
      projections: [],
      receivedAt: later,
    });
    assert.ok(result.ok);
    assert.deepEqual(result.repeated, [
      { subjectId: "person-1", id: "f1" },
      { subjectId: "person-1", id: "f2" },
    ]);
    assert.equal(result.appended.length, 1);
    assert.equal((await readSubject(db, "person-1")).length, 2);
    const retried = await append(db, {
      facts: [fact("f2")],
      expectedVersions: new Map([["person-1", 1]]),
      projections: [],
      receivedAt,
    });
    assert.ok(retried.ok, "an acknowledged request that is sent again is a repeat, not a conflict");
  });
});

test("the same id with other content is refused and nothing of the request is kept", async () => {
  await withTestDatabase(async (db) => {
    await append(db, { facts: [fact("f1")], projections: [], receivedAt });
    for (const other of [
      fact("f1", { type: "withdrew" }),
      fact("f1", { data: { by: "nurse" } }),
      fact("f1", { recordedAt: null }),
    ]) {
      const result = await append(db, { facts: [fact("new"), other], projections: [], receivedAt });
      assert.ok(!result.ok && result.refusal.kind === "conflicting-id");
      assert.deepEqual(result.refusal.conflicts, [{ subjectId: "person-1", id: "f1" }]);
      assert.match(result.refusal.message, /f1 \(of person-1\)/);
    }
    assert.equal((await readSubject(db, "person-1")).length, 1);
    const elsewhere = await append(db, {
      facts: [fact("f1", { subjectId: "person-2", type: "withdrew" })],
      projections: [],
      receivedAt,
    });
    assert.ok(elsewhere.ok, "ids belong to their subject");
  });
});

test("a decision made on an old version is refused with both versions", async () => {
  await withTestDatabase(async (db) => {
    await append(db, {
      facts: [fact("f1")],
      expectedVersions: new Map([["person-1", 0]]),
      projections: [],
      receivedAt,
    });
    const result = await append(db, {
      facts: [fact("f2")],
      expectedVersions: new Map([["person-1", 0]]),
      projections: [],
      receivedAt,
    });
    assert.ok(!result.ok && result.refusal.kind === "version-conflict");
    assert.deepEqual([result.refusal.expectedVersion, result.refusal.actualVersion], [0, 1]);
    assert.equal((await readSubject(db, "person-1")).length, 1);
  });
});

test("a projection is written with the facts or not at all", async () => {
  await withTestDatabase(async (db) => {
    const seen: unknown[] = [];
    const failing = {
      name: "failing",
      tables: [],
      apply: async (transaction: Parameters<typeof readCase>[0], cases: readonly unknown[]) => {
        seen.push(cases, (await readCase(transaction, "person-1", "case-1")).length);
        throw new Error("the projection failed");
      },
    };
    await assert.rejects(
      append(db, { facts: [fact("f1"), fact("f2")], projections: [failing], receivedAt }),
      /the projection failed/,
    );
    assert.deepEqual(seen, [[{ subjectId: "person-1", caseId: "case-1" }], 2]);
    assert.equal((await readSubject(db, "person-1")).length, 0);
  });
});

test("twenty senders at once: every fact once, versions and positions without gaps", async () => {
  await withTestDatabase(async (db) => {
    const senders = Array.from({ length: 20 }, (_, sender) =>
      Array.from({ length: 3 }, (_, part) =>
        append(db, {
          facts: [
            fact(`${sender}-${part}`),
            fact(`${sender}-${part}`, { subjectId: `person-${2 + (sender % 4)}` }),
            fact("shared"), // everybody sends this one
          ],
          projections: [],
          receivedAt,
        }),
      ),
    );
    const results = await Promise.all(senders.flat());
    assert.ok(results.every((result) => result.ok));
    assert.equal(results.filter((result) => result.ok && result.appended.some((one) => one.id === "shared")).length, 1);
    const facts = await readSubject(db, "person-1");
    assert.deepEqual(
      facts.map((one) => one.version),
      Array.from({ length: 61 }, (_, index) => index + 1),
    );
    assert.equal(new Set(facts.map((one) => one.id)).size, 61);
    const positions: number[] = [];
    for await (const batch of readAll(db, { batch: 7 })) positions.push(...batch.map((one) => one.position));
    assert.deepEqual(
      positions,
      Array.from({ length: 121 }, (_, index) => index + 1),
    );
  });
});

test("two deciders who read the same version cannot both win", async () => {
  await withTestDatabase(async (db) => {
    const results = await Promise.all(
      ["a", "b", "c", "d"].map((id) =>
        append(db, {
          facts: [fact(id)],
          expectedVersions: new Map([["person-1", 0]]),
          projections: [],
          receivedAt,
        }),
      ),
    );
    assert.equal(results.filter((result) => result.ok).length, 1);
    assert.ok(results.every((result) => result.ok || result.refusal.kind === "version-conflict"));
  });
});

test("positions follow the order of commits, and no reader ever sees a gap while others write", async () => {
  await withTestDatabase(async (db) => {
    let writing = true;
    const writers = Promise.all(
      Array.from({ length: 6 }, async (_, writer) => {
        for (let part = 0; part < 10; part += 1) {
          await append(db, {
            facts: [fact(`${writer}-${part}`, { subjectId: `s${writer}` })],
            projections: [],
            receivedAt,
          });
        }
      }),
    ).finally(() => (writing = false));
    const seen: string[] = [];
    let after = 0;
    const follow = async (): Promise<void> => {
      for await (const batch of readAll(db, { afterPosition: after, batch: 5 })) {
        for (const { position, fact: one } of batch) {
          assert.equal(position, after + 1);
          after = position;
          seen.push(`${one.subjectId} ${one.version}`);
        }
      }
    };
    while (writing) await Promise.all([follow().catch((error: unknown) => Promise.reject(error)), Promise.resolve()]);
    await writers;
    await follow();
    assert.equal(seen.length, 60);
    assert.equal(new Set(seen).size, 60);
  });
});

test("the application's role can neither change nor remove a fact", async () => {
  await withTestDatabase(async (db) => {
    await append(db, { facts: [fact("f1")], projections: [], receivedAt });
    for (const statement of [
      "update fact set type = 'x'",
      "delete from fact",
      "truncate fact",
      "update fact_position set position = 7",
      "delete from fact_position",
      "alter table fact drop column reason",
    ]) {
      await assert.rejects(
        inTransaction(db, (transaction) => sql.raw(statement).execute(transaction)),
        (error: { code?: string }) => error.code === "42501",
        statement,
      );
    }
    assert.equal((await readSubject(db, "person-1")).length, 1);
  });
});
