import { readMoment, type Moment } from "../../../lib/dates/zone.ts";
import { readValue } from "./condition.ts";
import type { Definition } from "./definition.ts";
import type { CaseEvent } from "./event.ts";
import { evaluateCase } from "./interpret.ts";
import type { ExampleFile } from "./language.ts";
import { clockRow, type ClockRow } from "./row.ts";

/** "2024-12-02 referral-received urgent=true" to an event; throws a RangeError for a moment that does not exist. */
function readExampleEvent(definition: Definition, text: string, index: number): CaseEvent {
  const [when, type, ...fields] = text.split(" ") as [string, string, ...string[]];
  const occurred = moment(definition, when);
  const pairs = fields.map((field) => field.split("=") as [string, string]);
  const { recorded, id, replaces, ...data } = Object.fromEntries(pairs);
  return {
    id: id ?? `event-${index + 1}`,
    type,
    occurred,
    recorded: recorded === undefined ? occurred : moment(definition, recorded),
    data: Object.fromEntries(Object.entries(data).map(([name, value]) => [name, readValue(value)])),
    replaces: replaces ?? null,
  };
}

/** The clocks an example gives, as rows; without an as-at it is seen long after its last event. */
export function runExample(definition: Definition, example: ExampleFile): readonly ClockRow[] {
  const events = example.events.map((text, index) => readExampleEvent(definition, text, index));
  const asAt = moment(definition, example["as-at"] ?? lastDay(example));
  const knownOn = example["known-on"] === undefined ? null : moment(definition, example["known-on"]);
  const clocks = evaluateCase(definition, events, { asAt, knownOn, promise: null, version: null });
  return clocks.map((clock) => clockRow(definition, "example", "example", clock));
}

/** What differs between an example's clocks and those that come out, in sentences; none when it holds. */
export function exampleDifferences(example: ExampleFile, rows: readonly ClockRow[]): readonly string[] {
  const differences: string[] = [];
  const left = [...rows];
  for (const expected of example.clocks) {
    const period = expected.period ?? 1;
    const index = left.findIndex((row) => row.promise === expected.promise && row.period === period);
    const row = left[index];
    if (row === undefined) {
      differences.push(`no clock came out for ${expected.promise}, period ${period}`);
      continue;
    }
    left.splice(index, 1);
    const actual: Record<string, unknown> = { ...row, "stopped-by": row.stoppedBy };
    for (const [key, value] of Object.entries(expected)) {
      if (JSON.stringify(actual[key]) !== JSON.stringify(value)) {
        differences.push(
          `${expected.promise} ${period}: ${key} is ${JSON.stringify(actual[key])}, the example says ${JSON.stringify(value)}`,
        );
      }
    }
  }
  for (const row of left)
    differences.push(
      `a clock came out that the example does not have: ${row.promise} ${row.period} ${row.state}, due ${row.due}`,
    );
  return differences;
}

function lastDay(example: ExampleFile): string {
  return example.events
    .map((text) => text.slice(0, 10))
    .toSorted()
    .at(-1) as string;
}

function moment(definition: Definition, text: string): Moment {
  const read = readMoment(text, definition.zone);
  if (typeof read === "string") throw new RangeError(read);
  return read;
}
