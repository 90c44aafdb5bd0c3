import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { missingPlatforms, type LockedPackage } from "./lock.ts";
import { differences, documentedNames, isExactVersion, linkedFiles, machinePaths, settingsRead } from "./repository.ts";
import { PROGRAM } from "./rooms.ts";
import { listFiles, readCode, ROOT } from "./tree.ts";

const read = (path: string): string => readFileSync(join(ROOT, path), "utf8");
const source = [...readCode()].filter(([path]) => path.startsWith("src/") && !path.endsWith(".test.ts"));

type Manifest = Readonly<Record<"dependencies" | "devDependencies", Readonly<Record<string, string>>>> & {
  readonly scripts: Readonly<Record<string, string>>;
};
const manifest = JSON.parse(read("package.json")) as Manifest;
const dependencies = { ...manifest.dependencies, ...manifest.devDependencies };

test("every setting that the code reads is on the settings page, and no other", () => {
  const inCode = source.flatMap(([, text]) => settingsRead(text));
  assert.ok(inCode.length >= 8, `only ${inCode.join(", ")} were found in the code`);
  const faults = differences(inCode, documentedNames(read("docs/how-to/settings.md")).keys(), {
    missing: (name) => `${name} is read in src and is not in docs/how-to/settings.md: add a row`,
    left: (name) => `${name} is in docs/how-to/settings.md and nothing in src reads it: remove the row`,
  });
  assert.deepEqual(faults, []);
});

test("only the program itself reads the environment", () => {
  const readers = source.filter(([, text]) => text.includes("process.env")).map(([path]) => path);
  assert.deepEqual(
    readers.filter((path) => !PROGRAM.includes(path)),
    [],
  );
});

test("a setting is seen however it is read", () => {
  const text = `const port = environment["PORT"]; if (process.env.NODE_ENV) use(env["HANDRAIL_DATA"], other["NOT_ONE"]);`;
  assert.deepEqual(settingsRead(text), ["PORT", "NODE_ENV", "HANDRAIL_DATA"]);
  assert.deepEqual([...documentedNames("| `PORT` | 3000 | port |\n| --- |\n| PLAIN | x |\n")], [["PORT", "3000"]]);
  const words = { missing: (name: string) => `no ${name}`, left: (name: string) => `still ${name}` };
  assert.deepEqual(differences(["A", "B"], ["B", "C"], words), ["no A", "still C"]);
});

test("every dependency is explained on its page, in the version that is used", () => {
  const explained = documentedNames(read("docs/dependencies.md"));
  const faults = differences(Object.keys(dependencies), explained.keys(), {
    missing: (name) => `${name} is in package.json and is not explained in docs/dependencies.md`,
    left: (name) => `${name} is explained in docs/dependencies.md and is not in package.json`,
  });
  assert.deepEqual(faults, []);
  for (const [name, version] of Object.entries(dependencies)) {
    assert.equal(explained.get(name), version, `docs/dependencies.md names another version of ${name}`);
  }
});

test("every dependency is one exact version, the same in the lock file", () => {
  const lock = JSON.parse(read("package-lock.json")) as { packages: Record<string, { version?: string }> };
  for (const [name, version] of Object.entries(dependencies)) {
    assert.ok(isExactVersion(version), `${name} is "${version}": write one exact version`);
    assert.equal(lock.packages[`node_modules/${name}`]?.version, version, `package-lock.json has another ${name}`);
  }
  assert.deepEqual(["^1.2.3", "~1.2.3", "1.x", "latest", "1.2.3", "1.5.6-r.1"].map(isExactVersion), [
    false,
    false,
    false,
    false,
    true,
    true,
  ]);
});

test("the lock file holds the packages of every system, without which `npm ci` refuses it", () => {
  const lock = JSON.parse(read("package-lock.json")) as { packages: Record<string, LockedPackage> };
  assert.deepEqual(Object.keys(missingPlatforms(lock.packages)), [], "run `npm run lock`");
  const musl = { version: "2.0.0", os: ["linux"], cpu: ["x64"], libc: ["musl"], optional: true };
  const locked = {
    "node_modules/tool": { optionalDependencies: { "@tool/linux-x64-musl": "2.0.0", "@tool/darwin-arm64": "2.0.0" } },
    "node_modules/@tool/linux-x64-musl": { ...musl, version: "1.0.0" },
  };
  assert.deepEqual(missingPlatforms(locked), {
    "node_modules/tool/node_modules/@tool/linux-x64-musl": musl,
    "node_modules/@tool/darwin-arm64": { version: "2.0.0", os: ["darwin"], cpu: ["arm64"], optional: true },
  });
  assert.deepEqual(missingPlatforms({ ...locked, ...missingPlatforms(locked) }), {});
});

test("no file names a folder of somebody's machine", (t) => {
  const files = listFiles();
  if (files === undefined) return t.skip("this is not a git work tree");
  assert.ok(files.length > 200, `git listed only ${files.length} files`);
  const faults = files
    .filter((path) => !/\.(?:png|jpg|woff2|parquet)$/.test(path))
    .flatMap((path) => machinePaths(read(path)).map((line) => `${path}:${line}`));
  assert.deepEqual(faults, []);
});

test("a folder of a machine is seen in code and in prose, and an address of the site is not one", () => {
  const folder = (name: string): string => `/${name}`;
  for (const text of [
    `cd ${folder("work")}/main`,
    `"${folder("tmp")}/x"`,
    `in ${folder("root")}`,
    `(${folder("home")}/ann/handrail)`,
  ]) {
    assert.equal(machinePaths(`first\n${text}`).length, 1, text);
  }
  for (const text of ["/worklist", "src/work/plan.ts", "/homes/:id", "https://example.org/home", "a /root-cause"]) {
    assert.deepEqual(machinePaths(text), [], text);
  }
});

test("every command that CONTRIBUTING.md names exists", () => {
  const named = [...read("CONTRIBUTING.md").matchAll(/(?:`|^)npm (?:run )?([a-z-]+)/gm)].map(
    (match) => match[1] as string,
  );
  assert.ok(named.includes("check") && named.includes("format"), "CONTRIBUTING.md does not name the check");
  const own = new Set(["ci", "install", "rebuild", "approve-scripts", ...Object.keys(manifest.scripts)]);
  assert.deepEqual(
    named.filter((name) => !own.has(name)),
    [],
  );
});

test("every link between the pages of the repository leads to a file", (t) => {
  const files = listFiles();
  if (files === undefined) return t.skip("this is not a git work tree");
  const pages = files.filter((path) => path.endsWith(".md") && !path.startsWith("templates/"));
  const links = pages.flatMap((path) => linkedFiles(path, read(path)).map((target) => ({ path, target })));
  assert.ok(links.length >= 4, `only ${links.length} links were found`);
  const broken = links.filter(({ target }) => !existsSync(join(ROOT, target)));
  assert.deepEqual(
    broken.map(({ path, target }) => `${path} links to ${target}, which is not there`),
    [],
  );
});

test("a link is read from where its page stands, and code is not a link", () => {
  const page =
    "[one](../one.md#part) [two](two.md) [out](https://example.org) `[no](none.md)`\n```\n[no](none.md)\n```\n";
  assert.deepEqual(linkedFiles("docs/how-to/page.md", page), ["docs/one.md", "docs/how-to/two.md"]);
});
