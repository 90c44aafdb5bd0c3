/** Sessions in the database: begun, found, ended. */
import { type Database, inTransaction, type Transaction } from "../database/index.ts";
import { hashOf, newSecret, newShortId, sameHash, type Token } from "./keys.ts";
import { ENROLMENT, FRESH, MOST_SESSIONS, mustNoteClick, sessionHolds, type WayIn } from "./model/session.ts";
import { endSessions, insertSession, noteClick, readSessions } from "./store.ts";

/** A session as the rest of the program sees it; `secret` is only ever in the cookie. */
export type KeptSession = {
  readonly personId: string;
  readonly id: string;
  readonly secret: string;
  readonly way: WayIn;
  /** True when it opens the page where a passkey is added, and nothing else. */
  readonly enrolling: boolean;
  readonly helpedBy: string | null;
  readonly since: Temporal.Instant;
  readonly freshUntil: Temporal.Instant | null;
};

export type NewSession = {
  readonly personId: string;
  readonly way: WayIn;
  readonly enrolling?: boolean;
  readonly helpedBy?: string | null;
  /** True when a passkey was used just now. */
  readonly fresh?: boolean;
  /** In few words: "Chrome, Windows". */
  readonly device: string;
  /** The session that this one takes the place of: it ends (ASVS 7.2.4). */
  readonly replaces?: { readonly personId: string; readonly id: string } | null;
  readonly now: Temporal.Instant;
};

/** Begins a session under an id and a secret nobody has seen before, whatever cookie the browser held. */
export async function beginSession(transaction: Transaction, begin: NewSession): Promise<KeptSession> {
  const { personId, now } = begin;
  const secret = newSecret();
  const kept: KeptSession = {
    personId,
    id: newShortId(),
    secret,
    way: begin.way,
    enrolling: begin.enrolling ?? false,
    helpedBy: begin.helpedBy ?? null,
    since: now,
    freshUntil: begin.fresh === true ? now.add(FRESH) : null,
  };
  if (begin.replaces != null)
    await endSessions(transaction, begin.replaces.personId, { ids: [begin.replaces.id] }, now);
  const open = await readSessions(transaction, personId);
  const tooMany = open.slice(MOST_SESSIONS - 1).map(({ id }) => id);
  await endSessions(transaction, personId, { ids: tooMany }, now);
  await insertSession(transaction, {
    ...kept,
    secretHash: hashOf(secret),
    device: begin.device,
    beganAt: now,
    lastSeenAt: now,
    endedAt: null,
  });
  return kept;
}

/** The session that a cookie's token names, while it holds; null for anything else. Notes the click once a minute. */
export async function findSession(db: Database, token: Token, now: Temporal.Instant): Promise<KeptSession | null> {
  const [row] = await readSessions(db, token.subjectId, token.id);
  if (row === undefined || !sameHash(row.secretHash, hashOf(token.secret)) || !sessionHolds(row, now)) return null;
  // An enrolment that was left lying is over sooner than the session it would have become.
  if (row.enrolling && Temporal.Instant.compare(now, row.beganAt.add(ENROLMENT)) >= 0) return null;
  if (mustNoteClick(row.lastSeenAt, now))
    await inTransaction(db, (transaction) => noteClick(transaction, row.personId, row.id, now));
  return {
    personId: row.personId,
    id: row.id,
    secret: token.secret,
    way: row.way,
    enrolling: row.enrolling,
    helpedBy: row.helpedBy,
    since: row.beganAt,
    freshUntil: row.freshUntil,
  };
}

/** Ends one session of a person. */
export async function endSession(db: Database, personId: string, id: string, now: Temporal.Instant): Promise<void> {
  await inTransaction(db, (transaction) => endSessions(transaction, personId, { ids: [id] }, now));
}

/**
 * Ends every session of a person at once, but for `exceptId`: when a post or relationship ends, an account is closed
 * (ASVS 7.4.2), or they ask for it. How many were ended.
 */
export function revokeSessions(
  db: Database | Transaction,
  personId: string,
  now: Temporal.Instant,
  exceptId: string | null = null,
): Promise<number> {
  const end = (transaction: Transaction) => endSessions(transaction, personId, { allBut: exceptId }, now);
  return db.isTransaction ? end(db as Transaction) : inTransaction(db as Database, end);
}

export type ListedSession = {
  readonly id: string;
  readonly device: string;
  readonly way: WayIn;
  readonly helpedBy: string | null;
  readonly since: Temporal.Instant;
  readonly lastSeenAt: Temporal.Instant;
};

/** Where a person is signed in now, newest first. */
export async function listSessions(
  db: Database,
  personId: string,
  now: Temporal.Instant,
): Promise<readonly ListedSession[]> {
  const rows = await readSessions(db, personId);
  return rows
    .filter((row) => sessionHolds(row, now))
    .map(({ id, device, way, helpedBy, beganAt, lastSeenAt }) => ({
      id,
      device,
      way,
      helpedBy,
      since: beganAt,
      lastSeenAt,
    }));
}
