/** How long a sign-in lasts. Pure. */

/** By what somebody signed in. `demonstration`: one of the invented people was chosen. */
export type WayIn = "passkey" | "link" | "code" | "helped" | "provider" | "demonstration";

/**
 * Nobody stays signed in longer than a working day (OWASP ASVS 5.0, 7.3.2), whatever they do: NIST SP 800-63B-4, section
 * 2.2.3, allows 24 hours at the second level; half of it is enough for every shift.
 */
const LONGEST_SESSION = { hours: 12 } as const;

/**
 * After how long without a click a session ends (ASVS 7.3.1). With a passkey or by another provider the device is most
 * likely somebody's own: one hour, as NIST SP 800-63B-4, section 2.2.3, says for its second level. A link may be opened on
 * a shared computer: 30 minutes. A code from a letter or a helper is typed where somebody has no device of their own, in
 * a library or at a counter: 15 minutes.
 */
const LONGEST_PAUSE_MINUTES: Readonly<Record<WayIn, number>> = {
  passkey: 60,
  provider: 60,
  link: 30,
  code: 15,
  helped: 15,
  // Invented people: nothing is protected, and a demonstration has pauses.
  demonstration: 720,
};

/** How long after a passkey was used a sensitive act needs no further proof. */
export const FRESH = { minutes: 5 } as const;

/** How long after signing in by a link or code a passkey may be added: the link itself is the proof. */
export const ENROLMENT = { minutes: 15 } as const;

/** At most so many sessions of one person at once (ASVS 7.1.2); a further one ends the oldest. */
export const MOST_SESSIONS = 10;

export type SessionTimes = {
  readonly way: WayIn;
  readonly beganAt: Temporal.Instant;
  readonly lastSeenAt: Temporal.Instant;
  readonly endedAt: Temporal.Instant | null;
};

/** Whether a session still holds at `now`: neither ended nor too old nor left alone for too long. */
export function sessionHolds({ way, beganAt, lastSeenAt, endedAt }: SessionTimes, now: Temporal.Instant): boolean {
  if (endedAt !== null) return false;
  const pauseEnds = lastSeenAt.add({ minutes: LONGEST_PAUSE_MINUTES[way] });
  return before(now, beganAt.add(LONGEST_SESSION)) && before(now, pauseEnds);
}

/** The last moment that a click is written down may lie back so far: one write a minute, not one a click. */
export function mustNoteClick(lastSeenAt: Temporal.Instant, now: Temporal.Instant): boolean {
  return !before(now, lastSeenAt.add({ minutes: 1 }));
}

/** Whether a passkey may be added in this session without showing an older one first. */
export function mayAddPasskey(
  session: { readonly way: WayIn; readonly since: Temporal.Instant; readonly freshUntil: Temporal.Instant | null },
  now: Temporal.Instant,
): boolean {
  if (isFresh(session.freshUntil, now)) return true;
  switch (session.way) {
    case "link":
    case "code":
    case "helped":
    // Among invented people the press that chose one is all the proof there is.
    case "demonstration":
      return before(now, session.since.add(ENROLMENT));
    case "passkey":
    case "provider":
      return false;
  }
}

/**
 * Whether what somebody is employed to do is open in a session: staff come in by passkey or provider (ASVS 6.3.3). A session
 * that was begun by a link or code while its holder had no post is none of a member of staff when they are given one.
 */
export function opensPosts(way: WayIn): boolean {
  switch (way) {
    case "passkey":
    case "provider":
    // Invented people have no passkeys.
    case "demonstration":
      return true;
    case "link":
    case "code":
    case "helped":
      return false;
  }
}

/** Whether somebody may act for others in a session: not where a member of staff made the code and may have typed it. */
export function actsForOthers(way: WayIn): boolean {
  return way !== "helped";
}

/**
 * Whether somebody showed lately that it is them, by whatever way they have: enough to end sessions (ASVS 7.5.2). Not
 * everybody has a passkey; for whoever does not, a sign-in of a moment ago is the proof.
 */
export function provedLately(
  session: { readonly way: WayIn; readonly since: Temporal.Instant; readonly freshUntil: Temporal.Instant | null },
  now: Temporal.Instant,
): boolean {
  return mayAddPasskey(session, now) || (session.way === "provider" && before(now, session.since.add(FRESH)));
}

export function isFresh(freshUntil: Temporal.Instant | null, now: Temporal.Instant): boolean {
  return freshUntil !== null && before(now, freshUntil);
}

function before(left: Temporal.Instant, right: Temporal.Instant): boolean {
  return Temporal.Instant.compare(left, right) < 0;
}
