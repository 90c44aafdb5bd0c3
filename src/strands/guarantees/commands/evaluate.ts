import { writeFileSync } from "node:fs";
import { CommandError } from "../../../core/terminal/command-error.ts";
import { showProgress } from "../../../core/terminal/progress.ts";
import type { Asked } from "../model/asked.ts";
import type { Clock as Now } from "../../../core/clock.ts";
import { csvLine } from "../../../lib/csv/write.ts";
import { zoneOf } from "../../../lib/dates/zone.ts";
import { evaluateCases, readCases, rowsOf, type BadRow, type CaseClocks, type CaseHistory } from "../files/evaluate.ts";
import { FileProblem, mustExist } from "../files/rows.ts";
import { writeClockLines, writeClocks, type OutputFormat, type OutputRow } from "../files/write.ts";
import type { Library } from "../library.ts";
import { rowContext } from "../model/event-row.ts";
import { explain } from "../model/explain.ts";
import { commandLineWords, showTicks } from "../words.ts";
import { readQuestion, type QuestionOptions } from "./question.ts";

export type EvaluateOptions = QuestionOptions & {
  readonly format?: OutputFormat;
  readonly explain?: true;
  readonly skipBadRows?: true;
  readonly badRows?: string;
};

/** Bad rows named on the terminal at the most; with --skip-bad-rows the file lists them all. */
const SHOWN_BAD_ROWS = 100;

/** Evaluates event files and writes one row a clock. Nothing is written when a row is bad, unless they are skipped. */
export async function evaluateFiles(
  files: readonly string[],
  options: EvaluateOptions,
  library: Library,
  clock: Now,
): Promise<void> {
  const asked = readQuestion(options, library, clock);
  if (options.explain !== true && (await answerInBulk(files, asked, library, options))) return;
  const read = await readWithProgress(files, asked, library);
  if (read.badRows.length > 0) reportBadRows(read.badRows, options);
  await writeAnswer(read.cases, asked, options);
}

/** From so many bytes on it pays to go the quick way. */
const BYTES_FOR_BULK = 1 << 20;

/** Goes the quick way for big files; false when they are small, or must be read the plain way. */
async function answerInBulk(
  files: readonly string[],
  asked: Asked,
  library: Library,
  options: EvaluateOptions,
): Promise<boolean> {
  const size = await sizeOf(files);
  if (size < BYTES_FOR_BULK || files.includes("-")) return false;
  const { evaluateInBulk } = await import("../bulk/evaluate.ts");
  const format = outputFormat(options);
  const progress = showProgress("Reading events", size);
  const done = await evaluateInBulk(
    files,
    asked,
    rowContext(asked.definition.zone, library.definitions.values()),
    format === "csv" ? "csv" : "ndjson",
    async (lines) => {
      progress.done();
      await writeClockLines(lines, format, process.stdout);
    },
    progress.advance,
  );
  progress.done();
  return done;
}

/** Evaluates cases that are already at hand (the record's) and writes them. */
export async function writeAnswer(
  cases: ReadonlyMap<string, CaseHistory>,
  asked: Asked,
  options: EvaluateOptions,
): Promise<void> {
  const format = outputFormat(options);
  const evaluated = evaluateCases(cases, asked.definitionFor, asked.question);
  await writeClocks(outputRows(evaluated, options.explain === true), format, process.stdout);
}

function* outputRows(evaluated: Iterable<CaseClocks>, explained: boolean): Generator<OutputRow> {
  if (!explained) {
    for (const found of evaluated) yield* rowsOf(found);
    return;
  }
  const t = commandLineWords();
  for (const found of evaluated) {
    const show = showTicks(found.definition, t);
    for (const [index, row] of rowsOf(found).entries()) {
      yield { ...row, why: explain(found.definition, found.clocks[index] as CaseClocks["clocks"][number], t, show) };
    }
  }
}

function outputFormat(options: EvaluateOptions): OutputFormat {
  return options.format ?? (process.stdout.isTTY ? "table" : "ndjson");
}

/** Bytes of the files, without standard input. */
async function sizeOf(files: readonly string[]): Promise<number> {
  try {
    const sizes = await Promise.all(files.filter((file) => file !== "-").map(mustExist));
    return sizes.reduce((sum, bytes) => sum + bytes, 0);
  } catch (error) {
    if (error instanceof FileProblem) throw new CommandError(error.message);
    throw error;
  }
}

async function readWithProgress(files: readonly string[], asked: Asked, library: Library) {
  try {
    const progress = showProgress("Reading events", await sizeOf(files));
    const context = rowContext(zoneOf(asked.definition.zone.id), library.definitions.values());
    const read = await readCases(files, context, asked.definition, progress.advance);
    progress.done();
    return read;
  } catch (error) {
    if (error instanceof FileProblem) throw new CommandError(error.message);
    throw error;
  }
}

function formatBadRow(row: BadRow): string {
  return `${row.file}:${row.line}:${row.column === "" ? "" : ` ${row.column}`} ${row.message}`;
}

/** Names the bad rows and stops; with --skip-bad-rows lists them in a file and goes on. */
export function reportBadRows(
  badRows: readonly BadRow[],
  options: { readonly skipBadRows?: true; readonly badRows?: string },
): void {
  const lines = new Set(badRows.map((row) => `${row.file}:${row.line}`)).size;
  if (options.skipBadRows !== true) {
    const shown = badRows.slice(0, SHOWN_BAD_ROWS).map(formatBadRow);
    const more = badRows.length > shown.length ? [`… and ${badRows.length - shown.length} more.`] : [];
    throw new CommandError(
      [
        `${lines} row${lines === 1 ? " is" : "s are"} not in order, and nothing was written:`,
        ...shown,
        ...more,
        "Mend them, or go on without them by --skip-bad-rows.",
      ].join("\n"),
    );
  }
  const path = options.badRows ?? "bad-rows.csv";
  const text = [
    ["file", "line", "column", "problem"],
    ...badRows.map((row) => [row.file, String(row.line), row.column, row.message]),
  ];
  writeFileSync(path, `${text.map(csvLine).join("\n")}\n`);
  process.stderr.write(`${lines} bad row${lines === 1 ? " was" : "s were"} left out; ${path} lists them.\n`);
}
