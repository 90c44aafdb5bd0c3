import assert from "node:assert/strict";
import { test } from "node:test";
import { sql } from "kysely";
import { withTestDatabase } from "../../../tests/harness/database.ts";
import type { Database } from "../database/index.ts";
import {
  append,
  bulkLoad,
  compareRebuild,
  countFacts,
  exportFacts,
  factSink,
  FactRefusedError,
  type NewFact,
  type Projection,
  readCases,
  readSubject,
  rebuild,
  type RebuildProgress,
} from "./index.ts";

const receivedAt = Temporal.Instant.from("2026-03-01T09:00:00Z");

function fact(index: number, changes: Partial<NewFact> = {}): NewFact {
  return {
    id: `f${index}`,
    subjectId: `person-${index % 7}`,
    caseId: index % 5 === 0 ? null : `case-${index % 3}`,
    type: "seen",
    data: { index },
    occurredOn: Temporal.PlainDate.from("2026-01-01").add({ days: index }),
    occurredAt: null,
    recordedAt: null,
    recordedBy: "clerk",
    organisationId: null,
    serviceId: null,
    areaCode: null,
    replaces: null,
    reason: null,
    ...changes,
  };
}

/** A projection of its own table: how many facts each case has. */
const counts: Projection = {
  name: "counts",
  tables: ["test_count"],
  async apply(transaction, cases) {
    const facts = await readCases(transaction, cases);
    for (const { subjectId, caseId } of cases) {
      const count = facts.get(`${subjectId}\0${caseId}`)?.length ?? 0;
      await sql`
        insert into test_count (subject_id, case_id, count) values (${subjectId}, ${caseId}, ${count})
        on conflict (subject_id, case_id) do update set count = excluded.count`.execute(transaction);
    }
  },
};

async function withCounts(db: Database, body: () => Promise<void>): Promise<void> {
  await sql
    .raw(
      `create table test_count (subject_id text, case_id text, count integer, primary key (subject_id, case_id));
     grant select, insert, update, delete on test_count to handrail_app`,
    )
    .execute(db);
  try {
    await body();
  } finally {
    await sql`drop table test_count`.execute(db);
  }
}

const total = async (db: Database): Promise<number> =>
  (
    await sql<{
      total: number;
    }>`select coalesce(sum(count), 0)::integer as total from test_count`.execute(db)
  ).rows[0]?.total ?? 0;

test("projections written with the facts are what a rebuild gives", async () => {
  await withTestDatabase((db) =>
    withCounts(db, async () => {
      for (let part = 0; part < 5; part += 1) {
        const facts = Array.from({ length: 20 }, (_, index) => fact(part * 20 + index));
        await append(db, { facts, projections: [counts], receivedAt });
      }
      assert.equal(await total(db), 80);
      assert.deepEqual(await compareRebuild(db, [counts]), []);
    }),
  );
});

test("a projection that went wrong is found by the comparison and mended by the rebuild", async () => {
  await withTestDatabase((db) =>
    withCounts(db, async () => {
      await append(db, {
        facts: Array.from({ length: 30 }, (_, index) => fact(index)),
        projections: [counts],
        receivedAt,
      });
      await sql`update test_count set count = 99 where subject_id = 'person-1' and case_id = 'case-1'`.execute(db);
      await sql`insert into test_count values ('nobody', 'no-case', 1)`.execute(db);
      const [difference, ...others] = await compareRebuild(db, [counts]);
      assert.deepEqual(
        [difference?.table, difference?.surplus.length, difference?.missing.length, others],
        ["test_count", 2, 1, []],
      );
      const steps: RebuildProgress[] = [];
      await rebuild(db, [counts], { onProgress: (progress) => steps.push(progress) });
      assert.deepEqual(await compareRebuild(db, [counts]), []);
      assert.equal(await total(db), 24);
      assert.equal(steps.at(-1)?.casesDone, steps.at(-1)?.casesTotal);
    }),
  );
});

test("readers never see a projection empty while it is rebuilt, and appends meanwhile are not lost", async () => {
  await withTestDatabase((db) =>
    withCounts(db, async () => {
      await append(db, {
        facts: Array.from({ length: 50 }, (_, index) => fact(index)),
        projections: [counts],
        receivedAt,
      });
      let rebuilding = true;
      const rebuilds = (async () => {
        for (let time = 0; time < 5; time += 1) await rebuild(db, [counts]);
      })().finally(() => (rebuilding = false));
      let next = 50;
      while (rebuilding) {
        assert.ok((await total(db)) >= 40);
        await append(db, { facts: [fact(next)], projections: [counts], receivedAt });
        next += 1;
      }
      await rebuilds;
      assert.deepEqual(await compareRebuild(db, [counts]), []);
    }),
  );
});

test("an empty record is loaded in bulk, numbered, and then exported in the same order", async () => {
  await withTestDatabase(async (db) => {
    const facts = Array.from({ length: 25_000 }, (_, index) => fact(index));
    const loaded = await bulkLoad(db, { facts, receivedAt });
    assert.equal(loaded, 25_000);
    let index = 0;
    for await (const one of exportFacts(db)) {
      assert.equal(one.id, `f${index}`);
      index += 1;
    }
    assert.equal(index, 25_000);
    assert.deepEqual(
      (await readSubject(db, "person-3")).slice(0, 3).map((one) => [one.id, one.version]),
      [
        ["f3", 1],
        ["f10", 2],
        ["f17", 3],
      ],
    );
    await append(db, { facts: [fact(25_000)], projections: [], receivedAt });
    const last = await Array.fromAsync(exportFacts(db));
    assert.equal(last.at(-1)?.id, "f25000");
    await assert.rejects(bulkLoad(db, { facts, receivedAt }), /record is not empty/);
  });
});

test("a bulk load that fails in the middle leaves the record empty", async () => {
  await withTestDatabase(async (db) => {
    const facts = [...Array.from({ length: 10_100 }, (_, index) => fact(index)), fact(0)];
    await assert.rejects(bulkLoad(db, { facts, receivedAt }), (error: { code?: string }) => error.code === "23505");
    assert.equal(await countFacts(db), 0);
    assert.equal(await bulkLoad(db, { facts: [fact(1)], receivedAt }), 1);
  });
});

test("a stream of facts goes in by batches; sending it again is harmless; a refused batch is an error", async () => {
  await withTestDatabase(async (db) => {
    const send = async (facts: readonly NewFact[]): Promise<unknown> => {
      const sink = factSink(db, { projections: [], now: () => receivedAt, batch: 10 });
      for (const one of facts) await sink.write(one);
      return sink.end();
    };
    const facts = Array.from({ length: 35 }, (_, index) => fact(index));
    assert.deepEqual(await send(facts), { appended: 35, repeated: 0 });
    assert.deepEqual(await send([...facts, fact(35)]), { appended: 1, repeated: 35 });
    await assert.rejects(send([fact(40), fact(1, { type: "other" })]), FactRefusedError);
    assert.equal(await countFacts(db), 36);
  });
});
