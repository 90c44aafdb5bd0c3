import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { type Fact, WITHDRAWN_ENTRY } from "./fact.ts";
import { asAt, historyAt, inForce, knownOn } from "./history.ts";

const LONDON = "Europe/London";

function fact(id: string, changes: Partial<Fact> = {}): Fact {
  const recordedAt = changes.recordedAt ?? Temporal.Instant.from("2026-01-10T12:00:00Z");
  return {
    id,
    subjectId: "person-1",
    caseId: "case-1",
    version: 1,
    type: "treatment-started",
    data: {},
    occurredOn: Temporal.PlainDate.from("2026-01-10"),
    occurredAt: null,
    recordedBy: "clerk",
    organisationId: null,
    serviceId: null,
    areaCode: null,
    replaces: null,
    reason: null,
    receivedAt: recordedAt,
    ...changes,
    recordedAt,
  };
}

const day = (number: number): Temporal.Instant =>
  Temporal.Instant.from("2026-01-01T12:00:00Z").add({ hours: 24 * number });
const entry = (id: string, recordedDay: number, replaces: string | null = null, type = "treatment-started"): Fact =>
  fact(id, { recordedAt: day(recordedDay), replaces, type, version: recordedDay + 1 });
const withdrawal = (id: string, recordedDay: number, replaces: string): Fact =>
  entry(id, recordedDay, replaces, WITHDRAWN_ENTRY);
const ids = (facts: readonly Fact[]): readonly string[] => facts.map((one) => one.id);

test("a correction stands in the place of what it corrects, and a correction of a correction in the place of both", () => {
  assert.deepEqual(ids(inForce([entry("a", 0), entry("b", 1, "a")]).facts), ["b"]);
  assert.deepEqual(ids(inForce([entry("a", 0), entry("b", 1, "a"), entry("c", 2, "b")]).facts), ["c"]);
  assert.deepEqual(ids(inForce([entry("c", 2, "b"), entry("b", 1, "a"), entry("a", 0)]).facts), ["c"], "in any order");
});

test("a withdrawal cancels the entry; withdrawing twice is withdrawing once", () => {
  assert.deepEqual(ids(inForce([entry("a", 0), withdrawal("w", 1, "a"), entry("other", 1)]).facts), ["other"]);
  assert.deepEqual(ids(inForce([entry("a", 0), withdrawal("w", 1, "a"), withdrawal("v", 2, "a")]).facts), []);
});

test("withdrawing a correction or a withdrawal brings back what it had put aside", () => {
  assert.deepEqual(ids(inForce([entry("a", 0), entry("b", 1, "a"), withdrawal("w", 2, "b")]).facts), ["a"]);
  assert.deepEqual(ids(inForce([entry("a", 0), withdrawal("w", 1, "a"), withdrawal("v", 2, "w")]).facts), ["a"]);
  assert.deepEqual(
    ids(inForce([entry("a", 0), withdrawal("w", 1, "a"), withdrawal("x", 1, "a"), withdrawal("v", 2, "w")]).facts),
    [],
    "the other withdrawal still holds",
  );
});

test("of two corrections of one entry the last recorded stands", () => {
  assert.deepEqual(ids(inForce([entry("a", 0), entry("late", 3, "a"), entry("early", 2, "a")]).facts), ["late"]);
  assert.deepEqual(ids(inForce([entry("a", 0), entry("b", 1, "a"), entry("c", 2, "a"), entry("d", 3, "b")]).facts), [
    "d",
  ]);
});

test("an entry that corrects an unknown one stands by itself and is reported", () => {
  const result = inForce([entry("a", 0, "nowhere"), withdrawal("w", 1, "nowhere-either")]);
  assert.deepEqual(ids(result.facts), ["a"]);
  assert.deepEqual(result.unapplied, [
    { id: "a", replaces: "nowhere", why: "unknown" },
    { id: "w", replaces: "nowhere-either", why: "unknown" },
  ]);
});

test("entries that replace each other in a circle replace nothing and are reported", () => {
  const result = inForce([entry("a", 0, "b"), entry("b", 1, "a"), entry("self", 2, "self"), entry("c", 3, "a")]);
  assert.deepEqual(
    result.unapplied.map((one) => [one.id, one.why]),
    [
      ["a", "circular"],
      ["b", "circular"],
      ["self", "circular"],
    ],
  );
  assert.deepEqual(ids(result.facts), ["b", "self", "c"]);
});

test("a correction counts only from when it was known", () => {
  const facts = [entry("a", 0), entry("b", 5, "a")];
  const on = (when: Temporal.Instant | Temporal.PlainDate): readonly string[] =>
    ids(historyAt(facts, { knownOn: when, timeZone: LONDON }).facts);
  assert.deepEqual(on(day(4)), ["a"]);
  assert.deepEqual(on(day(5)), ["b"]);
  assert.deepEqual(on(Temporal.PlainDate.from("2026-01-05")), ["a"]);
  assert.deepEqual(on(Temporal.PlainDate.from("2026-01-06")), ["b"], "a date means the end of that day");
  assert.deepEqual(on(Temporal.PlainDate.from("2025-12-31")), []);
});

test("a correction that moves an entry to a later day takes it out of an earlier as-at", () => {
  const moved = fact("b", {
    replaces: "a",
    occurredOn: Temporal.PlainDate.from("2026-03-01"),
    recordedAt: day(30),
  });
  const facts = [entry("a", 0), moved];
  const moments = { asAt: Temporal.PlainDate.from("2026-02-01"), timeZone: LONDON };
  assert.deepEqual(ids(historyAt(facts, moments).facts), []);
  assert.deepEqual(ids(historyAt(facts, { ...moments, knownOn: day(3) }).facts), ["a"]);
});

test("the end of a day is that of the time zone, also when the clocks change", () => {
  const at = (text: string): Fact => {
    const occurredAt = Temporal.Instant.from(text);
    return fact(text, {
      occurredAt,
      recordedAt: occurredAt,
      occurredOn: occurredAt.toZonedDateTimeISO(LONDON).toPlainDate(),
    });
  };
  // 2026-03-29 has 23 hours in London and ends at 23:00 UTC.
  const facts = [at("2026-03-29T22:59:59.999999Z"), at("2026-03-29T23:00:00Z")];
  const date = Temporal.PlainDate.from("2026-03-29");
  for (const cut of [knownOn, asAt]) assert.deepEqual(ids(cut(facts, date, LONDON)), ["2026-03-29T22:59:59.999999Z"]);
  for (const cut of [knownOn, asAt]) assert.equal(cut(facts, date, "America/New_York").length, 2);
});

test("as at an instant, an entry without a time counts from the beginning of its day", () => {
  const facts = [fact("a", { occurredOn: Temporal.PlainDate.from("2026-06-02") })];
  assert.equal(asAt(facts, Temporal.Instant.from("2026-06-01T22:59:59Z"), LONDON).length, 0);
  assert.equal(
    asAt(facts, Temporal.Instant.from("2026-06-01T23:00:00Z"), LONDON).length,
    1,
    "00:00 in British summer time",
  );
});

/** Histories in which each fact may replace any other, circles included. */
const histories = fc
  .array(
    fc.record({
      replaces: fc.option(fc.nat({ max: 9 }), { nil: null, freq: 2 }),
      withdrawal: fc.boolean(),
      recordedDay: fc.nat({ max: 5 }),
    }),
    { maxLength: 8 },
  )
  .map((list) =>
    list.map(({ replaces, withdrawal: isWithdrawal, recordedDay }, index) =>
      fact(`f${index}`, {
        version: index + 1,
        recordedAt: day(recordedDay),
        receivedAt: day(9),
        replaces: replaces === null ? null : `f${replaces}`,
        type: isWithdrawal && replaces !== null ? WITHDRAWN_ENTRY : "treatment-started",
      }),
    ),
  );

/** The rules once more, slow and obvious. */
function reference(facts: readonly Fact[]): readonly string[] {
  const find = (id: string | null): Fact | undefined => facts.find((one) => one.id === id);
  const onCircle = (one: Fact): boolean => {
    let at = find(one.replaces);
    for (let step = 0; step <= facts.length && at !== undefined; step += 1) {
      if (at.id === one.id) return true;
      at = find(at.replaces);
    }
    return false;
  };
  const target = (one: Fact): Fact | undefined => (onCircle(one) ? undefined : find(one.replaces));
  const undone = (one: Fact): boolean =>
    facts.some((other) => other.type === WITHDRAWN_ENTRY && target(other) === one && !undone(other));
  const leaves = facts.filter(
    (one) => one.type !== WITHDRAWN_ENTRY && !facts.some((other) => target(other) === one && !undone(other)),
  );
  const root = (one: Fact): Fact => {
    const next = target(one);
    return next === undefined ? one : root(next);
  };
  const order = (one: Fact): number => Number(one.recordedAt.epochMilliseconds) * 100 + one.version;
  return leaves
    .filter((one) => !leaves.some((other) => other !== one && root(other) === root(one) && order(other) > order(one)))
    .map((one) => one.id);
}

test("corrections and withdrawals in any tangle give what the rules, taken one by one, give", () => {
  fc.assert(
    fc.property(histories, (facts) => {
      assert.deepEqual(ids(inForce(facts).facts), reference(facts));
    }),
    { numRuns: 3_000 },
  );
});

test("the order in which facts arrive does not change what stands", () => {
  fc.assert(
    fc.property(histories, fc.infiniteStream(fc.nat()), (facts, stream) => {
      const shuffled = facts
        .map((one) => [stream.next().value as number, one] as const)
        .sort((left, right) => left[0] - right[0]);
      const standing = ids(inForce(shuffled.map(([, one]) => one)).facts);
      assert.deepEqual([...standing].sort(), [...ids(inForce(facts).facts)].sort());
    }),
  );
});

test("what was known never changes by what is learnt later", () => {
  fc.assert(
    fc.property(histories, fc.nat({ max: 5 }), (facts, known) => {
      const before = facts.filter((one) => Temporal.Instant.compare(one.recordedAt, day(known)) <= 0);
      assert.deepEqual(historyAt(facts, { knownOn: day(known), timeZone: LONDON }), inForce(before));
    }),
  );
});

test("without corrections everything stands", () => {
  fc.assert(
    fc.property(histories, (facts) => {
      const plain = facts.map((one) => ({ ...one, replaces: null, type: "treatment-started" }));
      assert.deepEqual(inForce(plain), { facts: plain, unapplied: [] });
    }),
  );
});
