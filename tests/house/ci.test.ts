import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { chmodSync, cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { test } from "node:test";
import { ROOT } from "./tree.ts";

interface Npm {
  /** What `npm ci` does, in shell. */
  readonly ci?: string;
  /** What `npm test` does. */
  readonly test: string;
  /** False when the package "node" was not set up. */
  readonly node?: boolean;
}

/** Runs .ci/run in an empty folder with an npm that only does as it is told. */
function runCi(npm: Npm): { readonly status: number | null; readonly last: string; readonly all: string } {
  const folder = mkdtempSync(join(tmpdir(), "handrail-ci-"));
  try {
    cpSync(join(ROOT, ".ci"), join(folder, ".ci"), { recursive: true });
    if (npm.node !== false) {
      mkdirSync(join(folder, "node_modules/node/bin"), { recursive: true });
      symlinkSync(process.execPath, join(folder, "node_modules/node/bin/node"));
    }
    mkdirSync(join(folder, "programs"));
    const program = join(folder, "programs/npm");
    writeFileSync(program, `#!/bin/bash\ncase $1 in\n ci) ${npm.ci ?? "true"} ;;\n test) ${npm.test} ;;\nesac\n`);
    chmodSync(program, 0o755);
    const path = `${join(folder, "programs")}${delimiter}${process.env["PATH"] ?? ""}`;
    const child = spawnSync("bash", [join(folder, ".ci/run")], {
      encoding: "utf8",
      env: { ...process.env, PATH: path },
      stdio: ["ignore", "pipe", "pipe"],
    });
    return {
      status: child.status,
      last: child.stdout.trimEnd().split("\n").at(-1) ?? "",
      all: child.stdout + child.stderr,
    };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

test("CI ends with what the tests counted, skipped ones left out", () => {
  const { status, last } = runCi({ test: `echo "$CI"; echo "12 passed, 0 failed, 3 skipped"` });
  assert.deepEqual([status, last], [0, "12 passed, 0 failed"]);
});

test("CI fails when a test failed, even if the command says it did not", () => {
  assert.deepEqual(runCi({ test: `echo "12 passed, 2 failed"; exit 1` }).last, "12 passed, 2 failed");
  assert.equal(runCi({ test: `echo "12 passed, 2 failed"; exit 1` }).status, 1);
  assert.equal(runCi({ test: `echo "12 passed, 2 failed"` }).status, 1);
});

test("CI fails when no test ran, when the command broke, and when nothing could be installed", () => {
  const none = runCi({ test: `echo "0 passed, 0 failed"` });
  assert.deepEqual([none.status, none.last], [1, "0 passed, 1 failed"]);
  const broke = runCi({ test: "exit 3" });
  assert.deepEqual([broke.status, broke.last], [1, "0 passed, 1 failed"]);
  const brokeLate = runCi({ test: `echo "9 passed, 0 failed"; exit 7` });
  assert.deepEqual([brokeLate.status, brokeLate.last], [7, "9 passed, 1 failed"]);
  const offline = runCi({ ci: "exit 1", test: `echo "9 passed, 0 failed"` });
  assert.deepEqual([offline.status, offline.last], [1, "0 passed, 1 failed"]);
});

test("CI says what to do when npm blocked the install of Node", () => {
  const blocked = runCi({ node: false, test: `echo "9 passed, 0 failed"` });
  assert.deepEqual([blocked.status, blocked.last], [1, "0 passed, 1 failed"]);
  assert.match(blocked.all, /npm approve-scripts node && npm rebuild node/);
});
