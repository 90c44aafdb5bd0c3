/** Recording, withdrawing, the worklist and the clocks of the record, on a real database. */
import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { describe, test } from "node:test";
import fc from "fast-check";
import { sql } from "kysely";
import { withTestDatabase } from "../../../tests/harness/database.ts";
import type { Predicate } from "../../core/access/index.ts";
import { inTransaction, type Database } from "../../core/database/index.ts";
import { append, compareRebuild, readSubject, rebuild, type NewFact } from "../../core/record/index.ts";
import { parseDay } from "../../lib/dates/day.ts";
import { loadPerson, newFactId, recordEvent, withdrawEntry, type GuaranteeTools, type Recorded } from "./actions.ts";
import { library } from "./library.ts";
import type { PersonView, Sight } from "./model/person.ts";
import { ANY_SERVICE } from "./model/promises-made.ts";
import type { WorklistFilter } from "./model/worklist.ts";
import { clockProjection, definitionsOf } from "./projection.ts";
import { addPromisesMade, countWorklist, readMonthlyCounts, readWaits, readWorklist } from "./store.ts";

const built = library();
const projections = [clockProjection(definitionsOf(built))];
const now = Temporal.Instant.from("2024-06-03T09:00:00Z"); // a Monday
const today = parseDay("2024-06-03") as number;

const toolsOf = (db: Database): GuaranteeTools => ({
  db,
  vault: { masterKey: randomBytes(32) },
  library: built,
  definitions: definitionsOf(built),
  projections,
  timeZone: "Europe/London",
  origin: "http://localhost:3000",
  log: assert.fail,
});

function fact(
  subjectId: string,
  caseId: string,
  type: string,
  occurred: string,
  changes: Partial<NewFact> = {},
): NewFact {
  const occurredOn = Temporal.PlainDate.from(occurred);
  return {
    id: `${caseId} ${type} ${occurred}`,
    subjectId,
    caseId,
    type,
    data: {},
    occurredOn,
    occurredAt: null,
    recordedAt: occurredOn.toZonedDateTime("Europe/London").toInstant(),
    recordedBy: "test",
    organisationId: "trust",
    serviceId: "hips",
    areaCode: "E01",
    replaces: null,
    reason: null,
    ...changes,
  };
}

/** A database in which hips promise 18 weeks, and information is answered by every service that promises nothing else. */
async function withRecord(facts: readonly NewFact[], body: (db: Database) => Promise<void>): Promise<void> {
  await withTestDatabase(async (db) => {
    const made = [
      { serviceId: "hips", guarantee: "eng-rtt", overlay: null, choices: {} },
      { serviceId: "knees", guarantee: "eng-rtt", overlay: null, choices: { "later-missed-stop": "appointment" } },
      { serviceId: ANY_SERVICE, guarantee: "uk-foi", overlay: null, choices: {} },
    ];
    await inTransaction(db, (transaction) => addPromisesMade(transaction, made));
    if (facts.length > 0) assert.ok((await append(db, { facts, projections, receivedAt: now })).ok);
    await body(db);
  });
}

const EVERYTHING: Sight = { reader: null, fact: () => true, details: ["name", "birth-date", "identifiers"] };
const EVERYBODY: Predicate = {
  subjects: [],
  reaches: [{ place: "everybody", except: [] }],
  reasons: [],
  purpose: null,
};

async function person(tools: GuaranteeTools, subjectId: string): Promise<PersonView> {
  const found = await loadPerson(tools, subjectId, now, EVERYTHING);
  assert.ok(found !== null);
  return found;
}
const states = (view: PersonView) =>
  view.cases.flatMap((one) => one.clocks.map(({ clock }) => [one.caseId, clock.promise, clock.period, clock.state]));
const stored = async (db: Database) =>
  (
    await sql<{
      row: string;
    }>`select concat_ws(' ', case_id, promise, period, started_on, coalesce(outcome, 'running'), coalesce(due_on::text, '-')) as row from guarantee_clock order by 1`.execute(
      db,
    )
  ).rows.map(({ row }) => row);

describe("the clocks of the record", () => {
  test("stand there as soon as the facts do, by the promises of their service", async () => {
    await withRecord(
      [
        fact("ann", "a1", "referral-received", "2024-01-08"),
        fact("bob", "b1", "request-received", "2024-05-01", { serviceId: null }),
      ],
      async (db) => {
        assert.deepEqual(await stored(db), [
          "a1 treatment 1 2024-01-08 running 2024-05-13",
          "b1 response 1 2024-05-01 running 2024-05-31",
        ]);
        await append(db, {
          facts: [fact("ann", "a1", "treatment-started", "2024-05-13")],
          projections,
          receivedAt: now,
        });
        assert.deepEqual((await stored(db))[0], "a1 treatment 1 2024-01-08 kept 2024-05-13");
      },
    );
  });

  test("follow the readings that the service chose", async () => {
    const missed = (caseId: string, serviceId: string) => [
      fact("ann", caseId, "referral-received", "2024-01-08", { serviceId }),
      fact("ann", caseId, "appointment-missed", "2024-05-13", { serviceId }),
      fact("ann", caseId, "discharged-after-missed", "2024-05-20", { serviceId }),
    ];
    await withRecord([...missed("h", "hips"), ...missed("k", "knees")], async (db) => {
      assert.deepEqual(await stored(db), [
        "h treatment 1 2024-01-08 broken 2024-05-13",
        "k treatment 1 2024-01-08 kept 2024-05-13",
      ]);
    });
  });

  test("of an open pause have no due date until it ends", async () => {
    await withRecord(
      [
        fact("bob", "b1", "request-received", "2024-05-01", { serviceId: null }),
        fact("bob", "b1", "fee-noticed", "2024-05-07", { serviceId: null }),
      ],
      async (db) => {
        assert.deepEqual(await stored(db), ["b1 response 1 2024-05-01 running -"]);
        await append(db, {
          facts: [fact("bob", "b1", "fee-paid", "2024-05-08", { serviceId: null })],
          projections,
          receivedAt: now,
        });
        assert.deepEqual(await stored(db), ["b1 response 1 2024-05-01 running 2024-06-04"]);
      },
    );
  });

  test("are what a rebuild gives, whatever the facts and the order in which they came", async () => {
    const types = fc.constantFrom(
      "referral-received",
      "appointment-missed",
      "monitoring-started",
      "monitoring-ended",
      "treatment-started",
      "died",
      "request-received",
      "fee-noticed",
      "fee-paid",
      "response-sent",
    );
    const one = fc.record({
      subject: fc.nat({ max: 3 }),
      type: types,
      day: fc.integer({ min: 0, max: 300 }),
      service: fc.constantFrom("hips", "knees", null),
      replaces: fc.option(fc.nat({ max: 20 }), { freq: 6 }),
    });
    await fc.assert(
      fc.asyncProperty(
        fc.array(one, { minLength: 1, maxLength: 20 }),
        fc.integer({ min: 1, max: 5 }),
        async (drafts, batch) => {
          await withRecord([], async (db) => {
            const facts = drafts.map((draft, index) =>
              fact(
                `person-${draft.subject}`,
                `case-${draft.subject}`,
                draft.type,
                Temporal.PlainDate.from("2023-09-01").add({ days: draft.day }).toString(),
                {
                  id: `f${index}`,
                  serviceId: draft.service,
                  data: draft.type === "appointment-missed" ? { first: draft.day % 2 === 0 } : {},
                  replaces: draft.replaces === null ? null : `f${draft.replaces}`,
                },
              ),
            );
            for (let from = 0; from < facts.length; from += batch)
              await append(db, { facts: facts.slice(from, from + batch), projections, receivedAt: now });
            assert.deepEqual(await compareRebuild(db, projections), []);
            const before = await stored(db);
            await rebuild(db, projections);
            assert.deepEqual(await stored(db), before);
          });
        },
      ),
      { numRuns: 8 },
    );
  });
});

describe("recording an event", () => {
  const referred = [fact("ann", "a1", "referral-received", "2024-03-04")];
  const request = (
    view: PersonView,
    row: Readonly<Record<string, string>>,
    changes: { readonly caseId?: string; readonly factId?: string } = {},
  ) => ({
    person: view,
    caseId: "a1",
    row,
    factId: newFactId(),
    seenVersion: view.cases[0]?.version ?? 0,
    recordedBy: "staff-1",
    now,
    ...changes,
  });
  const treated = { type: "treatment-started", occurred: "2024-06-03" };
  const problemsOf = (recorded: Recorded) =>
    !recorded.ok && "problems" in recorded
      ? recorded.problems.map(({ column, message }) => `${column} ${message}`)
      : [];

  test("stops the clock at once, and takes the case's place and the person who recorded it", async () => {
    await withRecord(referred, async (db) => {
      const tools = toolsOf(db);
      assert.ok((await recordEvent(tools, request(await person(tools, "ann"), treated))).ok);
      assert.deepEqual(states(await person(tools, "ann")), [["a1", "treatment", 1, "kept"]]);
      const last = (await readSubject(db, "ann")).at(-1);
      assert.deepEqual(
        [last?.recordedBy, last?.serviceId, last?.organisationId, last?.areaCode, last?.recordedAt.toString()],
        ["staff-1", "hips", "trust", "E01", now.toString()],
      );
      assert.deepEqual(await compareRebuild(db, projections), []);
    });
  });

  test("twice by the same form records it once, also when the page it came from is old", async () => {
    await withRecord(referred, async (db) => {
      const tools = toolsOf(db);
      const form = request(await person(tools, "ann"), treated);
      assert.deepEqual(await recordEvent(tools, form), { ok: true, factId: form.factId });
      assert.deepEqual(await recordEvent(tools, { ...form, person: await person(tools, "ann") }), {
        ok: true,
        factId: form.factId,
      });
      assert.deepEqual(
        await recordEvent(tools, form),
        { ok: true, factId: form.factId },
        "sent again from the old page",
      );
      assert.equal((await readSubject(db, "ann")).length, 2);
    });
  });

  test("is refused when somebody else has added to the history meanwhile", async () => {
    await withRecord(referred, async (db) => {
      const tools = toolsOf(db);
      const old = await person(tools, "ann");
      assert.ok((await recordEvent(tools, request(old, { type: "appointment-attended", occurred: "2024-05-01" }))).ok);
      const refused = await recordEvent(tools, request(old, treated));
      assert.ok(!refused.ok && "refusal" in refused && refused.refusal.kind === "version-conflict");
      const shownBefore = { ...request(await person(tools, "ann"), treated), seenVersion: old.cases[0]?.version ?? 0 };
      const late = await recordEvent(tools, shownBefore);
      assert.ok(
        !late.ok && "refusal" in late && late.refusal.kind === "version-conflict",
        "the form was shown before it",
      );
      assert.equal((await readSubject(db, "ann")).length, 2);
    });
  });

  test("is refused for the future, for a case that is not theirs, for a type or a date that is none; nothing is written", async () => {
    await withRecord([...referred, fact("bob", "b1", "referral-received", "2024-03-04")], async (db) => {
      const tools = toolsOf(db);
      const view = await person(tools, "ann");
      assert.deepEqual(problemsOf(await recordEvent(tools, request(view, { ...treated, occurred: "2024-06-04" }))), [
        "occurred future",
      ]);
      assert.deepEqual(
        problemsOf(await recordEvent(tools, request(view, { ...treated, occurred: "2024-06-03T10:01" }))),
        ["occurred future"],
      );
      assert.deepEqual(problemsOf(await recordEvent(tools, request(view, treated, { caseId: "b1" }))), [
        "case unknown",
      ]);
      assert.match(
        problemsOf(await recordEvent(tools, request(view, { ...treated, type: "treatmnt" }))).join(),
        /^type "treatmnt" is an event type that no definition names/,
      );
      assert.match(
        problemsOf(await recordEvent(tools, request(view, { ...treated, occurred: "2024-02-30" }))).join(),
        /^occurred "2024-02-30" is a date that does not exist/,
      );
      assert.equal((await readSubject(db, "ann")).length, 1);
      assert.ok(
        (await recordEvent(tools, request(view, { ...treated, occurred: "2024-06-03T10:00" }))).ok,
        "ten o'clock in London is nine in Greenwich: now",
      );
    });
  });

  test("and withdrawing it sets the clock back to where it stood; the entry stays on record", async () => {
    await withRecord(referred, async (db) => {
      const tools = toolsOf(db);
      const before = [states(await person(tools, "ann")), await stored(db)];
      const form = request(await person(tools, "ann"), treated);
      await recordEvent(tools, form);
      assert.notDeepEqual([states(await person(tools, "ann")), await stored(db)], before);
      const withdrawal = {
        person: await person(tools, "ann"),
        factId: form.factId,
        withdrawalId: newFactId(),
        reason: "wrong person",
        recordedBy: "staff-2",
        now,
      };
      assert.ok((await withdrawEntry(tools, withdrawal)).ok);
      assert.deepEqual([states(await person(tools, "ann")), await stored(db)], before);
      assert.ok((await withdrawEntry(tools, withdrawal)).ok, "twice is once");
      const facts = await readSubject(db, "ann");
      assert.deepEqual(
        facts.map(({ type, replaces, reason }) => [type, replaces, reason]),
        [
          ["referral-received", null, null],
          ["treatment-started", null, null],
          ["withdrawn-entry", form.factId, "wrong person"],
        ],
      );
      const unknown = await withdrawEntry(tools, { ...withdrawal, factId: "nothing", withdrawalId: newFactId() });
      assert.deepEqual(problemsOf(unknown), ["fact unknown"]);
    });
  });

  test("nobody is found under an id of which nothing is on record", async () => {
    await withRecord(referred, async (db) =>
      assert.equal(await loadPerson(toolsOf(db), "nobody", now, EVERYTHING), null),
    );
  });
});

describe("the worklist", () => {
  const ALL: WorklistFilter = {
    serviceId: null,
    organisationId: null,
    areaCode: null,
    guarantee: null,
    promise: null,
    state: "running",
  };
  const page = { offset: 0, limit: 50 };
  // Eighteen weeks from the referral: overdue since 13 May, due on 10 June, 1 July, 30 September; one request stands still.
  const facts = [
    fact("p1", "late", "referral-received", "2024-01-08"),
    fact("p2", "soon", "referral-received", "2024-02-05", { areaCode: "E02" }),
    fact("p3", "amber", "referral-received", "2024-02-26", { serviceId: "knees", organisationId: "other" }),
    fact("p4", "far", "referral-received", "2024-05-27"),
    fact("p5", "still", "request-received", "2024-05-28", { serviceId: null, organisationId: null, areaCode: null }),
    fact("p5", "still", "fee-noticed", "2024-05-29", { serviceId: null, organisationId: null, areaCode: null }),
    fact("p6", "done", "referral-received", "2024-01-08"),
    fact("p6", "done", "treatment-started", "2024-02-01"),
  ];
  const cases = async (db: Database, filter: Partial<WorklistFilter>, at = page) =>
    (await readWorklist(db, EVERYBODY, { ...ALL, ...filter }, now, today, at)).map((row) => row.caseId);

  test("shows who runs out first, those that stand still last, and nobody whose clock has stopped", async () => {
    await withRecord(facts, async (db) => {
      assert.deepEqual(await cases(db, {}), ["late", "soon", "amber", "far", "still"]);
      assert.deepEqual(await cases(db, {}, { offset: 1, limit: 2 }), ["soon", "amber"]);
      assert.deepEqual(await cases(db, {}, { offset: 5, limit: 2 }), []);
      const [late, soon] = await readWorklist(db, EVERYBODY, ALL, now, today, page);
      assert.deepEqual(
        [late?.overdue, late?.dueOn, late?.startedOn],
        [true, parseDay("2024-05-13"), parseDay("2024-01-08")],
      );
      assert.deepEqual(
        [soon?.overdue, soon?.dueOn, soon?.warnOn],
        [false, parseDay("2024-06-10"), parseDay("2024-05-13")],
      );
    });
  });

  test("is cut by state, service, organisation, place, guarantee and promise", async () => {
    await withRecord(facts, async (db) => {
      assert.deepEqual(await cases(db, { state: "overdue" }), ["late"]);
      assert.deepEqual(await cases(db, { state: "next" }), ["soon", "amber", "far"]);
      assert.deepEqual(await cases(db, { state: "soon" }), ["soon", "amber"]);
      assert.deepEqual(await cases(db, { state: "paused" }), ["still"]);
      assert.deepEqual(await cases(db, { serviceId: "knees" }), ["amber"]);
      assert.deepEqual(await cases(db, { organisationId: "trust" }), ["late", "soon", "far"]);
      assert.deepEqual(await cases(db, { areaCode: "E02" }), ["soon"]);
      assert.deepEqual(await cases(db, { guarantee: "uk-foi" }), ["still"]);
      assert.deepEqual(await cases(db, { promise: "treatment", state: "next", organisationId: "trust" }), [
        "soon",
        "far",
      ]);
      assert.deepEqual(await cases(db, { serviceId: "nowhere" }), []);
    });
  });

  test("counts what it shows", async () => {
    await withRecord(facts, async (db) => {
      assert.deepEqual(await countWorklist(db, EVERYBODY, ALL, now, today), {
        running: 5,
        overdue: 1,
        soon: 2,
        matching: 5,
      });
      for (const state of ["next", "soon", "overdue", "paused", "running"] as const) {
        for (const serviceId of [null, "hips", "knees"]) {
          const { matching } = await countWorklist(db, EVERYBODY, { ...ALL, state, serviceId }, now, today);
          assert.equal(matching, (await cases(db, { state, serviceId })).length, `${state} ${serviceId}`);
        }
      }
    });
  });

  test("a clock is overdue from the first instant after its last day where the person lives", async () => {
    await withRecord(facts, async (db) => {
      const overdue = async (at: string) =>
        (await readWorklist(db, EVERYBODY, { ...ALL, state: "overdue" }, Temporal.Instant.from(at), today, page)).map(
          (row) => row.caseId,
        );
      assert.deepEqual(await overdue("2024-06-10T22:59:59Z"), ["late"]);
      assert.deepEqual(await overdue("2024-06-10T23:00:00Z"), ["late", "soon"]);
    });
  });

  test("the figures of a place count what stopped by month, and who waits by week", async () => {
    const more = [
      ...facts,
      fact("p7", "late-done", "referral-received", "2023-06-05"),
      fact("p7", "late-done", "treatment-started", "2024-02-29"),
    ];
    await withRecord(more, async (db) => {
      const all = { areaCodes: null, serviceId: null };
      const counts = await readMonthlyCounts(
        db,
        all,
        parseDay("2024-02-01") as number,
        parseDay("2024-03-01") as number,
      );
      assert.deepEqual(
        counts.map(({ month, kept, broken }) => [month, kept, broken]),
        [["2024-02", 1, 1]],
      );
      assert.deepEqual(
        await readMonthlyCounts(db, all, parseDay("2024-02-02") as number, parseDay("2024-02-29") as number),
        [],
        "the first day counts, the day before which it ends does not",
      );
      const waits = await readWaits(db, { areaCodes: ["E01"], serviceId: "hips" }, now, today);
      assert.deepEqual(
        waits.map(({ weeks, count, overdue }) => [weeks, count, overdue]),
        [
          [1, 1, 0],
          [21, 1, 1],
        ],
      );
    });
  });
});
