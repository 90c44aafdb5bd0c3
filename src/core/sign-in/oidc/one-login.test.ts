import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import {
  CLIENT_ID,
  REDIRECT_URI,
  startTestProvider,
  SUBJECT,
  type TestProvider,
} from "../../../../tests/harness/oidc-provider.ts";
import { beginSignIn, finishSignIn, openProvider, type Provider, type ProviderSettings } from "./index.ts";

let one: TestProvider;
before(async () => {
  one = await startTestProvider();
});
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
  provider: Provider,
  identity: string | null = "P2",
): Promise<Awaited<ReturnType<typeof finishSignIn>>> {
  const now = Temporal.Now.instant();
  const begun = await beginSignIn(provider, { redirectUri: REDIRECT_URI, wanted: { identity } }, now);
  assert.ok(begun.ok, JSON.stringify(begun));
  return await finishSignIn(provider, begun.pending, await one.visit(begun.url), now);
}

test("a person whose identity One Login proved comes in with name, date of birth and P2", async () => {
  const finished = await signIn(openProvider(settings()));
  assert.ok(finished.ok, JSON.stringify(finished));
  const { authenticatedAt, ...rest } = finished.signIn;
  assert.deepEqual(rest, {
    issuer: one.issuer,
    subject: SUBJECT,
    credentialLevel: { framework: "gpg44", level: "Cl.Cm" },
    identityLevel: { framework: "gpg45", level: "P2" },
    name: "Alice Jane Doe",
    birthDate: "1970-01-01",
    email: "alice@example.org",
    emailVerified: true,
    identifiers: [],
    roles: [],
    returnCodes: [],
  });
});
