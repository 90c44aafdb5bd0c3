import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Worker } from "node:worker_threads";
import type { LineFormat } from "../files/line.ts";
import { NotForBulk, UnforeseenColumns } from "./names.ts";
import { newPart, type Assignment, type KeptClocks, type PartAnswer } from "./part.ts";
import type { Job } from "./recorder.ts";
import type { PoolContents } from "./records.ts";
import type { Run } from "./runs.ts";
import type { OnShare, Source } from "./scan.ts";
import type { FromWorker, ToWorker } from "./worker.ts";

/**
 * Evaluates whole sources with two threads: both record events into shared memory, partition by partition, and then
 * both take one partition after another, sort its events by case and run the automata over them.
 */
export type BulkAnswer = {
  readonly runs: readonly Run[];
  readonly clocks: readonly KeptClocks[];
  /** Names of the cases whose clocks the interpreter must give; they are not in the answer. */
  readonly interpret: readonly string[];
};

/** Words of a thread's pool of records at the most: 256 MB; what is more goes to a file. */
const MOST_POOL_WORDS = 1 << 26;
/** Bytes of answer a thread keeps in memory. */
const ANSWER_BYTES = 256 << 20;

export type BulkOptions = {
  /** Two threads pay from a few megabytes on. */
  readonly threads: 1 | 2;
  readonly want: LineFormat | "clocks";
  /** Words of each thread's pool; a full pool goes to a file. */
  readonly poolWords?: number;
  readonly answerBytes?: number;
  /** Told of the pieces of files that this thread has read. */
  readonly onShare?: OnShare;
};

/**
 * @param use what is done with the answer; what lies in files is gone once it is done
 * Throws NotForBulk when the sources can only be read the plain way.
 */
export async function evaluateSources<Result>(
  job: Job,
  sources: readonly Source[],
  options: BulkOptions,
  use: (answer: BulkAnswer) => Result | Promise<Result>,
): Promise<Result> {
  const folder = mkdtempSync(join(tmpdir(), "handrail-"));
  const assign = (all: readonly Source[]): Assignment => ({
    job,
    sources: all,
    want: options.want,
    turns: new Int32Array(new SharedArrayBuffer((all.length + 1) * 4)),
    folder,
    poolWords: Math.min(options.poolWords ?? MOST_POOL_WORDS, MOST_POOL_WORDS),
    answerBytes: options.answerBytes ?? ANSWER_BYTES,
  });
  try {
    return await use(await work(assign(sources), options));
  } catch (error) {
    if (!(error instanceof UnforeseenColumns)) throw error;
    const byRow = sources.map((source): Source =>
      source.kind === "parquet" ? { kind: "rows", path: source.path } : source,
    );
    return await use(await work(assign(byRow), options));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function work(assignment: Assignment, { threads, onShare }: BulkOptions): Promise<BulkAnswer> {
  const colleague = threads === 2 ? callColleague() : null;
  try {
    colleague?.tell({ kind: "scan", assignment });
    const part = newPart(assignment, 0);
    const own = await part.scan(onShare);
    if (colleague === null) return part.evaluate([own]);
    const pools: readonly PoolContents[] = [own, (await colleague.next("scanned")).pool];
    colleague.tell({ kind: "evaluate", pools });
    const first = part.evaluate(pools);
    return joined(first, (await colleague.next("evaluated")).answer);
  } finally {
    if (colleague !== null) await dismiss(colleague, assignment);
  }
}

function joined(first: PartAnswer, second: PartAnswer): BulkAnswer {
  return {
    runs: [...first.runs, ...second.runs],
    clocks: [...first.clocks, ...second.clocks],
    interpret: [...first.interpret, ...second.interpret],
  };
}

type Message<Kind> = Extract<FromWorker, { readonly kind: Kind }>;

/** The other thread, as one talks to it: its messages are waited for one by one, its errors thrown here. */
type Colleague = {
  readonly tell: (told: ToWorker) => void;
  readonly next: <Kind extends FromWorker["kind"]>(kind: Kind) => Promise<Message<Kind>>;
  /** Until everything it was told has been answered. */
  readonly settled: () => Promise<void>;
  /** It has ended by itself, which it never should. */
  readonly lost: () => boolean;
  readonly worker: Worker;
};

/** One that has done its part waits for the next evaluation: what it has compiled it need not compile again. */
let waiting: Colleague | null = null;

function callColleague(): Colleague {
  const colleague = waiting ?? newColleague();
  waiting = null;
  colleague.worker.ref();
  return colleague;
}

/** A turn beyond any piece. */
const NO_MORE = 1 << 30;

/**
 * Lets a colleague wait, without keeping the process from ending. One that is in the middle of something is told that
 * there is no more to take, and waited for: a thread must not be stopped while DuckDB calls into it.
 */
async function dismiss(colleague: Colleague, { turns }: Assignment): Promise<void> {
  turns.fill(NO_MORE);
  await colleague.settled();
  if (waiting === null && !colleague.lost()) {
    colleague.worker.unref();
    waiting = colleague;
  } else await colleague.worker.terminate();
}

function newColleague(): Colleague {
  const worker = new Worker(new URL("./worker.ts", import.meta.url));
  const messages: FromWorker[] = [];
  let unanswered = 0;
  let lost = false;
  let wake: () => void = () => {};
  const hear = (message: FromWorker) => {
    messages.push(message);
    unanswered--;
    wake();
  };
  worker.on("message", hear);
  worker.on("error", (error: Error) => {
    lost = true;
    unanswered = 1;
    hear({ kind: "failed", name: "Error", message: error.stack ?? error.message });
  });
  const message = () => new Promise<void>((resolve) => (wake = resolve));
  return {
    worker,
    lost: () => lost,
    tell: (told) => {
      unanswered++;
      worker.postMessage(told);
    },
    next: async (kind) => {
      while (messages.length === 0) await message();
      const heard = messages.shift() as FromWorker;
      if (heard.kind === "failed") throw asError(heard);
      if (heard.kind !== kind) throw new Error(`The other thread said ${heard.kind} where ${kind} was awaited`);
      return heard as Message<typeof kind>;
    },
    settled: async () => {
      while (unanswered > 0) await message();
      messages.length = 0;
    },
  };
}

function asError({ name, message }: Message<"failed">): Error {
  switch (name) {
    case NotForBulk.name:
      return new NotForBulk(message);
    case UnforeseenColumns.name:
      return new UnforeseenColumns(message);
    default:
      return new Error(message);
  }
}
