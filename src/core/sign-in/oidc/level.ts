/**
 * How sure a provider is, in its own words. Levels of different frameworks stand side by side and are never converted:
 * no official table says that a P9 of NHS login is a P2 of GPG 45, so ours would be an invention.
 */

export type IdentityFramework = "gpg45" | "nhs-login" | "cis2" | "own";
export type CredentialFramework = "gpg44" | "nhs-login" | "cis2";

/** How surely the person was shown to be who they say. */
export type IdentityLevel =
  /** GPG 45 "How to prove and verify someone's identity": none, low, medium, high. */
  | { readonly framework: "gpg45"; readonly level: "P0" | "P1" | "P2" | "P3" }
  /** DCB3051: low, medium, high. */
  | { readonly framework: "nhs-login"; readonly level: "P0" | "P5" | "P9" }
  /** The `id_assurance_level` of NHS CIS2, after the levels of NIST SP 800-63A. */
  | { readonly framework: "cis2"; readonly level: "1" | "2" | "3" }
  /** Enrolled by the authority itself in its own directory; guests of the directory are not. */
  | { readonly framework: "own"; readonly level: "enrolled" };

/** How surely this is the person who signed up. */
export type CredentialLevel =
  /** GPG 44: one factor, two factors. */
  | { readonly framework: "gpg44"; readonly level: "Cl" | "Cl.Cm" }
  /** The credential part of the vector of trust: `Cp` password, `Cd` device, `Ck` shared key, `Cm` key pair. */
  | { readonly framework: "nhs-login"; readonly level: "Cp" | "Cp.Cd" | "Cp.Ck" | "Cm" }
  /** The `authentication_assurance_level` of NHS CIS2. */
  | { readonly framework: "cis2"; readonly level: "1" | "2" | "3" };

/** Lowest first. */
const IDENTITY_LEVELS: Readonly<Record<IdentityFramework, readonly string[]>> = {
  gpg45: ["P0", "P1", "P2", "P3"],
  "nhs-login": ["P0", "P5", "P9"],
  cis2: ["1", "2", "3"],
  own: ["enrolled"],
};

/** Lowest first. NHS login ranks none of the second factors above another: where they stand here decides nothing. */
const CREDENTIAL_LEVELS: Readonly<Record<CredentialFramework, readonly string[]>> = {
  gpg44: ["Cl", "Cl.Cm"],
  "nhs-login": ["Cp", "Cp.Cd", "Cp.Ck", "Cm"],
  cis2: ["1", "2", "3"],
};

/** Undefined for anything that is not a level of this framework. */
export function identityLevel(framework: IdentityFramework, level: unknown): IdentityLevel | undefined {
  if (typeof level !== "string" || !IDENTITY_LEVELS[framework].includes(level)) return undefined;
  return { framework, level } as IdentityLevel;
}

/** Undefined for anything that is not a level of this framework. */
export function credentialLevel(framework: CredentialFramework, level: unknown): CredentialLevel | undefined {
  if (typeof level !== "string" || !CREDENTIAL_LEVELS[framework].includes(level)) return undefined;
  return { framework, level } as CredentialLevel;
}

/** Whether a level reaches another. Never across frameworks: there the answer is no. */
export function reaches(
  found: { readonly framework: string; readonly level: string } | null | undefined,
  asked: { readonly framework: string; readonly level: string },
): boolean {
  if (found === null || found === undefined || found.framework !== asked.framework) return false;
  for (const levels of [IDENTITY_LEVELS, CREDENTIAL_LEVELS] as readonly Readonly<Record<string, readonly string[]>>[]) {
    const order = levels[asked.framework] ?? [];
    if (order.includes(asked.level) && order.includes(found.level)) {
      return order.indexOf(found.level) >= order.indexOf(asked.level);
    }
  }
  return false;
}
