/** The second half of a sign-in: the visitor is back with an answer, which is doubted until everything has been checked. */
import { timingSafeEqual } from "node:crypto";
import type { JWTPayload } from "jose";
import { authorizationCodeGrant, type Configuration, fetchUserInfo } from "openid-client";
import { claim, type Claims } from "./claims.ts";
import {
  CORE_IDENTITY_CLAIM,
  readCoreIdentity,
  readReturnCodes,
  RETURN_CODE_CLAIM,
  type CoreIdentity,
} from "./core-identity.ts";
import { checkJwt } from "./jwt.ts";
import { identityLevel, type IdentityLevel, reaches } from "./level.ts";
import { isTooOld, type Pending } from "./pending.ts";
import { answeredInstead, protocolRefusal } from "./protocol-error.ts";
import { configure, type Provider, type ProviderMetadata } from "./provider.ts";
import { quoted, refuse, type Refused } from "./refusal.ts";
import { credentialShown, describe, identityShown, type SignIn } from "./sign-in.ts";

export type Finished = { readonly ok: true; readonly signIn: SignIn } | Refused;

const QUERY_LENGTH = 8_192;

/**
 * Ends a sign-in. Never throws for anything that a visitor or a provider can send.
 * @param pending what `openPending` returned; remove its cookie whatever comes of this.
 * @param callbackUrl the address that the visitor came back to; only its query is used.
 */
export async function finishSignIn(
  provider: Provider,
  pending: Pending,
  callbackUrl: URL,
  now: Temporal.Instant,
): Promise<Finished> {
  const finished = await finish(provider, pending, callbackUrl, now);
  if (finished.ok) return finished;
  const { refusal } = finished;
  return {
    ok: false,
    refusal: { ...refusal, logLine: `sign-in by ${provider.id} refused, ${refusal.kind}: ${refusal.logLine}` },
  };
}

async function finish(
  provider: Provider,
  pending: Pending,
  callbackUrl: URL,
  now: Temporal.Instant,
): Promise<Finished> {
  if (pending.provider !== provider.id) return refuse("wrong-provider", "it was begun with another provider");
  if (isTooOld(pending, now)) return refuse("not-begun", "it was begun too long ago");
  const state = checkState(pending, callbackUrl);
  if (!state.ok) return state;
  const metadata = await provider.metadata.read(now);
  if (!metadata.ok) return refuse("provider-down", metadata.reason);
  const answer = readAnswer(metadata.value, pending, callbackUrl);
  if (!answer.ok) return answer;
  const configuration = await configure(provider, metadata.value, now);
  const tokens = await exchange(configuration, pending, answer.url);
  if (!tokens.ok) return tokens;
  // openid-client has checked the claims. The signature is checked here, with keys that outlive an outage.
  const idToken = await checkIdToken(provider, metadata.value, pending, tokens.idToken, now);
  if (!idToken.ok) return idToken;
  const subject = idToken.claims.sub as string;
  const credential = credentialShown(provider.profile, idToken.claims);
  if (!credential.ok) return credential;
  const userInfo = await askUserInfo(provider, configuration, tokens.accessToken, subject);
  if (!userInfo.ok) return userInfo;
  const identity = await proveIdentity(provider, pending, idToken.claims, userInfo.claims, now);
  if (!identity.ok) return identity;
  return {
    ok: true,
    signIn: describe(
      provider,
      {
        idToken: idToken.claims,
        userInfo: userInfo.claims,
        credential: credential.level,
        identity: identity.level,
        core: identity.core,
      },
      now,
    ),
  };
}

/** Nothing else is looked at, and nobody asked, for an answer that this browser did not begin. */
function checkState(pending: Pending, callbackUrl: URL): { readonly ok: true } | Refused {
  if (callbackUrl.search.length > QUERY_LENGTH) return refuse("malformed", "the answer is too long");
  const query = callbackUrl.searchParams;
  for (const name of ["state", "code", "error", "iss"]) {
    if (query.getAll(name).length > 1) return refuse("malformed", `the answer holds ${name} twice`);
  }
  const state = Buffer.from(query.get("state") ?? "", "utf8");
  const sent = Buffer.from(pending.state, "utf8");
  if (state.length === sent.length && timingSafeEqual(state, sent)) return { ok: true };
  return refuse("state-mismatch", "the answer's state is not the one that was sent");
}

/** The answer as our own address with its query: what a proxy made of the rest does not matter. */
function readAnswer(
  metadata: ProviderMetadata,
  pending: Pending,
  callbackUrl: URL,
): { readonly ok: true; readonly url: URL } | Refused {
  const query = callbackUrl.searchParams;
  // RFC 9207 section 2.4, against a provider that passes on codes of another.
  const issuer = query.get("iss");
  if (issuer === null ? metadata.authorization_response_iss_parameter_supported : issuer !== metadata.issuer) {
    return refuse("wrong-issuer", `the answer comes from ${quoted(issuer ?? "nobody")}`);
  }
  const error = query.get("error");
  if (error !== null) return answeredInstead(error);
  if ((query.get("code") ?? "") === "") return refuse("malformed", "the answer holds no code");
  const url = new URL(pending.redirectUri);
  url.search = callbackUrl.search;
  return { ok: true, url };
}

async function exchange(
  configuration: Configuration,
  pending: Pending,
  answer: URL,
): Promise<{ readonly ok: true; readonly idToken: string | undefined; readonly accessToken: string } | Refused> {
  try {
    const tokens = await authorizationCodeGrant(configuration, answer, {
      expectedState: pending.state,
      expectedNonce: pending.nonce,
      pkceCodeVerifier: pending.verifier,
      idTokenExpected: true,
    });
    return { ok: true, idToken: tokens.id_token, accessToken: tokens.access_token };
  } catch (error) {
    return protocolRefusal(error, "token");
  }
}

async function checkIdToken(
  provider: Provider,
  metadata: ProviderMetadata,
  pending: Pending,
  jwt: string | undefined,
  now: Temporal.Instant,
): Promise<{ readonly ok: true; readonly claims: JWTPayload } | Refused> {
  const { clientId, idTokenAlgorithm } = provider.settings;
  const checked = await checkJwt(
    jwt,
    {
      called: "ID token",
      algorithm: idTokenAlgorithm,
      keys: provider.keys(metadata),
      issuer: metadata.issuer,
      audience: clientId,
    },
    now,
  );
  if (checked.ok && checked.claims["nonce"] !== pending.nonce) return refuse("wrong-nonce", "the ID token: its nonce");
  return checked;
}

async function askUserInfo(
  provider: Provider,
  configuration: Configuration,
  accessToken: string,
  subject: string,
): Promise<{ readonly ok: true; readonly claims: Claims } | Refused> {
  if (!provider.profile.userInfo) return { ok: true, claims: {} };
  try {
    return { ok: true, claims: await fetchUserInfo(configuration, accessToken, subject) };
  } catch (error) {
    return protocolRefusal(error, "userinfo");
  }
}

async function proveIdentity(
  provider: Provider,
  pending: Pending,
  idToken: Claims,
  userInfo: Claims,
  now: Temporal.Instant,
): Promise<{ readonly ok: true; readonly level: IdentityLevel | null; readonly core: CoreIdentity | null } | Refused> {
  const { profile, settings } = provider;
  const { framework } = profile.identity;
  const asked = pending.askedIdentity === null ? null : identityLevel(framework, pending.askedIdentity);
  if (asked === undefined) return refuse("malformed", "the level asked for is none of this provider's");
  if (profile.identity.from !== "core-identity-jwt") {
    const level = identityShown(profile, idToken, userInfo);
    if (asked === null || reaches(level, asked)) return { ok: true, level, core: null };
    if (level === null) return refuse("identity-not-proved", `no identity level is stated, asked for ${asked.level}`);
    return refuse("level-too-low", `the identity level is ${level.level}, asked for ${asked.level}`);
  }
  // A core identity that was not asked for is not read; the `vot` of the ID token says nothing about identity.
  if (asked === null) return { ok: true, level: null, core: null };
  if (settings.coreIdentity === null || provider.coreIdentityKeys === null) {
    return refuse("request-not-allowed", "no core identity is set up for this provider");
  }
  const core = await readCoreIdentity(
    claim(userInfo, CORE_IDENTITY_CLAIM),
    {
      keys: provider.coreIdentityKeys,
      issuer: settings.coreIdentity.issuer,
      clientId: settings.clientId,
      subject: claim(idToken, "sub") as string,
      asked,
    },
    now,
  );
  if (core.ok) return { ok: true, level: core.identity.level, core: core.identity };
  const returnCodes = readReturnCodes(claim(userInfo, RETURN_CODE_CLAIM));
  return returnCodes.length === 0 ? core : { ok: false, refusal: { ...core.refusal, returnCodes } };
}
