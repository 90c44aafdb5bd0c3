/** Whatever bytes a visitor, a provider or a forger sends: a value or a refusal, never a throw, never an accepted identity. */
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { exportJWK, exportPKCS8, generateKeyPair, SignJWT } from "jose";
import { readBirthDate, readEmail, readName } from "./claims.ts";
import { CORE_IDENTITY_CLAIM, readCoreIdentity, readReturnCodes } from "./core-identity.ts";
import { beginSignIn, finishSignIn, openPending, openProvider, type Provider, type ProviderSettings } from "./index.ts";
import { checkJwt } from "./jwt.ts";
import { didWebAddress, type PublishedKeys, readDidDocument, readKeySet } from "./keys.ts";
import { publishedDocument, type PublishedDocument } from "./published-document.ts";
import type { Fetch } from "./transport.ts";

const now = Temporal.Instant.from("2026-03-01T09:00:00Z");
const seconds = now.epochMilliseconds / 1000;
const controller = "did:web:identity.account.gov.uk";
const ours = await generateKeyPair("ES256", { extractable: true });
const forgers = await generateKeyPair("ES256");
const client = await generateKeyPair("RS256", { extractable: true });

const keys = async (): Promise<PublishedDocument<PublishedKeys>> => {
  const publicKeyJwk = await exportJWK(ours.publicKey);
  const document = { id: controller, assertionMethod: [{ id: `${controller}#1`, controller, publicKeyJwk }] };
  return publishedDocument(
    "https://identity.account.gov.uk/.well-known/did.json",
    () => Promise.resolve(Response.json(document)),
    (value) => readDidDocument(value, controller),
  );
};
const published = await keys();

const expected = {
  keys: published,
  issuer: "https://identity.account.gov.uk/",
  clientId: "handrail",
  subject: "alice",
  asked: { framework: "gpg45", level: "P2" },
} as const;

const good = {
  iss: expected.issuer,
  aud: expected.clientId,
  sub: expected.subject,
  iat: seconds,
  exp: seconds + 1_800,
  vot: "P2",
  vc: {
    credentialSubject: {
      name: [{ nameParts: [{ type: "GivenName", value: "Alice" }] }],
      birthDate: [{ value: "1970-01-01" }],
    },
  },
};

const sign = (claims: object, key: CryptoKey = ours.privateKey): Promise<string> =>
  new SignJWT({ ...claims }).setProtectedHeader({ alg: "ES256", kid: `${controller}#1` }).sign(key);

const anything = fc.anything({ maxDepth: 4, withNullPrototype: true });
const json = fc.jsonValue({ maxDepth: 5 });
const part = fc.oneof(
  fc.base64String(),
  json.map((value) => Buffer.from(JSON.stringify(value)).toString("base64url")),
  fc
    .record(
      {
        alg: fc.constantFrom("ES256", "none", "HS256", ""),
        kid: fc.oneof(fc.constant(`${controller}#1`), json),
        crit: json,
      },
      { requiredKeys: [] },
    )
    .map((header) => Buffer.from(JSON.stringify(header)).toString("base64url")),
);
const jwtLike = fc.oneof(
  anything,
  fc.string(),
  fc.array(part, { maxLength: 6 }).map((parts) => parts.join(".")),
);

test("what is not a JWT of the provider is never an identity", async () => {
  await fc.assert(
    fc.asyncProperty(jwtLike, async (jwt) => {
      const read = await readCoreIdentity(jwt, expected, now);
      assert.equal(read.ok, false);
      const called = { called: "token", algorithm: "ES256", keys: published, issuer: "x", audience: "y" };
      assert.equal((await checkJwt(jwt, called, now)).ok, false);
    }),
    { numRuns: 1_000 },
  );
});

test("one character changed in a good core identity, and it is none", async () => {
  const jwt = await sign(good);
  assert.equal((await readCoreIdentity(jwt, expected, now)).ok, true);
  await fc.assert(
    fc.asyncProperty(fc.nat(jwt.length - 1), fc.constantFrom(..."AZaz09-_.="), async (at, character) => {
      fc.pre(jwt[at] !== character);
      const changed = `${jwt.slice(0, at)}${character}${jwt.slice(at + 1)}`;
      // The last character of base64url may hold bits that are not part of the bytes.
      const same = changed
        .split(".")
        .map((each) => Buffer.from(each, "base64url").toString("hex"))
        .join(".");
      fc.pre(
        same !==
          jwt
            .split(".")
            .map((each) => Buffer.from(each, "base64url").toString("hex"))
            .join("."),
      );
      assert.equal((await readCoreIdentity(changed, expected, now)).ok, false);
    }),
    { numRuns: 500 },
  );
});

test("a forger's signature is refused whatever the claims", async () => {
  await fc.assert(
    fc.asyncProperty(fc.dictionary(fc.string(), json), async (more) => {
      const read = await readCoreIdentity(await sign({ ...good, ...more }, forgers.privateKey), expected, now);
      assert.equal(read.ok, false);
    }),
    { numRuns: 200 },
  );
});

test("what the provider signs is an identity only if it is for us, of this person, in time and of the level", async () => {
  const odd = <T>(value: T): fc.Arbitrary<unknown> =>
    fc.oneof({ weight: 4, arbitrary: fc.constant(value) }, { weight: 1, arbitrary: json });
  const claims = fc.record({
    iss: odd(good.iss),
    aud: fc.oneof(odd<unknown>(good.aud), fc.constant([good.aud]), fc.constant([good.aud, "another"])),
    sub: odd(good.sub),
    exp: fc.oneof(odd(good.exp), fc.integer({ min: 0, max: 2 * seconds })),
    nbf: fc.oneof(fc.constant(seconds), fc.integer({ min: 0, max: 2 * seconds }), json),
    vot: fc.oneof(fc.constantFrom("P0", "P1", "P2", "P3", "Cl.Cm.P2"), json),
    vc: odd(good.vc),
  });
  let accepted = 0;
  await fc.assert(
    fc.asyncProperty(claims, async (payload) => {
      const jwt = await sign(payload).catch(() => "not to be signed");
      const read = await readCoreIdentity(jwt, expected, now);
      if (!read.ok) return;
      accepted++;
      assert.equal(payload.iss, good.iss);
      assert.ok(payload.aud === good.aud || (Array.isArray(payload.aud) && payload.aud.length === 1));
      assert.equal(payload.sub, good.sub);
      assert.ok(typeof payload.exp === "number" && payload.exp > seconds - 30);
      assert.ok(typeof payload.nbf === "number" && payload.nbf <= seconds + 30);
      assert.ok(payload.vot === "P2" || payload.vot === "P3");
      assert.deepEqual(read.identity, {
        level: { framework: "gpg45", level: payload.vot },
        name: "Alice",
        birthDate: "1970-01-01",
      });
    }),
    { numRuns: 1_500 },
  );
  assert.ok(accepted > 10, `only ${accepted} good ones were among them: the test proves little`);
});

test("whatever stands in the credential, the person read from it has a name and a day of birth, or there is none", async () => {
  const word = fc.oneof(fc.string(), fc.string({ unit: "binary", maxLength: 20 }), json);
  const names = fc.array(
    fc.record({
      validUntil: fc.oneof(fc.constant(null), fc.constant(undefined), json),
      nameParts: fc.oneof(
        fc.array(fc.record({ type: fc.constantFrom("GivenName", "FamilyName", "x"), value: word })),
        json,
      ),
    }),
  );
  const subject = fc.oneof(
    fc.record({
      name: fc.oneof(names, json),
      birthDate: fc.oneof(fc.constant(good.vc.credentialSubject.birthDate), json),
    }),
    json,
  );
  await fc.assert(
    fc.asyncProperty(subject, async (credentialSubject) => {
      const read = await readCoreIdentity(await sign({ ...good, vc: { credentialSubject } }), expected, now);
      if (!read.ok) return assert.equal(read.refusal.kind, "malformed");
      assert.match(read.identity.name, /^[^\p{Cc}\p{Cf}]{1,500}$/u);
      assert.match(read.identity.birthDate, /^\d{4}-\d\d-\d\d$/);
    }),
    { numRuns: 500 },
  );
});

test("readers of claims and documents take anything", () => {
  fc.assert(
    fc.property(fc.oneof(anything, json, fc.string({ unit: "binary" })), (value) => {
      const name = readName(value);
      if (name !== null) assert.equal(readName(name), name, "a name that was read reads the same");
      const birthDate = readBirthDate(value, now);
      if (birthDate !== null) assert.ok(birthDate >= "1880-01-01" && birthDate <= "2026-03-02");
      const email = readEmail(value);
      if (email !== null) assert.match(email, /^[^@\s]+@[^@\s]+$/);
      for (const code of readReturnCodes(value)) assert.match(code, /^[A-Z]$/);
      for (const read of [readKeySet(value), readDidDocument(value, controller)])
        if (read.ok) assert.ok(read.value.size <= 100);
      if (typeof value === "string") {
        const address = didWebAddress(`did:web:${value}`);
        if (address !== undefined) assert.ok(URL.canParse(address) && address.endsWith("/did.json"));
      }
    }),
    { numRuns: 3_000 },
  );
});

test("a DID document gives no key that is not under its controller", () => {
  const method = fc.record({
    id: fc.oneof(
      fc.constant(`${controller}#a`),
      fc.string().map((id) => `${controller}${id}`),
      json,
    ),
    controller: fc.oneof(fc.constant(controller), json),
    publicKeyJwk: fc.oneof(fc.constant({ kty: "EC", crv: "P-256", x: "x", y: "y" }), json),
  });
  const document = fc.record({
    id: fc.constant(controller),
    assertionMethod: fc.array(fc.oneof(method, json), { maxLength: 5 }),
  });
  fc.assert(
    fc.property(document, (value) => {
      const read = readDidDocument(value, controller);
      if (read.ok)
        for (const id of read.value.keys())
          assert.ok(id.startsWith(`${controller}#`) && id.length > controller.length + 1);
    }),
    { numRuns: 1_000 },
  );
});

const settings: ProviderSettings = {
  profile: "one-login",
  title: "GOV.UK One Login",
  issuer: "https://oidc.account.gov.uk/",
  clientId: expected.clientId,
  credentials: { kind: "private-key", pem: await exportPKCS8(client.privateKey), keyId: null },
  idTokenAlgorithm: "ES256",
  coreIdentity: { issuer: expected.issuer, controller, confidence: ["P2"], returnCodes: true },
};

/** A provider whose answers are made up: discovery right, the rest as the property wishes. */
function answering(answers: Readonly<Record<string, unknown>>, status: number): Provider {
  const at = (path: string): string => `https://oidc.account.gov.uk/${path}`;
  const discovery = {
    issuer: settings.issuer,
    authorization_endpoint: at("authorize"),
    token_endpoint: at("token"),
    userinfo_endpoint: at("userinfo"),
    jwks_uri: at("jwks"),
  };
  const fetch: Fetch = (url) => {
    if (url.endsWith("openid-configuration")) return Promise.resolve(Response.json(discovery));
    const answer = answers[new URL(url).pathname.slice(1)];
    const body = typeof answer === "string" ? answer : JSON.stringify(answer ?? null);
    return Promise.resolve(new Response(body, { status, headers: { "content-type": "application/json" } }));
  };
  return openProvider(settings, { fetch });
}

const redirectUri = "https://handrail.example/back";
const wanted = { identity: "P2" };

test("whatever comes back with the visitor, nobody is let in and nothing is thrown", async () => {
  const provider = answering({}, 200);
  const begun = await beginSignIn(provider, { redirectUri, wanted }, now);
  assert.ok(begun.ok);
  const { pending } = begun;
  const name = fc.constantFrom("state", "code", "error", "iss", "error_description", "response", "id_token");
  const value = fc.oneof(
    fc.constant(pending.state),
    fc.string(),
    fc.constantFrom("access_denied", "__proto__", "constructor", settings.issuer),
  );
  await fc.assert(
    fc.asyncProperty(fc.array(fc.tuple(name, value), { maxLength: 6 }), fc.boolean(), async (query, right) => {
      const url = new URL(redirectUri);
      if (right) url.searchParams.append("state", pending.state);
      for (const [key, text] of query) url.searchParams.append(key, text);
      const finished = await finishSignIn(provider, pending, url, now);
      assert.ok(!finished.ok && !/[\r\n]/.test(finished.refusal.logLine));
    }),
    { numRuns: 500 },
  );
});

test("whatever a provider answers without its signature, nobody is let in and nothing is thrown", async () => {
  const claims = fc.record(
    { ...Object.fromEntries(Object.keys(good).map((name) => [name, json])), nonce: json },
    { requiredKeys: [] },
  );
  const token = fc.oneof(
    fc.string(),
    json,
    fc.record({
      access_token: fc.oneof(fc.constant("token"), json),
      token_type: fc.oneof(fc.constant("Bearer"), json),
      id_token: fc.oneof(
        json,
        claims.map(
          (payload) =>
            `${encode({ alg: "ES256", kid: "1" })}.${encode({ ...good, iss: settings.issuer, ...payload })}.AAAA`,
        ),
      ),
    }),
  );
  const other = fc.oneof(fc.string(), json, fc.record({ sub: fc.constant("alice"), [CORE_IDENTITY_CLAIM]: json }));
  await fc.assert(
    fc.asyncProperty(
      token,
      other,
      other,
      fc.constantFrom(200, 200, 200, 400, 401, 302, 500),
      async (first, userinfo, jwks, status) => {
        const provider = answering({ token: first, userinfo, jwks }, status);
        const begun = await beginSignIn(provider, { redirectUri, wanted }, now);
        assert.ok(begun.ok);
        const url = new URL(`${redirectUri}?code=c&state=${begun.pending.state}`);
        const finished = await finishSignIn(provider, begun.pending, url, now);
        assert.ok(!finished.ok && !/[\r\n]/.test(finished.refusal.logLine));
      },
    ),
    { numRuns: 500 },
  );
});

test("whatever a discovery document holds, a sign-in begins at its own provider or not at all", async () => {
  const address = fc.oneof(
    fc.webUrl(),
    fc.webUrl({ validSchemes: ["http", "https", "ftp"] }),
    fc.constant("https://oidc.account.gov.uk/x"),
    json,
  );
  const document = fc.oneof(
    json,
    fc.string(),
    fc.record({
      issuer: fc.oneof(fc.constant(settings.issuer), json),
      authorization_endpoint: address,
      token_endpoint: address,
      userinfo_endpoint: address,
      jwks_uri: address,
    }),
  );
  await fc.assert(
    fc.asyncProperty(document, async (value) => {
      const body = typeof value === "string" ? value : JSON.stringify(value);
      const provider = openProvider(settings, { fetch: () => Promise.resolve(new Response(body)) });
      const begun = await beginSignIn(provider, { redirectUri, wanted }, now);
      if (begun.ok) assert.equal(begun.url.protocol, "https:");
      else assert.equal(begun.refusal.kind, "provider-down");
    }),
    { numRuns: 500 },
  );
});

test("whatever a cookie holds, it is no sign-in that was begun", async () => {
  const key = new Uint8Array(32);
  await fc.assert(
    fc.asyncProperty(
      fc.oneof(
        fc.string(),
        fc.array(part, { maxLength: 6 }).map((parts) => parts.join(".")),
      ),
      async (sealed) => {
        assert.equal((await openPending(sealed, key, now)).ok, false);
      },
    ),
    { numRuns: 500 },
  );
});

const encode = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString("base64url");
