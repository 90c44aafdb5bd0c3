import type { Command } from "commander";
import { systemClock } from "../clock.ts";
import type { Database } from "../database/index.ts";
import { CommandError } from "../terminal/command-error.ts";
import { formatTable } from "../terminal/table.ts";
import { isScope, LONGEST_MACHINE_NAME, SCOPES, type MachineClient, type Scope } from "./model/client.ts";

/** Opens the record for a command, and closes it after. */
type WithRecord = (
  purpose: "read" | "write",
  body: (tools: { readonly db: Database }) => Promise<void>,
) => Promise<void>;

/** Who did it, where it was done on the command line: whoever may run it there holds the keys anyway. */
const BY = "command line";

/** `handrail machine …`: programs of other systems that may come in. */
export function addMachineCommands(program: Command, withRecord: WithRecord): void {
  const machine = program
    .command("machine")
    .summary("let programs of other systems in, and end them")
    .addHelpText(
      "after",
      '\nExamples:\n  handrail machine add "Housing case system" --organisation north-council --scope facts:write\n  handrail machine list\n  handrail machine end machine-0195a1b2-…',
    );
  machine
    .command("add <name>")
    .summary("add a program; its secret is shown once")
    .description(
      "Adds a program that comes in by OAuth client credentials, and prints its id and its secret. The secret is kept nowhere and cannot be shown again.",
    )
    .option("--organisation <id>", "the organisation it writes for; all of them when absent")
    .requiredOption("--scope <scope>", `what it may do: ${Object.keys(SCOPES).join(", ")}`)
    .option("--json", "as one line of JSON, for scripts")
    .addHelpText(
      "after",
      '\nExample:\n  handrail machine add "Housing case system" --organisation north-council --scope facts:write',
    )
    .action(async (name: string, options: { organisation?: string; scope: string; json?: true }) => {
      const scope = scopeOf(options.scope);
      await withRecord("write", async ({ db }) => {
        const { addMachine } = await actions();
        const added = await addMachine(db, {
          name,
          scopes: [scope],
          organisationId: options.organisation ?? null,
          createdBy: BY,
          now: systemClock.now(),
        });
        if (!added.ok) throw new CommandError(whyNot(added.why, options.organisation));
        print(
          options.json === true
            ? JSON.stringify({ id: added.id, secret: added.secret })
            : `id      ${added.id}\nsecret  ${added.secret}\n\nThe secret is not kept and is shown only now. Give it to whoever looks after the program in a safe way.`,
        );
      });
    });
  machine
    .command("list")
    .summary("the programs that may come in, and those that were ended")
    .option("--json", "NDJSON, one program a line (also when piped)")
    .action(async (options: { json?: true }) =>
      withRecord("read", async ({ db }) => {
        const { listMachines } = await import("./store.ts");
        print(listed(await listMachines(db), options.json === true || !process.stdout.isTTY));
      }),
    );
  machine
    .command("end <id>")
    .summary("end a program: its tokens are worth nothing from now on")
    .action(async (id: string) =>
      withRecord("write", async ({ db }) => {
        const { endMachine } = await actions();
        if (!(await endMachine(db, id, { endedBy: BY, now: systemClock.now() })))
          throw new CommandError(`No program ${id} may come in. \`handrail machine list\` shows those that may.`, 1);
        print(`${id} may no longer come in.`);
      }),
    );
}

/** Loaded only by the commands that need it: the others start faster without. */
const actions = () => import("./actions.ts");

function scopeOf(text: string): Scope {
  if (isScope(text)) return text;
  throw new CommandError(`--scope ${text}: write one of ${Object.keys(SCOPES).join(", ")}.`);
}

function whyNot(why: "name" | "scopes" | "organisation" | "id" | "repeated", organisation = ""): string {
  switch (why) {
    case "name":
      return `Give the program a name of 1 to ${LONGEST_MACHINE_NAME} characters.`;
    case "organisation":
      return `There is no organisation "${organisation}". Leave --organisation out for a program that writes for all of them.`;
    case "scopes":
      return `Say what it may do: --scope ${Object.keys(SCOPES).join(" or ")}.`;
    case "id":
    case "repeated":
      throw new Error("A new id was not new.");
  }
}

function listed(machines: readonly MachineClient[], json: boolean): string {
  const rows = machines.map((client) => ({
    id: client.id,
    name: client.name,
    organisation: client.organisationId,
    scopes: client.scopes,
    added: client.createdAt.toString(),
    used: client.lastUsedAt?.toString() ?? null,
    ended: client.endedAt?.toString() ?? null,
  }));
  if (json) return rows.map((row) => JSON.stringify(row)).join("\n");
  if (rows.length === 0) return "No program may come in. `handrail machine add` adds one.";
  return formatTable(
    [
      { title: "id", value: (row) => row.id },
      { title: "name", value: (row) => row.name },
      { title: "organisation", value: (row) => row.organisation ?? "all" },
      { title: "scopes", value: (row) => row.scopes.join(" ") },
      { title: "used", value: (row) => row.used ?? "never" },
      { title: "ended", value: (row) => row.ended ?? "" },
    ],
    rows,
    process.stdout.hasColors?.() === true,
  );
}

function print(text: string): void {
  if (text !== "") process.stdout.write(`${text}\n`);
}
