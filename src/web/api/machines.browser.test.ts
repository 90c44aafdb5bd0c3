/// <reference lib="dom" />
/** The pages about programs of other systems, as an administrator and an engineer see them. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { checkPage, follow, visit } from "../../../tests/browser/harness.ts";
import { withTestDatabase } from "../../../tests/harness/database.ts";
import { machineSite, sendFacts } from "../../../tests/harness/machines.ts";
import { putDirectory } from "../../core/directory/index.ts";
import { listMachines } from "../../core/machines/index.ts";
import type { PostRole } from "../../core/access/index.ts";
import type { Visitor } from "../route.ts";

const picturesIn = process.env["HANDRAIL_TEST_PICTURES"];
const pictures = picturesIn === undefined ? {} : { picturesIn };

function visitor(personId: string, role: PostRole): Visitor {
  const post = { id: "post", role, organisationId: null, serviceId: null, areaCodes: null, from: 0, until: null };
  return {
    personId,
    name: "Ada Admin",
    actor: { personId, posts: [post], ties: new Map(), bans: new Map(), selves: new Set([personId]) },
  };
}

const visitors = [visitor("ada", "administrator"), visitor("nadia", "front-line")];

test("an administrator adds a program, sees its secret once, it sends events, and is ended", async () => {
  await withTestDatabase(async (db) => {
    await putDirectory(db, {
      areas: [],
      services: [],
      organisations: [
        { id: "north", name: "North Council", kind: "council", areaCode: null, telephone: null, webAddress: null },
      ],
    });
    const site = machineSite(db, visitors);
    const open = await visit(site.app);
    try {
      const cookie = await site.cookieOf("ada");
      const [name = "", ...value] = cookie.split("=");
      assert.deepEqual(await checkPage(open, "/staff/machines", { cookie, ...pictures }), []);
      const context = await open.browser.newContext();
      await context.addCookies([{ name, value: value.join("="), url: open.url }]);
      const page = await context.newPage();
      await page.goto(`${open.url}/staff/machines`);
      await page.getByText("No program may come in").waitFor();

      await follow(page.getByRole("button", { name: "Add the program" }));
      assert.match(
        await page.getByRole("alert").innerText(),
        /Write the name.*Choose which organisation.*Choose what it may do/s,
      );
      await page.getByLabel("Name of the program").fill("Housing case system");
      await page.getByLabel("Which organisation").selectOption({ label: "North Council" });
      await page.getByLabel("Send events to the record").check();
      await follow(page.getByRole("button", { name: "Add the program" }));
      const id = await page.locator("[data-machine-id]").innerText();
      const secret = await page.locator("[data-machine-secret]").innerText();
      if (picturesIn !== undefined)
        await page.screenshot({ path: `${picturesIn}/machines-secret.png`, fullPage: true });
      await page.reload();
      assert.equal((await listMachines(db)).length, 1, "the form sent twice adds one");
      await page.goto(`${open.url}/staff/machines`);
      assert.ok(!(await page.content()).includes(secret), "the secret is shown once");

      const token = await site.tokenFor({ id, secret });
      const row = { case: "R-1", type: "referral-received", occurred: "2025-01-06" };
      assert.equal((await sendFacts(site, token, [row])).last.totals.appended, 1);

      await page.reload();
      assert.deepEqual(await checkPage(open, "/staff/machines", { cookie }), []);
      await follow(page.getByRole("link", { name: "End Housing case system" }));
      assert.deepEqual(await checkPage(open, new URL(page.url()).pathname, { cookie, ...pictures }), []);
      await follow(page.getByRole("button", { name: "End this program" }));
      assert.match(await page.locator("main").innerText(), /Housing case system may no longer come in.*Ended on/s);
      if (picturesIn !== undefined) await page.screenshot({ path: `${picturesIn}/machines-ended.png`, fullPage: true });
      assert.equal((await sendFacts(site, token, [row]).catch(() => null))?.status, 401);
    } finally {
      await open.close();
    }
    assert.deepEqual(site.failures, []);
  });
});

test("an administrator shows again that it is them before a secret is given out", async () => {
  await withTestDatabase(async (db) => {
    const site = machineSite(db, visitors);
    const cookie = await site.cookieOf("ada");
    assert.equal((await site.app.request("/staff/machines", { headers: { cookie } })).status, 200);
    site.time.now = site.time.now.add({ minutes: 10 });
    const later = await site.app.request("/staff/machines", { headers: { cookie } });
    assert.match(later.headers.get("location") ?? "", /^\/sign-in\/again\?next=%2Fstaff%2Fmachines/);
  });
});

test("nobody but an administrator opens the page or sends its forms", async () => {
  await withTestDatabase(async (db) => {
    const site = machineSite(db, visitors);
    const cookie = await site.cookieOf("nadia");
    for (const path of ["/staff/machines", "/staff/machines/x/end"]) {
      assert.equal((await site.app.request(path, { headers: { cookie } })).status, 403);
      assert.equal((await site.app.request(path)).status, 303, "nobody is led to sign in");
    }
    for (const path of ["/staff/machines", "/staff/machines/end"]) {
      const sent = await site.app.request(path, { method: "POST", headers: { cookie }, body: new URLSearchParams() });
      assert.equal(sent.status, 403);
    }
  });
});

test("the description for engineers can be read on every screen, with and without scripts", async () => {
  await withTestDatabase(async (db) => {
    const site = machineSite(db);
    const open = await visit(site.app);
    try {
      assert.deepEqual(await checkPage(open, "/api", pictures), []);
    } finally {
      await open.close();
    }
  });
});
