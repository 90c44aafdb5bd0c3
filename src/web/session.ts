import { createHmac, randomBytes, timingSafeEqual } from "node:crypto";
import {
  beginSession,
  endSession,
  findSession,
  type KeptSession,
  type NewSession,
  readToken,
  tokenText,
} from "../core/sign-in/index.ts";
import { type Database, inTransaction } from "../core/database/index.ts";

/** A random id that form tokens hang on, and who is signed in, if anybody. */
export type Session = {
  readonly id: string;
  /** Null for somebody who is not signed in, and for somebody who has yet to add a passkey before they are. */
  readonly personId: string | null;
  readonly since: Temporal.Instant;
  /** Until when a sensitive act needs no further proof; null when no passkey was used. */
  readonly freshUntil: Temporal.Instant | null;
  /** The session as the database keeps it; absent for somebody who is not signed in. */
  readonly kept?: KeptSession;
};

export type SessionSettings = {
  readonly db: Database;
  /** Secret of this installation, at least 32 bytes; who holds it can send forms for anybody. */
  readonly key: Uint8Array;
  /** True when the site is reached over https: the cookie then insists on it. */
  readonly secure: boolean;
};

/** What the kit needs of sessions. */
export type Sessions = {
  readonly read: (request: Request, now: Temporal.Instant) => Promise<Session | null>;
  /** For somebody who is not signed in and is about to fill in a form. Nothing is kept on the server. */
  readonly startAnonymous: (now: Temporal.Instant) => Session;
  /** A new session for one of the demonstration's invented people. */
  readonly signIn: (personId: string, now: Temporal.Instant) => Promise<Session>;
  /** The `Set-Cookie` header that keeps, or ends, a session. */
  readonly cookie: (session: Session) => string;
  readonly endCookie: () => string;
  readonly formToken: (session: Session) => string;
  readonly acceptsToken: (session: Session, token: string) => boolean;
};

/** And what sign-in needs beyond. */
export type KeptSessions = Sessions & {
  /** A session that was begun elsewhere, as the kit sees it. */
  readonly of: (kept: KeptSession) => Session;
  readonly begin: (begin: NewSession) => Promise<Session>;
  readonly end: (session: Session, now: Temporal.Instant) => Promise<void>;
};

/** How long a form may be open that was loaded by somebody who is not signed in. */
const ANONYMOUS_LIFETIME = Temporal.Duration.from({ hours: 12 });
const SHORTEST_KEY = 32;

/** `__Host-`: browsers keep such a cookie only from this very host, over https, for all paths; no subdomain can plant one. */
function cookieName(secure: boolean): string {
  return secure ? "__Host-handrail" : "handrail";
}

/**
 * Sessions of people in the database, found by the random secret in a cookie; of everybody else in the cookie alone,
 * signed, so that visits by strangers fill no table. Both kinds carry the tokens of forms.
 */
export function createSessions({ db, key, secure }: SessionSettings): KeptSessions {
  if (key.length < SHORTEST_KEY) {
    throw new Error(
      `The session key has ${key.length} bytes and needs at least ${SHORTEST_KEY}. Generate one with a cryptographic random source.`,
    );
  }
  const name = cookieName(secure);
  const sign = (purpose: string, text: string) =>
    createHmac("sha256", key).update(`${purpose}\n${text}`).digest("base64url");
  const attributes = `Path=/; HttpOnly; SameSite=Lax${secure ? "; Secure" : ""}`;

  const of = (kept: KeptSession): Session => ({
    id: kept.id,
    personId: kept.enrolling ? null : kept.personId,
    since: kept.since,
    freshUntil: kept.freshUntil,
    kept,
  });

  const readAnonymous = (value: string, now: Temporal.Instant): Session | null => {
    const match = /^anonymous\.([\w-]{24})\.(\d{13})\.([\w-]{43})$/.exec(value);
    if (match === null) return null;
    const [, id = "", milliseconds = "", signature = ""] = match;
    if (!same(signature, sign("anonymous", `${id}\n${milliseconds}`))) return null;
    const since = Temporal.Instant.fromEpochMilliseconds(Number(milliseconds));
    if (Temporal.Instant.compare(since.add(ANONYMOUS_LIFETIME), now) < 0) return null;
    return { id, personId: null, since, freshUntil: null };
  };

  const begin = async (session: NewSession): Promise<Session> =>
    of(await inTransaction(db, (transaction) => beginSession(transaction, session)));

  return {
    read: async (request, now) => {
      const value = cookieValue(request.headers.get("cookie") ?? "", name);
      if (value === null) return null;
      const token = readToken(value);
      if (token === null) return readAnonymous(value, now);
      const kept = await findSession(db, token, now);
      return kept === null ? null : of(kept);
    },
    startAnonymous: (now) => ({
      id: randomBytes(18).toString("base64url"),
      personId: null,
      since: now.round("millisecond"),
      freshUntil: null,
    }),
    signIn: (personId, now) => begin({ personId, way: "demonstration", device: "", now }),
    of,
    begin,
    end: async ({ kept }, now) => {
      if (kept !== undefined) await endSession(db, kept.personId, kept.id, now);
    },
    cookie: ({ id, since, kept }) => {
      if (kept !== undefined) {
        return `${name}=${tokenText({ subjectId: kept.personId, id: kept.id, secret: kept.secret })}; ${attributes}`;
      }
      const milliseconds = String(since.epochMilliseconds);
      return `${name}=anonymous.${id}.${milliseconds}.${sign("anonymous", `${id}\n${milliseconds}`)}; ${attributes}`;
    },
    endCookie: () => `${name}=; Max-Age=0; ${attributes}`,
    // Another token for each page: a constant secret in a compressed page can be guessed letter by letter (BREACH).
    formToken: (session) => {
      const salt = randomBytes(9).toString("base64url");
      return `${salt}.${sign("form", `${session.id}\n${salt}`)}`;
    },
    acceptsToken: (session, token) => {
      const [salt, signature] = token.split(".");
      return salt !== undefined && signature !== undefined && same(signature, sign("form", `${session.id}\n${salt}`));
    },
  };
}

function same(given: string, expected: string): boolean {
  const [a, b] = [Buffer.from(given), Buffer.from(expected)];
  return a.length === b.length && timingSafeEqual(a, b);
}

function cookieValue(header: string, name: string): string | null {
  for (const pair of header.split(";")) {
    const at = pair.indexOf("=");
    if (at > 0 && pair.slice(0, at).trim() === name) return pair.slice(at + 1).trim();
  }
  return null;
}
