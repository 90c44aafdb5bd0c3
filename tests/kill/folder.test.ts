import assert from "node:assert/strict";
import { type ChildProcessWithoutNullStreams, spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { takeFolderLock } from "../../src/core/database/folder-lock.ts";
import { FolderHeldError, openDatabase } from "../../src/core/database/index.ts";

const base = mkdtempSync(join(tmpdir(), "handrail-folder-"));
const folder = join(base, "data");
const children = new Set<ChildProcessWithoutNullStreams>();
after(() => {
  for (const child of children) child.kill("SIGKILL");
  rmSync(base, { recursive: true, force: true });
});

interface Opener {
  readonly child: ChildProcessWithoutNullStreams;
  /** The next line it says. */
  said(): Promise<string>;
  tell(command: string): Promise<string>;
  /** Ends its input and waits for its last line. */
  finish(): Promise<string>;
}

function startOpener(mode: "hold" | "use", at = folder): Opener {
  const child = spawn(process.execPath, [join(import.meta.dirname, "opener.ts"), at, mode]);
  children.add(child);
  child.stderr.pipe(process.stderr);
  const lines: string[] = [];
  const waiting: ((line: string) => void)[] = [];
  let rest = "";
  const add = (line: string): void => {
    const next = waiting.shift();
    if (next === undefined) lines.push(line);
    else next(line);
  };
  child.stdout.on("data", (chunk: Buffer) => {
    const parts = (rest + chunk.toString()).split("\n");
    rest = parts.pop() ?? "";
    parts.forEach(add);
  });
  child.once("close", () => {
    children.delete(child);
    for (const next of waiting) next("(ended)");
  });
  const said = (): Promise<string> => {
    const line = lines.shift();
    return line === undefined ? new Promise((resolve) => waiting.push(resolve)) : Promise.resolve(line);
  };
  return {
    child,
    said,
    tell(command) {
      child.stdin.write(`${command}\n`);
      return said();
    },
    finish() {
      child.stdin.end();
      return said();
    },
  };
}

const killed = (opener: Opener): Promise<void> =>
  new Promise((resolve) => {
    opener.child.once("close", () => resolve());
    opener.child.kill("SIGKILL");
  });

test("a second process is refused with the holder's pid; a command line goes through the holder", async () => {
  const holder = startOpener("hold");
  assert.equal(await holder.said(), "embedded");

  const second = startOpener("hold");
  const refusal = await second.said();
  assert.match(refusal, new RegExp(`^refused: The data folder .* is in use by process ${holder.child.pid} `));

  // In a process that has it open itself, too.
  await assert.rejects(openDatabase({ dataFolder: folder, mode: "hold" }), (error) => {
    assert.ok(error instanceof FolderHeldError);
    assert.equal(error.holder?.pid, holder.child.pid);
    return true;
  });

  const lines = [startOpener("use"), startOpener("use")];
  for (const line of lines) assert.equal(await line.said(), "through-holder");
  const answers = await Promise.all([
    holder.tell("append 1"),
    ...lines.map((line, index) => line.tell(`append ${index + 2}`)),
  ]);
  assert.deepEqual(answers, ["appended 1", "appended 1", "appended 1"]);
  assert.equal(await holder.tell("count"), "count 3");
  assert.equal(await lines[0]?.tell("append 1"), "appended 0", "a repeat, whoever sends it");
  for (const line of lines) assert.equal(await line.finish(), "closed");

  const socket = (JSON.parse(readFileSync(join(folder, "holder.json"), "utf8")) as { socketPath: string }).socketPath;
  assert.equal(statSync(socket).mode & 0o777, 0o600, "the socket is its owner's alone");
  assert.equal(statSync(folder).mode & 0o777, 0o700, "and so is the folder");
  assert.equal(await holder.finish(), "closed");
});

test("a command line killed inside a transaction leaves no trace and lets the others go on", async () => {
  const holder = startOpener("hold");
  assert.equal(await holder.said(), "embedded");
  const line = startOpener("use");
  assert.equal(await line.said(), "through-holder");
  assert.equal(await line.tell("hang-in-transaction"), "hanging");
  const count = holder.tell("count"); // waits for its turn
  await killed(line);
  assert.equal(await count, "count 3");
  assert.equal(await holder.tell("append 4"), "appended 1");
  assert.equal(await holder.finish(), "closed");
});

test("when the holder was killed the next process opens the folder at once", async () => {
  const holder = startOpener("hold");
  assert.equal(await holder.said(), "embedded");
  assert.equal(await holder.tell("append 5"), "appended 1");
  await killed(holder);
  const lock = takeFolderLock(folder);
  assert.ok(lock !== undefined, "no waiting for a stale lock");
  lock.release();
  const next = startOpener("use");
  assert.equal(await next.said(), "embedded");
  assert.equal(await next.tell("count"), "count 5");
  assert.equal(await next.finish(), "closed");
});

test("a folder whose path is too long for a socket is served from elsewhere", async () => {
  const long = join(base, "a".repeat(60), "b".repeat(60), "data");
  const holder = startOpener("hold", long);
  assert.equal(await holder.said(), "embedded");
  const line = startOpener("use", long);
  assert.equal(await line.said(), "through-holder");
  assert.equal(await line.tell("append 1"), "appended 1");
  assert.equal(await line.finish(), "closed");
  assert.equal(await holder.finish(), "closed");
});
