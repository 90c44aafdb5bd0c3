import { csvLine } from "../../../lib/csv/write.ts";
import { outputLine, type LineFormat } from "../files/line.ts";
import { clockAt, type ClockColumns } from "../machine/clock-columns.ts";
import type { Machine } from "../machine/compile.ts";
import type { Definition } from "../model/definition.ts";
import { clockRow, formatTick } from "../model/row.ts";

/** Writes the line of a clock, with its end. */
export type LineWriter = (name: string, person: string, clocks: ClockColumns, row: number) => string;

/** What differs from clock to clock of one kind, in the order of the line, with what stands for it in a template. */
const BLANKS = {
  case: "@case@",
  person: "@person@",
  started: "@started@",
  due: "@due@",
  stopped: "@stopped@",
  elapsed: 987_654_321_001,
  excluded: 987_654_321_002,
} as const;

/**
 * Lines by template. Clocks of one promise, version, state, stop, limit, notes and period have the same line but for
 * names, dates and amounts; that line is written once, by the plain writer, and afterwards only filled in.
 */
export function lineWriter(
  definition: Definition,
  machines: ReadonlyMap<number, Machine>,
  format: LineFormat,
): LineWriter {
  const templates = new Map<number, Map<number, readonly string[]>>();
  const ticks = new Map<number, string>();
  const nameIn =
    format === "csv" ? (name: string) => csvLine([name]) : (name: string) => JSON.stringify(name).slice(1, -1);
  const nameOf = (name: string) => (PLAIN_NAME.test(name) ? name : nameIn(name));

  const templateOf = (clocks: ClockColumns, row: number): readonly string[] => {
    const kind =
      ((((clocks.promise[row] as number) * 256 + (clocks.version[row] as number)) * 8 + (clocks.state[row] as number)) *
        4096 +
        (clocks.stoppedBy[row] as number) +
        1) *
        256 +
      (clocks.limit[row] as number);
    let ofKind = templates.get(kind);
    if (ofKind === undefined) templates.set(kind, (ofKind = new Map()));
    // Notes take up to 30 bits: with the period they still are a whole number.
    const detail = (clocks.notes[row] as number) * PERIODS + (clocks.period[row] as number);
    let template = ofKind.get(detail);
    if (template === undefined) ofKind.set(detail, (template = newTemplate(clocks, row)));
    return template;
  };
  const newTemplate = (clocks: ClockColumns, row: number): readonly string[] => {
    const { rules } = machines.get(clocks.promise[row] as number) as Machine;
    const clock = clockRow(definition, BLANKS.case, BLANKS.person, clockAt(rules, clocks, row));
    const blanks = clock.stopped === null ? { ...BLANKS, stopped: null } : BLANKS;
    return cut(
      outputLine({ ...clock, ...blanks }, format),
      Object.values(blanks)
        .filter((blank) => blank !== null)
        .map(String),
    );
  };
  const tickOf = (clocks: ClockColumns, row: number, tick: number): string => {
    let text = ticks.get(tick);
    if (text === undefined) {
      const { rules } = machines.get(clocks.promise[row] as number) as Machine;
      text = formatTick(definition, clockAt(rules, clocks, row).limit, tick);
      if (ticks.size < MOST_TICKS) ticks.set(tick, text);
    }
    return text;
  };

  return (name, person, clocks, row) => {
    const [toCase, toPerson, toStarted, toDue, ...more] = templateOf(clocks, row) as [
      string,
      string,
      string,
      string,
      ...string[],
    ];
    const [toStopped, toElapsed, toExcluded, rest] =
      more.length === 4 ? (more as [string, string, string, string]) : ["", ...(more as [string, string, string])];
    const shown = nameOf(name);
    const stopped = more.length === 4 ? toStopped + tickOf(clocks, row, clocks.stopped[row] as number) : "";
    return (
      toCase +
      shown +
      toPerson +
      (person === name ? shown : nameOf(person)) +
      toStarted +
      tickOf(clocks, row, clocks.started[row] as number) +
      toDue +
      tickOf(clocks, row, clocks.due[row] as number) +
      stopped +
      toElapsed +
      clocks.elapsed[row] +
      toExcluded +
      clocks.excluded[row] +
      rest +
      "\n"
    );
  };
}

/** Names that stand in CSV and in JSON as they are. */
const PLAIN_NAME = /^[\w.:/ -]*$/;
/** More periods than a case has; notes begin above them. */
const PERIODS = 1 << 20;
/** Dates remembered; milliseconds could be of any number. */
const MOST_TICKS = 200_000;

/** The pieces of a line between its blanks. */
function cut(line: string, blanks: readonly string[]): readonly string[] {
  const pieces: string[] = [];
  let from = 0;
  for (const blank of blanks) {
    const at = line.indexOf(blank, from);
    if (at < 0) throw new Error(`A clock's line has no place for ${blank}: ${line}`);
    pieces.push(line.slice(from, at));
    from = at + blank.length;
  }
  return [...pieces, line.slice(from)];
}
