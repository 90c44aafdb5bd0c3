/** The files of this repository, as committed or about to be: what git knows. */
import { spawnSync } from "node:child_process";
import { existsSync, globSync, readFileSync } from "node:fs";
import { join } from "node:path";

export const ROOT = join(import.meta.dirname, "../..");

const CODE = ["src/**/*.ts", "seeds/**/*.ts", "tests/**/*.ts", "bench/**/*.ts", "scripts/**/*.ts"];

/** Every TypeScript file by its path from the root, with `/` on every system. */
export function readCode(): ReadonlyMap<string, string> {
  const paths = globSync(CODE, { cwd: ROOT, exclude: ["src/web/islands/**"] }).map((path) =>
    path.replaceAll("\\", "/"),
  );
  return new Map(paths.toSorted().map((path) => [path, readFileSync(join(ROOT, path), "utf8")]));
}

/** Every file that belongs to the repository. Outside a git work tree (an unpacked archive): undefined. */
export function listFiles(): readonly string[] | undefined {
  const { status, stdout } = spawnSync("git", ["ls-files", "--cached"], {
    cwd: ROOT,
    encoding: "utf8",
    maxBuffer: 64 * 1024 * 1024,
  });
  if (status !== 0) return undefined;
  return stdout.split("\n").filter((path) => path !== "" && existsSync(join(ROOT, path)));
}
