import type { Day } from "../src/lib/dates/day.ts";
import type { SeedService } from "./directory.ts";
import type { Inhabitant } from "./people.ts";
import type { Draw, Random } from "./random.ts";
import type { Span } from "./time.ts";

/** Something that happens in a case, or will: plans run on past `today` and are cut there. */
export type PlannedEvent = {
  readonly type: string;
  readonly day: Day;
  /** Minutes since local midnight, where the promise counts hours. */
  readonly minute?: number;
  readonly data?: Readonly<Record<string, unknown>>;
  /** Where the case is from now on, when it moves. */
  readonly service?: SeedService;
};

export type Planning = {
  readonly person: Inhabitant;
  readonly service: SeedService;
  readonly start: Day;
  readonly draw: Draw;
  readonly random: Random;
  readonly span: Span;
};

/** The cases that one definition is to judge: how many, whose, where, and how they go. */
export type Stream = {
  readonly guarantee: string;
  /** Begins the case ids. */
  readonly prefix: string;
  /** Cases begun in 24 months per 1,000 people. */
  readonly perThousand: number;
  /** How long before the record's first day cases may have begun that still run on it. */
  readonly carriedOverDays: number;
  /** Whether the definition names `died`. Where it does not, nobody dies in the middle of a case: it could never end. */
  readonly knowsDeath: boolean;
  /** How busy a day is, compared with others. */
  readonly busy: (day: Day) => number;
  /** How often a person of this age (in years) has such a case, compared with the average inhabitant. */
  readonly weightAt: (age: number) => number;
  readonly serviceFor: (person: Inhabitant, age: number, random: Random) => SeedService;
  /** In any order; the earliest event, and of several the one named first, starts the case. */
  readonly plan: (planning: Planning) => readonly PlannedEvent[];
};
