/**
 * Limits on wrong secrets, by client and address. Somebody elsewhere who guesses at a client's secret is stopped at their
 * own address; the client is not locked out. Nor is one that shares its address with the guesser (a proxy): a secret
 * that was right there before is always looked at. Kept in memory, of each process apart: secrets are 256 random bits,
 * so the limit spares work, it does not stand between a guess and the record.
 */
import { hashSecret, sameHash } from "./secret.ts";

export type Attempt = { readonly clientId: string; readonly secret: string; readonly address: string };

export type Attempts = {
  /** Seconds to wait before the next try, or null when it may be made now. */
  readonly wait: (attempt: Attempt, now: Temporal.Instant) => number | null;
  readonly failed: (attempt: Attempt, now: Temporal.Instant) => void;
  readonly succeeded: (attempt: Attempt) => void;
};

/** Wrong secrets from one address within the window: for one client, and for all together. */
export const MOST_FAILURES = 10;
export const MOST_FAILURES_OF_ADDRESS = 100;
export const FAILURE_WINDOW_SECONDS = 600;
/** What is remembered; beyond it the oldest is forgotten. */
const MOST_REMEMBERED = 20_000;
const LONGEST_KEY = 300;

type Failures = { readonly since: number; count: number };

export function createAttempts(): Attempts {
  const failures = new Map<string, Failures>();
  const good = new Map<string, Buffer>();
  const pair = ({ clientId, address }: Attempt) => `${address}\u0000${clientId}`.slice(0, LONGEST_KEY);

  const left = (key: string, most: number, now: Temporal.Instant): number | null => {
    const found = failures.get(key);
    if (found === undefined || found.count < most) return null;
    const seconds = FAILURE_WINDOW_SECONDS - (now.epochMilliseconds - found.since) / 1000;
    return seconds > 0 ? Math.ceil(seconds) : null;
  };
  const count = (key: string, now: Temporal.Instant): void => {
    const found = failures.get(key);
    const over = found !== undefined && now.epochMilliseconds - found.since >= FAILURE_WINDOW_SECONDS * 1000;
    if (found !== undefined && !over) {
      found.count += 1;
      return;
    }
    failures.delete(key);
    failures.set(key, { since: now.epochMilliseconds, count: 1 });
    forgetOldest(failures);
  };

  return {
    wait: (attempt, now) => {
      const before = good.get(pair(attempt));
      if (before !== undefined && sameHash(before, hashSecret(attempt.secret))) return null;
      return left(pair(attempt), MOST_FAILURES, now) ?? left(attempt.address, MOST_FAILURES_OF_ADDRESS, now);
    },
    failed: (attempt, now) => {
      count(pair(attempt), now);
      count(attempt.address, now);
    },
    succeeded: (attempt) => {
      failures.delete(pair(attempt));
      good.delete(pair(attempt));
      good.set(pair(attempt), hashSecret(attempt.secret));
      forgetOldest(good);
    },
  };
}

function forgetOldest(map: Map<string, unknown>): void {
  for (const key of map.keys()) {
    if (map.size <= MOST_REMEMBERED) return;
    map.delete(key);
  }
}
