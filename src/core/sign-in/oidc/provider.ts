/** A provider that sign-ins can go through: its settings, and what it publishes about itself, read when first needed. */
import { importPKCS8, type CryptoKey } from "jose";
import {
  allowInsecureRequests,
  ClientSecretPost,
  clockSkew,
  clockTolerance,
  Configuration,
  customFetch,
  modifyAssertion,
  PrivateKeyJwt,
  type ServerMetadata,
} from "openid-client";
import { claim } from "./claims.ts";
import { TOLERANCE_SECONDS } from "./jwt.ts";
import { didWebAddress, type PublishedKeys, readDidDocument, readKeySet } from "./keys.ts";
import { PROFILES, type ProviderProfile } from "./profiles.ts";
import { publishedDocument, type PublishedDocument, type Read } from "./published-document.ts";
import { quoted } from "./refusal.ts";
import type { ProviderSettings } from "./settings.ts";
import { boundedFetch, type Fetch, isAllowedAddress, isLoopback } from "./transport.ts";

export interface Provider {
  /** The name of its profile: one provider of each kind. */
  readonly id: string;
  /** What people call it, for the button. */
  readonly title: string;
  readonly profile: ProviderProfile;
  readonly settings: ProviderSettings;
  readonly fetch: Fetch;
  readonly metadata: PublishedDocument<ProviderMetadata>;
  /** The keys of its ID tokens. */
  readonly keys: (metadata: ProviderMetadata) => PublishedDocument<PublishedKeys>;
  /** The keys of its core identity JWTs; null for those that have none. */
  readonly coreIdentityKeys: PublishedDocument<PublishedKeys> | null;
}

/** Of what a provider publishes, the part that is used (OpenID Connect Discovery 1.0 section 3). */
export interface ProviderMetadata {
  readonly issuer: string;
  readonly authorization_endpoint: string;
  readonly token_endpoint: string;
  readonly userinfo_endpoint?: string;
  readonly jwks_uri: string;
  readonly authorization_response_iss_parameter_supported: boolean;
}

/**
 * Opens a provider. Nothing is fetched before the first sign-in: a provider that is down does not stop the site from
 * starting. Keep what is returned for the life of the process, it holds the caches.
 * @param options.fetch another way to reach it, for tests.
 * @throws when the settings name plain http for anything but this machine, or a controller that is no `did:web`.
 */
export function openProvider(settings: ProviderSettings, options: { readonly fetch?: Fetch } = {}): Provider {
  const profile = PROFILES[settings.profile];
  const fetch = boundedFetch(options.fetch ?? ((url, init) => globalThis.fetch(url, init)));
  if (!isAllowedAddress(settings.issuer)) throw new Error(`${profile.title}: its issuer has to be an https address.`);
  const discovery = `${settings.issuer.replace(/\/$/, "")}/.well-known/openid-configuration`;
  let keys: { readonly address: string; readonly document: PublishedDocument<PublishedKeys> } | undefined;
  return {
    id: settings.profile,
    title: settings.title,
    profile,
    settings,
    fetch,
    metadata: publishedDocument(discovery, fetch, (document) => readMetadata(document, settings.issuer, profile)),
    keys: ({ jwks_uri: address }) => {
      if (keys?.address !== address) keys = { address, document: publishedDocument(address, fetch, readKeySet) };
      return keys.document;
    },
    coreIdentityKeys: coreIdentityKeys(settings, fetch),
  };
}

function coreIdentityKeys({ coreIdentity }: ProviderSettings, fetch: Fetch): PublishedDocument<PublishedKeys> | null {
  if (coreIdentity === null) return null;
  const { controller } = coreIdentity;
  const address = didWebAddress(controller);
  if (address === undefined)
    throw new Error(`${controller} is not a did:web, such as did:web:identity.account.gov.uk.`);
  return publishedDocument(address, fetch, (document) => readDidDocument(document, controller));
}

function readMetadata(document: unknown, issuer: string, profile: ProviderProfile): Read<ProviderMetadata> {
  const found = claim(document, "issuer");
  // Discovery section 4.3 and ASVS 5.0 10.5.3: exactly the issuer that was asked, a slash at the end included.
  if (found !== issuer) {
    return {
      ok: false,
      reason: `the discovery document of ${issuer} names the issuer ${quoted(found)}: settings must agree`,
    };
  }
  const endpoint = (name: string): string | undefined => {
    const address = claim(document, name);
    if (typeof address !== "string" || address.length > 2_000 || !isAllowedAddress(address)) return undefined;
    // A provider elsewhere does not send us to services of this machine.
    return isLoopback(new URL(address)) && !isLoopback(new URL(issuer)) ? undefined : address;
  };
  const authorization = endpoint("authorization_endpoint");
  const token = endpoint("token_endpoint");
  const keys = endpoint("jwks_uri");
  const userInfo = endpoint("userinfo_endpoint");
  if (authorization === undefined || token === undefined || keys === undefined) {
    return { ok: false, reason: `the discovery document of ${issuer} lacks an endpoint, or one is not https` };
  }
  if (profile.userInfo && userInfo === undefined) {
    return { ok: false, reason: `the discovery document of ${issuer} lacks userinfo_endpoint` };
  }
  return {
    ok: true,
    value: {
      issuer,
      authorization_endpoint: authorization,
      token_endpoint: token,
      ...(userInfo === undefined ? {} : { userinfo_endpoint: userInfo }),
      jwks_uri: keys,
      authorization_response_iss_parameter_supported:
        claim(document, "authorization_response_iss_parameter_supported") === true,
    },
  };
}

/** The provider as openid-client wants it, at a moment: its clock is set to ours. */
export async function configure(
  provider: Provider,
  metadata: ProviderMetadata,
  now: Temporal.Instant,
): Promise<Configuration> {
  const { settings, profile } = provider;
  const { credentials } = settings;
  const authentication =
    credentials.kind === "secret"
      ? ClientSecretPost(credentials.secret)
      : PrivateKeyJwt(
          {
            key: await privateKey(credentials.pem, profile.assertionAlgorithm),
            ...(credentials.keyId === null ? {} : { kid: credentials.keyId }),
          },
          {
            // One Login and NHS login want the token endpoint as audience, as OpenID Connect Core section 9 has it.
            [modifyAssertion]: (_header, payload) => {
              payload["aud"] = metadata.token_endpoint;
            },
          },
        );
  const configuration = new Configuration(
    metadata as ServerMetadata,
    settings.clientId,
    {
      id_token_signed_response_alg: settings.idTokenAlgorithm,
      // openid-client reads the machine's clock; this brings it to the time that was handed in.
      [clockSkew]: Math.round((now.epochMilliseconds - Date.now()) / 1000),
      [clockTolerance]: TOLERANCE_SECONDS,
    },
    authentication,
  );
  configuration[customFetch] = (url, init) => provider.fetch(url, init as RequestInit);
  if (isLoopback(new URL(settings.issuer))) allowInsecureRequests(configuration);
  return configuration;
}

const imported = new Map<string, Promise<CryptoKey>>();

/** Imported once: it takes longer than the rest of a request. There are as many as providers. */
function privateKey(pem: string, algorithm: string): Promise<CryptoKey> {
  const name = `${algorithm} ${pem}`;
  const key = imported.get(name) ?? importPKCS8(pem, algorithm);
  imported.set(name, key);
  return key;
}
