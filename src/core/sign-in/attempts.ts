/** Counting failed attempts (see model/limits.ts for what is counted, and why nobody else is shut out by it). */
import type { Database, Transaction } from "../database/index.ts";
import type { Vault } from "../vault/index.ts";
import { markOf } from "./keys.ts";
import { type Attempt, countedAddress, isShutOut, isShutOutOfCode, WINDOW } from "./model/limits.ts";
import { countFailure, readFailures } from "./store.ts";

export type AttemptFrom = { readonly vault: Vault; readonly attempt: Attempt; readonly address: string };

export async function shutOut(
  db: Database | Transaction,
  { vault, attempt, address }: AttemptFrom,
  now: Temporal.Instant,
): Promise<boolean> {
  return isShutOut(attempt, await readFailures(db, addressMark(vault, attempt, address)), now);
}

export async function noteFailure(
  transaction: Transaction,
  { vault, attempt, address }: AttemptFrom,
  now: Temporal.Instant,
): Promise<void> {
  await countFailure(transaction, addressMark(vault, attempt, address), now, now.subtract(WINDOW));
}

/** The same for one link: five wrong secrets from one address close this link to that address, and to no other. */
export async function shutOutOfCode(
  db: Database | Transaction,
  vault: Vault,
  address: string,
  codeId: string,
  now: Temporal.Instant,
): Promise<boolean> {
  return isShutOutOfCode(await readFailures(db, codeMark(vault, address, codeId)), now);
}

export async function noteCodeFailure(
  transaction: Transaction,
  vault: Vault,
  address: string,
  codeId: string,
  now: Temporal.Instant,
): Promise<void> {
  await countFailure(transaction, codeMark(vault, address, codeId), now, now.subtract(WINDOW));
}

function addressMark(vault: Vault, attempt: Attempt, address: string): string {
  return markOf(vault, "address", `${attempt}\0${countedAddress(address)}`);
}

function codeMark(vault: Vault, address: string, codeId: string): string {
  return markOf(vault, "address", `one code\0${countedAddress(address)}\0${codeId}`);
}
