import { WITHDRAWN_ENTRY, type NewFact } from "../src/core/record/fact.ts";
import type { Day } from "../src/lib/dates/day.ts";
import type { SeedService } from "./directory.ts";
import { timeOrderedId } from "./ids.ts";
import type { Random } from "./random.ts";
import type { PlannedEvent } from "./stream.ts";
import { dateOf, londonInstant, nextWorkday, type Span } from "./time.ts";

/** A fact with the moment of its entry in milliseconds, to sort by. */
export type Entry = { readonly fact: NewFact; readonly recorded: number };

export type CaseOf = {
  readonly caseId: string;
  readonly subjectId: string;
  readonly areaCode: string;
  readonly service: SeedService;
  readonly events: readonly PlannedEvent[];
  readonly span: Span;
};

/** How often the record shows what real records do: slips of the pen, and entries on the wrong person. */
const CORRECTED = 0.025;
const WRONG_PERSON = 0.006;
const NO_DATA: Readonly<Record<string, unknown>> = Object.freeze({});

/**
 * What got on record of a case by the span's last day: entries made late, dates entered wrongly and corrected by a later
 * entry, entries of somebody else's events withdrawn again.
 */
export function caseFacts(whole: CaseOf, random: Random): Entry[] {
  const { span } = whole;
  const entries: Entry[] = [];
  const events = whereTheyHappen(whole);
  const about = { ...whole, events, minuteOn: deskMinutes(random) };
  const corrected = random.chance(CORRECTED) ? random.whole(0, events.length - 1) : -1;
  for (const [index, event] of events.entries()) {
    const entered = entryDay(event, index, span, random);
    if (event.day > span.last || entered > span.last) {
      if (index === 0) return []; // its beginning is not known yet: neither is the rest
      continue;
    }
    const slips = index === corrected && entered > span.first && event.minute === undefined;
    if (slips) entries.push(...correctedEntry(about, index, entered, random));
    else entries.push(entryOf(about, event, entered, random));
  }
  if (random.chance(WRONG_PERSON)) entries.push(...wrongPerson(about, random));
  return entries;
}

/** A case while its entries are made. */
type Entering = CaseOf & { readonly minuteOn: (day: Day) => number };

/** When on a day the next entry is made: the office works from eight to six, one entry after another. */
function deskMinutes(random: Random): (day: Day) => number {
  let day = -1;
  let minute = 0;
  return (entered) => {
    minute = entered === day ? Math.min(1079, minute + random.whole(1, 60)) : random.whole(480, 1000);
    day = entered;
    return minute;
  };
}

/** A transfer takes all that follows with it. */
function whereTheyHappen({ service, events }: CaseOf): readonly PlannedEvent[] {
  let at = service;
  return events.map((event) => {
    at = event.service ?? at;
    return { ...event, service: at };
  });
}

/** When an event is entered: mostly the same day, now and then weeks later, more often so under the new record system. */
function entryDay(event: PlannedEvent, index: number, span: Span, random: Random): Day {
  if (event.day < span.first) return span.first;
  const chance = random.share();
  const settling = event.day >= span.dip.from && event.day <= span.dip.to ? 0.22 : 0;
  if (chance > 0.16 + settling) return event.day;
  if (chance > 0.04 + settling) return nextWorkday(event.day + random.whole(1, 2));
  return nextWorkday(event.day + random.whole(3, index === 0 ? 9 : 25));
}

type Correction = { readonly replaces: string; readonly reason: string };

function entryOf(
  about: Entering,
  event: PlannedEvent,
  entered: Day,
  random: Random,
  correction: Correction | null = null,
): Entry {
  const { span } = about;
  const service = event.service ?? about.service;
  const carriedOver = event.day < span.first;
  // Timed events are entered as they happen.
  const atOnce = entered === event.day ? event.minute : undefined;
  const recordedAt = londonInstant(entered, carriedOver ? 360 : (atOnce ?? about.minuteOn(entered)));
  const recorded = recordedAt.epochMilliseconds;
  return {
    recorded,
    fact: {
      id: timeOrderedId(random, recorded),
      subjectId: about.subjectId,
      caseId: about.caseId,
      type: event.type,
      data: event.data ?? NO_DATA,
      occurredOn: dateOf(event.day),
      occurredAt: event.minute === undefined ? null : londonInstant(event.day, event.minute),
      recordedAt,
      recordedBy: carriedOver ? "old-records" : `${service.organisationId}.desk`,
      organisationId: service.organisationId,
      serviceId: service.id,
      areaCode: about.areaCode,
      replaces: correction?.replaces ?? null,
      reason: correction?.reason ?? null,
    },
  };
}

/** First with a wrong date, then right. Some corrections are still to come on the span's last day. */
function correctedEntry(about: Entering, index: number, entered: Day, random: Random): Entry[] {
  const { events, span } = about;
  const event = events[index] as PlannedEvent;
  const before = index === 0 ? span.first : (events[index - 1] as PlannedEvent).day;
  const wrongDay = Math.max(before, span.first, event.day - random.pick([1, 1, 2, 7, 10]));
  const slip = entryOf(about, { ...event, day: wrongDay }, entered, random);
  const noticed = nextWorkday(entered + random.whole(2, 30));
  if (noticed > span.last || wrongDay === event.day) return [entryOf(about, event, entered, random)];
  return [
    slip,
    entryOf(about, event, noticed, random, { replaces: slip.fact.id, reason: "The date was entered wrongly" }),
  ];
}

/** Somebody else's event, entered here by mistake and withdrawn days later: the case's own last event, much too early. */
function wrongPerson(about: Entering, random: Random): Entry[] {
  const { events, span } = about;
  const first = events[0] as PlannedEvent;
  const last = events.at(-1) as PlannedEvent;
  const day = nextWorkday(first.day + Math.ceil((last.day - first.day) * 0.4));
  const noticed = nextWorkday(day + random.whole(1, 14));
  if (
    events.length < 2 ||
    last.minute !== undefined ||
    day <= Math.max(first.day, span.first) ||
    noticed > span.last ||
    day >= last.day
  )
    return [];
  const mistake = entryOf(about, last, day, random);
  const wrong: Entry = { ...mistake, fact: { ...mistake.fact, occurredOn: dateOf(day) } };
  const withdrawal = entryOf(about, { type: WITHDRAWN_ENTRY, day: noticed }, noticed, random, {
    replaces: mistake.fact.id,
    reason: "Entered on the wrong person's record",
  });
  return [wrong, withdrawal];
}
