import assert from "node:assert/strict";
import { generateKeyPairSync } from "node:crypto";
import { test } from "node:test";
import { openProvider, readProviderSettings } from "./index.ts";

const rsa = generateKeyPairSync("rsa", { modulusLength: 2048 }).privateKey;
const FILES: Readonly<Record<string, string>> = {
  "/keys/rsa.pem": rsa.export({ type: "pkcs8", format: "pem" }) as string,
  "/keys/pkcs1.pem": rsa.export({ type: "pkcs1", format: "pem" }) as string,
  "/keys/ec.pem": generateKeyPairSync("ec", { namedCurve: "P-256" }).privateKey.export({
    type: "pkcs8",
    format: "pem",
  }) as string,
  "/keys/secret": "a-secret\n",
  "/keys/empty": "\n",
};
const readFile = (path: string): string => {
  const text = FILES[path];
  if (text === undefined) throw new Error("ENOENT");
  return text;
};
const read = (environment: Record<string, string>): ReturnType<typeof readProviderSettings> =>
  readProviderSettings(environment, readFile);
const faults = (environment: Record<string, string>): string => {
  const answer = read(environment);
  return answer.ok ? "" : answer.faults.join("\n");
};

const ONE_LOGIN = { HANDRAIL_ONE_LOGIN_CLIENT_ID: "abc", HANDRAIL_ONE_LOGIN_PRIVATE_KEY_FILE: "/keys/rsa.pem" };
const TENANT = "8eaef023-2b34-4da1-9baa-8bc8c9d6a490";

test("without a client id there is no provider", () => {
  assert.deepEqual(read({}), { ok: true, providers: [] });
  assert.deepEqual(read({ HANDRAIL_ENTRA_CLIENT_ID: "" }), { ok: true, providers: [] });
});

test("One Login needs a client id and a key; the rest is known", () => {
  const answer = read(ONE_LOGIN);
  assert.ok(answer.ok, JSON.stringify(answer));
  const [settings] = answer.providers;
  assert.equal(settings?.issuer, "https://oidc.account.gov.uk/");
  assert.deepEqual(settings?.coreIdentity, {
    issuer: "https://identity.account.gov.uk/",
    controller: "did:web:identity.account.gov.uk",
    confidence: ["P2"],
    returnCodes: false,
  });
  assert.equal(openProvider(settings).title, "GOV.UK One Login");
  const integration = read({
    ...ONE_LOGIN,
    HANDRAIL_ONE_LOGIN_PRIVATE_KEY_FILE: "/keys/pkcs1.pem",
    HANDRAIL_ONE_LOGIN_ENVIRONMENT: "integration",
    HANDRAIL_ONE_LOGIN_LEVELS: "P1, P2",
    HANDRAIL_ONE_LOGIN_RETURN_CODES: "1",
  });
  assert.ok(integration.ok);
  assert.deepEqual(integration.providers[0]?.coreIdentity, {
    issuer: "https://identity.integration.account.gov.uk/",
    controller: "did:web:identity.integration.account.gov.uk",
    confidence: ["P1", "P2"],
    returnCodes: true,
  });
});

test("all providers stand beside each other", () => {
  const answer = read({
    ...ONE_LOGIN,
    HANDRAIL_NHS_LOGIN_CLIENT_ID: "nhs",
    HANDRAIL_NHS_LOGIN_PRIVATE_KEY_FILE: "/keys/rsa.pem",
    HANDRAIL_CIS2_CLIENT_ID: "1.apps.national",
    HANDRAIL_CIS2_ISSUER: "https://am.example:443/openam/oauth2/realms/root",
    HANDRAIL_CIS2_SECRET_FILE: "/keys/secret",
    HANDRAIL_ENTRA_CLIENT_ID: "app",
    HANDRAIL_ENTRA_TENANT_ID: TENANT,
    HANDRAIL_ENTRA_SECRET_FILE: "/keys/secret",
    HANDRAIL_OIDC_CLIENT_ID: "handrail",
    HANDRAIL_OIDC_TITLE: "Borough account",
    HANDRAIL_OIDC_ISSUER: "https://id.borough.example",
    HANDRAIL_OIDC_SECRET_FILE: "/keys/secret",
    HANDRAIL_OIDC_ALGORITHM: "ES256",
  });
  assert.ok(answer.ok, JSON.stringify(answer));
  assert.deepEqual(
    answer.providers.map(({ profile, issuer, title, idTokenAlgorithm }) => [profile, issuer, title, idTokenAlgorithm]),
    [
      ["one-login", "https://oidc.account.gov.uk/", "GOV.UK One Login", "ES256"],
      ["nhs-login", "https://auth.login.nhs.uk", "NHS login", "RS512"],
      ["cis2", "https://am.example:443/openam/oauth2/realms/root", "NHS Care Identity", "RS256"],
      ["entra", `https://login.microsoftonline.com/${TENANT}/v2.0`, "Microsoft Entra ID", "RS256"],
      ["own", "https://id.borough.example", "Borough account", "ES256"],
    ],
  );
  assert.deepEqual(answer.providers[3]?.credentials, { kind: "secret", secret: "a-secret" });
});

test("each wrong setting is named, with what to write", () => {
  const id = "HANDRAIL_ONE_LOGIN_CLIENT_ID";
  assert.match(faults({ [id]: "abc" }), /HANDRAIL_ONE_LOGIN_PRIVATE_KEY_FILE is missing/);
  const key = (path: string): string => faults({ ...ONE_LOGIN, HANDRAIL_ONE_LOGIN_PRIVATE_KEY_FILE: path });
  assert.match(key("/keys/none.pem"), /cannot be read/);
  assert.match(key("/keys/ec.pem"), /not an RSA private key of 2048 bits/);
  assert.match(key("/keys/secret"), /not an RSA private key/);
  assert.match(faults({ ...ONE_LOGIN, [id]: "two words" }), /_CLIENT_ID is longer than 200 characters or has blanks/);
  assert.match(faults({ ...ONE_LOGIN, HANDRAIL_ONE_LOGIN_LEVELS: "P9" }), /not a list of P1, P2 and P3/);
  assert.match(faults({ ...ONE_LOGIN, HANDRAIL_ONE_LOGIN_ENVIRONMENT: "test" }), /neither production nor integration/);
  assert.match(faults({ ...ONE_LOGIN, HANDRAIL_ONE_LOGIN_CONTROLLER: "did:key:z" }), /not a did:web/);
  assert.match(
    faults({ ...ONE_LOGIN, HANDRAIL_ONE_LOGIN_ISSUER: "http://one.example" }),
    /plain http is taken for this machine/,
  );
  assert.match(faults({ ...ONE_LOGIN, HANDRAIL_ONE_LOGIN_ALGORITHM: "none" }), /_ALGORITHM is none of ES256/);
  assert.match(
    faults({ HANDRAIL_CIS2_CLIENT_ID: "x", HANDRAIL_CIS2_SECRET_FILE: "/keys/secret" }),
    /HANDRAIL_CIS2_ISSUER is missing/,
  );
  const entra = { HANDRAIL_ENTRA_CLIENT_ID: "app", HANDRAIL_ENTRA_SECRET_FILE: "/keys/secret" };
  assert.match(faults({ ...entra, HANDRAIL_ENTRA_TENANT_ID: "common" }), /not a tenant id/);
  assert.match(
    faults({ ...entra, HANDRAIL_ENTRA_TENANT_ID: TENANT, HANDRAIL_ENTRA_SECRET_FILE: "/keys/empty" }),
    /does not hold a client secret/,
  );
  const own = { HANDRAIL_OIDC_CLIENT_ID: "x", HANDRAIL_OIDC_ISSUER: "https://id.example" };
  const both = { ...own, HANDRAIL_OIDC_SECRET_FILE: "/keys/secret", HANDRAIL_OIDC_PRIVATE_KEY_FILE: "/keys/rsa.pem" };
  assert.match(faults(both), /are both set/);
  assert.match(
    faults({ ...own, HANDRAIL_OIDC_ISSUER: "", HANDRAIL_OIDC_SECRET_FILE: "/keys/secret" }),
    /HANDRAIL_OIDC_ISSUER is missing/,
  );
  assert.doesNotMatch(faults(both) + key("/keys/secret"), /a-secret|BEGIN/);
});
