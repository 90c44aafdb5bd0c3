import type { Clock } from "../model/clock.ts";
import type { Limit } from "../model/limit.ts";
import { CLOCK_STATES, type Rules } from "./control.ts";

/**
 * Clocks side by side in columns, as automata write them: 14 numbers a clock instead of an object. Version, state,
 * event type and limit are numbers of the machine's rules; notes are bits.
 */
export type ClockColumns = {
  length: number;
  /** Which case, in the writer's own numbering. */
  subject: Int32Array;
  /** Which machine: the promise's place in the definition. */
  promise: Uint8Array;
  period: Int32Array;
  version: Uint8Array;
  state: Uint8Array;
  /** Type that stopped it; −1 while it runs. */
  stoppedBy: Int16Array;
  limit: Uint8Array;
  notes: Int32Array;
  paused: Uint8Array;
  started: Ticks;
  due: Ticks;
  /** Of a clock that runs, the moment it was looked at. */
  stopped: Ticks;
  elapsed: Ticks;
  excluded: Ticks;
};

/** Days are whole and small; milliseconds, and hours with their fractions, are not. */
type Ticks = Int32Array | Float64Array;

export function clockColumns(capacity: number, timed: boolean): ClockColumns {
  const ticks = (): Ticks => (timed ? new Float64Array(capacity) : new Int32Array(capacity));
  return {
    length: 0,
    subject: new Int32Array(capacity),
    promise: new Uint8Array(capacity),
    period: new Int32Array(capacity),
    version: new Uint8Array(capacity),
    state: new Uint8Array(capacity),
    stoppedBy: new Int16Array(capacity),
    limit: new Uint8Array(capacity),
    notes: new Int32Array(capacity),
    paused: new Uint8Array(capacity),
    started: ticks(),
    due: ticks(),
    stopped: ticks(),
    elapsed: ticks(),
    excluded: ticks(),
  };
}

/** Makes room for one more clock, doubling where it is full. */
export function growColumns(columns: ClockColumns): void {
  const larger = clockColumns(columns.subject.length * 2, columns.started instanceof Float64Array);
  copyColumns(columns, larger);
  Object.assign(columns, { ...larger, length: columns.length });
}

/** Copies the clocks of one set of columns to the beginning of another. */
export function copyColumns(from: ClockColumns, to: ClockColumns): void {
  for (const name of COLUMNS) to[name].set(from[name].subarray(0, from.length));
  to.length = from.length;
}

const COLUMNS = [
  "subject",
  "promise",
  "period",
  "version",
  "state",
  "stoppedBy",
  "limit",
  "notes",
  "paused",
  "started",
  "due",
  "stopped",
  "elapsed",
  "excluded",
] as const;

/** The clock in row `row`, as the interpreter would give it but for gaps and steps, which only explanations need. */
export function clockAt(rules: Rules, columns: ClockColumns, row: number): Omit<Clock, "gaps" | "steps"> {
  const { definition, alphabet } = rules;
  const stoppedBy = columns.stoppedBy[row] as number;
  return {
    promise: rules.promise.id,
    period: columns.period[row] as number,
    version: definition.versions[columns.version[row] as number]?.id ?? "",
    state: CLOCK_STATES[columns.state[row] as number] ?? "waiting",
    started: columns.started[row] as number,
    due: columns.due[row] as number,
    stopped: stoppedBy < 0 ? null : (columns.stopped[row] as number),
    stoppedBy: stoppedBy < 0 ? null : (alphabet.letters[stoppedBy]?.type ?? null),
    elapsed: columns.elapsed[row] as number,
    excluded: columns.excluded[row] as number,
    limit: rules.limits[columns.limit[row] as number] as Limit,
    notes: notesOf(rules, columns.notes[row] as number),
    paused: columns.paused[row] === 1,
  };
}

/** The notes whose bits are set, sorted. */
function notesOf(rules: Rules, bits: number): readonly string[] {
  return rules.notes.filter((_, index) => (bits & (1 << index)) !== 0).toSorted();
}
