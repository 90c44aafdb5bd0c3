/** The errors of openid-client, in our words. */
import {
  AuthorizationResponseError,
  ClientError,
  ResponseBodyError,
  WWWAuthenticateChallengeError,
} from "openid-client";
import { claim } from "./claims.ts";
import { quoted, refuse, type Refused, type RefusalKind } from "./refusal.ts";
import { unreachable } from "./transport.ts";

/** What a provider may answer instead of a code (RFC 6749 section 4.1.2.1, OpenID Connect Core section 3.1.2.6). */
const ANSWERS: Readonly<Record<string, RefusalKind>> = {
  access_denied: "denied",
  login_required: "denied",
  interaction_required: "denied",
  consent_required: "denied",
  account_selection_required: "denied",
  temporarily_unavailable: "temporarily-unavailable",
  server_error: "temporarily-unavailable",
  // One Login: "client deactivated", in a security incident; say that the service cannot be used at the moment.
  unauthorized_client: "temporarily-unavailable",
};

export function answeredInstead(error: string): Refused {
  const kind = Object.hasOwn(ANSWERS, error) ? ANSWERS[error] : undefined;
  return refuse(kind ?? "not-registered", `the provider answered ${quoted(error)} instead of a code`);
}

/** `at`: the step, for the log. */
export function protocolRefusal(error: unknown, at: "token" | "userinfo"): Refused {
  const down = unreachable(error);
  if (down !== undefined) return refuse("provider-down", `${at}: ${down.message}`);
  if (error instanceof ResponseBodyError) {
    if (error.error === "invalid_grant") return refuse("code-refused", `${at}: the code was used before or is too old`);
    if (error.error === "temporarily_unavailable" || error.error === "server_error") {
      return refuse("temporarily-unavailable", `${at}: ${quoted(error.error)}`);
    }
    return refuse("not-registered", `${at}: the provider answered ${quoted(error.error)}`);
  }
  if (error instanceof AuthorizationResponseError) return answeredInstead(error.error);
  if (error instanceof WWWAuthenticateChallengeError) {
    return refuse("not-registered", `${at}: the provider did not accept us (status ${error.status})`);
  }
  if (!(error instanceof ClientError)) return refuse("malformed", `${at}: the answer could not be read`);
  const details = error.cause instanceof Error ? error.cause.cause : undefined;
  const name = claim(details, "claim") ?? claim(details, "attribute");
  switch (error.code) {
    case "OAUTH_TIMEOUT":
    case "OAUTH_ABORT":
      return refuse("provider-down", `${at}: no answer in time`);
    case "OAUTH_RESPONSE_IS_NOT_CONFORM":
      return refuse("provider-down", `${at}: an answer with an unexpected status`);
    case "OAUTH_JWT_TIMESTAMP_CHECK_FAILED":
      return refuse(
        name === "exp" ? "expired" : "not-yet-valid",
        `the ID token: its ${quoted(name)} does not fit the time`,
      );
    case "OAUTH_JWT_CLAIM_COMPARISON_FAILED":
    case "OAUTH_JSON_ATTRIBUTE_COMPARISON_FAILED":
      return refuse(CLAIM_KINDS[String(name)] ?? "malformed", `${at}: ${quoted(name)} is not the one expected`);
    default:
      if (claim(details, "header") !== undefined && claim(details, "expected") !== undefined) {
        const found = claim(claim(details, "header"), "alg");
        return refuse("wrong-algorithm", `the ID token: its algorithm is ${quoted(found)}`);
      }
      return refuse("malformed", `${at}: ${quoted(error.code)}`);
  }
}

const CLAIM_KINDS: Readonly<Record<string, RefusalKind>> = {
  iss: "wrong-issuer",
  aud: "wrong-audience",
  azp: "wrong-audience",
  sub: "wrong-subject",
  nonce: "wrong-nonce",
};
