/** Who came in, and how sure that is: claims read by the rules of the profile. Nothing raw is kept. */
import { claim, type Claims, readBirthDate, readCode, readEmail, readList, readName } from "./claims.ts";
import { type CoreIdentity, readReturnCodes, RETURN_CODE_CLAIM } from "./core-identity.ts";
import { credentialLevel, type CredentialLevel, identityLevel, type IdentityLevel } from "./level.ts";
import type { ProviderProfile } from "./profiles.ts";
import type { Provider } from "./provider.ts";
import { quoted, refuse, type Refused } from "./refusal.ts";
import { readVector } from "./vtr.ts";

export interface SignIn {
  /** With `subject` the name of the account; neither alone is (ASVS 5.0, 6.8.1). An e-mail address never is. */
  readonly issuer: string;
  readonly subject: string;
  /** Null where the provider states none, as an authority's own. */
  readonly credentialLevel: CredentialLevel | null;
  /** Null: no identity was asked for, or the provider states none. */
  readonly identityLevel: IdentityLevel | null;
  /** When they showed themselves to the provider; when the ID token was issued, where that is not said. */
  readonly authenticatedAt: Temporal.Instant;
  /** Proved by the provider when `identityLevel` says so; else as the account has it. */
  readonly name: string | null;
  /** ISO 8601. */
  readonly birthDate: string | null;
  readonly email: string | null;
  /** The provider has shown that the person reads mail there. Entra ID never says so. */
  readonly emailVerified: boolean;
  readonly identifiers: readonly { readonly system: string; readonly value: string }[];
  /** What the provider calls them, in which organisation (an ODS code); for staff only. They give no right by themselves. */
  readonly roles: readonly { readonly organisation: string | null; readonly role: string }[];
  /** One Login's letters, which may come with an identity that was proved. */
  readonly returnCodes: readonly string[];
}

/** What has been checked, before it is read. */
export interface CheckedClaims {
  readonly idToken: Claims;
  readonly userInfo: Claims;
  readonly credential: CredentialLevel | null;
  readonly identity: IdentityLevel | null;
  readonly core: CoreIdentity | null;
}

export function describe({ profile }: Provider, checked: CheckedClaims, now: Temporal.Instant): SignIn {
  const { idToken, userInfo, core } = checked;
  /** What is signed goes before what is fetched. */
  const said = (name: string): unknown => claim(idToken, name) ?? claim(userInfo, name);
  const verified = said("email_verified");
  const email = readEmail(said("email"));
  const parts = [readName(said("given_name")), readName(said("family_name"))].filter((part) => part !== null);
  // One Login's account has no name; what its answer might hold beside the checked core identity is not believed.
  const account = profile.identity.from !== "core-identity-jwt";
  return {
    issuer: String(idToken["iss"]),
    subject: String(idToken["sub"]),
    credentialLevel: checked.credential,
    identityLevel: checked.identity,
    authenticatedAt: authenticatedAt(idToken, now),
    name: core?.name ?? (account ? (readName(said("name")) ?? readName(parts.join(" "))) : null),
    birthDate: core?.birthDate ?? (account ? readBirthDate(said("birthdate"), now) : null),
    email,
    emailVerified: email !== null && (verified === true || verified === "true"), // NHS login writes it as a text
    identifiers: profile.identifiers.flatMap(({ claim: name, system }) => {
      const value = readCode(said(name));
      return value === null ? [] : [{ system, value }];
    }),
    roles: readRoles(profile, said),
    returnCodes: readReturnCodes(claim(userInfo, RETURN_CODE_CLAIM)),
  };
}

/** How surely it is the person of the account, from the ID token; a refusal when that is less than the profile takes. */
export function credentialShown(
  { credential }: ProviderProfile,
  idToken: Claims,
): { readonly ok: true; readonly level: CredentialLevel | null } | Refused {
  if (credential === null) return { ok: true, level: null };
  const stated = claim(idToken, credential.from);
  const text = typeof stated === "number" ? String(stated) : stated;
  const level = credentialLevel(credential.framework, credential.from === "vot" ? credentialPart(text) : text);
  if (level === undefined) {
    return refuse("level-too-low", `the ID token: its ${credential.from} is ${quoted(text)}, which is no level known`);
  }
  if (!credential.accepts.includes(level.level)) {
    return refuse(
      "level-too-low",
      `the ID token: its ${credential.from} is ${level.level}, which is less than is taken`,
    );
  }
  return { ok: true, level };
}

/** The C parts of a vector. Whatever P part stands beside them is not looked at: it proves no identity. */
function credentialPart(vot: unknown): unknown {
  if (typeof vot !== "string" || vot.length > 100) return undefined;
  const parts = vot.split(".").filter((part) => !/^P\d$/.test(part));
  const vector = readVector(parts.join("."));
  return typeof vector === "string" ? parts.join(".") : vector.credential;
}

/** The identity level of providers that state it in a claim, or that are the authority's own. */
export function identityShown(profile: ProviderProfile, idToken: Claims, userInfo: Claims): IdentityLevel | null {
  const { framework, from } = profile.identity;
  switch (from) {
    case "core-identity-jwt":
      return null; // read and checked in core-identity.ts, or not at all
    case "identity_proofing_level":
      return identityLevel(framework, claim(idToken, from) ?? claim(userInfo, from)) ?? null;
    case "id_assurance_level": {
      const stated = claim(idToken, from);
      return identityLevel(framework, typeof stated === "number" ? String(stated) : stated) ?? null;
    }
    case "directory": {
      // A guest of an Entra tenant was let in by whoever invited them, and enrolled by nobody: `idp` names another provider,
      // `acct` is 1.
      const guest = claim(idToken, "idp") !== undefined || String(claim(idToken, "acct")) === "1";
      return profile.name === "entra" && guest ? null : (identityLevel(framework, "enrolled") ?? null);
    }
  }
}

function authenticatedAt(idToken: Claims, now: Temporal.Instant): Temporal.Instant {
  const seconds = claim(idToken, "auth_time") ?? claim(idToken, "iat");
  const milliseconds = typeof seconds === "number" ? Math.floor(seconds * 1000) : Number.NaN;
  // Never in the future, whatever the provider's clock says.
  if (!(milliseconds >= 0 && milliseconds <= now.epochMilliseconds)) return now;
  return Temporal.Instant.fromEpochMilliseconds(milliseconds);
}

function readRoles(profile: ProviderProfile, said: (name: string) => unknown): SignIn["roles"] {
  switch (profile.roles) {
    case "none":
      return [];
    case "roles":
      return readList(said("roles")).flatMap((entry) => {
        const role = readCode(entry);
        return role === null ? [] : [{ organisation: null, role }];
      });
    case "nhsid_nrbac_roles":
      return readList(said("nhsid_nrbac_roles")).flatMap((entry) => {
        const role = readCode(claim(entry, "role_code"));
        return role === null ? [] : [{ organisation: readCode(claim(entry, "org_code")), role }];
      });
  }
}
