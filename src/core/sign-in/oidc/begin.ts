/** The first half of a sign-in: where to send the visitor, and what to remember until they come back. */
import {
  buildAuthorizationUrl,
  calculatePKCECodeChallenge,
  randomNonce,
  randomPKCECodeVerifier,
  randomState,
} from "openid-client";
import { CORE_IDENTITY_CLAIM, RETURN_CODE_CLAIM } from "./core-identity.ts";
import { identityLevel } from "./level.ts";
import type { Pending } from "./pending.ts";
import { configure, type Provider } from "./provider.ts";
import { quoted, refuse, type Refused } from "./refusal.ts";
import { isAllowedAddress } from "./transport.ts";
import { readVtr } from "./vtr.ts";

export interface SignInWish {
  /**
   * The least that will do, in the words of the provider's framework ("P2" for One Login, "P9" for NHS login); null when
   * it is enough to know that it is the same person as before. What falls short comes back as a refusal.
   */
  readonly identity: string | null;
  /** The language of the provider's pages, where it has them. */
  readonly language?: "en" | "cy";
}

export interface SignInRequest {
  /** Registered with the provider, the same to the letter. */
  readonly redirectUri: string;
  readonly wanted: SignInWish;
}

export type Begun = { readonly ok: true; readonly url: URL; readonly pending: Pending } | Refused;

/** Begins a sign-in. Send the visitor to `url`, and keep `pending` sealed in a cookie of ten minutes. */
export async function beginSignIn(provider: Provider, request: SignInRequest, now: Temporal.Instant): Promise<Begun> {
  const { profile, settings } = provider;
  const { identity, language } = request.wanted;
  const uri = request.redirectUri;
  if (!isAllowedAddress(uri) || uri.length > 500 || new URL(uri).search !== "" || new URL(uri).hash !== "") {
    return refuse("request-not-allowed", `${profile.name}: the redirect address is not https, or has a query`);
  }
  if (identity !== null && identityLevel(profile.identity.framework, identity) === undefined) {
    return refuse("request-not-allowed", `${profile.name}: ${quoted(identity)} is not one of its identity levels`);
  }
  const asked = profile.asks === null ? {} : askFor(profile.asks, identity);
  if (settings.coreIdentity !== null) {
    const vtr = readVtr(asked["vtr"], {
      confidence: settings.coreIdentity.confidence,
      authentication: settings.credentials.kind === "secret" ? "client_secret_post" : "private_key_jwt",
    });
    if (!vtr.ok) return refuse("request-not-allowed", `${profile.name}: ${vtr.reason}`);
  }
  const metadata = await provider.metadata.read(now);
  if (!metadata.ok) return refuse("provider-down", `${profile.name}: ${metadata.reason}`);
  const pending: Pending = {
    provider: provider.id,
    state: randomState(),
    nonce: randomNonce(),
    verifier: randomPKCECodeVerifier(),
    redirectUri: uri,
    askedIdentity: identity === "P0" ? null : identity,
    startedAt: Math.floor(now.epochMilliseconds / 1000),
  };
  const url = buildAuthorizationUrl(await configure(provider, metadata.value, now), {
    ...profile.parameters,
    ...asked,
    ...(profile.identity.from === "core-identity-jwt" && pending.askedIdentity !== null
      ? { claims: identityClaims(settings.coreIdentity?.returnCodes === true) }
      : {}),
    ...(profile.takesLanguage && language !== undefined ? { ui_locales: language } : {}),
    response_type: "code",
    redirect_uri: uri,
    scope: profile.scopes.join(" "),
    state: pending.state,
    nonce: pending.nonce,
    code_challenge: await calculatePKCECodeChallenge(pending.verifier),
    code_challenge_method: "S256",
  });
  return { ok: true, url, pending };
}

function askFor(asks: NonNullable<Provider["profile"]["asks"]>, identity: string | null): Record<string, string> {
  const value = identity === null ? undefined : asks.forIdentity[identity];
  return { [asks.parameter]: value ?? asks.withoutIdentity };
}

/** Return codes are given only to services that are registered for them; asking unregistered is an error. */
function identityClaims(returnCodes: boolean): string {
  return JSON.stringify({
    userinfo: { [CORE_IDENTITY_CLAIM]: null, ...(returnCodes ? { [RETURN_CODE_CLAIM]: null } : {}) },
  });
}
