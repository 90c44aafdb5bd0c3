import assert from "node:assert/strict";
import { test } from "node:test";
import {
  CLIENT_ID,
  CLIENT_SECRET,
  REDIRECT_URI,
  startTestProvider,
  type TestProvider,
  type TestProviderOptions,
} from "../../../../tests/harness/oidc-provider.ts";
import {
  beginSignIn,
  type Finished,
  finishSignIn,
  openProvider,
  type ProfileName,
  PROFILES,
  type ProviderSettings,
} from "./index.ts";

interface Running {
  readonly provider: TestProvider;
  readonly signIn: (identity: string | null, claims: Record<string, unknown>) => Promise<Finished>;
}

async function withProvider(
  profile: ProfileName,
  options: TestProviderOptions,
  body: (running: Running) => Promise<void>,
): Promise<void> {
  const provider = await startTestProvider(options);
  try {
    const settings: ProviderSettings = {
      profile,
      title: PROFILES[profile].title,
      issuer: provider.issuer,
      clientId: CLIENT_ID,
      credentials:
        options.authentication === "client_secret_post"
          ? { kind: "secret", secret: CLIENT_SECRET }
          : { kind: "private-key", pem: provider.clientKey, keyId: null },
      idTokenAlgorithm: PROFILES[profile].idTokenAlgorithm,
      coreIdentity: null,
    };
    const opened = openProvider(settings);
    await body({
      provider,
      async signIn(identity, claims) {
        provider.behaviour.claims = claims;
        const now = Temporal.Now.instant();
        const begun = await beginSignIn(
          opened,
          { redirectUri: REDIRECT_URI, wanted: { identity, language: "cy" } },
          now,
        );
        if (!begun.ok) return begun;
        return await finishSignIn(opened, begun.pending, await provider.visit(begun.url), now);
      },
    });
  } finally {
    await provider.close();
  }
}

const kind = (finished: Finished): string => (finished.ok ? "accepted" : finished.refusal.kind);

test("NHS login tells its own level and the NHS number, and never less than two factors is taken", async () => {
  await withProvider("nhs-login", { idTokenAlgorithm: "RS512" }, async ({ provider, signIn }) => {
    const person = {
      vot: "P9.Cp.Cd",
      identity_proofing_level: "P9",
      nhs_number: "9912003888",
      family_name: "Millar",
      given_name: "Mona",
      birthdate: "1968-02-12",
      email_verified: "true",
    };
    const finished = await signIn("P9", person);
    assert.ok(finished.ok, JSON.stringify(finished));
    const { authenticatedAt: _, issuer: _issuer, subject: _subject, ...rest } = finished.signIn;
    assert.deepEqual(rest, {
      credentialLevel: { framework: "nhs-login", level: "Cp.Cd" },
      identityLevel: { framework: "nhs-login", level: "P9" },
      name: "Mona Millar",
      birthDate: "1968-02-12",
      email: "alice@example.org",
      emailVerified: true,
      identifiers: [{ system: "nhs-number", value: "9912003888" }],
      roles: [],
      returnCodes: [],
    });
    assert.equal(provider.lastQuery().get("vtr"), '["P9.Cp.Cd","P9.Cp.Ck","P9.Cm"]');
    assert.equal(provider.lastQuery().get("ui_locales"), null, "NHS login does not take a language");
    assert.equal(kind(await signIn("P9", { ...person, identity_proofing_level: "P5" })), "level-too-low");
    assert.equal(kind(await signIn("P9", { ...person, identity_proofing_level: undefined })), "identity-not-proved");
    assert.equal(kind(await signIn("P9", { ...person, vot: "P9.Cp" })), "level-too-low");
    assert.equal(kind(await signIn("P5", person)), "accepted");
    assert.equal(kind(await signIn("P2", person)), "request-not-allowed", "a level of GPG 45 is none of NHS login's");
  });
});

test("NHS CIS2 tells both assurance levels and the roles a person holds, in which organisation", async () => {
  await withProvider("cis2", { idTokenAlgorithm: "RS256" }, async ({ provider, signIn }) => {
    const nurse = {
      vot: undefined,
      id_assurance_level: "3",
      authentication_assurance_level: "3",
      name: "NYGMA Ann",
      nhsid_useruid: "555254242102",
      nhsid_nrbac_roles: [
        { org_code: "RXX01", role_code: "S8000:G8000:R8001", role_name: "Nurse" },
        { org_code: "A N", role_code: "S8000:G8000:R8000" },
        "no role",
      ],
    };
    const finished = await signIn("3", nurse);
    assert.ok(finished.ok, JSON.stringify(finished));
    assert.deepEqual(finished.signIn.credentialLevel, { framework: "cis2", level: "3" });
    assert.deepEqual(finished.signIn.identityLevel, { framework: "cis2", level: "3" });
    assert.deepEqual(finished.signIn.identifiers, [{ system: "nhs-user-unique-id", value: "555254242102" }]);
    assert.deepEqual(finished.signIn.roles, [
      { organisation: "RXX01", role: "S8000:G8000:R8001" },
      { organisation: null, role: "S8000:G8000:R8000" },
    ]);
    assert.equal(provider.lastQuery().get("acr_values"), "AAL2_OR_AAL3_ANY");
    assert.equal(kind(await signIn("3", { ...nurse, id_assurance_level: 2 })), "level-too-low");
    assert.equal(kind(await signIn(null, { ...nurse, authentication_assurance_level: "1" })), "level-too-low");
  });
});

test("Entra ID: a member of the tenant was enrolled by the authority, a guest by nobody, and no address is verified", async () => {
  await withProvider(
    "entra",
    { authentication: "client_secret_post", idTokenAlgorithm: "RS256" },
    async ({ provider, signIn }) => {
      const officer = {
        oid: "00000000-0000-0000-66f3-3332eca7ea81",
        name: "Sam Osei",
        roles: ["Handrail.LeadProfessional"],
        email: "sam@council.example",
        email_verified: undefined,
      };
      const finished = await signIn("enrolled", officer);
      assert.ok(finished.ok, JSON.stringify(finished));
      assert.deepEqual(finished.signIn.identityLevel, { framework: "own", level: "enrolled" });
      assert.deepEqual(
        [finished.signIn.name, finished.signIn.email, finished.signIn.emailVerified, finished.signIn.credentialLevel],
        ["Sam Osei", "sam@council.example", false, null],
      );
      assert.deepEqual(finished.signIn.roles, [{ organisation: null, role: "Handrail.LeadProfessional" }]);
      assert.equal(provider.asked.get("userinfo"), undefined, "Graph is not asked");
      const guest = { ...officer, idp: "https://sts.windows.net/another/" };
      assert.equal(kind(await signIn("enrolled", guest)), "identity-not-proved");
    },
  );
});

test("an authority's own provider of any make signs people in with a secret", async () => {
  await withProvider(
    "own",
    { authentication: "client_secret_post", idTokenAlgorithm: "RS256" },
    async ({ provider, signIn }) => {
      const finished = await signIn("enrolled", { name: "Sam Osei", roles: ["worker", 7, "with blank"] });
      assert.ok(finished.ok, JSON.stringify(finished));
      assert.deepEqual(finished.signIn.roles, [{ organisation: null, role: "worker" }]);
      assert.equal(finished.signIn.emailVerified, true);
      assert.equal(provider.lastQuery().get("ui_locales"), "cy");
      provider.behaviour.instead.set("discovery", {
        status: 200,
        body: JSON.stringify({ issuer: "https://evil.example" }),
      });
      assert.equal(kind(await signIn(null, {})), "accepted", "what was read before stands");
    },
  );
});

test("a discovery document of another issuer, or one that leads away from https, is not believed", async () => {
  await withProvider(
    "own",
    { authentication: "client_secret_post", idTokenAlgorithm: "RS256" },
    async ({ provider }) => {
      const good = {
        issuer: provider.issuer,
        authorization_endpoint: `${provider.issuer}/auth`,
        token_endpoint: `${provider.issuer}/token`,
        userinfo_endpoint: `${provider.issuer}/me`,
        jwks_uri: `${provider.issuer}/jwks`,
      };
      const spoilt: readonly object[] = [
        { ...good, issuer: "https://evil.example" },
        { ...good, issuer: `${provider.issuer}/` },
        { ...good, token_endpoint: "http://evil.example/token" },
        { ...good, jwks_uri: "file:///etc/passwd" },
        { ...good, authorization_endpoint: "https://user:word@evil.example/" },
        { ...good, userinfo_endpoint: undefined },
        [],
      ];
      for (const document of spoilt) {
        provider.behaviour.instead.set("discovery", { status: 200, body: JSON.stringify(document) });
        const opened = openProvider({
          profile: "own",
          title: "Own",
          issuer: provider.issuer,
          clientId: CLIENT_ID,
          credentials: { kind: "secret", secret: CLIENT_SECRET },
          idTokenAlgorithm: "RS256",
          coreIdentity: null,
        });
        const request = { redirectUri: REDIRECT_URI, wanted: { identity: null } };
        const begun = await beginSignIn(opened, request, Temporal.Now.instant());
        assert.ok(!begun.ok && begun.refusal.kind === "provider-down", JSON.stringify(document));
      }
    },
  );
});

test("plain http is for this machine only", () => {
  const settings: ProviderSettings = {
    profile: "own",
    title: "Own",
    issuer: "http://id.council.example",
    clientId: CLIENT_ID,
    credentials: { kind: "secret", secret: CLIENT_SECRET },
    idTokenAlgorithm: "RS256",
    coreIdentity: null,
  };
  assert.throws(() => openProvider(settings), /its issuer has to be an https address/);
  for (const issuer of ["http://127.0.0.1:3000", "http://localhost:3000/", "https://id.council.example"]) {
    assert.equal(openProvider({ ...settings, issuer }).id, "own");
  }
});
