/** The public keys under which a provider signs: its JWKS (RFC 7517), or One Login's DID document (W3C DID Core 1.0). */
import { importJWK, type CryptoKey, type JWK } from "jose";
import { type PublishedDocument, type Read } from "./published-document.ts";

/** By key id, as it stands in the header of a JWT. */
export type PublishedKeys = ReadonlyMap<string, JWK>;

const KEY_LIMIT = 100;
const KEY_ID_LENGTH = 500;

/** A JWKS document. Keys that are not for signing, or carry no id, are passed over. */
export function readKeySet(document: unknown): Read<PublishedKeys> {
  const list = field(document, "keys");
  if (!Array.isArray(list)) return { ok: false, reason: "the key set has no list of keys" };
  if (list.length > KEY_LIMIT) return { ok: false, reason: `the key set holds more than ${KEY_LIMIT} keys` };
  const keys = new Map<string, JWK>();
  for (const entry of list as readonly unknown[]) {
    const id = field(entry, "kid");
    const use = field(entry, "use");
    if (!isKeyId(id) || (use !== undefined && use !== "sig") || !isPublicKey(entry)) continue;
    if (keys.has(id)) return { ok: false, reason: "the key set names one key id twice" };
    keys.set(id, entry);
  }
  return { ok: true, value: keys };
}

/**
 * The keys of `assertionMethod` in a DID document, those of the configured controller only. One Login publishes P-256
 * keys in full under it ("Use the kid to see which public key signed the JWT"); references to keys elsewhere, which
 * DID Core also allows, are not followed: they are how a resolver comes to trust somebody else.
 */
export function readDidDocument(document: unknown, controller: string): Read<PublishedKeys> {
  if (field(document, "id") !== controller)
    return { ok: false, reason: `the DID document is not that of ${controller}` };
  const methods = field(document, "assertionMethod");
  if (!Array.isArray(methods)) return { ok: false, reason: "the DID document has no list assertionMethod" };
  if (methods.length > KEY_LIMIT) return { ok: false, reason: `the DID document holds more than ${KEY_LIMIT} keys` };
  const keys = new Map<string, JWK>();
  for (const method of methods as readonly unknown[]) {
    const id = field(method, "id");
    const key = field(method, "publicKeyJwk");
    if (!isKeyId(id) || !id.startsWith(`${controller}#`) || id.length === controller.length + 1) continue;
    if (field(method, "controller") !== controller || !isPublicKey(key)) continue;
    if (key.kty !== "EC" || key.crv !== "P-256") continue;
    if (keys.has(id)) return { ok: false, reason: "the DID document names one key twice" };
    keys.set(id, key);
  }
  return { ok: true, value: keys };
}

/**
 * Where the DID document of a `did:web` lies (did:web method specification, "Read"): a host, its port written `%3A`,
 * then folders. Undefined for anything else.
 */
export function didWebAddress(did: string): string | undefined {
  const parts = did.split(":");
  const [scheme, method, host, ...folders] = parts;
  if (scheme !== "did" || method !== "web" || host === undefined || parts.length > 10) return undefined;
  if (!/^[a-z0-9.-]{1,253}(?:%3A\d{1,5})?$/i.test(host)) return undefined;
  if (!folders.every((folder) => /^[A-Za-z0-9._-]{1,100}$/.test(folder) && !/^\.+$/.test(folder))) return undefined;
  const authority = host.replace(/%3A/i, ":");
  const loopback = /^(?:127\.0\.0\.1|localhost)(?::|$)/.test(authority);
  const path = folders.length === 0 ? "/.well-known" : `/${folders.join("/")}`;
  const address = `${loopback ? "http" : "https"}://${authority}${path}/did.json`;
  return URL.canParse(address) ? address : undefined;
}

export type KeyAnswer =
  | { readonly ok: true; readonly key: CryptoKey | Uint8Array }
  | { readonly ok: false; readonly why: "provider-down" | "unknown-key"; readonly reason: string };

/**
 * The key with an id. An id that is not in the document makes us ask for it anew, at most once a minute: so a new key
 * works as soon as it signs, and a flood of invented ids does not become a flood of requests to the provider.
 */
export async function findKey(
  document: PublishedDocument<PublishedKeys>,
  id: string,
  algorithm: string,
  now: Temporal.Instant,
): Promise<KeyAnswer> {
  let found = await document.read(now);
  if (!found.ok) return { ok: false, why: "provider-down", reason: found.reason };
  if (!found.value.has(id)) {
    found = await document.readAnew(now);
    if (!found.ok) return { ok: false, why: "provider-down", reason: found.reason };
  }
  const key = found.value.get(id);
  if (key === undefined) return { ok: false, why: "unknown-key", reason: "its key id is not among the published keys" };
  try {
    return { ok: true, key: await importJWK(key, algorithm) };
  } catch {
    return { ok: false, why: "unknown-key", reason: `the published key cannot be used for ${algorithm}` };
  }
}

function field(value: unknown, name: string): unknown {
  if (typeof value !== "object" || value === null || !Object.hasOwn(value, name)) return undefined;
  return (value as Readonly<Record<string, unknown>>)[name];
}

const isKeyId = (value: unknown): value is string =>
  typeof value === "string" && value.length > 0 && value.length <= KEY_ID_LENGTH;

/** A public key of a pair. A published private key is known to all, and a shared secret is no public key. */
function isPublicKey(value: unknown): value is JWK {
  const kind = field(value, "kty");
  return (kind === "EC" || kind === "RSA" || kind === "OKP") && field(value, "d") === undefined;
}
