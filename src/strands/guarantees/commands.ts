import type { Command } from "commander";
import { systemClock } from "../../core/clock.ts";
import { CommandError } from "../../core/terminal/command-error.ts";
import { evaluateFiles, writeAnswer, type EvaluateOptions } from "./commands/evaluate.ts";
import { readQuestion } from "./commands/question.ts";
import {
  explainCase,
  exportEvents,
  importFiles,
  recordCases,
  type ExplainOptions,
  type ExportOptions,
  type ImportOptions,
  type RecordTools,
} from "./commands/record.ts";
import {
  checkFile,
  documentDefinitions,
  listDefinitions,
  printSchema,
  showDefinition,
} from "./commands/definitions.ts";
import { library } from "./library.ts";

const FORMATS = ["ndjson", "csv", "parquet", "table"];

/** Opens the record for a command, and closes it after. */
export type WithRecord = (purpose: "read" | "write", body: (tools: RecordTools) => Promise<void>) => Promise<void>;

/** This strand's part of the command line. */
export function addGuaranteeCommands(program: Command, withRecord: WithRecord): void {
  program
    .command("evaluate")
    .summary("turn event files into clocks, one row a clock")
    .description(
      "Evaluates event files (CSV, NDJSON, Parquet) by a guarantee and writes one row for each clock period, sorted by case, promise and period. Without a file it reads the record.",
    )
    .argument("[file...]", "event files; - reads NDJSON from standard input")
    .requiredOption("--guarantee <id>", "the definition, see `handrail definitions list`")
    .option("--promise <id>", "one promise only")
    .option("--as-at <when>", "look from this moment; a date means the end of that day (now when absent)")
    .option("--known-on <when>", "only what was recorded by then")
    .option("--version <id>", "judge every clock by this version")
    .option("--overlay <id>", "a regional overlay, for all cases")
    .option("--set <parameter=choice>", "choose a reading where published ones disagree", collect)
    .option("--format <format>", "ndjson, csv, parquet or table (table on a terminal, ndjson when piped)", oneOfFormats)
    .option("--explain", "add the steps: event, paragraph and a sentence each (ndjson)")
    .option("--skip-bad-rows", "go on without the rows that are not in order, and list them")
    .option("--bad-rows <file>", "where --skip-bad-rows lists them", "bad-rows.csv")
    .addHelpText("after", EVALUATE_EXAMPLES)
    .action(async (files: string[], options: EvaluateOptions) => {
      if (options.explain === true && options.format !== undefined && options.format !== "ndjson") {
        throw new CommandError("--explain writes ndjson: leave --format out, or write --format ndjson.");
      }
      const explained: EvaluateOptions = options.explain === true ? { ...options, format: "ndjson" } : options;
      if (files.length > 0) return evaluateFiles(files, explained, library(), systemClock);
      const asked = readQuestion(explained, library(), systemClock);
      await withRecord("read", async (tools) => writeAnswer(await recordCases(asked, tools), asked, explained));
    });

  program
    .command("explain <case>")
    .summary("why a case's clocks stand where they stand")
    .description("Shows the clocks of a case of the record, step by step: what happened, the paragraph, what it did.")
    .option("--guarantee <id>", "this definition; the service's own when absent")
    .option("--promise <id>", "one promise only")
    .option("--as-at <when>", "look from this moment (now when absent)")
    .option("--known-on <when>", "only what was recorded by then")
    .option("--json", "NDJSON, one clock a line")
    .addHelpText(
      "after",
      "\nExamples:\n  handrail explain case-10011\n  handrail explain case-10011 --guarantee nl-permit --as-at 2012-01-31",
    )
    .action(async (caseId: string, options: ExplainOptions) =>
      withRecord("read", async (tools) => print(await explainCase(caseId, options, tools))),
    );

  program
    .command("import <file...>")
    .summary("add event files to the record")
    .description(
      "Adds events (CSV, NDJSON, Parquet) to the record. Every row is checked first; when one is bad nothing is written. Sending a file again changes nothing.",
    )
    .option("--guarantee <id>", "the promise that the services of these events make, where they have made none")
    .option("--overlay <id>", "with its regional overlay")
    .option("--skip-bad-rows", "go on without the rows that are not in order, and list them")
    .option("--bad-rows <file>", "where --skip-bad-rows lists them", "bad-rows.csv")
    .addHelpText(
      "after",
      "\nExamples:\n  handrail import --guarantee eng-rtt waits.csv\n  zcat events.ndjson.gz | handrail import -",
    )
    .action(async (files: string[], options: ImportOptions) =>
      withRecord("write", async (tools) => print(await importFiles(files, options, tools))),
    );

  program
    .command("export")
    .summary("write all events of the record")
    .description(
      "Writes every event, corrected ones too, in the form that import reads. Personal data beside the record are not in it.",
    )
    .option("--format <format>", "csv, ndjson or parquet (by the file's name; ndjson when piped)", oneOfExportFormats)
    .option("--output <file>", "a file instead of standard output")
    .addHelpText(
      "after",
      "\nExamples:\n  handrail export --output events.parquet\n  handrail export --format csv | gzip > events.csv.gz",
    )
    .action(async (options: ExportOptions) =>
      withRecord("read", async (tools) => {
        const said = await exportEvents(options, tools);
        if (said !== null) print(said);
      }),
    );

  addDefinitionCommands(program);
}

function addDefinitionCommands(program: Command): void {
  const definitions = program
    .command("definitions")
    .summary("list, show, check and document the definitions")
    .addHelpText(
      "after",
      "\nExamples:\n  handrail definitions list\n  handrail definitions check ours.yaml\n  handrail definitions docs eng-rtt > eng-rtt.md",
    );
  definitions
    .command("list")
    .summary("the built-in definitions")
    .option("--json", "NDJSON, one definition a line (also when piped)")
    .action((options: { json?: true }) =>
      print(listDefinitions(library(), options.json === true || !process.stdout.isTTY)),
    );
  definitions
    .command("show <id>")
    .summary("a definition's file")
    .action((id: string) => print(showDefinition(library(), id)));
  definitions
    .command("check <file...>")
    .summary("check definition files and run their examples")
    .description(
      "Names line, column, what is wrong and what to write instead. Exit code 2 when a file is not in order, 1 when an example does not come out as it says.",
    )
    .action((files: string[]) => files.forEach((file) => print(checkFile(library(), file))));
  definitions
    .command("schema")
    .summary("the language as JSON Schema, for editors")
    .action(() => print(printSchema()));
  definitions
    .command("docs [id]")
    .summary("documentation in Markdown, generated from the files")
    .action((id: string | undefined) => print(documentDefinitions(library(), id)));
}

const EVALUATE_EXAMPLES = `
Examples:
  handrail evaluate --guarantee eng-rtt --as-at 2025-03-31 waits.csv
  handrail evaluate --guarantee se-vardgaranti --promise specialist --format csv events.parquet > clocks.csv
  handrail evaluate --guarantee eng-rtt --set later-missed-stop=appointment --explain waits.ndjson

Exit codes: 0 done · 1 something failed · 2 the input is not in order, nothing was written`;

function collect(value: string, before: readonly string[] = []): readonly string[] {
  return [...before, value];
}

function oneOfFormats(value: string): string {
  if (!FORMATS.includes(value)) throw new CommandError(`--format ${value}: write one of ${FORMATS.join(", ")}.`);
  return value;
}

function oneOfExportFormats(value: string): string {
  if (value === "table") throw new CommandError("--format table: an export is a file; write csv, ndjson or parquet.");
  return oneOfFormats(value);
}

function print(text: string): void {
  process.stdout.write(`${text}\n`);
}
