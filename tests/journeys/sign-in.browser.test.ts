/// <reference lib="dom" />
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import type { Page } from "playwright-core";
import { inTransaction } from "../../src/core/database/index.ts";
import { inviteByEmail } from "../../src/core/sign-in/index.ts";
import { follow } from "../browser/harness.ts";
import { giveAuthenticator, openRealSite, type RealSite } from "../browser/real-site.ts";

let site: RealSite;
before(async () => {
  site = await openRealSite();
});
after(() => site.close());

const heading = (page: Page) => page.getByRole("heading", { level: 1 }).innerText();
const path = (page: Page) => new URL(page.url()).pathname;

async function invite(personId: string, email: string): Promise<string> {
  await inTransaction(site.db, (transaction) =>
    inviteByEmail(transaction, site.tools, { personId, email, madeBy: null, now: site.now() }),
  );
  return await latestLink(personId);
}

async function latestLink(personId: string): Promise<string> {
  const link = (await site.messages(personId)).findLast(({ values }) => values["link"]?.includes("/sign-in/link/"));
  assert.ok(link?.values["link"], "a link was sent");
  return link.values["link"];
}

/** Presses a button whose script posts the form once the device has answered. */
async function press(page: Page, name: string): Promise<void> {
  await follow(page.getByRole("button", { name, exact: true }));
}

test("somebody enrols a passkey by a link, signs out, signs in with it, loses it, recovers by e-mail, and removes the old one", async () => {
  await site.person("ann", "Ann Okafor", "ann@example.org");
  const page = await site.browse();
  const phone = await giveAuthenticator(page);
  const link = await invite("ann", "ann@example.org");

  await page.goto(link);
  assert.match(await page.locator("main").innerText(), /This link is for Ann Okafor/);
  await press(page, "Continue");
  assert.equal(path(page), "/sign-in/add");
  await page.getByLabel("What do you want to call it?").fill("My phone");
  await press(page, "Add a passkey");
  assert.equal(path(page), "/me/sign-in");
  assert.match(await page.locator("main").innerText(), /Your passkey is added/);
  const [passkey] = await phone.credentials();
  assert.equal(Buffer.from(passkey?.userHandle ?? "", "base64").toString(), "ann", "the passkey says whose it is");

  await page.goto(`${site.url}/sign-out`);
  await press(page, "Sign out");
  assert.equal(await heading(page), "Sign in");
  assert.equal(
    (await site.db.selectFrom("sign_in_session").select("id").where("ended_at", "is", null).execute()).length,
    0,
  );

  await press(page, "Sign in with a passkey");
  await page.goto(`${site.url}/me/sign-in`);
  assert.match(await page.locator("main").innerText(), /My phone/);
});
