import { NO_DATE } from "../machine/instructions.ts";
import { NotForBulk, putName, putPlainName } from "./names.ts";
import type { Recorder } from "./recorder.ts";
import { appendRecord, IGNORED, INTERPRET } from "./records.ts";
import { translate, type Columns, type Translation } from "./translation.ts";

/**
 * Events in memory, in columns, as Arrow or a data frame has them: texts of few values as numbers of a list. The arrays
 * may lie in shared memory, and do when threads share the work.
 */
export type EventTable = {
  readonly rows: number;
  /** UTF-8 of the cases' names, one after the other; row r's is at `caseStarts[r]` up to `caseStarts[r + 1]`. */
  readonly caseBytes: Uint8Array;
  readonly caseStarts: Uint32Array;
  readonly types: CodedColumn;
  readonly occurred: Int32Array;
  readonly fields: Readonly<Record<string, CodedColumn>>;
  /** Dates in fields; NO_DAY where there is none. */
  readonly dates: Readonly<Record<string, Int32Array>>;
};

export type CodedColumn = { readonly values: readonly string[]; readonly codes: Uint8Array };

export const NO_DAY = -0x80000000;
/** Rows that a thread takes at a time. */
export const TABLE_PIECE = 1 << 16;

/** Records the rows from `from` up to `to`, for definitions that count days. */
export function tableReader(recorder: Recorder, table: EventTable): (from: number, to: number) => void {
  const { draft, pool, asAtDay } = recorder;
  const { caseBytes, caseStarts, occurred, types } = table;
  const columns: Columns = { coded: Object.keys(table.fields), dates: Object.keys(table.dates) };
  if (recorder.timed || columns.dates.length > 1) throw new NotForBulk("a table of days has no hours");
  const view = new DataView(caseBytes.buffer, caseBytes.byteOffset, caseBytes.byteLength);
  const fields = Object.values(table.fields);
  const dates = Object.values(table.dates)[0];
  const translations: (Translation | undefined)[] = [];
  const translationOf = (row: number): Translation => {
    let index = types.codes[row] as number;
    for (const { values, codes } of fields) index = index * values.length + (codes[row] as number);
    const hasDate = dates !== undefined && dates[row] !== NO_DAY;
    index = index * 2 + (hasDate ? 1 : 0);
    const known = translations[index];
    if (known !== undefined) return known;
    const found = translate(
      recorder,
      columns,
      types.values[types.codes[row] as number] as string,
      fields.map(({ values, codes }) => values[codes[row] as number] as string),
      [hasDate],
    );
    if (found === null) throw new NotForBulk("an event is not in order");
    translations[index] = found;
    return found;
  };
  return (from, to) => {
    for (let row = from; row < to; row++) {
      const translation = translationOf(row);
      const day = occurred[row] as number;
      const symbol = day <= asAtDay ? translation.symbol : translation.matterLater ? INTERPRET : IGNORED;
      if (symbol === IGNORED) continue;
      const nameFrom = caseStarts[row] as number;
      const nameTo = caseStarts[row + 1] as number;
      // Four bytes at a time, but where that would read past the end.
      draft.nameWords = nameTo + 3 <= view.byteLength ? putPlainName(draft.name, view, nameFrom, nameTo) : 0;
      if (draft.nameWords === 0) draft.nameWords = putName(draft.name, caseBytes, nameFrom, nameTo);
      if (nameFrom === nameTo) throw new NotForBulk("an event has no case");
      draft.symbol = symbol;
      draft.dates[0] = day;
      draft.dates[1] =
        translation.dateColumn < 0 || dates === undefined || dates[row] === NO_DAY ? NO_DATE : (dates[row] as number);
      appendRecord(pool, draft);
    }
  };
}
