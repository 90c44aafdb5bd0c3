/** The tables as Kysely sees them: types at the driver. Dates and timestamps are text; `store.ts` files make them Temporal. */
import type { ColumnType, Generated, Kysely, Transaction as KyselyTransaction } from "kysely";

export interface FactTable {
  readonly subject_id: string;
  readonly version: number;
  readonly id: string;
  readonly case_id: string | null;
  readonly type: string;
  readonly data: ColumnType<Readonly<Record<string, unknown>>, string, never>;
  readonly occurred_on: string;
  readonly occurred_at: string | null;
  readonly recorded_at: string;
  readonly received_at: string;
  readonly recorded_by: string;
  readonly organisation_id: string | null;
  readonly service_id: string | null;
  readonly area_code: string | null;
  readonly replaces: string | null;
  readonly reason: string | null;
}

export interface FactPositionTable {
  readonly subject_id: string;
  readonly version: number;
  readonly position: number;
}

export interface UnsequencedFactTable {
  readonly subject_id: string;
  readonly version: number;
  readonly arrival: Generated<number>;
}

export interface SequencerTable {
  readonly name: string;
  readonly last_position: number;
}

/**
 * Every table. A strand adds its own by augmenting this interface in its store:
 * `declare module "../../core/database/schema.ts" { interface DatabaseSchema { readonly guarantee_clock: ClockTable } }`.
 */
export interface DatabaseSchema {
  fact: FactTable;
  fact_position: FactPositionTable;
  unsequenced_fact: UnsequencedFactTable;
  sequencer: SequencerTable;
}

export type Database = Kysely<DatabaseSchema>;
export type Transaction = KyselyTransaction<DatabaseSchema>;
