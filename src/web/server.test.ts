import assert from "node:assert/strict";
import { test } from "node:test";
import { z } from "zod";
import { decideByRole, type AuditEntry } from "./access.ts";
import { loadAssets } from "./assets.ts";
import { loadMessages } from "./messages.ts";
import { personaRoutes } from "./personas.ts";
import { createRenderer } from "./render.ts";
import { route, type Persona } from "./route.ts";
import { buildApp } from "./server.ts";
import { createSessions } from "./session.ts";
import { statementRoutes } from "./statements.ts";

const ines: Persona = {
  id: "ines",
  name: "Ines Marchetti",
  role: "citizen",
  subjectId: "person-1",
  about: "waits for a hip",
};
const amara: Persona = { id: "amara", name: "Amara Osei", role: "staff", subjectId: null, about: "booking office" };
const personas = [ines, amara];
const now = Temporal.Instant.from("2025-02-11T09:00:00Z");
const assets = loadAssets();
const t = loadMessages("en");
const render = createRenderer({ t, folders: {} });
const site = {
  bodyName: "Northshore",
  demonstration: true,
  secure: false,
  sourceUrl: "https://example.org/handrail",
  contact: { email: "help@example.org", telephone: "01632 960 000" },
};

function start() {
  const audit: AuditEntry[] = [];
  const log: string[] = [];
  const sessions = createSessions({
    key: new Uint8Array(32).fill(7),
    secure: false,
    findPersona: (id) => personas.find((each) => each.id === id) ?? null,
  });
  const person = z.object({ subjectId: z.string().regex(/^person-\d+$/) });
  const app = buildApp({
    routes: [
      ...personaRoutes({ sessions, personas }),
      ...statementRoutes(site),
      route({
        name: "test.person",
        method: "GET",
        path: "/people/:subjectId",
        access: { kind: "own-record-or-staff", subject: ({ params }) => params.subjectId },
        audit: { kind: "person", purpose: "direct care", subject: ({ params }) => params.subjectId },
        input: { params: person, query: z.object({ page: z.coerce.number().int().max(100).default(1) }) },
        handle: ({ input }) => Response.json({ subject: input.params.subjectId, page: input.query.page }),
      }),
      route({
        name: "test.list",
        method: "GET",
        path: "/list",
        access: { kind: "staff" },
        audit: { kind: "list", purpose: "worklist" },
        input: { query: z.object({ forget: z.string().optional() }) },
        handle: ({ input, shown }) => {
          if (input.query.forget === undefined) shown(["person-1", "person-2"]);
          return new Response("two people");
        },
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
    ],
    site,
    navigate: (persona) => [{ href: "/personas", text: persona?.name ?? "Choose a person" }],
    clock: { now: () => now },
    t,
    render,
    assets,
    sessions,
    decideAccess: decideByRole,
    writeAudit: (entry) => void audit.push(entry),
    log: (line) => void log.push(line),
  });
  const cookieOf = (id: string | null) => sessions.cookie(sessions.start(id, now)).split(";")[0] ?? "";
  const get = async (path: string, as: string | null = null) =>
    await app.request(path, as === null ? {} : { headers: { cookie: cookieOf(as) } });
  return { app, audit, log, sessions, get, cookieOf };
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
  const response = await get("/people/person-1?page=2", "ines");
  assert.equal(response.status, 200);
  assert.deepEqual(await response.json(), { subject: "person-1", page: 2 });
  assert.deepEqual(audit, [
    { at: now, persona: ines, route: "test.person", purpose: "direct care", subjectIds: ["person-1"] },
  ]);
});

test("nobody opens another person's record, and nothing is logged as seen", async () => {
  const { get, audit } = start();
  const response = await get("/people/person-2", "ines");
  assert.equal(response.status, 403);
  assert.match(await response.text(), /This is not open to you/);
  assert.deepEqual(audit, []);
});

test("a visitor who is nobody is asked who they are, and comes back to the page they wanted", async () => {
  const { get, app } = start();
  const response = await get("/people/person-1?page=2");
  assert.equal(response.status, 303);
  assert.equal(response.headers.get("location"), "/personas?next=%2Fpeople%2Fperson-1%3Fpage%3D2");

  const { cookie, token } = await openForm(app, "/personas");
  const chosen = await app.request(
    "/personas",
    form({ persona: "ines", next: "/people/person-1?page=2", _token: token }, { cookie }),
  );
  assert.equal(chosen.status, 303);
  assert.equal(chosen.headers.get("location"), "/people/person-1?page=2");
  const signedIn = chosen.headers.get("set-cookie")?.split(";")[0] ?? "";
  const page = await app.request("/people/person-1", { headers: { cookie: signedIn } });
  assert.equal(page.status, 200);
});

test("after choosing a person nobody is led to another site", async () => {
  const { app } = start();
  for (const next of [
    "https://evil.example",
    "//evil.example",
    "/\\evil.example",
    "/\t/evil.example",
    "javascript:alert(1)",
  ]) {
    const { cookie, token } = await openForm(app, "/personas");
    const response = await app.request("/personas", form({ persona: "ines", next, _token: token }, { cookie }));
    const location = response.headers.get("location") ?? "";
    assert.equal(
      new URL(location, "http://handrail.test").origin,
      "http://handrail.test",
      `${next} became ${location}`,
    );
  }
});

test("a form without the token of its own page is refused in words, and so is one from another site", async () => {
  const { app, cookieOf } = start();
  const { cookie, token } = await openForm(app, "/personas");
  const fields = { persona: "amara", next: "/" };
  const refused: [string, RequestInit][] = [
    ["no token", form(fields, { cookie })],
    ["another session's token", form({ ...fields, _token: token }, { cookie: cookieOf(null) })],
    ["no cookie", form({ ...fields, _token: token }, {})],
    ["from another site", form({ ...fields, _token: token }, { cookie, "sec-fetch-site": "cross-site" })],
    [
      "from another origin",
      form({ ...fields, _token: token }, { cookie, origin: "https://evil.example", host: "handrail.test" }),
    ],
  ];
  for (const [why, request] of refused) {
    const response = await app.request("/personas", request);
    assert.equal(response.status, 403, why);
    assert.match(await response.text(), /Nothing was changed/, why);
  }
  const good = await app.request(
    "/personas",
    form({ ...fields, _token: token }, { cookie, "sec-fetch-site": "same-origin" }),
  );
  assert.equal(good.status, 303);
});

test("a cookie that somebody has altered, or that is older than 12 hours, makes nobody of its holder", () => {
  const { sessions } = start();
  const cookie = sessions.cookie(sessions.start("ines", now)).split(";")[0] ?? "";
  const ask = (value: string) => new Request("http://handrail.test/", { headers: { cookie: value } });
  assert.equal(sessions.read(ask(cookie), now)?.personaId, "ines");
  assert.equal(sessions.read(ask(cookie), now.add({ hours: 12 }))?.personaId, "ines");
  assert.equal(sessions.read(ask(cookie), now.add({ hours: 12, seconds: 1 })), null);
  const signature = cookie.split(".").at(-1);
  const forged = Buffer.from(JSON.stringify(["x", now.toString(), "amara"])).toString("base64url");
  assert.equal(sessions.read(ask(`handrail-session=${forged}.${signature}`), now), null);
  assert.equal(sessions.read(ask("handrail-session=rubbish"), now), null);
});

test("an address that does not fit gets a page that names the field", async () => {
  const { get } = start();
  const response = await get("/people/person-1?page=1000", "ines");
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
  assert.equal((await get("/list", "ines")).status, 403);
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

test("a page that is not there, a wrong method and too large a body each get their own page", async () => {
  const { app, get } = start();
  assert.equal((await get("/nowhere")).status, 404);
  const wrong = await app.request("/people/person-1", { method: "POST", body: "x" });
  assert.equal(wrong.status, 405);
  assert.equal(wrong.headers.get("allow"), "GET, HEAD");
  const large = await app.request("/personas", {
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
    assert.doesNotMatch(policy, /unsafe/, path);
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
  assert.equal((await get("/cookies", "ines")).headers.get("cache-control"), "no-store");
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
        decideAccess: decideByRole,
        writeAudit: () => {},
        log: () => {},
      }),
    /Two routes have the name web\.accessibility/,
  );
});
