/** Tokens of programs: which are taken, and that all others are refused alike. */
import assert from "node:assert/strict";
import { generateKeyPairSync } from "node:crypto";
import { describe, test } from "node:test";
import fc from "fast-check";
import { SignJWT, UnsecuredJWT } from "jose";
import {
  issueToken,
  newMachineId,
  readToken,
  TOKEN_AUDIENCE,
  TOKEN_ISSUER,
  TOKEN_LIFETIME_SECONDS,
  tokenKey,
} from "./index.ts";

const key = tokenKey({ masterKey: new Uint8Array(32).fill(7) });
const now = Temporal.Instant.from("2025-03-12T09:30:00Z");
const seconds = now.epochMilliseconds / 1000;
const id = newMachineId();

type Changes = {
  readonly alg?: string;
  readonly typ?: string | null;
  readonly issuer?: string;
  readonly audience?: string;
  readonly claims?: Record<string, unknown>;
  readonly issuedAt?: number;
  readonly expires?: number | null;
  readonly jti?: boolean;
};

/** A token as ours, but for the changes. */
function forged(changes: Changes, by: Parameters<SignJWT["sign"]>[0] = key): Promise<string> {
  const token = new SignJWT({ client_id: id, ...changes.claims })
    .setProtectedHeader({
      alg: changes.alg ?? "HS256",
      ...(changes.typ === null ? {} : { typ: changes.typ ?? "at+jwt" }),
    })
    .setIssuer(changes.issuer ?? TOKEN_ISSUER)
    .setAudience(changes.audience ?? TOKEN_AUDIENCE)
    .setSubject(id)
    .setIssuedAt(changes.issuedAt ?? seconds);
  if (changes.jti !== false) token.setJti("one");
  if (changes.expires !== null) token.setExpirationTime(changes.expires ?? seconds + TOKEN_LIFETIME_SECONDS);
  return token.sign(by);
}

test("a token of ours is taken until it is over, and says nothing of what the program may do", async () => {
  const token = await issueToken(key, id, now);
  assert.equal(await readToken(key, token, now), id);
  assert.equal(await readToken(key, token, now.add({ seconds: TOKEN_LIFETIME_SECONDS - 1 })), id);
  assert.equal(await readToken(key, token, now.add({ seconds: TOKEN_LIFETIME_SECONDS })), null);
  const claims = JSON.parse(Buffer.from(token.split(".")[1] ?? "", "base64url").toString()) as object;
  assert.deepEqual(Object.keys(claims).toSorted(), ["aud", "client_id", "exp", "iat", "iss", "jti", "sub"]);
});

test("what the forged tokens are changed from is itself taken", async () => {
  assert.equal(await readToken(key, await forged({}), now), id);
});

describe("refused is a token", () => {
  const cases: Readonly<Record<string, () => Promise<string> | string>> = {
    "of another issuer": () => forged({ issuer: "https://login.example" }),
    "for another audience": () => forged({ audience: "urn:handrail:other" }),
    "that another installation signed": () => forged({}, tokenKey({ masterKey: new Uint8Array(32).fill(8) })),
    "signed by the master key itself": () => forged({}, new Uint8Array(32).fill(7)),
    "of another algorithm with the same key": () => forged({ alg: "HS512" }),
    "of an algorithm with a public key": () =>
      forged({ alg: "RS256" }, generateKeyPairSync("rsa", { modulusLength: 2048 }).privateKey),
    "of no algorithm": () =>
      new UnsecuredJWT({ client_id: id, jti: "one" })
        .setIssuer(TOKEN_ISSUER)
        .setAudience(TOKEN_AUDIENCE)
        .setSubject(id)
        .setIssuedAt(seconds)
        .setExpirationTime(seconds + 60)
        .encode(),
    "that is no access token": () => forged({ typ: "JWT" }),
    "that does not say what it is": () => forged({ typ: null }),
    "that never ends": () => forged({ expires: null }),
    "that is over": () => forged({ issuedAt: seconds - 700, expires: seconds - 100 }),
    "that lives longer than any of ours": () => forged({ issuedAt: seconds - 3_600, expires: seconds + 3_600 }),
    "from the future": () => forged({ issuedAt: seconds + 60 }),
    "without an id of its own": () => forged({ jti: false }),
    "for one program under the name of another": () => forged({ claims: { client_id: newMachineId() } }),
    "for something that is no program": () => forged({ claims: { client_id: 7 } }),
    "that is no token": () => "no.token.this",
    "that is longer than any of ours": () => forged({ claims: { more: "x".repeat(3_000) } }),
  };
  for (const [name, make] of Object.entries(cases)) {
    test(name, async () => assert.equal(await readToken(key, await make(), now), null));
  }
});

test("a token in which any letter was changed is refused", async () => {
  const token = await issueToken(key, id, now);
  const letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.";
  const last = token.length - 1;
  await fc.assert(
    fc.asyncProperty(fc.nat(last), fc.constantFrom(...letters), async (place, letter) => {
      fc.pre(token[place] !== letter);
      const changed = token.slice(0, place) + letter + token.slice(place + 1);
      // The last letter of base64url carries bits that are thrown away: such a change changes nothing.
      const sameBytes =
        place === last &&
        Buffer.from(changed.split(".")[2] ?? "", "base64url").equals(
          Buffer.from(token.split(".")[2] ?? "", "base64url"),
        );
      assert.equal(await readToken(key, changed, now), sameBytes ? id : null);
    }),
    { numRuns: 300 },
  );
});

test("whatever is sent as a token is refused without failing", async () => {
  const part = fc.oneof(
    fc.base64String(),
    fc.json().map((text) => Buffer.from(text).toString("base64url")),
    fc.string(),
  );
  const anything = fc.oneof(
    fc.string(),
    fc.array(part, { minLength: 2, maxLength: 6 }).map((parts) => parts.join(".")),
  );
  await fc.assert(
    fc.asyncProperty(anything, async (text) => assert.equal(await readToken(key, text, now), null)),
    { numRuns: 500 },
  );
});

test("whatever claims are signed with our key, only ours are taken", async () => {
  const claims = fc.dictionary(
    fc.constantFrom("iss", "aud", "sub", "client_id", "exp", "iat", "jti", "nbf"),
    fc.jsonValue(),
  );
  await fc.assert(
    fc.asyncProperty(claims, async (given) => {
      const token = await new SignJWT(given as Record<string, unknown>)
        .setProtectedHeader({ alg: "HS256", typ: "at+jwt" })
        .sign(key)
        .catch(() => null);
      if (token !== null) assert.equal(await readToken(key, token, now), null);
    }),
    { numRuns: 300 },
  );
});
