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
 * Finds the fields of one row; answers where the next row begins. A function of its own, called for every row: a loop
 * around all rows would be compiled less well.
 */
function readRow(crlf: boolean, bytes: Buffer, begin: number, starts: Int32Array, ends: Int32Array): number {
  const last = starts.length - 1;
  let column = 0;
  let start = begin;
  for (let at = begin; ; at++) {
    const byte = bytes[at] as number;
    if (byte > COMMA) continue;
    if (byte === COMMA) {
      if (column === last) throw new NotForBulk("a row has too many fields");
      starts[column] = start;
      ends[column++] = at;
      start = at + 1;
    } else if (byte === NEWLINE) {
      const end = crlf ? at - 1 : at;
      if (crlf && bytes[end] !== RETURN) throw new NotForBulk("lines end in different ways");
      starts[column] = start;
      ends[column] = end;
      if (column < last) {
        if (column > 0 || end > start) throw new NotForBulk("a row has too few fields");
        ends[0] = BLANK_LINE;
      }
      return at + 1;
    } else if (byte === QUOTE) {
      if (at !== start) throw new NotForBulk("a field has quotes inside");
      const close = closingQuote(bytes, at);
      starts[column] = at + 1;
      ends[column] = close;
      at = close + 1;
      if (crlf && bytes[at] === RETURN) at++;
      if (bytes[at] === NEWLINE && column === last) return at + 1;
      if (bytes[at] !== COMMA || column++ === last)
        throw new NotForBulk("a field has quotes inside, or a row the wrong number of fields");
      start = at + 1;
    }
  }
}

function closingQuote(bytes: Buffer, open: number): number {
  for (let at = open + 1; bytes[at] !== NEWLINE; at++) if (bytes[at] === QUOTE) return at;
  throw new NotForBulk("a quoted field goes on over the line's end");
}
