import { randomBytes } from "node:crypto";
import type { Hono } from "hono";
import { logLook } from "../../src/core/access-log/index.ts";
import { buildSite, messageTemplates, projections, siteRoutes, type SiteSettings } from "../../src/app.ts";
import { type Database, inTransaction } from "../../src/core/database/index.ts";
import { readInstallation } from "../../src/core/directory/index.ts";
import { declareTemplates, type Messages, queueMessage } from "../../src/core/messages/index.ts";
import { newPeopleFact, recordPeople } from "../../src/core/people/index.ts";
import { putPersonalData, type Vault } from "../../src/core/vault/index.ts";
import type { AnyRoute } from "../../src/web/route.ts";
import { createSessions } from "../../src/web/session.ts";
import { loadDemonstration } from "../../seeds/load.ts";
import { demonstrationPeople, personIds } from "../../seeds/standing.ts";
import { storyIds } from "../../seeds/stories.ts";
import { withTestDatabase } from "./database.ts";
import { handClock, putFact, reminder, shownMessages } from "./messages.ts";

/** The day on which the tests visit the demonstration region: a Wednesday. */
export const NOW = Temporal.Instant.from("2025-03-12T09:30:00Z");
const TODAY = Temporal.PlainDate.from("2025-03-12");
/** Enough that most services have somebody, few enough to load in a second or two. */
const PEOPLE = 300;
const SEED = 2009;
/** A look of Leon's at Noah's record, and the question that Joy asks about it. */
export const SEEN_LOOK = "look-of-the-tests";
export const OPEN_QUESTION = "question-of-the-tests";
/** A message that waits for a member of staff. */
export const UNMET_MESSAGE = "unmet-message-of-the-tests";

export type Key = keyof typeof personIds;

/** The demonstration region as it stands on `TODAY`, in a database of its own, with its site before it: no server, no browser. */
export type Region = {
  readonly db: Database;
  readonly vault: Vault;
  readonly app: Hono;
  readonly routes: readonly AnyRoute[];
  /** The cookie of a new session of anybody on record, and a form token of it. */
  readonly signIn: (personId: string) => Promise<{ readonly cookie: string; readonly token: string }>;
  /** The cookie of somebody of seeds/standing.ts, by their key, as `name=value`; nobody's is undefined. */
  readonly cookieOf: (key: string | null) => string | undefined;
  /** Asks for a page as somebody. */
  readonly get: (path: string, as: Key | null) => Promise<Page>;
  /** Opens the page, fills in its form and sends it to the form's own action, or to `action`. */
  readonly send: (path: string, fields: Readonly<Record<string, string>>, as: Key, action?: string) => Promise<Page>;
  /** From now on it is so much later, and everybody has signed in again. */
  readonly later: (duration: Temporal.DurationLike) => Promise<void>;
  /** The day on its clock. */
  readonly today: () => Temporal.PlainDate;
  readonly close: () => Promise<void>;
};

export type Page = {
  readonly status: number;
  readonly location: string | null;
  readonly html: string;
  readonly text: string;
};

export async function openRegion(): Promise<Region> {
  const { db, release } = await holdDatabase();
  const vault: Vault = { masterKey: randomBytes(32) };
  const sessionKey = randomBytes(32);
  const clock = handClock(NOW.toString());
  await loadDemonstration({
    db,
    vault,
    projections: projections(),
    now: NOW,
    today: TODAY,
    people: PEOPLE,
    seed: SEED,
    onProgress: () => {},
  });
  const installation = await readInstallation(db);
  if (installation === undefined) throw new Error("The demonstration was loaded and no installation is there");
  const mail = shownMessages(db, vault, clock, declareTemplates([...messageTemplates().values(), reminder]));
  await leaveUnmet(db, vault, mail.messages);
  await leaveQuestion(db, vault);
  const failures: string[] = [];
  const settings: SiteSettings = {
    db,
    vault,
    clock,
    installation,
    demonstrationPeople,
    signIn: {
      origin: () => "http://localhost:3000",
      proxies: 0,
      providers: [],
      pendingKey: new Uint8Array(32),
    },
    sessionKey,
    secure: false,
    sourceUrl: "/guarantees",
    contactEmail: "help@example.org",
    ...mail,
    // Lines about refusals and failed sign-ins are meant to be; an error is a failure of the site.
    log: (line) => (/ error /.test(line) ? failures.push(line) : undefined),
  };
  const app = buildSite(settings);
  const sessions = createSessions({ db, key: sessionKey, secure: false });
  const cookies = new Map<string, string>();
  const signIn = async () => {
    for (const { key, personId } of demonstrationPeople)
      cookies.set(key, sessions.cookie(await sessions.signIn(personId, clock.now())).split(";")[0] ?? "");
  };
  await signIn();
  const cookieOf = (key: string | null) => {
    if (key === null) return undefined;
    const cookie = cookies.get(key);
    if (cookie === undefined) throw new Error(`There is no ${key} in the demonstration: see seeds/standing.ts`);
    return cookie;
  };
  const headers = (key: Key | null): Record<string, string> => {
    const cookie = cookieOf(key);
    return cookie === undefined ? {} : { cookie };
  };
  const get = async (path: string, as: Key | null) => pageOf(await app.request(path, { headers: headers(as) }));
  return {
    db,
    vault,
    app,
    routes: siteRoutes(settings).flatMap(({ routes }) => routes),
    signIn: async (personId) => {
      const session = await sessions.signIn(personId, clock.now());
      return { cookie: sessions.cookie(session).split(";")[0] ?? "", token: sessions.formToken(session) };
    },
    cookieOf,
    get,
    send: async (path, fields, as, action) => {
      const page = await get(path, as);
      if (page.status !== 200) throw new Error(`${path} answered ${page.status}, there is no form to fill in`);
      const token = /name="_token" value="([^"]+)"/.exec(page.html)?.[1] ?? "";
      const id = /name="id" value="([^"]+)"/.exec(page.html)?.[1];
      const body = new URLSearchParams({ ...(id === undefined ? {} : { id }), ...fields, _token: token });
      return pageOf(await app.request(action ?? path, { method: "POST", body, headers: headers(as) }));
    },
    today: () => clock.now().toZonedDateTimeISO("Europe/London").toPlainDate(),
    later: async (duration) => {
      clock.go(duration);
      await signIn();
    },
    close: async () => {
      await release();
      // A failure of the site that no page showed to a test is still one.
      if (failures.length > 0) throw new Error(`The site failed while it was tested:\n${failures.join("\n")}`);
    },
  };
}

async function pageOf(response: Response): Promise<Page> {
  const html = await response.text();
  const main = /<main[^>]*>([^]*)<\/main>/.exec(html)?.[1] ?? html;
  return {
    status: response.status,
    location: response.headers.get("location"),
    html,
    text: main
      .replaceAll(/<[^>]*>/g, " ")
      .replaceAll("&#39;", "'")
      .replaceAll(/\s+/g, " ")
      .trim(),
  };
}

/** Gwenllian needs braille, and nothing we send is in braille: her reminder waits for a member of staff. */
async function leaveUnmet(db: Database, vault: Vault, { outbox }: Pick<Messages, "outbox">): Promise<void> {
  const subjectId = storyIds.gwenllian;
  await putFact(db, subjectId, "communication-need-recorded", { need: "braille" });
  await inTransaction(db, (transaction) =>
    queueMessage(transaction, vault, {
      id: UNMET_MESSAGE,
      subjectId,
      template: reminder,
      values: { date: "14 March" },
      causedBy: null,
      now: NOW,
    }),
  );
  await outbox.drain();
}

/** A test database for as long as a file of tests needs it. */
async function holdDatabase(): Promise<{ readonly db: Database; readonly release: () => Promise<void> }> {
  const over = Promise.withResolvers<void>();
  const opened = Promise.withResolvers<Database>();
  const held = withTestDatabase(async (db) => {
    opened.resolve(db);
    await over.promise;
  });
  held.catch(opened.reject);
  const db = await opened.promise;
  return {
    db,
    release: async () => {
      over.resolve();
      await held;
    },
  };
}

/** Leon looked at Noah's record the day before, and Noah's mother asks why. */
async function leaveQuestion(db: Database, vault: Vault): Promise<void> {
  const [subjectId, asked] = [storyIds.noah, NOW.subtract({ hours: 20 })];
  await logLook(db, {
    batchId: SEEN_LOOK,
    subjectIds: [subjectId],
    seenBy: personIds.leon,
    purpose: "coordination",
    route: "guarantees.person",
    seenAt: NOW.subtract({ hours: 24 }),
    action: "view",
    what: "promises",
    allowed: true,
    reasons: [{ rule: "L1", through: "leon-noah" }],
  });
  const words = [{ subjectId, value: "Why did he look?" }];
  await putPersonalData(db, vault, `question:${OPEN_QUESTION}`, words, asked);
  const question = { question: OPEN_QUESTION, look: SEEN_LOOK };
  const by = { id: OPEN_QUESTION, recordedBy: personIds.joy, now: asked };
  await recordPeople({ db }, [newPeopleFact("look-questioned", subjectId, question, by)], asked);
}
