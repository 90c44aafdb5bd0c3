import { closeSync, openSync, writeSync } from "node:fs";
import { join } from "node:path";
import type { LineFormat } from "../files/line.ts";
import { clockColumns, copyColumns, type ClockColumns } from "../machine/clock-columns.ts";
import { lineWriter } from "./line-templates.ts";
import { partitionLines } from "./lines.ts";
import { nameText } from "./names.ts";
import { partitionEvaluator, type PartitionClocks } from "./partition.ts";
import { isTimed, recorderFor, type Job } from "./recorder.ts";
import { closePool, newPool, PARTITIONS, type PoolContents } from "./records.ts";
import type { Run } from "./runs.ts";
import { scanSources, type OnShare, type Source } from "./scan.ts";

/** What the threads of one evaluation share. */
export type Assignment = {
  readonly job: Job;
  readonly sources: readonly Source[];
  /** Lines of text to be merged, or the clocks themselves in columns. */
  readonly want: LineFormat | "clocks";
  /** Shared counters: next piece of each source, then the next partition. */
  readonly turns: Int32Array;
  /** Folder for what does not fit in memory. */
  readonly folder: string;
  /** Words of each thread's pool, and bytes of answer that each keeps in memory. */
  readonly poolWords: number;
  readonly answerBytes: number;
};

/** The clocks of a partition on their own, to be kept; case c's name is the words from `nameStarts[c]` to `nameStarts[c + 1]`. */
export type KeptClocks = { readonly names: Int32Array; readonly nameStarts: Int32Array; readonly clocks: ClockColumns };

export type PartAnswer = {
  readonly runs: readonly Run[];
  readonly clocks: readonly KeptClocks[];
  /** Names of the cases that only the interpreter can judge. */
  readonly interpret: readonly string[];
};

/** One thread's part: first it records events, then, once all threads have, it evaluates partitions. */
export type Part = {
  readonly scan: (onShare?: OnShare) => Promise<PoolContents>;
  readonly evaluate: (pools: readonly PoolContents[]) => PartAnswer;
};

export function newPart(assignment: Assignment, thread: number): Part {
  const { job, sources, want, turns, folder, poolWords, answerBytes } = assignment;
  const pool = newPool(poolWords, isTimed(job.definition), join(folder, `events-${thread}`));
  return {
    scan: async (onShare = () => {}) => {
      await scanSources(sources, recorderFor(job, pool), turns, onShare);
      return closePool(pool);
    },
    evaluate: (pools) => {
      const { machines, evaluate } = partitionEvaluator(job);
      const interpret: string[] = [];
      const clocks: KeptClocks[] = [];
      const writeLine = lineWriter(job.definition, machines, want === "csv" ? "csv" : "ndjson");
      const runs = runKeeper(join(folder, `clocks-${thread}`), answerBytes);
      for (let partition = nextPartition(); partition < PARTITIONS; partition = nextPartition()) {
        const found = evaluate(pools, partition);
        interpret.push(...interpretedCases(found));
        if (want === "clocks") clocks.push(keep(found));
        else runs.keep(partitionLines(job.definition, writeLine, found));
      }
      return { runs: runs.done(), clocks, interpret };
    },
  };

  function nextPartition(): number {
    return Atomics.add(turns, sources.length, 1);
  }
}

function interpretedCases({ grouped }: PartitionClocks): string[] {
  const names: string[] = [];
  for (let subject = 0; subject < grouped.cases; subject++) {
    if (grouped.interpret[subject] === 1)
      names.push(nameText(grouped.words, grouped.nameAt[subject] as number, grouped.nameWords[subject] as number));
  }
  return names;
}

function keep({ grouped, clocks }: PartitionClocks): KeptClocks {
  const { cases, words, nameAt, nameWords } = grouped;
  const nameStarts = new Int32Array(cases + 1);
  for (let subject = 0; subject < cases; subject++)
    nameStarts[subject + 1] = (nameStarts[subject] as number) + (nameWords[subject] as number);
  const names = new Int32Array(nameStarts[cases] as number);
  for (let subject = 0; subject < cases; subject++) {
    const from = nameAt[subject] as number;
    const to = nameStarts[subject] as number;
    for (let word = 0; word < (nameWords[subject] as number); word++) names[to + word] = words[from + word] as number;
  }
  const kept = clockColumns(clocks.length, clocks.started instanceof Float64Array);
  copyColumns(clocks, kept);
  return { names, nameStarts, clocks: kept };
}

/** Keeps runs in memory as long as they fit, then in a file. */
function runKeeper(
  path: string,
  most: number,
): { readonly keep: (bytes: Uint8Array) => void; readonly done: () => readonly Run[] } {
  const runs: Run[] = [];
  let inMemory = 0;
  let file: number | null = null;
  let written = 0;
  return {
    keep: (bytes) => {
      if (inMemory + bytes.length <= most) {
        inMemory += bytes.length;
        runs.push({ kind: "memory", bytes });
        return;
      }
      file ??= openSync(path, "w", 0o600);
      writeSync(file, bytes, 0, bytes.length, written);
      runs.push({ kind: "file", path, from: written, length: bytes.length });
      written += bytes.length;
    },
    done: () => {
      if (file !== null) closeSync(file);
      return runs;
    },
  };
}
