/** Where a stream of facts goes in: batches, so that memory stays that of a batch. */
import type { Database } from "../database/index.ts";
import { append, type AppendRefusal } from "./append.ts";
import type { NewFact } from "./fact.ts";
import type { Projection } from "./projection.ts";

export interface FactSink {
  /** Takes a fact; waits for the database when a batch is full. @throws FactRefusedError */
  write(fact: NewFact): Promise<void>;
  /** Writes what is left. @throws FactRefusedError */
  end(): Promise<FactSinkTotals>;
}

export interface FactSinkTotals {
  readonly appended: number;
  readonly repeated: number;
}

/** A batch was refused; the batches before it are on record, and sending all of them again is harmless. */
export class FactRefusedError extends Error {
  readonly refusal: AppendRefusal;
  constructor(refusal: AppendRefusal) {
    super(refusal.message);
    this.name = "FactRefusedError";
    this.refusal = refusal;
  }
}

export interface FactSinkOptions {
  readonly projections: readonly Projection[];
  /** Called for every batch. */
  readonly now: () => Temporal.Instant;
  readonly batch?: number;
  readonly onProgress?: (totals: FactSinkTotals) => void;
}

/** Appends the facts written to it in batches. */
export function factSink(db: Database, options: FactSinkOptions): FactSink {
  const size = options.batch ?? 5_000;
  let batch: NewFact[] = [];
  let totals: FactSinkTotals = { appended: 0, repeated: 0 };
  const flush = async (): Promise<void> => {
    if (batch.length === 0) return;
    const facts = batch;
    batch = [];
    const result = await append(db, {
      facts,
      projections: options.projections,
      receivedAt: options.now(),
    });
    if (!result.ok) throw new FactRefusedError(result.refusal);
    totals = {
      appended: totals.appended + result.appended.length,
      repeated: totals.repeated + result.repeated.length,
    };
    options.onProgress?.(totals);
  };
  return {
    async write(fact) {
      batch.push(fact);
      if (batch.length >= size) await flush();
    },
    async end() {
      await flush();
      return totals;
    },
  };
}
