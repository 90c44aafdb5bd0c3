import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { test } from "node:test";
import { type Misbehaviour, newPasskey, type SoftPasskey } from "../../../tests/harness/authenticator.ts";
import { withTestDatabase } from "../../../tests/harness/database.ts";
import { type Database, inTransaction } from "../database/index.ts";
import { readSubject } from "../record/index.ts";
import { openForSubjects, putPersonalData, type Vault } from "../vault/index.ts";
import {
  addPasskey,
  answerLinkRequests,
  askForLink,
  beginSession,
  creationOptions,
  findSession,
  helpInPerson,
  inviteByEmail,
  inviteByPost,
  listPasskeys,
  listSessions,
  lookAtLink,
  makeAdministratorLink,
  nameAdministrator,
  nobodyHasPasskey,
  putSignInEmail,
  readToken,
  removePasskey,
  requestOptions,
  revokeSessions,
  spendCodes,
  signInByAccount,
  signInWithPasskey,
  type SignInTools,
  tidySignIn,
  useLink,
  useTypedCode,
} from "./index.ts";
import { notePasskeyUse, putLinkRequest, readPasskeys, spendCode, takeLinkRequest } from "./store.ts";

const start = Temporal.Instant.from("2026-03-02T09:00:00Z");
const origin = "https://handrail.example";
const ACCOUNT = { issuer: "https://elsewhere.example", subject: "s-1", provider: "own", level: "own enrolled" };

type World = {
  readonly db: Database;
  readonly vault: Vault;
  readonly tools: SignInTools;
  readonly administrators: string[];
  readonly now: () => Temporal.Instant;
  readonly wait: (duration: Temporal.DurationLike) => void;
  readonly person: (personId: string, email?: string | null) => Promise<void>;
  readonly enrol: (personId: string) => Promise<SoftPasskey>;
  readonly attempt: (
    passkey: SoftPasskey,
    wrong?: Misbehaviour,
    more?: { sessionId?: string; address?: string },
  ) => Promise<string>;
  readonly messages: (
    personId: string,
  ) => Promise<readonly { template: string; link: string | undefined; code: string | undefined }[]>;
  readonly coming: (address?: string) => { address: string; device: string; replaces: null; now: Temporal.Instant };
};

async function inWorld(body: (world: World) => Promise<void>, staff: readonly string[] = []): Promise<void> {
  await withTestDatabase(async (db) => {
    const vault: Vault = { masterKey: randomBytes(32) };
    const administrators: string[] = [];
    let now = start;
    const tools: SignInTools = {
      db,
      vault,
      origin,
      bodyName: "Westmere Council",
      timeZone: "Europe/London",
      projections: [],
      hasPost: async (personId) => staff.includes(personId),
      makeAdministrator: async (personId) => void administrators.push(personId),
    };
    const ceremony = (sessionId: string, address = "203.0.113.7") => ({ tools, sessionId, address, now });
    const enrol = async (personId: string) => {
      const passkey = newPasskey(origin, personId);
      const response = passkey.create(await creationOptions(ceremony("enrolment"), personId));
      const session = { id: "enrolment", helpedBy: null };
      const names = await listPasskeys(tools, personId);
      const added = await addPasskey(ceremony("enrolment"), {
        personId,
        session,
        response,
        name: `Passkey number ${["one", "two", "three"][names.length]}`,
        device: "Chrome, Windows",
      });
      assert.ok(added.ok, JSON.stringify(added));
      return passkey;
    };
    await body({
      db,
      vault,
      tools,
      administrators,
      now: () => now,
      wait: (duration) => {
        now = now.add(duration);
      },
      person: async (personId, email = `${personId}@example.org`) => {
        const identity = { name: `Name of ${personId}`, birthDate: null, identifiers: [] };
        const contact = { telephone: null, email, address: ["1 High Street"], language: "en" };
        await putPersonalData(db, vault, "identity", [{ subjectId: personId, value: identity }], now);
        await putPersonalData(db, vault, "contact", [{ subjectId: personId, value: contact }], now);
        await inTransaction(db, (transaction) => putSignInEmail(transaction, vault, personId, email));
      },
      enrol,
      attempt: async (passkey, wrong = {}, { sessionId = "visit", address } = {}) => {
        const options = await requestOptions(ceremony("visit"), null);
        const result = await signInWithPasskey(ceremony(sessionId, address), {
          response: passkey.get(options, wrong),
          person: null,
          device: "Chrome, Windows",
          replaces: null,
        });
        return result.ok ? result.session.personId : result.kind;
      },
      messages: async (personId) => {
        const rows = await db
          .selectFrom("outbox_message")
          .select(["id", "template", "sealed_values"])
          .where("subject_id", "=", personId)
          .orderBy("queued_at")
          .orderBy("id")
          .execute();
        const opened = await openForSubjects(
          db,
          vault,
          rows.map((row) => ({
            subjectId: personId,
            sealed: row.sealed_values ?? new Uint8Array(),
            boundTo: `message ${row.id}`,
          })),
        );
        return rows.map(({ template }, index) => {
          const values = JSON.parse(opened[index] ?? "{}") as Record<string, string>;
          return { template, link: values["link"], code: values["code"] };
        });
      },
      coming: (address = "203.0.113.7") => ({ address, device: "Chrome, Windows", replaces: null, now }),
    });
  });
}

const tokenOf = (link: string | undefined) => (link ?? "").split("/sign-in/link/")[1] ?? "";

test("a passkey signs its owner in, and whatever is wrong with an answer is refused in the same way", async () => {
  await inWorld(async ({ attempt, enrol, person, tools, now, wait }) => {
    await person("ann");
    await person("bob");
    const passkey = await enrol("ann");
    assert.equal(await attempt(passkey), "ann");
    const wrongs: Readonly<Record<string, Misbehaviour>> = {
      "another site's origin": { origin: "https://handrail.example.evil.example" },
      "the origin without https": { origin: "http://handrail.example" },
      "another domain": { domain: "evil.example" },
      "a device that was not unlocked": { unverified: true },
      "another key": { otherKey: true },
      "somebody else's name on it": { userHandle: "bob" },
      "nobody's name on it": { userHandle: "nobody" },
      "a name PostgreSQL cannot hold": { userHandle: "ann\0" },
      "an answer to another question": { type: "webauthn.create" },
    };
    for (const [what, wrong] of Object.entries(wrongs)) assert.equal(await attempt(passkey, wrong), "refused", what);
    assert.equal(await attempt(passkey, {}, { sessionId: "other" }), "refused", "a challenge of another browser");
    assert.equal(await attempt(passkey), "ann", "none of this stops its owner");

    const ceremony = { tools, sessionId: "visit", address: "203.0.113.8", now: now() };
    const sign = (response: unknown) =>
      signInWithPasskey({ ...ceremony, now: now() }, { response, person: null, device: "", replaces: null });
    // One that never counts, as passkeys that are kept in step over several devices do: the counter finds no repeat here.
    const synchronised = await enrol("bob");
    const response = synchronised.get(await requestOptions(ceremony, null), { counter: 0 });
    assert.equal((await sign(response)).ok, true);
    assert.deepEqual(await sign(response), { ok: false, kind: "refused" }, "the same answer a second time");
    const late = synchronised.get(await requestOptions(ceremony, null), { counter: 0 });
    wait({ minutes: 10 });
    assert.deepEqual(await sign(late), { ok: false, kind: "refused" }, "an answer after ten minutes");
    for (const junk of [null, 17, "x", [], {}, { id: "a" }, { ...response, response: { clientDataJSON: "e30" } }])
      assert.deepEqual(await sign(junk), { ok: false, kind: "refused" });
  });
});

test("a copied passkey is stopped and its owner told; nobody can have one stopped without holding its key", async () => {
  await inWorld(async ({ attempt, enrol, person, messages, db, tools }) => {
    await person("ann");
    const passkey = await enrol("ann");
    assert.equal(await attempt(passkey, { counter: 9 }), "ann");
    assert.equal(await attempt(passkey, { counter: 1, otherKey: true }), "refused");
    assert.equal(
      await attempt(passkey, { counter: 10 }),
      "ann",
      "a low counter with a false signature changes nothing",
    );
    assert.equal(await attempt(passkey, { counter: 10 }), "refused", "the copy answers with a counter that was seen");
    assert.equal(await attempt(passkey, { counter: 11 }), "refused", "from then on neither of the two works");
    assert.deepEqual(
      (await messages("ann")).map(({ template }) => template),
      ["sign-in.passkey-added", "sign-in.passkey-suspended"],
    );
    assert.deepEqual(
      (await readSubject(db, "ann")).map(({ type }) => type),
      ["passkey-added", "passkey-suspended"],
    );
    assert.equal((await listPasskeys(tools, "ann"))[0]?.suspended, true);
  });
});

test("a removed passkey opens nothing, and cannot be added again as if it were new", async () => {
  await inWorld(async ({ attempt, enrol, person, tools, now, messages }) => {
    await person("ann");
    const [first, second] = [await enrol("ann"), await enrol("ann")];
    assert.equal(await removePasskey(tools, "bob", first.id, now()), false, "not by somebody else");
    assert.equal(await removePasskey(tools, "ann", first.id, now()), true);
    assert.equal(await removePasskey(tools, "ann", first.id, now()), false);
    assert.equal((await messages("ann")).at(-1)?.template, "sign-in.changed", "and she is told, once");
    assert.equal((await messages("ann")).length, 3);
    assert.equal(await attempt(first), "refused");
    assert.equal(await attempt(second), "ann");
    const ceremony = { tools, sessionId: "enrolment", address: "203.0.113.7", now: now() };
    const toAdd = { personId: "ann", session: { id: "enrolment", helpedBy: null }, device: "", name: "Again" };
    const response = first.create(await creationOptions(ceremony, "ann"));
    assert.deepEqual(await addPasskey(ceremony, { ...toAdd, response }), {
      ok: false,
      refusal: { kind: "already-there" },
    });
    const other = newPasskey(origin, "ann");
    for (const wrong of [
      { origin: "https://evil.example" },
      { domain: "evil.example" },
      { unverified: true },
    ] as const) {
      const bad = other.create(await creationOptions(ceremony, "ann"), wrong);
      assert.deepEqual(await addPasskey(ceremony, { ...toAdd, response: bad }), {
        ok: false,
        refusal: { kind: "not-accepted" },
      });
    }
    const long = {
      ...toAdd,
      response: other.create(await creationOptions(ceremony, "ann")),
      name: "x".repeat(10_000_000),
    };
    assert.deepEqual(await addPasskey(ceremony, long), { ok: false, refusal: { kind: "name", fault: "too-long" } });
  });
});

test("too many failures shut out the address they come from, for that way in, and nobody at another address", async () => {
  await inWorld(async ({ attempt, enrol, person, wait, tools, coming, now }) => {
    await person("ann");
    const passkey = await enrol("ann");
    const attacker = { address: "198.51.100.1" };
    for (let count = 0; count < 20; count += 1)
      assert.equal(await attempt(passkey, { otherKey: true }, attacker), "refused");
    assert.equal(await attempt(passkey, {}, attacker), "shut-out", "even with the right passkey");
    assert.equal(await attempt(passkey), "ann", "the owner, somewhere else, notices nothing");
    const { code } = await helpInPerson(tools, { personId: "ann", helper: "amara", now: now() });
    assert.equal((await useTypedCode(tools, code ?? "", coming(attacker.address))).ok, true, "other ways are open");
    wait({ minutes: 15 });
    assert.equal(await attempt(passkey, {}, attacker), "ann");
  });
});

test("a session is found by its secret alone, ends when it should, and all of a person's end at once", async () => {
  await inWorld(async ({ db, now, wait, person }) => {
    await person("ann");
    const begin = (replaces: { personId: string; id: string } | null = null) =>
      inTransaction(db, (transaction) =>
        beginSession(transaction, {
          personId: "ann",
          way: "passkey",
          device: "Chrome, Windows",
          fresh: true,
          replaces,
          now: now(),
        }),
      );
    const first = await begin();
    const token = { subjectId: "ann", id: first.id, secret: first.secret };
    assert.equal((await findSession(db, token, now()))?.personId, "ann");
    assert.equal(String(first.freshUntil), "2026-03-02T09:05:00Z");
    for (const wrong of [{ secret: `${first.secret.slice(0, -1)}A` }, { id: "other" }, { subjectId: "bob" }])
      assert.equal(await findSession(db, { ...token, ...wrong }, now()), null);
    const kept = await db.selectFrom("sign_in_session").selectAll().execute();
    assert.ok(!JSON.stringify(kept).includes(first.secret), "the secret is in no row");

    wait({ minutes: 40 });
    assert.notEqual(await findSession(db, token, now()), null);
    wait({ minutes: 40 });
    assert.notEqual(await findSession(db, token, now()), null, "a click in between counts");
    wait({ minutes: 61 });
    assert.equal(await findSession(db, token, now()), null, "and an hour without one ends it");

    const second = await begin();
    const third = await begin({ personId: "ann", id: second.id });
    assert.equal(await findSession(db, { subjectId: "ann", id: second.id, secret: second.secret }, now()), null);
    const others = [];
    for (let count = 0; count < 10; count += 1) {
      wait({ seconds: 1 });
      others.push(await begin());
    }
    assert.equal((await listSessions(db, "ann", now())).length, 10, "the eleventh ends the oldest");
    assert.equal(await findSession(db, { subjectId: "ann", id: third.id, secret: third.secret }, now()), null);
    assert.equal(await revokeSessions(db, "ann", now(), others[9]?.id ?? null), 9);
    assert.equal(await inTransaction(db, (transaction) => revokeSessions(transaction, "ann", now())), 1);
    assert.deepEqual(await listSessions(db, "ann", now()), []);
  });
});

test("a link opens once, not by being looked at, not after its time, and not by guessing", async () => {
  await inWorld(async ({ db, tools, now, wait, person, coming, messages }) => {
    await person("ann");
    const invite = async () => {
      await inTransaction(db, (transaction) =>
        inviteByEmail(transaction, tools, { personId: "ann", email: "ann@example.org", madeBy: "amara", now: now() }),
      );
      wait({ seconds: 1 });
      return tokenOf((await messages("ann")).at(-1)?.link);
    };
    const token = await invite();
    assert.notEqual(await lookAtLink(db, token, now()), null);
    assert.notEqual(await lookAtLink(db, token, now()), null, "a scanner of mail opens it as often as it likes");
    const guess = (secret: string, address: string) =>
      useLink(tools, `${token.slice(0, token.lastIndexOf("."))}.${secret}`, coming(address));
    for (let count = 0; count < 5; count += 1)
      assert.deepEqual(await guess("w".repeat(43), "198.51.100.1"), { ok: false, kind: "refused" });
    assert.deepEqual(await useLink(tools, token, coming("198.51.100.1")), { ok: false, kind: "shut-out" });
    const came = await useLink(tools, token, coming());
    assert.equal(came.ok && came.session.personId, "ann", "its owner, at another address, comes in all the same");
    assert.equal(came.ok && came.session.enrolling, false);
    assert.deepEqual(await useLink(tools, token, coming()), { ok: false, kind: "refused" }, "used");
    const old = await invite();
    wait({ hours: 24 });
    assert.deepEqual(await useLink(tools, old, coming()), { ok: false, kind: "refused" }, "too old");
    assert.equal(await lookAtLink(db, old, now()), null);
    for (const junk of ["", "x", "a.b.c", `${token}x`, "x".repeat(100_000), token.replace(".", "..")])
      assert.deepEqual(
        await useLink(tools, junk, coming("192.0.2.9")),
        { ok: false, kind: "refused" },
        junk.slice(0, 20),
      );
    const rows = JSON.stringify(await db.selectFrom("one_time_code").selectAll().execute());
    assert.ok(!rows.includes(token.split(".")[2] as string), "the secret is in no row");
  });
});

test("a passkey that is added makes links and codes worthless that are still on their way", async () => {
  await inWorld(async ({ db, tools, now, person, coming, messages, enrol }) => {
    await person("ann");
    await inTransaction(db, (transaction) =>
      inviteByPost(transaction, tools, { personId: "ann", madeBy: "amara", now: now() }),
    );
    const code = (await messages("ann"))[0]?.code ?? "";
    await enrol("ann");
    assert.deepEqual(await useTypedCode(tools, code, coming()), { ok: false, kind: "refused" });
  });
});

test("of two who use one link at the same moment, one comes in", async () => {
  await inWorld(async ({ db, tools, now, person, coming, messages }) => {
    await person("ann");
    await inTransaction(db, (transaction) =>
      inviteByEmail(transaction, tools, { personId: "ann", email: "ann@example.org", madeBy: null, now: now() }),
    );
    const token = tokenOf((await messages("ann"))[0]?.link);
    const came = await Promise.all(Array.from({ length: 5 }, () => useLink(tools, token, coming())));
    assert.equal(came.filter(({ ok }) => ok).length, 1);
  });
});

test("of two who act on what they read at the same moment, the second finds it done", async () => {
  await inWorld(async ({ db, tools, now, person, enrol, messages }) => {
    await person("ann");
    const passkey = await enrol("ann");
    await inTransaction(db, async (transaction) => {
      await inviteByEmail(transaction, tools, { personId: "ann", email: "ann@example.org", madeBy: null, now: now() });
      await putLinkRequest(transaction, "email:mark", now());
    });
    const link = (await messages("ann")).find(({ template }) => template === "sign-in.enrolment-link");
    const token = readToken(tokenOf(link?.link));
    const [row] = await readPasskeys(db, "ann", passkey.id);
    assert.ok(row && token);
    const use = { counter: 7, backedUp: false, now: now() };
    await inTransaction(db, async (transaction) => {
      assert.equal(await spendCode(transaction, "ann", token.id, now()), true);
      assert.equal(await spendCode(transaction, "ann", token.id, now()), false);
      assert.equal(await notePasskeyUse(transaction, row, use), true);
      assert.equal(await notePasskeyUse(transaction, row, use), false);
      assert.notEqual(await takeLinkRequest(transaction, "email:mark"), null);
      assert.equal(await takeLinkRequest(transaction, "email:mark"), null);
    });
  });
});

test("a posted code is typed on any browser, once; ten wrong ones shut out that address and no other", async () => {
  await inWorld(async ({ db, tools, now, wait, person, coming, messages }) => {
    await person("ann", null);
    await inTransaction(db, (transaction) =>
      inviteByPost(transaction, tools, { personId: "ann", madeBy: "amara", now: now() }),
    );
    const code = (await messages("ann"))[0]?.code ?? "";
    assert.match(code, /^[0-9A-HJKMNP-TV-Z]{4}-[0-9A-HJKMNP-TV-Z]{4}$/);
    wait({ hours: 24 * 20 });
    for (let count = 0; count < 10; count += 1)
      assert.deepEqual(await useTypedCode(tools, "0000-0000", coming("198.51.100.1")), { ok: false, kind: "refused" });
    assert.deepEqual(await useTypedCode(tools, code, coming("198.51.100.1")), { ok: false, kind: "shut-out" });
    const came = await useTypedCode(tools, code.toLowerCase().replace("-", " "), coming());
    assert.equal(came.ok && came.session.way, "code");
    assert.deepEqual(await useTypedCode(tools, code, coming()), { ok: false, kind: "refused" });
    const rows = JSON.stringify([
      await db.selectFrom("one_time_code").selectAll().execute(),
      await db.selectFrom("sign_in_name").selectAll().execute(),
    ]);
    assert.ok(!rows.includes(code.replace("-", "")), "the code is in no row");
  });
});

test("with help from staff both names are on the session and in the record, for a quarter of an hour", async () => {
  await inWorld(async ({ db, tools, now, wait, person, coming, messages }) => {
    await person("ann");
    await assert.rejects(helpInPerson(tools, { personId: "ann", helper: "ann", now: now() }), /two people/);
    const first = await helpInPerson(tools, { personId: "ann", helper: "amara", now: now() });
    const came = await useTypedCode(tools, first.code ?? "", coming());
    assert.ok(came.ok);
    assert.equal(came.session.way, "helped");
    assert.equal(came.session.helpedBy, "amara");
    assert.deepEqual(
      (await messages("ann")).map(({ template, link }) => [template, link]),
      [["sign-in.helped", `${origin}/me/sign-in`]],
      "and she is told: the code was in the helper's hands",
    );
    assert.deepEqual(
      (await readSubject(db, "ann")).map(({ type, recordedBy, data }) => [type, recordedBy, data]),
      [
        ["sign-in-code-made", "amara", { way: "in-person" }],
        ["helped-to-sign-in", "amara", { helper: "amara" }],
      ],
    );
    const second = await helpInPerson(tools, { personId: "ann", helper: "amara", now: now() });
    wait({ minutes: 15 });
    assert.deepEqual(await useTypedCode(tools, second.code ?? "", coming()), { ok: false, kind: "refused" });
  });
});

test("a link that was asked for goes to everybody who has the address, and to nobody when it is known no more", async () => {
  await inWorld(
    async ({ tools, now, wait, person, coming, messages, db, vault }) => {
      await person("ann", "home@example.org");
      await person("bob", "Home@Example.org");
      await person("amara", "amara@example.org");
      const ask = async (email: string) => {
        assert.equal(
          await askForLink(tools, {
            email,
            address: `192.0.2.${Math.floor(now().epochMilliseconds / 1000) % 200}`,
            now: now(),
          }),
          "noted",
        );
        const written = await answerLinkRequests(tools, now());
        wait({ seconds: 1 });
        return written;
      };
      assert.equal(await ask(" HOME@example.org"), 2);
      assert.equal(await ask("nobody@example.org"), 0);
      assert.equal(await answerLinkRequests(tools, now()), 0, "each request is answered once");
      const came = await useLink(tools, tokenOf((await messages("bob"))[0]?.link), coming());
      assert.equal(came.ok && came.session.personId, "bob");

      assert.equal(await ask("amara@example.org"), 1);
      const [told] = await messages("amara");
      assert.equal(told?.template, "sign-in.staff-asked-for-link", "staff get no way in by e-mail");
      assert.equal(told?.link, `${origin}/sign-in`);

      for (let count = 0; count < 4; count += 1) assert.equal(await ask("home@example.org"), 2);
      assert.equal(await ask("home@example.org"), 0, "five an hour, whoever asks");
      wait({ hours: 1 });
      assert.equal(await ask("home@example.org"), 2);

      const moved = { telephone: null, email: "new@example.org", address: [], language: "en" };
      await putPersonalData(db, vault, "contact", [{ subjectId: "bob", value: moved }], now());
      assert.equal(await ask("home@example.org"), 1, "not to somebody whose contact data say otherwise by now");
      await inTransaction(db, (transaction) => putSignInEmail(transaction, vault, "ann", null));
      assert.equal(await ask("home@example.org"), 0);
    },
    ["amara"],
  );
});

test("whoever changes somebody's contact cannot come in by the new address, nor by what was on its way to the old one", async () => {
  await inWorld(async ({ db, vault, tools, now, wait, person, coming, messages }) => {
    await person("mia", "mia@example.org");
    await person("ben", "guardian@example.org");
    const ask = async (email: string) => {
      wait({ minutes: 13 });
      await askForLink(tools, { email, address: "192.0.2.1", now: now() });
      return await answerLinkRequests(tools, now());
    };
    const putContact = async (email: string) => {
      const contact = { telephone: null, email, address: [], language: "en" };
      await putPersonalData(db, vault, "contact", [{ subjectId: "mia", value: contact }], now());
    };
    assert.equal(await ask("mia@example.org"), 1);
    await putContact("guardian@example.org");
    const early = tokenOf((await messages("mia"))[0]?.link);
    assert.deepEqual(
      await useLink(tools, early, coming()),
      { ok: false, kind: "refused" },
      "before the name has ended",
    );
    await inTransaction(db, (transaction) => putSignInEmail(transaction, vault, "mia", null));
    assert.equal(await ask("guardian@example.org"), 1, "a link for the guardian, and none for the child");
    assert.equal((await messages("mia")).length, 1);
    await putContact("mia@example.org");
    assert.deepEqual(
      await useLink(tools, early, coming()),
      { ok: false, kind: "refused" },
      "nor when it is changed back",
    );
    assert.equal(await lookAtLink(db, early, now()), null);
    assert.equal(await ask("mia@example.org"), 0, "the old name has ended too");

    await inTransaction(db, (transaction) =>
      inviteByEmail(transaction, tools, { personId: "mia", email: "mia@example.org", madeBy: "amara", now: now() }),
    );
    assert.equal(await ask("mia@example.org"), 0, "an invitation proves nothing");
    const invited = tokenOf((await messages("mia")).at(-1)?.link);
    assert.equal((await useLink(tools, invited, coming())).ok, true);
    assert.equal(await ask("mia@example.org"), 1, "a link that was sent there and used does");
    const latest = tokenOf((await messages("mia")).at(-1)?.link);
    await inTransaction(db, (transaction) => putSignInEmail(transaction, vault, "mia", "mia@example.org"));
    assert.equal((await useLink(tools, latest, coming())).ok, true, "the same address once more ends no link");
  });
});

test("a stranger who is invited with somebody's address does not push its owner out", async () => {
  await inWorld(async ({ db, vault, tools, now, person, messages, coming }) => {
    const invite = (personId: string) =>
      inTransaction(db, (transaction) =>
        inviteByEmail(transaction, tools, { personId, email: "zoe@example.org", madeBy: "amara", now: now() }),
      );
    await person("zoe", "zoe@example.org");
    await invite("zoe");
    assert.equal((await useLink(tools, tokenOf((await messages("zoe"))[0]?.link), coming())).ok, true);
    const names = () => db.selectFrom("sign_in_name").select("person_id").where("kind", "=", "email").execute();
    for (let count = 0; count < 12; count += 1) await invite(`a-${count}`);
    assert.deepEqual(await names(), [{ person_id: "zoe" }]);
    // Twelve who typed her address themselves, as their own, and never proved it.
    await inTransaction(db, async (transaction) => {
      for (let count = 0; count < 12; count += 1)
        await putSignInEmail(transaction, vault, `a-${count}`, "zoe@example.org");
    });
    assert.equal((await names()).length, 13);
    await askForLink(tools, { email: "zoe@example.org", address: "192.0.2.1", now: now() });
    assert.equal(await answerLinkRequests(tools, now()), 1);
    assert.equal((await messages("zoe")).at(-1)?.template, "sign-in.link");
  });
});

test("codes on their way are worth nothing once they are spent for their person", async () => {
  await inWorld(async ({ tools, db, now, person, coming }) => {
    await person("ann");
    const first = await helpInPerson(tools, { personId: "ann", helper: "amara", now: now() });
    assert.equal(await spendCodes(db, "ann", now()), 1);
    assert.equal(await spendCodes(db, "ann", now()), 0);
    assert.deepEqual(await useTypedCode(tools, first.code ?? "", coming()), { ok: false, kind: "refused" });
  });
});

test("a way in that was made for a colleague never becomes one for a visit, whatever happens to their post", async () => {
  await inWorld(async ({ tools, now, person, coming }) => {
    const made = { ...tools, hasPost: async (_: string, at: Temporal.Instant) => at.equals(start) };
    await person("ann");
    const { code } = await helpInPerson(tools, { personId: "ann", helper: "femi", now: now() });
    const later = { ...coming(), now: start.add({ minutes: 5 }) };
    const came = await useTypedCode(made, code ?? "", later);
    assert.equal(came.ok && came.session.enrolling, true, "the post has ended by now, and was there when it was made");
  });
});

test("a passkey that is removed or stopped takes the sessions by passkey with it, but for the one it is removed in", async () => {
  await inWorld(async ({ db, tools, now, wait, attempt, enrol, person }) => {
    await person("ann");
    const [phone, tablet] = [await enrol("ann"), await enrol("ann")];
    assert.equal(await attempt(phone), "ann");
    wait({ seconds: 1 });
    await inTransaction(db, (transaction) =>
      beginSession(transaction, { personId: "ann", way: "provider", device: "", now: now() }),
    );
    wait({ seconds: 1 });
    assert.equal(await attempt(tablet), "ann");
    const [here] = await listSessions(db, "ann", now());
    assert.equal(await removePasskey(tools, "ann", phone.id, now(), here?.id), true);
    assert.deepEqual(
      (await listSessions(db, "ann", now())).map(({ way }) => way),
      ["passkey", "provider"],
    );
    assert.equal(await attempt(tablet, { counter: 1 }), "refused", "a copy of the other");
    assert.deepEqual(
      (await listSessions(db, "ann", now())).map(({ way }) => way),
      ["provider"],
    );
  });
});

test("one address that asks for many links is told to wait", async () => {
  await inWorld(async ({ tools, now }) => {
    const ask = (address: string, count: number) =>
      askForLink(tools, { email: `${count}@example.org`, address, now: now() });
    for (let count = 0; count < 10; count += 1) assert.equal(await ask("198.51.100.1", count), "noted");
    assert.equal(await ask("198.51.100.1", 11), "shut-out");
    assert.equal(await ask("198.51.100.2", 11), "noted");
  });
});

test("whoever works here only adds a passkey by a link, within a quarter of an hour", async () => {
  await inWorld(
    async ({ db, tools, now, wait, person, coming, messages }) => {
      await person("amara");
      await inTransaction(db, (transaction) =>
        inviteByEmail(transaction, tools, {
          personId: "amara",
          email: "amara@example.org",
          madeBy: "femi",
          now: now(),
        }),
      );
      const came = await useLink(tools, tokenOf((await messages("amara"))[0]?.link), coming());
      assert.ok(came.ok);
      assert.equal(came.session.enrolling, true);
      const token = { subjectId: "amara", id: came.session.id, secret: came.session.secret };
      wait({ minutes: 14 });
      assert.equal((await findSession(db, token, now()))?.enrolling, true);
      wait({ minutes: 1 });
      assert.equal(await findSession(db, token, now()), null);
    },
    ["amara"],
  );
});

test("the first administrator comes in by the link of the terminal, once, and has the post with their first passkey", async () => {
  await inWorld(async ({ tools, now, wait, coming, administrators, db }) => {
    assert.equal(await nobodyHasPasskey(db), true);
    const old = tokenOf(await makeAdministratorLink(tools, now()));
    wait({ hours: 1 });
    assert.deepEqual(await useLink(tools, old, coming()), { ok: false, kind: "refused" });
    const token = tokenOf(await makeAdministratorLink(tools, now()));
    assert.equal(await nameAdministrator(tools, "nonsense", { name: "Femi", email: null }, now()), false);
    assert.equal(
      await nameAdministrator(tools, token, { name: "Femi Adeyemi", email: "femi@example.org" }, now()),
      true,
    );
    const came = await useLink(tools, token, coming());
    assert.ok(came.ok && came.session.enrolling);
    assert.deepEqual(administrators, []);
    const { personId } = came.session;
    const ceremony = { tools, sessionId: came.session.id, address: "203.0.113.7", now: now() };
    const passkey = newPasskey(origin, personId);
    const response = passkey.create(await creationOptions(ceremony, personId));
    const added = await addPasskey(ceremony, { personId, session: came.session, response, name: "My key", device: "" });
    assert.ok(added.ok);
    assert.deepEqual(administrators, [personId]);
    assert.equal(added.session.enrolling, false);
    assert.equal(await nobodyHasPasskey(db), false);
    assert.deepEqual(await useLink(tools, token, coming()), { ok: false, kind: "refused" });
  });
});

test("a sign-in from elsewhere is nobody's until a code joins it to a person, and then it is theirs alone", async () => {
  await inWorld(async ({ tools, now, person, coming, db, messages }) => {
    await person("ann");
    await person("bob");
    const { address: _, ...begin } = coming();
    assert.equal(await signInByAccount(tools, ACCOUNT, begin), null);
    const code = async (personId: string) =>
      (await helpInPerson(tools, { personId, helper: "amara", now: now() })).code ?? "";
    assert.deepEqual(await useTypedCode(tools, "0000-0000", coming(), ACCOUNT), { ok: false, kind: "refused" });
    const joined = await useTypedCode(tools, await code("ann"), coming(), ACCOUNT);
    assert.equal(joined.ok && joined.session.way, "provider");
    assert.equal((await signInByAccount(tools, ACCOUNT, begin))?.personId, "ann");
    assert.equal(await signInByAccount(tools, { ...ACCOUNT, issuer: "https://other.example" }, begin), null);
    assert.deepEqual(await useTypedCode(tools, await code("bob"), coming(), ACCOUNT), { ok: false, kind: "refused" });
    assert.equal((await signInByAccount(tools, ACCOUNT, begin))?.personId, "ann");
    assert.equal((await messages("ann")).at(-1)?.template, "sign-in.changed");
    const linked = (await readSubject(db, "ann")).find(({ type }) => type === "sign-in-linked");
    assert.deepEqual(linked?.data, { provider: "own", level: "own enrolled" });
  });
});

test("what has run out is cleared away, and what is in use stays", async () => {
  await inWorld(async ({ db, tools, attempt, enrol, person, now, wait, coming }) => {
    await person("ann");
    const passkey = await enrol("ann");
    await attempt(passkey);
    await useTypedCode(tools, "0000-0000", coming());
    assert.equal(await tidySignIn(db, now()), 0);
    wait({ hours: 25 });
    assert.ok((await tidySignIn(db, now())) >= 2, "spent challenges and counted failures");
    assert.equal((await db.selectFrom("spent_challenge").selectAll().execute()).length, 0);
    assert.equal(await attempt(passkey), "ann");
    wait({ hours: 24 * 91 });
    await tidySignIn(db, now());
    assert.equal((await db.selectFrom("sign_in_session").selectAll().execute()).length, 0);
    assert.equal(await attempt(passkey), "ann", "the passkey itself holds");
  });
});
