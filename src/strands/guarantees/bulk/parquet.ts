import type { DuckDBDataChunk, DuckDBVector } from "@duckdb/node-api";
import { FIRST_DAY } from "../../../lib/dates/day.ts";
import { NO_DATE } from "../machine/instructions.ts";
import type { FieldFile } from "../model/language.ts";
import { NEEDED_COLUMNS } from "../model/event-row.ts";
import { hasZeroByte, LAST_WORD_MASKS, NotForBulk, putText, UnforeseenColumns } from "./names.ts";
import type { Recorder } from "./recorder.ts";
import { appendRecord, IGNORED, INTERPRET } from "./records.ts";
import { columnsOf, translate } from "./translation.ts";

/**
 * Parquet by way of DuckDB: SQL turns type and fields into one number (a place in lists of known values), and a scalar
 * function that is called for its side effect takes case, number and dates, a vector at a time. A row that the lists do
 * not foresee ends this way of reading; the plain reader's rows are then recorded one by one.
 */
export type ParquetScan = {
  readonly pieces: number;
  readonly read: (piece: number) => Promise<void>;
  readonly close: () => void;
};

/** Rows of a piece at the least; a piece is made of whole row groups, which DuckDB can skip. */
const PIECE_ROWS = 250_000;
/** Bytes of a text that lies in the vector itself, without a pointer. */
const INLINE = 12;
/** A table of more combinations of type and fields than this is no longer small. */
const MOST_COMBINATIONS = 1 << 20;
/** Whole numbers below this are told apart in lists; ages are. */
const MOST_NUMBER = 200;

export async function openParquet(path: string, recorder: Recorder): Promise<ParquetScan> {
  const { DuckDBInstance, DuckDBScalarFunction, BIGINT, UTINYINT, VARCHAR, UBIGINT } = await import("@duckdb/node-api");
  const instance = await DuckDBInstance.create(":memory:", { threads: "1" });
  const connection = await instance.connect();
  const file = `read_parquet(${quoted(path)}, file_row_number = true)`;
  const described = await connection
    .runAndReadAll(`DESCRIBE SELECT * EXCLUDE (file_row_number) FROM ${file}`)
    .catch((error: Error) => {
      throw new NotForBulk(error.message); // the plain reader says it better
    });
  const types = new Map(described.getRows().map((row) => [String(row[0]), String(row[1])]));
  const plan = planOf(types, recorder);
  connection.registerScalarFunction(
    DuckDBScalarFunction.create({
      name: "record_event",
      parameterTypes: plan.parameters.map(({ type }) => ({ VARCHAR, BIGINT, UBIGINT })[type]),
      returnType: UTINYINT,
      volatile: true,
      specialHandling: true,
      mainFunction: (_, chunk) => plan.record(chunk),
    }),
  );
  const groups = await connection.runAndReadAll(
    `SELECT row_group_id, any_value(row_group_num_rows)::INTEGER FROM parquet_metadata(${quoted(path)}) GROUP BY ALL ORDER BY ALL`,
  );
  const pieces = piecesOf(groups.getRows().map((row) => Number(row[1])));
  return {
    pieces: pieces.length,
    close: () => {
      connection.closeSync();
      instance.closeSync();
    },
    read: async (piece) => {
      const [from, to] = pieces[piece] as readonly [number, number];
      const query = `SELECT count(record_event(${plan.parameters.map(({ sql }) => sql).join(", ")})) FROM ${file} WHERE file_row_number >= ${from} AND file_row_number < ${to}`;
      // What SQL cannot do with a row, the reader of single rows can, or names.
      await connection.run(query).catch((error: Error) => {
        throw new UnforeseenColumns(error.message);
      });
      plan.check();
    },
  };
}

function piecesOf(groupRows: readonly number[]): readonly (readonly [number, number])[] {
  const pieces: [number, number][] = [];
  let from = 0;
  let to = 0;
  for (const rows of groupRows) {
    to += rows;
    if (to - from < PIECE_ROWS) continue;
    pieces.push([from, to]);
    from = to;
  }
  if (to > from) pieces.push([from, to]);
  return pieces;
}

type Plan = {
  readonly parameters: readonly Parameter[];
  readonly record: (chunk: DuckDBDataChunk) => void;
  readonly check: () => void;
};

/** A parameter of the scalar function: what SQL hands over for each row. */
type Parameter = { readonly sql: string; readonly type: "VARCHAR" | "BIGINT" | "UBIGINT" };

/** A digit of a combination: in SQL a number from 0, and the value that each number stands for; null is unforeseen. */
type Digit = { readonly sql: string; readonly values: readonly (string | null)[] };

function planOf(types: ReadonlyMap<string, string>, recorder: Recorder): Plan {
  const { job, timed } = recorder;
  if (NEEDED_COLUMNS.some((column) => !types.has(column))) throw new NotForBulk("a column is missing");
  const columns = columnsOf([...types.keys()], job);
  if (timed || job.knownOn !== null || types.get("type") !== "VARCHAR" || columns.dates.length > 1)
    throw new UnforeseenColumns();
  const eventTypes = [...job.context.types.keys()];
  const digits: readonly Digit[] = [
    { sql: `coalesce(list_position(${list(eventTypes)}, "type"), 0)`, values: [null, ...eventTypes] },
    ...columns.coded.map((column) => digitOf(column, types.get(column) as string, recorder)),
  ];
  const combinations = digits.reduce((product, { values }) => product * values.length, 1);
  if (combinations > MOST_COMBINATIONS) throw new UnforeseenColumns();
  let weight = 1;
  const terms = digits.map(({ sql, values }) => {
    const term = weight === 1 ? sql : `${sql} * ${weight}`;
    weight *= values.length;
    return term;
  });
  const empty = ["replaces", "data", "recorded"]
    .filter((column) => types.has(column))
    .map((column) => `${named(column)} IS NULL`);
  const short = ["organisation", "service", "area", "reason"]
    .filter((column) => types.has(column))
    .map((column) => `coalesce(strlen(CAST(${named(column)} AS VARCHAR)), 0) <= 200`);
  const conditions = [...empty, ...short];
  const combination =
    conditions.length === 0
      ? terms.join(" + ")
      : `CASE WHEN ${conditions.join(" AND ")} THEN ${terms.join(" + ")} ELSE 0 END`;

  // Combinations are few and low: a table of what they mean, filled as they come.
  const meanings = new Int32Array(combinations * 2).fill(UNREAD);
  const meaningOf = (number: number, hasDate: boolean): number => {
    let rest = number;
    const values = digits.map((digit) => {
      const value = digit.values[rest % digit.values.length] as string | null;
      rest = Math.floor(rest / digit.values.length);
      return value;
    });
    if (values.includes(null)) return UNFORESEEN;
    const [type, ...fields] = values as string[];
    const translation = translate(recorder, columns, type as string, fields, [hasDate]);
    if (translation === null) return UNFORESEEN;
    return (
      translation.symbol |
      (translation.dateColumn >= 0 && hasDate ? WITH_DATE : 0) |
      (translation.matterLater ? MATTERS_LATER : 0)
    );
  };
  const dateColumn = columns.dates[0];
  const date = dateColumn === undefined ? "0" : dayNumber(named(dateColumn), types.get(dateColumn) as string, 0);
  const day = dayNumber(`"occurred"`, types.get("occurred") as string, UNFORESEEN_DAY);
  const parameters: readonly Parameter[] = [
    { sql: `coalesce(CAST("case" AS VARCHAR), '')`, type: "VARCHAR" },
    // One number, because each vector that crosses over costs some ten microseconds.
    {
      sql: `(CAST(${combination} AS BIGINT) * ${1 << DAY_BITS} + ${date}) * ${1 << DAY_BITS} + ${day}`,
      type: "BIGINT",
    },
    ...(types.has("person") ? [{ sql: `coalesce(CAST("person" AS VARCHAR), '')`, type: "VARCHAR" } as const] : []),
    ...(types.has("id")
      ? [
          {
            sql: `CASE WHEN id IS NULL OR CAST(id AS VARCHAR) = '' THEN 0 ELSE hash(CAST(id AS VARCHAR)) | 1 END`,
            type: "UBIGINT",
          } as const,
        ]
      : []),
  ];
  return {
    parameters,
    ...vectorReader(recorder, meanings, meaningOf, { person: types.has("person"), id: types.has("id") }),
  };
}

const UNREAD = -2;
const UNFORESEEN = -1;
const WITH_DATE = 1 << 20;
const MATTERS_LATER = 1 << 21;
const DAY_BITS = 17;
const DAY_MASK = (1 << DAY_BITS) - 1;
/** In place of a day: something that the plain reader must look at. */
const UNFORESEEN_DAY = DAY_MASK;

/** Days since the end of 1899 in 17 bits, `absent` for NULL, UNFORESEEN_DAY for what is no date of our centuries. */
function dayNumber(column: string, type: string, absent: number): string {
  const days = (date: string) =>
    `WHEN ${date} BETWEEN DATE '1900-01-01' AND DATE '2199-12-31' THEN ${date} - DATE '1899-12-31' ELSE ${UNFORESEEN_DAY} END`;
  if (type === "DATE") return `(CASE WHEN ${column} IS NULL THEN ${absent} ${days(column)})`;
  if (type !== "VARCHAR") throw new UnforeseenColumns();
  // A text counts when it is written as dates are.
  const date = `TRY_CAST(${column} AS DATE)`;
  return `(CASE WHEN ${column} IS NULL OR ${column} = '' THEN ${absent} WHEN CAST(${date} AS VARCHAR) IS DISTINCT FROM ${column} THEN ${UNFORESEEN_DAY} ${days(date)})`;
}

function digitOf(column: string, type: string, recorder: Recorder): Digit {
  const fields: FieldFile[] = [];
  for (const declared of recorder.job.context.types.values())
    if (declared[column] !== undefined) fields.push(declared[column]);
  if (fields.length === 0) throw new UnforeseenColumns(); // areas, of which there are many
  if (type === "BOOLEAN")
    return { sql: `coalesce(CAST(${named(column)} AS INTEGER) + 1, 0)`, values: ["", "false", "true"] };
  if (/^U?(TINY|SMALL|BIG)?INT(EGER)?$/.test(type)) {
    const numbers = Array.from({ length: MOST_NUMBER }, (_, value) => String(value));
    return {
      sql: `(CASE WHEN ${named(column)} IS NULL THEN 1 WHEN ${named(column)} BETWEEN 0 AND ${MOST_NUMBER - 1} THEN ${named(column)} + 2 ELSE 0 END)`,
      values: [null, "", ...numbers],
    };
  }
  if (type !== "VARCHAR") throw new UnforeseenColumns();
  const choices = new Set(
    fields.flatMap((field) => [
      ...Object.keys(field.choices ?? {}),
      ...(field.type === "yes-no" ? ["true", "false"] : []),
    ]),
  );
  const values = ["", ...choices];
  const absent = `CAST(${named(column)} IS NULL AS INTEGER) * ${values.length + 1}`;
  return {
    sql: `(coalesce(list_position(${list(values)}, ${named(column)}), 0) + ${absent})`,
    values: [null, ...values, ""],
  };
}

/** The scalar function's work: every row of a vector becomes a record. */
function vectorReader(
  recorder: Recorder,
  meanings: Int32Array,
  meaningOf: (combination: number, hasDate: boolean) => number,
  has: { readonly person: boolean; readonly id: boolean },
): { readonly record: (chunk: DuckDBDataChunk) => void; readonly check: () => void } {
  const { draft, pool, asAtDay } = recorder;
  const zero = FIRST_DAY - 1;
  // An error thrown inside the function would be DuckDB's; it is kept, and thrown when the query is done.
  let failed: Error | null = null;
  const readAll = (chunk: DuckDBDataChunk): void => {
    const rows = chunk.rowCount;
    const names = textVector(chunk, 0);
    const packed = numberVector(chunk, 1);
    const persons = has.person ? textVector(chunk, 2) : null;
    const ids = has.id ? numberVector(chunk, has.person ? 3 : 2) : null;
    for (let row = 0; row < rows; row++) {
      const low = packed[row * 2] as number;
      const high = packed[row * 2 + 1] as number;
      const day = low & DAY_MASK;
      const date = ((low >>> DAY_BITS) | (high << (32 - DAY_BITS))) & DAY_MASK;
      const combination = high >>> (2 * DAY_BITS - 32);
      const index = combination * 2 + (date === 0 ? 0 : 1);
      let meaning = meanings[index] as number;
      if (meaning === UNREAD) meaning = meanings[index] = meaningOf(combination, date !== 0);
      if (meaning === UNFORESEEN || day === UNFORESEEN_DAY || date === UNFORESEEN_DAY) throw new UnforeseenColumns();
      let symbol = meaning & 0xffff;
      const tick = zero + day;
      if (tick > asAtDay) symbol = (meaning & MATTERS_LATER) === 0 ? IGNORED : INTERPRET;
      draft.personWords = persons === null ? 0 : takeText(persons, row, draft.person);
      draft.idHash = ids === null ? 0 : (ids[row * 2] as number);
      if (symbol === IGNORED && draft.personWords === 0 && draft.idHash === 0) continue;
      draft.nameWords = takeText(names, row, draft.name);
      if (draft.nameWords === 0) throw new UnforeseenColumns();
      draft.symbol = symbol;
      draft.dates[0] = tick;
      draft.dates[1] = (meaning & WITH_DATE) === 0 ? NO_DATE : zero + date;
      appendRecord(pool, draft);
    }
  };
  return {
    record: (chunk) => {
      if (failed !== null) return;
      try {
        readAll(chunk);
      } catch (error) {
        failed = error as Error;
      }
    },
    check: () => {
      if (failed !== null) throw failed;
    },
  };
}

/** A vector's own memory. `getItem` would cost 137 ns for a number and 1,000 for a text; this costs next to nothing. */
function numberVector(chunk: DuckDBDataChunk, column: number): Int32Array {
  const { items } = chunk.getColumnVector(column) as unknown as { readonly items: BigInt64Array };
  return new Int32Array(items.buffer, items.byteOffset, items.length * 2);
}

/** DuckDB's texts: 16 bytes each, length and then the text itself when it is short, else a pointer. */
type TextVector = { readonly vector: DuckDBVector; readonly words: Int32Array };

function textVector(chunk: DuckDBDataChunk, column: number): TextVector {
  const vector = chunk.getColumnVector(column);
  const { dataView } = vector as unknown as { readonly dataView: DataView };
  return { vector, words: new Int32Array(dataView.buffer, dataView.byteOffset, dataView.byteLength >> 2) };
}

/** Puts a text into words: from the vector itself where it is short, else the slow way. Answers how many words. */
function takeText({ vector, words }: TextVector, row: number, name: Int32Array): number {
  const from = row * 4;
  const length = words[from] as number;
  if (length > INLINE) return putText(name, vector.getItem(row) as string);
  const count = (length + 3) >> 2;
  for (let index = 0; index < count; index++) {
    const word = words[from + 1 + index] as number;
    const filling = index < count - 1 ? 0 : ~(LAST_WORD_MASKS[length & 3] as number);
    // Short texts are filled up with zeros, as names are; one with zeros of its own would not be told apart.
    if (hasZeroByte(word | filling)) throw new UnforeseenColumns();
    name[index] = word;
  }
  return count;
}

function list(values: readonly string[]): string {
  return `[${values.map(quoted).join(", ")}]`;
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}

function named(column: string): string {
  return `"${column.replaceAll('"', '""')}"`;
}
