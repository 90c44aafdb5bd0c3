/** Storing and reading the programs that may come in. */
import type { Selectable } from "kysely";
import { type Database, inTransaction } from "../database/index.ts";
import { isScope, type MachineClient, type Scope } from "./model/client.ts";

declare module "../database/schema.ts" {
  interface DatabaseSchema {
    readonly machine_client: MachineClientTable;
  }
}

interface MachineClientTable {
  readonly subject_id: string;
  readonly name: string;
  readonly secret_hash: Uint8Array;
  readonly scopes: readonly string[];
  readonly organisation_id: string | null;
  readonly created_at: string;
  readonly created_by: string;
  readonly ended_at: string | null;
  readonly ended_by: string | null;
  readonly last_used_at: string | null;
}

/** More programs than any body connects; the list shows no more. */
export const MOST_MACHINES = 500;

export type NewMachineClient = {
  readonly id: string;
  readonly name: string;
  readonly secretHash: Uint8Array;
  readonly scopes: readonly Scope[];
  readonly organisationId: string | null;
  readonly createdAt: Temporal.Instant;
  readonly createdBy: string;
};

/** Adds one. False when its id is there already: a form that was sent twice. */
export async function insertMachine(db: Database, client: NewMachineClient): Promise<boolean> {
  const result = await inTransaction(db, (transaction) =>
    transaction
      .insertInto("machine_client")
      .values({
        subject_id: client.id,
        name: client.name,
        secret_hash: client.secretHash,
        scopes: [...client.scopes],
        organisation_id: client.organisationId,
        created_at: client.createdAt.toString(),
        created_by: client.createdBy,
        ended_at: null,
        ended_by: null,
        last_used_at: null,
      })
      .onConflict((conflict) => conflict.column("subject_id").doNothing())
      .executeTakeFirst(),
  );
  return result.numInsertedOrUpdatedRows === 1n;
}

/** Ends one. False when there is none, or it was ended before. */
export async function endMachineRow(
  db: Database,
  id: string,
  by: { readonly endedBy: string; readonly now: Temporal.Instant },
): Promise<boolean> {
  const result = await inTransaction(db, (transaction) =>
    transaction
      .updateTable("machine_client")
      .set({ ended_at: by.now.toString(), ended_by: by.endedBy })
      .where("subject_id", "=", id)
      .where("ended_at", "is", null)
      .executeTakeFirst(),
  );
  return result.numUpdatedRows === 1n;
}

/** Marks that it was given a token, once an hour at most. */
export async function markUsed(db: Database, id: string, now: Temporal.Instant): Promise<void> {
  const anHourAgo = now.subtract({ hours: 1 }).toString();
  await inTransaction(db, (transaction) =>
    transaction
      .updateTable("machine_client")
      .set({ last_used_at: now.toString() })
      .where("subject_id", "=", id)
      .where((where) => where.or([where("last_used_at", "is", null), where("last_used_at", "<", anHourAgo)]))
      .execute(),
  );
}

export async function readMachine(
  db: Database,
  id: string,
): Promise<{ readonly client: MachineClient; readonly secretHash: Uint8Array } | null> {
  const row = await db.selectFrom("machine_client").selectAll().where("subject_id", "=", id).executeTakeFirst();
  return row === undefined ? null : { client: clientOf(row), secretHash: row.secret_hash };
}

/** All of them, the newest first; at most `MOST_MACHINES`. */
export async function listMachines(db: Database): Promise<readonly MachineClient[]> {
  const rows = await db
    .selectFrom("machine_client")
    .selectAll()
    .orderBy("created_at", "desc")
    .orderBy("subject_id", "desc")
    .limit(MOST_MACHINES)
    .execute();
  return rows.map(clientOf);
}

function clientOf(row: Selectable<MachineClientTable>): MachineClient {
  const instant = (text: string | null) => (text === null ? null : Temporal.Instant.from(text));
  return {
    id: row.subject_id,
    name: row.name,
    scopes: row.scopes.filter(isScope),
    organisationId: row.organisation_id,
    createdAt: Temporal.Instant.from(row.created_at),
    createdBy: row.created_by,
    endedAt: instant(row.ended_at),
    endedBy: row.ended_by,
    lastUsedAt: instant(row.last_used_at),
  };
}
