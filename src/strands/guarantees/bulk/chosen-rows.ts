import { closeSync, openSync } from "node:fs";
import { formatOf, readParquet, readRows, type FileRow } from "../files/rows.ts";
import { openCsv, pieceBuffer, pieceCount, readPiece } from "./csv.ts";
import { textRow } from "./csv-rows.ts";

/** Reads only the rows of some cases; the lines are not counted, because the rows are known to be in order. */
export async function* readChosenRows(path: string, cases: ReadonlySet<string>): AsyncGenerator<FileRow> {
  switch (formatOf(path)) {
    case "csv":
      return yield* readChosenCsv(path, cases);
    case "parquet":
      return yield* readChosenParquet(path, cases);
    case "ndjson":
      for await (const read of readRows(path)) if ("row" in read && cases.has(String(read.row["case"]))) yield read;
  }
}

function* readChosenCsv(path: string, cases: ReadonlySet<string>): Generator<FileRow> {
  const file = openCsv(path);
  const column = file.header.indexOf("case");
  const descriptor = openSync(path, "r");
  try {
    const buffer = pieceBuffer();
    for (let piece = 0; piece < pieceCount(file); piece++) {
      const found: FileRow[] = [];
      readPiece(file, descriptor, piece, buffer, (bytes, starts, ends) => {
        if (cases.has(bytes.toString("utf8", starts[column], ends[column])))
          found.push({ line: 0, row: textRow(file.header, bytes, starts, ends) });
      });
      yield* found;
    }
  } finally {
    closeSync(descriptor);
  }
}

/** More names than this are not worth a condition of their own. */
const MOST_NAMES = 10_000;

async function* readChosenParquet(path: string, cases: ReadonlySet<string>): AsyncGenerator<FileRow> {
  const names = [...cases].map((name) => `'${name.replaceAll("'", "''")}'`).join(", ");
  const where = cases.size > MOST_NAMES ? "true" : `CAST("case" AS VARCHAR) IN (${names})`;
  for await (const read of readParquet(path, where))
    if ("row" in read && cases.has(String(read.row["case"]))) yield read;
}
