/** Personal data, sealed before it reaches the database. */
import { randomBytes } from "node:crypto";
import { sql } from "kysely";
import { type Database, inTransaction, type Transaction } from "../database/index.ts";
import { KEY_BYTES, open, seal } from "./crypt.ts";
import type { PersonalData, PersonalDataKind } from "./kinds.ts";
import type { Vault } from "./master-key.ts";

export interface PersonalDataEntry<K extends PersonalDataKind> {
  readonly subjectId: string;
  readonly value: PersonalData[K];
}

const BATCH = 5_000;

/**
 * Writes one kind of personal data for any number of subjects, in place of what stood there, all of it or nothing.
 * @throws when a subject's key has been ended: their data were disposed of and are not taken again under the same id.
 */
export async function putPersonalData<K extends PersonalDataKind>(
  db: Database,
  vault: Vault,
  kind: K,
  entries: readonly PersonalDataEntry<K>[],
  now: Temporal.Instant,
): Promise<void> {
  if (entries.length === 0) return;
  await inTransaction(db, (transaction) => putPersonalDataWithin(transaction, vault, kind, entries, now));
}

/** The same inside a transaction that has other things to write: with the fact that the data belong to, or not at all. */
export async function putPersonalDataWithin<K extends PersonalDataKind>(
  transaction: Transaction,
  vault: Vault,
  kind: K,
  entries: readonly PersonalDataEntry<K>[],
  now: Temporal.Instant,
): Promise<void> {
  for (let start = 0; start < entries.length; start += BATCH) {
    const batch = new Map(entries.slice(start, start + BATCH).map((entry) => [entry.subjectId, entry.value]));
    const keys = await keysFor(transaction, vault, [...batch.keys()]);
    const rows = [...batch].map(([subjectId, value]) => {
      const plain = Buffer.from(JSON.stringify(value), "utf8");
      return {
        s: subjectId,
        c: seal(keys.get(subjectId) as Uint8Array, plain, entryBinding(subjectId, kind)).toString("base64"),
      };
    });
    await sql`
      insert into vault_entry (subject_id, kind, ciphertext, updated_at)
      select s, ${kind}, decode(c, 'base64'), ${now.toString()}::timestamptz
      from json_to_recordset(${JSON.stringify(rows)}::json) as row(s text, c text)
      on conflict (subject_id, kind) do update set ciphertext = excluded.ciphertext, updated_at = excluded.updated_at`.execute(
      transaction,
    );
  }
}

/**
 * One kind of personal data of many subjects, by subject id. A subject without such data, or whose key was ended, is
 * not in the map.
 * @throws when an entry does not open: another master key than it was sealed under, or bytes that were changed or moved.
 */
export async function readPersonalData<K extends PersonalDataKind>(
  db: Database | Transaction,
  vault: Vault,
  subjectIds: readonly string[],
  kind: K,
): Promise<ReadonlyMap<string, PersonalData[K]>> {
  const found = new Map<string, PersonalData[K]>();
  if (subjectIds.length === 0) return found;
  const { rows } = await sql<{
    subject_id: string;
    wrapped_key: Uint8Array;
    ciphertext: Uint8Array;
  }>`
    select e.subject_id, k.wrapped_key, e.ciphertext
    from (select distinct s from json_array_elements_text(${JSON.stringify(subjectIds)}::json) as wanted(s)) as wanted
    join vault_entry e on e.subject_id = wanted.s and e.kind = ${kind}
    join vault_key k on k.subject_id = e.subject_id
    where k.wrapped_key is not null`.execute(db);
  for (const { subject_id: subjectId, wrapped_key: wrapped, ciphertext } of rows) {
    const plain = open(unwrap(vault, subjectId, wrapped), ciphertext, entryBinding(subjectId, kind));
    if (plain === undefined) {
      throw new Error(
        `The ${kind} of ${subjectId} does not open with the subject's key: the stored bytes were changed or belong to ` +
          `somebody else. Restore vault_entry for this subject from a backup.`,
      );
    }
    found.set(subjectId, JSON.parse(plain.toString("utf8")) as PersonalData[K]);
  }
  return found;
}

/** Something of a subject's to be sealed with the subject's own key and kept elsewhere than in the vault's tables. */
export interface ToSeal {
  readonly subjectId: string;
  readonly plain: string;
  /** What the sealed bytes are for, e.g. `message 17`: they open for nothing else. */
  readonly boundTo: string;
}

export interface Sealed {
  readonly subjectId: string;
  readonly sealed: Uint8Array;
  readonly boundTo: string;
}

/**
 * Seals texts with their subjects' keys, which are made where missing; in the order given.
 * @throws when a subject's key has been ended.
 */
export async function sealForSubjects(
  transaction: Transaction,
  vault: Vault,
  entries: readonly ToSeal[],
): Promise<readonly Buffer[]> {
  const keys = await keysFor(transaction, vault, [...new Set(entries.map((entry) => entry.subjectId))]);
  return entries.map(({ subjectId, plain, boundTo }) =>
    seal(keys.get(subjectId) as Uint8Array, Buffer.from(plain, "utf8"), elsewhereBinding(subjectId, boundTo)),
  );
}

/** Opens what `sealForSubjects` sealed, in the order given; undefined where the key was ended or the bytes do not fit. */
export async function openForSubjects(
  db: Database | Transaction,
  vault: Vault,
  entries: readonly Sealed[],
): Promise<readonly (string | undefined)[]> {
  if (entries.length === 0) return [];
  const { rows } = await sql<{ subject_id: string; wrapped_key: Uint8Array }>`
    select k.subject_id, k.wrapped_key
    from (select distinct s from json_array_elements_text(${JSON.stringify(entries.map((entry) => entry.subjectId))}::json) as wanted(s)) as wanted
    join vault_key k on k.subject_id = wanted.s
    where k.wrapped_key is not null`.execute(db);
  const keys = new Map(rows.map((row) => [row.subject_id, unwrap(vault, row.subject_id, row.wrapped_key)]));
  return entries.map(({ subjectId, sealed, boundTo }) => {
    const key = keys.get(subjectId);
    return key === undefined ? undefined : open(key, sealed, elsewhereBinding(subjectId, boundTo))?.toString("utf8");
  });
}

/**
 * Ends a subject's key for good and removes what it sealed: disposal. What was written before, in backups too, cannot
 * be read again. Ending it twice changes nothing.
 * @returns whether there was a key to end.
 */
export function endKey(db: Database, subjectId: string, reason: string, now: Temporal.Instant): Promise<boolean> {
  return inTransaction(
    db,
    async (transaction) => {
      const ended = await sql`
        update vault_key set wrapped_key = null, ended_at = ${now.toString()}::timestamptz, ended_reason = ${reason}
        where subject_id = ${subjectId} and wrapped_key is not null`.execute(transaction);
      await transaction.deleteFrom("vault_entry").where("subject_id", "=", subjectId).execute();
      return (ended.numAffectedRows ?? 0n) > 0n;
    },
    "handrail_disposal",
  );
}

async function keysFor(
  transaction: Transaction,
  vault: Vault,
  subjectIds: readonly string[],
): Promise<Map<string, Uint8Array>> {
  const keys = new Map<string, Uint8Array>();
  const read = async (): Promise<void> => {
    const { rows } = await sql<{ subject_id: string; wrapped_key: Uint8Array | null }>`
      select k.subject_id, k.wrapped_key
      from json_array_elements_text(${JSON.stringify(subjectIds.filter((id) => !keys.has(id)))}::json) as wanted(s)
      join vault_key k on k.subject_id = wanted.s`.execute(transaction);
    for (const { subject_id: subjectId, wrapped_key: wrapped } of rows) {
      if (wrapped === null) {
        throw new Error(
          `The personal data of ${subjectId} were disposed of; nothing can be written under this id again.`,
        );
      }
      keys.set(subjectId, unwrap(vault, subjectId, wrapped));
    }
  };
  await read();
  const missing = subjectIds.filter((id) => !keys.has(id));
  if (missing.length === 0) return keys;
  const fresh = missing.map((subjectId) => {
    const wrapped = seal(vault.masterKey, randomBytes(KEY_BYTES), keyBinding(subjectId));
    return { s: subjectId, k: wrapped.toString("base64") };
  });
  await sql`
    insert into vault_key (subject_id, wrapped_key)
    select s, decode(k, 'base64') from json_to_recordset(${JSON.stringify(fresh)}::json) as row(s text, k text)
    on conflict (subject_id) do nothing`.execute(transaction);
  await read(); // somebody else may have made one of them first: theirs is the key then
  return keys;
}

function unwrap(vault: Vault, subjectId: string, wrapped: Uint8Array): Uint8Array {
  const key = open(vault.masterKey, wrapped, keyBinding(subjectId));
  if (key !== undefined) return key;
  throw new Error(
    `The key of ${subjectId} does not open with this master key. Start with the master key the data were written under ` +
      `(master.key in the data folder, or HANDRAIL_MASTER_KEY).`,
  );
}

const elsewhereBinding = (subjectId: string, boundTo: string): string =>
  `handrail sealed elsewhere\0${subjectId}\0${boundTo}`;
const keyBinding = (subjectId: string): string => `handrail vault key\0${subjectId}`;
const entryBinding = (subjectId: string, kind: string): string => `handrail vault entry\0${subjectId}\0${kind}`;
