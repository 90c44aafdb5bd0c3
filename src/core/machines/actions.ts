/** Adding and ending machines, and finding out which one has come in. */
import { readDirectory } from "../directory/index.ts";
import type { Database } from "../database/index.ts";
import { newId } from "../ids.ts";
import { LONGEST_MACHINE_NAME, MACHINE_ID, type MachineClient, type Scope } from "./model/client.ts";
import { hashSecret, newSecret, sameHash } from "./secret.ts";
import { endMachineRow, insertMachine, markUsed, readMachine } from "./store.ts";
import { readToken } from "./token.ts";

export type MachineRequest = {
  /** Made with the form, so that sending it twice adds one; a new one when absent. */
  readonly id?: string;
  readonly name: string;
  readonly scopes: readonly Scope[];
  readonly organisationId: string | null;
  readonly createdBy: string;
  readonly now: Temporal.Instant;
};

export type MachineAdded =
  | { readonly ok: true; readonly id: string; readonly secret: string }
  | { readonly ok: false; readonly why: "name" | "scopes" | "organisation" | "id" | "repeated" };

/** Adds a machine and gives its secret, which cannot be read again. */
export async function addMachine(db: Database, request: MachineRequest): Promise<MachineAdded> {
  const name = request.name.trim();
  const id = request.id ?? newMachineId();
  if (name.length === 0 || name.length > LONGEST_MACHINE_NAME || name.includes("\0")) return { ok: false, why: "name" };
  if (request.scopes.length === 0) return { ok: false, why: "scopes" };
  if (!MACHINE_ID.test(id)) return { ok: false, why: "id" };
  if (request.organisationId !== null && !(await readDirectory(db)).organisations.has(request.organisationId))
    return { ok: false, why: "organisation" };
  const secret = newSecret();
  const added = await insertMachine(db, {
    id,
    name,
    secretHash: hashSecret(secret),
    scopes: [...new Set(request.scopes)],
    organisationId: request.organisationId,
    createdAt: request.now,
    createdBy: request.createdBy,
  });
  return added ? { ok: true, id, secret } : { ok: false, why: "repeated" };
}

export function newMachineId(): string {
  return `machine-${newId()}`;
}

/** Ends a machine: its tokens are worth nothing from now on. False when there is none that could be ended. */
export function endMachine(
  db: Database,
  id: string,
  by: { readonly endedBy: string; readonly now: Temporal.Instant },
): Promise<boolean> {
  return MACHINE_ID.test(id) ? endMachineRow(db, id, by) : Promise.resolve(false);
}

/** Compared with when there is no such machine: the answer then takes as long as for a wrong secret. */
const NOBODYS_HASH = hashSecret("");
const NOBODY = "machine-nobody";

/** The machine whose secret this is; null for an unknown one, a wrong secret and an ended machine alike, after the same work. */
export async function machineOfSecret(
  db: Database,
  clientId: string,
  secret: string,
  now: Temporal.Instant,
): Promise<MachineClient | null> {
  const found = await readMachine(db, MACHINE_ID.test(clientId) ? clientId : NOBODY);
  const right = sameHash(hashSecret(secret), found?.secretHash ?? NOBODYS_HASH);
  if (found === null || !right || found.client.endedAt !== null) return null;
  await markUsed(db, found.client.id, now);
  return found.client;
}

/** The machine whose token this is, as it stands now; null when the token or the machine is over. */
export async function machineOfToken(
  db: Database,
  key: Uint8Array,
  token: string,
  now: Temporal.Instant,
): Promise<MachineClient | null> {
  const id = await readToken(key, token, now);
  if (id === null) return null;
  const found = await readMachine(db, id);
  return found === null || found.client.endedAt !== null ? null : found.client;
}
