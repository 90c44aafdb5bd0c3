/** Secrets and marks of sign-in: what is random, and the keyed hashes under which things are found again. */
import { createHash, createHmac, hkdfSync, randomBytes, randomInt, timingSafeEqual } from "node:crypto";
import type { Vault } from "../vault/index.ts";
import { CODE_LENGTH, CODE_LETTERS } from "./model/code.ts";

/** What is marked. An address and a code with the same letters get different marks. */
type MarkKind = "email" | "code" | "provider" | "address" | "challenge" | "form";

const keys = new WeakMap<Vault, Buffer>();

/**
 * A keyed hash of something: the same for the same thing, and worthless without the master key, which is not in the
 * database. That is why short codes need no slow hash: who has the database alone cannot try codes against it.
 */
export function markOf(vault: Vault, kind: MarkKind, thing: string): string {
  let key = keys.get(vault);
  if (key === undefined) {
    key = Buffer.from(hkdfSync("sha256", vault.masterKey, "", "handrail sign-in marks", 32));
    keys.set(vault, key);
  }
  return `${kind}:${createHmac("sha256", key).update(`${kind}\0${thing}`).digest("base64url")}`;
}

/** An address of e-mail as it is compared: RFC 5321 leaves the case of the local part to its host; people do not. */
export function comparedEmail(email: string): string {
  return email.normalize("NFKC").trim().toLowerCase();
}

/** 256 random bits. */
export function newSecret(): string {
  return randomBytes(32).toString("base64url");
}

/** 96 random bits, to name a row within its subject. */
export function newShortId(): string {
  return randomBytes(12).toString("base64url");
}

/** A code to be typed: 40 random bits. */
export function newTypedCode(): string {
  return Array.from({ length: CODE_LENGTH }, () => CODE_LETTERS[randomInt(CODE_LETTERS.length)]).join("");
}

/** Of secrets with 128 bits or more a plain hash may be kept (ASVS 6.5.2). */
export function hashOf(secret: string): Buffer {
  return createHash("sha256").update(secret).digest();
}

export function sameHash(left: Uint8Array, right: Uint8Array): boolean {
  return left.length === right.length && timingSafeEqual(left, right);
}

/** `subject.id.secret`, with the subject in base64url because ids may hold any letter: what a cookie and a link carry. */
export type Token = { readonly subjectId: string; readonly id: string; readonly secret: string };

const LONGEST_TOKEN = 1_000;

export function tokenText({ subjectId, id, secret }: Token): string {
  return `${Buffer.from(subjectId).toString("base64url")}.${id}.${secret}`;
}

/** Null for what is no token at all; whether it opens anything is for the database to say. */
export function readToken(text: string): Token | null {
  if (text.length > LONGEST_TOKEN) return null;
  const match = /^([\w-]+)\.([\w-]{1,60})\.([\w-]{8,100})$/.exec(text);
  if (match === null) return null;
  const [, subject = "", id = "", secret = ""] = match;
  const subjectId = Buffer.from(subject, "base64url").toString();
  // One spelling only, and nothing PostgreSQL cannot hold.
  if (Buffer.from(subjectId).toString("base64url") !== subject || subjectId.includes("\0")) return null;
  return { subjectId, id, secret };
}
