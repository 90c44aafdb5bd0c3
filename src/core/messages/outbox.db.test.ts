import assert from "node:assert/strict";
import { test } from "node:test";
import { sql } from "kysely";
import { withTestDatabase } from "../../../tests/harness/database.ts";
import {
  contact,
  handClock,
  link,
  newVault,
  putContacts,
  putFact,
  queueLink,
  reminder,
  trialTemplates,
} from "../../../tests/harness/messages.ts";
import { startNotify } from "../../../tests/harness/notify.ts";
import { startMail } from "../../../tests/harness/smtp.ts";
import { type Database, inTransaction } from "../database/index.ts";
import { endKey, putPersonalData } from "../vault/index.ts";
import { developmentTransport, readShownMail } from "./development.ts";
import { DIED, NEED_RECORDED, PREFERENCE_SET } from "./facts.ts";
import { queueMessage } from "./index.ts";
import { notifyTransport } from "./notify.ts";
import { createOutbox, type OutboxSettings } from "./outbox.ts";
import { cancelForTheDead } from "./tidy.ts";
import { joinTransports, type Transport } from "./sender.ts";
import { smtpTransport } from "./smtp.ts";
import { readByReference, readUnmet } from "./store.ts";

const DAY = "2026-03-02T10:00:00Z";

async function outboxOver(
  db: Database,
  transports: (vault: ReturnType<typeof newVault>, clock: ReturnType<typeof handClock>) => readonly Transport[],
) {
  const vault = newVault();
  const clock = handClock(DAY);
  const lines: string[] = [];
  const settings: OutboxSettings = {
    db,
    vault,
    clock,
    templates: trialTemplates,
    sender: joinTransports(transports(vault, clock)),
    timeZone: "Europe/London",
    bodyName: "Northshore",
    telephone: "01632 960 000",
    log: (line) => lines.push(line),
  };
  return { vault, clock, lines, outbox: createOutbox(settings) };
}

test("a queued message reaches the mailbox once, its reference in the Message-ID, and its words are blanked", async () => {
  const mail = await startMail();
  try {
    await withTestDatabase(async (db) => {
      const { vault, clock, outbox } = await outboxOver(db, () => [
        smtpTransport({ url: mail.url, from: "Northshore <help@northshore.example>" }),
      ]);
      await putContacts(db, vault, { ann: contact({ email: "ann@example.org" }) });
      const id = await queueLink(db, vault, "ann", clock.now());
      const { rows } = await sql<{ open: boolean }>`
        select position('handrail.example'::bytea in sealed_values) > 0 as open from outbox_message`.execute(db);
      assert.deepEqual(rows, [{ open: false }], "the link cannot be read in the database");
      await outbox.drain();
      await outbox.drain();
      assert.deepEqual(
        mail.taken.map((each) => [each.to, each.messageId]),
        [[["ann@example.org"], `<${id}@northshore.example>`]],
      );
      assert.match(mail.taken[0]?.text ?? "", /Subject: Your link from Northshore/);
      assert.match(mail.taken[0]?.text ?? "", /https:\/\/handrail\.example\/l\/ann/);
      assert.match(mail.taken[0]?.text ?? "", /Auto-Submitted: auto-generated/);
      const row = await readByReference(db, id);
      assert.deepEqual([row?.state, row?.sealedValues, row?.dueAt, row?.channel], ["sent", null, null, "email"]);
      await outbox.close();
    });
  } finally {
    await mail.close();
  }
});

test("a message stands or falls with its transaction, and queueing it twice is once", async () => {
  await withTestDatabase(async (db) => {
    const { vault, clock } = await outboxOver(db, () => []);
    await assert.rejects(
      inTransaction(db, async (transaction) => {
        await queueMessage(transaction, vault, {
          subjectId: "ann",
          template: link,
          values: { link: "x" },
          causedBy: null,
          now: clock.now(),
        });
        throw new Error("the fact was refused");
      }),
      /the fact was refused/,
    );
    const count = async () =>
      (await sql<{ n: number }>`select count(*) as n from outbox_message`.execute(db)).rows[0]?.n;
    assert.equal(await count(), 0);
    await queueLink(db, vault, "ann", clock.now(), { id: "one" });
    await queueLink(db, vault, "ann", clock.now(), { id: "one" });
    assert.equal(await count(), 1);
  });
});

test("a death recorded between queueing and sending stops the message; a death entered by mistake does not", async () => {
  await withTestDatabase(async (db) => {
    const { vault, clock, outbox } = await outboxOver(db, (own, time) => [
      developmentTransport(db, own, { clock: time, production: false }),
    ]);
    await putContacts(db, vault, {
      ann: contact({ email: "ann@example.org" }),
      bob: contact({ email: "bob@example.org" }),
    });
    const dead = await queueLink(db, vault, "ann", clock.now(), { urgent: true });
    const living = await queueLink(db, vault, "bob", clock.now());
    await putFact(db, "ann", DIED, {}, { caseId: "a-case-of-another-strand" });
    const mistake = await putFact(db, "bob", DIED, {});
    await putFact(db, "bob", "withdrawn-entry", {}, { replaces: mistake });
    await outbox.drain();
    const rows = await Promise.all([dead, living].map((id) => readByReference(db, id)));
    assert.deepEqual(
      rows.map((row) => [row?.state, row?.reason, row?.sealedValues]),
      [
        ["cancelled", "died", null],
        ["sent", null, null],
      ],
    );
    const [shown, ...others] = await readShownMail(db, vault);
    assert.deepEqual([shown?.to, shown?.subject, others], ["bob@example.org", "Your link from Northshore", []]);
  });
});

test("what comes from a form cannot make a message go elsewhere, say more, or fill the database", async () => {
  const mail = await startMail();
  try {
    await withTestDatabase(async (db) => {
      const { vault, clock, outbox } = await outboxOver(db, () => [
        smtpTransport({ url: mail.url, from: "help@northshore.example" }),
      ]);
      const addresses = [
        "ann@example.org, eve@example.org",
        "ann@example.org\r\nBcc: eve@example.org",
        "eve@example.org;ann@example.org",
        '"x" <eve@example.org>, ann@example.org',
        "ann@example.org> <eve@example.org",
        "not an address",
        `${"a".repeat(10_000_000)}@example.org`,
      ];
      for (const [index, email] of addresses.entries()) {
        await putContacts(db, vault, { [`ann-${index}`]: contact({ email }) });
        const id = await queueLink(db, vault, `ann-${index}`, clock.now());
        await outbox.drain();
        const row = await readByReference(db, id);
        assert.ok(row?.state === "unmet" || row?.state === "failed", `${email.slice(0, 60)}: ${row?.state}`);
      }
      assert.deepEqual(mail.taken, []);
      const queue = (values: Record<string, string>) =>
        inTransaction(db, (transaction) =>
          queueMessage(transaction, vault, {
            subjectId: "ann",
            template: link,
            values: values as { link: string },
            causedBy: null,
            now: clock.now(),
          }),
        );
      await assert.rejects(queue({ link: "x".repeat(2_001) }), /has 2001 characters; at most 2000 are taken/);
      await assert.rejects(queue({}), /needs a value for \{link\}/);
      await outbox.close();
    });
  } finally {
    await mail.close();
  }
});

test("records found to be of one person are one: a death under either stops what was written to the other", async () => {
  await withTestDatabase(async (db) => {
    const { vault, clock, outbox } = await outboxOver(db, (own, time) => [
      developmentTransport(db, own, { clock: time, production: false }),
    ]);
    await putContacts(db, vault, { ann: contact({ email: "ann@example.org" }) });
    for (const [subject, other] of [
      ["ann", "anne"],
      ["anne", "ann"],
    ] as const)
      await sql`insert into merged_record (subject_id, merge_id, other_id, survives, from_at)
        values (${subject}, 'merge', ${other}, ${subject === "ann"}, '2026-01-01T00:00:00Z')`.execute(db);
    await queueLink(db, vault, "anne", clock.now());
    await outbox.drain();
    assert.equal((await readShownMail(db, vault))[0]?.to, "ann@example.org", "the contact of the other record");
    await putFact(db, "anne", DIED, {});
    const id = await queueLink(db, vault, "ann", clock.now());
    await outbox.drain();
    assert.equal((await readByReference(db, id))?.reason, "died");
  });
});

test("a message goes in the language and by the channel that the person asked for", async () => {
  const notify = await startNotify();
  try {
    await withTestDatabase(async (db) => {
      const { vault, clock, outbox } = await outboxOver(db, (_, time) => [notifyTransport(notify, time)]);
      await putContacts(db, vault, {
        ann: contact({ email: "ann@example.org", telephone: "07700 900001", language: "en" }),
        bob: contact({ email: "bob@example.org", address: ["1 High Street", "Northshore", "NS1 1AA"], language: "cy" }),
      });
      await putFact(db, "ann", PREFERENCE_SET, {
        channels: ["text"],
        language: "cy",
        quietHours: null,
        switchedOff: [],
      });
      await putPersonalData(
        db,
        vault,
        "identity",
        [{ subjectId: "bob", value: { name: "Bob Osei", birthDate: null, identifiers: [] } }],
        clock.now(),
      );
      await putFact(db, "bob", NEED_RECORDED, { need: "contact-by-letter" });
      await queueLink(db, vault, "ann", clock.now());
      await queueLink(db, vault, "bob", clock.now());
      await outbox.drain();
      assert.deepEqual(
        notify.taken.map(({ type, to, personalisation }) => [
          type,
          type === "letter" ? "" : to,
          personalisation["body"],
        ]),
        [
          ["sms", "07700 900001", "Northshore: https://handrail.example/l/ann (Cymraeg)"],
          ["letter", "", "Ewch i https://handrail.example/l/bob"],
        ],
      );
      assert.deepEqual(
        [1, 2, 3, 4].map((line) => notify.taken[1]?.personalisation[`address_line_${line}`]),
        ["Bob Osei", "1 High Street", "Northshore", "NS1 1AA"],
      );
    });
  } finally {
    await notify.close();
  }
});

test("a need that cannot be met, and a person without contact, come before a member of staff, words kept", async () => {
  await withTestDatabase(async (db) => {
    const { vault, clock, outbox } = await outboxOver(db, (own, time) => [
      developmentTransport(db, own, { clock: time, production: false }),
    ]);
    await putContacts(db, vault, { ann: contact({ email: "ann@example.org" }) });
    await putFact(db, "ann", NEED_RECORDED, { need: "braille" });
    await queueLink(db, vault, "ann", clock.now());
    await queueLink(db, vault, "nobody-knows", clock.now());
    await outbox.drain();
    assert.deepEqual(
      (await readUnmet(db, { offset: 0, limit: 10 }))
        .map((row) => [row.subjectId, row.state, row.reason])
        .toSorted((left, right) => String(left).localeCompare(String(right))),
      [
        ["ann", "unmet", "braille"],
        ["nobody-knows", "unmet", "no-contact"],
      ],
    );
    assert.equal((await readShownMail(db, vault)).length, 0);
  });
});

test("who has died since leaves the list of unmet needs; an old message is removed, a waiting one is not", async () => {
  await withTestDatabase(async (db) => {
    const { vault, clock, outbox } = await outboxOver(db, (own, time) => [
      developmentTransport(db, own, { clock: time, production: false }),
    ]);
    await putContacts(db, vault, { bob: contact({ email: "bob@example.org" }) });
    const dead = await queueLink(db, vault, "ann", clock.now());
    const missing = await queueLink(db, vault, "cai", clock.now());
    const sent = await queueLink(db, vault, "bob", clock.now());
    await outbox.drain();
    await putFact(db, "ann", DIED, {});
    assert.equal(await cancelForTheDead(db, clock.now()), 1);
    assert.deepEqual(
      (await readUnmet(db, { offset: 0, limit: 10 })).map((row) => row.subjectId),
      ["cai"],
    );
    assert.equal((await readByReference(db, dead))?.reason, "died");
    clock.go({ hours: 24 * 729 });
    assert.equal(await outbox.tidy(), 0);
    assert.equal((await readShownMail(db, vault)).length, 0, "a demonstration's mail is kept for a week");
    clock.go({ hours: 48 });
    assert.equal(await outbox.tidy(), 2);
    assert.equal(await readByReference(db, sent), undefined);
    assert.equal((await readByReference(db, missing))?.state, "unmet");
  });
});

test("in quiet hours a message waits until morning, an urgent one does not", async () => {
  await withTestDatabase(async (db) => {
    const { vault, clock, outbox } = await outboxOver(db, (own, time) => [
      developmentTransport(db, own, { clock: time, production: false }),
    ]);
    await putContacts(db, vault, { ann: contact({ email: "ann@example.org" }) });
    clock.go({ hours: 12 });
    const waits = await queueLink(db, vault, "ann", clock.now());
    const urgent = await queueLink(db, vault, "ann", clock.now(), { urgent: true });
    const next = await outbox.drain();
    assert.equal(String(next), "2026-03-03T08:00:00Z");
    assert.equal((await readByReference(db, waits))?.state, "queued");
    assert.equal((await readByReference(db, urgent))?.state, "sent");
    clock.go({ hours: 10 });
    await outbox.drain();
    assert.equal((await readByReference(db, waits))?.state, "sent");
  });
});

test("an address refused for good is not used again; the next channel is; and with none left it comes before staff", async () => {
  const notify = await startNotify();
  const mail = await startMail();
  mail.answerWith((to) => (to.startsWith("wrong") ? "refuse" : "take"));
  try {
    await withTestDatabase(async (db) => {
      const { vault, clock, outbox } = await outboxOver(db, (_, time) => [
        smtpTransport({ url: mail.url, from: "help@northshore.example" }),
        notifyTransport(notify, time),
      ]);
      await putContacts(db, vault, {
        ann: contact({ email: "wrong@example.org", telephone: "07700 900001" }),
        bob: contact({ email: "wrong-too@example.org" }),
      });
      const first = await queueLink(db, vault, "ann", clock.now());
      const alone = await queueLink(db, vault, "bob", clock.now());
      await outbox.drain();
      assert.deepEqual(
        notify.taken.map((each) => [each.type, each.reference]),
        [["sms", first]],
      );
      const row = await readByReference(db, alone);
      assert.deepEqual([row?.state, row?.reason], ["unmet", "unusable-contact"]);
      await queueLink(db, vault, "ann", clock.now());
      await outbox.drain();
      assert.equal(notify.taken.length, 2, "the next message goes by text at once");
      await putContacts(db, vault, { bob: contact({ email: "bob@example.org" }) });
      await queueLink(db, vault, "bob", clock.now());
      await outbox.drain();
      assert.deepEqual(
        mail.taken.map((each) => each.to),
        [["bob@example.org"]],
        "a corrected address is used again",
      );
      await outbox.close();
    });
  } finally {
    await notify.close();
    await mail.close();
  }
});

test("Notify's 429 is honoured: nothing is handed over before it allows, then all is", async () => {
  const notify = await startNotify();
  try {
    await withTestDatabase(async (db) => {
      const { vault, clock, outbox, lines } = await outboxOver(db, (_, time) => [notifyTransport(notify, time)]);
      const people = Array.from({ length: 60 }, (_, index) => `person-${index}`);
      await putContacts(
        db,
        vault,
        Object.fromEntries(people.map((id) => [id, contact({ email: `${id}@example.org` })])),
      );
      for (const id of people) await queueLink(db, vault, id, clock.now());
      let calls = 0;
      notify.answerWith(() =>
        ++calls <= 10 ? { kind: "usual" } : { kind: "status", status: 429, accepted: false, retryAfter: "90" },
      );
      const next = await outbox.drain();
      assert.equal(String(next), "2026-03-02T10:01:30Z");
      assert.equal(notify.taken.length, 10);
      assert.ok(calls < 60, "what had not begun stays in the outbox");
      assert.match(lines[0] ?? "", /notify-too-many/);
      clock.go({ seconds: 30 });
      const before = calls;
      await outbox.drain();
      assert.equal(calls, before);
      notify.answerWith(() => ({ kind: "usual" }));
      clock.go({ seconds: 61 });
      await outbox.drain();
      assert.deepEqual(new Set(notify.taken.map((each) => each.reference)).size, 60);
      assert.equal(notify.taken.length, 60);
    });
  } finally {
    await notify.close();
  }
});

test("after a 500 or a broken connection Notify is asked by the reference before anything goes again", async () => {
  const notify = await startNotify();
  try {
    await withTestDatabase(async (db) => {
      const { vault, clock, outbox } = await outboxOver(db, (_, time) => [notifyTransport(notify, time)]);
      await putContacts(db, vault, { ann: contact({ email: "ann@example.org" }) });
      const ways = [
        { kind: "status", status: 503, accepted: true },
        { kind: "dropped", accepted: true },
        { kind: "status", status: 500, accepted: false },
        { kind: "dropped", accepted: false },
      ] as const;
      for (const [index, way] of ways.entries()) {
        const id = await queueLink(db, vault, "ann", clock.now());
        notify.answerWith(() => way);
        await outbox.drain();
        assert.equal((await readByReference(db, id))?.state, "sending");
        notify.answerWith(() => ({ kind: "usual" }));
        clock.go({ seconds: 60 });
        await outbox.drain();
        assert.equal((await readByReference(db, id))?.state, "sending", "too early to know");
        clock.go({ minutes: 2 });
        await outbox.drain();
        assert.equal((await readByReference(db, id))?.state, "sent");
        assert.equal(notify.taken.filter((each) => each.reference === id).length, 1);
        assert.equal(notify.taken.length, index + 1);
      }
    });
  } finally {
    await notify.close();
  }
});

test("what became of a message is asked for: delivered, or its number is not used again", async () => {
  const notify = await startNotify();
  try {
    await withTestDatabase(async (db) => {
      const { vault, clock, outbox } = await outboxOver(db, (_, time) => [notifyTransport(notify, time)]);
      await putContacts(db, vault, {
        ann: contact({ telephone: "07700 900001" }),
        bob: contact({ telephone: "07700 900002" }),
      });
      const [arrives, fails] = [
        await queueLink(db, vault, "ann", clock.now()),
        await queueLink(db, vault, "bob", clock.now()),
      ];
      await outbox.drain();
      assert.equal(await outbox.askReceipts(), 0, "not at once");
      for (const each of notify.taken) each.status = each.reference === arrives ? "delivered" : "permanent-failure";
      clock.go({ minutes: 6 });
      assert.equal(await outbox.askReceipts(), 2);
      assert.equal((await readByReference(db, arrives))?.state, "delivered");
      assert.equal((await readByReference(db, fails))?.state, "bounced");
      assert.deepEqual(
        (await readUnmet(db, { offset: 0, limit: 10 })).map((row) => [row.subjectId, row.state]),
        [["bob", "bounced"]],
      );
      const next = await queueLink(db, vault, "bob", clock.now());
      await outbox.drain();
      assert.equal((await readByReference(db, next))?.reason, "unusable-contact");
    });
  } finally {
    await notify.close();
  }
});

test("an e-mail that comes back is recorded, and its address not used again", async () => {
  await withTestDatabase(async (db) => {
    const { vault, clock, outbox } = await outboxOver(db, (own, time) => [
      developmentTransport(db, own, { clock: time, production: false }),
    ]);
    await putContacts(db, vault, { ann: contact({ email: "ann@example.org" }) });
    const id = await queueLink(db, vault, "ann", clock.now());
    assert.equal(await outbox.recordBounce(id, "contact"), false, "not before it was sent");
    await outbox.drain();
    assert.equal(await outbox.recordBounce(id, "contact"), true);
    assert.equal(await outbox.recordBounce("no-such-message", "contact"), false);
    const next = await queueLink(db, vault, "ann", clock.now());
    await outbox.drain();
    assert.deepEqual((await readByReference(db, next))?.reason, "unusable-contact");
  });
});

test("what a person switched off is cancelled, what came too late too, and nothing is left of a person disposed of", async () => {
  await withTestDatabase(async (db) => {
    const { vault, clock, outbox } = await outboxOver(db, (own, time) => [
      developmentTransport(db, own, { clock: time, production: false }),
    ]);
    await putContacts(db, vault, {
      ann: contact({ email: "ann@example.org" }),
      bob: contact({ email: "bob@example.org" }),
    });
    await putFact(db, "ann", PREFERENCE_SET, {
      channels: [],
      language: null,
      quietHours: null,
      switchedOff: [reminder.id, link.id],
    });
    const off = await inTransaction(db, (transaction) =>
      queueMessage(transaction, vault, {
        subjectId: "ann",
        template: reminder,
        values: { date: "3 March" },
        causedBy: { subjectId: "ann", factId: "booked" },
        now: clock.now(),
      }),
    );
    const essential = await queueLink(db, vault, "ann", clock.now());
    const late = await queueLink(db, vault, "ann", clock.now(), { notAfter: clock.now().subtract({ seconds: 1 }) });
    const gone = await queueLink(db, vault, "bob", clock.now());
    await endKey(db, "bob", "retention ended", clock.now());
    await outbox.drain();
    const rows = await Promise.all([off, essential, late, gone].map((id) => readByReference(db, id)));
    assert.deepEqual(
      rows.map((row) => [row?.state, row?.reason]),
      [
        ["cancelled", "switched-off"],
        ["sent", null],
        ["cancelled", "too-late"],
        ["cancelled", "disposed-of"],
      ],
    );
  });
});

test("without any way to send, messages wait and nothing is lost; Notify without our templates says which are missing", async () => {
  const notify = await startNotify({ templates: ["Handrail text"] });
  try {
    await withTestDatabase(async (db) => {
      const none = await outboxOver(db, () => []);
      await putContacts(db, none.vault, { ann: contact({ email: "ann@example.org" }) });
      const id = await queueLink(db, none.vault, "ann", none.clock.now());
      await none.outbox.drain();
      const row = await readByReference(db, id);
      assert.deepEqual([row?.state, row?.reason], ["queued", "no-provider"]);
      const transport = notifyTransport(notify, none.clock);
      assert.deepEqual(await transport.channels(), ["text"]);
      assert.equal(transport.problem(), "GOV.UK Notify has no template named Handrail e-mail, Handrail letter.");
      const locked = notifyTransport({ url: notify.url, key: notify.key.slice(0, -1) + "9" }, none.clock);
      assert.deepEqual(await locked.channels(), []);
      assert.match(locked.problem() ?? "", /does not accept the key/);
    });
  } finally {
    await notify.close();
  }
});

test("messages cannot be shown instead of sent in production", async () => {
  await withTestDatabase(async (db) => {
    assert.throws(
      () => developmentTransport(db, newVault(), { clock: handClock(DAY), production: true }),
      /never in production/,
    );
  });
});
