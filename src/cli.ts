import { Command, CommanderError } from "commander";
import { CommandError } from "./core/terminal/command-error.ts";
import { addGuaranteeCommands } from "./strands/guarantees/commands.ts";

/** The command line. Exit codes: 0 done, 1 something failed, 2 the input is not in order and nothing was written. */
const program = new Command("handrail")
  .description("Handrail turns what happened to people into clocks they can see, and figures everyone can use.")
  .configureHelp({ showGlobalOptions: true })
  .helpCommand(true)
  .exitOverride()
  .addHelpText("after", "\nExit codes: 0 done · 1 something failed · 2 the input is not in order, nothing was written");

addGuaranteeCommands(program);
for (const command of allCommands(program)) command.exitOverride();

try {
  await program.parseAsync();
} catch (error) {
  process.exitCode = exitCodeFor(error);
}

/** A pipe that its reader closes (`| head`) is not a failure. */
process.stdout.on("error", (error: NodeJS.ErrnoException) => {
  process.exit(error.code === "EPIPE" ? 0 : 1);
});

function allCommands(command: Command): readonly Command[] {
  return command.commands.flatMap((child) => [child, ...allCommands(child)]);
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
