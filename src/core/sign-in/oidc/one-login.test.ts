import assert from "node:assert/strict";
import { after, before, beforeEach, test } from "node:test";
import {
  type Address,
  CLIENT_ID,
  REDIRECT_URI,
  type Spoilt,
  startTestProvider,
  SUBJECT,
  type TestProvider,
} from "../../../../tests/harness/oidc-provider.ts";
import {
  beginSignIn,
  type Finished,
  finishSignIn,
  openProvider,
  type Provider,
  type ProviderSettings,
  type RefusalKind,
  type SignIn,
} from "./index.ts";

let one: TestProvider;
before(async () => {
  one = await startTestProvider();
});
beforeEach(() => one.reset());
after(() => one.close());

const settings = (): ProviderSettings => ({
  profile: "one-login",
  title: "GOV.UK One Login",
  issuer: one.issuer,
  clientId: CLIENT_ID,
  credentials: { kind: "private-key", pem: one.clientKey, keyId: null },
  idTokenAlgorithm: "ES256",
  coreIdentity: {
    issuer: one.identityIssuer,
    controller: one.controller,
    confidence: ["P1", "P2", "P3"],
    returnCodes: true,
  },
});

async function signIn(
  provider: Provider = openProvider(settings()),
  identity: string | null = "P2",
  meanwhile: () => void = () => {},
): Promise<Finished> {
  const now = Temporal.Now.instant();
  const begun = await beginSignIn(provider, { redirectUri: REDIRECT_URI, wanted: { identity } }, now);
  if (!begun.ok) return begun;
  const answer = await one.visit(begun.url);
  meanwhile();
  return await finishSignIn(provider, begun.pending, answer, now);
}

function accepted(finished: Finished): SignIn {
  assert.ok(finished.ok, JSON.stringify(finished));
  return finished.signIn;
}

function refused(finished: Finished, kind: RefusalKind, says: RegExp): void {
  assert.ok(!finished.ok, "it was accepted");
  assert.equal(finished.refusal.kind, kind, finished.refusal.logLine);
  assert.match(finished.refusal.logLine, says);
  assert.doesNotMatch(finished.refusal.logLine, /alice|Alice|Doe\b|eyJ/, "a log line holds personal data or a token");
}

test("a person whose identity One Login proved comes in with name, date of birth and P2", async () => {
  const signedIn = accepted(await signIn());
  assert.ok(signedIn.authenticatedAt.epochMilliseconds > 0);
  assert.deepEqual(signedIn, {
    issuer: one.issuer,
    subject: SUBJECT,
    credentialLevel: { framework: "gpg44", level: "Cl.Cm" },
    identityLevel: { framework: "gpg45", level: "P2" },
    authenticatedAt: signedIn.authenticatedAt,
    name: "Alice Jane Doe",
    birthDate: "1970-01-01",
    email: "alice@example.org",
    emailVerified: true,
    identifiers: [],
    roles: [],
    returnCodes: [],
  });
  assert.doesNotMatch(JSON.stringify(signedIn), /eyJ/, "the core identity JWT is not kept");
});

test("the request names two factors and the level, the claim, PKCE and a fresh state and nonce each time", async () => {
  const provider = openProvider(settings());
  await signIn(provider);
  const query = one.lastQuery();
  assert.equal(query.get("vtr"), '["Cl.Cm.P2"]');
  assert.match(query.get("claims") ?? "", /coreIdentityJWT.*returnCode/);
  assert.equal(query.get("code_challenge_method"), "S256");
  await signIn(provider, null);
  assert.equal(one.lastQuery().get("vtr"), '["Cl.Cm"]');
  assert.equal(one.lastQuery().get("claims"), null);
  for (const name of ["state", "nonce", "code_challenge"]) {
    assert.notEqual(one.lastQuery().get(name), query.get(name), name);
  }
});

test("somebody who is only to be recognised comes in without an identity, even where one is stated", async () => {
  one.behaviour.idToken = { claims: { vot: "Cl.Cm.P2" } };
  const signedIn = accepted(await signIn(undefined, null));
  assert.deepEqual([signedIn.identityLevel, signedIn.name, signedIn.birthDate], [null, null, null]);
});

test("an identity is read from the core identity JWT, never from the vot of the ID token", async () => {
  one.behaviour.idToken = { claims: { vot: "Cl.Cm.P3" } };
  one.behaviour.confidence = undefined;
  refused(await signIn(), "identity-not-proved", /no core identity JWT/);
  one.behaviour.confidence = "P1";
  refused(await signIn(), "level-too-low", /vot is P1, asked for P2/);
});

test("a higher level than was asked for is taken, and told as it is", async () => {
  one.behaviour.confidence = "P3";
  assert.deepEqual(accepted(await signIn()).identityLevel, { framework: "gpg45", level: "P3" });
  one.behaviour.confidence = "P1";
  assert.deepEqual(accepted(await signIn(undefined, "P1")).identityLevel, { framework: "gpg45", level: "P1" });
});

test("return codes come with an identity that was proved and with one that was not", async () => {
  one.behaviour.returnCodes = [{ code: "B" }, { code: "C" }, { code: "B" }];
  assert.deepEqual(accepted(await signIn()).returnCodes, ["B", "C"]);
  one.behaviour.confidence = undefined;
  const finished = await signIn();
  refused(finished, "identity-not-proved", /no core identity/);
  assert.deepEqual(!finished.ok && finished.refusal.returnCodes, ["B", "C"]);
});

const seconds = (from: number): number => Math.floor(Date.now() / 1000) + from;

/** The errors of One Login's simulator, and more: what is spoilt, and the refusal that has to come of it. */
const ID_TOKEN: readonly (readonly [string, () => Spoilt, RefusalKind])[] = [
  ["INVALID_ALG_HEADER", () => ({ algorithm: "RS256" }), "wrong-algorithm"],
  ["no algorithm", () => ({ algorithm: "none" }), "wrong-algorithm"],
  ["the public key used as a shared secret", () => ({ algorithm: "HS256" }), "wrong-algorithm"],
  ["INVALID_SIGNATURE", () => ({ signature: "wrong" }), "wrong-signature"],
  ["a signature of another key", () => ({ signature: "other-key" }), "wrong-signature"],
  ["a key that is not published", () => ({ keyId: "elsewhere" }), "unknown-key"],
  ["INVALID_ISS", () => ({ claims: { iss: "https://evil.example/" } }), "wrong-issuer"],
  ["INVALID_AUD", () => ({ claims: { aud: "another-service" } }), "wrong-audience"],
  ["more audiences", () => ({ claims: { aud: [CLIENT_ID, "another"] } }), "wrong-audience"],
  ["more audiences, for us", () => ({ claims: { aud: [CLIENT_ID, "x"], azp: CLIENT_ID } }), "wrong-audience"],
  ["another subject than /userinfo", () => ({ claims: { sub: "urn:fdc:gov.uk:2022:mallory" } }), "wrong-subject"],
  ["NONCE_NOT_MATCHING", () => ({ claims: { nonce: "of-another-sign-in" } }), "wrong-nonce"],
  ["no nonce", () => ({ claims: { nonce: undefined } }), "malformed"],
  ["TOKEN_EXPIRED", () => ({ claims: { exp: seconds(-60), iat: seconds(-180) } }), "expired"],
  ["TOKEN_NOT_VALID_YET", () => ({ claims: { iat: seconds(300), exp: seconds(420) } }), "not-yet-valid"],
  ["not before a later time", () => ({ claims: { nbf: seconds(300) } }), "not-yet-valid"],
  ["INCORRECT_VOT", () => ({ claims: { vot: "Cl" } }), "level-too-low"],
  ["no vot", () => ({ claims: { vot: undefined } }), "level-too-low"],
  ["a vot of another kind", () => ({ claims: { vot: { Cl: "Cm" } } }), "level-too-low"],
];

for (const [what, spoilt, kind] of ID_TOKEN) {
  test(`an ID token is refused as ${kind}: ${what}`, async () => {
    one.behaviour.idToken = spoilt();
    refused(await signIn(), kind, new RegExp(`one-login refused, ${kind}: `));
    one.behaviour.idToken = {};
    accepted(await signIn());
  });
}

const CORE_IDENTITY: readonly (readonly [string, () => Spoilt, RefusalKind])[] = [
  ["INVALID_ALG_HEADER", () => ({ algorithm: "RS256" }), "wrong-algorithm"],
  ["no algorithm", () => ({ algorithm: "none" }), "wrong-algorithm"],
  ["the public key used as a shared secret", () => ({ algorithm: "HS256" }), "wrong-algorithm"],
  ["INVALID_SIGNATURE", () => ({ signature: "wrong" }), "wrong-signature"],
  ["forged under a key of one's own", () => ({ signature: "other-key" }), "wrong-signature"],
  ["a controller of one's own", () => ({ keyId: "did:web:evil.example#core-1" }), "unknown-key"],
  ["INVALID_ISS", () => ({ claims: { iss: "https://identity.evil.example/" } }), "wrong-issuer"],
  ["the issuer of the ID token", () => ({ claims: { iss: one.issuer } }), "wrong-issuer"],
  ["INVALID_AUD", () => ({ claims: { aud: "another-service" } }), "wrong-audience"],
  ["INCORRECT_SUB", () => ({ claims: { sub: "urn:fdc:gov.uk:2022:mallory" } }), "wrong-subject"],
  ["TOKEN_EXPIRED", () => ({ claims: { exp: seconds(-60) } }), "expired"],
  ["no expiry", () => ({ claims: { exp: undefined } }), "malformed"],
  ["not yet valid", () => ({ claims: { nbf: seconds(300) } }), "not-yet-valid"],
  ["a vot of credentials", () => ({ claims: { vot: "Cl.Cm" } }), "malformed"],
  ["a vot that does not exist", () => ({ claims: { vot: "P9" } }), "malformed"],
  ["P0", () => ({ claims: { vot: "P0" } }), "level-too-low"],
  ["no person in it", () => ({ claims: { vc: {} } }), "malformed"],
];

for (const [what, spoilt, kind] of CORE_IDENTITY) {
  test(`a core identity is refused as ${kind}: ${what}`, async () => {
    one.behaviour.coreIdentity = spoilt();
    refused(await signIn(), kind, /core identity JWT/);
    one.behaviour.coreIdentity = {};
    accepted(await signIn());
  });
}

test("an answer of 10 megabytes is not read", async () => {
  one.behaviour.claims = { email: "x".repeat(10_000_000) };
  refused(await signIn(), "provider-down", /answered more than 524288 bytes/);
});

test("a name too long to be one is refused, and marks that turn it round are taken out", async () => {
  const named = (value: string): Spoilt => ({
    claims: {
      vc: {
        credentialSubject: {
          name: [{ nameParts: [{ type: "GivenName", value }] }],
          birthDate: [{ value: "1970-01-01" }],
        },
      },
    },
  });
  one.behaviour.coreIdentity = named("x".repeat(501));
  refused(await signIn(), "malformed", /no current name/);
  one.behaviour.coreIdentity = named("Zo\u202ee\u0301\u0000\n  Ng");
  assert.equal(accepted(await signIn()).name, "Zo\u00e9 Ng");
});

test("who says no at One Login, or is turned away, comes back with that answer", async () => {
  one.behaviour.authorise = "ACCESS_DENIED";
  refused(await signIn(), "denied", /"access_denied"/);
  one.behaviour.authorise = "TEMPORARILY_UNAVAILABLE";
  refused(await signIn(), "temporarily-unavailable", /"temporarily_unavailable"/);
});

const DOWN: readonly (readonly [Address, RegExp])[] = [
  ["discovery", /openid-configuration did not answer/],
  ["token", /\/token did not answer/],
  ["jwks", /\/jwks did not answer/],
  ["userinfo", /\/me did not answer/],
  ["did", /did\.json did not answer/],
];

for (const [address, says] of DOWN) {
  test(`a provider that is down at its ${address} is a refusal that says so, and it works again afterwards`, async () => {
    one.behaviour.down.add(address);
    refused(await signIn(), "provider-down", says);
    one.behaviour.down.clear();
    accepted(await signIn());
  });
  test(`an error page of the ${address} is a refusal`, async () => {
    one.behaviour.instead.set(address, { status: 503, body: "<h1>Sorry</h1>" });
    refused(await signIn(), "provider-down", /status 503/);
    one.behaviour.instead.set(address, { status: 200, body: "<h1>Sorry</h1>" });
    const finished = await signIn();
    assert.ok(!finished.ok && ["provider-down", "malformed"].includes(finished.refusal.kind));
  });
}

test("what was read before the provider's documents went down is still trusted", async () => {
  one.behaviour.cacheControl = "max-age=0";
  const provider = openProvider(settings());
  accepted(await signIn(provider));
  for (const address of ["jwks", "did"] as const) one.behaviour.down.add(address);
  accepted(await signIn(provider));
  one.behaviour.confidence = "P1";
  refused(await signIn(provider), "level-too-low", /P1/);
});

test("the documents are asked for once while they are fresh", async () => {
  const provider = openProvider(settings());
  for (let time = 0; time < 3; time++) accepted(await signIn(provider));
  assert.deepEqual(
    (["discovery", "jwks", "did", "token"] as const).map((address) => one.asked.get(address)),
    [1, 1, 1, 3],
  );
});

for (const which of ["id-token", "core-identity"] as const) {
  test(`a new ${which} key works from its first signature, and an old one no longer once it is taken out`, async () => {
    const provider = openProvider(settings());
    accepted(await signIn(provider));
    const rotation = await one.rotate(which);
    accepted(await signIn(provider)); // published, and the old one still signs
    rotation.sign();
    accepted(await signIn(provider));
    rotation.retire();
    const old: Spoilt = { keyId: which === "id-token" ? "id-1" : `${one.controller}#core-1` };
    one.behaviour[which === "id-token" ? "idToken" : "coreIdentity"] = old;
    refused(await signIn(openProvider(settings())), "unknown-key", /not among the published keys/);
  });
}

test("a flood of unknown key ids asks the provider once", async () => {
  const provider = openProvider(settings());
  accepted(await signIn(provider));
  for (let number = 0; number < 5; number++) {
    one.behaviour.coreIdentity = { keyId: `${one.controller}#invented-${number}` };
    refused(await signIn(provider), "unknown-key", /core identity JWT/);
  }
  assert.equal(one.asked.get("did"), 2);
});

test("an answer is good once, in the browser that began, for ten minutes, from the provider it began with", async () => {
  const provider = openProvider(settings());
  const now = Temporal.Now.instant();
  const begin = async (): Promise<{ pending: Parameters<typeof finishSignIn>[1]; answer: URL }> => {
    const begun = await beginSignIn(provider, { redirectUri: REDIRECT_URI, wanted: { identity: "P2" } }, now);
    assert.ok(begun.ok);
    return { pending: begun.pending, answer: await one.visit(begun.url) };
  };
  const mine = await begin();
  const theirs = await begin();
  refused(await finishSignIn(provider, mine.pending, theirs.answer, now), "state-mismatch", /state/);
  assert.equal(one.asked.get("token"), undefined, "a strange answer is not sent to the provider");
  refused(
    await finishSignIn(provider, mine.pending, mine.answer, now.add({ minutes: 11 })),
    "not-begun",
    /too long ago/,
  );
  refused(
    await finishSignIn(provider, { ...mine.pending, provider: "own" }, mine.answer, now),
    "wrong-provider",
    /another/,
  );
  const elsewhere = new URL(mine.answer);
  elsewhere.searchParams.set("iss", "https://evil.example");
  refused(await finishSignIn(provider, mine.pending, elsewhere, now), "wrong-issuer", /evil/);
  elsewhere.searchParams.delete("iss");
  refused(await finishSignIn(provider, mine.pending, elsewhere, now), "wrong-issuer", /comes from/);
  const twice = new URL(`${mine.answer.href}&code=another`);
  refused(await finishSignIn(provider, mine.pending, twice, now), "malformed", /code twice/);
  const verifier = { ...mine.pending, verifier: theirs.pending.verifier };
  refused(await finishSignIn(provider, verifier, mine.answer, now), "code-refused", /code/);
  accepted(await finishSignIn(provider, theirs.pending, theirs.answer, now));
  refused(await finishSignIn(provider, theirs.pending, theirs.answer, now), "code-refused", /used before/);
});

test("a code of another person's sign-in put under one's own state is refused", async () => {
  const provider = openProvider(settings());
  const now = Temporal.Now.instant();
  const request = { redirectUri: REDIRECT_URI, wanted: { identity: "P2" } };
  const [mine, theirs] = [await beginSignIn(provider, request, now), await beginSignIn(provider, request, now)];
  assert.ok(mine.ok && theirs.ok);
  const stolen = new URL(await one.visit(mine.url));
  stolen.searchParams.set("code", (await one.visit(theirs.url)).searchParams.get("code") ?? "");
  refused(await finishSignIn(provider, mine.pending, stolen, now), "code-refused", /code/);
});

test("what One Login would not accept is said before the visitor is sent there", async () => {
  const provider = openProvider({
    ...settings(),
    coreIdentity: { issuer: one.identityIssuer, controller: one.controller, confidence: ["P2"], returnCodes: false },
  });
  refused(await signIn(provider, "P3"), "request-not-allowed", /not registered for P3/);
  refused(await signIn(provider, "P9"), "request-not-allowed", /"P9" is not one of its identity levels/);
  for (const redirectUri of ["http://handrail.example/back", "https://handrail.example/back?next=1", "nowhere"]) {
    const begun = await beginSignIn(provider, { redirectUri, wanted: { identity: null } }, Temporal.Now.instant());
    assert.ok(!begun.ok && begun.refusal.kind === "request-not-allowed", redirectUri);
  }
  assert.equal(one.asked.get("discovery"), undefined);
});

test("a service that the provider does not know by this key is told so in the log", async () => {
  const stranger = await startTestProvider();
  await stranger.close();
  const provider = openProvider({
    ...settings(),
    credentials: { kind: "private-key", pem: stranger.clientKey, keyId: null },
  });
  refused(await signIn(provider), "not-registered", /invalid_client|status 401/);
});
