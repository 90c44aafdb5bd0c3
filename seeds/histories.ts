import type { NewFact } from "../src/core/record/fact.ts";
import type { Day } from "../src/lib/dates/day.ts";
import { caseFacts, type Entry } from "./entries.ts";
import { inhabitants, type Inhabitant } from "./people.ts";
import { evenDraws, randomFor, type Draw, type Random } from "./random.ts";
import type { PlannedEvent, Stream } from "./stream.ts";
import { authorisations, specialNeeds, wraparound } from "./streams/families.ts";
import { cancer, emergency, referralToTreatment } from "./streams/england.ts";
import { freedomOfInformation, homelessness, ownData, planning } from "./streams/council.ts";
import { treatmentTime } from "./streams/scotland.ts";
import { primaryCare, specialistCare } from "./streams/sweden.ts";
import { dayPicker, type Span } from "./time.ts";

const streams: readonly Stream[] = [
  referralToTreatment,
  primaryCare,
  specialistCare,
  emergency,
  cancer,
  treatmentTime,
  freedomOfInformation,
  ownData,
  planning,
  specialNeeds,
  homelessness,
  wraparound,
  authorisations,
];

/** A stream at work: its own source of chance, its even draws by service, how much of the next case has built up. */
type Running = {
  readonly stream: Stream;
  readonly random: Random;
  readonly startAt: (share: number) => Day;
  readonly draws: Map<string, () => Draw>;
  /** Cases a person of average weight and need begins. */
  readonly perPerson: number;
  built: number;
  cases: number;
};

/** The facts of every inhabitant, one person after another, each person's in the order in which they were recorded. */
export function* histories(seed: number, people: number, span: Span): Generator<NewFact> {
  const running = streams.map((stream) => begin(stream, seed, span));
  const random = randomFor(seed, "entries");
  for (const person of inhabitants(seed, people, span)) {
    const entries = running.flatMap((each) => casesOf(each, person, span, random));
    entries.sort((a, b) => a.recorded - b.recorded);
    for (const entry of entries) yield entry.fact;
  }
}

function begin(stream: Stream, seed: number, span: Span): Running {
  const from = span.first - stream.carriedOverDays;
  const random = randomFor(seed, `stream ${stream.prefix}`);
  return {
    stream,
    random,
    startAt: dayPicker(from, span.last, stream.busy),
    draws: new Map(),
    perPerson: (stream.perThousand / 1000) * ((span.last - from) / (span.last - span.first)),
    built: random.share(),
    cases: 0,
  };
}

/** Cases come at their rate exactly, not by the throw of a die: a small region then has its share of each. */
function casesOf(running: Running, person: Inhabitant, span: Span, entriesRandom: Random): Entry[] {
  const { stream, random } = running;
  const age = (span.last - person.born) / 365.2425;
  running.built += running.perPerson * stream.weightAt(age) * person.need;
  const entries: Entry[] = [];
  while (running.built >= 1) {
    running.built--;
    const service = stream.serviceFor(person, age, random);
    let draws = running.draws.get(service.id);
    if (draws === undefined) {
      draws = evenDraws(random);
      running.draws.set(service.id, draws);
    }
    const draw = draws();
    const start = running.startAt(draw.start);
    const events = stream.plan({ person, service, start, draw, random, span }).toSorted(inTime);
    const lived = lifetimeOf(person, events, stream.knowsDeath);
    if (lived === null || (lived.at(-1) as PlannedEvent).day < span.first) continue;
    const caseId = `${stream.prefix}-${String(++running.cases).padStart(6, "0")}`;
    entries.push(
      ...caseFacts(
        { caseId, subjectId: person.subjectId, areaCode: person.areaCode, service, events: lived, span },
        entriesRandom,
      ),
    );
  }
  return entries;
}

function inTime(a: PlannedEvent, b: PlannedEvent): number {
  return a.day - b.day;
}

/** Only what happens between birth and death; null for a case that cannot have been. */
function lifetimeOf(
  person: Inhabitant,
  events: readonly PlannedEvent[],
  knowsDeath: boolean,
): readonly PlannedEvent[] | null {
  const first = events[0] as PlannedEvent;
  if (first.day < person.born) return null;
  const { dies } = person;
  if (dies === null || (events.at(-1) as PlannedEvent).day < dies) return events;
  if (first.day >= dies || !knowsDeath) return null;
  return [...events.filter((event) => event.day < dies), { type: "died", day: dies }];
}
