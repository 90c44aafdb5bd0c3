/** The challenge that a passkey signs, as text; and what a signature counter tells. Pure. */

/** What a challenge is for: to add a passkey, to sign in, or to show once more that it is still the same person. */
export type ChallengeUse = "add" | "sign-in" | "again";

/** How long somebody may take between the button and their finger. */
export const CHALLENGE_MINUTES = 10;

export type Challenge = { readonly nonce: string; readonly expiresAt: Temporal.Instant; readonly seal: string };

export function challengeText({ nonce, expiresAt, seal }: Challenge): string {
  return `${nonce}.${expiresAt.epochMilliseconds}.${seal}`;
}

export function readChallenge(text: string): Challenge | null {
  const match = /^([\w-]{22})\.(\d{13})\.([\w-]{43})$/.exec(text);
  if (match === null) return null;
  const [, nonce = "", milliseconds = "", seal = ""] = match;
  return { nonce, seal, expiresAt: Temporal.Instant.fromEpochMilliseconds(Number(milliseconds)) };
}

/**
 * Whether an authenticator's counter went on, as it must when it counts at all. One that stands still or goes back
 * means that two devices hold the same key, one of them a copy (WebAuthn Level 3, section 6.1.1). Many passkeys that
 * are synchronised never count: 0 after 0 is in order.
 */
export function counterVerdict(stored: number, sent: number): "in-order" | "copied" {
  if (stored === 0 && sent === 0) return "in-order";
  return sent > stored ? "in-order" : "copied";
}
