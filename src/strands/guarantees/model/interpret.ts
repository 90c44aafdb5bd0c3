import { localDay, type Moment } from "../../../lib/dates/zone.ts";
import type { Clock } from "./clock.ts";
import type { Definition, PromiseRules } from "./definition.ts";
import { endOfMoment, eventsInForce, knownEvents, placeEvent, type CaseEvent, type PlacedEvent } from "./event.ts";
import { adoptVersions, changeClock } from "./interpreter/changes.ts";
import { countEvidence, endKnownLater, endPauses, noteOpenPauses, openPauses } from "./interpreter/pauses.ts";
import { dropAnswered, keepFirsts, startClock } from "./interpreter/starts.ts";
import { finishedClock, stopClock } from "./interpreter/stops.ts";
import { beginWalk, tickOf, type Walk } from "./interpreter/walk.ts";
import type { Tick } from "./scale.ts";

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
export function evaluateCase(
  definition: Definition,
  events: readonly CaseEvent[],
  question: Question,
): readonly Clock[] {
  const zone = definition.zone;
  const known = question.knownOn === null ? events : knownEvents(events, question.knownOn, zone);
  const placed = eventsInForce(known, zone)
    .filter((event) => definition.order.has(event.type))
    .map((event) => placeEvent(event, zone));
  return definition.promises
    .filter((promise) => question.promise === null || promise.id === question.promise)
    .flatMap((promise) => runPromise(definition, promise, placed, endOfMoment(question.asAt, zone), question.version));
}

/** Events of one day in the definition's order, then by id; where hours count, by the hour first. */
export function inOrder(
  definition: Definition,
  tickAt: (event: PlacedEvent) => Tick,
  events: readonly PlacedEvent[],
): readonly PlacedEvent[] {
  const rank = (event: PlacedEvent) => definition.order.get(event.type) ?? 0;
  return events.toSorted(
    (a, b) => tickAt(a) - tickAt(b) || rank(a) - rank(b) || (a.id < b.id ? -1 : a.id > b.id ? 1 : 0),
  );
}

function runPromise(
  definition: Definition,
  promise: PromiseRules,
  events: readonly PlacedEvent[],
  asAtInstant: number,
  forcedVersion: string | null,
): readonly Clock[] {
  const walk = beginWalk(definition, promise, forcedVersion);
  const happened = events.filter((event) => event.instant <= asAtInstant);
  for (const event of inOrder(definition, (one) => tickOf(walk, one), happened)) takeEvent(walk, event);
  const run = walk.run;
  if (run !== null) {
    const asAt: Tick = walk.timed ? asAtInstant : localDay(definition.zone, asAtInstant);
    adoptVersions(walk, run, asAt);
    endKnownLater(
      walk,
      run,
      events.filter((event) => event.instant > asAtInstant),
      asAt,
    );
    noteOpenPauses(walk, run);
    walk.clocks.push(finishedClock(walk, run, null, null, asAt));
  }
  return walk.clocks;
}

/**
 * What one event does, in this order: pauses it ends; then it stops the running clock, or else restarts or moves it;
 * with no clock running it may start one; pauses it begins; evidence it completes.
 */
function takeEvent(walk: Walk, event: PlacedEvent): void {
  walk.ever.set(event.type, (walk.ever.get(event.type) ?? 0) + 1);
  walk.latest.set(event.type, event);
  keepFirsts(walk, event);
  const before = walk.run;
  if (before !== null) {
    adoptVersions(walk, before, tickOf(walk, event));
    before.since.set(event.type, (before.since.get(event.type) ?? 0) + 1);
  }
  endPauses(walk, event);
  if (before !== null && !stopClock(walk, before, event)) changeClock(walk, before, event);
  if (walk.run === null) startClock(walk, event, before !== null);
  openPauses(walk, event);
  if (walk.run !== null) countEvidence(walk, walk.run, event);
  dropAnswered(walk, event);
}
