import { parseDay, type Day } from "../../../lib/dates/day.ts";
import { addWorkingDays } from "../../../lib/dates/calendar.ts";
import { instantOf, localDay, localTime, readMoment, type Moment } from "../../../lib/dates/zone.ts";
import type { Clock, ClockState, Step, StepKind } from "./clock.ts";
import { holds } from "./condition.ts";
import {
  inVersion,
  versionOn,
  type Definition,
  type Evidence,
  type Law,
  type MoveRule,
  type PauseRule,
  type PromiseRules,
  type RestartRule,
  type StartRule,
  type StopRule,
  type Version,
} from "./definition.ts";
import { endOfMoment, eventsInForce, knownEvents, placeEvent, type CaseEvent, type PlacedEvent } from "./event.ts";
import type { Words } from "./language.ts";
import type { Limit } from "./limit.ts";
import { countsTime, dueAt, elapsedUpTo, excludedUpTo, inUnit, type Gap, type Tick } from "./scale.ts";

/**
 * The plain interpreter: reads the rules one by one, event by event. It is the meaning of the definition language: the
 * compiled automaton of `machine/` is tested to give the same clocks, and explanations come from here.
 */
export type Question = {
  /** A date means the end of that day. */
  readonly asAt: Moment;
  /** Only what was learnt by then; null for all. */
  readonly knownOn: Moment | null;
  /** One promise only; null for all. */
  readonly promise: string | null;
  /** Judge every clock by this version, whatever its start; null for the version in force. */
  readonly version: string | null;
};

/** The clocks of one case, ordered by promise (as the definition lists them) and period. Pure; events in any order. */
export function evaluateCase(definition: Definition, events: readonly CaseEvent[], question: Question): readonly Clock[] {
  const zone = definition.zone;
  const asAtInstant = endOfMoment(question.asAt, zone);
  const known = question.knownOn === null ? events : knownEvents(events, question.knownOn, zone);
  const placed = eventsInForce(known, zone)
    .filter((event) => definition.order.has(event.type))
    .map((event) => placeEvent(event, zone));
  return definition.promises
    .filter((promise) => question.promise === null || promise.id === question.promise)
    .flatMap((promise) => runPromise(definition, promise, placed, asAtInstant, question.version));
}

/** Events of one day in the definition's order, then by id; where hours count, by the hour first. */
export function inOrder(
  definition: Definition,
  tickOf: (event: PlacedEvent) => Tick,
  events: readonly PlacedEvent[],
): readonly PlacedEvent[] {
  const rank = (event: PlacedEvent) => definition.order.get(event.type) ?? 0;
  return events.toSorted(
    (a, b) =>
      tickOf(a) - tickOf(b) || rank(a) - rank(b) || (a.id < b.id ? -1 : a.id > b.id ? 1 : 0),
  );
}

type OpenPause = { readonly rule: PauseRule; readonly event: PlacedEvent; countsFrom: Tick | null };

type Run = {
  readonly period: number;
  version: Version;
  limit: Limit;
  /** The limit it started with, for moves that go back to it. */
  startLimit: Limit;
  readonly startEvent: PlacedEvent;
  started: Tick;
  /** Where counting begins: the start, or the day before it when the first day counts. */
  origin: Tick;
  gaps: Gap[];
  dueOverride: Tick | null;
  readonly notes: Set<string>;
  readonly steps: Step[];
  /** Events since the one that (re)started the clock, by type. */
  since: Map<string, number>;
  readonly moved: Set<MoveRule>;
};

function runPromise(
  definition: Definition,
  promise: PromiseRules,
  events: readonly PlacedEvent[],
  asAtInstant: number,
  forced: string | null,
): readonly Clock[] {
  const timed = countsTime((promise.limits[0] as PromiseRules["limits"][number]).limit);
  const startTypes = new Set(promise.starts.flatMap((rule) => [...rule.when]));
  // Of an event whose hour is not known, the reading that favours nobody who is late: a start at the beginning of its
  // day, anything else at its end.
  const tickOf = (event: PlacedEvent): Tick =>
    !timed ? event.day : event.timeKnown || startTypes.has(event.type) ? event.instant : instantOf(definition.zone, event.day + 1, 0) - 1;
  const happened = events.filter((event) => event.instant <= asAtInstant);
  const asAt: Tick = timed ? asAtInstant : localDay(definition.zone, asAtInstant);
  const forcedVersion = forced === null ? undefined : definition.versions.find((version) => version.id === forced);
  const versionFor = (tick: Tick) => forcedVersion ?? versionOn(definition, timed ? localDay(definition.zone, tick) : tick);
  const clocks: Clock[] = [];
  const pauses = new Map<PauseRule, OpenPause>();
  const ever = new Map<string, number>();
  /** The latest event of each type since the last clock stopped. */
  let latest = new Map<string, PlacedEvent>();
  /** For starts counted from the first event of a type: that event, until one comes that answers it. */
  const firsts = new Map<StartRule, PlacedEvent>();
  /** Ends of pauses that found nothing open, with their tick: a pause begun later that same day is over already. */
  const unmatchedEnds = new Map<PauseRule, Tick>();
  let lastStoppedBy: string | null = null;
  let run: Run | null = null;

  const step = (kind: StepKind, event: PlacedEvent | null, rule: { law: Law; says: Words } | null, values = {}) =>
    run?.steps.push({ event: event?.id ?? null, law: rule?.law ?? null, kind, says: rule?.says ?? null, values });

  const gapsUpTo = (tick: Tick): Gap[] => {
    const open = [...pauses.values()].flatMap((pause) =>
      pause.countsFrom === null || pause.rule.endRequired ? [] : [gap(pause, pause.countsFrom, tick)],
    );
    return merge([...(run as Run).gaps, ...open]);
  };
  const dueNow = (current: Run, tick: Tick): Tick =>
    current.dueOverride ?? dueAt(definition, current.limit, current.origin, gapsUpTo(tick), promise.rolls);

  const closePause = (pause: OpenPause, tick: Tick, byEnd: boolean, event: PlacedEvent | null) => {
    pauses.delete(pause.rule);
    if (run === null) return;
    if (pause.countsFrom === null) {
      run.notes.add("pause-without-evidence");
      step("pause-without-evidence", event, pause.rule, { pause: pause.rule.id });
    } else if (pause.rule.endRequired && !byEnd) {
      run.notes.add("pause-without-end");
      step("pause-without-end", event, pause.rule, { pause: pause.rule.id });
    } else {
      const before = excludedUpTo(definition, run.limit, run.origin, merge(run.gaps), tick + 1);
      run.gaps.push(gap(pause, pause.countsFrom, tick));
      const after = excludedUpTo(definition, run.limit, run.origin, merge(run.gaps), tick + 1);
      step("pause-closed", event, pause.rule, { pause: pause.rule.id, excluded: inUnit(run.limit, after - before) });
    }
  };

  const satisfied = (needs: readonly Evidence[]) =>
    needs.every((need) => ((need.anyTime ? ever : (run as Run).since).get(need.type) ?? 0) >= need.count);
  const countEvidence = (event: PlacedEvent) => {
    for (const pause of pauses.values()) {
      if (pause.countsFrom !== null || !satisfied(pause.rule.needs)) continue;
      pause.countsFrom = Math.max(tickOf(pause.event), tickOf(event));
      if (pause.countsFrom > tickOf(pause.event)) run?.notes.add("pause-evidence-late");
      step("pause-counts", event, pause.rule, { pause: pause.rule.id, from: pause.countsFrom });
    }
  };

  const openPauses = (event: PlacedEvent) => {
    for (const rule of promise.pauses) {
      if (pauses.has(rule) || !rule.from.has(event.type) || (!timed && unmatchedEnds.get(rule) === tickOf(event))) continue;
      if (run !== null && !inVersion(rule, run.version.id)) continue;
      if (rule.condition !== null && !holds(rule.condition, event.data)) continue;
      pauses.set(rule, { rule, event, countsFrom: rule.needs.length === 0 ? tickOf(event) : null });
      const awaits = rule.needs.length > 0 && (run === null || !satisfied(rule.needs));
      const kind = awaits ? "pause-awaits-evidence" : rule.endRequired ? "pause-awaits-end" : rule.needs.length > 0 ? null : "pause-opened";
      if (kind !== null) step(kind, event, rule, { pause: rule.id, from: tickOf(event) });
    }
  };

  /** Sets limit, origin and version of a clock that starts (or starts again) at `started`. */
  const setClock = (current: Run, started: Tick, version: Version) => {
    const chosen = chooseLimit(promise, version.id, current.startEvent.data);
    for (const field of chosen.missing) current.notes.add(`${field}-missing`);
    current.version = version;
    current.limit = chosen.limit;
    current.startLimit = chosen.limit;
    current.started = started;
    current.origin = promise.countsFirstDay && !timed ? started - 1 : started;
    current.gaps = [];
    current.dueOverride = null;
    current.since = new Map();
    for (const pause of [...pauses.values()]) {
      if (!inVersion(pause.rule, version.id) || pause.rule.needs.length > 0) pauses.delete(pause.rule);
      else if (pause.countsFrom !== null) pause.countsFrom = Math.max(pause.countsFrom, started);
    }
  };

  const start = (rule: StartRule, event: PlacedEvent): boolean => {
    const from = startTick(definition, promise, rule, event, firsts.get(rule), timed);
    const version = versionFor(from.tick);
    if (version === undefined || !inVersion(promise, version.id) || !inVersion(rule, version.id)) return false;
    run = {
      period: clocks.length + 1,
      version,
      limit: (promise.limits[0] as PromiseRules["limits"][number]).limit,
      startLimit: (promise.limits[0] as PromiseRules["limits"][number]).limit,
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
    setClock(run, from.tick, version);
    step(from.event === event.id && from.tick === tickOf(event) ? "started" : "started-earlier", event, rule, {
      started: from.tick,
      by: from.event,
    });
    step("due", null, null, { due: dueNow(run, from.tick), limit: run.limit.words, started: from.tick });
    for (const pause of pauses.values()) step("pause-opened", pause.event, pause.rule, { pause: pause.rule.id, from: pause.countsFrom ?? 0 });
    return true;
  };

  const stop = (rule: StopRule, event: PlacedEvent) => {
    const current = run as Run;
    const dated = rule.dated === null ? undefined : latest.get(rule.dated);
    const tick = Math.max(dated === undefined ? tickOf(event) : tickOf(dated), current.started);
    if (timed && !event.timeKnown) current.notes.add("time-missing");
    if (!satisfied(rule.expects)) current.notes.add("stop-without-evidence");
    for (const pause of [...pauses.values()]) closePause(pause, tick, false, event);
    clocks.push(finish(current, rule, event, tick));
    lastStoppedBy = event.type;
    latest = new Map();
    firsts.clear();
    run = null;
  };

  const finish = (current: Run, rule: StopRule | null, event: PlacedEvent | null, tick: Tick): Clock => {
    const stopped = rule !== null;
    const gaps = stopped ? merge(current.gaps) : gapsUpTo(tick);
    const due = dueNow(current, tick);
    const state = stateOf(rule, tick, due);
    const elapsed = inUnit(current.limit, elapsedUpTo(definition, current.limit, current.origin, gaps, tick));
    const excluded = inUnit(current.limit, excludedUpTo(definition, current.limit, current.origin, gaps, tick));
    step(state, event, rule, { due, elapsed, excluded, at: tick, event: event?.type ?? "" });
    return {
      promise: promise.id,
      period: current.period,
      version: current.version.id,
      state,
      started: current.started,
      due,
      stopped: stopped ? tick : null,
      stoppedBy: event?.type ?? null,
      elapsed,
      excluded,
      limit: current.limit,
      notes: [...current.notes].toSorted(),
      paused: !stopped && [...pauses.values()].some((pause) => pause.countsFrom !== null && !pause.rule.endRequired),
      gaps,
      steps: current.steps,
    };
  };

  const restart = (rule: RestartRule, event: PlacedEvent): boolean => {
    const current = run as Run;
    if (rule.after !== null && !current.since.has(rule.after)) return false;
    if ((current.since.get(event.type) ?? 0) < rule.count) return false;
    if (rule.inTime && tickOf(event) > dueNow(current, tickOf(event))) {
      current.notes.add("restart-too-late");
      step("restart-refused", event, rule);
      return false;
    }
    const version = versionFor(tickOf(event));
    if (version === undefined || !inVersion(promise, version.id)) return false;
    setClock(current, tickOf(event), version);
    current.notes.add("clock-restarted");
    step("restarted", event, rule, { started: current.started });
    step("due", null, null, { due: dueNow(current, current.started), limit: current.limit.words, started: current.started });
    return true;
  };

  const move = (rule: MoveRule, event: PlacedEvent) => {
    const current = run as Run;
    const due = dueNow(current, tickOf(event));
    const refused = moveRefusal(rule, current, tickOf(event) > due);
    const changed = refused ?? applyMove(definition, rule, current, event, due, timed);
    if (changed !== null) {
      current.notes.add(changed);
      step("move-refused", event, rule, { reason: changed });
      return;
    }
    current.moved.add(rule);
    current.notes.add("due-moved");
    step("moved", event, rule, { due: dueNow(current, tickOf(event)), limit: current.limit.words });
  };

  /** A version that holds for all clocks takes over those that run on its first day, unless it grandfathers them. */
  const adoptVersions = (current: Run, tick: Tick) => {
    const day = timed ? localDay(definition.zone, tick) : tick;
    for (const version of definition.versions) {
      if (!version.appliesToAll || version.from <= current.version.from || version.from > day || forcedVersion) continue;
      const startedOn = timed ? localDay(definition.zone, current.started) : current.started;
      if (version.grandfathersBefore !== null && startedOn < version.grandfathersBefore) continue;
      if (!inVersion(promise, version.id)) continue;
      current.version = version;
      const chosen = chooseLimit(promise, version.id, current.startEvent.data);
      current.limit = chosen.limit;
      current.startLimit = chosen.limit;
      current.notes.add("version-changed");
      const from = timed ? instantOf(definition.zone, version.from, 0) : version.from;
      for (const pause of [...pauses.values()]) if (!inVersion(pause.rule, version.id)) closePause(pause, from, true, null);
      step("version-changed", null, null, { version: version.id, due: dueNow(current, tick), limit: chosen.limit.words });
    }
  };

  /** A pause whose end lies ahead but is on record counts up to now. */
  const endKnownLater = (current: Run) => {
    for (const pause of [...pauses.values()]) {
      if (!pause.rule.endRequired || pause.countsFrom === null) continue;
      const end = events.find((event) => event.instant > asAtInstant && pause.rule.until.has(event.type));
      if (end === undefined) continue;
      pauses.delete(pause.rule);
      current.gaps.push(gap(pause, pause.countsFrom, asAt));
    }
  };

  for (const event of inOrder(definition, tickOf, happened)) {
    ever.set(event.type, (ever.get(event.type) ?? 0) + 1);
    latest.set(event.type, event);
    keepFirsts(promise, firsts, event);
    const fires = (rule: { when: ReadonlySet<string>; condition: StartRule["condition"] }) =>
      rule.when.has(event.type) && (rule.condition === null || holds(rule.condition, event.data));
    const wasRunning = run !== null;
    if (run !== null) {
      const current: Run = run;
      adoptVersions(current, tickOf(event));
      current.since.set(event.type, (current.since.get(event.type) ?? 0) + 1);
    }
    for (const rule of promise.pauses) {
      if (!rule.until.has(event.type)) continue;
      const pause = pauses.get(rule);
      if (pause === undefined) unmatchedEnds.set(rule, tickOf(event));
      else closePause(pause, tickOf(event), true, event);
    }
    if (run !== null) {
      const version: string = (run as Run).version.id;
      const stopRule = promise.stops.find((rule) => fires(rule) && inVersion(rule, version));
      if (stopRule !== undefined) stop(stopRule, event);
      else if (!promise.restarts.some((rule) => fires(rule) && inVersion(rule, version) && restart(rule, event))) {
        for (const rule of promise.moves) if (fires(rule) && inVersion(rule, version)) move(rule, event);
      }
    }
    if (run === null) {
      const canStart = (rule: StartRule) =>
        fires(rule) &&
        (!wasRunning || rule.again) &&
        (rule.ifLast === null || (lastStoppedBy !== null && rule.ifLast.has(lastStoppedBy)));
      promise.starts.some((rule) => canStart(rule) && start(rule, event));
    }
    openPauses(event);
    if (run !== null) countEvidence(event);
    dropAnswered(promise, firsts, event);
  }
  if (run !== null) {
    adoptVersions(run, asAt);
    endKnownLater(run);
    noteOpenPauses(run, pauses.values());
    clocks.push(finish(run, null, null, asAt));
  }
  return clocks;
}

/** Remembers the first event of the type that a start counts from. */
function keepFirsts(promise: PromiseRules, firsts: Map<StartRule, PlacedEvent>, event: PlacedEvent): void {
  for (const rule of promise.starts) {
    if (rule.countedFrom?.kind === "first" && rule.countedFrom.type === event.type && !firsts.has(rule)) firsts.set(rule, event);
  }
}

/** Forgets it once an event has answered it: the next one begins anew. */
function dropAnswered(promise: PromiseRules, firsts: Map<StartRule, PlacedEvent>, event: PlacedEvent): void {
  for (const rule of promise.starts) {
    if (rule.countedFrom?.kind === "first" && rule.countedFrom.since === event.type) firsts.delete(rule);
  }
}

function noteOpenPauses(run: Run, pauses: Iterable<OpenPause>): void {
  for (const pause of pauses) {
    if (pause.countsFrom === null) run.notes.add("pause-without-evidence");
    else if (pause.rule.endRequired) run.notes.add("pause-without-end");
  }
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

function gap(pause: OpenPause, from: Tick, to: Tick): Gap {
  return { from, to: Math.max(from, to + (pause.rule.bothDays ? 1 : 0)) };
}

/** Gaps ascending and apart: time is left out once, however many reasons there are. */
export function merge(gaps: readonly Gap[]): Gap[] {
  const merged: Gap[] = [];
  for (const next of gaps.toSorted((a, b) => a.from - b.from)) {
    const last = merged.at(-1);
    if (last !== undefined && next.from <= last.to) merged[merged.length - 1] = { from: last.from, to: Math.max(last.to, next.to) };
    else merged.push(next);
  }
  return merged;
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
    missing.push(...compared.map((test) => test.field).filter((field) => data[field] === undefined || data[field] === null || data[field] === ""));
  }
  throw new RangeError(`Promise ${promise.id} has no limit in version ${version}`);
}

function startTick(
  definition: Definition,
  promise: PromiseRules,
  rule: StartRule,
  event: PlacedEvent,
  first: PlacedEvent | undefined,
  timed: boolean,
): { readonly tick: Tick; readonly event: string; readonly notes: readonly string[] } {
  const own = timed ? event.instant : event.day;
  const from = rule.countedFrom;
  if (from?.kind === "first" && first !== undefined) {
    return { tick: timed ? first.instant : first.day, event: first.id, notes: [] };
  }
  if (from?.kind === "field") {
    const value = event.data[from.field];
    if (value !== undefined && value !== null && value !== "") {
      const tick = fieldTick(definition, value, timed);
      // A start after the event that tells of it would cut the wait short: the event's own date holds.
      if (tick !== undefined && tick <= own) return { tick, event: event.id, notes: [] };
      return { tick: own, event: event.id, notes: [`${from.field.replaceAll("_", "-")}-not-usable`] };
    }
  }
  const late = promise.cutOff !== null && event.timeKnown && localTime(definition.zone, event.instant) > promise.cutOff;
  if (!late || timed) return { tick: own, event: event.id, notes: [] };
  const next: Day = definition.calendar === null ? own + 1 : addWorkingDays(definition.calendar, own, 1);
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

function moveRefusal(rule: MoveRule, run: Run, pastDue: boolean): string | null {
  if (rule.once && run.moved.has(rule)) return "move-only-once";
  if (rule.inTime && pastDue) return "move-too-late";
  return null;
}

/** Applies a move to the running clock; a note says why it could not. An agreed date can only be a later one. */
function applyMove(definition: Definition, rule: MoveRule, run: Run, event: PlacedEvent, due: Tick, timed: boolean): string | null {
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
  return { count, unit: limit.unit, words: `${count} ${limit.words.slice(limit.words.indexOf(" ") + 1).replace(/s$/, "")}${count === 1 ? "" : "s"}` };
}

