/** What an attempt came to, and what follows from it. Pure. */
import type { Channel } from "./templates.ts";

export type Provider = "notify" | "smtp" | "development";

/** What a provider's answer, or its silence, says about one attempt. */
export type Outcome =
  | { readonly kind: "accepted"; readonly providerId: string | null; readonly fragments: number | null }
  /** The address or number is wrong for good. */
  | { readonly kind: "bad-contact"; readonly reason: string }
  /** The message itself is refused for good. */
  | { readonly kind: "refused"; readonly reason: string }
  /**
   * Certainly not taken; to be tried again. `after`: as the provider asks. `stops`: whether it would stop every message
   * now (too many, down, wrong key) or is about this one (a full mailbox).
   */
  | {
      readonly kind: "later";
      readonly reason: string;
      readonly after: Temporal.Duration | null;
      readonly stops: "all" | "this";
    }
  /** It may or may not have been taken: the connection broke, or the provider failed, after the message was on its way. */
  | { readonly kind: "in-doubt"; readonly reason: string };

/** What is to be written about a message after an attempt. */
export type Change =
  | {
      readonly state: "sent";
      readonly providerId: string | null;
      readonly fragments: number | null;
      readonly dueAt: Temporal.Instant | null;
    }
  | {
      readonly state: "queued";
      readonly reason: string;
      readonly dueAt: Temporal.Instant;
      readonly unusable: string | null;
      readonly doubts: number;
    }
  /** Left in doubt: looked at again when the answer can be known. */
  | { readonly state: "sending"; readonly reason: string; readonly dueAt: Temporal.Instant }
  | { readonly state: "failed"; readonly reason: string };

export interface Attempted {
  readonly provider: Provider;
  readonly channel: Channel;
  /** This attempt included. */
  readonly attempts: number;
  readonly doubts: number;
  readonly now: Temporal.Instant;
}

/** Tries of one message that is itself put off: with the waits below, about a day. Then a member of staff is told. */
export const MOST_ATTEMPTS = 30;
/**
 * How long an attempt is left alone before its answer is asked for. Longer than any call can take (30 s), and long enough
 * that Notify, which may save a message a while after it took it, finds it by its reference.
 */
export const DOUBT_WAIT = { minutes: 2 } as const;
/** When Notify is first asked what became of a message it took. */
const RECEIPT_WAIT = { minutes: 5 } as const;

export function afterAttempt(outcome: Outcome, attempt: Attempted): Change {
  const { now, attempts, doubts, provider } = attempt;
  switch (outcome.kind) {
    case "accepted":
      return {
        state: "sent",
        providerId: outcome.providerId,
        fragments: outcome.fragments,
        dueAt: provider === "notify" ? now.add(RECEIPT_WAIT) : null,
      };
    case "bad-contact":
      return { state: "queued", reason: outcome.reason, dueAt: now, unusable: outcome.reason, doubts };
    case "refused":
      return { state: "failed", reason: outcome.reason };
    case "later":
      if (attempts >= MOST_ATTEMPTS && outcome.stops === "this") return { state: "failed", reason: outcome.reason };
      return {
        state: "queued",
        reason: outcome.reason,
        dueAt: now.add(outcome.after ?? backoff(attempts)),
        unusable: null,
        doubts,
      };
    case "in-doubt":
      return { state: "sending", reason: outcome.reason, dueAt: now.add(DOUBT_WAIT) };
  }
}

/** 15 s, 30 s, 1 min … at most an hour. */
export function backoff(attempts: number): Temporal.Duration {
  return Temporal.Duration.from({ seconds: Math.min(3600, 15 * 2 ** Math.min(attempts - 1, 20)) });
}

/**
 * What to do about an attempt whose end is not known: it was in doubt, or its process was killed.
 * Notify knows by the reference. A mail server knows nothing afterwards: an e-mail goes once more and not again, under the
 * same Message-ID, so that most mailboxes show it once; then a member of staff is told. `/dev/mail` keeps one copy anyway.
 */
export function resolveDoubt(provider: Provider, doubts: number): "ask" | "send-again" | "give-up" {
  switch (provider) {
    case "notify":
      return "ask";
    case "development":
      return "send-again";
    case "smtp":
      return doubts === 0 ? "send-again" : "give-up";
  }
}

/** When Notify is asked again what became of a message: after 5 min, then ever later, for 3 days. Null: no more. */
export function nextReceiptLook(sentAt: Temporal.Instant, now: Temporal.Instant): Temporal.Instant | null {
  const hours = sentAt.until(now).total({ unit: "hours" });
  if (hours >= 72) return null;
  return now.add({ minutes: hours < 1 ? 15 : hours < 24 ? 120 : 720 });
}
