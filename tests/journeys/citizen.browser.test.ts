import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { after, before, test } from "node:test";
import { personIds } from "../../seeds/standing.ts";
import { storyIds } from "../../seeds/stories.ts";
import { openDemonstration, type Demonstration } from "../browser/demonstration.ts";
import { follow } from "../browser/harness.ts";

let site: Demonstration;
before(async () => {
  site = await openDemonstration();
});
after(() => site.close());

const ines = `/people/${storyIds.ines}`;

test("a citizen opens her promises and reads what is promised by when, how much time was used, and what was not counted", async () => {
  const page = await site.openAs("ines");
  await page.goto(site.url);
  await follow(page.getByRole("button", { name: "See your promises, Ines Marchetti" }));
  assert.equal(new URL(page.url()).pathname, ines);
  // 90 days after 10 January 2025, and twelve more that are not counted.
  const card = page.locator(".hr-promise").first();
  assert.equal(
    await card.getByRole("heading").innerText(),
    "We promise you a visit to a specialist by Tuesday 22 April 2025",
  );
  assert.match(
    await card.innerText(),
    /On time so far[\s\S]*Your legal right: within 90 days of 10 January 2025\. 49 days used\. 12 days not counted\./,
  );
  assert.match(
    (await card.locator(".hr-rail__wide").getAttribute("aria-label")) ?? "",
    /is not counted.*The promise falls due on Tuesday 22 April 2025\.$/,
  );
  await page.context().close();
});

test("a citizen asks why it is this date and is given the steps, each with its paragraph of law", async () => {
  const page = await site.openAs("ines");
  await page.goto(site.url + ines);
  const details = page.locator(".hr-promise").first().locator("details");
  assert.equal(await details.locator("ol").isVisible(), false);
  await page.getByText("Why Tuesday 22 April 2025?").click();
  const steps = await details.getByRole("listitem").allInnerTexts();
  assert.ok(steps.length >= 4, `only ${steps.length} steps`);
  assert.match(steps[0] ?? "", /clock started on Friday 10 January 2025/);
  assert.match(steps.join("\n"), /The clock goes on\. 12 days not counted\./);
  assert.ok((await details.getByRole("link").count()) > 0, "no step leads to its law");
  assert.match((await details.getByRole("link").first().getAttribute("href")) ?? "", /^https:\/\//);
  await page.context().close();
});

test("a citizen takes the due date into her calendar, with a reminder and the way back", async () => {
  const page = await site.openAs("ines");
  await page.goto(site.url + ines);
  const [download] = await Promise.all([
    page.waitForEvent("download"),
    page.getByRole("link", { name: "Add these dates to your calendar" }).click(),
  ]);
  assert.equal(download.suggestedFilename(), "promises.ics");
  const text = (await readFile(await download.path(), "utf8")).replaceAll("\r\n ", "");
  assert.equal(text.match(/BEGIN:VEVENT/g)?.length, 1, "finished promises have no entry");
  assert.match(text, /DTSTART;VALUE=DATE:20250422/);
  assert.match(text, /SUMMARY:Specialist visit/);
  assert.match(text, /BEGIN:VALARM/);
  assert.ok(text.includes(ines), "the entry does not lead back to the page");
  await page.context().close();
});

test("a citizen finds whom to call, with the reference to say, and the way to have an entry corrected", async () => {
  const page = await site.openAs("ines");
  await page.goto(site.url + ines);
  const call = page.getByRole("button", { name: /^Call 01632/ }).first();
  assert.match((await call.getAttribute("href")) ?? "", /^tel:01632\d+$/);
  await follow(page.getByRole("link", { name: "Something here is wrong" }).first());
  assert.match(
    await page.locator("main").innerText(),
    /Hips and knees, Northshore General\s+01632 [\d ]+\s+Say this reference: story-ines-hip/,
  );
  assert.match(await page.locator("main").innerText(), /You have the right to have wrong data about you corrected/);
  await follow(page.getByRole("link", { name: "Back to your promises" }));
  assert.equal(new URL(page.url()).pathname, ines);
  await page.context().close();
});

test("a citizen whose promise is past due is told so first, and what she can ask for", async () => {
  const page = await site.openAs("tom");
  await page.goto(`${site.url}/people/${storyIds.tom}`);
  const card = page.locator(".hr-promise").first();
  assert.match(await card.innerText(), /^!?\s*17 days over\s+You should have had the start of your treatment by/);
  assert.match(
    await card.innerText(),
    /We have missed this promise\. You can ask the hospital or your integrated care board/,
  );
  await page.context().close();
});

test("a citizen is refused another's page, another's calendar and the worklist, and sees nothing of them", async () => {
  const page = await site.openAs("ines");
  for (const path of [
    `/people/${storyIds.tom}`,
    `/people/${storyIds.tom}/promises.ics`,
    `/people/${storyIds.tom}/wrong`,
    "/worklist",
    `${ines}/record?case=story-ines-hip`,
  ]) {
    const response = await page.goto(site.url + path);
    assert.equal(response?.status(), 403, path);
    const text = await page.locator("body").innerText();
    assert.match(text, /This is not open to you/, path);
    assert.doesNotMatch(text, /Tom Abiola|1944/, path);
  }
  await page.context().close();
});

test("a person nobody knows is answered like one who is somebody else's, and no record of a citizen can be written by herself", async () => {
  const staff = await site.openAs("siobhan");
  assert.equal((await staff.goto(`${site.url}/people/nobody-of-this-name`))?.status(), 403);
  assert.match(await staff.locator("main").innerText(), /This is not open to you/);
  await staff.context().close();
  const page = await site.openAs("ines");
  // A token of her own, from the picker's form, does not make her staff.
  await page.goto(`${site.url}/sign-in`);
  const token = await page.locator("input[name=_token]").first().inputValue();
  const answer = await page.request.post(`${site.url}${ines}/record`, {
    form: {
      _token: token,
      case: "story-ines-hip",
      type: "first-visit",
      id: "made-up",
      "occurred-day": "11",
      "occurred-month": "3",
      "occurred-year": "2025",
    },
  });
  assert.equal(answer.status(), 403);
  await page.context().close();
});

test("somebody who is not signed in is led to the picker, and from there to the page that was asked for", async () => {
  const page = await site.openAs(null);
  await page.goto(site.url + ines);
  assert.equal(new URL(page.url()).pathname, "/sign-in");
  await follow(page.getByRole("button", { name: "Choose Ines Marchetti" }));
  assert.equal(new URL(page.url()).pathname, ines);
  await follow(page.getByRole("link", { name: "Sign out" }));
  await follow(page.getByRole("button", { name: "Sign out" }));
  await page.goto(site.url + ines);
  assert.equal(new URL(page.url()).pathname, "/sign-in");
  await page.context().close();
});

test("every look at a person's page is written down with who looked and why, and so is every attempt that was refused", async () => {
  const page = await site.openAs("leon");
  const looks = async () =>
    await site.db
      .selectFrom("access_log")
      .select(["subject_id", "allowed", "purpose"])
      .where("seen_by", "=", personIds.leon)
      .orderBy("seen_at")
      .orderBy("batch_id")
      .execute();
  const before = (await looks()).length;
  await page.goto(`${site.url}/people/${storyIds.noah}`);
  await page.goto(`${site.url}/people/${storyIds.tom}`);
  const [seen, refused, ...more] = (await looks()).slice(before);
  assert.deepEqual(seen, { subject_id: storyIds.noah, allowed: true, purpose: "coordination" });
  assert.deepEqual([refused?.subject_id, refused?.allowed, more], [storyIds.tom, false, []]);
  await page.context().close();
});
