/** One-time links and codes: what they look like, how long they hold, what they open. Pure. */

/** `enrol`: made for somebody by staff or an invitation. `sign-in`: asked for by e-mail. `administrator`: the first one. */
export type CodePurpose = "enrol" | "sign-in" | "administrator";
export type CodeWay = "email" | "post" | "in-person" | "terminal";

/**
 * How long a code holds, in minutes. Enrolment codes by e-mail 24 hours and by post 21 days: NIST SP 800-63A-4, enrolment
 * codes. With the person at the counter it is typed at once. The link on the terminal is read by whoever starts the
 * program. A link that somebody asks for to sign in now is shorter than NIST allows: they are waiting for it.
 */
export function codeMinutes(purpose: CodePurpose, way: CodeWay): number {
  switch (way) {
    case "email":
      return purpose === "sign-in" ? 60 : 24 * 60;
    case "post":
      return 21 * 24 * 60;
    case "in-person":
      return 15;
    case "terminal":
      return 60;
  }
}

/** Crockford's base 32: no I, L, O or U, so that a letter in bad print is not taken for another. */
export const CODE_LETTERS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
/** 40 random bits: twice what NIST SP 800-63A-4 and ASVS 6.5.4 ask of an enrolment code. */
export const CODE_LENGTH = 8;

/** A code as it is printed: two groups of four. */
export function printedCode(code: string): string {
  return `${code.slice(0, 4)}-${code.slice(4)}`;
}

/** What was typed as a code in our letters: case, spaces, hyphens and the letters people mix up do not matter. Null when it cannot be one. */
export function typedCode(text: string): string | null {
  if (text.length > 100) return null;
  const code = text
    .normalize("NFKC")
    .toUpperCase()
    .replaceAll(/[\s\p{Dash_Punctuation}.]/gu, "")
    .replaceAll("O", "0")
    .replaceAll(/[IL]/g, "1");
  return code.length === CODE_LENGTH && [...code].every((letter) => CODE_LETTERS.includes(letter)) ? code : null;
}

export type CodeState = {
  readonly expiresAt: Temporal.Instant;
  readonly usedAt: Temporal.Instant | null;
};

export function codeHolds({ expiresAt, usedAt }: CodeState, now: Temporal.Instant): boolean {
  return usedAt === null && Temporal.Instant.compare(now, expiresAt) < 0;
}

/**
 * What a code gives whoever brings it. Somebody with a post may do things to others, so an e-mail or a letter alone does
 * not sign them in (ASVS 6.3.3): it only lets them add a passkey. Everybody else is in for this visit.
 */
export function whatACodeGives(purpose: CodePurpose, hasPost: boolean): "visit" | "enrolment-only" {
  return hasPost || purpose === "administrator" ? "enrolment-only" : "visit";
}
