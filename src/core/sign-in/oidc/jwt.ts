/** One JWT, checked in full: algorithm, key, signature, issuer, audience, subject, times. Never throws. */
import { decodeProtectedHeader, errors, jwtVerify, type JWTPayload } from "jose";
import { findKey, type PublishedKeys } from "./keys.ts";
import type { PublishedDocument } from "./published-document.ts";
import { quoted, refuse, type Refused, type RefusalKind } from "./refusal.ts";

/** Clocks of two machines may differ by this much. */
export const TOLERANCE_SECONDS = 30;
const JWT_LENGTH = 65_536;

export interface JwtExpectation {
  /** What it is called in the log. */
  readonly called: string;
  readonly algorithm: string;
  readonly keys: PublishedDocument<PublishedKeys>;
  readonly issuer: string;
  readonly audience: string;
  readonly subject?: string;
}

export type JwtAnswer = { readonly ok: true; readonly claims: JWTPayload } | Refused;

export async function checkJwt(jwt: unknown, expected: JwtExpectation, now: Temporal.Instant): Promise<JwtAnswer> {
  const no = (kind: RefusalKind, found: string): Refused => refuse(kind, `the ${expected.called}: ${found}`);
  if (typeof jwt !== "string" || jwt === "") return no("malformed", "it is not a text");
  if (jwt.length > JWT_LENGTH) return no("malformed", `it is longer than ${JWT_LENGTH} characters`);
  let header: ReturnType<typeof decodeProtectedHeader>;
  try {
    header = decodeProtectedHeader(jwt);
  } catch {
    return no("malformed", "its header cannot be read");
  }
  if (header.alg !== expected.algorithm) {
    return no("wrong-algorithm", `its algorithm is ${quoted(header.alg)}, not ${expected.algorithm}`);
  }
  if (typeof header.kid !== "string") return no("unknown-key", "its header names no key");
  const key = await findKey(expected.keys, header.kid, expected.algorithm, now);
  if (!key.ok) return no(key.why, key.reason);
  try {
    const { payload } = await jwtVerify(jwt, key.key, {
      algorithms: [expected.algorithm],
      issuer: expected.issuer,
      audience: expected.audience,
      ...(expected.subject === undefined ? {} : { subject: expected.subject }),
      requiredClaims: ["iss", "aud", "sub", "exp"],
      currentDate: new Date(now.epochMilliseconds),
      clockTolerance: TOLERANCE_SECONDS,
    });
    const { aud, iat, sub } = payload;
    // A token for us and for others could be replayed by the others.
    if (Array.isArray(aud) && aud.length !== 1) return no("wrong-audience", "it is for others too");
    if (typeof sub !== "string" || sub === "" || sub.length > 255)
      return no("malformed", "its subject is not a short text");
    if (iat !== undefined && iat > now.epochMilliseconds / 1000 + TOLERANCE_SECONDS) {
      return no("not-yet-valid", "it was issued in the future");
    }
    return { ok: true, claims: payload };
  } catch (error) {
    return no(...judge(error));
  }
}

function judge(error: unknown): [RefusalKind, string] {
  if (error instanceof errors.JWTExpired) return ["expired", "it has expired"];
  if (error instanceof errors.JWSSignatureVerificationFailed) return ["wrong-signature", "its signature is wrong"];
  if (error instanceof errors.JOSEAlgNotAllowed) return ["wrong-algorithm", "its algorithm is not allowed"];
  if (error instanceof errors.JWTClaimValidationFailed) {
    if (error.reason === "missing") return ["malformed", `it has no ${quoted(error.claim)}`];
    const kind = CLAIM_KINDS[error.claim];
    if (kind !== undefined) return [kind, `its ${error.claim} is not the one expected`];
    return ["malformed", `its ${quoted(error.claim)} is not fit`];
  }
  return ["malformed", "it cannot be read"];
}

const CLAIM_KINDS: Readonly<Record<string, RefusalKind>> = {
  iss: "wrong-issuer",
  aud: "wrong-audience",
  sub: "wrong-subject",
  nbf: "not-yet-valid",
};
