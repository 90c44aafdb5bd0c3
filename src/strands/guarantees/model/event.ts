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

export const WITHDRAWN_ENTRY = "withdrawn-entry";

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
 * The events that hold: those that no other event corrects or cancels. A correction that was itself cancelled no
 * longer corrects. An event of the same id sent twice counts once.
 */
export function eventsInForce(events: readonly CaseEvent[]): readonly CaseEvent[] {
  const byId = new Map(events.map((event) => [event.id, event]));
  const correctors = new Map<string, CaseEvent[]>();
  for (const event of byId.values()) {
    if (event.replaces === null || event.replaces === event.id) continue;
    correctors.set(event.replaces, [...(correctors.get(event.replaces) ?? []), event]);
  }
  // Settled deepest correction first: an event holds unless something that holds replaces it.
  const settled = new Map<string, boolean>();
  const holdsNow = (event: CaseEvent): boolean => {
    const known = settled.get(event.id);
    if (known !== undefined) return known;
    settled.set(event.id, true); // a ring of corrections ends here
    const result = !(correctors.get(event.id) ?? []).some(holdsNow);
    settled.set(event.id, result);
    return result;
  };
  return [...byId.values()].filter((event) => event.type !== WITHDRAWN_ENTRY && holdsNow(event));
}
