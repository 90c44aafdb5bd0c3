/**
 * Everything a change must pass, the quick ones first: `npm run check`. It stops at the first that fails and says what to
 * do. `npm run check -- --without-tests` leaves the last step out, for a look in between.
 */
import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { delimiter, join } from "node:path";
import { parseArgs, styleText } from "node:util";

interface Step {
  readonly name: string;
  readonly command: readonly string[];
  readonly whatToDo: string;
}

const ROOT = join(import.meta.dirname, "..");

const STEPS: readonly Step[] = [
  { name: "format", command: ["oxfmt", "--check"], whatToDo: "Run `npm run format`." },
  {
    name: "lint",
    command: ["oxlint", "--deny-warnings"],
    whatToDo: "Each fault says what is wrong; `npx oxlint --fix` mends some. Rules and their reasons: .oxlintrc.json.",
  },
  {
    name: "boundaries",
    command: ["node", "scripts/walls.ts"],
    whatToDo: "Each fault says what to do instead. The walls are written down in tests/house/rooms.ts.",
  },
  { name: "types", command: ["tsc", "-p", "."], whatToDo: "Mend the types: the lines above say where." },
  {
    name: "dead code",
    command: ["knip", "--no-progress"],
    whatToDo: "Delete what nothing uses, or the word `export` where only its own file does. What is meant: knip.jsonc.",
  },
  {
    name: "tests",
    command: ["node", "bin/test.js"],
    whatToDo: "`npm test -- PART` runs the files whose path contains PART.",
  },
];

const { values } = parseArgs({ options: { "without-tests": { type: "boolean", default: false } } });
const steps = values["without-tests"] ? STEPS.filter((step) => step.name !== "tests") : STEPS;
const binaries = join(ROOT, "node_modules/.bin");
if (!existsSync(join(binaries, "oxlint"))) {
  console.error("The development dependencies are not installed. Run `npm ci`, without --omit=dev, and try again.");
  process.exit(1);
}
const environment = { ...process.env, PATH: `${binaries}${delimiter}${process.env["PATH"] ?? ""}` };

for (const { name, command, whatToDo } of steps) {
  const began = performance.now();
  console.log(styleText("bold", `── ${name}`));
  const [program = "", ...words] = command;
  const { status, error } = spawnSync(program, words, { cwd: ROOT, env: environment, stdio: "inherit" });
  const seconds = ((performance.now() - began) / 1000).toFixed(1);
  if (status !== 0) {
    const reason = error === undefined ? "" : ` ${error.message}.`;
    console.error(`${styleText("red", `✖ ${name}`)} failed after ${seconds} s.${reason} ${whatToDo}`);
    process.exit(1);
  }
  console.log(`${styleText("green", `✔ ${name}`)} (${seconds} s)`);
}
console.log(`All in order: ${steps.map((step) => step.name).join(", ")}.`);
