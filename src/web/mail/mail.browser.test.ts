/// <reference lib="dom" />
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import type { Page } from "playwright-core";
import { checkPage, follow, visit, type Visit } from "../../../tests/browser/harness.ts";
import { withTestDatabase } from "../../../tests/harness/database.ts";
import {
  contact,
  handClock,
  newVault,
  putContacts,
  putFact,
  queueLink,
  reminder,
  shownMessages,
} from "../../../tests/harness/messages.ts";
import { sessionsInMemory } from "../../../tests/harness/sessions.ts";
import { type Database, inTransaction } from "../../core/database/index.ts";
import { loadCommunication, queueMessage } from "../../core/messages/index.ts";
import { readSubject } from "../../core/record/index.ts";
import { putPersonalData } from "../../core/vault/index.ts";
import type { AuditEntry } from "../access.ts";
import { loadAssets } from "../assets.ts";
import { loadMessages } from "../messages.ts";
import { createRenderer } from "../render.ts";
import type { Visitor } from "../route.ts";
import { buildApp } from "../server.ts";
import { MAIL_MESSAGES, MAIL_TEMPLATES, mailRoutes } from "./index.ts";

const vault = newVault();
const clock = handClock("2026-03-02T10:00:00Z");
const sessions = sessionsInMemory();
const audit: AuditEntry[] = [];
const failures: string[] = [];
let site: Visit;
let db: Database;
let release: () => Promise<void>;

const nobodyElse = { ties: new Map(), bans: new Map() };
const ann: Visitor = {
  personId: "ann",
  name: "Ann Price",
  actor: { ...nobodyElse, personId: "ann", selves: new Set(["ann"]), posts: [] },
};
const siobhan: Visitor = {
  personId: "siobhan",
  name: "Siobhan Daly",
  actor: {
    ...nobodyElse,
    personId: "siobhan",
    selves: new Set(["siobhan"]),
    posts: [
      {
        id: "post",
        role: "front-line",
        organisationId: "hospital",
        serviceId: null,
        areaCodes: null,
        from: 0,
        until: null,
      },
      // Nobody of this record is known at a place: whom no place knows, identity officers see to.
      {
        id: "post-2",
        role: "identity-officer",
        organisationId: "hospital",
        serviceId: null,
        areaCodes: null,
        from: 0,
        until: null,
      },
    ],
  },
};
const visitors = new Map([ann, siobhan].map((each) => [each.personId, each]));

before(async () => {
  const over = Promise.withResolvers<void>();
  const opened = Promise.withResolvers<Database>();
  const held = withTestDatabase(async (handle) => {
    opened.resolve(handle);
    await over.promise;
  });
  held.catch(opened.reject);
  db = await opened.promise;
  release = async () => {
    over.resolve();
    await held;
  };
  const mail = shownMessages(db, vault, clock);
  await putPersonalData(
    db,
    vault,
    "identity",
    ["Ann Price", "Gwenllian Rhys", "Bob Osei"].map((name) => ({
      subjectId: name.split(" ")[0]?.toLowerCase() ?? "",
      value: { name, birthDate: "1950-01-01", identifiers: [] },
    })),
    clock.now(),
  );
  await putContacts(db, vault, {
    ann: contact({ email: "ann@example.org", telephone: "07700 900001", address: ["1 High Street", "NS1 1AA"] }),
    gwenllian: contact({ email: "gwenllian@example.org", language: "cy" }),
  });
  await putFact(db, "gwenllian", "communication-need-recorded", { need: "braille" });
  await queueLink(db, vault, "ann", clock.now());
  for (const subjectId of ["gwenllian", "bob"]) {
    await inTransaction(db, (transaction) =>
      queueMessage(transaction, vault, {
        subjectId,
        template: reminder,
        values: { date: "14 March" },
        causedBy: null,
        now: clock.now(),
        id: `reminder-of-${subjectId}`,
      }),
    );
  }
  await mail.messages.outbox.drain();
  const t = loadMessages("en", [MAIL_MESSAGES]);
  const app = buildApp({
    routes: mailRoutes({ db, vault, projections: [], timeZone: "Europe/London", ...mail }),
    site: {
      bodyName: "Northshore",
      demonstration: true,
      secure: false,
      sourceUrl: "/",
      contact: { email: "help@example.org", telephone: "01632 960 000" },
    },
    navigate: () => [],
    clock,
    t,
    render: createRenderer({ t, folders: MAIL_TEMPLATES }),
    assets: loadAssets(),
    sessions,
    findVisitor: async (personId) => visitors.get(personId) ?? null,
    findMachine: async () => null,
    findWhose: async (subjectId) => ({
      subjectId,
      places: [{ organisationId: "hospital", serviceId: null, areaCode: null }],
    }),
    writeAudit: (entry) => void audit.push(entry),
    log: (line) => void (line.includes(" error ") && failures.push(line)),
  });
  site = await visit(app);
});

after(async () => {
  await site.close();
  await release();
  // Refusals are logged too: those that a test below asks for.
  assert.deepEqual(
    failures.filter((line) => !/ refused mail\.(?:unmet|overview) ann$/.test(line)),
    [],
  );
});

const cookieOf = async (personId: string): Promise<string> =>
  sessions.cookie(await sessions.signIn(personId, clock.now())).split(";")[0] as string;

async function openAs(personId: string): Promise<Page> {
  const context = await site.browser.newContext();
  context.setDefaultTimeout(10_000);
  const [name = "", value = ""] = (await cookieOf(personId)).split("=");
  await context.addCookies([{ name, value, url: site.url }]);
  return context.newPage();
}

const pictures = process.env["HANDRAIL_TEST_PICTURES"];
test("/dev/mail with messages is open to everybody: axe in light and dark, keyboard, 400 % zoom, no scripts", async () => {
  const faults = await checkPage(site, "/dev/mail", pictures === undefined ? {} : { picturesIn: pictures });
  assert.deepEqual(faults, []);
});

test("a person says how to be written to; a wrong time goes back with what was typed; what is switched off is a fact", async () => {
  const page = await openAs("ann");
  await page.goto(`${site.url}/me/messages`);
  assert.equal(await page.locator("h1").innerText(), "How we write to you");
  await page.getByLabel("By text message", { exact: true }).check();
  await page.getByLabel("Welsh").check();
  await page.getByLabel("Quiet from").fill("half past ten");
  await page.getByLabel("Reminders").uncheck();
  await follow(page.getByRole("button", { name: "Save how and when" }));
  assert.match(await page.locator(".govuk-error-summary").innerText(), /Enter a time in hours and minutes/);
  assert.equal(await page.getByLabel("Quiet from").inputValue(), "half past ten");
  assert.equal(await page.getByLabel("Reminders").isChecked(), false, "what was ticked stays as it was typed");
  await page.getByLabel("Quiet from").fill("9.30");
  await page.getByLabel("Quiet until").fill("10:00");
  await follow(page.getByRole("button", { name: "Save how and when" }));
  assert.match(await page.locator(".govuk-notification-banner").innerText(), /We will write this way/);
  assert.deepEqual((await loadCommunication(db, "ann")).preferences, {
    channels: ["text"],
    language: "cy",
    quietHours: { from: "09:30", to: "10:00" },
    switchedOff: [reminder.id],
  });
  const facts = (await readSubject(db, "ann")).length;
  await follow(page.getByRole("button", { name: "Save how and when" }));
  assert.equal((await readSubject(db, "ann")).length, facts, "saving the same again is no new fact");
  await page.getByLabel("Large print").check();
  await follow(page.getByRole("button", { name: "Save what is needed" }));
  assert.deepEqual((await loadCommunication(db, "ann")).needs, ["large-print"]);
  await page.getByLabel("Large print").uncheck();
  await follow(page.getByRole("button", { name: "Save what is needed" }));
  assert.deepEqual((await loadCommunication(db, "ann")).needs, []);
  assert.match(await page.locator("#sent").innerText(), /A link you asked for[^]*E-mail[^]*Sent/);
  await page.context().close();
});

test("staff record what somebody needs, not when they want to hear from us; others see nothing", async () => {
  const page = await openAs("siobhan");
  await page.goto(`${site.url}/people/gwenllian/messages`);
  assert.equal(await page.locator("#preferences").count(), 0);
  assert.equal(await page.getByLabel("Braille").isChecked(), true);
  const answered = await page.request.post(`${site.url}/people/gwenllian/messages`, {
    form: { _token: "wrong", part: "needs" },
    headers: { origin: site.url },
  });
  assert.equal(answered.status(), 403);
  await page.context().close();
  const stranger = await openAs("ann");
  for (const path of ["/people/gwenllian/messages", "/staff/unmet-needs", "/staff/messages"])
    assert.equal((await stranger.goto(site.url + path))?.status(), 403, path);
  await stranger.context().close();
});

test("a message that met no need is seen to by a member of staff, who says how; the person can read it", async () => {
  const page = await openAs("siobhan");
  audit.length = 0;
  await page.goto(`${site.url}/staff/unmet-needs`);
  assert.match(await page.locator("main").innerText(), /Gwenllian Rhys[^]*They need braille/);
  assert.match(await page.locator("main").innerText(), /Bob Osei[^]*We have no address or number that fits/);
  assert.deepEqual(audit.at(-1)?.subjectIds.toSorted(), ["bob", "gwenllian"]);
  await follow(page.getByRole("link", { name: "Gwenllian Rhys" }));
  await follow(page.getByRole("button", { name: "Save" }));
  assert.match(await page.locator(".govuk-error-summary").innerText(), /Choose how you saw to it/);
  await page.getByLabel("I told them by telephone").check();
  await follow(page.getByRole("button", { name: "Save" }));
  assert.doesNotMatch(await page.locator("main").innerText(), /Gwenllian/);
  const last = (await readSubject(db, "gwenllian")).at(-1);
  assert.deepEqual(
    [last?.type, last?.data, last?.recordedBy],
    ["unmet-need-met", { message: "reminder-of-gwenllian", how: "told-by-telephone" }, "siobhan"],
  );
  assert.equal((await page.goto(`${site.url}/staff/unmet-needs/gwenllian/reminder-of-gwenllian`))?.status(), 404);

  await putContacts(db, vault, { bob: contact({ email: "bob@example.org" }) });
  await page.goto(`${site.url}/staff/unmet-needs/bob/reminder-of-bob`);
  await page.getByLabel("Send it again: the contact or the needs were put right").check();
  await follow(page.getByRole("button", { name: "Save" }));
  assert.match(await page.locator("main").innerText(), /It will be tried again now[^]*Nothing to see to/);
  await shownMessages(db, vault, clock).messages.outbox.drain();
  await page.goto(`${site.url}/dev/mail`);
  assert.match(await page.locator("main").innerText(), /E-mail to bob@example\.org/);
  await page.context().close();
});

test("the mail of a demonstration shows each message with its link; where messages are sent the page is not there", async () => {
  const page = await openAs("ann");
  await page.goto(`${site.url}/dev/mail`);
  const href = await page.getByRole("link", { name: "https://handrail.example/l/ann" }).getAttribute("href");
  assert.equal(href, "https://handrail.example/l/ann");
  await page.context().close();
  const { messages, prices } = shownMessages(db, vault, clock);
  const routes = mailRoutes({
    db,
    vault,
    projections: [],
    timeZone: "Europe/London",
    prices,
    messages: { ...messages, shown: false },
  });
  assert.ok(!routes.some((route) => route.path === "/dev/mail"));
});

test("both languages have the same words with the same gaps", () => {
  const [english, welsh] = ["en", "cy"].map((language) => loadMessages(language, [MAIL_MESSAGES]));
  const gaps = (text: string | undefined): string =>
    [...(text ?? "").matchAll(/\{(\w+)[,}]/g)].map(([, gap]) => gap).join();
  const own = [...(english?.words ?? [])].filter(([key]) => key.startsWith("mail."));
  assert.ok(own.length > 100);
  for (const [key, text] of own) {
    assert.equal(gaps(welsh?.words.get(key)), gaps(text), key);
  }
  const same = own.filter(([key, text]) => welsh?.words.get(key) === text).map(([key]) => key);
  assert.deepEqual(same, ["mail.need.braille"], "words that are the same in Welsh");
});
