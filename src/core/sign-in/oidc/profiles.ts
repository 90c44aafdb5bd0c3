/**
 * The providers that Handrail knows, as data. What differs between them stands here and nowhere else; what is the same
 * for all (state, nonce, PKCE, signature, issuer, audience, times) is in begin.ts and finish.ts and cannot be turned off.
 */
import type { CredentialFramework, IdentityFramework } from "./level.ts";

export type ProfileName = "one-login" | "nhs-login" | "cis2" | "entra" | "own";
export type ClientAuthentication = "private_key_jwt" | "client_secret_post";

/** A signature that a provider may put under an ID token. Never `none`, never one made with a shared secret. */
export type IdTokenAlgorithm = "ES256" | "RS256" | "RS512" | "PS256" | "EdDSA";

export interface ProviderProfile {
  readonly name: ProfileName;
  /** What people call it. */
  readonly title: string;
  /** Where it lives when the settings do not say; absent where each body has its own. */
  readonly issuer?: string;
  readonly authentication: readonly ClientAuthentication[];
  /** With which our own assertions are signed (RFC 7523). */
  readonly assertionAlgorithm: "RS256" | "RS512" | "PS256";
  readonly idTokenAlgorithm: IdTokenAlgorithm;
  readonly scopes: readonly string[];
  /** Sent as they are with every request. */
  readonly parameters: Readonly<Record<string, string>>;
  /** Whether the provider takes `ui_locales`. */
  readonly takesLanguage: boolean;
  /** Where a level is asked: the parameter, and its value for each identity level; `null` asks for none. */
  readonly asks: null | {
    readonly parameter: "vtr" | "acr_values";
    readonly forIdentity: Readonly<Record<string, string>>;
    readonly withoutIdentity: string;
  };
  readonly identity: {
    readonly framework: IdentityFramework;
    /** Where the level is read. Only ever in something that is signed and checked, or fetched over the back channel. */
    readonly from: "core-identity-jwt" | "identity_proofing_level" | "id_assurance_level" | "directory";
  };
  readonly credential: null | {
    readonly framework: CredentialFramework;
    readonly from: "vot" | "authentication_assurance_level";
    /** A sign-in that shows less than any of these is refused. */
    readonly accepts: readonly string[];
  };
  /** Whether claims are fetched from `/userinfo`; Entra ID puts all that is needed into the ID token. */
  readonly userInfo: boolean;
  /** Claims that name the person in another register, and the system under which they are kept. */
  readonly identifiers: readonly { readonly claim: string; readonly system: string }[];
  /** Claims with the roles that the provider knows; our own decide nothing by themselves. */
  readonly roles: "none" | "roles" | "nhsid_nrbac_roles";
}

export const PROFILES: Readonly<Record<ProfileName, ProviderProfile>> = {
  // docs.sign-in.service.gov.uk. Handrail holds personal data, so never less than two factors is asked for or taken.
  "one-login": {
    name: "one-login",
    title: "GOV.UK One Login",
    issuer: "https://oidc.account.gov.uk/",
    authentication: ["private_key_jwt"],
    assertionAlgorithm: "PS256",
    idTokenAlgorithm: "ES256",
    scopes: ["openid", "email"],
    parameters: {},
    takesLanguage: true,
    asks: {
      parameter: "vtr",
      forIdentity: { P1: '["Cl.Cm.P1"]', P2: '["Cl.Cm.P2"]', P3: '["Cl.Cm.P3"]' },
      withoutIdentity: '["Cl.Cm"]',
    },
    identity: { framework: "gpg45", from: "core-identity-jwt" },
    credential: { framework: "gpg44", from: "vot", accepts: ["Cl.Cm"] },
    userInfo: true,
    identifiers: [],
    roles: "none",
  },
  // NHS login interface specification, sections 3.4.1 and 5.1; nhsconnect.github.io/nhslogin/vectors-of-trust.
  "nhs-login": {
    name: "nhs-login",
    title: "NHS login",
    issuer: "https://auth.login.nhs.uk",
    authentication: ["private_key_jwt"],
    assertionAlgorithm: "RS512",
    idTokenAlgorithm: "RS512",
    scopes: ["openid", "profile", "profile_extended", "email"],
    parameters: {},
    takesLanguage: false,
    asks: {
      parameter: "vtr",
      forIdentity: { P5: '["P5.Cp.Cd","P5.Cp.Ck","P5.Cm"]', P9: '["P9.Cp.Cd","P9.Cp.Ck","P9.Cm"]' },
      withoutIdentity: '["P0.Cp.Cd","P0.Cp.Ck","P0.Cm"]',
    },
    identity: { framework: "nhs-login", from: "identity_proofing_level" },
    credential: { framework: "nhs-login", from: "vot", accepts: ["Cp.Cd", "Cp.Ck", "Cm"] },
    userInfo: true,
    identifiers: [{ claim: "nhs_number", system: "nhs-number" }],
    roles: "none",
  },
  // NHS CIS2 Authentication, "Authenticator guidance for developers" and "Scopes and claims". Staff of the NHS. Each of its
  // environments has another issuer, told at onboarding.
  cis2: {
    name: "cis2",
    title: "NHS Care Identity",
    authentication: ["private_key_jwt", "client_secret_post"],
    assertionAlgorithm: "RS512",
    idTokenAlgorithm: "RS256",
    scopes: ["openid", "profile", "email", "nationalrbacaccess"],
    parameters: {},
    takesLanguage: false,
    asks: { parameter: "acr_values", forIdentity: {}, withoutIdentity: "AAL2_OR_AAL3_ANY" },
    identity: { framework: "cis2", from: "id_assurance_level" },
    credential: { framework: "cis2", from: "authentication_assurance_level", accepts: ["2", "3"] },
    userInfo: true,
    identifiers: [{ claim: "nhsid_useruid", system: "nhs-user-unique-id" }],
    roles: "nhsid_nrbac_roles",
  },
  // learn.microsoft.com, "ID token claims reference": `oid` is the person in the tenant, `idp` is there only for guests.
  entra: {
    name: "entra",
    title: "Microsoft Entra ID",
    authentication: ["client_secret_post"],
    assertionAlgorithm: "PS256",
    idTokenAlgorithm: "RS256",
    scopes: ["openid", "profile", "email"],
    parameters: {},
    takesLanguage: true,
    asks: null,
    identity: { framework: "own", from: "directory" },
    credential: null,
    userInfo: false,
    identifiers: [{ claim: "oid", system: "entra-object-id" }],
    roles: "roles",
  },
  own: {
    name: "own",
    title: "Your organisation",
    authentication: ["private_key_jwt", "client_secret_post"],
    assertionAlgorithm: "RS256",
    idTokenAlgorithm: "RS256",
    scopes: ["openid", "profile", "email"],
    parameters: {},
    takesLanguage: true,
    asks: null,
    identity: { framework: "own", from: "directory" },
    credential: null,
    userInfo: true,
    identifiers: [],
    roles: "roles",
  },
};
