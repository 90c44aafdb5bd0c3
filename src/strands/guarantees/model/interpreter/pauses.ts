import { holds } from "../condition.ts";
import { inVersion } from "../definition.ts";
import type { PlacedEvent } from "../event.ts";
import { excludedUpTo, inUnit, mergeGaps, type Tick } from "../scale.ts";
import { addStep, onRecord, pauseGap, tickOf, type OpenPause, type Run, type Walk } from "./walk.ts";

/** Ends the pauses that the event ends, whether a clock runs or not. */
export function endPauses(walk: Walk, event: PlacedEvent): void {
  for (const rule of walk.promise.pauses) {
    if (!rule.until.has(event.type)) continue;
    const pause = walk.pauses.get(rule);
    if (pause === undefined) walk.unmatchedEnds.set(rule, tickOf(walk, event));
    else closePause(walk, pause, tickOf(walk, event), true, event);
  }
}

/** Closes a pause at `tick`; `byEnd`: by the event that ends it, not because the clock stopped. */
export function closePause(walk: Walk, pause: OpenPause, tick: Tick, byEnd: boolean, event: PlacedEvent | null): void {
  const { definition, pauses, run } = walk;
  const { rule, countsFrom } = pause;
  pauses.delete(rule);
  if (run === null) return;
  if (countsFrom === null) {
    run.notes.add("pause-without-evidence");
    addStep(run, "pause-without-evidence", event, rule, { pause: rule.id });
  } else if (rule.endRequired && !byEnd) {
    run.notes.add("pause-without-end");
    addStep(run, "pause-without-end", event, rule, { pause: rule.id });
  } else {
    const excluded = () => excludedUpTo(definition, run.limit, run.origin, mergeGaps(run.gaps), tick + 1);
    const before = excluded();
    run.gaps.push(pauseGap(rule, countsFrom, tick));
    addStep(run, "pause-closed", event, rule, { pause: rule.id, excluded: inUnit(run.limit, excluded() - before) });
  }
}

/** Opens the pauses that the event begins. Begun before a clock starts, they are remembered for it. */
export function openPauses(walk: Walk, event: PlacedEvent): void {
  const { promise, pauses, run, timed, unmatchedEnds } = walk;
  const tick = tickOf(walk, event);
  for (const rule of promise.pauses) {
    if (pauses.has(rule) || !rule.from.has(event.type) || (!timed && unmatchedEnds.get(rule) === tick)) continue;
    if (run !== null && !inVersion(rule, run.version.id)) continue;
    if (rule.condition !== null && !holds(rule.condition, event.data)) continue;
    pauses.set(rule, { rule, event, countsFrom: rule.needs.length === 0 ? tick : null });
    if (run === null || (rule.needs.length > 0 && onRecord(walk, rule.needs))) continue; // said when it counts
    const kind =
      rule.needs.length > 0 ? "pause-awaits-evidence" : rule.endRequired ? "pause-awaits-end" : "pause-opened";
    addStep(run, kind, event, rule, { pause: rule.id, from: tick });
  }
}

/** Lets a pause count from the event that completes what it needs. */
export function countEvidence(walk: Walk, run: Run, event: PlacedEvent): void {
  for (const pause of walk.pauses.values()) {
    if (pause.countsFrom !== null || !onRecord(walk, pause.rule.needs)) continue;
    const begun = tickOf(walk, pause.event);
    pause.countsFrom = Math.max(begun, tickOf(walk, event));
    if (pause.countsFrom > begun) run.notes.add("pause-evidence-late");
    addStep(run, "pause-counts", event, pause.rule, { pause: pause.rule.id, from: pause.countsFrom });
  }
}

/** A pause whose end lies ahead of the as-at moment, but is on record, counts up to it. */
export function endKnownLater({ pauses }: Walk, run: Run, ahead: readonly PlacedEvent[], asAt: Tick): void {
  for (const pause of [...pauses.values()]) {
    if (!pause.rule.endRequired || pause.countsFrom === null) continue;
    if (!ahead.some((event) => pause.rule.until.has(event.type))) continue;
    pauses.delete(pause.rule);
    run.gaps.push(pauseGap(pause.rule, pause.countsFrom, asAt));
  }
}

/** Says of pauses that are still open why they do not count. */
export function noteOpenPauses({ pauses }: Walk, run: Run): void {
  for (const pause of pauses.values()) {
    if (pause.countsFrom === null) run.notes.add("pause-without-evidence");
    else if (pause.rule.endRequired) run.notes.add("pause-without-end");
  }
}
