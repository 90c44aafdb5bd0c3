import { instantOf } from "../../../../lib/dates/zone.ts";
import { inVersion, type MoveRule, type RestartRule } from "../definition.ts";
import type { PlacedEvent } from "../event.ts";
import type { Limit } from "../limit.ts";
import type { Tick } from "../scale.ts";
import { closePause } from "./pauses.ts";
import { fieldTick, setClock, setLimit } from "./starts.ts";
import { addDueStep, addStep, dayOf, dueNow, fires, tickOf, versionAt, type Run, type Walk } from "./walk.ts";

/** Restarts the running clock by the first rule that fits, or moves its due date by every rule that does. */
export function changeClock(walk: Walk, run: Run, event: PlacedEvent): void {
  const version = run.version.id;
  const { restarts, moves } = walk.promise;
  if (restarts.some((rule) => fires(rule, event) && inVersion(rule, version) && restart(walk, run, rule, event)))
    return;
  for (const rule of moves) if (fires(rule, event) && inVersion(rule, version)) move(walk, run, rule, event);
}

function restart(walk: Walk, run: Run, rule: RestartRule, event: PlacedEvent): boolean {
  const tick = tickOf(walk, event);
  if (rule.after !== null && !run.since.has(rule.after)) return false;
  if ((run.since.get(event.type) ?? 0) < rule.count) return false;
  if (rule.inTime && tick > dueNow(walk, run, tick)) {
    run.notes.add("restart-too-late");
    addStep(run, "restart-refused", event, rule);
    return false;
  }
  const version = versionAt(walk, tick);
  if (version === undefined || !inVersion(walk.promise, version.id)) return false;
  setClock(walk, run, tick, version);
  run.notes.add("clock-restarted");
  addStep(run, "restarted", event, rule, { started: run.started });
  addDueStep(walk, run);
  return true;
}

function move(walk: Walk, run: Run, rule: MoveRule, event: PlacedEvent): void {
  const tick = tickOf(walk, event);
  const due = dueNow(walk, run, tick);
  const refusal = refusalOf(rule, run, tick > due) ?? apply(walk, run, rule, event, due);
  if (refusal !== null) {
    run.notes.add(refusal);
    addStep(run, "move-refused", event, rule, { reason: refusal });
    return;
  }
  run.moved.add(rule);
  run.notes.add("due-moved");
  addStep(run, "moved", event, rule, { due: dueNow(walk, run, tick), limit: run.limit.words });
}

function refusalOf(rule: MoveRule, run: Run, pastDue: boolean): string | null {
  if (rule.once && run.moved.has(rule)) return "move-only-once";
  if (rule.inTime && pastDue) return "move-too-late";
  return null;
}

/** Applies a move; a note says why it could not. An agreed date can only be a later one. */
function apply({ definition, timed }: Walk, run: Run, rule: MoveRule, event: PlacedEvent, due: Tick): string | null {
  switch (rule.move.kind) {
    case "to-field": {
      const tick = fieldTick(definition, event.data[rule.move.field], timed);
      if (tick === undefined) return "due-date-missing";
      if (tick < due) return "move-not-later";
      run.dueOverride = tick;
      return null;
    }
    case "add":
      run.limit = longer(run.limit, rule.move.limit);
      return null;
    case "limit":
      run.limit = rule.move.limit;
      return null;
    case "back":
      run.limit = run.startLimit;
      return null;
  }
}

/** Two limits of one unit added: 1 month and 2 months are 3 months, counted from the start. */
export function longer(limit: Limit, more: Limit): Limit {
  const count = limit.count + more.count;
  const noun = limit.words.slice(limit.words.indexOf(" ") + 1).replace(/s$/, "");
  return { count, unit: limit.unit, words: `${count} ${noun}${count === 1 ? "" : "s"}` };
}

/** A version that holds for all clocks takes over those that run on its first day, unless it grandfathers them. */
export function adoptVersions(walk: Walk, run: Run, tick: Tick): void {
  const { definition, promise, pauses, timed } = walk;
  if (walk.forcedVersion !== undefined) return;
  const day = dayOf(walk, tick);
  for (const version of definition.versions) {
    if (
      !version.appliesToAll ||
      version.from <= run.version.from ||
      version.from > day ||
      !inVersion(promise, version.id)
    )
      continue;
    if (version.grandfathersBefore !== null && dayOf(walk, run.started) < version.grandfathersBefore) continue;
    run.version = version;
    setLimit(promise, run);
    run.notes.add("version-changed");
    const from = timed ? instantOf(definition.zone, version.from, 0) : version.from;
    for (const pause of [...pauses.values()])
      if (!inVersion(pause.rule, version.id)) closePause(walk, pause, from, true, null);
    addStep(run, "version-changed", null, null, {
      version: version.id,
      due: dueNow(walk, run, tick),
      limit: run.limit.words,
    });
  }
}
