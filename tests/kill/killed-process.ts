/** Starts the appender, kills it after a while and says what it had acknowledged by then. */
import { spawn } from "node:child_process";
import { join } from "node:path";

export interface KilledAppender {
  readonly opened: boolean;
  /** The numbers of the facts it said were on record. */
  readonly acknowledged: readonly number[];
}

export interface KillMoment {
  /** `start`: counted from the start of the process; a number: from its so-manieth acknowledged append, 0 being the opening. */
  readonly countedFrom: "start" | number;
  readonly milliseconds: number;
}

/**
 * `kill -9` at that moment.
 * @throws when it ended by itself: start-up did not recover.
 */
export function runAndKill(
  folder: string,
  options: { readonly first: number; readonly size: number; readonly moment: KillMoment },
): Promise<KilledAppender> {
  const { countedFrom, milliseconds } = options.moment;
  return new Promise((resolve, reject) => {
    const script = join(import.meta.dirname, "appender.ts");
    const child = spawn(process.execPath, [script, folder, String(options.first), String(options.size)]);
    let printed = "";
    let lines = 0;
    let complaint = "";
    let timer: NodeJS.Timeout | undefined;
    const arm = (): void => void (timer ??= setTimeout(() => child.kill("SIGKILL"), milliseconds));
    const limit = setTimeout(() => child.kill("SIGTERM"), 120_000);
    child.stdout.on("data", (chunk: Buffer) => {
      const text = chunk.toString();
      printed += text;
      lines += text.split("\n").length - 1;
      if (countedFrom !== "start" && lines >= 1 + countedFrom * options.size) arm();
    });
    child.stderr.on("data", (chunk: Buffer) => (complaint += chunk.toString()));
    if (countedFrom === "start") child.once("spawn", arm);
    child.once("close", (_code, signal) => {
      clearTimeout(timer);
      clearTimeout(limit);
      if (signal !== "SIGKILL")
        return reject(new Error(`The appender ended by itself (${signal ?? _code}):\n${complaint}`));
      const whole = printed
        .slice(0, printed.lastIndexOf("\n") + 1)
        .split("\n")
        .filter((line) => line !== "");
      resolve({ opened: whole[0] === "open", acknowledged: whole.slice(1).map(Number) });
    });
  });
}
