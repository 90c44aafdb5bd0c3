import type { DuckDBDataChunk } from "@duckdb/node-api";
import { FIRST_DAY } from "../../../lib/dates/day.ts";
import { NO_DATE } from "../machine/instructions.ts";
import type { FieldFile } from "../model/language.ts";
import { NEEDED_COLUMNS } from "../model/event-row.ts";
import { NotForBulk, putName, putText, UnforeseenColumns } from "./names.ts";
import type { Recorder } from "./recorder.ts";
import { appendRecord, IGNORED, INTERPRET } from "./records.ts";
import { columnsOf, translate, type Translation } from "./translation.ts";

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
const DAY_BITS = 17;
const DAY_MASK = (1 << DAY_BITS) - 1;
/** A vector that never comes in one 64-bit number: an unforeseen row. */
const UNFORESEEN = -1;
/** Bytes of a text that lies in the vector itself, without a pointer. */
const INLINE = 12;
/** A table of more combinations of type and fields than this is no longer small. */
const MOST_COMBINATIONS = 1 << 20;
/** Whole numbers below this are told apart in lists; ages are. */
const MOST_NUMBER = 200;

export async function openParquet(path: string, recorder: Recorder): Promise<ParquetScan> {
  const { DuckDBInstance, DuckDBScalarFunction, BIGINT, UTINYINT, VARCHAR, UBIGINT } = await import("@duckdb/node-api");
  const instance = await DuckDBInstance.create(":memory:", { threads: "2" });
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
      parameterTypes: [VARCHAR, VARCHAR, BIGINT, UBIGINT],
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
      await connection.run(
        `SELECT count(record_event(${plan.columns.join(", ")})) FROM ${file} WHERE file_row_number >= ${from} AND file_row_number < ${to}`,
      );
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
  readonly columns: readonly string[];
  readonly record: (chunk: DuckDBDataChunk) => void;
  readonly check: () => void;
};

function planOf(types: ReadonlyMap<string, string>, recorder: Recorder): Plan {
  const { job, timed } = recorder;
  if (NEEDED_COLUMNS.some((column) => !types.has(column))) throw new NotForBulk("a column is missing");
  const columns = columnsOf([...types.keys()], job);
  if (timed || job.knownOn !== null || types.get("type") !== "VARCHAR" || columns.dates.length > 1)
    throw new UnforeseenColumns();
  const empty = ["replaces", "data", "recorded"]
    .filter((column) => types.has(column))
    .map((column) => `${named(column)} IS NULL`);
  const short = ["organisation", "service", "area", "reason"]
    .filter((column) => types.has(column))
    .map((column) => `coalesce(strlen(CAST(${named(column)} AS VARCHAR)), 0) <= 200`);
  const dateColumn = columns.dates[0];
  const coded = [
    { values: [...job.context.types.keys()], sql: `list_position(${list([...job.context.types.keys()])}, "type")` },
    ...columns.coded.map((column) => codedColumn(column, types.get(column) as string, recorder)),
  ];
  // Mixed radix, each digit from 1: 0 and NULL are unforeseen.
  const number = coded.reduce(
    (sql, { values, sql: digit }) =>
      sql === "" ? `(nullif(${digit}, 0) - 1)::BIGINT` : `(${sql}) * ${values.length} + (nullif(${digit}, 0) - 1)`,
    "",
  );
  const combinations = coded.reduce((product, { values }) => product * values.length, 1);
  if (combinations > MOST_COMBINATIONS) throw new UnforeseenColumns();
  const day = (column: string) => dayNumber(named(column), types.get(column) as string);
  const date =
    dateColumn === undefined ? "0" : `(CASE WHEN ${named(dateColumn)} IS NULL THEN 0 ELSE ${day(dateColumn)} END)`;
  const packed = `((${number}) * ${2 ** DAY_BITS} + ${date}) * ${2 ** DAY_BITS} + ${day("occurred")}`;
  const checks = [...empty, ...short];
  const sql = checks.length === 0 ? packed : `CASE WHEN ${checks.join(" AND ")} THEN ${packed} END`;

  const translations = new Map<number, Translation | null>();
  const translationOf = (combination: number, hasDate: boolean): Translation | null => {
    const key = combination * 2 + (hasDate ? 1 : 0);
    let known = translations.get(key);
    if (known === undefined) {
      const digits: string[] = [];
      let rest = combination;
      for (const { values } of coded.toReversed()) {
        digits.unshift(values[rest % values.length] as string);
        rest = Math.floor(rest / values.length);
      }
      known = translate(recorder, columns, digits[0] as string, digits.slice(1), [hasDate]);
      translations.set(key, known);
    }
    return known;
  };
  // Combinations are few and low: a table of what they mean, filled as they come.
  const symbols = new Int32Array(combinations * 2).fill(UNREAD);
  const { read, check } = vectorReader(recorder, (combination, hasDate) => {
    const index = combination * 2 + (hasDate ? 1 : 0);
    if (symbols[index] === UNREAD) {
      const translation = translationOf(combination, hasDate);
      symbols[index] =
        translation === null
          ? UNFORESEEN
          : translation.symbol |
            (translation.dateColumn >= 0 && hasDate ? WITH_DATE : 0) |
            (translation.matterLater ? MATTERS_LATER : 0);
    }
    return symbols[index] as number;
  });
  return {
    columns: [
      `coalesce(CAST("case" AS VARCHAR), '')`,
      types.has("person") ? `coalesce(CAST("person" AS VARCHAR), '')` : "''",
      `coalesce(${sql}, ${UNFORESEEN})`,
      types.has("id")
        ? `CASE WHEN id IS NULL OR CAST(id AS VARCHAR) = '' THEN 0 ELSE hash(CAST(id AS VARCHAR)) | 1 END`
        : "0::UBIGINT",
    ],
    record: read,
    check,
  };
}

const UNREAD = -2;
const WITH_DATE = 1 << 20;
const MATTERS_LATER = 1 << 21;

/** Days since the end of 1899; NULL for what is no date of our centuries. A text counts when it is written as dates are. */
function dayNumber(column: string, type: string): string {
  const days = (date: string) =>
    `CASE WHEN ${date} BETWEEN DATE '1900-01-01' AND DATE '2199-12-31' THEN ${date} - DATE '1899-12-31' END`;
  if (type === "DATE") return `(${days(column)})`;
  if (type !== "VARCHAR") throw new UnforeseenColumns();
  const date = `TRY_CAST(${column} AS DATE)`;
  return `(CASE WHEN CAST(${date} AS VARCHAR) = ${column} THEN ${days(date)} END)`;
}

function codedColumn(
  column: string,
  type: string,
  recorder: Recorder,
): { readonly values: readonly string[]; readonly sql: string } {
  const fields: FieldFile[] = [];
  for (const declared of recorder.job.context.types.values())
    if (declared[column] !== undefined) fields.push(declared[column]);
  if (type === "BOOLEAN")
    return { values: ["", "false", "true"], sql: `coalesce(CAST(${named(column)} AS INTEGER) + 2, 1)` };
  if (/^U?(TINY|SMALL|BIG)?INT(EGER)?$/.test(type)) {
    const values = ["", ...Array.from({ length: MOST_NUMBER }, (_, value) => String(value))];
    return {
      values,
      sql: `(CASE WHEN ${named(column)} IS NULL THEN 1 WHEN ${named(column)} BETWEEN 0 AND ${MOST_NUMBER - 1} THEN ${named(column)} + 2 END)`,
    };
  }
  if (type !== "VARCHAR") throw new UnforeseenColumns();
  if (fields.length === 0) throw new UnforeseenColumns(); // areas, of which there are many
  const choices = fields.flatMap((field) => [
    ...Object.keys(field.choices ?? {}),
    ...(field.type === "yes-no" ? ["true", "false"] : []),
  ]);
  const values = ["", ...new Set(choices)];
  return { values, sql: `list_position(${list(values)}, coalesce(${named(column)}, ''))` };
}

/** The scalar function's work: every row of a vector becomes a record. */
function vectorReader(
  recorder: Recorder,
  symbolsOf: (combination: number, hasDate: boolean) => number,
): { readonly read: (chunk: DuckDBDataChunk) => void; readonly check: () => void } {
  const { draft, pool, asAtDay } = recorder;
  const zero = FIRST_DAY - 1;
  // An error thrown inside the function would be DuckDB's; it is kept, and thrown when the query is done.
  let failed: Error | null = null;
  const read = (chunk: DuckDBDataChunk): void => {
    if (failed !== null) return;
    try {
      readAll(chunk);
    } catch (error) {
      failed = error as Error;
    }
  };
  const readAll = (chunk: DuckDBDataChunk): void => {
    const rows = chunk.rowCount;
    const names = texts(chunk, 0);
    const persons = texts(chunk, 1);
    const packed = words(chunk, 2);
    const hashes = words(chunk, 3);
    for (let row = 0; row < rows; row++) {
      const low = packed[row * 2] as number;
      const high = packed[row * 2 + 1] as number;
      if (high < 0) throw new UnforeseenColumns();
      const day = low & DAY_MASK;
      const date = ((low >>> DAY_BITS) | (high << (32 - DAY_BITS))) & DAY_MASK;
      const meaning = symbolsOf(high >>> (2 * DAY_BITS - 32), date !== 0);
      if (meaning === UNFORESEEN) throw new UnforeseenColumns();
      let symbol = meaning & 0xffff;
      const tick = zero + day;
      if (tick > asAtDay) symbol = (meaning & MATTERS_LATER) === 0 ? IGNORED : INTERPRET;
      draft.personWords = persons.put(row, draft.person);
      draft.idHash = hashes[row * 2] as number;
      if (symbol === IGNORED && draft.personWords === 0 && draft.idHash === 0) continue;
      draft.nameWords = names.put(row, draft.name);
      if (draft.nameWords === 0) throw new UnforeseenColumns();
      draft.symbol = symbol;
      draft.tick = tick;
      draft.field = (meaning & WITH_DATE) === 0 ? NO_DATE : zero + date;
      appendRecord(pool, draft);
    }
  };
  const check = (): void => {
    if (failed !== null) throw failed;
  };
  return { read, check };
}

/** A vector's own memory. `getItem` would cost 137 ns for a number and 1,000 for a text; this costs next to nothing. */
function words(chunk: DuckDBDataChunk, column: number): Int32Array {
  const { items } = chunk.getColumnVector(column) as unknown as { readonly items: BigInt64Array };
  return new Int32Array(items.buffer, items.byteOffset, items.length * 2);
}

/** Puts a vector's texts into words: from the vector where they are short, else the slow way. */
function texts(chunk: DuckDBDataChunk, column: number): { readonly put: (row: number, name: Int32Array) => number } {
  const vector = chunk.getColumnVector(column);
  const { dataView } = vector as unknown as { readonly dataView: DataView };
  const bytes = new Uint8Array(dataView.buffer, dataView.byteOffset, dataView.byteLength);
  const lengths = new Int32Array(dataView.buffer, dataView.byteOffset, dataView.byteLength >> 2);
  return {
    put: (row, name) => {
      const length = lengths[row * 4] as number;
      if (length > INLINE) return putText(name, vector.getItem(row) as string);
      const from = row * 16 + 4;
      for (let at = from; at < from + length; at++) if (bytes[at] === 0) throw new UnforeseenColumns();
      return putName(name, bytes, from, from + length);
    },
  };
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
