import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";

/** Runs test files given by their text as the test command does, in a process of its own. */
function report(files: Readonly<Record<string, string>>): { readonly text: string; readonly tally: unknown } {
  const folder = mkdtempSync(join(tmpdir(), "handrail-report-"));
  try {
    const paths = Object.entries(files).map(([name, text]) => {
      writeFileSync(join(folder, name), text);
      return join(folder, name);
    });
    const script = `
      import { runFiles } from ${JSON.stringify(new URL("report.ts", import.meta.url).href)};
      const tally = await runFiles("Trial", ${JSON.stringify(paths)}, console.log);
      console.log("TALLY " + JSON.stringify(tally));`;
    // A file, because the tests' own processes inherit our command line; and not taken for a test of ours.
    const runner = join(folder, "runner.mjs");
    writeFileSync(runner, script);
    const { NODE_TEST_CONTEXT: _, ...environment } = process.env;
    const child = spawnSync(process.execPath, [runner], { encoding: "utf8", env: environment });
    const tally = /^TALLY (.*)$/m.exec(child.stdout)?.[1];
    assert.ok(tally !== undefined, child.stderr);
    return { text: child.stdout, tally: JSON.parse(tally) };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

const heading = `import { describe, it, test } from "node:test"; import assert from "node:assert/strict";\n`;

test("passed, failed and skipped tests are counted, those of suites too", () => {
  const { text, tally } = report({
    "a.test.mjs": `${heading}test("good", () => {}); test.skip("later", () => {});
      describe("suite", () => { it("inner", () => {}); it("wrong", () => assert.equal(1, 2)); });`,
  });
  assert.deepEqual(tally, { passed: 2, failed: 1, skipped: 1 });
  assert.match(text, /✖ wrong\n.*a\.test\.mjs:\d+ \(Trial\)\n[^]*1 !== 2/);
});

test("a file that breaks while loading, one without tests and a late error are failures", () => {
  const broken = report({ "b.test.mjs": `throw new Error("it broke")` });
  assert.deepEqual(broken.tally, { passed: 0, failed: 1, skipped: 0 });
  assert.match(broken.text, /did not run to its end[^]*it broke/);
  const empty = report({ "c.test.mjs": "export {}" });
  assert.deepEqual(empty.tally, { passed: 0, failed: 1, skipped: 0 });
  assert.match(empty.text, /holds no test/);
  const late = report({
    "d.test.mjs": `${heading}test("slow", async () => {
      setTimeout(() => { throw new Error("too late"); }, 5); await new Promise((go) => setTimeout(go, 50)); });`,
  });
  assert.deepEqual(late.tally, { passed: 0, failed: 1, skipped: 0 });
});

test("the test command fails when no test ran, and says so", () => {
  const { NODE_TEST_CONTEXT: _, ...environment } = process.env;
  const command = join(import.meta.dirname, "..", "run.ts");
  const child = spawnSync(process.execPath, [command, "no-such-file"], { encoding: "utf8", env: environment });
  assert.equal(child.status, 1);
  assert.match(child.stdout, /No test ran: no test file's path contains no-such-file\.\n.*\n0 passed, 0 failed\n$/);
});
