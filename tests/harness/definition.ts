/** Small definitions made in a test, and the clocks they give for events written as an example writes them. */
import assert from "node:assert/strict";
import { library } from "../../src/strands/guarantees/library.ts";
import { readMoment, type Moment } from "../../src/lib/dates/zone.ts";
import { checkDefinition } from "../../src/strands/guarantees/model/check.ts";
import { buildDefinition, type Choices, type Definition } from "../../src/strands/guarantees/model/definition.ts";
import type { CaseEvent } from "../../src/strands/guarantees/model/event.ts";
import { evaluateCase } from "../../src/strands/guarantees/model/interpret.ts";
import type { DefinitionFile, OverlayFile, PromiseFile } from "../../src/strands/guarantees/model/language.ts";
import { clockRow, type ClockRow } from "../../src/strands/guarantees/model/row.ts";

const said = { law: "act § 1", says: "So it is." };
const event = (fields?: DefinitionFile["events"][string]["fields"]) => ({
  label: "Event",
  says: "It happened",
  ...(fields === undefined ? {} : { fields }),
});

/** Ends of pauses come before their beginnings, so that one may end and begin again on one day. */
const EVENTS: DefinitionFile["events"] = {
  opened: event({ since: { type: "date", says: "Since when" }, kind: { type: "text", says: "Which" } }),
  "waiting-ended": event(),
  "away-ended": event(),
  "chosen-ended": event(),
  "waiting-began": event({ reason: { type: "text", says: "Why" } }),
  "away-began": event(),
  "chosen-began": event(),
  told: event(),
  declined: event(),
  extended: event({ until: { type: "date", says: "Until when" } }),
  answered: event({ by: { type: "text", says: "By whom" } }),
  cancelled: event(),
  mistaken: event(),
};

/** One promise, `answer`: opened → answered within 10 days, with two plain pauses; the test says what is otherwise. */
export function definitionFile(promise: Partial<PromiseFile> = {}, more: Partial<DefinitionFile> = {}): DefinitionFile {
  return {
    id: "test",
    name: "A test",
    country: "gb",
    status: "standard",
    "time-zone": "Europe/London",
    calendar: "uk-england-wales",
    about: "A promise made in a test.",
    purpose: "To test",
    "lawful-basis": "None",
    retention: "None",
    sensitivity: "ordinary",
    sources: { act: { title: "The act" } },
    versions: [{ id: "1", from: "2000-01-01", law: "act § 1", says: "All of it." }],
    events: EVENTS,
    promises: {
      answer: {
        name: "Answer",
        says: "an answer",
        limit: "10 days",
        starts: [{ when: "opened", ...said }],
        stops: [{ when: "answered", ...said }],
        ends: [{ when: "cancelled", ...said }],
        voids: [{ when: "mistaken", ...said }],
        pauses: [
          { id: "waiting", from: "waiting-began", until: "waiting-ended", ...said },
          { id: "away", from: "away-began", until: "away-ended", ...said },
        ],
        ...promise,
      },
    },
    examples: [{ name: "An example", source: "A test", events: ["2024-01-01 opened"], clocks: [] }],
    ...more,
  };
}

/** The engine's form of a file; fails when the check finds anything in it. */
export function build(file: DefinitionFile, choices: Choices = {}, overlay: OverlayFile | null = null): Definition {
  const { calendars } = library();
  assert.deepEqual(checkDefinition(file, calendars), []);
  return buildDefinition(file, calendars, choices, overlay);
}

export type Seen = {
  readonly asAt?: string;
  readonly knownOn?: string;
  readonly version?: string;
  readonly promise?: string;
};

/** The clock rows of events such as "2024-01-05 declined", "… recorded=2024-01-09 id=a replaces=b". As at the end of 2029 unless said. */
export function clocks(definition: Definition, events: readonly string[], seen: Seen = {}): readonly ClockRow[] {
  const moment = (text: string) => momentOf(definition, text);
  const question = {
    asAt: moment(seen.asAt ?? "2029-12-31"),
    knownOn: seen.knownOn === undefined ? null : moment(seen.knownOn),
    promise: seen.promise ?? null,
    version: seen.version ?? null,
  };
  const read = events.map((text, index) => eventOf(definition, text, index));
  return evaluateCase(definition, read, question).map((clock) => clockRow(definition, "case", "person", clock));
}

/** "2024-01-05 declined id=a recorded=2024-01-09 replaces=b field=value": the event's id is its place where none is given. */
function eventOf(definition: Definition, text: string, index: number): CaseEvent {
  const [when, type, ...pairs] = text.split(" ") as [string, string, ...string[]];
  const { recorded, id, replaces, ...data } = Object.fromEntries(
    pairs.map((pair) => pair.split("=") as [string, string]),
  );
  return {
    id: id ?? `event-${String(index).padStart(3, "0")}`,
    type,
    occurred: momentOf(definition, when),
    recorded: momentOf(definition, recorded ?? when),
    data,
    replaces: replaces ?? null,
  };
}

function momentOf(definition: Definition, text: string): Moment {
  const read = readMoment(text, definition.zone);
  if (typeof read === "string") assert.fail(read);
  return read;
}

/** The only clock of a case. */
export function clock(definition: Definition, events: readonly string[], seen: Seen = {}): ClockRow {
  const all = clocks(definition, events, seen);
  assert.equal(all.length, 1, `${all.length} clocks instead of one`);
  return all[0] as ClockRow;
}

/** Some fields of a clock, to compare with what is expected. */
export function pick<Key extends keyof ClockRow>(row: ClockRow, ...keys: readonly Key[]): readonly ClockRow[Key][] {
  return keys.map((key) => row[key]);
}
