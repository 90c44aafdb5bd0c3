import type { Clock, ClockState } from "../clock.ts";
import { inVersion, type StopRule } from "../definition.ts";
import type { PlacedEvent } from "../event.ts";
import { elapsedUpTo, excludedUpTo, inUnit, mergeGaps, type Tick } from "../scale.ts";
import { closePause } from "./pauses.ts";
import { addStep, dueNow, fires, gapsUpTo, onRecord, tickOf, type Run, type Walk } from "./walk.ts";

/** Stops, ends or voids the running clock by the first rule that fits. Answers whether one did. */
export function stopClock(walk: Walk, run: Run, event: PlacedEvent): boolean {
  const rule = walk.promise.stops.find((candidate) => fires(candidate, event) && inVersion(candidate, run.version.id));
  if (rule === undefined) return false;
  const dated = rule.dated === null ? undefined : walk.latest.get(rule.dated);
  const tick = Math.max(tickOf(walk, dated ?? event), run.started);
  if (walk.timed && !event.timeKnown) run.notes.add("time-missing");
  if (!onRecord(walk, rule.expects)) run.notes.add("stop-without-evidence");
  for (const pause of [...walk.pauses.values()]) closePause(walk, pause, tick, false, event);
  walk.clocks.push(finishedClock(walk, run, rule, event, tick));
  walk.lastStoppedBy = event.type;
  walk.latest = new Map();
  walk.firsts.clear();
  walk.run = null;
  return true;
}

/** The clock as it stands at `tick`: stopped by a rule and its event, or still running. */
export function finishedClock(
  walk: Walk,
  run: Run,
  rule: StopRule | null,
  event: PlacedEvent | null,
  tick: Tick,
): Clock {
  const { definition, promise, pauses } = walk;
  const stopped = rule !== null;
  const gaps = stopped ? mergeGaps(run.gaps) : gapsUpTo(walk, run, tick);
  const due = dueNow(walk, run, tick);
  const state = stateOf(rule, tick, due);
  const elapsed = inUnit(run.limit, elapsedUpTo(definition, run.limit, run.origin, gaps, tick));
  const excluded = inUnit(run.limit, excludedUpTo(definition, run.limit, run.origin, gaps, tick));
  addStep(run, state, event, rule, { due, elapsed, excluded, at: tick, event: event?.type ?? "" });
  return {
    promise: promise.id,
    period: run.period,
    version: run.version.id,
    state,
    started: run.started,
    due,
    stopped: stopped ? tick : null,
    stoppedBy: event?.type ?? null,
    elapsed,
    excluded,
    limit: run.limit,
    notes: [...run.notes].toSorted(),
    paused: !stopped && [...pauses.values()].some((pause) => pause.countsFrom !== null && !pause.rule.endRequired),
    gaps,
    steps: run.steps,
  };
}

function stateOf(rule: StopRule | null, tick: Tick, due: Tick): ClockState {
  if (rule === null) return tick > due ? "overdue" : "waiting";
  switch (rule.effect) {
    case "void":
      return "void";
    case "end":
      return "ended";
    case "stop":
      return tick > due ? "broken" : "kept";
  }
}
