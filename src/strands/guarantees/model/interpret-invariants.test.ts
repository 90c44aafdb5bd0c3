/** What holds for every history: against a slow walk through the calendar, and for every definition of the library. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import fc from "fast-check";
import { build, clock, definitionFile } from "../../../../tests/harness/definition.ts";
import { formatDay, parseDay } from "../../../lib/dates/day.ts";
import { definitionOf, library } from "../library.ts";
import type { Definition } from "./definition.ts";
import { WITHDRAWN_ENTRY, type CaseEvent } from "./event.ts";
import { evaluateCase, type Question } from "./interpret.ts";
import type { FieldFile } from "./language.ts";
import { scaleOf } from "./limit.ts";
import { countsTime } from "./scale.ts";

const day = (text: string): number => parseDay(text) as number;

/** Days of a pause: from the first, up to not including the last; null while it is open. */
type Pause = { readonly from: number; readonly to: number | null };

/** Pauses of one kind one after another, from ten days before the start on; the last may stay open. */
const pauses = fc
  .tuple(
    fc.array(fc.tuple(fc.integer({ min: 1, max: 15 }), fc.integer({ min: 1, max: 12 })), { maxLength: 4 }),
    fc.boolean(),
  )
  .map(([lengths, open]) => {
    let at = -10;
    return lengths.map(([before, length], index): Pause => {
      const from = at + before;
      at = from + length;
      return { from, to: open && index === lengths.length - 1 ? null : at };
    });
  });

/** A case near Easter and the clock change, the May holidays, a leap day or a year's end; days count from its start. */
const cases = fc.record({
  anchor: fc.constantFrom("2024-03-20", "2024-02-22", "2023-12-18", "2022-05-25", "2024-10-20"),
  limit: fc.integer({ min: 0, max: 25 }),
  waiting: pauses,
  away: pauses,
  stop: fc.option(fc.integer({ min: 0, max: 60 })),
  asAt: fc.integer({ min: 0, max: 70 }),
});

/** Days off in the years above that fall on weekdays, as gov.uk lists them. */
const HOLIDAYS = new Set(
  "2022-06-02 2022-06-03 2022-08-29 2022-09-19 2023-12-25 2023-12-26 2024-01-01 2024-03-29 2024-04-01 2024-05-06 2024-05-27 2024-12-25 2024-12-26 2025-01-01".split(
    " ",
  ),
);
const isWorked = (each: number) =>
  Temporal.PlainDate.from(formatDay(each)).dayOfWeek <= 5 && !HOLIDAYS.has(formatDay(each));

/** The clock as a clerk would count it: one day after another, a stroke for each that counts. */
function countByHand(
  each: typeof cases extends fc.Arbitrary<infer Case> ? Case : never,
  unit: "days" | "working days",
) {
  const start = day(each.anchor);
  const stopped = each.stop !== null && each.stop <= each.asAt;
  const end = start + (stopped ? (each.stop as number) : each.asAt);
  const isPaused = (at: number) =>
    [...each.waiting, ...each.away].some(
      ({ from, to }) => start + from <= at && at < Math.min(to === null ? end : start + to, end),
    );
  // A count of days is made of nights: the one that begins on a day counts unless that day is in a pause. A count of
  // working days is made of the days themselves, the start's own left out.
  const strokes = (at: number) => (unit === "days" ? at - 1 : at);
  const counts = (at: number) => unit === "days" || isWorked(at);
  let [elapsed, excluded] = [0, 0];
  for (let at = start + 1; at <= end; at++) {
    if (!counts(at)) continue;
    if (isPaused(strokes(at))) excluded++;
    else elapsed++;
  }
  let due = start;
  for (let left = each.limit; left > 0;) {
    due++;
    if (counts(due) && !isPaused(strokes(due))) left--;
  }
  const state = stopped ? (end <= due ? "kept" : "broken") : end <= due ? "waiting" : "overdue";
  return { state, due: formatDay(due), elapsed, excluded };
}

function eventsOf({
  anchor,
  waiting,
  away,
  stop,
}: typeof cases extends fc.Arbitrary<infer Case> ? Case : never): readonly string[] {
  const on = (offset: number, type: string) => `${formatDay(day(anchor) + offset)} ${type}`;
  const both = (name: string, list: readonly Pause[]) =>
    list.flatMap(({ from, to }) => [on(from, `${name}-began`), ...(to === null ? [] : [on(to, `${name}-ended`)])]);
  return [
    on(0, "opened"),
    ...both("waiting", waiting),
    ...both("away", away),
    ...(stop === null ? [] : [on(stop, "answered")]),
  ];
}

describe("a clock with pauses is what a clerk counts day by day", () => {
  for (const unit of ["days", "working days"] as const) {
    const built = Array.from({ length: 26 }, (_, limit) => build(definitionFile({ limit: `${limit} ${unit}` })));
    test(`in ${unit}, over holidays, clock changes, leap days and year ends`, () => {
      fc.assert(
        fc.property(cases, (each) => {
          const { state, due, elapsed, excluded } = clock(built[each.limit] as Definition, eventsOf(each), {
            asAt: formatDay(day(each.anchor) + each.asAt),
          });
          assert.deepEqual({ state, due, elapsed, excluded }, countByHand(each, unit));
        }),
        { numRuns: 1_500 },
      );
    });
  }
});

/** Values that a field of the type may hold in a file, odd ones too. */
function fieldValue(field: FieldFile): fc.Arbitrary<unknown> {
  switch (field.type) {
    case "yes-no":
      return fc.boolean();
    case "number":
      return fc.integer({ min: 0, max: 90 });
    case "date":
      return fc.integer({ min: day("2023-12-20"), max: day("2024-06-01") }).map(formatDay);
    case "choice":
      return fc.constantFrom(...Object.keys(field.choices ?? { other: "" }));
    case "text":
      return fc.constantFrom("", "other");
  }
}

/** A case's events: within some weeks, several a day, some with an hour; a few correct or withdraw another. */
function histories(definition: Definition, corrections: boolean): fc.Arbitrary<readonly CaseEvent[]> {
  const types = Object.entries(definition.file.events);
  const one = fc.constantFrom(...types).chain(([type, { fields }]) =>
    fc.record({
      type: fc.constant(type),
      at: fc.integer({ min: 0, max: 90 }),
      minute: fc.option(fc.integer({ min: 0, max: 1439 })),
      data: fc.record(
        Object.fromEntries(Object.entries(fields ?? {}).map(([name, field]) => [name, fieldValue(field)])),
        { requiredKeys: [] },
      ),
      replaces: corrections ? fc.option(fc.tuple(fc.nat({ max: 9 }), fc.boolean()), { freq: 3 }) : fc.constant(null),
    }),
  );
  const first = fc.constantFrom("2018-12-20", "2023-12-20", "2015-09-10").map(day);
  return fc.tuple(first, fc.array(one, { minLength: 1, maxLength: 10 })).map(([start, drafts]) =>
    drafts.map((draft, index): CaseEvent => {
      const occurred: CaseEvent["occurred"] =
        draft.minute === null
          ? { kind: "date", day: start + draft.at }
          : { kind: "instant", instant: ((start + draft.at) * 1440 + draft.minute) * 60_000 };
      const [target, withdraws] = draft.replaces ?? [null, false];
      return {
        id: `event-${index}`,
        type: withdraws ? WITHDRAWN_ENTRY : draft.type,
        occurred,
        recorded: occurred,
        data: draft.data,
        replaces: target === null ? null : `event-${target}`,
      };
    }),
  );
}

const built = library();
const definitions = [...built.definitions.keys()].map((id) => definitionOf(built, id));
const definition = fc.constantFrom(...definitions);
const drawn = (corrections: boolean) =>
  definition.chain((one) => fc.tuple(fc.constant(one.id), histories(one, corrections)));
const of = (id: string): Definition => definitions.find((one) => one.id === id) as Definition;
const asAtDay = (at: number): Question => ({
  asAt: { kind: "date", day: at },
  knownOn: null,
  promise: null,
  version: null,
});
const dayOf = (event: CaseEvent) =>
  event.occurred.kind === "date" ? event.occurred.day : Math.floor(event.occurred.instant / 86_400_000);
const lastDay = (events: readonly CaseEvent[]) => Math.max(...events.map(dayOf)) + 1;
const RUNS = { numRuns: 1_500 };

describe("of every definition of the library", () => {
  test("the order of a file's rows plays no part", () => {
    const shuffled = drawn(true).chain(([id, events]) =>
      fc.tuple(
        fc.constant(id),
        fc.constant(events),
        fc.shuffledSubarray([...events], { minLength: events.length, maxLength: events.length }),
      ),
    );
    fc.assert(
      fc.property(shuffled, fc.integer({ min: -20, max: 30 }), ([id, events, other], after) => {
        const question = asAtDay(lastDay(events) + after);
        assert.deepEqual(evaluateCase(of(id), other, question), evaluateCase(of(id), events, question));
      }),
      RUNS,
    );
  });

  test("an event sent twice counts once", () => {
    fc.assert(
      fc.property(drawn(true), ([id, events]) => {
        const question = asAtDay(lastDay(events));
        assert.deepEqual(
          evaluateCase(of(id), [...events, ...events], question),
          evaluateCase(of(id), events, question),
        );
      }),
    );
  });

  // The end of a pause that needs one may be put on record ahead: it is the one thing that lies ahead and counts.
  const endsAhead = (one: Definition) =>
    new Set(
      one.promises.flatMap((promise) =>
        promise.pauses.filter((pause) => pause.endRequired).flatMap((pause) => [...pause.until]),
      ),
    );

  test("what happens later never changes how things stood at a date before", () => {
    fc.assert(
      fc.property(drawn(false), fc.integer({ min: 1, max: 80 }), ([id, events], back) => {
        const question = asAtDay(lastDay(events) - back);
        const ahead = endsAhead(of(id));
        const cut = lastDay(events) - back + 1;
        const before = events.filter((event) => dayOf(event) <= cut || ahead.has(event.type));
        assert.deepEqual(evaluateCase(of(id), before, question), evaluateCase(of(id), events, question));
      }),
      RUNS,
    );
  });

  test("days elapsed and days left out are together the days since the start", () => {
    let seen = 0;
    fc.assert(
      fc.property(drawn(false), fc.integer({ min: 0, max: 60 }), ([id, events], after) => {
        const asAt = lastDay(events) + after;
        for (const one of evaluateCase(of(id), events, asAtDay(asAt))) {
          if (scaleOf(one.limit) !== "days") continue;
          seen++;
          const firstDay =
            of(id).promises.find((promise) => promise.id === one.promise)?.countsFirstDay === true ? 1 : 0;
          assert.equal(one.elapsed + one.excluded, (one.stopped ?? asAt) - one.started + firstDay);
        }
      }),
      RUNS,
    );
    assert.ok(seen > 500, `only ${seen} clocks were seen`);
  });

  test("a promise is kept exactly when its clock stopped by the due date, and overdue exactly when it runs past it", () => {
    const seen = new Set<string>();
    fc.assert(
      fc.property(drawn(true), fc.integer({ min: 0, max: 120 }), ([id, events], after) => {
        const asAt = lastDay(events) + after;
        for (const one of evaluateCase(of(id), events, asAtDay(asAt))) {
          seen.add(one.state);
          if (one.stopped !== null) assert.ok(one.stopped >= one.started && one.stoppedBy !== null);
          if (one.state === "kept") assert.ok((one.stopped as number) <= one.due);
          if (one.state === "broken") assert.ok((one.stopped as number) > one.due);
          if (countsTime(one.limit)) continue;
          if (one.state === "waiting") assert.ok(asAt <= one.due);
          if (one.state === "overdue") assert.ok(asAt > one.due);
        }
      }),
      RUNS,
    );
    assert.deepEqual([...seen].filter((state) => state !== "void").toSorted(), [
      "broken",
      "ended",
      "kept",
      "overdue",
      "waiting",
    ]);
  });

  test("periods of a promise count from one, follow each other in time, and only the last may run", () => {
    fc.assert(
      fc.property(drawn(true), ([id, events]) => {
        const all = evaluateCase(of(id), events, asAtDay(lastDay(events)));
        for (const mine of Map.groupBy(all, (one) => one.promise).values()) {
          assert.deepEqual(
            mine.map((one) => one.period),
            mine.map((_, index) => index + 1),
          );
          assert.ok(mine.slice(0, -1).every((one) => one.stopped !== null));
        }
      }),
      RUNS,
    );
  });

  test("what was not known yet is as if it had not been sent", () => {
    fc.assert(
      fc.property(drawn(true), fc.integer({ min: 1, max: 60 }), ([id, events], back) => {
        const knownOn = lastDay(events) - back;
        const question = asAtDay(lastDay(events));
        const zone = of(id).file["time-zone"];
        const dayLearnt = (event: CaseEvent) =>
          event.recorded.kind === "date"
            ? event.recorded.day
            : day(
                Temporal.Instant.fromEpochMilliseconds(event.recorded.instant)
                  .toZonedDateTimeISO(zone)
                  .toPlainDate()
                  .toString(),
              );
        const known = events.filter((event) => dayLearnt(event) <= knownOn);
        assert.deepEqual(
          evaluateCase(of(id), events, { ...question, knownOn: { kind: "date", day: knownOn } }),
          evaluateCase(of(id), known, question),
        );
      }),
      RUNS,
    );
  });
});
