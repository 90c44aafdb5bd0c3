import { Command, CommanderError } from "commander";
import { addMachineCommands } from "./core/machines/commands.ts";
import { CommandError } from "./core/terminal/command-error.ts";
import { showProgress } from "./core/terminal/progress.ts";
import type { OpenInstallation } from "./main.ts";
import { addGuaranteeCommands, type WithRecord } from "./strands/guarantees/commands.ts";

/** The command line. Exit codes: 0 done, 1 something failed, 2 the input is not in order and nothing was written. */
export const program = new Command("handrail")
  .description("Handrail turns what happened to people into clocks they can see, and figures everyone can use.")
  .configureHelp({ showGlobalOptions: true })
  .helpCommand(true)
  .exitOverride()
  .addHelpText("after", "\nExit codes: 0 done · 1 something failed · 2 the input is not in order, nothing was written");

const DEFAULT_PEOPLE = "60000";
const DEFAULT_SEED = "2009";

/** The rest of the program is loaded only by the commands that need it: evaluating a file needs no database. */
async function opened(
  body: (open: OpenInstallation, main: typeof import("./main.ts")) => Promise<void>,
): Promise<void> {
  const main = await import("./main.ts");
  const open = await main.openInstallation(main.readSettings(process.env), "use");
  try {
    await body(open, main);
  } finally {
    await open.close();
  }
}

const withRecord: WithRecord = (purpose, body) =>
  opened(async (open, main) => {
    const { projections } = await import("./app.ts");
    const { library } = await import("./strands/guarantees/index.ts");
    const settings = main.readSettings(process.env);
    // Reading must leave no mark: an empty folder that a slip of the hand opened would begin as a real installation.
    if (open.installation === null && purpose === "read") {
      throw new CommandError(
        `Nothing is on record in ${settings.dataFolder} yet. Add events with handrail import, or fill it with handrail demo.`,
        1,
      );
    }
    const installation = open.installation ?? (await main.createRealInstallation(open, settings));
    await body({ db: open.db, projections: projections(), library: library(), timeZone: installation.timeZone });
  });

program
  .command("start")
  .summary("open the record and serve the site")
  .description(
    "Opens the record in HANDRAIL_DATA (.data), or the server DATABASE_URL names, and serves the site on PORT (3000). The first start fills it with the demonstration region; with NODE_ENV=production it begins empty.",
  )
  .option("--people <number>", "inhabitants of the demonstration region", wholeNumber, Number(DEFAULT_PEOPLE))
  .option("--seed <number>", "another seed, another region", wholeNumber, Number(DEFAULT_SEED))
  .addHelpText(
    "after",
    "\nExamples:\n  handrail start\n  PORT=8080 HANDRAIL_DATA=/var/lib/handrail handrail start\n  handrail start --people 2000",
  )
  .action(async (options: { people: number; seed: number }) => {
    const main = await import("./main.ts");
    await main.startUntilStopped(main.readSettings(process.env), options);
  });

program
  .command("demo")
  .summary("fill an empty installation with the demonstration region")
  .description(
    "Fills an empty data folder with invented people and two years of events, as the first start does, without serving the site.",
  )
  .option("--people <number>", "inhabitants", wholeNumber, Number(DEFAULT_PEOPLE))
  .option("--seed <number>", "another seed, another region", wholeNumber, Number(DEFAULT_SEED))
  .addHelpText("after", "\nExample:\n  HANDRAIL_DATA=region handrail demo --people 5000")
  .action(async (options: { people: number; seed: number }) =>
    opened(async (open, main) => {
      const settings = main.readSettings(process.env);
      if (settings.production)
        throw new CommandError("Invented people are never loaded where NODE_ENV is production.", 1);
      if (open.installation !== null)
        throw new CommandError(
          `${settings.dataFolder} holds an installation already (${open.installation.bodyName}). Choose an empty folder with HANDRAIL_DATA.`,
        );
      const installation = await main.fillDemonstration(open, options);
      process.stdout.write(`${installation.bodyName} is filled. Start the site with handrail start.\n`);
    }),
  );

program
  .command("administrator")
  .summary("print a link by which a new administrator comes in")
  .description(
    "Prints a link that works once, for one hour: whoever opens it says who they are, adds a passkey and is administrator. Set HANDRAIL_ORIGIN as for the site.",
  )
  .addHelpText("after", "\nExample:\n  HANDRAIL_ORIGIN=https://handrail.example.org handrail administrator")
  .action(async () =>
    opened(async (open, main) => {
      if (open.installation?.kind !== "real")
        throw new CommandError(
          "There is no installation for real people here: a demonstration has an administrator already.",
          1,
        );
      const { makeAdministratorLink } = await import("./core/sign-in/index.ts");
      const { systemClock } = await import("./core/clock.ts");
      const settings = main.readSettings(process.env);
      const origin = settings.origin ?? `http://localhost:${settings.port}`;
      process.stdout.write(
        main.administratorWords(await makeAdministratorLink({ ...open, origin }, systemClock.now())),
      );
    }),
  );

program
  .command("rebuild")
  .summary("compute everything derived anew from the facts")
  .description(
    "Empties the projections and computes them again from the facts of the record. Readers see the old rows until the new ones are all there.",
  )
  .addHelpText("after", "\nExample:\n  handrail rebuild")
  .action(async () =>
    opened(async (open) => {
      const { rebuild } = await import("./core/record/index.ts");
      const { projections } = await import("./app.ts");
      const progress = showProgress("Rebuilding", 1000);
      let shown = 0;
      let cases = 0;
      await rebuild(open.db, projections(), {
        onProgress: ({ casesDone, casesTotal }) => {
          cases = casesTotal;
          const share = casesTotal === 0 ? 1000 : (casesDone / casesTotal) * 1000;
          progress.advance(share - shown);
          shown = share;
        },
      });
      progress.done();
      process.stdout.write(`Rebuilt from the facts of ${cases} cases.\n`);
    }),
  );

program
  .command("distribute")
  .summary("lay the schema out on a database that has the citus extension")
  .description(
    "Distributes the tables of subjects by subject_id and copies the small ones to every node. Doing it twice changes nothing.",
  )
  .addHelpText("after", "\nExample:\n  DATABASE_URL=postgres://coordinator/handrail handrail distribute")
  .action(async () =>
    opened(async (open) => {
      const { distribute } = await import("./core/database/index.ts");
      const steps = await distribute(open.db).catch((error: unknown) => {
        throw new CommandError(error instanceof Error ? error.message : String(error), 1);
      });
      process.stdout.write(
        `${steps.map((step) => `${step.table}: ${step.statement ?? "laid out already"}`).join("\n")}\n`,
      );
    }),
  );

addGuaranteeCommands(program, withRecord);
addMachineCommands(program, withRecord);
for (const command of allCommands(program)) command.exitOverride();

/** Does what the command line says, and sets the exit code. */
export async function runCommandLine(): Promise<void> {
  // A pipe that its reader closes (`| head`) is not a failure.
  process.stdout.on("error", (error: NodeJS.ErrnoException) => {
    process.exit(error.code === "EPIPE" ? 0 : 1);
  });
  try {
    await program.parseAsync();
  } catch (error) {
    process.exitCode = exitCodeFor(error);
  }
}

if (import.meta.main) await runCommandLine();

function allCommands(command: Command): readonly Command[] {
  return command.commands.flatMap((child) => [child, ...allCommands(child)]);
}

function wholeNumber(text: string): number {
  const number = Number(text);
  if (!Number.isInteger(number)) throw new CommandError(`${text} is not a whole number.`);
  return number;
}

function exitCodeFor(error: unknown): number {
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
  if (error instanceof CommandError) {
    process.stderr.write(`${error.message}\n`);
    return error.exitCode;
  }
  process.stderr.write(`${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
  return 1;
}
