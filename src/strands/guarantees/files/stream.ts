import { LONGEST_LINE, rowOfLine, tooLong, type FileRow } from "./rows.ts";

const NEWLINE = 10;

/**
 * The rows of NDJSON as its bytes come in, by the code that reads event files. A line that is not UTF-8 is a bad row, and
 * the others are read: a sender who waits for a verdict on each row gets one. A line that is too long is not gathered.
 */
export async function* rowsOfBytes(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<FileRow> {
  let line = 1;
  let parts: Uint8Array[] = [];
  let size = 0;
  const add = (part: Uint8Array): void => {
    size += part.length;
    if (size <= LONGEST_LINE) parts.push(part);
    else parts = [];
  };
  const whole = (): FileRow | null => {
    const read = size > LONGEST_LINE ? tooLong(line) : decoded(line, parts);
    [parts, size] = [[], 0];
    line++;
    return read;
  };
  for await (const chunk of chunks) {
    let from = 0;
    for (let end = chunk.indexOf(NEWLINE); end >= 0; end = chunk.indexOf(NEWLINE, from)) {
      add(chunk.subarray(from, end));
      from = end + 1;
      const row = whole();
      if (row !== null) yield row;
    }
    if (from < chunk.length) add(chunk.subarray(from));
  }
  const last = size > 0 ? whole() : null;
  if (last !== null) yield last;
}

const decoder = new TextDecoder("utf-8", { fatal: true });

function decoded(line: number, parts: readonly Uint8Array[]): FileRow | null {
  let text: string;
  try {
    text = decoder.decode(parts.length === 1 ? parts[0] : Buffer.concat(parts));
  } catch {
    return { line, column: "", problem: "holds a byte that is not UTF-8: send the text as UTF-8" };
  }
  return rowOfLine(line, text);
}
