import { statSync } from "node:fs";
import type { Asked } from "../model/asked.ts";
import { evaluateCases, readCases, rowsOf } from "../files/evaluate.ts";
import { outputLine, type LineFormat } from "../files/line.ts";
import { formatOf } from "../files/rows.ts";
import { endOfMoment } from "../model/event.ts";
import type { RowContext } from "../model/event-row.ts";
import { readChosenRows } from "./chosen-rows.ts";
import { NotForBulk } from "./names.ts";
import type { Job } from "./recorder.ts";
import { frames, mergeRuns, type Run } from "./runs.ts";
import type { Source } from "./scan.ts";
import { evaluateSources, type BulkAnswer } from "./team.ts";

export type BulkQuestion = Pick<Asked, "definition" | "definitionFor" | "areas" | "question">;

/** A second thread pays from so many bytes on. */
const BYTES_FOR_TWO = 8 << 20;
/** A guess, on the safe side for Parquet; a pool that turns out too small writes to a file. */
const WORDS_PER_BYTE = 2;

/**
 * Evaluates files in bulk and hands the clocks' lines on, a batch at a time, sorted by case, promise and period: byte for
 * byte what the plain way gives. Answers false, having handed on nothing, when the files must go the plain way: a row is
 * not in order and must be named, or the question has something to it that bulk does not do.
 * @param limits smaller memory and a number of threads, for tests of what happens when memory is full
 */
export async function evaluateInBulk(
  files: readonly string[],
  asked: BulkQuestion,
  context: RowContext,
  format: LineFormat,
  take: (lines: Iterable<Buffer>) => Promise<void>,
  onBytes: (bytes: number) => void = () => {},
  limits: { readonly threads?: 1 | 2; readonly poolWords?: number; readonly answerBytes?: number } = {},
): Promise<boolean> {
  try {
    const sources = sourcesOf(files);
    const sizes = new Map(files.map((file) => [file, statSync(file).size]));
    const size = [...sizes.values()].reduce((sum, bytes) => sum + bytes, 0);
    const threads = size >= BYTES_FOR_TWO ? 2 : 1;
    const onShare = (path: string, share: number) => onBytes((sizes.get(path) ?? 0) * share * threads);
    await evaluateSources(
      jobOf(asked, context),
      sources,
      { threads, want: format, poolWords: size * WORDS_PER_BYTE, onShare, ...limits },
      async (answer) => {
        const interpreted = await interpretedRun(files, asked, context, format, answer);
        await take(mergeRuns(interpreted === null ? answer.runs : [...answer.runs, interpreted]));
      },
    );
    return true;
  } catch (error) {
    if (error instanceof NotForBulk) return false;
    throw error;
  }
}

export function jobOf(
  { definition, areas, question }: Pick<Asked, "definition" | "areas" | "question">,
  context: RowContext,
): Job {
  return {
    definition,
    promise: question.promise,
    version: question.version,
    asAt: endOfMoment(question.asAt, definition.zone),
    knownOn: question.knownOn === null ? null : endOfMoment(question.knownOn, definition.zone),
    context,
    areas,
  };
}

function sourcesOf(files: readonly string[]): readonly Source[] {
  const formats = new Set(files.map(formatOf));
  // Ids are compared by a hash, and DuckDB's is not ours.
  if (formats.size !== 1 || files.includes("-"))
    throw new NotForBulk("the files are of several formats, or one is a stream");
  return files.map((path) => {
    const format = formatOf(path);
    return { kind: format === "ndjson" ? "rows" : format, path };
  });
}

/** The cases that only the interpreter can judge, from a second reading of the files; null when there are none. */
async function interpretedRun(
  files: readonly string[],
  asked: BulkQuestion,
  context: RowContext,
  format: LineFormat,
  answer: BulkAnswer,
): Promise<Run | null> {
  if (answer.interpret.length === 0) return null;
  const wanted = new Set(answer.interpret);
  const read = await readCases(files, context, asked.definition, undefined, (path) => readChosenRows(path, wanted));
  if (read.badRows.length > 0) throw new NotForBulk("a row is not in order");
  return { kind: "memory", bytes: frames(texts()) };

  function* texts() {
    for (const found of evaluateCases(read.cases, asked.definitionFor, asked.question)) {
      const lines = rowsOf(found).map((row) => `${outputLine(row, format)}\n`);
      yield { name: found.history.id, text: lines.join("") };
    }
  }
}
