/// <reference lib="dom" />
/** A site for real people, empty but for those a test puts there, on a clock that the test moves. */
import { randomBytes } from "node:crypto";
import { createServer } from "node:net";
import { once } from "node:events";
import { chromium, type BrowserContext, type CDPSession, type Page } from "playwright-core";
import { buildSite, messageTemplates, signInTools, type SignInOptions } from "../../src/app.ts";
import type { Database } from "../../src/core/database/index.ts";
import { inTransaction } from "../../src/core/database/index.ts";
import { type Installation, putInstallation } from "../../src/core/directory/index.ts";
import { answerLinkRequests, putSignInEmail, type SignInTools } from "../../src/core/sign-in/index.ts";
import { openForSubjects, putPersonalData, type Vault } from "../../src/core/vault/index.ts";
import { serve } from "../../src/web/serve.ts";
import { findChromium } from "../harness/chromium.ts";
import { withTestDatabase } from "../harness/database.ts";
import { shownMessages } from "../harness/messages.ts";
import type { Visit } from "./harness.ts";

const LONGEST_WAIT_MILLISECONDS = 10_000;

export type RealSite = Visit & {
  readonly db: Database;
  readonly vault: Vault;
  readonly tools: SignInTools;
  readonly now: () => Temporal.Instant;
  readonly wait: (duration: Temporal.DurationLike) => void;
  /** Puts a person on record whom the site can write to. */
  readonly person: (personId: string, name: string, email: string | null) => Promise<void>;
  /** What was queued for a person, newest last: template and values. */
  readonly messages: (
    personId: string,
  ) => Promise<readonly { readonly template: string; readonly values: Record<string, string> }[]>;
  /** Answers the links that were asked for. */
  readonly answerLinks: () => Promise<number>;
  /** A new, empty browser. */
  readonly browse: (settings?: { readonly javaScriptEnabled?: boolean }) => Promise<Page>;
  /** The lines the site wrote into its log. */
  readonly failures: string[];
};

export async function openRealSite(options: Partial<SignInOptions> = {}): Promise<RealSite> {
  const over = Promise.withResolvers<void>();
  const opened = Promise.withResolvers<Database>();
  const held = withTestDatabase(async (handle) => {
    opened.resolve(handle);
    await over.promise;
  });
  held.catch(opened.reject);
  const db = await opened.promise;
  const vault: Vault = { masterKey: randomBytes(32) };
  let now = Temporal.Instant.from("2026-03-02T09:00:00Z");
  const clock = { now: () => now };
  const port = await freePort();
  // A name, not a number: browsers take no passkey for 127.0.0.1.
  const origin = `http://localhost:${port}`;
  const installation: Installation = {
    bodyName: "Westmere Council",
    kind: "real",
    timeZone: "Europe/London",
    country: null,
    telephone: "01632 960 001",
    webAddress: null,
    createdAt: now,
  };
  await putInstallation(db, installation);
  const failures: string[] = [];
  const signIn: SignInOptions = {
    origin: () => origin,
    proxies: 0,
    providers: [],
    pendingKey: randomBytes(32),
    ...options,
  };
  const settings = { db, vault, installation, signIn };
  const tools = signInTools(settings);
  const app = buildSite({
    ...settings,
    clock,
    demonstrationPeople: [],
    sessionKey: randomBytes(32),
    secure: false,
    sourceUrl: "/guarantees",
    contactEmail: "help@example.org",
    ...shownMessages(db, vault, clock, messageTemplates()),
    // A sign-in that fails is what some stories are about.
    log: (line) => void (line.includes(" failed sign-in ") || failures.push(line)),
  });
  const running = await serve(app, port, "localhost");
  const browser = await chromium.launch({
    executablePath: process.env["HANDRAIL_TEST_CHROMIUM"] ?? (await findChromium(console.error)),
    headless: true,
    args: ["--no-sandbox", "--disable-gpu"],
  });
  const contexts: BrowserContext[] = [];
  return {
    db,
    vault,
    tools,
    browser,
    url: origin,
    failures,
    now: () => now,
    wait: (duration) => {
      now = now.add(duration);
    },
    person: async (personId, name, email) => {
      const identity = { name, birthDate: null, identifiers: [] };
      const contact = { telephone: null, email, address: ["1 High Street", "Westmere"], language: "en" };
      await putPersonalData(db, vault, "identity", [{ subjectId: personId, value: identity }], now);
      await putPersonalData(db, vault, "contact", [{ subjectId: personId, value: contact }], now);
      await inTransaction(db, (transaction) => putSignInEmail(transaction, vault, personId, email));
    },
    messages: async (personId) => {
      const rows = await db
        .selectFrom("outbox_message")
        .select(["id", "template", "sealed_values"])
        .where("subject_id", "=", personId)
        .orderBy("queued_at")
        .orderBy("id")
        .execute();
      const sealed = rows.map(({ id, sealed_values: values }) => ({
        subjectId: personId,
        sealed: values ?? new Uint8Array(),
        boundTo: `message ${id}`,
      }));
      const opened = await openForSubjects(db, vault, sealed);
      return rows.map(({ template }, index) => ({
        template,
        values: JSON.parse(opened[index] ?? "{}") as Record<string, string>,
      }));
    },
    answerLinks: () => answerLinkRequests(tools, now),
    browse: async (wanted = {}) => {
      const context = await browser.newContext({ viewport: { width: 1280, height: 900 }, ...wanted });
      contexts.push(context);
      context.setDefaultTimeout(LONGEST_WAIT_MILLISECONDS);
      return context.newPage();
    },
    close: async () => {
      await browser.close();
      await running.stop();
      over.resolve();
      await held;
      if (failures.length > 0) throw new Error(`The site failed while it was tested:\n${failures.join("\n")}`);
    },
  };
}

export type Authenticator = {
  readonly session: CDPSession;
  readonly id: string;
  /** Every passkey it holds. */
  readonly credentials: () => Promise<readonly Credential[]>;
  readonly add: (credential: Credential) => Promise<void>;
  readonly forget: (credentialId: string) => Promise<void>;
};

/** As the browser's protocol gives it. */
export type Credential = {
  credentialId: string;
  isResidentCredential: boolean;
  rpId?: string;
  privateKey: string;
  userHandle?: string;
  signCount: number;
};

/** Gives a page a phone that unlocks at once. */
export async function giveAuthenticator(page: Page): Promise<Authenticator> {
  const session = await page.context().newCDPSession(page);
  await session.send("WebAuthn.enable");
  const { authenticatorId: id } = await session.send("WebAuthn.addVirtualAuthenticator", {
    options: {
      protocol: "ctap2",
      transport: "internal",
      hasResidentKey: true,
      hasUserVerification: true,
      isUserVerified: true,
      automaticPresenceSimulation: true,
    },
  });
  return {
    session,
    id,
    credentials: async () => (await session.send("WebAuthn.getCredentials", { authenticatorId: id })).credentials,
    add: async (credential) => {
      await session.send("WebAuthn.addCredential", { authenticatorId: id, credential });
    },
    forget: async (credentialId) => {
      await session.send("WebAuthn.removeCredential", { authenticatorId: id, credentialId });
    },
  };
}

async function freePort(): Promise<number> {
  const server = createServer();
  server.listen(0, "localhost");
  await once(server, "listening");
  const address = server.address();
  server.close();
  await once(server, "close");
  if (address === null || typeof address === "string") throw new Error("No free port");
  return address.port;
}
