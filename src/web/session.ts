import { createHmac, randomBytes, timingSafeEqual } from "node:crypto";

/** A random id that form tokens hang on, and who is signed in, if anybody. */
export type Session = {
  readonly id: string;
  readonly personId: string | null;
  readonly since: Temporal.Instant;
  /** Until when a sensitive act needs no further proof; null when no passkey was used. */
  readonly freshUntil: Temporal.Instant | null;
};

export type SessionSettings = {
  /** Secret of this installation, at least 32 bytes; who holds it can be anybody. */
  readonly key: Uint8Array;
  /** True when the site is reached over https: the cookie is then marked Secure. */
  readonly secure: boolean;
};

/** Signed-cookie sessions and the form tokens tied to them. No state on the server. */
export type Sessions = {
  readonly read: (request: Request, now: Temporal.Instant) => Promise<Session | null>;
  /** For somebody who is not signed in and is about to fill in a form. Nothing is kept on the server. */
  readonly startAnonymous: (now: Temporal.Instant) => Session;
  readonly signIn: (personId: string, now: Temporal.Instant) => Promise<Session>;
  /** The `Set-Cookie` header that keeps, or ends, a session. */
  readonly cookie: (session: Session) => string;
  readonly endCookie: () => string;
  readonly formToken: (session: Session) => string;
  readonly acceptsToken: (session: Session, token: string) => boolean;
};

const COOKIE = "handrail-session";
/** A working day and a bit; a forgotten browser in a library does not stay signed in overnight. */
const LIFETIME = Temporal.Duration.from({ hours: 12 });
const SHORTEST_KEY = 32;

export function createSessions({ key, secure }: SessionSettings): Sessions {
  if (key.length < SHORTEST_KEY) {
    throw new Error(
      `The session key has ${key.length} bytes and needs at least ${SHORTEST_KEY}. Generate one with a cryptographic random source.`,
    );
  }
  const sign = (purpose: string, text: string) =>
    createHmac("sha256", key).update(`${purpose}\n${text}`).digest("base64url");
  const attributes = `Path=/; HttpOnly; SameSite=Lax${secure ? "; Secure" : ""}`;

  const read = async (request: Request, now: Temporal.Instant): Promise<Session | null> => {
    const value = cookieValue(request.headers.get("cookie") ?? "", COOKIE);
    const [body, signature] = value?.split(".") ?? [];
    if (body === undefined || signature === undefined || !same(signature, sign("session", body))) return null;
    const [id, since, personId] = JSON.parse(Buffer.from(body, "base64url").toString()) as [
      string,
      string,
      string | null,
    ];
    const session = { id, personId, since: Temporal.Instant.from(since), freshUntil: null };
    return Temporal.Instant.compare(session.since.add(LIFETIME), now) < 0 ? null : session;
  };

  const begin = (personId: string | null, now: Temporal.Instant): Session => ({
    id: randomBytes(18).toString("base64url"),
    personId,
    since: now,
    freshUntil: null,
  });

  return {
    read,
    startAnonymous: (now) => begin(null, now),
    signIn: async (personId, now) => begin(personId, now),
    cookie: (session) => {
      const body = Buffer.from(JSON.stringify([session.id, session.since.toString(), session.personId])).toString(
        "base64url",
      );
      return `${COOKIE}=${body}.${sign("session", body)}; ${attributes}`;
    },
    endCookie: () => `${COOKIE}=; Max-Age=0; ${attributes}`,
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
    const [key, value] = pair.trim().split("=", 2);
    if (key === name && value !== undefined) return value;
  }
  return null;
}
