/** A sign-in that was begun and not yet answered. The caller keeps it in a cookie, sealed, and forgets it when it is used. */
import { CompactEncrypt, compactDecrypt } from "jose";
import { z } from "zod";
import { refuse, type Refused } from "./refusal.ts";

/** How long a visitor may take at the provider. */
export const PENDING_MINUTES = 10;
const SEALED_LENGTH = 3_000; // a cookie holds 4,096
const TYPE = "handrail-pending-sign-in";

const shape = z
  .strictObject({
    /** Which provider it was begun with. */
    provider: z.string().max(100),
    /** Returned by the provider, so that an answer to somebody else's question is seen (RFC 6749 section 10.12). */
    state: z.string().min(20).max(200),
    /** Comes back inside the ID token. */
    nonce: z.string().min(20).max(200),
    /** PKCE (RFC 7636): only who began can use the code. */
    verifier: z.string().min(43).max(128),
    redirectUri: z.string().max(500),
    /** The identity level asked for, in the words of the provider's framework; null when none was. */
    askedIdentity: z.string().max(20).nullable(),
    /** Seconds since 1970. */
    startedAt: z.int().min(0).max(99_999_999_999),
  })
  .readonly();

export type Pending = z.infer<typeof shape>;

/**
 * Text for a cookie, AES-256-GCM (JWE, `dir` with `A256GCM`).
 * @param key 32 bytes, derived for this use only.
 */
export async function sealPending(pending: Pending, key: Uint8Array): Promise<string> {
  return await new CompactEncrypt(Buffer.from(JSON.stringify(pending), "utf8"))
    .setProtectedHeader({ alg: "dir", enc: "A256GCM", typ: TYPE })
    .encrypt(key);
}

/** What was sealed, or `not-begun`: no cookie, another key, changed bytes, or more than ten minutes ago. Never throws. */
export async function openPending(
  sealed: string | undefined,
  key: Uint8Array,
  now: Temporal.Instant,
): Promise<{ readonly ok: true; readonly pending: Pending } | Refused> {
  if (sealed === undefined || sealed === "") return refuse("not-begun", "there is no sign-in begun in this browser");
  if (sealed.length > SEALED_LENGTH) return refuse("not-begun", "the sealed sign-in is too long");
  try {
    const { plaintext, protectedHeader } = await compactDecrypt(sealed, key, {
      keyManagementAlgorithms: ["dir"],
      contentEncryptionAlgorithms: ["A256GCM"],
    });
    if (protectedHeader.typ !== TYPE) return refuse("not-begun", "the sealed value is not a sign-in");
    const pending = shape.parse(JSON.parse(Buffer.from(plaintext).toString("utf8")));
    if (isTooOld(pending, now))
      return refuse("not-begun", `the sign-in was begun more than ${PENDING_MINUTES} minutes ago`);
    return { ok: true, pending };
  } catch {
    return refuse("not-begun", "the sealed sign-in does not open: another key, or changed on the way");
  }
}

export function isTooOld(pending: Pending, now: Temporal.Instant): boolean {
  const seconds = now.epochMilliseconds / 1000 - pending.startedAt;
  return seconds > PENDING_MINUTES * 60 || seconds < -60;
}
