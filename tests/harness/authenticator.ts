/** A passkey in software (ES256, attestation "none"), which can be made to misbehave: WebAuthn Level 3, sections 6.1 and 6.5. */
import { createHash, generateKeyPairSync, randomBytes, sign } from "node:crypto";

export type Misbehaviour = {
  readonly origin?: string;
  readonly domain?: string;
  readonly counter?: number;
  /** Not unlocked by its owner. */
  readonly unverified?: boolean;
  /** Signed by another key. */
  readonly otherKey?: boolean;
  readonly userHandle?: string;
  readonly type?: string;
};

export type SoftPasskey = {
  readonly id: string;
  readonly create: (options: object, misbehaviour?: Misbehaviour) => object;
  readonly get: (options: object, misbehaviour?: Misbehaviour) => object;
};

const UP = 0x01;
const UV = 0x04;
const ATTESTED = 0x40;

export function newPasskey(origin: string, personId: string): SoftPasskey {
  const domain = new URL(origin).hostname;
  const pair = generateKeyPairSync("ec", { namedCurve: "P-256" });
  const other = generateKeyPairSync("ec", { namedCurve: "P-256" });
  const credentialId = randomBytes(32);
  const id = credentialId.toString("base64url");
  let counter = 0;

  const clientData = (type: string, options: object, { origin: wrong }: Misbehaviour) =>
    Buffer.from(
      JSON.stringify({
        type,
        challenge: (options as { challenge: string }).challenge,
        origin: wrong ?? origin,
        crossOrigin: false,
      }),
    );
  const authenticatorData = (flags: number, wrong: Misbehaviour, attested: Buffer = Buffer.alloc(0)) => {
    const count = Buffer.alloc(4);
    count.writeUInt32BE(wrong.counter ?? counter);
    const all = flags | UP | (wrong.unverified === true ? 0 : UV);
    return Buffer.concat([
      createHash("sha256")
        .update(wrong.domain ?? domain)
        .digest(),
      Buffer.from([all]),
      count,
      attested,
    ]);
  };

  return {
    id,
    create: (options, wrong = {}) => {
      const jwk = pair.publicKey.export({ format: "jwk" });
      const cose = map([
        [1, 2],
        [3, -7],
        [-1, 1],
        [-2, Buffer.from(jwk.x ?? "", "base64url")],
        [-3, Buffer.from(jwk.y ?? "", "base64url")],
      ]);
      const length = Buffer.alloc(2);
      length.writeUInt16BE(credentialId.length);
      const attested = Buffer.concat([Buffer.alloc(16), length, credentialId, cose]);
      const attestation = map([
        ["fmt", "none"],
        ["attStmt", new Map<string, never>()],
        ["authData", authenticatorData(ATTESTED, wrong, attested)],
      ]);
      return {
        id,
        rawId: id,
        type: "public-key",
        response: {
          clientDataJSON: clientData(wrong.type ?? "webauthn.create", options, wrong).toString("base64url"),
          attestationObject: attestation.toString("base64url"),
          transports: ["internal"],
        },
      };
    },
    get: (options, wrong = {}) => {
      counter += 1;
      const data = clientData(wrong.type ?? "webauthn.get", options, wrong);
      const authData = authenticatorData(0, wrong);
      const signed = Buffer.concat([authData, createHash("sha256").update(data).digest()]);
      const key = wrong.otherKey === true ? other.privateKey : pair.privateKey;
      return {
        id,
        rawId: id,
        type: "public-key",
        response: {
          clientDataJSON: data.toString("base64url"),
          authenticatorData: authData.toString("base64url"),
          signature: sign("sha256", signed, key).toString("base64url"),
          userHandle: Buffer.from(wrong.userHandle ?? personId).toString("base64url"),
        },
      };
    },
  };
}

type Plain = number | string | Buffer | ReadonlyMap<string, never>;

/** As much of CBOR (RFC 8949) as the above needs. */
function map(entries: readonly (readonly [number | string, Plain])[]): Buffer {
  return Buffer.concat([head(5, entries.length), ...entries.flatMap(([key, value]) => [encoded(key), encoded(value)])]);
}

function encoded(value: Plain): Buffer {
  if (typeof value === "number") return value >= 0 ? head(0, value) : head(1, -1 - value);
  if (typeof value === "string") return Buffer.concat([head(3, Buffer.byteLength(value)), Buffer.from(value)]);
  if (Buffer.isBuffer(value)) return Buffer.concat([head(2, value.length), value]);
  return head(5, 0);
}

function head(major: number, size: number): Buffer {
  if (size < 24) return Buffer.from([(major << 5) | size]);
  return size < 256 ? Buffer.from([(major << 5) | 24, size]) : Buffer.from([(major << 5) | 25, size >> 8, size & 255]);
}
