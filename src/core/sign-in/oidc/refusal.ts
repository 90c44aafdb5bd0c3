/** Why a sign-in through a provider did not happen: one closed list, so that a caller's `switch` forgets none. */

export type RefusalKind =
  /** The provider, or what it publishes, cannot be reached. */
  | "provider-down"
  /** The provider itself says: not now. */
  | "temporarily-unavailable"
  /** The person said no at the provider, or the provider did not let them in. */
  | "denied"
  /** The provider does not accept this service or what it asks: a setting is wrong, here or there. */
  | "not-registered"
  /** The code was used before or is too old. */
  | "code-refused"
  /** The answer belongs to another question: not begun in this browser. */
  | "state-mismatch"
  /** Begun more than `PENDING_MINUTES` ago, or the cookie is gone or was changed. */
  | "not-begun"
  /** Begun with one provider, answered by another. */
  | "wrong-provider"
  | "wrong-algorithm"
  | "unknown-key"
  | "wrong-signature"
  | "wrong-issuer"
  | "wrong-audience"
  | "wrong-subject"
  | "wrong-nonce"
  | "expired"
  | "not-yet-valid"
  /** Proved, but less than what was asked for. */
  | "level-too-low"
  /** The provider answered without an identity: it could not prove who this is. */
  | "identity-not-proved"
  /** We asked for something that the provider does not offer. Our own mistake: nothing was sent. */
  | "request-not-allowed"
  | "malformed";

export interface Refusal {
  readonly kind: RefusalKind;
  /** For the log of the service, never for the visitor: says what was found where, without tokens or personal data. */
  readonly logLine: string;
  /** One Login's letters for what went wrong with the evidence; their meaning is told to registered services only. */
  readonly returnCodes?: readonly string[];
}

export interface Refused {
  readonly ok: false;
  readonly refusal: Refusal;
}

export function refuse(kind: RefusalKind, logLine: string): Refused {
  return { ok: false, refusal: { kind, logLine } };
}

/** What came from outside, made fit for one line of a log: quoted, without line ends, 80 characters at most. */
export function quoted(value: unknown): string {
  const text = typeof value === "string" ? value : typeof value;
  return JSON.stringify(text.slice(0, 80)).replaceAll(/[^\x20-\x7e]/g, "?");
}

/** What a visitor may be told. Four answers: somebody who forges tokens learns nothing from which check they failed. */
export type VisitorAnswer =
  /** You stopped, or the other site did not let you in. Nothing has changed; you can try again or come in another way. */
  | "you-can-start-again"
  /** It took too long or was opened twice: please begin again. */
  | "begin-again"
  /** The other site is not working at present: later, or another way in. */
  | "try-later"
  /** They could not prove who you are; you can prove it to us in person or by post. */
  | "prove-it-another-way"
  /** It did not work, and no more is said. */
  | "did-not-work";

export function visitorAnswer(kind: RefusalKind): VisitorAnswer {
  switch (kind) {
    case "provider-down":
    case "temporarily-unavailable":
      return "try-later";
    case "denied":
      return "you-can-start-again";
    case "code-refused":
    case "state-mismatch":
    case "not-begun":
      return "begin-again";
    case "identity-not-proved":
    case "level-too-low":
      return "prove-it-another-way";
    case "not-registered":
    case "wrong-provider":
    case "wrong-algorithm":
    case "unknown-key":
    case "wrong-signature":
    case "wrong-issuer":
    case "wrong-audience":
    case "wrong-subject":
    case "wrong-nonce":
    case "expired":
    case "not-yet-valid":
    case "request-not-allowed":
    case "malformed":
      return "did-not-work";
  }
}
