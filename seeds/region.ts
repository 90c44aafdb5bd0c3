/** The demonstration region: an invented place, its people and two years of what happened to them, made from a seed. */
import type { Area, Organisation } from "../src/core/directory/model.ts";
import type { NewFact } from "../src/core/record/fact.ts";
import { areas, organisations, services, type SeedService } from "./directory.ts";
import { happeningsIn, type Happening } from "./happenings.ts";
import { histories } from "./histories.ts";
import { inhabitants, MOST_PEOPLE, type SeedPerson } from "./people.ts";
import { storyFacts, storyPeople } from "./stories.ts";
import { spanUntil } from "./time.ts";

export type RegionRequest = {
  /** Any whole number of 32 bits. The same seed, people and today give the same region, to the byte. */
  readonly seed: number;
  /** Inhabitants, besides the few written by hand. Everything scales with it. 0 to 500,000. */
  readonly people: number;
  /** The record ends the evening before, so that nothing in it lies in the future of whoever looks today. */
  readonly today: Temporal.PlainDate;
};

export type Region = {
  readonly body: {
    readonly bodyName: string;
    readonly kind: "demonstration";
    readonly timeZone: string;
    readonly country: string;
    readonly telephone: string;
    readonly webAddress: string;
  };
  /** Parents before children. */
  readonly areas: readonly Area[];
  readonly organisations: readonly Organisation[];
  /** Each says which definitions judge its cases. */
  readonly services: readonly SeedService[];
  /** What explains a change in the figures, for charts. */
  readonly happenings: readonly Happening[];
  /** The first day of the record; what ran then was carried over with its older events. */
  readonly firstDay: Temporal.PlainDate;
  /** Made anew, one by one, each time it is gone through: the people written by hand first. */
  readonly people: Iterable<SeedPerson>;
  /** Likewise: subject by subject in the order of `people`, each one's in the order of `recordedAt`. */
  readonly facts: Iterable<NewFact>;
};

export const DEFAULT_SEED = 2009;
export const DEFAULT_PEOPLE = 60_000;

/** Makes the region. Pure: the same request gives the same region. Throws a RangeError for people or seed out of range. */
export function demonstrationRegion({ seed, people, today }: RegionRequest): Region {
  if (!Number.isInteger(people) || people < 0 || people > MOST_PEOPLE) {
    throw new RangeError(`The demonstration region can have 0 to ${MOST_PEOPLE} people, not ${people}.`);
  }
  if (!Number.isInteger(seed) || seed !== seed >> 0)
    throw new RangeError(`A seed is a whole number of 32 bits, not ${seed}.`);
  const span = spanUntil(today);
  return {
    body: {
      bodyName: "Northshore",
      kind: "demonstration",
      timeZone: "Europe/London",
      country: "GB",
      telephone: "01632 960001",
      webAddress: "https://example.org/northshore",
    },
    areas,
    organisations,
    services,
    happenings: happeningsIn(span),
    firstDay: today.subtract({ months: 24 }),
    people: again(function* () {
      yield* storyPeople;
      for (const { subjectId, identity, contact, areaCode, practiceId } of inhabitants(seed, people, span)) {
        yield { subjectId, identity, contact, areaCode, practiceId };
      }
    }),
    facts: again(function* () {
      yield* storyFacts(span);
      yield* histories(seed, people, span);
    }),
  };
}

/** A generator as something that can be gone through more than once. */
function again<Item>(generate: () => Generator<Item>): Iterable<Item> {
  return { [Symbol.iterator]: generate };
}
