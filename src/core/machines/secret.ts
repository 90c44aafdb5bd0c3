/**
 * Secrets of machines. A secret is 32 random bytes, so its hash is plain SHA-256: a slow hash (scrypt, Argon2) is there
 * to make guessing of what people choose dear, nobody guesses 256 random bits, and a slow one would let anybody keep the
 * site busy by asking for tokens. NIST SP 800-63B-4 section 3.1.1.2 asks for slow hashing of passwords, not of keys.
 */
import { createHash, randomBytes, timingSafeEqual } from "node:crypto";

const SECRET_BYTES = 32;

/** A new secret, 43 characters of base64url. It is shown once and never kept. */
export function newSecret(): string {
  return randomBytes(SECRET_BYTES).toString("base64url");
}

export function hashSecret(secret: string): Buffer {
  return createHash("sha256").update(secret, "utf8").digest();
}

/** Compares in the same time whatever the difference. */
export function sameHash(left: Uint8Array, right: Uint8Array): boolean {
  return left.length === right.length && timingSafeEqual(left, right);
}
