/**
 * A real OpenID provider (`oidc-provider`) on loopback for tests, which behaves as GOV.UK One Login does: `vtr`, a core
 * identity JWT under keys of its own, a DID document. Around it a layer that spoils answers on purpose, with the errors that
 * One Login's simulator injects, takes addresses down, rotates keys, and counts what was asked.
 */
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { exportJWK, exportPKCS8, generateKeyPair, type JWK, type JWTPayload, SignJWT } from "jose";
import OidcProvider, { type Configuration, errors } from "oidc-provider";
import { readVtr } from "../../src/core/sign-in/oidc/vtr.ts";

export const CLIENT_ID = "handrail-test";
export const CLIENT_SECRET = "a-secret-known-to-both-sides-of-the-test";
export const REDIRECT_URI = "https://handrail.example/sign-in/callback";
const SERVICE = new URL(REDIRECT_URI).origin;
export const SUBJECT = "urn:fdc:gov.uk:2022:alice";

/** How to spoil a token: other claims, or a header or signature that is not right. */
export interface Spoilt {
  readonly claims?: Readonly<Record<string, unknown>>;
  readonly algorithm?: "none" | "HS256" | "RS256" | "ES256";
  readonly signature?: "wrong" | "other-key";
  readonly keyId?: string;
}

export type Address = "discovery" | "jwks" | "token" | "userinfo" | "did";

/** What the provider does; a test changes it as it goes. */
export interface Behaviour {
  authorise: "ACCESS_DENIED" | "TEMPORARILY_UNAVAILABLE" | null;
  idToken: Spoilt;
  coreIdentity: Spoilt;
  /** Undefined: the claim is left out, as when identity was not proved. */
  confidence: string | undefined;
  returnCodes: readonly { readonly code: string }[] | undefined;
  /** More claims of the account, for other providers than One Login. */
  claims: Record<string, unknown>;
  readonly down: Set<Address>;
  /** Answers of an address in place of its own. */
  readonly instead: Map<Address, { readonly status: number; readonly body: string }>;
  cacheControl: string;
}

export interface TestProvider {
  readonly issuer: string;
  readonly identityIssuer: string;
  /** The DID under which the core identity is signed. */
  readonly controller: string;
  /** The private key of the service, PKCS #8. */
  readonly clientKey: string;
  readonly behaviour: Behaviour;
  readonly asked: Map<Address, number>;
  /** The latest query of the authorisation endpoint. */
  readonly lastQuery: () => URLSearchParams;
  /** Publishes a new key; `sign` makes it the one that signs. The old one stays published until `retire`. */
  readonly rotate: (which: "id-token" | "core-identity") => Promise<{ sign: () => void; retire: () => void }>;
  /** Behaves well again, with the keys as they are, and nothing counted. */
  readonly reset: () => void;
  /** Plays the visitor: follows the address until it leads back to the service. */
  readonly visit: (url: URL) => Promise<URL>;
  readonly close: () => Promise<void>;
}

interface SigningKey {
  readonly id: string;
  readonly key: CryptoKey;
  readonly publicJwk: JWK;
  readonly privateJwk: JWK;
}

export interface TestProviderOptions {
  /** What the client is registered for. */
  readonly authentication?: "private_key_jwt" | "client_secret_post";
  readonly idTokenAlgorithm?: "ES256" | "RS256" | "RS512";
  readonly redirectUri?: string;
}

export async function startTestProvider(options: TestProviderOptions = {}): Promise<TestProvider> {
  const { authentication = "private_key_jwt", idTokenAlgorithm = "ES256", redirectUri = REDIRECT_URI } = options;
  const client = await generateKeyPair("RS256", { extractable: true });
  const clientJwk = await exportJWK(client.publicKey);
  const idTokenKeys = { published: [await newKey(idTokenAlgorithm, "id-1")], signs: 0 };
  const state = {
    behaviour: freshBehaviour(),
    asked: new Map<Address, number>(),
    lastQuery: new URLSearchParams(),
    close: async (): Promise<void> => {},
  };
  const server = createServer();
  await new Promise<void>((listening) => server.listen(0, "127.0.0.1", listening));
  const { port } = server.address() as AddressInfo;
  const issuer = `http://127.0.0.1:${port}`;
  const identityIssuer = `${issuer}/identity/`;
  const controller = `did:web:127.0.0.1%3A${port}`;
  const coreKeys = { published: [await newKey("ES256", `${controller}#core-1`)], signs: 0 };
  const stray = { es: await newKey("ES256", "stray"), rs: await newKey("RS256", "stray-rs") };
  const signing = (keys: typeof idTokenKeys): SigningKey => keys.published[keys.signs] as SigningKey;

  const coreIdentity = (subject: string): Promise<string> =>
    sign(
      {
        iss: identityIssuer,
        aud: CLIENT_ID,
        sub: subject,
        ...times(1_800),
        vot: state.behaviour.confidence,
        vc: { type: ["VerifiableCredential", "VerifiableIdentityCredential"], credentialSubject: ALICE },
      },
      "ES256",
      signing(coreKeys),
      state.behaviour.coreIdentity,
      stray,
    );

  const oidc = new OidcProvider(issuer, {
    clients: [
      {
        client_id: CLIENT_ID,
        redirect_uris: [redirectUri],
        response_types: ["code"],
        grant_types: ["authorization_code"],
        token_endpoint_auth_method: authentication,
        id_token_signed_response_alg: idTokenAlgorithm,
        ...(authentication === "private_key_jwt"
          ? { jwks: { keys: [{ ...clientJwk, use: "sig" }] } }
          : { client_secret: CLIENT_SECRET }),
      },
    ],
    jwks: { keys: [{ ...signing(idTokenKeys).privateJwk, use: "sig", kid: "id-1", alg: idTokenAlgorithm }] },
    cookies: { keys: ["test"] },
    enabledJWA: {
      idTokenSigningAlgValues: ["ES256", "RS256", "RS512"],
      clientAuthSigningAlgValues: ["PS256", "RS256", "RS512"],
    },
    pkce: { required: () => true },
    features: { devInteractions: { enabled: false }, claimsParameter: { enabled: true } },
    conformIdTokenClaims: false,
    claims: {
      openid: ["sub", "vot", ...EXTRA_CLAIMS],
      email: ["email", "email_verified"],
      profile: ["name", "family_name", "given_name", "birthdate"],
      identity: [CORE_IDENTITY, RETURN_CODE],
    },
    scopes: ["openid", "email", "profile", "profile_extended", "nationalrbacaccess"],
    // One Login and NHS login take an assertion only when its audience is the token endpoint.
    assertJwtClientAuthClaimsAndHeader(_context: unknown, claims: JWTPayload) {
      if (claims.aud !== `${issuer}/token`) throw new errors.InvalidClientAuth("aud is not the token endpoint");
    },
    extraParams: {
      vtr(_context: unknown, value: string | undefined) {
        if (value?.includes("Cp") === true) return; // NHS login's vectors, which One Login's rules do not fit
        const vtr = readVtr(value, { confidence: ["P1", "P2", "P3"], authentication });
        if (!vtr.ok) throw new errors.InvalidRequest("Request vtr not valid");
      },
    },
    interactions: {
      url: (_context: unknown, interaction: { readonly uid: string }) => `/interaction/${interaction.uid}`,
    },
    findAccount: (_context: unknown, accountId: string) => ({
      accountId,
      claims: async (use: string) => ({
        sub: accountId,
        email: "alice@example.org",
        email_verified: true,
        vot: "Cl.Cm",
        ...(use === "userinfo" && state.behaviour.confidence !== undefined
          ? { [CORE_IDENTITY]: await coreIdentity(accountId) }
          : {}),
        ...(use === "userinfo" && state.behaviour.returnCodes !== undefined
          ? { [RETURN_CODE]: state.behaviour.returnCodes }
          : {}),
        ...state.behaviour.claims,
      }),
    }),
    async loadExistingGrant(context: GrantContext) {
      const grant = new context.oidc.provider.Grant({
        accountId: context.oidc.session.accountId,
        clientId: context.oidc.client.clientId,
      });
      grant.addOIDCScope("openid email profile profile_extended nationalrbacaccess");
      grant.addOIDCClaims([CORE_IDENTITY, RETURN_CODE]);
      await grant.save();
      return grant;
    },
  } as unknown as Configuration);
  const pass = oidc.callback();

  server.on("request", (request: IncomingMessage, response: ServerResponse) => {
    void answer(request, response).catch((error: unknown) => {
      response.statusCode = 500;
      response.end(String(error));
    });
  });

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url ?? "/", issuer);
    const address = ADDRESSES[url.pathname];
    if (url.pathname === "/auth") state.lastQuery = url.searchParams;
    if (url.pathname.startsWith("/interaction/")) return await interact(request, response);
    if (address !== undefined) {
      state.asked.set(address, (state.asked.get(address) ?? 0) + 1);
      if (state.behaviour.down.has(address)) return void request.socket.destroy();
      const instead = state.behaviour.instead.get(address);
      if (instead !== undefined) return json(response, instead.status, instead.body);
      if (address === "jwks")
        return json(response, 200, JSON.stringify({ keys: idTokenKeys.published.map(publicPart) }));
      if (address === "did") return json(response, 200, JSON.stringify(didDocument()));
      if (address === "token") spoilTokenAnswer(response);
    }
    await pass(request, response);
  }

  async function interact(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { authorise } = state.behaviour;
    const result =
      authorise === null
        ? { login: { accountId: SUBJECT } }
        : { error: authorise.toLowerCase(), error_description: "" };
    await oidc.interactionFinished(request, response, result, { mergeWithLastSubmission: false });
  }

  /** Lets the provider make its ID token, then signs its claims again, spoilt as the test wishes. */
  function spoilTokenAnswer(response: ServerResponse): void {
    const end = response.end.bind(response);
    response.end = ((chunk: unknown): ServerResponse => {
      const body = JSON.parse(String(chunk)) as { id_token?: string };
      if (body.id_token === undefined) return end(String(chunk));
      const claims = JSON.parse(
        Buffer.from(body.id_token.split(".")[1] as string, "base64url").toString("utf8"),
      ) as JWTPayload;
      void sign(claims, idTokenAlgorithm, signing(idTokenKeys), state.behaviour.idToken, stray).then((idToken) => {
        const text = JSON.stringify({ ...body, id_token: idToken });
        response.setHeader("content-length", Buffer.byteLength(text));
        end(text);
      });
      return response;
    }) as ServerResponse["end"];
  }

  function json(response: ServerResponse, status: number, body: string): void {
    response.writeHead(status, { "content-type": "application/json", "cache-control": state.behaviour.cacheControl });
    response.end(body);
  }

  const didDocument = (): unknown => ({
    "@context": ["https://www.w3.org/ns/did/v1", "https://w3id.org/security/jwk/v1"],
    id: controller,
    assertionMethod: coreKeys.published.map(({ id, publicJwk }) => ({
      type: "JsonWebKey",
      id,
      controller,
      publicKeyJwk: publicJwk,
    })),
  });

  return {
    issuer,
    identityIssuer,
    controller,
    clientKey: await exportPKCS8(client.privateKey),
    behaviour: state.behaviour,
    asked: state.asked,
    lastQuery: () => state.lastQuery,
    async rotate(which) {
      const keys = which === "id-token" ? idTokenKeys : coreKeys;
      const number = keys.published.length + 1;
      keys.published.push(
        which === "id-token"
          ? await newKey(idTokenAlgorithm, `id-${number}`)
          : await newKey("ES256", `${controller}#core-${number}`),
      );
      return {
        sign: () => {
          keys.signs = keys.published.length - 1;
        },
        retire: () => {
          keys.published.splice(0, keys.published.length - 1);
          keys.signs = 0;
        },
      };
    },
    reset: () => {
      Object.assign(state.behaviour, freshBehaviour());
      state.asked.clear();
    },
    visit,
    close: () =>
      new Promise((closed) => {
        server.close(() => closed());
        server.closeAllConnections();
      }),
  };
}

const CORE_IDENTITY = "https://vocab.account.gov.uk/v1/coreIdentityJWT";
const RETURN_CODE = "https://vocab.account.gov.uk/v1/returnCode";
/** Claims of other providers than One Login, which come with the scope openid here. */
const EXTRA_CLAIMS = [
  "identity_proofing_level",
  "nhs_number",
  "id_assurance_level",
  "authentication_assurance_level",
  "nhsid_useruid",
  "nhsid_nrbac_roles",
  "oid",
  "idp",
  "roles",
];

const ADDRESSES: Readonly<Record<string, Address>> = {
  "/.well-known/openid-configuration": "discovery",
  "/jwks": "jwks",
  "/token": "token",
  "/me": "userinfo",
  "/.well-known/did.json": "did",
};

/** The names of the example in One Login's documentation: one used now, one before. */
const ALICE = {
  name: [
    {
      validUntil: "2020-03-01",
      nameParts: [
        { value: "Alice", type: "GivenName" },
        { value: "O’Donnell", type: "FamilyName" },
      ],
    },
    {
      validFrom: "2020-03-01",
      nameParts: [
        { value: "Alice", type: "GivenName" },
        { value: "Jane", type: "GivenName" },
        { value: "Doe", type: "FamilyName" },
      ],
    },
  ],
  birthDate: [{ value: "1970-01-01" }],
};

interface GrantContext {
  readonly oidc: {
    readonly session: { readonly accountId: string };
    readonly client: { readonly clientId: string };
    readonly provider: {
      readonly Grant: new (of: object) => {
        addOIDCScope(scope: string): void;
        addOIDCClaims(claims: readonly string[]): void;
        save(): Promise<string>;
      };
    };
  };
}

function freshBehaviour(): Behaviour {
  return {
    authorise: null,
    idToken: {},
    coreIdentity: {},
    confidence: "P2",
    returnCodes: undefined,
    claims: {},
    down: new Set(),
    instead: new Map(),
    cacheControl: "max-age=3600, private",
  };
}

async function newKey(algorithm: string, id: string): Promise<SigningKey> {
  const pair = await generateKeyPair(algorithm, { extractable: true });
  return {
    id,
    key: pair.privateKey,
    publicJwk: await exportJWK(pair.publicKey),
    privateJwk: await exportJWK(pair.privateKey),
  };
}

const publicPart = ({ id, publicJwk }: SigningKey): JWK => ({ ...publicJwk, kid: id, use: "sig" });

function times(seconds: number): { iat: number; nbf: number; exp: number } {
  const now = Math.floor(Date.now() / 1000);
  return { iat: now, nbf: now, exp: now + seconds };
}

async function sign(
  claims: JWTPayload,
  algorithm: string,
  key: SigningKey,
  spoilt: Spoilt,
  stray: { readonly es: SigningKey; readonly rs: SigningKey },
): Promise<string> {
  const payload = { ...claims, ...spoilt.claims };
  const header = { alg: spoilt.algorithm ?? algorithm, kid: spoilt.keyId ?? key.id };
  if (header.alg === "none") return `${encode(header)}.${encode(payload)}.`;
  const by = spoilt.signature === "other-key" ? stray.es.key : key.key;
  const jwt = await new SignJWT(payload)
    .setProtectedHeader(header)
    // HS256 with the public key as the secret: the oldest forgery of all.
    .sign(
      header.alg === "HS256"
        ? Buffer.from(JSON.stringify(key.publicJwk))
        : header.alg === algorithm
          ? by
          : header.alg === "ES256"
            ? stray.es.key
            : stray.rs.key,
    );
  if (spoilt.signature !== "wrong") return jwt;
  const [head, body, signature] = jwt.split(".") as [string, string, string];
  return `${head}.${body}.${signature.startsWith("A") ? "B" : "A"}${signature.slice(1)}`;
}

const encode = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString("base64url");

/** Follows redirects with a cookie jar, as a browser would, until the address is the service's. */
async function visit(url: URL): Promise<URL> {
  const jar = new Map<string, string>();
  let at = url;
  for (let step = 0; step < 10; step++) {
    if (at.origin === SERVICE) return at;
    const cookie = [...jar].map(([name, value]) => `${name}=${value}`).join("; ");
    const response = await fetch(at, { redirect: "manual", headers: { cookie } });
    for (const line of response.headers.getSetCookie()) {
      const [, name, value] = /^([^=]+)=([^;]*)/.exec(line) ?? [];
      if (name !== undefined && value !== undefined) jar.set(name, value);
    }
    const next = response.headers.get("location");
    if (next === null) throw new Error(`${at.pathname} answered ${response.status}: ${await response.text()}`);
    at = new URL(next, at);
  }
  throw new Error("the provider redirects for ever");
}
