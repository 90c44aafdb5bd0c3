/// <reference lib="dom" />
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import type { Page } from "playwright-core";
import { inTransaction } from "../../src/core/database/index.ts";
import { helpInPerson, inviteByEmail, makeAdministratorLink } from "../../src/core/sign-in/index.ts";
import { checkPage, follow } from "../browser/harness.ts";
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
  assert.match(await page.locator("main").innerText(), /By passkey/);

  // The phone is gone: another browser, another device.
  const library = await site.browse();
  const tablet = await giveAuthenticator(library);
  await library.goto(`${site.url}/sign-in`);
  await library.getByLabel("Your e-mail address").fill("ann@example.org");
  await press(library, "Send me a link");
  assert.equal(await heading(library), "Look in your e-mail");
  assert.equal(await site.answerLinks(), 1);
  await library.goto(await latestLink("ann"));
  await press(library, "Continue");
  await library.getByLabel("What do you want to call it?").fill("My PHONE");
  await press(library, "Add a passkey");
  assert.match(await library.locator("main").innerText(), /a passkey whose name looks the same/);
  await library.getByLabel("What do you want to call it?").fill("My tablet");
  await press(library, "Add a passkey");
  assert.match(await library.locator("main").innerText(), /Did you lose an old one\?/);
  await press(library, "Remove My phone");
  assert.equal(await heading(library), "Show that it is still you");
  await press(library, "Use my passkey");
  await press(library, "Remove My phone");
  assert.match(await library.locator("main").innerText(), /The passkey is removed/);
  assert.equal(await library.getByRole("button", { name: "Sign out everywhere else" }).count(), 0, "the phone is out");
  assert.equal((await tablet.credentials()).length, 1);

  await page.goto(`${site.url}/me/sign-in`);
  assert.equal(await heading(page), "Sign in", "the lost phone is signed out");
  await press(page, "Sign in with a passkey");
  assert.match(await page.getByRole("alert").first().innerText(), /We could not sign you in/);
});

test("a passkey that was copied is stopped by the one of the two that comes second, and its owner is told", async () => {
  await site.person("bob", "Bob Lewis", "bob@example.org");
  const page = await site.browse();
  const phone = await giveAuthenticator(page);
  await page.goto(await invite("bob", "bob@example.org"));
  await press(page, "Continue");
  await press(page, "Add a passkey");
  const [stolen] = await phone.credentials();
  assert.ok(stolen);

  const elsewhere = await site.browse();
  const clone = await giveAuthenticator(elsewhere);
  await clone.add({ ...stolen, rpId: "localhost", signCount: stolen.signCount });
  const signIn = async (at: Page) => {
    await at.goto(`${site.url}/sign-out`);
    await at.goto(`${site.url}/sign-in`);
    await press(at, "Sign in with a passkey");
    return at.getByRole("heading", { name: "We could not sign you in" }).count();
  };
  assert.equal(await signIn(page), 0);
  assert.equal(await signIn(page), 0);
  assert.equal(await signIn(elsewhere), 1, "the copy counts from where it was taken");
  assert.equal(await signIn(page), 1, "and from then on neither works");
  assert.equal((await site.messages("bob")).at(-1)?.template, "sign-in.passkey-suspended");
});

test("without scripts somebody signs in by e-mail, and by a code that a member of staff made", async () => {
  await site.person("carys", "Carys Evans", "carys@example.org");
  const page = await site.browse({ javaScriptEnabled: false });
  await page.goto(`${site.url}/sign-in`);
  assert.equal(await page.getByRole("button", { name: "Sign in with a passkey" }).isVisible(), false);
  assert.match(await page.locator("main").innerText(), /Choose another way below/);
  await page.getByLabel("Your e-mail address").fill("not an address");
  await press(page, "Send me a link");
  assert.match(await page.locator("main").innerText(), /There is a problem[^]*Enter an e-mail address/);
  await page.getByLabel("Your e-mail address").fill("carys@example.org");
  await press(page, "Send me a link");
  await site.answerLinks();
  await page.goto(await latestLink("carys"));
  await press(page, "Continue");
  assert.match(await page.locator("main").innerText(), /Not now, go on without/);
  await page.goto(`${site.url}/me/sign-in`);
  assert.match(await page.locator("main").innerText(), /By a link from an e-mail/);

  await site.person("amara", "Amara Osei", null);
  const { code } = await helpInPerson(site.tools, { personId: "carys", helper: "amara", now: site.now() });
  const counter = await site.browse({ javaScriptEnabled: false });
  await counter.goto(`${site.url}/code`);
  await counter.getByLabel("Your code").fill("1234-5678");
  await press(counter, "Continue");
  assert.match(await counter.locator("main").innerText(), /This code does not work/);
  await counter.getByLabel("Your code").fill((code ?? "").toLowerCase());
  await press(counter, "Continue");
  assert.match(await counter.locator("main").innerText(), /Amara Osei is helping you/);
  await counter.goto(`${site.url}/me/sign-in`);
  assert.match(await counter.locator("main").innerText(), /With help from Amara Osei/);
  const told = (await site.messages("carys")).at(-1);
  assert.equal(told?.template, "sign-in.helped", "and she is told, wherever she is");
  await press(counter, "Sign out everywhere else");
  assert.match(await counter.locator("main").innerText(), /Signed out there/);
  await page.goto(`${site.url}/me/sign-in`);
  assert.equal(await heading(page), "Sign in");
});

test("the pages of signing in can be used by everybody: by keyboard, at 320 pixels, in the dark, without scripts", async () => {
  const pictures = process.env["HANDRAIL_TEST_PICTURES"];
  const options = pictures === undefined ? {} : { picturesIn: pictures };
  await site.person("dai", "Dai Rees", "dai@example.org");
  const link = new URL(await invite("dai", "dai@example.org")).pathname;
  const administrator = new URL(await makeAdministratorLink(site.tools, site.now())).pathname;
  for (const path of ["/sign-in", "/sign-in/sent", "/code", link, administrator])
    assert.deepEqual(await checkPage(site, path, options), [], path);
  const page = await site.browse();
  await giveAuthenticator(page);
  await page.goto(site.url + link);
  await press(page, "Continue");
  const cookieOf = async () => {
    const [cookie] = await page.context().cookies();
    return `${cookie?.name}=${cookie?.value}`;
  };
  assert.deepEqual(await checkPage(site, "/sign-in/add", { ...options, cookie: await cookieOf() }), []);
  await press(page, "Add a passkey");
  const cookie = await cookieOf();
  for (const path of ["/me/sign-in", "/sign-in/again", "/sign-out"])
    assert.deepEqual(await checkPage(site, path, { ...options, cookie }), [], path);
});
