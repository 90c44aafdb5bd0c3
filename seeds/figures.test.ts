import assert from "node:assert/strict";
import { test } from "node:test";
import { addMonths, dayFromPlainDate, type Day } from "../src/lib/dates/day.ts";
import { MILLISECONDS_PER_DAY } from "../src/lib/dates/zone.ts";
import type { Clock } from "../src/strands/guarantees/model/clock.ts";
import { judge } from "./judged.ts";
import { DEFAULT_PEOPLE, DEFAULT_SEED, demonstrationRegion } from "./region.ts";

const today = Temporal.PlainDate.from("2026-11-23");
const region = demonstrationRegion({ seed: DEFAULT_SEED, people: DEFAULT_PEOPLE, today });
const judged = judge(region, today);
const lastDay = dayFromPlainDate(today);

test("of the English waits still running, 59.8 % are within 18 weeks, as published for March 2025", () => {
  assertNear(withinEighteenWeeks(judged), 59.8, 1.5);
});

test("Sweden's four promises are kept as published in March 2019: 88, 81, 79 and 69 %", () => {
  const kept = (promise: string) => keptLately("se-vardgaranti", promise, () => true);
  assertNear(kept("contact"), 88, 2);
  assertNear(kept("assessment"), 81, 2);
  assertNear(kept("specialist"), 79, 2);
  assertNear(kept("treatment"), 69, 2);
});

test("the other promises are kept about as often as elsewhere", () => {
  const plausible: readonly (readonly [guarantee: string, promise: string, from: number, to: number])[] = [
    ["eng-cancer", "diagnosis", 72, 80],
    ["eng-cancer", "decision-to-treatment", 88, 95],
    ["eng-cancer", "referral-to-treatment", 63, 72],
    ["eng-emergency", "four-hours", 71, 80],
    ["uk-foi", "response", 86, 94],
    ["uk-sar", "response", 82, 92],
    ["eng-planning", "decision", 83, 92],
    ["eng-ehcp", "final-plan", 42, 60],
    ["eng-homelessness-relief", "relief", 58, 76],
    ["us-wraparound", "plan-review", 72, 88],
    ["us-wraparound", "authorisation", 80, 95],
    ["sco-ttg", "treatment", 60, 72],
  ];
  for (const [guarantee, promise, from, to] of plausible) {
    const kept = keptLately(guarantee, promise, () => true);
    assert.ok(
      kept >= from && kept <= to,
      `${guarantee} ${promise} is kept in ${kept.toFixed(1)} %, not ${from} to ${to} %`,
    );
  }
});

test("another seed, a smaller region and another day have the same shape", () => {
  const day = Temporal.PlainDate.from("2027-05-14");
  const other = judge(demonstrationRegion({ seed: 31, people: 15_000, today: day }), day);
  assertNear(withinEighteenWeeks(other), 59.8, 5);
});

test("cataract does better than children's mental health, wherever they are", () => {
  for (const hospital of ["northshore-general", "saltings-infirmary", "larkmoor-hospital"]) {
    const guarantee = hospital === "northshore-general" ? "se-vardgaranti" : "eng-rtt";
    const promise = hospital === "northshore-general" ? "specialist" : "treatment";
    const kept = (kind: string) => keptLately(guarantee, promise, (serviceId) => serviceId === `${hospital}.${kind}`);
    assert.ok(kept("cataract") > kept("childrens-mental-health") + 10, hospital);
  }
});

test("emergency departments keep four hours less often in winter than in summer", () => {
  const inMonths = (from: string, to: string) =>
    keptBetween(
      "eng-emergency",
      "four-hours",
      dayFromPlainDate(Temporal.PlainDate.from(from)),
      dayFromPlainDate(Temporal.PlainDate.from(to)),
    );
  assert.ok(inMonths("2025-12-01", "2026-02-28") < inMonths("2026-06-01", "2026-08-31") - 5);
});

test("the new record system shows as a dip in the specialist's promise, and it is named", () => {
  const happening = region.happenings.find(({ name }) => name === "New record system");
  assert.ok(happening !== undefined);
  const from = dayFromPlainDate(happening.from);
  const during = keptBetween("se-vardgaranti", "specialist", from + 14, from + 60);
  const before = keptBetween("se-vardgaranti", "specialist", from - 180, from - 1);
  assert.ok(during < before - 5, `${during} % after ${before} %`);
});

test("on the last day some clocks are overdue, some due within a week, some paused, some void, some ended", () => {
  const clocks = judged.flatMap((each) => each.clocks.filter(() => each.guarantee !== "eng-emergency"));
  const states = Map.groupBy(clocks, (clock) => clock.state);
  for (const state of ["waiting", "overdue", "kept", "broken", "ended", "void"] as const) {
    assert.ok((states.get(state)?.length ?? 0) > 100, `${state}: ${states.get(state)?.length ?? 0}`);
  }
  assert.ok(clocks.filter((clock) => clock.state === "waiting" && clock.due - lastDay <= 7).length > 100);
  assert.ok(clocks.filter((clock) => clock.paused).length > 10);
});

test("pauses come with and without evidence, clocks restart, due dates move", () => {
  const notes = Map.groupBy(
    judged.flatMap((each) => each.clocks.flatMap((clock) => clock.notes)),
    (note) => note,
  );
  for (const note of ["pause-without-evidence", "pause-without-end", "clock-restarted", "due-moved", "move-too-late"]) {
    assert.ok((notes.get(note)?.length ?? 0) > 5, note);
  }
  assert.ok(judged.some((each) => each.clocks.some((clock) => clock.excluded > 0)));
});

test("every case runs a clock of the definition its service answers to", () => {
  assert.deepEqual(
    judged.filter((each) => each.clocks.length === 0).map((each) => each.caseId),
    [],
  );
});

test("Ines Marchetti waits for a specialist, in time, with twelve days not counted", () => {
  const [clock] = story("story-ines-hip", "specialist");
  assert.equal(clock.state, "waiting");
  assert.equal(clock.excluded, 12);
  assert.equal(clock.elapsed, 49);
  assert.equal(clock.due - lastDay, 41);
});

test("Tom Abiola is overdue, counted from the first hospital's date", () => {
  const [clock] = story("story-tom-knee", "treatment");
  assert.equal(clock.state, "overdue");
  assert.equal(lastDay - clock.started, 143);
});

test("two declined offers began Gwenllian's weeks anew", () => {
  const [clock] = story("story-gwenllian-surgery", "treatment");
  assert.equal(clock.state, "waiting");
  assert.deepEqual(clock.notes, ["clock-restarted"]);
});

test("the Fairweathers' final plan is a week late, its decisions were in time", () => {
  assert.equal(story("story-noah-plan", "assessment-decision")[0].state, "kept");
  assert.equal(story("story-noah-plan", "plan-decision")[0].state, "kept");
  const [final] = story("story-noah-plan", "final-plan");
  assert.equal(final.state, "overdue");
  assert.equal(lastDay - final.due, 7);
});

function story(caseId: string, promise: string): readonly [Clock, ...Clock[]] {
  const clocks =
    judged.find((each) => each.caseId === caseId)?.clocks.filter((clock) => clock.promise === promise) ?? [];
  assert.ok(clocks.length > 0, `${caseId} has no clock for ${promise}`);
  return clocks as unknown as readonly [Clock, ...Clock[]];
}

function withinEighteenWeeks(cases: typeof judged): number {
  const running = cases
    .filter(({ guarantee }) => guarantee === "eng-rtt")
    .flatMap(({ clocks }) => clocks.filter(({ state }) => state === "waiting" || state === "overdue"));
  return (100 * running.filter(({ state }) => state === "waiting").length) / running.length;
}

/** In the last six months. */
function keptLately(guarantee: string, promise: string, where: (serviceId: string) => boolean): number {
  return keptBetween(guarantee, promise, addMonths(lastDay, -6), lastDay, where);
}

/** Per cent kept of the clocks that stopped on these days. */
function keptBetween(
  guarantee: string,
  promise: string,
  from: Day,
  to: Day,
  where: (serviceId: string) => boolean = () => true,
): number {
  const stopped = judged
    .filter((each) => each.guarantee === guarantee && where(each.serviceId))
    .flatMap(({ clocks }) => clocks)
    .filter((clock) => clock.promise === promise && (clock.state === "kept" || clock.state === "broken"))
    .filter((clock) => {
      const day =
        guarantee === "eng-emergency"
          ? Math.floor((clock.stopped as number) / MILLISECONDS_PER_DAY)
          : (clock.stopped as Day);
      return day >= from && day <= to;
    });
  assert.ok(stopped.length > 0, `no clock of ${guarantee} ${promise} stopped then`);
  return (100 * stopped.filter(({ state }) => state === "kept").length) / stopped.length;
}

function assertNear(measured: number, published: number, points: number): void {
  assert.ok(
    Math.abs(measured - published) <= points,
    `${measured.toFixed(1)} % is more than ${points} points from ${published} %`,
  );
}
