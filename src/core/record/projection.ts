import type { Transaction } from "../database/schema.ts";

export interface CaseKey {
  readonly subjectId: string;
  readonly caseId: string;
}

/** Tables derived from the facts. They can be emptied and computed again at any time. */
export interface Projection {
  readonly name: string;
  /** The tables it owns, children before the parents they refer to. */
  readonly tables: readonly string[];
  /** Computes the rows of these cases from their facts, in place of those that stand there. Doing it twice changes nothing. */
  apply(transaction: Transaction, cases: readonly CaseKey[]): Promise<void>;
}
