import { createHmac, randomBytes, timingSafeEqual } from "node:crypto";
import type { Persona } from "./route.ts";

/** What the cookie carries: a random id that form tokens hang on, and who was picked, if anybody. */
export type Session = { readonly id: string; readonly personaId: string | null; readonly since: Temporal.Instant };

export type SessionSettings = {
  /** Secret of this installation, at least 32 bytes; who holds it can be anybody. */
  readonly key: Uint8Array;
  /** True when the site is reached over https: the cookie is then marked Secure. */
  readonly secure: boolean;
  /** Finds a persona by its id; null when there is none (any more). */
  readonly findPersona: (id: string) => Persona | null | Promise<Persona | null>;
};

/** Signed-cookie sessions and the form tokens tied to them. No state on the server. */
export type Sessions = {
  readonly read: (request: Request, now: Temporal.Instant) => Session | null;
  readonly personaOf: (session: Session | null) => Promise<Persona | null>;
  readonly start: (personaId: string | null, now: Temporal.Instant) => Session;
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

export function createSessions({ key, secure, findPersona }: SessionSettings): Sessions {
  if (key.length < SHORTEST_KEY) {
    throw new Error(
      `The session key has ${key.length} bytes and needs at least ${SHORTEST_KEY}. Generate one with a cryptographic random source.`,
    );
  }
  const sign = (purpose: string, text: string) =>
    createHmac("sha256", key).update(`${purpose}\n${text}`).digest("base64url");
  const attributes = `Path=/; HttpOnly; SameSite=Lax${secure ? "; Secure" : ""}`;

  const read = (request: Request, now: Temporal.Instant): Session | null => {
    const value = cookieValue(request.headers.get("cookie") ?? "", COOKIE);
    const [body, signature] = value?.split(".") ?? [];
    if (body === undefined || signature === undefined || !same(signature, sign("session", body))) return null;
    const [id, since, personaId] = JSON.parse(Buffer.from(body, "base64url").toString()) as [
      string,
      string,
      string | null,
    ];
    const session = { id, personaId, since: Temporal.Instant.from(since) };
    return Temporal.Instant.compare(session.since.add(LIFETIME), now) < 0 ? null : session;
  };

  return {
    read,
    personaOf: async (session) => (session?.personaId == null ? null : await findPersona(session.personaId)),
    start: (personaId, now) => ({ id: randomBytes(18).toString("base64url"), personaId, since: now }),
    cookie: (session) => {
      const body = Buffer.from(JSON.stringify([session.id, session.since.toString(), session.personaId])).toString(
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
