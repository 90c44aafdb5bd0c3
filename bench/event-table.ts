import type { DuckDBConnection } from "@duckdb/node-api";
import { parseDay } from "../src/lib/dates/day.ts";
import { NO_DAY, type CodedColumn, type EventTable } from "../src/strands/guarantees/bulk/table.ts";

/** The table `events` of a connection as columns in shared memory, the form in which a program holds events. */
export async function eventTable(connection: DuckDBConnection): Promise<EventTable> {
  const result = await connection.runAndReadAll(
    `SELECT "case", type, occurred::VARCHAR, original_date::VARCHAR, first, "by" FROM events`,
  );
  const rows = result.currentRowCount;
  const [cases, types, occurred, original, first, by] = result.getColumns() as [
    string[],
    string[],
    string[],
    (string | null)[],
    (boolean | null)[],
    (string | null)[],
  ];
  const bytes = new TextEncoder().encode(cases.join(""));
  const caseBytes = new Uint8Array(new SharedArrayBuffer(bytes.length));
  caseBytes.set(bytes);
  const caseStarts = new Uint32Array(new SharedArrayBuffer((rows + 1) * 4));
  let at = 0;
  for (let row = 0; row < rows; row++) {
    caseStarts[row] = at;
    at += (cases[row] as string).length;
  }
  caseStarts[rows] = at;
  return {
    rows,
    caseBytes,
    caseStarts,
    types: coded(types),
    occurred: days(occurred),
    fields: {
      first: coded(first.map((value) => (value === null ? "" : String(value)))),
      by: coded(by.map((value) => value ?? "")),
    },
    dates: { original_date: days(original) },
  };
}

function coded(texts: readonly string[]): CodedColumn {
  const values: string[] = [];
  const numbers = new Map<string, number>();
  const codes = new Uint8Array(new SharedArrayBuffer(texts.length));
  texts.forEach((text, row) => {
    let number = numbers.get(text);
    if (number === undefined) {
      number = values.length;
      values.push(text);
      numbers.set(text, number);
    }
    codes[row] = number;
  });
  return { values, codes };
}

function days(texts: readonly (string | null)[]): Int32Array {
  const column = new Int32Array(new SharedArrayBuffer(texts.length * 4));
  texts.forEach((text, row) => {
    column[row] = text === null ? NO_DAY : (parseDay(text) ?? NO_DAY);
  });
  return column;
}
