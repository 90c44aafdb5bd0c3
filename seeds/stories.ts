import type { NewFact } from "../src/core/record/fact.ts";
import { formatDay, type Day } from "../src/lib/dates/day.ts";
import { caseFacts, type Entry } from "./entries.ts";
import { serviceOf } from "./directory.ts";
import { NHS_NUMBER_SYSTEM, storyIdentifier, type SeedPerson } from "./people.ts";
import type { Random } from "./random.ts";
import type { PlannedEvent } from "./stream.ts";
import type { Span } from "./time.ts";

/** A few people written by hand, at ids that never change: for the persona picker, the documentation and tests. */
export const storyIds = {
  ines: "person-ines-marchetti",
  tom: "person-tom-abiola",
  gwenllian: "person-gwenllian-ap-gruffydd",
  noah: "person-noah-fairweather",
} as const;

type Story = { readonly person: SeedPerson; readonly cases: readonly StoryCase[] };
type StoryCase = {
  readonly caseId: string;
  readonly organisationId: string;
  readonly kind: string;
  readonly events: (today: Day) => readonly PlannedEvent[];
};

const stories: readonly Story[] = [
  {
    // Waiting for a hip specialist, in time, with twelve days not counted: all three conditions of the ordinance are on record.
    person: person(
      storyIds.ines,
      "Ines Marchetti",
      "1951-05-04",
      1,
      "NS-01",
      "practice-01",
      ["7 Ropemaker Street", "Harbour"],
      "en",
    ),
    cases: [
      {
        caseId: "story-ines-hip",
        organisationId: "northshore-general",
        kind: "hips-and-knees",
        events: (today) => [
          { type: "referral-decided", day: today - 61 },
          { type: "guarantee-explained", day: today - 60 },
          { type: "offer-made", day: today - 44 },
          { type: "offer-declined", day: today - 42 },
          { type: "care-paused", day: today - 42, data: { reason: "own-choice" } },
          { type: "care-resumed", day: today - 30 },
        ],
      },
      {
        caseId: "story-ines-contact",
        organisationId: "practice-01",
        kind: "primary-care",
        events: (today) => [
          { type: "contact-sought", day: today - 66 },
          { type: "contact-made", day: today - 66, data: { assessment_needed: true } },
          { type: "assessment-made", day: today - 65, data: { by: "doctor" } },
        ],
      },
    ],
  },
  {
    // Overdue, after a cancellation by the hospital; a transfer brought an earlier date with it. He has asked for his data, too.
    person: person(
      storyIds.tom,
      "Tom Abiola",
      "1944-09-30",
      2,
      "NS-09",
      "practice-17",
      ["12 Signal Hill", "Larkmoor"],
      "en",
    ),
    cases: [
      {
        caseId: "story-tom-knee",
        organisationId: "larkmoor-hospital",
        kind: "hips-and-knees",
        events: (today) => [
          { type: "referral-received", day: today - 118, data: { original_date: formatDay(today - 143) } },
          { type: "appointment-attended", day: today - 85 },
          { type: "admission-decided", day: today - 60 },
          { type: "appointment-cancelled", day: today - 21, data: { by: "provider" } },
        ],
      },
      {
        caseId: "story-tom-data",
        organisationId: "northshore-general",
        kind: "own-data",
        events: (today) => [{ type: "request-received", day: today - 26 }],
      },
    ],
  },
  {
    // A long Welsh name, two promises in two countries' laws, one of them a wait that two declined offers began anew.
    person: person(
      storyIds.gwenllian,
      "Gwenllian Angharad ap Gruffydd-Llewelyn Ystumllwynarth",
      "1968-11-19",
      3,
      "NS-06",
      "practice-11",
      ["3 Gannet Street", "Saltings"],
      "cy",
    ),
    cases: [
      {
        caseId: "story-gwenllian-surgery",
        organisationId: "saltings-infirmary",
        kind: "day-surgery",
        events: (today) => [
          { type: "treatment-agreed", day: today - 96 },
          { type: "offer-declined", day: today - 58 },
          { type: "offer-declined", day: today - 40 },
        ],
      },
      {
        caseId: "story-gwenllian-request",
        organisationId: "coast-council",
        kind: "information-requests",
        events: (today) => [
          { type: "request-received", day: today - 33 },
          { type: "clarification-asked", day: today - 26 },
          { type: "clarification-received", day: today - 19 },
        ],
      },
    ],
  },
  {
    // A family with a plan: the decisions came, the final plan is a week late; Wraparound runs beside it.
    person: person(
      storyIds.noah,
      "Noah Fairweather",
      "2016-02-29",
      4,
      "NS-10",
      "practice-19",
      ["28 Kittiwake Avenue", "Kestrel Park"],
      "en",
    ),
    cases: [
      {
        caseId: "story-noah-plan",
        organisationId: "northshore-schools",
        kind: "special-educational-needs",
        events: (today) => [
          { type: "assessment-requested", day: today - 147 },
          { type: "assessment-decision", day: today - 108, data: { agreed: true } },
          { type: "plan-decision", day: today - 36, data: { agreed: true } },
        ],
      },
      {
        caseId: "story-noah-wraparound",
        organisationId: "northshore-schools",
        kind: "wraparound",
        events: (today) => [
          { type: "enrolled", day: today - 101 },
          { type: "plan-agreed", day: today - 74 },
          { type: "plan-agreed", day: today - 17 },
        ],
      },
      {
        caseId: "story-noah-respite",
        organisationId: "northshore-schools",
        kind: "wraparound",
        events: (today) => [{ type: "authorisation-requested", day: today - 9 }],
      },
    ],
  },
];

export const storyPeople: readonly SeedPerson[] = stories.map((story) => story.person);

/** Their facts, dated from `today` backwards: the same story on whatever day the region is made. Without slips of the pen. */
export function* storyFacts(span: Span): Generator<NewFact> {
  for (const { person: told, cases } of stories) {
    const entries = cases.flatMap(({ caseId, organisationId, kind, events }): Entry[] =>
      caseFacts(
        {
          caseId,
          subjectId: told.subjectId,
          areaCode: told.areaCode,
          service: serviceOf(organisationId, kind),
          events: events(span.today),
          span,
        },
        withoutChance(told.subjectId, caseId),
      ),
    );
    yield* entries.toSorted((a, b) => a.recorded - b.recorded).map((entry) => entry.fact);
  }
}

/** A source that draws nothing unusual, so that every story fact is entered on its own day; bits from the names, so ids differ. */
function withoutChance(...names: readonly string[]): Random {
  let state = [...names.join("/")].reduce(
    (sum, letter) => Math.imul(sum ^ letter.charCodeAt(0), 0x01000193),
    0x811c9dc5,
  );
  return {
    share: () => 0.999,
    whole: (from) => from,
    chance: () => false,
    pick: (items) => items[0] as (typeof items)[number],
    bits: () => (state = Math.imul(state ^ (state >>> 15), 0x2c1b3c6d) + 0x9e3779b9) >>> 0,
  };
}

function person(
  subjectId: string,
  name: string,
  birthDate: string,
  number: number,
  areaCode: string,
  practiceId: string,
  address: readonly string[],
  language: string,
): SeedPerson {
  return {
    subjectId,
    identity: { name, birthDate, identifiers: [{ system: NHS_NUMBER_SYSTEM, value: storyIdentifier(number) }] },
    contact: {
      telephone: `07700 9000${String(number).padStart(2, "0")}`,
      email: null,
      address: [...address, "Northshore", `ZZ99 ${number}AA`],
      language,
    },
    areaCode,
    practiceId,
  };
}
