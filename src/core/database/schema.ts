/** The tables as Kysely sees them: types at the driver. Dates and timestamps are text; `store.ts` files make them Temporal. */
import type { Reason, Resource } from "../access/index.ts";
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

export interface VaultKeyTable {
  readonly subject_id: string;
  /** Null once the key has been ended. */
  readonly wrapped_key: Uint8Array | null;
  readonly ended_at: string | null;
  readonly ended_reason: string | null;
}

export interface VaultEntryTable {
  readonly subject_id: string;
  readonly kind: string;
  readonly ciphertext: Uint8Array;
  readonly updated_at: string;
}

export interface InstallationTable {
  readonly name: string;
  readonly body_name: string;
  readonly kind: "demonstration" | "real";
  readonly time_zone: string;
  readonly country: string | null;
  readonly telephone: string | null;
  readonly web_address: string | null;
  readonly created_at: string;
}

export interface OrganisationTable {
  readonly id: string;
  readonly name: string;
  readonly kind: string;
  readonly area_code: string | null;
  readonly telephone: string | null;
  readonly web_address: string | null;
}

export interface ServiceTable {
  readonly id: string;
  readonly organisation_id: string;
  readonly name: string;
  readonly kind: string;
  readonly area_code: string | null;
  readonly telephone: string | null;
  readonly booking_url: string | null;
  readonly cancel_url: string | null;
}

export interface AreaTable {
  readonly code: string;
  readonly name: string;
  readonly kind: string;
  readonly parent_code: string | null;
}

export interface AccessLogTable {
  readonly subject_id: string;
  readonly batch_id: string;
  readonly seen_by: string;
  readonly purpose: string;
  readonly route: string;
  readonly seen_at: string;
  readonly action: "view" | "change";
  readonly what: Resource | null;
  readonly allowed: boolean;
  readonly reasons: readonly Reason[];
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
  vault_key: VaultKeyTable;
  vault_entry: VaultEntryTable;
  installation: InstallationTable;
  organisation: OrganisationTable;
  service: ServiceTable;
  area: AreaTable;
  access_log: AccessLogTable;
}

export type Database = Kysely<DatabaseSchema>;
export type Transaction = KyselyTransaction<DatabaseSchema>;
