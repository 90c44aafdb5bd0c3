/**
 * Access tokens: a JWT (RFC 9068 in form) that says which machine it is and for how long, nothing of what it may do. That
 * is read again at each use, so that ending a machine or changing its scopes holds at once (ASVS v5.0.0-8.3.2).
 */
import { hkdfSync } from "node:crypto";
import { jwtVerify, SignJWT } from "jose";
import { newId } from "../ids.ts";
import type { Vault } from "../vault/index.ts";
import { MACHINE_ID } from "./model/client.ts";

export const TOKEN_LIFETIME_SECONDS = 600;
export const TOKEN_ISSUER = "urn:handrail:token";
export const TOKEN_AUDIENCE = "urn:handrail:api";
const ALGORITHM = "HS256";
const TYPE = "at+jwt";
const LONGEST_TOKEN = 2_000;

/** The key that signs tokens, derived from the vault's (RFC 5869): only this installation makes them and takes them. */
export function tokenKey(vault: Vault): Uint8Array {
  return new Uint8Array(hkdfSync("sha256", vault.masterKey, "", "handrail machine tokens", 32));
}

export function issueToken(key: Uint8Array, clientId: string, now: Temporal.Instant): Promise<string> {
  const seconds = Math.floor(now.epochMilliseconds / 1000);
  return new SignJWT({ client_id: clientId })
    .setProtectedHeader({ alg: ALGORITHM, typ: TYPE })
    .setIssuer(TOKEN_ISSUER)
    .setAudience(TOKEN_AUDIENCE)
    .setSubject(clientId)
    .setJti(newId())
    .setIssuedAt(seconds)
    .setExpirationTime(seconds + TOKEN_LIFETIME_SECONDS)
    .sign(key);
}

/**
 * Whose token it is; null for one that is not ours, was changed, or is over. Why is not said: an honest client asks for
 * a new one in each case, and the others learn nothing.
 */
export async function readToken(key: Uint8Array, token: string, now: Temporal.Instant): Promise<string | null> {
  if (token.length > LONGEST_TOKEN) return null;
  try {
    const { payload } = await jwtVerify(token, key, {
      algorithms: [ALGORITHM],
      typ: TYPE,
      issuer: TOKEN_ISSUER,
      audience: TOKEN_AUDIENCE,
      requiredClaims: ["sub", "exp", "iat", "jti"],
      // Also limits what a token could claim for itself, should one ever be signed with a longer life.
      maxTokenAge: TOKEN_LIFETIME_SECONDS,
      currentDate: new Date(now.epochMilliseconds),
    });
    const clientId = payload["client_id"];
    return typeof clientId === "string" && clientId === payload.sub && MACHINE_ID.test(clientId) ? clientId : null;
  } catch {
    return null;
  }
}
