import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { test } from "node:test";
import { loadAssets } from "../../src/web/assets.ts";

const root = join(import.meta.dirname, "../..");

test("the browser's scripts are checked against what browsers have, not what Node has", () => {
  const tsc = join(root, "node_modules/.bin/tsc");
  const { status, stdout } = spawnSync(tsc, ["-p", "src/web/islands"], { cwd: root, encoding: "utf8" });
  assert.equal(status, 0, stdout);
});

test("the browser's scripts are served without their types, as modules a browser can read", () => {
  const { files, scripts } = loadAssets();
  const script = files.get(scripts["passkey"] ?? "");
  assert.equal(script?.type, "text/javascript; charset=utf-8");
  const text = script.body.toString();
  assert.match(text, /navigator\.credentials\.create/);
  assert.doesNotMatch(text, /: HTMLFormElement|type CreationJson|as PublicKeyCredential/);
});
