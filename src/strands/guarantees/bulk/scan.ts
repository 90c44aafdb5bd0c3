import { closeSync, openSync } from "node:fs";
import { openCsv, pieceBuffer, pieceCount, readPiece } from "./csv.ts";
import { csvRowReader } from "./csv-rows.ts";
import { NotForBulk } from "./names.ts";
import { recordRow, type Recorder } from "./recorder.ts";
import { TABLE_PIECE, tableReader, type EventTable } from "./table.ts";

/** Where events come from. `rows` is any file of events, read one by one. */
export type Source =
  | { readonly kind: "csv" | "parquet" | "rows"; readonly path: string }
  | { readonly kind: "table"; readonly table: EventTable };

/** Told of each piece that is done: of which file, and which share of it. */
export type OnShare = (path: string, share: number) => void;

/**
 * Records the events of all sources, sharing the pieces of each with other threads that do the same.
 * @param turns shared memory with a counter for each source: the next piece that nobody has taken
 * @param onShare told after each piece which share of a source it was
 */
export async function scanSources(
  sources: readonly Source[],
  recorder: Recorder,
  turns: Int32Array,
  onShare: OnShare,
): Promise<void> {
  for (const [index, source] of sources.entries()) {
    const nextPiece = () => Atomics.add(turns, index, 1);
    switch (source.kind) {
      case "csv":
        scanCsv(source.path, recorder, nextPiece, onShare);
        break;
      case "parquet":
        await scanParquet(source.path, recorder, nextPiece, onShare);
        break;
      case "rows":
        if (nextPiece() === 0) await scanRows(source.path, recorder);
        break;
      case "table": {
        const read = tableReader(recorder, source.table);
        for (let from = nextPiece() * TABLE_PIECE; from < source.table.rows; from = nextPiece() * TABLE_PIECE) {
          read(from, Math.min(from + TABLE_PIECE, source.table.rows));
        }
      }
    }
  }
}

async function scanRows(path: string, recorder: Recorder): Promise<void> {
  const { readRows } = await import("../files/rows.ts");
  for await (const read of readRows(path)) {
    if ("problem" in read) throw new NotForBulk("a row is not in order");
    recordRow(recorder, read.row);
  }
}

function scanCsv(path: string, recorder: Recorder, nextPiece: () => number, onShare: OnShare): void {
  const file = openCsv(path);
  const pieces = pieceCount(file);
  const onRow = csvRowReader(recorder, file.header);
  const descriptor = openSync(path, "r");
  try {
    const buffer = pieceBuffer();
    for (let piece = nextPiece(); piece < pieces; piece = nextPiece()) {
      readPiece(file, descriptor, piece, buffer, onRow);
      onShare(path, 1 / pieces);
    }
  } finally {
    closeSync(descriptor);
  }
}

async function scanParquet(path: string, recorder: Recorder, nextPiece: () => number, onShare: OnShare): Promise<void> {
  const { openParquet } = await import("./parquet.ts");
  const scan = await openParquet(path, recorder);
  try {
    for (let piece = nextPiece(); piece < scan.pieces; piece = nextPiece()) {
      await scan.read(piece);
      onShare(path, 1 / scan.pieces);
    }
  } finally {
    scan.close();
  }
}
