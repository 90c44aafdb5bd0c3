/**
 * Copies the plan of a strand or a definition, so that the pattern is easy to follow:
 *
 *   npm run new -- strand NAME
 *   npm run new -- definition ID [--country gb]
 */
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { parseArgs } from "node:util";
import { CommandError } from "../src/core/terminal/command-error.ts";
import { STRANDS } from "../tests/house/rooms.ts";
import { ROOT } from "../tests/house/tree.ts";

const USAGE = `npm run new -- strand NAME                       a strand with all its rooms, in src/strands/NAME
npm run new -- definition ID [--country gb]      a guarantee with its examples, in the library`;

/** Where a definition's people live: the clock it counts by, until its author says otherwise. */
const TIME_ZONES: Readonly<Record<string, string>> = {
  any: "Europe/London",
  dk: "Europe/Copenhagen",
  fi: "Europe/Helsinki",
  gb: "Europe/London",
  nl: "Europe/Amsterdam",
  no: "Europe/Oslo",
  se: "Europe/Stockholm",
  us: "America/Chicago",
};

const LIBRARY = "src/strands/guarantees/library";
const LONGEST_NAME = 40;

try {
  process.stdout.write(`${create()}\n`);
} catch (error) {
  if (!(error instanceof CommandError)) throw error;
  process.stderr.write(`${error.message}\n`);
  process.exitCode = error.exitCode;
}

function create(): string {
  const [kind, name, ...more] = readWords().positionals;
  if ((kind !== "strand" && kind !== "definition") || more.length > 0) throw new CommandError(USAGE);
  if (name === undefined) throw new CommandError(`Which name? ${kind}s are named like "home-care".\n${USAGE}`);
  if (!/^[a-z][a-z0-9]*(-[a-z0-9]+)*$/.test(name) || name.length > LONGEST_NAME) {
    throw new CommandError(
      `"${name}" cannot be the name of a ${kind}: write small letters and digits, words joined by "-", at most ${LONGEST_NAME} characters (home-care).`,
    );
  }
  return kind === "strand" ? createStrand(name) : createDefinition(name);
}

function readWords() {
  try {
    return parseArgs({ allowPositionals: true, options: { country: { type: "string", default: "any" } } });
  } catch (error) {
    throw new CommandError(`${error instanceof Error ? error.message : String(error)}\n${USAGE}`);
  }
}

function createStrand(name: string): string {
  const folder = `src/strands/${name}`;
  if (existsSync(join(ROOT, folder))) throw new CommandError(`${folder} is there already. Choose another name.`);
  const written = copyFolder("templates/strand", folder, name);
  // A long name breaks lines elsewhere than a short one.
  spawnSync(join(ROOT, "node_modules/.bin/oxfmt"), [folder], { cwd: ROOT });
  const [camel, pascal] = [camelCase(name), pascalCase(name)];
  const placed = STRANDS.includes(name)
    ? []
    : [
        `tests/house/rooms.ts: add "${name}" to STRANDS, after the strands it may use and before those that may use it.`,
      ];
  const steps = [
    ...placed,
    `src/app.ts: import { ${camel}Strand } from "./strands/${name}/strand.ts", and in strands() add\n` +
      `     ${camel}Strand({ db: settings.db, projections: projections(), timeZone: settings.installation.timeZone }),`,
    `src/cli.ts: import { add${pascal}Commands } from "./strands/${name}/commands.ts", and beside the others\n` +
      `     add${pascal}Commands(program, withRecord);`,
    `${folder}/README.md and events.ts: say what it promises, and why the body may hold its facts.`,
    "npm run docs && npm run check",
  ];
  return `${written.join("\n")}\n\nIt works as it stands. What is left to do:\n${numbered(steps)}`;
}

function createDefinition(id: string): string {
  const { country } = readWords().values;
  const timeZone = TIME_ZONES[country];
  if (timeZone === undefined) {
    throw new CommandError(`--country ${country}: write one of ${Object.keys(TIME_ZONES).join(", ")}.`);
  }
  const taken = readdirSync(join(ROOT, LIBRARY), { recursive: true, encoding: "utf8" }).find(
    (path) => path.split(/[\\/]/).at(-1) === `${id}.yaml`,
  );
  if (taken !== undefined) throw new CommandError(`${LIBRARY}/${taken} is there already. Choose another id.`);
  const path = `${LIBRARY}/${country}/${id}.yaml`;
  const text = readFileSync(join(ROOT, "templates/definition.yaml"), "utf8");
  write(path, fill(text, id).replaceAll("__country__", country).replaceAll("__timeZone__", timeZone));
  const steps = [
    `${path}: write the promise, its law and its examples.`,
    `npm run handrail -- definitions check ${path}`,
    `npm run handrail -- definitions docs ${id}       (how it reads)`,
    "npm run docs && npm run check",
  ];
  return `${path}\n\nIt is in order as it stands. What is left to do:\n${numbered(steps)}`;
}

/** Copies a folder of templates; the paths written, from the root. */
function copyFolder(from: string, to: string, name: string): readonly string[] {
  const files = readdirSync(join(ROOT, from), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(join(ROOT, from).length + 1));
  return files.toSorted(compare).map((file) => {
    const path = `${to}/${file.replaceAll("\\", "/")}`;
    write(path, fill(readFileSync(join(ROOT, from, file), "utf8"), name));
    return path;
  });
}

function write(path: string, text: string): void {
  const file = join(ROOT, path);
  mkdirSync(dirname(file), { recursive: true });
  // Never over a file that is there.
  writeFileSync(file, text, { flag: "wx" });
}

function fill(text: string, name: string): string {
  return text
    .replaceAll("__name__", name)
    .replaceAll("__camel__", camelCase(name))
    .replaceAll("__Pascal__", pascalCase(name));
}

function camelCase(name: string): string {
  return name.replaceAll(/-([a-z0-9])/g, (_, letter: string) => letter.toUpperCase());
}

function pascalCase(name: string): string {
  const camel = camelCase(name);
  return `${camel.charAt(0).toUpperCase()}${camel.slice(1)}`;
}

function numbered(steps: readonly string[]): string {
  return steps.map((step, index) => `  ${index + 1}. ${step}`).join("\n");
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
