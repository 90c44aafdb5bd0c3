/** The floors of the house and the rooms of a strand, in their order: what tests/house/walls.ts holds the code to. */

/** Floors from the ground up. An import goes down or stays; `src/strands/` also keeps an order of its own, below. */
export const FLOORS = ["src/lib", "src/core", "src/web", "src/strands", "the program", "above the program"] as const;

/** The only files that know every strand. Everything outside `src` (seeds, tests, bench, scripts) stands above them. */
export const PROGRAM = ["src/app.ts", "src/main.ts", "src/cli.ts"];

/** A later strand may use an earlier one's door, never the reverse. */
export const STRANDS = ["identity", "guarantees", "packages", "checkins", "projects", "opendata"];

/** What a sibling strand may import of another, and what the program may. */
export const SIBLING_DOORS = ["index"];
export const PROGRAM_DOORS = ["index", "strand", "commands"];

/** Imports upwards that are meant. */
export const MEANT_UPWARDS: readonly { readonly from: string; readonly to: string; readonly why: string }[] = [
  { from: "src/main.ts", to: "seeds/load.ts", why: "the first start fills the demonstration; loaded only then" },
  { from: "src/main.ts", to: "seeds/standing.ts", why: "who a visitor may be in the demonstration; loaded only then" },
];

/**
 * The rooms of every strand, each with those directly below it. A room may use whatever is below, however far, and
 * nothing else: `events < model < store < actions < routes < strand` and `model < pages < routes`.
 */
const ROOMS: Readonly<Record<string, readonly string[]>> = {
  events: [],
  paths: [],
  model: ["events"],
  /** The strand's message files, and how its values are written in words. */
  words: ["model"],
  store: ["model"],
  /** Tables derived from the facts. */
  projection: ["store"],
  actions: ["projection"],
  jobs: ["actions"],
  pages: ["model", "paths"],
  routes: ["actions", "pages", "words"],
  /** Reads and writes files of events, without the record. */
  files: ["model", "words"],
  commands: ["actions", "files", "pages"],
  /** What the program takes: routes, facts, projections, words. */
  strand: ["routes", "jobs"],
  /** What sibling strands take. */
  index: ["strand"],
};

/** Rooms that one strand has beside, or elsewhere than the others. */
const ROOMS_OF: Readonly<Record<string, Readonly<Record<string, readonly string[]>>>> = {
  guarantees: {
    model: [],
    /** The definitions as automata: the fast path, over the same model that the plain interpreter uses. */
    machine: ["model"],
    /** The YAML files, read and checked. */
    library: ["model"],
    // The facts of this strand are the events of its definitions: here the library comes first.
    events: ["library"],
    store: ["events"],
    /** Files of millions of cases, column by column; `files` reads and writes the rows of the others. */
    bulk: ["machine", "library", "files"],
    commands: ["actions", "bulk", "pages"],
    projection: ["store", "machine"],
    // Rows that a program sends are read as those of an event file.
    routes: ["actions", "pages", "words", "files"],
    pages: ["events", "paths"],
  },
};

/** `load.ts` writes to the database; `judged.ts` reads the library's files, to test the region against the engine. */
const SEEDS_THAT_READ = ["seeds/load.ts", "seeds/judged.ts"];

/** Where nothing may reach outside: the same input gives the same answer, on any machine, at any time. */
export function isPure(path: string): boolean {
  if (path.startsWith("src/lib/")) return true;
  if (path.startsWith("seeds/")) return !SEEDS_THAT_READ.includes(path);
  if (/^src\/core\/[^/]+\/model(?:\/.+|\.ts)$/.test(path)) return true;
  return /^src\/strands\/[^/]+\/(?:(?:model|machine|pages)\/.+|model\.ts|pages\.ts|events\.ts|paths\.ts)$/.test(path);
}

/** Where SQL may stand. */
export function maySpeakSql(path: string): boolean {
  return path.startsWith("src/core/") || /(?:^|\/)store\.ts$/.test(path) || !/^(?:src|seeds)\//.test(path);
}

/** The rooms of a strand with all that each may use, near and far. */
export function roomsOf(strand: string): ReadonlyMap<string, ReadonlySet<string>> {
  const below: Readonly<Record<string, readonly string[]>> = { ...ROOMS, ...ROOMS_OF[strand] };
  const closed = new Map<string, ReadonlySet<string>>();
  const close = (room: string, path: readonly string[]): ReadonlySet<string> => {
    if (path.includes(room)) throw new Error(`The rooms of ${strand} go round: ${[...path, room].join(" > ")}`);
    const known = closed.get(room);
    if (known !== undefined) return known;
    const direct = below[room];
    if (direct === undefined) throw new Error(`The rooms of ${strand} name "${room}", which is not a room`);
    const all = new Set(direct.flatMap((lower) => [lower, ...close(lower, [...path, room])]));
    closed.set(room, all);
    return all;
  };
  for (const room of Object.keys(below)) close(room, []);
  return closed;
}
