import { createReadStream } from "node:fs";

/** What cannot be read at all: no file, no format, no header. The message says what to do. */
export class FileProblem extends Error {}

/** The name of standard input on the command line. */
const STANDARD_INPUT = "-";

const NEWLINE = 10;

/**
 * A file's text, chunk by chunk, without its byte-order mark. A byte that is not UTF-8 is refused with its line: read on,
 * it would change a name without a word, and the same case would have two.
 */
export async function* textOf(path: string, onBytes: (bytes: number) => void): AsyncGenerator<string> {
  const decoder = new TextDecoder("utf-8", { fatal: true });
  const input = path === STANDARD_INPUT ? process.stdin : createReadStream(path);
  let line = 1;
  for await (const chunk of input as AsyncIterable<Buffer>) {
    onBytes(chunk.length);
    yield decoded(
      () => decoder.decode(chunk, { stream: true }),
      () => `${path}:${line + newlinesBefore(chunk, firstFault(chunk))}`,
    );
    line += newlinesBefore(chunk, chunk.length);
  }
  const rest = decoded(
    () => decoder.decode(),
    () => `${path}:${line}`,
  );
  if (rest !== "") yield rest;
}

function decoded(decode: () => string, where: () => string): string {
  try {
    return decode();
  } catch {
    throw new FileProblem(
      `${where()}: holds a byte that is not UTF-8. Save the file as UTF-8 (in a spreadsheet: "CSV UTF-8") and send it again.`,
    );
  }
}

/** Where the line begins that holds the chunk's first fault. The chunk may begin with the end of a letter. */
function firstFault(chunk: Buffer): number {
  let from = 0;
  while (from < 3 && ((chunk[from] ?? 0) & 0xc0) === 0x80) from++;
  for (;;) {
    const newline = chunk.indexOf(NEWLINE, from);
    if (newline < 0 || chunk.subarray(from, newline).toString("utf8").includes("\uFFFD")) return from;
    from = newline + 1;
  }
}

function newlinesBefore(chunk: Buffer, end: number): number {
  let count = 0;
  for (let at = chunk.indexOf(NEWLINE); at >= 0 && at < end; at = chunk.indexOf(NEWLINE, at + 1)) count++;
  return count;
}

/** A line of a text, or that it is longer than it may be; then it is not kept. */
export type TextLine =
  | { readonly line: number; readonly text: string }
  | { readonly line: number; readonly tooLong: true };

/**
 * The lines of a text, numbered from 1. Only a line feed ends one: the other separators of Unicode may stand in JSON, where
 * Node's own reader of lines would cut. A line longer than `longest` is not gathered in memory.
 */
export async function* linesOf(chunks: AsyncIterable<string>, longest: number): AsyncGenerator<TextLine> {
  let line = 1;
  let rest = "";
  let tooLong = false;
  const whole = (text: string): TextLine =>
    tooLong || text.length > longest ? { line, tooLong: true } : { line, text };
  for await (const chunk of chunks) {
    let from = 0;
    for (let end = chunk.indexOf("\n"); end >= 0; end = chunk.indexOf("\n", from)) {
      yield whole(rest + chunk.slice(from, end));
      [rest, tooLong, from] = ["", false, end + 1];
      line++;
    }
    rest += chunk.slice(from);
    if (rest.length > longest) [rest, tooLong] = ["", true];
  }
  if (tooLong || rest !== "") yield whole(rest);
}
