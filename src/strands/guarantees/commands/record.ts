import { once } from "node:events";
import { createWriteStream, mkdtempSync, renameSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pipeline } from "node:stream/promises";
import { systemClock } from "../../../core/clock.ts";
import { inTransaction, maintain, type Database } from "../../../core/database/index.ts";
import {
  countFacts,
  exportFacts,
  FactRefusedError,
  factSink,
  inForce,
  type Fact,
  type Projection,
} from "../../../core/record/index.ts";
import { CommandError } from "../../../core/terminal/command-error.ts";
import { showProgress } from "../../../core/terminal/progress.ts";
import { csvLine } from "../../../lib/csv/write.ts";
import { zoneOf } from "../../../lib/dates/zone.ts";
import type { BadRow, CaseHistory } from "../files/evaluate.ts";
import { jsonToParquet } from "../files/parquet.ts";
import { FileProblem, mustExist, readRows } from "../files/rows.ts";
import { definitionOf, type Library } from "../library.ts";
import { clocksOf, eventOfFact, placeOf } from "../model/case-facts.ts";
import { isEventRow, readEventRow, rowContext, type EventRow } from "../model/event-row.ts";
import { startOfMoment } from "../model/event.ts";
import { explain } from "../model/explain.ts";
import { EVENT_COLUMNS, factOfRow, rowOfFact } from "../model/fact-row.ts";
import { ANY_SERVICE, promisesFor, type PromiseMade } from "../model/promises-made.ts";
import { definitionsOf } from "../projection.ts";
import { withRecordId } from "../actions/record-id.ts";
import { addPromisesMade, readCaseFacts, readPromisesMade } from "../store.ts";
import { commandLineWords, showTicks } from "../words.ts";
import { reportBadRows } from "./evaluate.ts";
import type { Asked } from "../model/asked.ts";
import { readQuestion, readWhen, suggest, type QuestionOptions } from "./question.ts";

export type RecordTools = {
  readonly db: Database;
  readonly projections: readonly Projection[];
  readonly library: Library;
  readonly timeZone: string;
};

export type ImportOptions = {
  readonly guarantee?: string;
  readonly overlay?: string;
  readonly skipBadRows?: true;
  readonly badRows?: string;
};

/** Cases whose person is remembered while a file is checked; beyond it the check of one person a case is given up. */
const CASES_CHECKED = 2_000_000;

/**
 * Imports event files into the record. The files are read twice: first every row is checked, and only when all are in
 * order (or bad ones are skipped) is anything written. Memory does not grow with the file. Doing it again is harmless.
 */
export async function importFiles(
  files: readonly string[],
  options: ImportOptions,
  tools: RecordTools,
): Promise<string> {
  if (options.guarantee !== undefined && !tools.library.definitions.has(options.guarantee)) {
    throw new CommandError(
      `There is no guarantee "${options.guarantee}". ${suggest(options.guarantee, [...tools.library.definitions.keys()])}`,
    );
  }
  const zone = zoneOf(
    options.guarantee === undefined
      ? tools.timeZone
      : (tools.library.definitions.get(options.guarantee)?.["time-zone"] ?? tools.timeZone),
  );
  const folder = mkdtempSync(join(tmpdir(), "handrail-import-"));
  try {
    const paths = await Promise.all(files.map((file) => onDisk(file, folder)));
    const checked = await checkRows(paths, tools, zone.id);
    if (checked.badRows.length > 0) reportBadRows(checked.badRows, options);
    const made = promisesOf(checked.services, options, await readPromisesMade(tools.db));
    await inTransaction(tools.db, (transaction) => addPromisesMade(transaction, made));
    const progress = showProgress("Importing events", checked.good);
    let shown = 0;
    const sink = factSink(tools.db, {
      projections: tools.projections,
      now: systemClock.now,
      onProgress: ({ appended, repeated }) => {
        progress.advance(appended + repeated - shown);
        shown = appended + repeated;
      },
    });
    for await (const row of goodRows(paths, tools, zone.id))
      await sink.write(
        factOfRow(
          withRecordId({ ...row, person: row.person ?? checked.persons.get(row.case) ?? null }),
          zone,
          "import",
        ),
      );
    const totals = await sink.end();
    progress.done();
    await maintain(tools.db);
    for (const warning of warningsOf(checked, [...made, ...(await readPromisesMade(tools.db))]))
      process.stderr.write(`${warning}\n`);
    return `${totals.appended} events added, ${totals.repeated} were there already.`;
  } catch (error) {
    if (error instanceof FileProblem) throw new CommandError(error.message);
    if (error instanceof FactRefusedError)
      throw new CommandError(
        `${error.message} The events before it are on record; mend it and send the file again.`,
        1,
      );
    throw error;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Standard input can be read once: it goes to a file first. */
async function onDisk(path: string, folder: string): Promise<string> {
  if (path !== "-") {
    await mustExist(path);
    return path;
  }
  const copy = join(folder, "standard-input.ndjson");
  await pipeline(process.stdin, createWriteStream(copy));
  return copy;
}

type Checked = {
  readonly badRows: readonly BadRow[];
  readonly good: number;
  readonly services: ReadonlySet<string | null>;
  /** Events dated after now. */
  readonly ahead: number;
  /** Whose each case is, where a row says so. */
  readonly persons: ReadonlyMap<string, string>;
};

async function checkRows(paths: readonly string[], { library }: RecordTools, zoneId: string): Promise<Checked> {
  let size = 0;
  for (const path of paths) size += await mustExist(path);
  const progress = showProgress("Checking events", size);
  const context = rowContext(zoneOf(zoneId), library.definitions.values());
  const badRows: BadRow[] = [];
  const persons = new Map<string, string>();
  const services = new Set<string | null>();
  const now = systemClock.now().epochMilliseconds;
  let good = 0;
  let ahead = 0;
  for (const file of paths) {
    for await (const found of readRows(file, progress.advance)) {
      const bad = (column: string, message: string) => badRows.push({ file, line: found.line, column, message });
      if ("problem" in found) {
        bad(found.column, found.problem);
        continue;
      }
      const read = readEventRow(found.row, context);
      if (!isEventRow(read)) {
        for (const problem of read) bad(problem.column, problem.message);
        continue;
      }
      good++;
      services.add(read.service);
      if (startOfMoment(read.event.occurred, context.zone) > now) ahead++;
      // A row need not name the person again: another row of its case does.
      const before = persons.get(read.case);
      if (before === undefined && read.person !== null && persons.size < CASES_CHECKED)
        persons.set(read.case, read.person);
      if (before !== undefined && read.person !== null && before !== read.person)
        bad("person", `"${read.person}" is not the person of the other rows of case "${read.case}", "${before}"`);
    }
  }
  progress.done();
  return { badRows, good, services, ahead, persons };
}

/** What an import took and its sender should know: nothing here is an error. */
function warningsOf(checked: Checked, made: readonly PromiseMade[]): readonly string[] {
  const silent = [...checked.services].filter((service) => promisesFor(made, service).length === 0);
  return [
    ...(silent.length === 0
      ? []
      : [
          `No promise is made by ${silent.map((service) => service ?? "events without a service").join(", ")}: their cases have no clock until a definition is named with --guarantee.`,
        ]),
    ...(checked.ahead === 0
      ? []
      : [
          `${checked.ahead} event${checked.ahead === 1 ? " lies" : "s lie"} in the future and will count from that day on.`,
        ]),
  ];
}

async function* goodRows(paths: readonly string[], { library }: RecordTools, zoneId: string): AsyncGenerator<EventRow> {
  const context = rowContext(zoneOf(zoneId), library.definitions.values());
  for (const path of paths) {
    for await (const found of readRows(path)) {
      if ("problem" in found) continue;
      const read = readEventRow(found.row, context);
      if (isEventRow(read)) yield read;
    }
  }
}

/** The promises an import makes: the guarantee named, for each service of the file that has made none. */
function promisesOf(
  services: ReadonlySet<string | null>,
  options: ImportOptions,
  made: readonly PromiseMade[],
): readonly PromiseMade[] {
  const { guarantee, overlay } = options;
  if (guarantee === undefined) return [];
  return [...services]
    .map((service) => service ?? ANY_SERVICE)
    .filter((serviceId) => !made.some((promise) => promise.serviceId === serviceId))
    .map((serviceId) => ({ serviceId, guarantee, overlay: overlay ?? null, choices: {} }));
}

export type ExportOptions = { readonly format?: "csv" | "ndjson" | "parquet"; readonly output?: string };

/** Writes every event of the record, in the order in which they came, to a file or standard output. */
export async function exportEvents(options: ExportOptions, { db }: RecordTools): Promise<string | null> {
  const format = options.format ?? formatByName(options.output);
  if (format === "parquet" && options.output === undefined)
    throw new CommandError("Parquet is written to a file: add --output events.parquet.");
  const folder = mkdtempSync(join(tmpdir(), "handrail-export-"));
  try {
    const unfinished =
      options.output === undefined
        ? null
        : format === "parquet"
          ? join(folder, "events.ndjson")
          : `${options.output}.part`;
    const stream = unfinished === null ? process.stdout : createWriteStream(unfinished);
    const progress = showProgress("Exporting events", await countFacts(db));
    if (format === "csv") stream.write(`${csvLine([...EVENT_COLUMNS])}\n`);
    let count = 0;
    for await (const fact of exportFacts(db)) {
      const row = rowOfFact(fact);
      const line = format === "csv" ? csvLine(EVENT_COLUMNS.map((column) => row[column] ?? "")) : JSON.stringify(row);
      if (!stream.write(`${line}\n`)) await once(stream, "drain");
      count++;
      progress.advance(1);
    }
    progress.done();
    if (unfinished === null || options.output === undefined) return null;
    stream.end();
    await once(stream, "finish");
    // The file appears under its name only when it is whole.
    if (format === "parquet")
      await jsonToParquet(
        unfinished,
        options.output,
        EVENT_COLUMNS.map((column) => [column, "VARCHAR"]),
      );
    else renameSync(unfinished, options.output);
    return `${count} events written to ${options.output}.`;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function formatByName(output: string | undefined): "csv" | "ndjson" | "parquet" {
  const ending = output?.slice(output.lastIndexOf(".") + 1);
  return ending === "csv" || ending === "parquet" ? ending : "ndjson";
}

/** The cases of the record that the guarantee judges: those whose service gives it, and those whose service gives none. */
export async function recordCases(
  asked: Asked,
  { db, library }: RecordTools,
): Promise<ReadonlyMap<string, CaseHistory>> {
  const made = await readPromisesMade(db);
  const definitions = definitionsOf(library);
  const facts = new Map<string, Fact[]>();
  const progress = showProgress("Reading the record", await countFacts(db));
  for await (const fact of exportFacts(db)) {
    progress.advance(1);
    if (fact.caseId === null) continue;
    const key = `${fact.caseId}\u0000${fact.subjectId}`;
    const list = facts.get(key);
    if (list === undefined) facts.set(key, [fact]);
    else list.push(fact);
  }
  progress.done();
  const cases = new Map<string, CaseHistory>();
  for (const list of facts.values()) {
    const { subjectId, caseId } = list[0] as Fact;
    const place = placeOf(list);
    const given = promisesFor(made, place.serviceId);
    const promise = given.find((candidate) => candidate.guarantee === asked.definition.id);
    if (given.length > 0 && promise === undefined) continue;
    // A case id is unique within its person only: two people's cases of one name stay apart.
    const id = cases.has(caseId as string) ? `${caseId}/${subjectId}` : (caseId as string);
    const history = { id, person: subjectId, area: place.areaCode, events: list.map(eventOfFact) };
    // By the readings its service has chosen, unless others are asked for: the same clocks as on the person's page.
    const own = promise === undefined || asked.readingsAsked ? {} : { judgedBy: definitions(promise) };
    cases.set(id, { ...history, ...own });
  }
  return cases;
}

export type ExplainOptions = Partial<Omit<QuestionOptions, "set">> & { readonly json?: true };

/** The clocks of one case of the record, each step with its event and its paragraph. */
export async function explainCase(caseId: string, options: ExplainOptions, tools: RecordTools): Promise<string> {
  const bySubject = Map.groupBy(await readCaseFacts(tools.db, caseId), (fact) => fact.subjectId);
  if (bySubject.size === 0) throw new CommandError(`There is no case "${caseId}" on record.`, 1);
  const made = await readPromisesMade(tools.db);
  const t = commandLineWords();
  const lines: string[] = [];
  const rows: object[] = [];
  for (const [subjectId, facts] of bySubject) {
    const given = promisesFor(made, placeOf(facts).serviceId);
    const chosen = options.guarantee === undefined ? given : [givenOr(given, options.guarantee, tools.library)];
    if (chosen.length === 0)
      throw new CommandError(
        `No promise is on record for the service of case "${caseId}": name a definition with --guarantee.`,
      );
    for (const promise of chosen) {
      const definition = definitionOf(tools.library, promise.guarantee, promise.choices, promise.overlay);
      const { question } = readQuestion({ ...options, guarantee: definition.id }, tools.library, systemClock);
      const knownOn = options.knownOn === undefined ? null : readWhen("--known-on", options.knownOn, definition.zone);
      const show = showTicks(definition, t);
      for (const clock of clocksOf(definition, facts, question.asAt, knownOn)) {
        if (options.promise !== undefined && options.promise !== clock.promise) continue;
        const why = explain(definition, clock, t, show);
        rows.push({
          case: caseId,
          person: subjectId,
          guarantee: definition.id,
          promise: clock.promise,
          period: clock.period,
          state: clock.state,
          why,
        });
        lines.push(
          `${definition.id} ${clock.promise} ${clock.period}: ${clock.state}`,
          ...why.map((step) => `  - ${step.text}${step.rule === "" ? "" : ` [${step.rule}]`}`),
          "",
        );
      }
    }
    const { unapplied } = inForce(facts);
    for (const entry of unapplied) lines.push(`Not applied: ${entry.id} replaces ${entry.replaces} (${entry.why}).`);
  }
  if (options.json === true) return rows.map((row) => JSON.stringify(row)).join("\n");
  return rows.length === 0 ? `No clock runs in case "${caseId}".` : lines.join("\n").trimEnd();
}

function givenOr(given: readonly PromiseMade[], guarantee: string, library: Library): PromiseMade {
  if (!library.definitions.has(guarantee))
    throw new CommandError(
      `There is no guarantee "${guarantee}". ${suggest(guarantee, [...library.definitions.keys()])}`,
    );
  return (
    given.find((promise) => promise.guarantee === guarantee) ?? {
      serviceId: ANY_SERVICE,
      guarantee,
      overlay: null,
      choices: {},
    }
  );
}
