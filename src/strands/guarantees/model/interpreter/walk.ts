import { instantOf, localDay } from "../../../../lib/dates/zone.ts";
import type { Clock, Step, StepKind } from "../clock.ts";
import { holds, type Condition } from "../condition.ts";
import {
  versionOn,
  type Definition,
  type Evidence,
  type Law,
  type MoveRule,
  type PauseRule,
  type PromiseRules,
  type StartRule,
  type Version,
} from "../definition.ts";
import type { PlacedEvent } from "../event.ts";
import type { Words } from "../language.ts";
import type { Limit } from "../limit.ts";
import { countsTime, dueAt, mergeGaps, type Gap, type Tick } from "../scale.ts";

/** A clock that runs. */
export type Run = {
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
  /** A due date that was agreed, in place of the limit's. */
  dueOverride: Tick | null;
  readonly notes: Set<string>;
  readonly steps: Step[];
  /** Events since the one that (re)started the clock, by type. */
  since: Map<string, number>;
  readonly moved: Set<MoveRule>;
};

/** A pause that was begun; it counts from `countsFrom`, null while what it needs is not on record. */
export type OpenPause = { readonly rule: PauseRule; readonly event: PlacedEvent; countsFrom: Tick | null };

/**
 * One promise's walk over the events of a case: what the rules have to remember from one event to the next. The
 * functions of this folder read and change it; `interpret.ts` calls them in the order that gives the language its meaning.
 */
export type Walk = {
  readonly definition: Definition;
  readonly promise: PromiseRules;
  /** Whether the promise counts hours or minutes rather than days. */
  readonly timed: boolean;
  readonly startTypes: ReadonlySet<string>;
  /** Judge by this version whatever the date; undefined for the one in force. */
  readonly forcedVersion: Version | undefined;
  readonly clocks: Clock[];
  readonly pauses: Map<PauseRule, OpenPause>;
  /** How often each type has come. */
  readonly ever: Map<string, number>;
  /** The latest event of each type since the last clock stopped. */
  latest: Map<string, PlacedEvent>;
  /** For starts counted from the first event of a type: that event, until one comes that answers it. */
  readonly firsts: Map<StartRule, PlacedEvent>;
  /** Ends of pauses that found nothing open, with their tick: a pause begun later that same day is over already. */
  readonly unmatchedEnds: Map<PauseRule, Tick>;
  lastStoppedBy: string | null;
  run: Run | null;
};

export function beginWalk(definition: Definition, promise: PromiseRules, forced: string | null): Walk {
  return {
    definition,
    promise,
    timed: countsTime(firstLimit(promise)),
    startTypes: new Set(promise.starts.flatMap((rule) => [...rule.when])),
    forcedVersion: forced === null ? undefined : definition.versions.find((version) => version.id === forced),
    clocks: [],
    pauses: new Map(),
    ever: new Map(),
    latest: new Map(),
    firsts: new Map(),
    unmatchedEnds: new Map(),
    lastStoppedBy: null,
    run: null,
  };
}

/**
 * Where an event lies on the promise's scale. Of an event whose hour is not known, the reading that favours nobody who
 * is late: a start at the beginning of its day, anything else at its end.
 */
export function tickOf({ definition, timed, startTypes }: Walk, event: PlacedEvent): Tick {
  if (!timed) return event.day;
  if (event.timeKnown || startTypes.has(event.type)) return event.instant;
  return instantOf(definition.zone, event.day + 1, 0) - 1;
}

export function dayOf({ definition, timed }: Walk, tick: Tick): number {
  return timed ? localDay(definition.zone, tick) : tick;
}

/** The version under which a clock that starts at `tick` runs. */
export function versionAt(walk: Walk, tick: Tick): Version | undefined {
  return walk.forcedVersion ?? versionOn(walk.definition, dayOf(walk, tick));
}

/** Does a rule's event and condition fit? */
export function fires(
  rule: { readonly when: ReadonlySet<string>; readonly condition: Condition | null },
  event: PlacedEvent,
): boolean {
  return rule.when.has(event.type) && (rule.condition === null || holds(rule.condition, event.data));
}

/** Is the evidence on record: since the clock started, or at any time where the rule says so? */
export function onRecord({ ever, run }: Walk, needs: readonly Evidence[]): boolean {
  return needs.every((need) => ((need.anyTime ? ever : run?.since)?.get(need.type) ?? 0) >= need.count);
}

/** When the running clock falls due, seen from `tick`: an open pause has moved it by then. */
export function dueNow(walk: Walk, run: Run, tick: Tick): Tick {
  return (
    run.dueOverride ?? dueAt(walk.definition, run.limit, run.origin, gapsUpTo(walk, run, tick), walk.promise.rolls)
  );
}

/** Time not counted up to `tick`, that of open pauses included. */
export function gapsUpTo({ pauses }: Walk, run: Run, tick: Tick): readonly Gap[] {
  const open = [...pauses.values()].flatMap((pause) =>
    pause.countsFrom === null || pause.rule.endRequired ? [] : [pauseGap(pause.rule, pause.countsFrom, tick)],
  );
  return mergeGaps([...run.gaps, ...open]);
}

export function pauseGap(rule: PauseRule, from: Tick, to: Tick): Gap {
  return { from, to: Math.max(from, to + (rule.bothDays ? 1 : 0)) };
}

type Citable = { readonly law: Law; readonly says: Words };

/** Notes what happened, for the explanation. */
export function addStep(
  run: Run,
  kind: StepKind,
  event: PlacedEvent | null,
  rule: Citable | null,
  values: Step["values"] = {},
): void {
  run.steps.push({ event: event?.id ?? null, law: rule?.law ?? null, kind, says: rule?.says ?? null, values });
}

export function addDueStep(walk: Walk, run: Run): void {
  addStep(run, "due", null, null, {
    due: dueNow(walk, run, run.started),
    limit: run.limit.words,
    started: run.started,
  });
}

export function firstLimit(promise: PromiseRules): Limit {
  const limit = promise.limits[0]?.limit;
  if (limit === undefined) throw new Error(`Promise ${promise.id} has no limit`);
  return limit;
}
