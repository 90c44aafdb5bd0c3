import type { Definition } from "../model/definition.ts";
import type { CaseEvent } from "../model/event.ts";
import { isEventRow, readEventRow, type EventRow, type RowContext } from "../model/event-row.ts";
import { evaluateCase, type Question } from "../model/interpret.ts";
import type { Clock } from "../model/clock.ts";
import { clockRow, type ClockRow } from "../model/row.ts";
import { readRows } from "./rows.ts";

/** A row that could not be used: where it stands and what is wrong with it. */
export type BadRow = {
  readonly file: string;
  readonly line: number;
  readonly column: string;
  readonly message: string;
};

/** One case out of the files, with what its rows say around the events. */
export type CaseHistory = {
  readonly id: string;
  person: string | null;
  area: string | null;
  readonly events: CaseEvent[];
  /** By which definition its service has promised; the one asked for when absent. */
  readonly judgedBy?: Definition;
};

export type ReadCases = {
  readonly cases: ReadonlyMap<string, CaseHistory>;
  readonly badRows: readonly BadRow[];
  readonly rows: number;
};

/**
 * Reads event files into cases, in memory. Every bad row is kept with its file, line and column; its event is left out.
 * @param only the definition whose events matter; the others' are passed over
 * @param read what reads a file's rows, where not all of them are wanted
 */
export async function readCases(
  files: readonly string[],
  context: RowContext,
  only: Definition,
  onBytes: (bytes: number) => void = () => {},
  read: typeof readRows = readRows,
): Promise<ReadCases> {
  const cases = new Map<string, CaseHistory>();
  const badRows: BadRow[] = [];
  const contents = new Map<string, string>();
  const corrections: {
    readonly file: string;
    readonly line: number;
    readonly caseId: string;
    readonly replaces: string;
  }[] = [];
  let rows = 0;
  for (const file of files) {
    for await (const found of read(file, onBytes)) {
      rows++;
      const bad = (column: string, message: string) => badRows.push({ file, line: found.line, column, message });
      if ("problem" in found) {
        bad(found.column, found.problem);
        continue;
      }
      const row = readEventRow(found.row, context);
      if (!isEventRow(row)) {
        for (const problem of row) bad(problem.column, problem.message);
        continue;
      }
      const problem = addToCase(cases, contents, row, only);
      if (problem !== null) bad(problem.column, problem.message);
      else if (row.event.replaces !== null)
        corrections.push({ file, line: found.line, caseId: row.case, replaces: row.event.replaces });
    }
  }
  for (const { file, line, caseId, replaces } of corrections) {
    if (contents.has(`${caseId}\u0000${replaces}`)) continue;
    badRows.push({ file, line, column: "replaces", message: `there is no event "${replaces}" in case "${caseId}"` });
  }
  return { cases, badRows, rows };
}

function addToCase(
  cases: Map<string, CaseHistory>,
  contents: Map<string, string>,
  row: EventRow,
  only: Definition,
): { readonly column: string; readonly message: string } | null {
  let history = cases.get(row.case);
  if (history === undefined) {
    history = { id: row.case, person: null, area: null, events: [] };
    cases.set(row.case, history);
  }
  if (row.person !== null && history.person !== null && row.person !== history.person) {
    return {
      column: "person",
      message: `"${row.person}" is not the person of the other rows of case "${row.case}", "${history.person}"`,
    };
  }
  history.person ??= row.person;
  history.area ??= row.area;
  const key = `${row.case}\u0000${row.event.id}`;
  const content = JSON.stringify({ ...row.event, person: undefined });
  const before = contents.get(key);
  if (before !== undefined) {
    return before === content
      ? null
      : {
          column: "id",
          message: `"${row.event.id}" was sent before with other content: correct an event with a new id and \`replaces\``,
        };
  }
  contents.set(key, content);
  if (only.order.has(row.event.type) || row.event.replaces !== null) history.events.push(row.event);
  return null;
}

export type CaseClocks = {
  readonly history: CaseHistory;
  readonly definition: Definition;
  readonly clocks: readonly Clock[];
};

/** Clocks of every case, cases sorted by name, each with the definition (or overlay) that judged it. */
export function* evaluateCases(
  cases: ReadonlyMap<string, CaseHistory>,
  definitionFor: (area: string | null) => Definition,
  question: Question,
): Generator<CaseClocks> {
  for (const id of [...cases.keys()].toSorted((a, b) => (a < b ? -1 : a > b ? 1 : 0))) {
    const history = cases.get(id) as CaseHistory;
    const definition = history.judgedBy ?? definitionFor(history.area);
    const clocks = evaluateCase(definition, history.events, question);
    yield { history, definition, clocks: clocks.toSorted(byPromiseAndPeriod) };
  }
}

export function rowsOf({ history, definition, clocks }: CaseClocks): readonly ClockRow[] {
  return clocks.map((clock) => clockRow(definition, history.id, history.person ?? history.id, clock));
}

function byPromiseAndPeriod(a: Clock, b: Clock): number {
  return a.promise < b.promise ? -1 : a.promise > b.promise ? 1 : a.period - b.period;
}
