import { closeSync, openSync, readSync, statSync } from "node:fs";
import { NEEDED_COLUMNS } from "../model/event-row.ts";
import { NotForBulk } from "./names.ts";

/**
 * A CSV file cut into pieces that threads read side by side. A piece's rows are those whose first byte lies in it. Only
 * plain CSV is read here: fields may be quoted, but quotes inside a field or line ends inside quotes are left to the
 * reader that takes a file from its beginning.
 */
export type CsvFile = {
  readonly path: string;
  readonly header: readonly string[];
  readonly bodyStart: number;
  readonly size: number;
  /** Lines end in \r\n. */
  readonly crlf: boolean;
};

/** Bounds of a row's fields in `bytes`. */
export type RowReader = (bytes: Buffer, starts: Int32Array, ends: Int32Array) => void;

const PIECE = 4 << 20;
/** Longest row: what lies beyond is not an event. */
const LONGEST_ROW = 1 << 20;
const COMMA = 44;
const QUOTE = 34;
const NEWLINE = 10;
const RETURN = 13;

export function pieceCount(file: CsvFile): number {
  return Math.ceil((file.size - file.bodyStart) / PIECE);
}

export function openCsv(path: string): CsvFile {
  const size = statSync(path).size;
  const file = openSync(path, "r");
  const start = Buffer.alloc(Math.min(size, LONGEST_ROW));
  readSync(file, start, 0, start.length, 0);
  closeSync(file);
  const lineEnd = start.indexOf(NEWLINE);
  if (lineEnd < 0) throw new NotForBulk(`${path} has no rows`);
  const crlf = start[lineEnd - 1] === RETURN;
  const line = start.toString("utf8", 0, crlf ? lineEnd - 1 : lineEnd).replace(/^\uFEFF/, "");
  const header = line.split(",").map((column) => (/^".*"$/.test(column) ? column.slice(1, -1) : column).trim());
  if (header.some((column) => column.includes('"') || column.includes("\r")))
    throw new NotForBulk(`${path} has an unusual header`);
  const missing = NEEDED_COLUMNS.some((column) => !header.includes(column));
  if (missing || new Set(header).size < header.length) throw new NotForBulk(`${path} has an unusual header`);
  return { path, header, bodyStart: lineEnd + 1, size, crlf };
}

/** Reads the rows of one piece. The buffer is used again and again: what a reader wants to keep it copies. */
export function readPiece(file: CsvFile, descriptor: number, piece: number, buffer: Buffer, onRow: RowReader): void {
  const first = file.bodyStart + piece * PIECE;
  const from = first - 1; // the byte before tells whether a row begins here; before the first row lies the header's end
  const length = readSync(descriptor, buffer, 0, Math.min(PIECE + 1 + LONGEST_ROW, file.size - from), from);
  const filled = buffer.subarray(0, length);
  const begin = filled.indexOf(NEWLINE) + 1;
  if (begin === 0 || begin > Math.min(PIECE, length - 1)) return;
  let end = filled.indexOf(NEWLINE, Math.min(PIECE, length - 1)) + 1;
  if (end === 0) {
    if (from + length < file.size) throw new NotForBulk("a row is too long");
    end = length;
    if (buffer[end - 1] !== NEWLINE) {
      if (file.crlf) throw new NotForBulk("the last line has another end than the others");
      buffer[end++] = NEWLINE;
    }
  }
  readRows(file, buffer, begin, end, onRow);
}

/** A buffer that holds a piece, with the rest of its last row. */
export function pieceBuffer(): Buffer {
  return Buffer.allocUnsafeSlow(PIECE + LONGEST_ROW + 8);
}

function readRows(file: CsvFile, bytes: Buffer, begin: number, end: number, onRow: RowReader): void {
  const starts = new Int32Array(file.header.length);
  const ends = new Int32Array(file.header.length);
  for (let at = begin; at < end;) {
    at = readRow(file.crlf, bytes, at, starts, ends);
    if (ends[0] !== BLANK_LINE) onRow(bytes, starts, ends);
  }
}

/** In place of the first field's end: the line is empty, and no row. */
const BLANK_LINE = -1;

/**
 * Finds the fields of one row; answers where the next row begins. Functions of their own for a row and a field: they are
 * called so often that they are compiled well, which one loop around everything is not.
 */
function readRow(crlf: boolean, bytes: Buffer, begin: number, starts: Int32Array, ends: Int32Array): number {
  const last = starts.length - 1;
  let at = begin;
  for (let column = 0; column < last; column++) {
    starts[column] = at;
    at = plainEnd(bytes, at);
    if (bytes[at] !== COMMA) return readUnusualRow(crlf, bytes, begin, starts, ends);
    ends[column] = at++;
  }
  starts[last] = at;
  at = plainEnd(bytes, at);
  ends[last] = at;
  if (crlf && bytes[at] === RETURN) at++;
  else if (crlf) return readUnusualRow(crlf, bytes, begin, starts, ends);
  return bytes[at] === NEWLINE ? at + 1 : readUnusualRow(crlf, bytes, begin, starts, ends);
}

/** The same for a row that is empty, has quotes or other signs; NotForBulk for one that is not in order. */
function readUnusualRow(crlf: boolean, bytes: Buffer, begin: number, starts: Int32Array, ends: Int32Array): number {
  if (bytes[begin] === NEWLINE || (crlf && bytes[begin] === RETURN && bytes[begin + 1] === NEWLINE)) {
    ends[0] = BLANK_LINE;
    return begin + (bytes[begin] === NEWLINE ? 1 : 2);
  }
  let at = begin;
  for (let column = 0; column < starts.length; column++) {
    const quoted = bytes[at] === QUOTE;
    starts[column] = quoted ? at + 1 : at;
    at = quoted ? closingQuote(bytes, at) : fieldEnd(bytes, at);
    ends[column] = at;
    if (quoted) at++;
    if (column < starts.length - 1) {
      if (bytes[at++] !== COMMA) throw new NotForBulk("a row has too few fields, or quotes inside one");
    } else if (crlf) {
      if (!quoted) ends[column] = --at;
      if (bytes[at++] !== RETURN) throw new NotForBulk("lines end in different ways");
    }
  }
  if (bytes[at] !== NEWLINE) throw new NotForBulk("a row has too many fields, or quotes inside one");
  return at + 1;
}

/** The next byte that could end a field: commas and line ends, and little else, lie below letters, digits and dashes. */
function plainEnd(bytes: Buffer, from: number): number {
  let at = from;
  while ((bytes[at] as number) > COMMA) at++;
  return at;
}

/** The next comma, line end or quote. */
function fieldEnd(bytes: Buffer, from: number): number {
  for (let at = from; ; at++) {
    const byte = bytes[at] as number;
    if (byte === COMMA || byte === NEWLINE || byte === QUOTE) return at;
  }
}

function closingQuote(bytes: Buffer, open: number): number {
  for (let at = open + 1; bytes[at] !== NEWLINE; at++) if (bytes[at] === QUOTE) return at;
  throw new NotForBulk("a quoted field goes on over the line's end");
}
