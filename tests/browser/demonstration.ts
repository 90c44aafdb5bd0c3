import { randomBytes } from "node:crypto";
import type { Browser, BrowserContext, Page } from "playwright-core";
import { buildSite, projections } from "../../src/app.ts";
import { fixedClock } from "../../src/core/clock.ts";
import { type Database, inTransaction } from "../../src/core/database/index.ts";
import { type Messages, queueMessage } from "../../src/core/messages/index.ts";
import { readInstallation } from "../../src/core/directory/index.ts";
import type { Vault } from "../../src/core/vault/index.ts";
import { createSessions } from "../../src/web/session.ts";
import { loadDemonstration } from "../../seeds/load.ts";
import { demonstrationPeople } from "../../seeds/standing.ts";
import { storyIds } from "../../seeds/stories.ts";
import { withTestDatabase } from "../harness/database.ts";
import { putFact, reminder, shownMessages } from "../harness/messages.ts";
import { UNMET_MESSAGE } from "./examples.ts";
import { visit, type Visit } from "./harness.ts";

/** The day on which the tests visit the demonstration region: a Wednesday. */
const NOW = Temporal.Instant.from("2025-03-12T09:30:00Z");
const TODAY = Temporal.PlainDate.from("2025-03-12");
/** Enough that most services have somebody, few enough to load in a second or two. */
const PEOPLE = 300;
const SEED = 2009;
/** A page that does not come must not hold up the tests. */
const LONGEST_WAIT_MILLISECONDS = 10_000;

/** The region's site, running, with a browser before it. */
export type Demonstration = Visit & {
  readonly db: Database;
  /** The routes of the site as they were mounted: method and address pattern. */
  readonly routes: readonly { readonly method: string; readonly path: string }[];
  /** The cookie of somebody of seeds/standing.ts, by their key, as `name=value`; nobody's is undefined. */
  readonly cookieOf: (key: string | null) => string | undefined;
  /** A new, empty browser in which one of them is signed in; null is nobody. */
  readonly openAs: (key: string | null, settings?: Parameters<Browser["newContext"]>[0]) => Promise<Page>;
};

/** Opens the demonstration region as it stands on `TODAY`, in a database of its own. */
export async function openDemonstration(): Promise<Demonstration> {
  const { db, release } = await holdDatabase();
  const vault: Vault = { masterKey: randomBytes(32) };
  const sessionKey = randomBytes(32);
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
  const mail = shownMessages(db, vault, fixedClock(NOW));
  await leaveUnmet(db, vault, mail.messages);
  const failures: string[] = [];
  const app = buildSite({
    db,
    vault,
    clock: fixedClock(NOW),
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
    log: (line) => failures.push(line),
  });
  const site = await visit(app);
  const sessions = createSessions({ db, key: sessionKey, secure: false });
  const cookies = new Map<string, string>();
  for (const { key, personId } of demonstrationPeople) {
    cookies.set(key, sessions.cookie(await sessions.signIn(personId, NOW)).split(";")[0] ?? "");
  }
  const cookieOf = (key: string | null) => {
    if (key === null) return undefined;
    const cookie = cookies.get(key);
    if (cookie === undefined) throw new Error(`There is no ${key} in the demonstration: see seeds/standing.ts`);
    return cookie;
  };
  const contexts: BrowserContext[] = [];
  return {
    ...site,
    db,
    routes: app.routes,
    cookieOf,
    openAs: async (key, settings = {}) => {
      const context = await site.browser.newContext({ viewport: { width: 1280, height: 900 }, ...settings });
      contexts.push(context);
      context.setDefaultTimeout(LONGEST_WAIT_MILLISECONDS);
      const [name, value] = cookieOf(key)?.split("=") ?? [];
      if (name !== undefined && value !== undefined) await context.addCookies([{ name, value, url: site.url }]);
      return context.newPage();
    },
    close: async () => {
      await site.close();
      await release();
      // A failure of the site that no page showed to a test is still one.
      if (failures.length > 0) throw new Error(`The site failed while it was tested:\n${failures.join("\n")}`);
    },
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
