/**
 * What failed attempts cost, and whom. Pure.
 *
 * A limit that counts by account locks its owner out when somebody else guesses. So nothing here counts by person:
 * failures are counted by the address they come from, and, for links, by address and link together. Who attacks from
 * one address shuts out that address, for that way of signing in, for a quarter of an hour; a person anywhere else
 * notices nothing. Only failures count, so that a library full of people who sign in rightly is never shut out. The
 * ways are counted apart: a passkey still works where too many wrong codes were typed.
 *
 * The sum for typed codes: 32^8 is 1.1e12. With 10,000 letters on their way, and 40 wrong codes an hour from each of
 * 1,000 addresses, one wrong guess in 1e8 fits: a hit in 2,700 hours. Links hold 128 random bits and cannot be guessed.
 */

export type Attempt = "passkey" | "code" | "link" | "ask" | "provider";

/** Failures that one address may have within the window (for `ask`: letters asked for, rightly or not). */
const MOST_FAILURES: Readonly<Record<Attempt, number>> = { passkey: 20, code: 10, link: 20, ask: 10, provider: 20 };

/** Failures at one link by one address. */
const MOST_FAILURES_AT_ONE_CODE = 5;

/** The window over which failures are counted; it is also how long it lasts to be shut out. */
export const WINDOW = { minutes: 15 } as const;

/** Links sent to one address of e-mail within the hour, whoever asks: a stranger cannot fill somebody's mailbox. */
export const MOST_LINKS_AN_HOUR = 5;

export type Failures = { readonly failures: number; readonly countingSince: Temporal.Instant };

export function isShutOut(attempt: Attempt, counted: Failures | null, now: Temporal.Instant): boolean {
  return stillCounted(counted, now) >= MOST_FAILURES[attempt];
}

export function isShutOutOfCode(counted: Failures | null, now: Temporal.Instant): boolean {
  return stillCounted(counted, now) >= MOST_FAILURES_AT_ONE_CODE;
}

function stillCounted(counted: Failures | null, now: Temporal.Instant): number {
  if (counted === null) return 0;
  return Temporal.Instant.compare(now, counted.countingSince.add(WINDOW)) < 0 ? counted.failures : 0;
}

/**
 * What an address is counted as: for IPv6 its first 64 bits, because a household or a server commonly holds that many
 * addresses (RFC 6177) and would otherwise never run out of them.
 */
export function countedAddress(address: string): string {
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address);
  if (mapped?.[1] !== undefined) return mapped[1];
  if (!address.includes(":")) return address;
  const [head = "", tail] = (address.split("%")[0] as string).toLowerCase().split("::");
  const first = head === "" ? [] : head.split(":");
  const last = tail === undefined || tail === "" ? [] : tail.split(":");
  const missing = tail === undefined ? 0 : Math.max(0, 8 - first.length - last.length);
  const groups = [...first, ...Array.from({ length: missing }, () => "0"), ...last];
  return `${groups
    .slice(0, 4)
    .map((group) => group.replace(/^0+(?=.)/, ""))
    .join(":")}::/64`;
}

/** How many links an address of e-mail got within the hour that is counted, or a new hour from now. */
export function stillCountedLinks(
  counted: { readonly answered: number; readonly countingSince: Temporal.Instant },
  now: Temporal.Instant,
): { readonly answered: number; readonly countingSince: Temporal.Instant } {
  const over = Temporal.Instant.compare(now, counted.countingSince.add({ hours: 1 })) >= 0;
  return over
    ? { answered: 0, countingSince: now }
    : { answered: counted.answered, countingSince: counted.countingSince };
}
