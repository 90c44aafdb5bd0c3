import { addWorkingDays } from "../../../../lib/dates/calendar.ts";
import { parseDay } from "../../../../lib/dates/day.ts";
import { localDay, localTime, readMoment } from "../../../../lib/dates/zone.ts";
import { holds } from "../condition.ts";
import { inVersion, type Definition, type PromiseRules, type StartRule, type Version } from "../definition.ts";
import { endOfMoment, type CaseEvent, type PlacedEvent } from "../event.ts";
import type { Limit } from "../limit.ts";
import type { Tick } from "../scale.ts";
import { addDueStep, addStep, fires, firstLimit, tickOf, versionAt, type Run, type Walk } from "./walk.ts";

/** Starts a clock by the first rule that fits. `stoppedNow`: the same event has just stopped the one before. */
export function startClock(walk: Walk, event: PlacedEvent, stoppedNow: boolean): void {
  const fits = (rule: StartRule) =>
    fires(rule, event) &&
    (!stoppedNow || rule.again) &&
    (rule.ifLast === null || (walk.lastStoppedBy !== null && rule.ifLast.has(walk.lastStoppedBy)));
  walk.promise.starts.some((rule) => fits(rule) && startBy(walk, rule, event));
}

function startBy(walk: Walk, rule: StartRule, event: PlacedEvent): boolean {
  const { promise, timed } = walk;
  const from = startOf(walk, rule, event);
  const version = versionAt(walk, from.tick);
  if (version === undefined || !inVersion(promise, version.id) || !inVersion(rule, version.id)) return false;
  const limit = firstLimit(promise);
  const run: Run = {
    period: walk.clocks.length + 1,
    version,
    limit,
    startLimit: limit,
    startEvent: event,
    started: from.tick,
    origin: from.tick,
    gaps: [],
    dueOverride: null,
    notes: new Set(timed && !event.timeKnown ? [...from.notes, "time-missing"] : from.notes),
    steps: [],
    since: new Map(),
    moved: new Set(),
  };
  walk.run = run;
  setClock(walk, run, from.tick, version);
  const ownDay = from.event === event.id && from.tick === tickOf(walk, event);
  addStep(run, ownDay ? "started" : "started-earlier", event, rule, { started: from.tick, by: from.event });
  addDueStep(walk, run);
  for (const pause of walk.pauses.values()) {
    addStep(run, "pause-opened", pause.event, pause.rule, { pause: pause.rule.id, from: pause.countsFrom ?? 0 });
  }
  return true;
}

/**
 * Sets limit, origin and version of a clock that starts (or starts again) at `started`. Pauses that are open go on from
 * there, but for those that need evidence since the start, and those the version does not have.
 */
export function setClock({ promise, pauses, timed }: Walk, run: Run, started: Tick, version: Version): void {
  run.version = version;
  setLimit(promise, run);
  run.started = started;
  run.origin = promise.countsFirstDay && !timed ? started - 1 : started;
  run.gaps = [];
  run.dueOverride = null;
  run.since = new Map();
  for (const pause of [...pauses.values()]) {
    if (!inVersion(pause.rule, version.id) || pause.rule.needs.length > 0) pauses.delete(pause.rule);
    else if (pause.countsFrom !== null) pause.countsFrom = Math.max(pause.countsFrom, started);
  }
}

/** The limit of the run's version, by the fields of the event that started it. */
export function setLimit(promise: PromiseRules, run: Run): void {
  const chosen = chooseLimit(promise, run.version.id, run.startEvent.data);
  for (const field of chosen.missing) run.notes.add(`${field}-missing`);
  run.limit = chosen.limit;
  run.startLimit = chosen.limit;
}

/** The first limit that fits; `missing` names the fields for want of which an earlier one was passed over. */
function chooseLimit(
  promise: PromiseRules,
  version: string,
  data: CaseEvent["data"],
): { readonly limit: Limit; readonly missing: readonly string[] } {
  const missing: string[] = [];
  for (const limitCase of promise.limits) {
    if (!inVersion(limitCase, version)) continue;
    if (limitCase.condition === null || holds(limitCase.condition, data)) return { limit: limitCase.limit, missing };
    // A yes-no field that is absent means no; a number that is absent is a gap in the record.
    const compared = limitCase.condition.anyOf.flat().filter((test) => test.kind === "compare");
    missing.push(...compared.map((test) => test.field).filter((field) => isMissing(data[field])));
  }
  throw new RangeError(`Promise ${promise.id} has no limit in version ${version}`);
}

type Start = { readonly tick: Tick; readonly event: string; readonly notes: readonly string[] };

/** Where the count begins: at the event, at an earlier one, at a date in it, or on the next day after the cut-off. */
function startOf(walk: Walk, rule: StartRule, event: PlacedEvent): Start {
  const { definition, promise, timed } = walk;
  const own = timed ? event.instant : event.day;
  const first = walk.firsts.get(rule);
  if (rule.countedFrom?.kind === "first" && first !== undefined) {
    return { tick: timed ? first.instant : first.day, event: first.id, notes: [] };
  }
  if (rule.countedFrom?.kind === "field" && !isMissing(event.data[rule.countedFrom.field])) {
    const { field } = rule.countedFrom;
    const tick = fieldTick(definition, event.data[field], timed);
    // A start after the event that tells of it would cut the wait short: the event's own date holds.
    if (tick !== undefined && tick <= own) return { tick, event: event.id, notes: [] };
    return { tick: own, event: event.id, notes: [`${field.replaceAll("_", "-")}-not-usable`] };
  }
  const late = promise.cutOff !== null && event.timeKnown && localTime(definition.zone, event.instant) > promise.cutOff;
  if (!late || timed) return { tick: own, event: event.id, notes: [] };
  const next = definition.calendar === null ? own + 1 : addWorkingDays(definition.calendar, own, 1);
  return { tick: next, event: event.id, notes: ["after-cut-off"] };
}

/** A date (or, for clocks that count time, a date-time) in an event's field. */
export function fieldTick(definition: Definition, value: unknown, timed: boolean): Tick | undefined {
  const text = String(value);
  if (!timed) {
    const day = parseDay(text);
    if (day !== undefined) return day;
  }
  const moment = readMoment(text, definition.zone);
  if (typeof moment === "string") return undefined;
  if (timed) return endOfMoment(moment, definition.zone);
  return moment.kind === "date" ? moment.day : localDay(definition.zone, moment.instant);
}

/** Remembers the first event of the type that a start counts from. */
export function keepFirsts({ promise, firsts }: Walk, event: PlacedEvent): void {
  for (const rule of promise.starts) {
    if (rule.countedFrom?.kind === "first" && rule.countedFrom.type === event.type && !firsts.has(rule))
      firsts.set(rule, event);
  }
}

/** Forgets it once an event has answered it: the next one begins anew. */
export function dropAnswered({ promise, firsts }: Walk, event: PlacedEvent): void {
  for (const rule of promise.starts) {
    if (rule.countedFrom?.kind === "first" && rule.countedFrom.since === event.type) firsts.delete(rule);
  }
}

function isMissing(value: unknown): boolean {
  return value === undefined || value === null || value === "";
}
