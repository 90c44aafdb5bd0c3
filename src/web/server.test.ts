import assert from "node:assert/strict";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { z } from "zod";
import { sessionsInMemory } from "../../tests/harness/sessions.ts";
import type { AuditEntry } from "./access.ts";
import { loadAssets } from "./assets.ts";
import { loadMessages } from "./messages.ts";
import { localPath } from "./answer.ts";
import { createRenderer } from "./render.ts";
import { route, type Visitor } from "./route.ts";
import { buildApp } from "./server.ts";
import { statementRoutes } from "./statements.ts";

const noActor = { posts: [], ties: new Map(), bans: new Map() };
const ines: Visitor = {
  personId: "person-1",
  name: "Ines Marchetti",
  actor: { ...noActor, personId: "person-1", selves: new Set(["person-1"]) },
};
const amara: Visitor = {
  personId: "amara",
  name: "Amara Osei",
  actor: {
    ...noActor,
    personId: "amara",
    selves: new Set(["amara"]),
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
    ],
  },
};
const visitors = new Map([ines, amara].map((visitor) => [visitor.personId, visitor]));
const now = Temporal.Instant.from("2025-02-11T09:00:00Z");
const assets = loadAssets();
const t = loadMessages("en");
const render = createRenderer({
  t,
  folders: { test: fileURLToPath(new URL("../../tests/harness/pages", import.meta.url)) },
});
const site = {
  bodyName: "Northshore",
  demonstration: true,
  secure: false,
  sourceUrl: "https://example.org/handrail",
  contact: { email: "help@example.org", telephone: "01632 960 000" },
};

/** Two people are known at the hospital; nobody else is anywhere. */
const doors = {
  findVisitor: async (personId: string) => visitors.get(personId) ?? null,
  findMachine: async () => null,
  findWhose: async (subjectId: string) => ({
    subjectId,
    places: ["person-1", "person-2"].includes(subjectId)
      ? [{ organisationId: "hospital", serviceId: null, areaCode: null }]
      : [],
  }),
};

function start(secure = false) {
  const audit: AuditEntry[] = [];
  const log: string[] = [];
  const sessions = sessionsInMemory();
  const person = z.object({ subjectId: z.string().regex(/^person-\d+$/) });
  const app = buildApp({
    routes: [
      ...statementRoutes(site),
      route({
        name: "test.person",
        method: "GET",
        path: "/people/:subjectId",
        access: { kind: "person", action: "view", what: "promises", subject: ({ params }) => params.subjectId },
        audit: { kind: "person", purpose: "direct care", subject: ({ params }) => params.subjectId },
        input: { params: person, query: z.object({ page: z.coerce.number().int().max(100).default(1) }) },
        handle: ({ input }) => Response.json({ subject: input.params.subjectId, page: input.query.page }),
      }),
      route({
        name: "test.list",
        method: "GET",
        path: "/list",
        access: { kind: "list", action: "view", what: "promises" },
        audit: { kind: "list", purpose: "worklist" },
        input: { query: z.object({ forget: z.string().optional() }) },
        handle: ({ input, shown }) => {
          if (input.query.forget === undefined) shown(["person-1", "person-2"]);
          return new Response("two people");
        },
      }),
      route({
        name: "test.form",
        method: "GET",
        path: "/form",
        access: { kind: "public" },
        audit: { kind: "none", why: "a test" },
        input: null,
        handle: ({ page }) => page("test/form.njk", { title: "A form" }),
      }),
      route({
        name: "test.form.send",
        method: "POST",
        path: "/form",
        access: { kind: "public" },
        audit: { kind: "none", why: "a test" },
        input: { form: z.object({ next: z.string() }) },
        handle: ({ input, redirect }) => redirect(input.form.ok ? (localPath(input.form.value.next) ?? "/") : "/form"),
      }),
      route({
        name: "test.sensitive",
        method: "GET",
        path: "/sensitive",
        access: { kind: "person", action: "change", what: "details", fresh: true, subject: () => "person-1" },
        audit: { kind: "person", purpose: "change how somebody is reached", subject: () => "person-1" },
        input: null,
        handle: () => new Response("changed"),
      }),
      route({
        name: "test.broken",
        method: "GET",
        path: "/broken",
        access: { kind: "public" },
        audit: { kind: "none", why: "a test" },
        input: null,
        handle: () => {
          throw new Error("the pipe burst");
        },
      }),
      route({
        name: "test.broken.link",
        method: "GET",
        path: "/broken/link/:token",
        access: { kind: "public" },
        audit: { kind: "none", why: "a test" },
        input: { params: z.object({ token: z.string() }) },
        handle: () => {
          throw new Error("two lines\r\n2025-02-11T09:00:00Z refused nobody");
        },
      }),
    ],
    site: { ...site, secure },
    navigate: (visitor) => [{ href: "/sign-in", text: visitor?.name ?? "Sign in" }],
    clock: { now: () => now },
    t,
    render,
    assets,
    sessions,
    ...doors,
    writeAudit: (entry) => void audit.push(entry),
    log: (line) => void log.push(line),
  });
  const cookieOf = async (id: string | null) =>
    sessions.cookie(id === null ? sessions.startAnonymous(now) : await sessions.signIn(id, now)).split(";")[0] ?? "";
  const get = async (path: string, as: string | null = null) =>
    await app.request(path, as === null ? {} : { headers: { cookie: await cookieOf(as) } });
  return { app, audit, log, sessions, get, cookieOf };
}

/** A page without the address that was asked for. */
function withoutPath(page: string): string {
  return page.replaceAll(/person-\d/g, "person");
}

/** Opens a page with a form and gives what a browser would send back with it. */
async function openForm(app: ReturnType<typeof start>["app"], path: string) {
  const response = await app.request(path);
  const cookie = response.headers.get("set-cookie")?.split(";")[0] ?? "";
  const token = /name="_token" value="([^"]+)"/.exec(await response.text())?.[1] ?? "";
  return { cookie, token };
}

function form(fields: Record<string, string>, headers: Record<string, string>) {
  return { method: "POST", body: new URLSearchParams(fields), headers };
}

test("a person opens their own record and the access log names them", async () => {
  const { get, audit } = start();
  const response = await get("/people/person-1?page=2", "person-1");
  assert.equal(response.status, 200);
  assert.deepEqual(await response.json(), { subject: "person-1", page: 2 });
  assert.deepEqual(audit, [
    {
      at: now,
      seenBy: "person-1",
      route: "test.person",
      purpose: "own",
      action: "view",
      what: "promises",
      allowed: true,
      reasons: [{ rule: "S1", through: null }],
      subjectIds: ["person-1"],
    },
  ]);
});

test("nobody opens another person's record, and the attempt is logged for that person", async () => {
  const { get, audit } = start();
  const response = await get("/people/person-2", "person-1");
  assert.equal(response.status, 403);
  assert.match(await response.text(), /This is not open to you/);
  assert.deepEqual(
    audit.map(({ allowed, subjectIds, seenBy, reasons }) => [allowed, subjectIds, seenBy, reasons]),
    [[false, ["person-2"], "person-1", [{ rule: "none", through: null }]]],
  );
});

test("what is known of nobody is refused in the same words as what is somebody else's", async () => {
  const { get } = start();
  const [other, nobody] = await Promise.all([get("/people/person-2", "person-1"), get("/people/person-9", "person-1")]);
  assert.equal(nobody.status, other.status);
  assert.equal(await nobody.text().then(withoutPath), await other.text().then(withoutPath));
});

test("a post opens the people of its own place and nobody else's", async () => {
  const { get } = start();
  assert.equal((await get("/people/person-2", "amara")).status, 200);
  assert.equal((await get("/people/person-9", "amara")).status, 403);
});

test("a sensitive act asks for a fresh proof first, and leads back", async () => {
  const { get, audit } = start();
  const response = await get("/sensitive", "person-1");
  assert.equal(response.status, 303);
  assert.equal(response.headers.get("location"), "/sign-in/again?next=%2Fsensitive");
  assert.deepEqual(audit, []);
});

test("a visitor who is nobody is led to sign in, and to the page they wanted", async () => {
  const { get } = start();
  const response = await get("/people/person-1?page=2");
  assert.equal(response.status, 303);
  assert.equal(response.headers.get("location"), "/sign-in?next=%2Fpeople%2Fperson-1%3Fpage%3D2");
});

test("an address to go on to never leads to another site", async () => {
  const { app } = start();
  for (const next of [
    "https://evil.example",
    "//evil.example",
    "/\\evil.example",
    "/\t/evil.example",
    "javascript:alert(1)",
    "/.//evil.example",
    "/x/..//evil.example",
    "/%2e//evil.example",
    "/.\\/evil.example",
  ]) {
    const { cookie, token } = await openForm(app, "/form");
    const response = await app.request("/form", form({ next, _token: token }, { cookie }));
    const location = response.headers.get("location") ?? "";
    assert.equal(
      new URL(location, "http://handrail.test").origin,
      "http://handrail.test",
      `${next} became ${location}`,
    );
  }
});

test("a form without the token of its own page is refused in words, and so is one from another site", async () => {
  const { app, cookieOf, log } = start();
  const { cookie, token } = await openForm(app, "/form");
  const fields = { next: "/" };
  const before = log.length;
  const refused: [string, RequestInit][] = [
    ["no token", form(fields, { cookie })],
    ["another session's token", form({ ...fields, _token: token }, { cookie: await cookieOf(null) })],
    ["no cookie", form({ ...fields, _token: token }, {})],
    ["from another site", form({ ...fields, _token: token }, { cookie, "sec-fetch-site": "cross-site" })],
    [
      "from another origin",
      form({ ...fields, _token: token }, { cookie, origin: "https://evil.example", host: "handrail.test" }),
    ],
  ];
  for (const [why, request] of refused) {
    const response = await app.request("/form", request);
    assert.equal(response.status, 403, why);
    assert.match(await response.text(), /Nothing was changed/, why);
  }
  assert.deepEqual(log.slice(before), [
    ...Array.from({ length: 3 }, () => `${now} refused test.form.send old form`),
    ...Array.from({ length: 2 }, () => `${now} refused test.form.send form of another site`),
  ]);
  const good = await app.request(
    "/form",
    form({ ...fields, _token: token }, { cookie, "sec-fetch-site": "same-origin" }),
  );
  assert.equal(good.status, 303);
});

test("an address that does not fit gets a page that names the field", async () => {
  const { get } = start();
  const response = await get("/people/person-1?page=1000", "person-1");
  assert.equal(response.status, 400);
  const text = await response.text();
  assert.match(text, /page must be 100 or less/);
  assert.match(text, /the field “page”/);
});

test("a list logs everyone it showed in one batch, and may not forget to say whom", async () => {
  const { get, audit, log } = start();
  assert.equal((await get("/list", "amara")).status, 200);
  assert.deepEqual(
    audit.map(({ subjectIds }) => subjectIds),
    [["person-1", "person-2"]],
  );
  assert.equal((await get("/list", "person-1")).status, 403);
  assert.equal((await get("/list?forget=1", "amara")).status, 500);
  assert.match(log.join("\n"), /test\.list shows a list of people and must say whom/);
});

test("what breaks on our side is logged under the number the visitor sees, and shows nothing of the inside", async () => {
  const { get, log } = start();
  const response = await get("/broken");
  assert.equal(response.status, 500);
  const text = await response.text();
  const reference = /hr-reference">([0-9A-F]{8})</.exec(text)?.[1];
  assert.ok(
    reference !== undefined && log[0]?.includes(`error ${reference} GET /broken`),
    log[0] ?? "nothing was logged",
  );
  assert.match(log[0] ?? "", /the pipe burst/);
  assert.doesNotMatch(text, /pipe burst|server\.test/);
});

test("the line of a failure holds the pattern of its address, not the secret in it, and no line of its own making", async () => {
  const { get, log } = start();
  assert.equal((await get("/broken/link/the-secret")).status, 500);
  const [first = "", second = "", third = ""] = (log[0] ?? "").split("\n");
  assert.match(first, / error [0-9A-F]{8} GET \/broken\/link\/:token$/);
  assert.equal(second, "Error: two lines 2025-02-11T09:00:00Z refused nobody");
  assert.match(third, /^ *at .*server\.test/);
  assert.doesNotMatch(log.join("\n"), /the-secret/);
});

test("what no text can hold is refused at the door, in words, before anybody is asked who they are", async () => {
  const { app, get } = start();
  for (const path of ["/people/person-1%00", "/people/person-1?page=1&x=%00", "/people/person-1?%00=1"]) {
    const response = await get(path);
    assert.equal(response.status, 400, path);
    assert.match(await response.text(), /a character that is not part of any writing/, path);
  }
  const { cookie, token } = await openForm(app, "/form");
  const fields = [{ next: "/\0" }, { next: "/", "\0": "x" }];
  for (const each of fields)
    assert.equal((await app.request("/form", form({ ...each, _token: token }, { cookie }))).status, 400);
});

test("a page that is not there, a wrong method and too large a body each get their own page", async () => {
  const { app, get } = start();
  assert.equal((await get("/nowhere")).status, 404);
  const wrong = await app.request("/people/person-1", { method: "POST", body: "x" });
  assert.equal(wrong.status, 405);
  assert.equal(wrong.headers.get("allow"), "GET, HEAD");
  const large = await app.request("/form", {
    method: "POST",
    body: "x".repeat(1_000_001),
    headers: { "content-type": "application/x-www-form-urlencoded", "content-length": "1000001" },
  });
  assert.equal(large.status, 413);
  assert.match(await large.text(), /too much at once/);
});

test("every answer carries the policy that forbids inline and foreign scripts and styles", async () => {
  const { get } = start();
  for (const path of ["/cookies", "/nowhere", "/broken", assets.stylesheet]) {
    const policy = (await get(path)).headers.get("content-security-policy") ?? "";
    assert.match(policy, /default-src 'none'/, path);
    assert.match(policy, /script-src 'self';/, path);
    assert.match(policy, /style-src 'self';/, path);
    assert.match(policy, /object-src 'none'/, path);
    assert.doesNotMatch(policy, /unsafe/, path);
  }
});

test("over https browsers are told to stay there for a year, on this host and below it", async () => {
  const header = async (secure: boolean) =>
    (await start(secure).get("/cookies")).headers.get("strict-transport-security");
  assert.equal(await header(true), "max-age=31536000; includeSubDomains");
  assert.equal(await header(false), null);
});

test("every design file says what it is, and text in which letters", async () => {
  const { get } = start();
  for (const path of assets.files.keys()) {
    const type = (await get(path)).headers.get("content-type") ?? "";
    assert.match(type, /^font\/woff2$|; charset=utf-8$/, path);
  }
});

test("a design file is kept for a year, comes compressed, and is not sent twice", async () => {
  const { app } = start();
  const ask = (headers: Record<string, string>) => app.request(assets.stylesheet, { headers });
  const plain = await ask({});
  assert.match(plain.headers.get("cache-control") ?? "", /immutable/);
  const packed = await ask({ "accept-encoding": "gzip, br" });
  assert.equal(packed.headers.get("content-encoding"), "br");
  assert.ok((await packed.arrayBuffer()).byteLength < (await plain.arrayBuffer()).byteLength / 4);
  const again = await ask({ "accept-encoding": "gzip, br", "if-none-match": packed.headers.get("etag") ?? "" });
  assert.equal(again.status, 304);
  assert.equal((await app.request("/assets/handrail-000000000000.css")).status, 404);
});

test("a page about a person stays in no cache", async () => {
  const { get } = start();
  assert.equal((await get("/cookies", "person-1")).headers.get("cache-control"), "no-store");
  assert.equal((await get("/cookies")).headers.get("cache-control"), "no-cache");
});

test("HEAD answers like GET without the body", async () => {
  const { app } = start();
  const response = await app.request("/cookies", { method: "HEAD" });
  assert.equal(response.status, 200);
  assert.equal(await response.text(), "");
});

test("two routes with one name or one address are refused at start", () => {
  const twice = statementRoutes(site);
  const { sessions } = start();
  assert.throws(
    () =>
      buildApp({
        routes: [...twice, ...twice],
        site,
        navigate: () => [],
        clock: { now: () => now },
        t,
        render,
        assets,
        sessions,
        ...doors,
        writeAudit: () => {},
        log: () => {},
      }),
    /Two routes have the name web\.accessibility/,
  );
});
