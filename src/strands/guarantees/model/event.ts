import { entriesInForce } from "../../../core/record/history.ts";
import { WITHDRAWN_ENTRY } from "../../../core/record/fact.ts";
import type { Day } from "../../../lib/dates/day.ts";
import { instantOf, localDay, type Moment, type Zone } from "../../../lib/dates/zone.ts";
import type { EventData } from "./condition.ts";

/** One event of a case, as the engine reads it. */
export type CaseEvent = {
  readonly id: string;
  readonly type: string;
  readonly occurred: Moment;
  /** When it was learnt; equal to `occurred` where the sender does not say. */
  readonly recorded: Moment;
  readonly data: EventData;
  /** The event it corrects, or with type `withdrawn-entry` cancels. */
  readonly replaces: string | null;
};

export { WITHDRAWN_ENTRY };

/** An event with its place in time: the local day and the instant (local midnight where only a date is known). */
export type PlacedEvent = CaseEvent & { readonly day: Day; readonly instant: number; readonly timeKnown: boolean };

export function placeEvent(event: CaseEvent, zone: Zone): PlacedEvent {
  return event.occurred.kind === "date"
    ? { ...event, day: event.occurred.day, instant: instantOf(zone, event.occurred.day, 0), timeKnown: false }
    : { ...event, day: localDay(zone, event.occurred.instant), instant: event.occurred.instant, timeKnown: true };
}

/** The last instant that a moment covers: itself, or the end of its day in the zone. */
export function endOfMoment(moment: Moment, zone: Zone): number {
  return moment.kind === "instant" ? moment.instant : instantOf(zone, moment.day + 1, 0) - 1;
}

/** The first instant that a moment covers. */
export function startOfMoment(moment: Moment, zone: Zone): number {
  return moment.kind === "instant" ? moment.instant : instantOf(zone, moment.day, 0);
}

/** The events learnt by then: what one would have seen on that day. */
export function knownEvents(events: readonly CaseEvent[], knownOn: Moment, zone: Zone): readonly CaseEvent[] {
  const limit = endOfMoment(knownOn, zone);
  return events.filter((event) => startOfMoment(event.recorded, zone) <= limit);
}

/**
 * The events that stand once corrections and withdrawals are applied, by the record's own rules: of several versions of
 * one entry the last recorded stands. An event sent twice counts once.
 */
export function eventsInForce(events: readonly CaseEvent[], zone: Zone): readonly CaseEvent[] {
  if (events.every((event) => event.replaces === null && event.type !== WITHDRAWN_ENTRY)) return distinct(events);
  const recordedAt = (event: CaseEvent) => startOfMoment(event.recorded, zone);
  const byRecording = (a: CaseEvent, b: CaseEvent) => recordedAt(a) - recordedAt(b) || (a.id < b.id ? -1 : 1);
  return entriesInForce(distinct(events), byRecording).facts;
}

function distinct(events: readonly CaseEvent[]): readonly CaseEvent[] {
  return [...new Map(events.map((event) => [event.id, event])).values()];
}
