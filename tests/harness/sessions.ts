import type { Session, Sessions } from "../../src/web/session.ts";

/** Sessions in memory, for tests of the kit that need no database: the cookie is the session's number. */
export function sessionsInMemory(): Sessions {
  const sessions = new Map<string, Session>();
  const begin = (
    personId: string | null,
    now: Temporal.Instant,
    freshUntil: Temporal.Instant | null = null,
  ): Session => {
    const session = { id: `session-${sessions.size + 1}`, personId, since: now, freshUntil };
    sessions.set(session.id, session);
    return session;
  };
  return {
    read: async (request) => {
      const id = /(?:^|; )session=([^;]+)/.exec(request.headers.get("cookie") ?? "")?.[1];
      return sessions.get(id ?? "") ?? null;
    },
    startAnonymous: (now) => begin(null, now),
    signIn: async (personId, now) => begin(personId, now),
    cookie: ({ id }) => `session=${id}; Path=/; HttpOnly`,
    endCookie: () => "session=; Max-Age=0",
    formToken: ({ id }) => `token-of-${id}`,
    acceptsToken: ({ id }, token) => token === `token-of-${id}`,
  };
}
