/** The pages of signing in, without a browser: what a stranger is told, what a planted or changed cookie is worth. */
import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { after, before, test } from "node:test";
import type { Hono } from "hono";
import type { KyselyPlugin } from "kysely";
import { buildSite, messageTemplates, projections, signInTools, type SignInOptions } from "../../src/app.ts";
import { fixedClock } from "../../src/core/clock.ts";
import { type Database, inTransaction } from "../../src/core/database/index.ts";
import type { Installation } from "../../src/core/directory/index.ts";
import { givePost, newPeopleFact, recordPeople } from "../../src/core/people/index.ts";
import {
  helpInPerson,
  inviteByEmail,
  makeAdministratorLink,
  putSignInEmail,
  revokeSessions,
  type SignInTools,
} from "../../src/core/sign-in/index.ts";
import { openProvider } from "../../src/core/sign-in/oidc/index.ts";
import { putPersonalData, type Vault } from "../../src/core/vault/index.ts";
import { newPasskey } from "../harness/authenticator.ts";
import { withTestDatabase } from "../harness/database.ts";
import { shownMessages } from "../harness/messages.ts";
import { CLIENT_ID, startTestProvider, type TestProvider } from "../harness/oidc-provider.ts";

// The provider's tokens hold the real time, so the site's clock shows it too.
const NOW = Temporal.Now.instant();
const origin = "http://localhost:3000";

type Sent = { readonly status: number; readonly text: string; readonly headers: Headers };

type World = {
  readonly db: Database;
  readonly vault: Vault;
  readonly app: Hono;
  readonly tools: SignInTools;
  readonly person: (personId: string, email?: string) => Promise<void>;
  readonly browser: () => Browser;
  /** Statements sent to the database since the last question. */
  readonly statements: () => number;
  readonly lines: string[];
};

/** A browser that keeps cookies and sends forms with the token of the page it saw last. */
type Browser = {
  cookies: Map<string, string>;
  get: (path: string, headers?: Record<string, string>) => Promise<Sent>;
  post: (path: string, fields: Record<string, string>, headers?: Record<string, string>) => Promise<Sent>;
};

type Options = Partial<SignInOptions> & { readonly kind?: Installation["kind"]; readonly secure?: boolean };

async function inWorld({ kind = "real", secure = false, ...options }: Options, body: (world: World) => Promise<void>) {
  await withTestDatabase(async (plain) => {
    let count = 0;
    const counter: KyselyPlugin = {
      transformQuery: ({ node }) => {
        count += 1;
        return node;
      },
      transformResult: async ({ result }) => result,
    };
    const db = plain.withPlugin(counter);
    const vault: Vault = { masterKey: randomBytes(32) };
    const clock = fixedClock(NOW);
    const installation: Installation = {
      bodyName: "Westmere Council",
      kind,
      timeZone: "Europe/London",
      country: null,
      telephone: "01632 960 001",
      webAddress: null,
      createdAt: NOW,
    };
    const signIn: SignInOptions = {
      origin: () => origin,
      proxies: 1,
      providers: [],
      pendingKey: randomBytes(32),
      ...options,
    };
    const lines: string[] = [];
    const settings = { db, vault, installation, signIn };
    const app = buildSite({
      ...settings,
      clock,
      demonstrationPeople: [{ personId: "ann", name: "Ann Okafor", about: "", group: "citizen" }],
      sessionKey: randomBytes(32),
      secure,
      sourceUrl: "/",
      contactEmail: "help@example.org",
      ...shownMessages(db, vault, clock, messageTemplates()),
      log: (line) => lines.push(line),
    });
    await body({
      db,
      vault,
      app,
      tools: signInTools(settings),
      lines,
      person: async (personId, email = `${personId}@example.org`) => {
        const identity = { name: `Name of ${personId}`, birthDate: null, identifiers: [] };
        await putPersonalData(db, vault, "identity", [{ subjectId: personId, value: identity }], NOW);
        const contact = { telephone: null, email, address: [], language: "en" };
        await putPersonalData(db, vault, "contact", [{ subjectId: personId, value: contact }], NOW);
        await inTransaction(db, (transaction) => putSignInEmail(transaction, vault, personId, email));
      },
      browser: () => openBrowser(app),
      statements: () => {
        const seen = count;
        count = 0;
        return seen;
      },
    });
  });
}

function openBrowser(app: Hono): Browser {
  const cookies = new Map<string, string>();
  let token = "";
  const send = async (path: string, init: RequestInit, headers: Record<string, string>): Promise<Sent> => {
    const cookie = [...cookies].map(([name, value]) => `${name}=${value}`).join("; ");
    const response = await app.request(origin + path, {
      ...init,
      headers: { ...headers, ...(cookie === "" ? {} : { cookie }) },
    });
    for (const header of response.headers.getSetCookie()) {
      const [pair = ""] = header.split(";");
      const at = pair.indexOf("=");
      if (/Max-Age=0/.test(header)) cookies.delete(pair.slice(0, at));
      else cookies.set(pair.slice(0, at), pair.slice(at + 1));
    }
    const text = await response.text();
    token = /name="_token" value="([^"]+)"/.exec(text)?.[1] ?? token;
    return { status: response.status, text, headers: response.headers };
  };
  return {
    cookies,
    get: (path, headers = {}) => send(path, {}, headers),
    post: (path, fields, headers = {}) =>
      send(path, { method: "POST", body: new URLSearchParams({ _token: token, ...fields }) }, headers),
  };
}

const locationOf = ({ headers }: Sent) => headers.get("location");

/** Signs somebody in by a link, as they would. */
async function byLink({ db, tools }: World, browser: Browser, personId: string): Promise<void> {
  const made = await inTransaction(db, (transaction) =>
    inviteByEmail(transaction, tools, { personId, email: `${personId}@example.org`, madeBy: null, now: NOW }),
  );
  await browser.get(made.path ?? "");
  const sent = await browser.post(made.path ?? "", {});
  assert.equal(locationOf(sent), "/sign-in/add");
}

/** Adds a passkey in the session the browser has. */
async function addPasskey(browser: Browser, personId: string) {
  const passkey = newPasskey(origin, personId);
  await browser.get("/sign-in/add");
  const options = JSON.parse((await browser.post("/sign-in/add/challenge", {})).text) as object;
  const response = JSON.stringify(passkey.create(options));
  const sent = await browser.post("/sign-in/add", { name: "My phone", response });
  return { passkey, sent };
}

test("asking for a link tells nobody whether an address is known: status, page, headers and statements are the same", async () => {
  await inWorld({}, async ({ browser, person, statements }) => {
    await person("ann", "ann@example.org");
    const ask = async (email: string, address: string) => {
      const visitor = browser();
      await visitor.get("/sign-in");
      statements();
      const sent = await visitor.post("/sign-in/email", { email }, { "x-forwarded-for": address });
      const count = statements();
      const next = await visitor.get(locationOf(sent) ?? "");
      return {
        status: sent.status,
        headers: Object.fromEntries(sent.headers),
        body: sent.text,
        next: next.text,
        count,
      };
    };
    const known = await ask("ann@example.org", "192.0.2.1");
    const unknown = await ask("nobody@example.org", "192.0.2.2");
    assert.deepEqual(known, unknown);
    assert.equal(known.status, 303);
    assert.ok(known.count >= 3, `${known.count} statements were counted`);
    assert.match(known.next, /If we know this address/);
  });
});

test("links that are used, too old, guessed or nonsense lead to one and the same page", async () => {
  await inWorld({}, async (world) => {
    const { browser, person } = world;
    await person("ann");
    const made = await inTransaction(world.db, (transaction) =>
      inviteByEmail(transaction, world.tools, { personId: "ann", email: "ann@example.org", madeBy: null, now: NOW }),
    );
    const path = made.path ?? "";
    const plain = ({ status, text }: Sent) => `${status} ${text.replaceAll(/name="_token" value="[^"]+"/g, "")}`;
    const first = browser();
    await first.get(path);
    await first.post(path, {});
    const used = plain(await browser().get(path));
    const guessed = plain(await browser().get(`${path.slice(0, -4)}AAAA`));
    const nonsense = plain(await browser().get("/sign-in/link/nonsense"));
    assert.equal(used, guessed);
    assert.equal(used, nonsense);
    assert.match(used, /^404 /);
    assert.match(used, /Ask for a new one/);
    assert.doesNotMatch(used, /Name of ann/);
  });
});

test("a session that was planted or changed is worth nothing, and signing in gives a new one", async () => {
  await inWorld({}, async (world) => {
    const { browser, person, db } = world;
    await person("ann");
    const attacker = browser();
    await attacker.get("/sign-in");
    const planted = attacker.cookies.get("handrail") ?? "";
    const victim = browser();
    victim.cookies.set("handrail", planted);
    await byLink(world, victim, "ann");
    const own = victim.cookies.get("handrail") ?? "";
    assert.notEqual(own, planted);
    assert.match((await victim.get("/me/sign-in")).text, /How you sign in/);
    attacker.cookies.set("handrail", planted);
    assert.equal((await attacker.get("/me/sign-in")).status, 303, "the planted cookie signs nobody in");

    for (const changed of [
      own.replace(/^[^.]+/, Buffer.from("bob").toString("base64url")),
      `${own.slice(0, -1)}${own.endsWith("A") ? "B" : "A"}`,
      own.slice(0, -2),
      `${own}.x`,
      "anonymous.aaaaaaaaaaaaaaaaaaaaaaaa.1770000000000.bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb",
      "%00",
      "x".repeat(50_000),
    ]) {
      attacker.cookies.set("handrail", changed);
      assert.equal((await attacker.get("/me/sign-in")).status, 303, changed.slice(0, 60));
    }
    attacker.cookies.set("handrail", own);
    assert.equal((await attacker.get("/me/sign-in")).status, 200, "the right one does");
    assert.equal(await revokeSessions(db, "ann", NOW), 1);
    assert.equal((await attacker.get("/me/sign-in")).status, 303, "and the next click after it was revoked does not");
  });
});

test("over https the cookie is bound to this host and to https, and is never readable by a script", async () => {
  await inWorld({ secure: true, origin: () => "https://handrail.example" }, async ({ browser }) => {
    const sent = await browser().get("/sign-in");
    const [cookie = ""] = sent.headers.getSetCookie();
    assert.match(cookie, /^__Host-handrail=anonymous\.[^;]+; Path=\/; HttpOnly; SameSite=Lax; Secure$/);
    assert.match(sent.headers.get("content-security-policy") ?? "", /script-src 'self';/);
    assert.doesNotMatch(sent.text, /<script(?![^>]*\bsrc=)/, "no script stands in the page");
  });
});

test("a form without its token, or from another site, is refused", async () => {
  await inWorld({}, async ({ browser }) => {
    const visitor = browser();
    await visitor.get("/sign-in");
    assert.equal((await visitor.post("/sign-in/email", { email: "a@example.org", _token: "x.y" })).status, 403);
    const elsewhere = { "sec-fetch-site": "cross-site" };
    assert.equal((await visitor.post("/sign-in/email", { email: "a@example.org" }, elsewhere)).status, 403);
  });
});

test("a passkey's name of ten megabytes is refused at the door, and one that cannot be seen by the form", async () => {
  await inWorld({}, async (world) => {
    await world.person("ann");
    const visitor = world.browser();
    await byLink(world, visitor, "ann");
    await visitor.get("/sign-in/add");
    const big = await visitor.post("/sign-in/add", { name: "x".repeat(10_000_000), response: "{}" });
    assert.equal(big.status, 413);
    const hidden = await visitor.post("/sign-in/add", { name: "My\u202Eenohp", response: "{}" });
    assert.equal(hidden.status, 422);
    assert.match(hidden.text, /signs in it that cannot be seen/);
    const empty = await visitor.post("/sign-in/add", { name: "My phone", response: "not json" });
    assert.match(empty.text, /could not be added/);
  });
});

test("removing a passkey needs a fresh proof, and so does signing out somewhere else; signing out here does not", async () => {
  await inWorld({}, async (world) => {
    const { browser, person } = world;
    await person("ann");
    const visitor = browser();
    await byLink(world, visitor, "ann");
    const { passkey, sent } = await addPasskey(visitor, "ann");
    assert.equal(locationOf(sent), "/me/sign-in?done=added");
    await visitor.get("/me/sign-in");
    const asked = await visitor.post("/me/sign-in/passkeys/remove", { passkey: passkey.id });
    assert.equal(locationOf(asked), "/sign-in/again?next=%2Fme%2Fsign-in");
    const library = browser();
    await byLink(world, library, "ann");
    await visitor.get("/me/sign-in");
    const ended = await visitor.post("/me/sign-in/sessions/end", { session: "others" });
    assert.equal(locationOf(ended), "/sign-in/again?next=%2Fme%2Fsign-in");
    assert.equal((await library.get("/me/sign-in")).status, 200, "the others are still there");
    await visitor.get("/sign-in/again?next=/me/sign-in");
    const before = visitor.cookies.get("handrail");
    const options = JSON.parse((await visitor.post("/sign-in/again/challenge", {})).text) as object;
    const proof = { response: JSON.stringify(passkey.get(options)), next: "/me/sign-in" };
    assert.equal(locationOf(await visitor.post("/sign-in/again", proof)), "/me/sign-in");
    assert.notEqual(visitor.cookies.get("handrail"), before, "a new session with the proof");
    await visitor.get("/me/sign-in");
    const now = await visitor.post("/me/sign-in/sessions/end", { session: "others" });
    assert.equal(locationOf(now), "/me/sign-in?done=ended");
    assert.equal((await library.get("/me/sign-in")).status, 303);
    await visitor.get("/me/sign-in");
    assert.equal(
      locationOf(await visitor.post("/me/sign-in/passkeys/remove", { passkey: passkey.id })),
      "/me/sign-in?done=removed",
    );
    assert.match((await visitor.get("/me/sign-in")).text, /You have no passkey yet/);
    await visitor.get("/sign-out");
    const out = await visitor.post("/sign-out", {});
    assert.equal(locationOf(out), "/sign-in");
    assert.equal(out.headers.get("clear-site-data"), '"cache", "storage"');
  });
});

test("each sign-in that fails is a line of the log, with the way and the address and nothing that says who", async () => {
  await inWorld({}, async ({ browser, person, lines }) => {
    await person("ann");
    const visitor = browser();
    const from = { "x-forwarded-for": "192.0.2.7" };
    const said = () => lines.splice(0).map((line) => line.replace(/^\S+ /, ""));
    await visitor.get("/sign-in");
    await visitor.post("/sign-in/passkey", { response: "{}" }, from);
    assert.deepEqual(said(), ["failed sign-in passkey from 192.0.2.7"]);
    const token = `${Buffer.from("ann").toString("base64url")}.id.${"s".repeat(43)}`;
    await visitor.get(`/sign-in/link/${token}`, from);
    await visitor.post(`/sign-in/link/${token}`, {}, from);
    assert.deepEqual(said(), ["failed sign-in link from 192.0.2.7", "failed sign-in link from 192.0.2.7"]);
    for (let count = 0; count < 10; count += 1) await visitor.post("/code", { code: "7K3M-9XQ2" }, from);
    assert.deepEqual(new Set(said()), new Set(["failed sign-in code from 192.0.2.7"]));
    assert.equal((await visitor.post("/code", { code: "7K3M-9XQ2" }, from)).status, 429);
    assert.deepEqual(said(), ["failed sign-in code from 192.0.2.7, shut out"]);
    for (let count = 0; count < 11; count += 1)
      await visitor.post("/sign-in/email", { email: "ann@example.org" }, from);
    assert.deepEqual(said(), ["failed sign-in request for a link from 192.0.2.7, shut out"]);
  });
});

test("whoever came in by a link and is then given a post works only once they come in by passkey", async () => {
  await inWorld({}, async (world) => {
    const { browser, person, db, tools } = world;
    await person("femi");
    await person("ann");
    const visitor = browser();
    await byLink(world, visitor, "femi");
    await givePost(
      { db, projections: projections() },
      "femi",
      { role: "identity-officer" },
      { recordedBy: "x", now: NOW },
    );
    assert.equal(await tools.hasPost("femi", NOW), true);
    assert.equal((await visitor.get("/people/ann/sign-in-help")).status, 403, "the same session, the post is there");
    await addPasskey(visitor, "femi");
    assert.equal((await visitor.get("/people/ann/sign-in-help")).status, 200, "with a passkey it opens");
  });
});

test("a code for a colleague lets them add a passkey and nothing else, also when their post has ended since", async () => {
  await inWorld({}, async ({ browser, person, db, tools }) => {
    await person("ann");
    const people = { db, projections: projections() };
    const [before, later] = [NOW.subtract({ minutes: 10 }), NOW.subtract({ minutes: 1 })];
    const post = { role: "publisher", post: "ann-publisher" } as const;
    await givePost(people, "ann", post, { recordedBy: "femi", now: before });
    const help = { personId: "ann", helper: "femi", now: NOW.subtract({ minutes: 5 }) };
    const { code } = await helpInPerson(tools, help);
    const by = { id: "e-1", recordedBy: "femi", now: later };
    await recordPeople(people, [newPeopleFact("post-ended", "ann", { post: "ann-publisher" }, by)], later);
    assert.equal(await tools.hasPost("ann", NOW), false);
    const visitor = browser();
    await visitor.get("/code");
    assert.equal(locationOf(await visitor.post("/code", { code: code ?? "" })), "/sign-in/add");
    assert.equal((await visitor.get("/me/sign-in")).status, 303, "not signed in");
  });
});

test("in a session that staff helped to begin somebody is themselves alone, and the log of looks names both", async () => {
  await inWorld({}, async (world) => {
    const { browser, person, db, tools } = world;
    for (const id of ["gwen", "mia", "amara"]) await person(id);
    const bond = { bond: "guardian", holder: "gwen", holder_kind: "person", evidence: "own-word" } as const;
    const guardian = newPeopleFact(
      "relationship-started",
      "mia",
      { relationship: "r-1", ...bond },
      { id: "r-1", recordedBy: "rhiannon", now: NOW },
    );
    await recordPeople({ db, projections: projections() }, [guardian], NOW);
    const alone = browser();
    await byLink(world, alone, "gwen");
    assert.equal((await alone.get("/people/mia/looks")).status, 200, "by a link she acts for her child");
    const { code } = await helpInPerson(tools, { personId: "gwen", helper: "amara", now: NOW });
    const counter = browser();
    await counter.get("/code");
    assert.equal(locationOf(await counter.post("/code", { code: code ?? "" })), "/sign-in/add");
    assert.equal((await counter.get("/people/mia/looks")).status, 403);
    assert.equal((await counter.get("/people/gwen/looks")).status, 200);
    const looks = await db.selectFrom("access_log").select(["subject_id", "seen_by", "reasons"]).execute();
    const helped = looks.filter(({ reasons }) => reasons.some(({ through }) => through === "amara"));
    const pairs = new Set(helped.map((each) => `${each.seen_by} at ${each.subject_id}`));
    assert.deepEqual(pairs, new Set(["gwen at mia", "gwen at gwen"]));
    assert.ok(looks.length > helped.length, "and her own looks without help name nobody else");
  });
});

test("a page that was asked for before signing in comes after it, and a place elsewhere never does", async () => {
  await inWorld({}, async (world) => {
    const { browser, person } = world;
    await person("ann");
    const visitor = browser();
    await byLink(world, visitor, "ann");
    const { passkey } = await addPasskey(visitor, "ann");
    for (const [next, to] of [
      ["/worklist?page=2", "/worklist?page=2"],
      ["//evil.example", "/me"],
      ["https://evil.example", "/me"],
      ["/\\evil.example", "/me"],
    ] as const) {
      const again = browser();
      await again.get(`/sign-in?${new URLSearchParams({ next })}`);
      const options = JSON.parse((await again.post("/sign-in/challenge", {})).text) as object;
      const sent = await again.post("/sign-in/passkey", { response: JSON.stringify(passkey.get(options)), next });
      assert.equal(locationOf(sent), to);
    }
  });
});

test("in a real installation nobody can be chosen; in the demonstration one press is enough", async () => {
  await inWorld({}, async ({ browser, person }) => {
    await person("ann");
    const visitor = browser();
    const page = await visitor.get("/sign-in");
    assert.doesNotMatch(page.text, /Ann Okafor|demonstration/i);
    assert.equal((await visitor.post("/sign-in/demonstration", { person: "ann" })).status, 404);
    const old = await visitor.get("/personas");
    assert.deepEqual([old.status, locationOf(old)], [301, "/sign-in"]);
  });
  await inWorld({ kind: "demonstration" }, async ({ browser, person }) => {
    await person("ann");
    const visitor = browser();
    assert.match((await visitor.get("/sign-in")).text, /invented people[^]*Ann Okafor[^]*How real people sign in/);
    assert.equal(locationOf(await visitor.post("/sign-in/demonstration", { person: "ann" })), "/me");
    assert.equal((await visitor.get("/me/sign-in")).status, 200);
    assert.match((await visitor.get("/sign-in/again?next=/me/sign-in")).text, /need not show a passkey/);
    const again = await visitor.post("/sign-in/demonstration/again", { next: "/me/sign-in" });
    assert.equal(locationOf(again), "/me/sign-in");
    const { passkey } = await addPasskey(visitor, "ann");
    const byPasskey = browser();
    await byPasskey.get("/sign-in");
    const options = JSON.parse((await byPasskey.post("/sign-in/challenge", {})).text) as object;
    await byPasskey.post("/sign-in/passkey", { response: JSON.stringify(passkey.get(options)) });
    assert.match((await byPasskey.get("/me/sign-in")).text, /By passkey/, "the real ways work there too");
    await byPasskey.get("/sign-in/again");
    assert.equal(locationOf(await byPasskey.post("/sign-in/demonstration/again", {})), "/sign-in");
    const nobody = browser();
    await nobody.get("/sign-in");
    assert.equal(locationOf(await nobody.post("/sign-in/demonstration", { person: "the-administrator" })), "/sign-in");
    assert.equal((await nobody.get("/me/sign-in")).status, 303);
  });
});

test("front-line staff cannot make a way in for a colleague, nor for themselves; an administrator can for staff alone", async () => {
  await inWorld({}, async (world) => {
    const { browser, person, tools, db } = world;
    for (const id of ["ann", "amara", "femi"]) await person(id);
    const people = { db, projections: projections() };
    const by = { recordedBy: "handrail", now: NOW };
    await givePost(people, "femi", { role: "administrator" }, by);
    await givePost(people, "amara", { role: "front-line", organisation: "northshore-general" }, by);
    const femi = browser();
    const made = await inTransaction(db, (transaction) =>
      inviteByEmail(transaction, tools, { personId: "femi", email: "femi@example.org", madeBy: null, now: NOW }),
    );
    await femi.get(made.path ?? "");
    await femi.post(made.path ?? "", {});
    assert.equal((await femi.get("/me/sign-in")).status, 303, "by a link somebody with a post only adds a passkey");
    const { passkey } = await addPasskey(femi, "femi");
    assert.equal(
      locationOf(await femi.get("/staff/amara/sign-in-help")),
      "/sign-in/again?next=%2Fstaff%2Famara%2Fsign-in-help",
    );
    await femi.get("/sign-in/again");
    const options = JSON.parse((await femi.post("/sign-in/again/challenge", {})).text) as object;
    await femi.post("/sign-in/again", { response: JSON.stringify(passkey.get(options)) });
    await femi.get("/staff/amara/sign-in-help");
    const given = await femi.post("/staff/amara/sign-in-help", { way: "in-person" });
    const code = /[0-9A-Z]{4}-[0-9A-Z]{4}/.exec(given.text)?.[0] ?? "";
    assert.match(given.text, /Their code/);
    assert.equal((await femi.post("/staff/ann/sign-in-help", { way: "in-person" })).status, 422, "ann has no post");
    assert.equal((await femi.post("/staff/femi/sign-in-help", { way: "in-person" })).status, 422, "nor for oneself");

    const amara = browser();
    await amara.get("/code");
    assert.equal(locationOf(await amara.post("/code", { code })), "/sign-in/add");
    const added = await addPasskey(amara, "amara");
    assert.equal(locationOf(added.sent), "/me/sign-in?done=added");
    assert.equal((await amara.get("/people/femi/sign-in-help")).status, 403);
    assert.equal((await amara.get("/people/amara/sign-in-help")).status, 403);
    assert.equal((await amara.get("/staff/femi/sign-in-help")).status, 403);

    await person("rhiannon");
    await givePost(people, "rhiannon", { role: "identity-officer" }, by);
    const rhiannon = browser();
    await byLink(world, rhiannon, "rhiannon");
    await addPasskey(rhiannon, "rhiannon");
    await rhiannon.get("/people/ann/sign-in-help");
    assert.match((await rhiannon.post("/people/ann/sign-in-help", { way: "in-person" })).text, /Their code/);
    for (const colleague of ["amara", "femi"]) {
      const refused = await rhiannon.post(`/people/${colleague}/sign-in-help`, { way: "in-person" });
      assert.match(refused.text, /Only an administrator gives a member of staff a way in/);
    }
    const ann = browser();
    await byLink(world, ann, "ann");
    assert.equal((await ann.get("/people/ann/sign-in-help")).status, 403, "nobody makes a code for themselves");
  });
});

test("the first administrator says who they are, adds a passkey, and has the post", async () => {
  await inWorld({}, async ({ browser, tools }) => {
    const link = await makeAdministratorLink(tools, NOW);
    const path = link.slice(origin.length);
    const visitor = browser();
    assert.match((await visitor.get(path)).text, /Become the first administrator/);
    const empty = await visitor.post(path, { name: "", email: "nowhere" });
    assert.equal(empty.status, 422);
    assert.match(empty.text, /Enter your name/);
    for (const name of ["12345", "Ann\u202Eafor", "A\u200Bnn"])
      assert.equal((await visitor.post(path, { name, email: "femi@example.org" })).status, 422, JSON.stringify(name));
    assert.equal(
      locationOf(await visitor.post(path, { name: "Femi Adeyemi", email: "femi@example.org" })),
      "/sign-in/add",
    );
    assert.equal((await visitor.get("/me/sign-in")).status, 303, "not before the passkey");
    const personId = await idOf(visitor);
    const { sent } = await addPasskey(visitor, personId);
    assert.equal(locationOf(sent), "/me/sign-in?done=added");
    assert.equal(await tools.hasPost(personId, NOW), true);
    assert.match((await visitor.get("/me/sign-in")).text, /Femi Adeyemi/);
  });
});

async function idOf(visitor: Browser): Promise<string> {
  await visitor.get("/sign-in/add");
  const options = JSON.parse((await visitor.post("/sign-in/add/challenge", {})).text) as { user: { id: string } };
  return Buffer.from(options.user.id, "base64url").toString();
}

/** Providers send people back to https alone. */
const PROVIDED = "https://handrail.example";
let provider: TestProvider;
before(async () => {
  provider = await startTestProvider({ redirectUri: `${PROVIDED}/sign-in/return/one-login` });
});
after(() => provider.close());

test("a first sign-in by One Login is asked who it is and then for a code; the second leads straight in", async () => {
  provider.reset();
  const oneLogin = openProvider({
    profile: "one-login",
    title: "GOV.UK One Login",
    issuer: provider.issuer,
    clientId: CLIENT_ID,
    credentials: { kind: "private-key", pem: provider.clientKey, keyId: null },
    idTokenAlgorithm: "ES256",
    coreIdentity: {
      issuer: provider.identityIssuer,
      controller: provider.controller,
      confidence: ["P1", "P2", "P3"],
      returnCodes: false,
    },
  });
  await inWorld(
    { origin: () => PROVIDED, providers: [{ provider: oneLogin, minimumLevel: "P2" }] },
    async ({ browser, person, tools, lines }) => {
      await person("ann");
      const visitor = browser();
      const there = async (path: string, headers: Record<string, string> = {}) => {
        const away = await visitor.get(path, headers);
        assert.equal(away.status, 303, away.text);
        const back = await provider.visit(new URL(locationOf(away) ?? ""));
        return await visitor.get(back.pathname + back.search);
      };
      assert.match((await visitor.get("/sign-in")).text, /Sign in with GOV\.UK One Login/);
      const asked = await there("/sign-in/with/one-login?next=/worklist");
      const askFurther = "/sign-in/with/one-login?next=%2Fworklist";
      assert.equal(locationOf(asked), askFurther, `${asked.text} ${lines.join(" ")}`);
      const further = visitor.cookies.get("handrail-further") ?? "";
      assert.match(further, /^ey/);
      const impatient = browser();
      impatient.cookies.set("handrail-joining", further);
      assert.equal(locationOf(await impatient.get("/sign-in/join")), "/sign-in", "who they are is yet to be shown");
      // Browsers call a step that a provider began cross-site, whoever's page it leads to.
      const shown = await there(askFurther, { "sec-fetch-site": "cross-site" });
      assert.equal(visitor.cookies.has("handrail-further"), false, "once");
      assert.equal(locationOf(shown), "/sign-in/join", lines.join(" "));
      assert.match((await visitor.get("/sign-in/join")).text, /We never guess by a name/);
      assert.equal((await visitor.post("/sign-in/join", { code: "0000-0000" })).status, 422);
      assert.match(lines.at(-1) ?? "", /^\S+ failed sign-in code from unknown$/);
      const { code } = await helpInPerson(tools, { personId: "ann", helper: "rhiannon", now: NOW });
      assert.equal(locationOf(await visitor.post("/sign-in/join", { code: code ?? "" })), "/me/sign-in");
      assert.equal((await visitor.get("/me/sign-in")).status, 200);

      visitor.cookies.clear();
      assert.equal(locationOf(await there("/sign-in/with/one-login?next=/worklist")), "/worklist");
      assert.match((await visitor.get("/me/sign-in")).text, /By another sign-in/);

      visitor.cookies.clear();
      const away = await visitor.get("/sign-in/with/one-login");
      const back = await provider.visit(new URL(locationOf(away) ?? ""));
      const stranger = browser();
      assert.equal(
        (await stranger.get(back.pathname + back.search)).status,
        422,
        "an answer that another browser asked for",
      );
      for (const path of ["/sign-in/with/one-login", "/sign-in/with/one-login?level=shown"])
        assert.equal(locationOf(await browser().get(path, { "sec-fetch-site": "cross-site" })), "/sign-in");
      provider.behaviour.confidence = undefined;
      provider.behaviour.authorise = "ACCESS_DENIED";
      assert.match((await there("/sign-in/with/one-login")).text, /You stopped on the way/);
    },
  );
});
