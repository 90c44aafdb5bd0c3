import { dayFromCivil, daysInMonth } from "../../../lib/dates/day.ts";
import { localDay, readMoment } from "../../../lib/dates/zone.ts";
import { NO_DATE } from "../machine/instructions.ts";
import type { RowReader } from "./csv.ts";
import { hashBytes, LAST_WORD_MASKS, putPlainName } from "./names.ts";
import { recordRow, type Recorder } from "./recorder.ts";
import { appendRecord, IGNORED, INTERPRET } from "./records.ts";
import { columnsOf, translate, type Translation } from "./translation.ts";

/** Longest name in bytes that is read here; with more bytes it could be longer than 200 characters. */
const LONGEST_NAME = 200;
/** Different values of a column that are remembered; a column with more is not what this is for. */
const MOST_VALUES = 255;
const FIRST_YEAR = 1900;
const LAST_YEAR = 2199;
/** Day before the first of each month, and the month's length, from January 1900. */
const monthStarts = new Int32Array((LAST_YEAR - FIRST_YEAR + 1) * 12);
const monthLengths = monthStarts.map((_, index) => {
  const year = FIRST_YEAR + Math.floor(index / 12);
  monthStarts[index] = dayFromCivil(year, (index % 12) + 1, 1) - 1;
  return daysInMonth(year, (index % 12) + 1);
});
const NOT_A_DAY = -1e9;

/**
 * Reads rows of CSV into records. What is usual (a date, values seen before, a plain name) is read from the bytes; any
 * other row becomes text and goes the plain reader's way, so that both say the same.
 */
export function csvRowReader(recorder: Recorder, header: readonly string[]): RowReader {
  const { draft, pool, job, timed, asAtDay } = recorder;
  const { zone } = job.definition;
  const at = (column: string) => header.indexOf(column);
  const [caseColumn, personColumn, typeColumn, occurredColumn, recordedColumn, idColumn] = [
    at("case"),
    at("person"),
    at("type"),
    at("occurred"),
    at("recorded"),
    at("id"),
  ] as const;
  const mustBeEmpty = [at("replaces"), at("data")].filter((column) => column >= 0);
  const shortTexts = ["organisation", "service", "area", "reason", "id"].map(at).filter((column) => column >= 0);
  const columns = columnsOf(header, job);
  const coded = [typeColumn, ...columns.coded.map(at)];
  const dates = columns.dates.map(at);
  const values = coded.map(() => valueCodes());
  const combinations = newCombinations();
  const translations: (Translation | null | undefined)[] = [];
  const days = new Int32Array(dates.length);
  /** The bytes of the rows at hand, to be read four at a time. */
  let view: DataView = new DataView(new ArrayBuffer(0));

  const translationOf = (bytes: Buffer, starts: Int32Array, ends: Int32Array): Translation | null => {
    let node = 0;
    for (let index = 0; index < coded.length; index++) {
      const column = coded[index] as number;
      const from = starts[column] as number;
      const to = ends[column] as number;
      if (from === to) continue;
      const code = codeOf(values[index] as ValueCodes, view, from, to);
      if (code < 0) return null;
      node = step(combinations, node, index, code);
    }
    for (let index = 0; index < dates.length; index++) {
      const column = dates[index] as number;
      const from = starts[column] as number;
      const to = ends[column] as number;
      days[index] = NOT_A_DAY;
      if (from === to) continue;
      const day = dayIn(bytes, from, to);
      if (day === NOT_A_DAY || timed) return null;
      days[index] = day;
      node = step(combinations, node, coded.length + index, 1);
    }
    if (node >= MOST_COMBINATIONS) return null;
    const known = translations[node];
    if (known !== undefined) return known;
    const texts = coded.map((column) => bytes.toString("utf8", starts[column], ends[column]));
    const found = translate(
      recorder,
      columns,
      texts[0] as string,
      texts.slice(1),
      Array.from(days, (day) => day !== NOT_A_DAY),
    );
    translations[node] = found;
    return found;
  };

  /** Records a usual row; false when it is not one. */
  const quick: (...row: Parameters<RowReader>) => boolean = (bytes, starts, ends) => {
    if (job.knownOn !== null) return false; // when a row was learnt takes reading all of it
    const nameFrom = starts[caseColumn] as number;
    const nameTo = ends[caseColumn] as number;
    if (nameTo - nameFrom > LONGEST_NAME) return false;
    draft.nameWords = putPlainName(draft.name, view, nameFrom, nameTo);
    if (draft.nameWords === 0) return false;
    for (const column of mustBeEmpty) if (ends[column] !== starts[column]) return false;
    for (const column of shortTexts)
      if ((ends[column] as number) - (starts[column] as number) > LONGEST_NAME) return false;
    if (recordedColumn >= 0 && ends[recordedColumn] !== starts[recordedColumn]) {
      if (dayIn(bytes, starts[recordedColumn] as number, ends[recordedColumn] as number) === NOT_A_DAY) return false;
    }
    const translation = translationOf(bytes, starts, ends);
    if (translation === null) return false;

    const from = starts[occurredColumn] as number;
    const to = ends[occurredColumn] as number;
    let tick = dayIn(bytes, from, to);
    let { symbol } = translation;
    let happened = tick <= asAtDay;
    if (tick === NOT_A_DAY) {
      const moment = readMoment(bytes.toString("latin1", from, to).trim(), zone);
      if (typeof moment === "string" || moment.kind === "date") return false;
      tick = timed ? moment.instant : localDay(zone, moment.instant);
      symbol = translation.symbolTimed;
      happened = moment.instant <= job.asAt;
    } else if (timed && symbol !== IGNORED) symbol = INTERPRET;
    if (!happened) symbol = translation.matterLater ? INTERPRET : IGNORED;

    draft.personWords = 0;
    if (personColumn >= 0 && ends[personColumn] !== starts[personColumn]) {
      if ((ends[personColumn] as number) - (starts[personColumn] as number) > LONGEST_NAME) return false;
      draft.personWords = putPlainName(
        draft.person,
        view,
        starts[personColumn] as number,
        ends[personColumn] as number,
      );
      if (draft.personWords === 0) return false;
    }
    draft.idHash =
      idColumn < 0 || ends[idColumn] === starts[idColumn]
        ? 0
        : hashBytes(bytes, starts[idColumn] as number, ends[idColumn] as number);
    if (symbol === IGNORED && draft.personWords === 0 && draft.idHash === 0) return true;
    draft.symbol = symbol;
    draft.dates[0] = tick;
    const day = translation.dateColumn < 0 ? NOT_A_DAY : (days[translation.dateColumn] as number);
    draft.dates[1] = day === NOT_A_DAY ? NO_DATE : day;
    appendRecord(pool, draft);
    return true;
  };

  return (bytes, starts, ends) => {
    if (view.buffer !== bytes.buffer) view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    if (!quick(bytes, starts, ends)) recordRow(recorder, textRow(header, bytes, starts, ends));
  };
}

/** A row as the plain reader has it: texts by column. */
export function textRow(
  header: readonly string[],
  bytes: Buffer,
  starts: Int32Array,
  ends: Int32Array,
): Readonly<Record<string, string>> {
  return Object.fromEntries(
    header.map((column, index) => [column, bytes.toString("utf8", starts[index], ends[index])]),
  );
}

/** "2024-02-29" as a day; NOT_A_DAY for anything that is not exactly a date that exists. */
function dayIn(bytes: Buffer, from: number, to: number): number {
  if (to - from !== 10 || bytes[from + 4] !== 45 || bytes[from + 7] !== 45) return NOT_A_DAY;
  const year = digits(bytes, from) * 100 + digits(bytes, from + 2);
  const month = digits(bytes, from + 5);
  const day = digits(bytes, from + 8);
  if (!(year >= FIRST_YEAR && year <= LAST_YEAR && month >= 1 && month <= 12 && day >= 1)) return NOT_A_DAY;
  const index = (year - FIRST_YEAR) * 12 + month - 1;
  return day <= (monthLengths[index] as number) ? (monthStarts[index] as number) + day : NOT_A_DAY;
}

/** Two digits as a number; far below zero when they are not digits. */
function digits(bytes: Buffer, at: number): number {
  const tens = (bytes[at] as number) - 48;
  const ones = (bytes[at + 1] as number) - 48;
  return tens >= 0 && tens <= 9 && ones >= 0 && ones <= 9 ? tens * 10 + ones : -100_000;
}

/** Numbers for the different values of a column, in the order in which they come, from 1; found by a hash, told apart whole. */
type ValueCodes = {
  readonly known: { readonly length: number; readonly words: Int32Array }[];
  readonly table: Int16Array;
};
const SLOTS = 1024;

function valueCodes(): ValueCodes {
  return { known: [], table: new Int16Array(SLOTS) };
}

/** The number of a value that is not empty; −1 when there are too many. */
function codeOf({ known, table }: ValueCodes, view: DataView, from: number, to: number): number {
  const last = wordAt(view, from, to, (to - from - 1) >> 2);
  let slot = Math.imul(wordAt(view, from, to, 0) ^ Math.imul(last, 31) ^ (to - from), 0x9e3779b1) >>> 22;
  for (let code = table[slot] as number; code !== 0; code = table[slot] as number) {
    if (sameValue(known[code - 1] as ValueCodes["known"][number], view, from, to)) return code;
    slot = (slot + 1) & (SLOTS - 1);
  }
  if (known.length === MOST_VALUES) return -1;
  known.push({
    length: to - from,
    words: Int32Array.from({ length: (to - from + 3) >> 2 }, (_, index) => wordAt(view, from, to, index)),
  });
  table[slot] = known.length;
  return known.length;
}

function sameValue({ length, words }: ValueCodes["known"][number], view: DataView, from: number, to: number): boolean {
  if (length !== to - from) return false;
  const last = words.length - 1;
  for (let index = 0; index < last; index++) if (words[index] !== view.getInt32(from + index * 4, true)) return false;
  return words[last] === wordAt(view, from, to, last);
}

/** Four bytes of a value; past its end there are zeros. */
function wordAt(view: DataView, from: number, to: number, index: number): number {
  const left = to - from - index * 4;
  return view.getInt32(from + index * 4, true) & (left >= 4 ? -1 : (LAST_WORD_MASKS[left] as number));
}

/**
 * Numbers for the different combinations of values: a tree in which a value leads from one number to the next. Columns
 * that are empty lead nowhere, so that most rows take one step.
 */
type Combinations = { readonly children: (Int32Array | undefined)[][]; count: number };
const MOST_COMBINATIONS = 10_000;

function newCombinations(): Combinations {
  return { children: [[]], count: 1 };
}

/** The combination that follows from one by a value of a column; MOST_COMBINATIONS when there are too many. */
function step(combinations: Combinations, from: number, column: number, code: number): number {
  if (from === MOST_COMBINATIONS) return from;
  const columns = combinations.children[from] as (Int32Array | undefined)[];
  const codes = columns[column] ?? (columns[column] = new Int32Array(MOST_VALUES + 1));
  const known = codes[code] as number;
  if (known !== 0) return known;
  if (combinations.count === MOST_COMBINATIONS) return MOST_COMBINATIONS;
  combinations.children.push([]);
  return (codes[code] = combinations.count++);
}
