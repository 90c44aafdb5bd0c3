/** How people can be reached, as the vault has it, and which of their addresses refused a message for good. */
import { createHmac, hkdfSync } from "node:crypto";
import type { Database, Transaction } from "../database/index.ts";
import { otherRecords } from "../people/store.ts";
import { readPersonalData, type Vault } from "../vault/index.ts";
import { communicationOf, type Communication, NO_PREFERENCES } from "./facts.ts";
import { addressOf, type Reachable } from "./plan.ts";
import { readCommunicationFacts, readUnusable } from "./store.ts";
import { CHANNELS, type Channel } from "./templates.ts";

export interface Recipient {
  readonly contact: Reachable | null;
  readonly communication: Communication;
}

const NOTHING_SAID: Communication = { needs: [], preferences: NO_PREFERENCES, died: false };

export type ContactMarks = (subjectId: string, channel: Channel, address: string) => string;

/** Marks tell whether an address is the same as before, to nobody without the installation's key. */
export function contactMarks(vault: Vault): ContactMarks {
  const key = new Uint8Array(hkdfSync("sha256", vault.masterKey, "", "handrail contact marks", 32));
  return (subjectId, channel, address) =>
    createHmac("sha256", key).update(`${subjectId}\0${channel}\0${address.toLowerCase()}`).digest("base64url");
}

/**
 * Everything that sending to these people depends on, read together. Somebody whose records were merged is one person: a
 * need or a death under any of them counts, and where the record written to has no contact, another's is taken.
 */
export async function readRecipients(
  db: Database | Transaction,
  vault: Vault,
  marks: ContactMarks,
  subjectIds: readonly string[],
  now: Temporal.Instant,
): Promise<(subjectId: string) => Recipient> {
  const others = await otherRecords(db, subjectIds, now);
  const all = [...subjectIds, ...[...others.values()].flat()];
  const contacts = await readPersonalData(db, vault, all, "contact");
  const facts = await readCommunicationFacts(db, all);
  const unusable = await readUnusable(db, subjectIds);
  return (subjectId) => {
    const records = [subjectId, ...(others.get(subjectId) ?? [])];
    const known = records.map((id) => contacts.get(id)).find((each) => each !== undefined);
    const refused = unusable.get(subjectId);
    const lists = records.flatMap((id) => {
      const list = facts.get(id);
      return list === undefined ? [] : [list];
    });
    const reachable: Reachable | null = known === undefined ? null : { ...known, unusable: [] };
    const isRefused = (channel: Channel): boolean => {
      const address = addressOf(reachable, channel);
      return address !== null && refused?.has(marks(subjectId, channel, address)) === true;
    };
    return {
      contact:
        reachable === null || refused === undefined
          ? reachable
          : { ...reachable, unusable: CHANNELS.filter(isRefused) },
      communication: lists.length === 0 ? NOTHING_SAID : communicationOf(...lists),
    };
  };
}
