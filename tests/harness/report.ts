/** Runs test files and says, shortly, what failed. */
import { availableParallelism } from "node:os";
import { relative } from "node:path";
import { run } from "node:test";
import { inspect } from "node:util";

export interface Tally {
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
}

interface TestEventData {
  readonly name: string;
  readonly nesting: number;
  readonly file?: string;
  readonly line?: number;
  readonly skip?: string | boolean;
  readonly todo?: string | boolean;
  readonly message?: string;
  readonly details?: {
    readonly type?: string;
    readonly duration_ms?: number;
    readonly error?: {
      readonly failureType?: string;
      readonly cause?: unknown;
      readonly message: string;
    };
  };
}

const SLOW_FILE_SECONDS = 10;

/** Runs the files, each in its own process, and tallies their tests. A file without any test counts as a failure. */
export async function runFiles(title: string, files: readonly string[], say: (text: string) => void): Promise<Tally> {
  let [passed, failed, skipped] = [0, 0, 0];
  if (files.length === 0) return { passed, failed, skipped };
  const began = performance.now();
  const output = new Map<string, string>();
  const seconds = new Map<string, number>();
  const concurrency = Math.max(1, Math.min(availableParallelism(), 4));
  for await (const event of run({ files: [...files], concurrency, timeout: 300_000 })) {
    const data = event.data as TestEventData | undefined;
    if (data === undefined) continue;
    const file = data.file ?? "";
    if (event.type === "test:stdout" || event.type === "test:stderr") {
      output.set(file, `${output.get(file) ?? ""}${data.message ?? ""}`.slice(-4_000));
      continue;
    }
    if (event.type !== "test:pass" && event.type !== "test:fail") continue;
    if (data.nesting === 0) seconds.set(file, (seconds.get(file) ?? 0) + (data.details?.duration_ms ?? 0) / 1_000);
    const isFile = data.name === file;
    if (event.type === "test:pass") {
      if (isFile) {
        failed += 1;
        say(`✖ ${relative(process.cwd(), file)} holds no test`);
      } else if (data.details?.type !== "suite") {
        if (data.skip !== undefined || data.todo !== undefined) skipped += 1;
        else passed += 1;
      }
      continue;
    }
    const error = data.details?.error;
    const onlyItsParts = error?.failureType === "subtestsFailed";
    if (data.details?.type === "suite" && onlyItsParts) continue;
    failed += 1;
    if (onlyItsParts) continue;
    const where = `${relative(process.cwd(), file)}${isFile ? "" : `:${data.line ?? 0}`}`;
    say(
      `✖ ${isFile ? "this file did not run to its end" : data.name}\n  ${where} (${title})\n${indent(reason(error))}`,
    );
    const printed = output.get(file);
    if (isFile && printed) say(indent(printed.trimEnd()));
  }
  const total = ((performance.now() - began) / 1_000).toFixed(1);
  const slow = [...seconds]
    .filter(([, time]) => time > SLOW_FILE_SECONDS)
    .map(([file, time]) => `${relative(process.cwd(), file)} ${time.toFixed(0)} s`);
  say(
    `${title}: ${passed} passed, ${failed} failed in ${total} s${slow.length > 0 ? ` (slow: ${slow.join(", ")})` : ""}`,
  );
  return { passed, failed, skipped };
}

function reason(error: { readonly cause?: unknown; readonly message: string } | undefined): string {
  const cause = error?.cause ?? error?.message ?? "no reason given";
  if (!(cause instanceof Error)) return typeof cause === "string" ? cause : inspect(cause, { depth: 4 });
  const stack = (cause.stack ?? "").split("\n").filter((line) => /^\s+at /.test(line) && !line.includes("node:"));
  const inner = cause.cause instanceof Error ? `\ncaused by ${cause.cause.stack ?? cause.cause.message}` : "";
  return `${cause.message}\n${stack.slice(0, 5).join("\n")}${inner}`;
}

function indent(text: string): string {
  return text.replaceAll(/^/gm, "    ");
}
