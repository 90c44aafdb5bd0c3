import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { after, test } from "node:test";
import { ROOT } from "./tree.ts";

/** A house of one file, with the rules of ours. */
const folder = mkdtempSync(join(tmpdir(), "handrail-check-"));
after(() => rmSync(folder, { recursive: true }));
for (const path of [
  ...["scripts/check.ts", "scripts/walls.ts", "tests/house", "tsconfig.json", "package.json", "knip.jsonc"],
  ...[".oxfmtrc.json", ".oxlintrc.json"],
]) {
  cpSync(join(ROOT, path), join(folder, path), { recursive: true, filter: (from) => !from.endsWith(".test.ts") });
}
// These look at the whole program.
for (const path of ["tests/house/access.ts", "tests/house/documents.ts", "tests/house/visit.ts"])
  rmSync(join(folder, path));
symlinkSync(join(ROOT, "node_modules"), join(folder, "node_modules"), "dir");

function check(file: string, text: string): { readonly status: number | null; readonly output: string } {
  const path = join(folder, file);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, text);
  const { NODE_TEST_CONTEXT: _, ...environment } = process.env;
  const words = [join(folder, "scripts/check.ts"), "--without-tests"];
  const { status, stdout, stderr } = spawnSync(process.execPath, words, { encoding: "utf8", env: environment });
  rmSync(path);
  return { status, output: `${stdout}${stderr}` };
}

for (const [step, before, file, text, says] of [
  ["format", [], "src/lib/one.ts", "export const one=1\n", /npm run format/],
  [
    "lint",
    ["format"],
    "src/lib/one.ts",
    "const wait = async () => 1;\nexport const one = () => {\n  wait();\n};\n",
    /no-floating-promises/,
  ],
  [
    "boundaries",
    ["format", "lint"],
    "src/lib/one.ts",
    "export const one = () => Date.now();\n",
    /one\.ts:1: pure: Date/,
  ],
  [
    "types",
    ["format", "lint", "boundaries"],
    "src/lib/one.ts",
    'export const one: number = "one";\n',
    /one\.ts\(1,14\): error TS2322/,
  ],
  [
    "dead code",
    ["format", "lint", "boundaries", "types"],
    "src/lib/one.ts",
    "export const one = 1;\n",
    /src\/lib\/one\.ts/,
  ],
] as const) {
  test(`the check stops at ${step} when that fails, after saying that the steps before it passed`, () => {
    const { status, output } = check(file, text);
    assert.equal(status, 1, output);
    const passed = [...output.matchAll(/✔ ([a-z ]+) \(/g)].map((match) => match[1]);
    assert.deepEqual(passed, before, output);
    assert.match(output, new RegExp(`✖ ${step} failed after [\\d.]+ s\\.`));
    assert.match(output, says);
    assert.doesNotMatch(output, /All in order/);
  });
}
