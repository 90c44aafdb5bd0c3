/**
 * The core identity of GOV.UK One Login: a JWT of its own within the answer of `/userinfo`, signed under other keys than
 * the ID token ("Prove your user's identity" in its technical documentation). It is read here, what it says is returned,
 * and it is not kept: One Login asks that it is never stored as it is.
 */
import { claim, readBirthDate, readList, readName } from "./claims.ts";
import { checkJwt } from "./jwt.ts";
import type { PublishedKeys } from "./keys.ts";
import { identityLevel, type IdentityLevel, reaches } from "./level.ts";
import type { PublishedDocument } from "./published-document.ts";
import { quoted, refuse, type Refused } from "./refusal.ts";

export const CORE_IDENTITY_CLAIM = "https://vocab.account.gov.uk/v1/coreIdentityJWT";
export const RETURN_CODE_CLAIM = "https://vocab.account.gov.uk/v1/returnCode";

export interface CoreIdentity {
  readonly level: IdentityLevel;
  /** The name used now, given names first as the provider orders the parts. */
  readonly name: string;
  /** ISO 8601; the first of the list is the one the provider is surest of. */
  readonly birthDate: string;
}

export interface CoreIdentityExpectation {
  readonly keys: PublishedDocument<PublishedKeys>;
  /** `https://identity.account.gov.uk/`, not the issuer of the ID token. */
  readonly issuer: string;
  readonly clientId: string;
  /** The `sub` of the checked ID token. */
  readonly subject: string;
  /** P1, P2 or P3: what was asked for. */
  readonly asked: IdentityLevel;
}

/** Checks and reads the claim. Without the claim, identity was not proved; with a wrong one, nothing in it is believed. */
export async function readCoreIdentity(
  jwt: unknown,
  expected: CoreIdentityExpectation,
  now: Temporal.Instant,
): Promise<{ readonly ok: true; readonly identity: CoreIdentity } | Refused> {
  if (jwt === undefined || jwt === null) return refuse("identity-not-proved", "there is no core identity JWT");
  const checked = await checkJwt(
    jwt,
    {
      called: "core identity JWT",
      algorithm: "ES256", // whatever the header says
      keys: expected.keys,
      issuer: expected.issuer,
      audience: expected.clientId,
      subject: expected.subject,
    },
    now,
  );
  if (!checked.ok) return checked;
  const vot = claim(checked.claims, "vot");
  const level = identityLevel("gpg45", vot);
  if (level === undefined) return refuse("malformed", `the core identity JWT: its vot is ${quoted(vot)}`);
  if (!reaches(level, expected.asked)) {
    return refuse(
      "level-too-low",
      `the core identity JWT: its vot is ${level.level}, asked for ${expected.asked.level}`,
    );
  }
  const subject = claim(claim(checked.claims, "vc"), "credentialSubject");
  const name = currentName(claim(subject, "name"));
  const [firstBirthDate] = readList(claim(subject, "birthDate"));
  const birthDate = readBirthDate(claim(firstBirthDate, "value"), now);
  if (name === null) return refuse("malformed", "the core identity JWT: it holds no current name that can be read");
  if (birthDate === null)
    return refuse("malformed", "the core identity JWT: it holds no date of birth that can be read");
  return { ok: true, identity: { level, name, birthDate } };
}

/** The name without `validUntil`, or with a null there, is the current one. Its parts come in the person's own order. */
function currentName(names: unknown): string | null {
  for (const each of readList(names)) {
    if ((claim(each, "validUntil") ?? null) !== null) continue;
    const parts: string[] = [];
    for (const part of readList(claim(each, "nameParts"))) {
      const type = claim(part, "type");
      const value = readName(claim(part, "value"));
      if ((type === "GivenName" || type === "FamilyName") && value !== null) parts.push(value);
      else return null; // half a name is another name
    }
    return readName(parts.join(" "));
  }
  return null;
}

/** The letters of the return code claim. Anything that is not one capital letter is passed over. */
export function readReturnCodes(value: unknown): readonly string[] {
  const codes = readList(value).map((entry) => claim(entry, "code"));
  return [...new Set(codes.filter((code): code is string => typeof code === "string" && /^[A-Z]$/.test(code)))];
}
