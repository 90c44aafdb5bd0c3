/** The generated documentation, each as the text of a file of docs/generated. Written by `npm run docs`, compared by a test. */
import type { Command, Option } from "commander";
import { messageTemplates, siteRoutes, strands, type SignInOptions, type SiteSettings } from "../../src/app.ts";
import { program } from "../../src/cli.ts";
import { fixedClock } from "../../src/core/clock.ts";
import { newDatabase } from "../../src/core/database/open.ts";
import { serverPool } from "../../src/core/database/pool.ts";
import type { Installation } from "../../src/core/directory/index.ts";
import { describeData, withdrawnEntryDeclaration } from "../../src/core/record/index.ts";
import { describeAccess } from "./access.ts";
import { shownMessages } from "../harness/messages.ts";
import { peopleFacts } from "../../src/core/people/index.ts";
import { signInFacts } from "../../src/core/sign-in/index.ts";
import { describeTemplates, messageFacts } from "../../src/core/messages/index.ts";
import type { AnyRoute } from "../../src/web/route.ts";

const FOLDER = "docs/generated";

/** The documents by their path from the root. */
export async function generateDocuments(): Promise<ReadonlyMap<string, string>> {
  const all = strands(unusedSite());
  const routes = siteRoutes(unusedSettings());
  return new Map([
    [`${FOLDER}/routes.md`, describeRoutes(routes)],
    [`${FOLDER}/access.md`, await describeAccess(routes)],
    [`${FOLDER}/commands.md`, describeCommands(program)],
    [
      `${FOLDER}/data.md`,
      describeData([
        { name: "every strand", facts: [withdrawnEntryDeclaration, ...messageFacts, ...signInFacts, ...peopleFacts] },
        ...all,
      ]),
    ],
    [`${FOLDER}/messages.md`, describeTemplates(messageTemplates())],
  ]);
}

/** What describes itself needs a site that is built, not one that runs: this database is never connected to. */
export function unusedSite() {
  const clock = fixedClock(Temporal.Instant.from("2026-01-01T00:00:00Z"));
  const installation: Installation = {
    bodyName: "A public body",
    kind: "demonstration",
    timeZone: "Europe/London",
    country: null,
    telephone: null,
    webAddress: null,
    createdAt: clock.now(),
  };
  const db = newDatabase(serverPool("postgres://nobody@127.0.0.1:1/none", 1));
  const vault = { masterKey: new Uint8Array(32) };
  const signIn: SignInOptions = {
    origin: () => "http://localhost:3000",
    proxies: 0,
    providers: [],
    pendingKey: new Uint8Array(32),
  };
  return {
    db,
    vault,
    clock,
    installation,
    signIn,
    log: () => {},
    ...shownMessages(db, vault, clock, messageTemplates()),
  };
}

/** The whole of a site that is never asked for anything. */
export function unusedSettings(): SiteSettings {
  return {
    ...unusedSite(),
    demonstrationPeople: [{ personId: "anybody", name: "Anybody", group: "citizen", about: "" }],
    sessionKey: new Uint8Array(32),
    secure: false,
    sourceUrl: "/",
    contactEmail: "help@example.org",
  };
}

/** Every address of the site: who may open it, and what the access log keeps of it. */
export function describeRoutes(
  strands: readonly { readonly name: string; readonly routes: readonly AnyRoute[] }[],
): string {
  const lines = [
    "# Every address of the site",
    "",
    "Generated from the routes: do not edit, run `npm run docs`. A route cannot be declared without saying who may open it",
    "and what the access log keeps. Beside these, `/assets/…` serves the kit's own styles, scripts and typeface.",
    "",
  ];
  for (const { name, routes } of strands) {
    lines.push(`## ${name}`, "", "| route | address | access | audit |", `|${" --- |".repeat(4)}`);
    for (const route of routes.toSorted((a, b) => compare(a.path, b.path) || compare(a.method, b.method))) {
      lines.push(tableRow([route.name, `\`${route.method} ${route.path}\``, accessWords(route), auditWords(route)]));
    }
    lines.push("");
  }
  return lines.join("\n");
}

function accessWords({ access }: AnyRoute): string {
  switch (access.kind) {
    case "public":
      return "anybody";
    case "signed-in":
      return "anybody signed in";
    case "person":
      return `whom the table lets ${access.action} ${access.what} of that person${freshWords(access)}`;
    case "list":
      return `whom the table lets ${access.action} ${access.what}, of those rows${freshWords(access)}`;
    case "body":
      return `whom the table lets ${access.action} ${access.what}${freshWords(access)}`;
    case "machine":
      return access.scope === null ? "a program with its own secret" : `a program with the scope ${access.scope}`;
  }
}

function freshWords({ fresh }: { readonly fresh?: boolean }): string {
  return fresh === true ? ", after a fresh passkey" : "";
}

function auditWords({ audit }: AnyRoute): string {
  switch (audit.kind) {
    case "none":
      return `not logged: ${audit.why}`;
    case "person":
      return `one line, for the person: ${audit.purpose}`;
    case "list":
      return `one line for each person shown: ${audit.purpose}`;
  }
}

/** Every command, with its arguments and options, as the command line's own help has them. */
export function describeCommands(root: Command): string {
  const lines = [
    "# The command line",
    "",
    "Generated from the commands: do not edit, run `npm run docs`. `handrail help COMMAND` says the same, with examples.",
    "From a checkout: `npm run handrail -- COMMAND`.",
    "",
    "Exit codes: 0 done, 1 something failed, 2 the input is not in order and nothing was written.",
    "",
  ];
  for (const { name, command } of commandsOf(root)) {
    const help = command.createHelp();
    lines.push(`## ${name}`, "", command.description() || sentence(command.summary()), "");
    lines.push("```", help.commandUsage(command), "```", "");
    const rows = [
      ...command.registeredArguments.map((each) => [each.name(), each.description]),
      ...command.options.map((option) => [option.flags, optionWords(option)]),
    ];
    if (rows.length === 0) continue;
    lines.push("| argument or option | meaning |", `|${" --- |".repeat(2)}`);
    for (const [term = "", meaning = ""] of rows) lines.push(tableRow([`\`${term}\``, meaning]));
    lines.push("");
  }
  return lines.join("\n");
}

/** The commands that do something, by the words one types: those that only hold others are left out. */
export function commandsOf(
  root: Command,
  words: readonly string[] = [root.name()],
): readonly { readonly name: string; readonly command: Command }[] {
  return root.commands.flatMap((command) => {
    const own = [...words, command.name()];
    return command.commands.length === 0 ? [{ name: own.join(" "), command }] : commandsOf(command, own);
  });
}

function optionWords(option: Option): string {
  const told = option.defaultValue !== undefined && !Array.isArray(option.defaultValue);
  const extra = [
    ...(option.mandatory ? ["required"] : []),
    ...(told ? [`default ${option.defaultValueDescription ?? JSON.stringify(option.defaultValue)}`] : []),
  ];
  return extra.length === 0 ? option.description : `${option.description} (${extra.join(", ")})`;
}

function sentence(text: string): string {
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}.`;
}

function tableRow(cells: readonly string[]): string {
  return `| ${cells.map((cell) => cell.replaceAll("|", "\\|").replaceAll("\n", " ")).join(" | ")} |`;
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
