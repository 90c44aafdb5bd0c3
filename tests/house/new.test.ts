import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { ROOT } from "./tree.ts";

/** A copy of the project to try things in; its packages are ours. */
const copy = mkdtempSync(join(tmpdir(), "handrail-new-"));
after(() => rmSync(copy, { recursive: true }));
for (const name of [
  ...["bin", "migrations", "scripts", "seeds", "src", "templates", "tests"],
  ...["package.json", "tsconfig.json", ".oxlintrc.json", ".oxfmtrc.json"],
]) {
  cpSync(join(ROOT, name), join(copy, name), { recursive: true });
}
symlinkSync(join(ROOT, "node_modules"), join(copy, "node_modules"), "dir");

function run(program: string, ...words: readonly string[]) {
  // Else the tests of the copy would report to the runner of ours.
  const { NODE_TEST_CONTEXT: _, ...environment } = process.env;
  const file = program === "node" ? process.execPath : join(ROOT, "node_modules/.bin", program);
  const { status, stdout, stderr } = spawnSync(file, words, { cwd: copy, encoding: "utf8", env: environment });
  return { status, output: `${stdout}${stderr}` };
}

const make = (...words: readonly string[]) => run("node", "scripts/new.ts", ...words);

function edit(path: string, change: (text: string) => string): void {
  const before = readFileSync(join(copy, path), "utf8");
  const changed = change(before);
  assert.notEqual(changed, before, `${path} could not be changed as the instructions say`);
  writeFileSync(join(copy, path), changed);
}

test("a new strand works as it stands: joined as its instructions say, it is in form, walled, typed, tested and on the site", () => {
  const made = make("strand", "home-care");
  assert.equal(made.status, 0, made.output);
  for (const room of "README.md events.ts model.ts store.ts actions.ts pages.ts routes.ts strand.ts commands.ts index.ts".split(
    " ",
  )) {
    assert.ok(existsSync(join(copy, "src/strands/home-care", room)), `${room} is missing`);
    assert.match(made.output, new RegExp(`src/strands/home-care/${room}`));
  }

  edit("tests/house/rooms.ts", (text) =>
    text.replace(`"guarantees", "packages"`, `"guarantees", "home-care", "packages"`),
  );
  const line = /homeCareStrand\(\{.*\}\),/.exec(made.output)?.[0] ?? assert.fail(made.output);
  edit("src/app.ts", (text) =>
    text
      .replace(/^import/, `import { homeCareStrand } from "./strands/home-care/strand.ts";\nimport`)
      .replace("  return [\n    guaranteesStrand(", `  return [\n    ${line}\n    guaranteesStrand(`),
  );
  edit("src/cli.ts", (text) =>
    text
      .replace(/^import/, `import { addHomeCareCommands } from "./strands/home-care/commands.ts";\nimport`)
      .replace("addGuaranteeCommands(program, withRecord);", "$&\naddHomeCareCommands(program, withRecord);"),
  );

  const folder = "src/strands/home-care";
  const steps: readonly (readonly [string, ...string[]])[] = [
    ["oxfmt", "--check", folder],
    ["oxlint", "--deny-warnings", folder],
    ["node", "--test", `${folder}/model.test.ts`, `${folder}/actions.db.test.ts`],
  ];
  for (const [program, ...words] of steps) {
    const { status, output } = run(program, ...words);
    assert.equal(status, 0, `${program} ${words.join(" ")}\n${output}`);
  }
  // What else is wrong in the tree has tests of its own.
  assert.doesNotMatch(run("tsc", "-p", ".").output, /home-care/);
  const walls = run("node", "scripts/walls.ts").output;
  assert.doesNotMatch(walls, /home-care/);
  assert.match(run("node", "src/cli.ts", "help", "home-care").output, /the courses started last/);
  const page = run("node", "tests/house/visit.ts", "home-care");
  assert.equal(page.status, 0, page.output);
  assert.match(
    page.output,
    /Nothing has begun yet[^]*Start a course[^]*It began on 2 March 2026 and is running\.[^]*1 day/,
  );
});

test("a new definition is in order, passes its examples and is found by its id", () => {
  const made = make("definition", "parking-permit", "--country", "nl");
  assert.equal(made.status, 0, made.output);
  const path = "src/strands/guarantees/library/nl/parking-permit.yaml";
  assert.match(made.output, new RegExp(`definitions check ${path}`));
  const checked = run("node", "src/cli.ts", "definitions", "check", path);
  assert.equal(checked.status, 0, checked.output);
  assert.match(checked.output, /1 promises, 1 versions, 3 examples, all as they say/);
  assert.match(run("node", "src/cli.ts", "definitions", "show", "parking-permit").output, /^id: parking-permit$/m);
});

for (const [what, words, says] of [
  ["a name with capitals", ["strand", "HomeCare"], /"HomeCare" cannot be the name of a strand: write small letters/],
  ["a path for a name", ["strand", "../etc"], /cannot be the name/],
  ["a name that is taken", ["strand", "guarantees"], /src\/strands\/guarantees is there already/],
  ["an id that is taken", ["definition", "eng-rtt"], /library\/gb\/eng-rtt\.yaml is there already/],
  ["a country it does not know", ["definition", "new-one", "--country", "atlantis"], /write one of any, dk/],
  ["no name", ["strand"], /Which name\?/],
  ["another kind of thing", ["widget", "home-care"], /npm run new -- strand NAME/],
  ["an option it does not have", ["strand", "home-care", "--force"], /--force[^]*npm run new -- strand NAME/],
] as const) {
  test(`refused with what to do, and nothing written: ${what}`, () => {
    const { status, output } = make(...words);
    assert.equal(status, 2, output);
    assert.match(output, says);
  });
}
