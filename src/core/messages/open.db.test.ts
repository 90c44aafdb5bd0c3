import assert from "node:assert/strict";
import { setTimeout as sleep } from "node:timers/promises";
import { test } from "node:test";
import { withTestDatabase } from "../../../tests/harness/database.ts";
import {
  contact,
  handClock,
  newVault,
  putContacts,
  queueLink,
  trialTemplates,
} from "../../../tests/harness/messages.ts";
import { openJobs } from "../jobs/index.ts";
import {
  type MessagesSettings,
  OUTBOX_JOB,
  openMessages,
  pokeWhenQueued,
  readShownMail,
  type SendingSettings,
  whenQueued,
} from "./index.ts";

const noWay: SendingSettings = {
  notifyKey: undefined,
  notifyUrl: undefined,
  smtpUrl: undefined,
  mailFrom: undefined,
  production: false,
  demonstration: true,
};

const settings = (over: Pick<MessagesSettings, "db" | "vault">, sending: SendingSettings): MessagesSettings => ({
  ...over,
  clock: handClock("2026-03-02T10:00:00Z"),
  templates: trialTemplates,
  sending,
  timeZone: "Europe/London",
  bodyName: "Northshore",
  telephone: "",
  log: () => {},
});

test("a message leaves by itself, soon after the transaction that queued it", async () => {
  await withTestDatabase(async (db) => {
    const vault = newVault();
    const messages = openMessages(settings({ db, vault }, noWay));
    const jobs = await openJobs(db, { jobs: messages.jobs, log: (line) => assert.fail(line) });
    const stop = pokeWhenQueued(whenQueued, () => jobs.poke(OUTBOX_JOB));
    await putContacts(db, vault, { ann: contact({ email: "ann@example.org" }) });
    await queueLink(db, vault, "ann", Temporal.Instant.from("2026-03-02T10:00:00Z"));
    // Long before the schedule's minute; the test's own limit is what ends it otherwise.
    for (let look = 0; look < 500 && (await readShownMail(db, vault)).length === 0; look += 1) await sleep(20);
    assert.equal((await readShownMail(db, vault))[0]?.to, "ann@example.org");
    stop();
    await jobs.stop();
    await messages.close();
  });
});

test("only a demonstration's messages are shown; with real people they are sent by what is set, or wait", async () => {
  await withTestDatabase(async (db) => {
    const vault = newVault();
    const ways = async (sending: SendingSettings) => {
      const messages = openMessages(settings({ db, vault }, sending));
      const found = [messages.shown, [...(await messages.sender.providers())]];
      await messages.close();
      return found;
    };
    assert.deepEqual(await ways({ ...noWay, demonstration: false }), [false, []]);
    assert.deepEqual(await ways({ ...noWay, production: true }), [false, []]);
    const smtp = { smtpUrl: "smtp://127.0.0.1:1", mailFrom: "help@northshore.example" };
    assert.deepEqual(await ways({ ...noWay, ...smtp, demonstration: false }), [false, [["email", "smtp"]]]);
    assert.deepEqual(await ways({ ...noWay, ...smtp, mailFrom: undefined, demonstration: false }), [false, []]);
    const [shown, all] = await ways({ ...noWay, ...smtp });
    assert.deepEqual(
      [shown, new Set((all as [string, string][]).map(([, way]) => way))],
      [true, new Set(["development"])],
    );
  });
});
