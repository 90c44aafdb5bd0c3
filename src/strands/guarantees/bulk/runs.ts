import { closeSync, openSync, readSync } from "node:fs";

/**
 * The clocks of a partition as text, its cases in order of their names: a run. Runs are merged into the whole answer.
 * In bytes a case is a frame: the lengths of its name and of its text (32 bits each), its name, its text.
 */
export type Run =
  | { readonly kind: "memory"; readonly bytes: Uint8Array }
  | { readonly kind: "file"; readonly path: string; readonly from: number; readonly length: number };

const HEAD = 8;
/** Bytes of a file that a cursor has in memory; a frame that is longer gets what it needs. */
const WINDOW = 1 << 16;
/** Bytes of answer that are handed on at a time. */
const BATCH = 1 << 20;

/** Puts frames together. */
export function frames(cases: Iterable<{ readonly name: string; readonly text: string }>): Uint8Array {
  let bytes = Buffer.allocUnsafeSlow(1 << 16);
  let length = 0;
  for (const { name, text } of cases) {
    const most = length + HEAD + (name.length + text.length) * 3;
    if (most > bytes.length) {
      const larger = Buffer.allocUnsafeSlow(most * 2);
      bytes.copy(larger, 0, 0, length);
      bytes = larger;
    }
    const nameLength = bytes.write(name, length + HEAD);
    const textLength = bytes.write(text, length + HEAD + nameLength);
    bytes.writeUInt32LE(nameLength, length);
    bytes.writeUInt32LE(textLength, length + 4);
    length += HEAD + nameLength + textLength;
  }
  return bytes.subarray(0, length);
}

type Cursor = { name: string; text: Uint8Array; readonly advance: () => boolean };

/** The texts of all runs in the order of their cases' names, a batch at a time. */
export function* mergeRuns(runs: readonly Run[]): Generator<Buffer> {
  const files = new Map<string, number>();
  const fileOf = (path: string) => {
    if (!files.has(path)) files.set(path, openSync(path, "r"));
    return files.get(path) as number;
  };
  try {
    const heap: Cursor[] = [];
    for (const run of runs) {
      const cursor =
        run.kind === "memory" ? memoryCursor(run.bytes) : fileCursor(fileOf(run.path), run.from, run.length);
      if (cursor.advance()) heap.push(cursor);
    }
    for (let index = (heap.length >> 1) - 1; index >= 0; index--) sink(heap, index);
    let batch = Buffer.allocUnsafeSlow(BATCH);
    let size = 0;
    for (let first = heap[0]; first !== undefined; first = heap[0]) {
      const { text } = first;
      if (size + text.length > batch.length) {
        if (size > 0) yield batch.subarray(0, size);
        batch = Buffer.allocUnsafeSlow(Math.max(BATCH, text.length));
        size = 0;
      }
      batch.set(text, size);
      size += text.length;
      if (!first.advance()) {
        const last = heap.pop() as Cursor;
        if (heap.length === 0) break;
        heap[0] = last;
      }
      sink(heap, 0);
    }
    if (size > 0) yield batch.subarray(0, size);
  } finally {
    for (const file of files.values()) closeSync(file);
  }
}

function sink(heap: Cursor[], from: number): void {
  const moved = heap[from] as Cursor;
  let at = from;
  for (;;) {
    let child = at * 2 + 1;
    if (child >= heap.length) break;
    if (child + 1 < heap.length && (heap[child + 1] as Cursor).name < (heap[child] as Cursor).name) child++;
    if ((heap[child] as Cursor).name >= moved.name) break;
    heap[at] = heap[child] as Cursor;
    at = child;
  }
  heap[at] = moved;
}

function memoryCursor(bytes: Uint8Array): Cursor {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let at = 0;
  const cursor: Cursor = {
    name: "",
    text: buffer,
    advance: () => {
      if (at >= buffer.length) return false;
      at = readFrame(cursor, buffer, at);
      return true;
    },
  };
  return cursor;
}

function fileCursor(file: number, from: number, length: number): Cursor {
  let read = 0;
  let window = Buffer.alloc(0);
  let at = 0;
  /** Makes sure that so many bytes lie in the window. */
  const need = (bytes: number) => {
    if (window.length - at >= bytes) return;
    const rest = window.subarray(at);
    const more = Math.min(Math.max(WINDOW, bytes - rest.length), length - read);
    const larger = Buffer.allocUnsafeSlow(rest.length + more);
    rest.copy(larger);
    readSync(file, larger, rest.length, more, from + read);
    read += more;
    window = larger;
    at = 0;
  };
  const cursor: Cursor = {
    name: "",
    text: window,
    advance: () => {
      if (at >= window.length && read >= length) return false;
      need(HEAD);
      need(HEAD + window.readUInt32LE(at) + window.readUInt32LE(at + 4));
      at = readFrame(cursor, window, at);
      return true;
    },
  };
  return cursor;
}

function readFrame(cursor: Cursor, bytes: Buffer, at: number): number {
  const nameEnd = at + HEAD + bytes.readUInt32LE(at);
  const end = nameEnd + bytes.readUInt32LE(at + 4);
  cursor.name = bytes.toString("utf8", at + HEAD, nameEnd);
  cursor.text = bytes.subarray(nameEnd, end);
  return end;
}
