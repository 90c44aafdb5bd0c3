/**
 * Vectors of trust as GOV.UK One Login takes them (RFC 8485 section 3.1; "Choose the level of authentication" and
 * "Choose the level of identity confidence" in its technical documentation). One Login answers a wrong vector with
 * `invalid_request`, "Request vtr not valid", and nothing else: here the reason is said before the visitor is sent away.
 */

export type ConfidenceLevel = "P0" | "P1" | "P2" | "P3";

export interface TrustVector {
  readonly credential: "Cl" | "Cl.Cm";
  /** Null: no identity is asked for, which is what P0 says too. */
  readonly confidence: ConfidenceLevel | null;
}

export type VtrAnswer =
  | { readonly ok: true; readonly vectors: readonly TrustVector[] }
  | { readonly ok: false; readonly reason: string };

/** What the provider has on file about this service. */
export interface VtrClient {
  /** The levels of confidence it is registered for. */
  readonly confidence: readonly ConfidenceLevel[];
  /** Identity is not given to services that authenticate themselves with a secret. */
  readonly authentication: "private_key_jwt" | "client_secret_post";
}

const DEFAULT: readonly TrustVector[] = [{ credential: "Cl.Cm", confidence: null }];
const CONFIDENCE: readonly string[] = ["P0", "P1", "P2", "P3"];
const VECTOR_LIMIT = 10;
const TEXT_LIMIT = 500;

/**
 * Reads and judges a `vtr` parameter, a JSON array such as `["Cl.Cm.P2"]`. Absent or empty means `["Cl.Cm"]`.
 * Never throws, whatever the text.
 */
export function readVtr(text: string | undefined, client: VtrClient): VtrAnswer {
  if (text === undefined || text === "") return { ok: true, vectors: DEFAULT };
  if (text.length > TEXT_LIMIT) return no(`it is longer than ${TEXT_LIMIT} characters`);
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return no('it is not JSON; write it as ["Cl.Cm.P2"]');
  }
  if (!Array.isArray(value)) return no('it is not a list; write it as ["Cl.Cm.P2"]');
  if (value.length > VECTOR_LIMIT) return no(`it holds more than ${VECTOR_LIMIT} vectors`);
  if (value.length === 0) return { ok: true, vectors: DEFAULT };
  const vectors: TrustVector[] = [];
  for (const each of value as readonly unknown[]) {
    const vector = typeof each === "string" ? readVector(each) : "a vector is not a text";
    if (typeof vector === "string") return no(vector);
    vectors.push(vector);
  }
  const identity = vectors.filter(({ confidence }) => confidence !== null && confidence !== "P0");
  if (identity.length > 0 && identity.length < vectors.length) {
    return no("it mixes vectors that ask for an identity with vectors that do not; ask for one kind");
  }
  for (const { confidence } of identity) {
    if (!client.confidence.includes(confidence as ConfidenceLevel)) {
      return no(`this service is not registered for ${confidence}; ask One Login to add it`);
    }
  }
  if (identity.length > 0 && client.authentication === "client_secret_post") {
    return no("an identity is not given to a service that signs in with a client secret; use a private key");
  }
  return { ok: true, vectors };
}

/** One dotted vector, in any order of its parts, or the reason why it is none. */
export function readVector(text: string): TrustVector | string {
  const parts = text.split(".");
  const confidence = parts.filter((part) => part.startsWith("P"));
  const credential = parts.filter((part) => part.startsWith("C")).sort();
  const others = parts.filter((part) => !part.startsWith("P") && !part.startsWith("C"));
  // One Login ignores parts it does not know. A service that sends one has misunderstood something: better said.
  if (others.length > 0) return `a vector has a part that is neither a C nor a P part`;
  if (confidence.length > 1) return "a vector holds more than one P part";
  const [level] = confidence;
  if (level !== undefined && !CONFIDENCE.includes(level)) return "its P part is none of P0, P1, P2, P3";
  const trust = credential.join(".");
  if (trust !== "Cl" && trust !== "Cl.Cm") return "its C part is neither Cl nor Cl.Cm";
  if (level !== undefined && level !== "P0" && trust !== "Cl.Cm") return `${level} needs Cl.Cm, two factors`;
  return { credential: trust, confidence: (level as ConfidenceLevel | undefined) ?? null };
}

const no = (reason: string): VtrAnswer => ({ ok: false, reason: `Request vtr not valid: ${reason}.` });
