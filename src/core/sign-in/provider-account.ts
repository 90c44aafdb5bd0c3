/** Sign-ins from elsewhere: whose they are, and how one is joined to a person. Never by a name, an address or a birth date. */
import { CompactEncrypt, compactDecrypt } from "jose";
import { z } from "zod";
import { inTransaction, type Transaction } from "../database/index.ts";
import type { Vault } from "../vault/index.ts";
import { noteFact } from "./facts.ts";
import { markOf } from "./keys.ts";
import { beginSession, type KeptSession } from "./sessions.ts";
import { putName, readNames } from "./store.ts";
import type { SignInTools } from "./tools.ts";
import { signInChanged, tellOfChange } from "./words.ts";

/** An account elsewhere: both together are its name (ASVS 6.8.1). */
export type Account = { readonly issuer: string; readonly subject: string };

function accountMark(vault: Vault, { issuer, subject }: Account): string {
  return markOf(vault, "provider", `${issuer}\0${subject}`);
}

/** Begins a session for the person an account was joined to; null for an account that nobody here is known by. */
export async function signInByAccount(
  { db, vault }: Pick<SignInTools, "db" | "vault">,
  account: Account,
  begin: Pick<Parameters<typeof beginSession>[1], "device" | "replaces" | "now">,
): Promise<KeptSession | null> {
  const names = await readNames(db, accountMark(vault, account));
  // Two people behind one account cannot be: whoever that is, they are not let in as somebody.
  const [name] = names.length === 1 ? names : [];
  if (name === undefined) return null;
  return await inTransaction(db, (transaction) =>
    beginSession(transaction, { ...begin, personId: name.personId, way: "provider" }),
  );
}

/** An account that somebody came with and that waits to be joined to a person. */
const waiting = z.strictObject({
  issuer: z.string().max(500),
  subject: z.string().max(300),
  provider: z.string().max(100),
  /** The identity level that was shown, with its framework: `gpg45 P2`. */
  level: z.string().max(40),
  until: z.number().int(),
});
export type WaitingAccount = Omit<z.infer<typeof waiting>, "until">;

/** How long somebody may take to find their code. */
export const JOINING_MINUTES = 30;
/**
 * What a sealed account is for: to be joined to a person, or to be asked further who it is. Each has a seal of its own:
 * whoever has yet to show who they are must not have the account joined.
 */
export type WaitingUse = "join" | "further";
const TYPES: Readonly<Record<WaitingUse, string>> = {
  join: "handrail-account-to-join",
  further: "handrail-account-to-ask-further",
};
const LONGEST_SEALED = 3_500;

/** Text for a cookie, AES-256-GCM: nobody reads or makes one without the key. */
export async function sealWaiting(
  account: WaitingAccount,
  use: WaitingUse,
  key: Uint8Array,
  now: Temporal.Instant,
): Promise<string> {
  const until = now.add({ minutes: JOINING_MINUTES }).epochMilliseconds;
  return await new CompactEncrypt(Buffer.from(JSON.stringify({ ...account, until })))
    .setProtectedHeader({ alg: "dir", enc: "A256GCM", typ: TYPES[use] })
    .encrypt(key);
}

export async function openWaiting(
  sealed: string | null,
  use: WaitingUse,
  key: Uint8Array,
  now: Temporal.Instant,
): Promise<WaitingAccount | null> {
  if (sealed === null || sealed.length > LONGEST_SEALED) return null;
  try {
    const { plaintext, protectedHeader } = await compactDecrypt(sealed, key, {
      keyManagementAlgorithms: ["dir"],
      contentEncryptionAlgorithms: ["A256GCM"],
    });
    if (protectedHeader.typ !== TYPES[use]) return null;
    const { until, ...account } = waiting.parse(JSON.parse(Buffer.from(plaintext).toString()));
    return now.epochMilliseconds < until ? account : null;
  } catch {
    return null;
  }
}

/** Joins an account to the person whose code was just used. False when it is somebody's already. */
export async function joinAccount(
  transaction: Transaction,
  tools: SignInTools,
  personId: string,
  account: WaitingAccount,
  by: { readonly recordedBy: string; readonly now: Temporal.Instant },
): Promise<boolean> {
  const mark = accountMark(tools.vault, account);
  const names = await readNames(transaction, mark);
  if (names.some((name) => name.personId !== personId)) return false;
  await putName(transaction, { mark, personId, kind: "provider", reference: account.provider, expiresAt: null });
  const data = { provider: account.provider, level: account.level };
  const linked = { type: "sign-in-linked", data } as const;
  const factId = await noteFact(transaction, tools, personId, linked, by.recordedBy, by.now);
  await tellOfChange(transaction, tools, { personId, template: signInChanged, factId, now: by.now });
  return true;
}
