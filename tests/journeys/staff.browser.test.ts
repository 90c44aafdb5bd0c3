/// <reference lib="dom" />
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import type { Page } from "playwright-core";
import { storyIds } from "../../seeds/stories.ts";
import { openDemonstration, type Demonstration } from "../browser/demonstration.ts";
import { follow } from "../browser/harness.ts";

let site: Demonstration;
before(async () => {
  site = await openDemonstration();
});
after(() => site.close());

const tom = `/people/${storyIds.tom}`;
const facts = async (subjectId: string) =>
  (await site.db.selectFrom("fact").select("id").where("subject_id", "=", subjectId).execute()).length;

async function typeDate(page: Page, day: string, month: string, year: string): Promise<void> {
  await page.getByLabel("Day").fill(day);
  await page.getByLabel("Month").fill(month);
  await page.getByLabel("Year").fill(year);
}

test("a nurse filters the worklist, records a first visit, sees the clock answer at once, undoes it, and the clock runs again", async () => {
  const page = await site.openAs("amara");
  await page.goto(`${site.url}/worklist`);
  assert.match(await page.getByRole("heading", { level: 1 }).innerText(), /Who runs out next/);
  await page.getByLabel("Service").selectOption({ label: "Hips and knees, Northshore General" });
  await page.getByLabel("Promise").selectOption({ label: "The Swedish care guarantee: Specialist visit" });
  await follow(page.getByRole("button", { name: "Show" }));
  const row = page.getByRole("row").filter({ hasText: "Ines Marchetti" });
  assert.match(
    await row.innerText(),
    /Born\s4\sMay\s1951,\sNHS\snumber\s\d{3}\s\d{3}\s\d{4}/,
    "date of birth and number beside the name",
  );
  assert.match(await row.innerText(), /41 days left/);
  for (const other of await page.getByRole("row").all())
    assert.match(await other.innerText(), /Specialist visit|Person/);

  await follow(row.getByRole("link", { name: "Ines Marchetti" }));
  await follow(page.getByRole("link", { name: /^Record an event\s?: Hips and knees, Northshore General$/ }));
  await follow(page.getByRole("link", { name: "First visit" }));
  assert.match(await page.locator(".hr-who").innerText(), /Ines Marchetti\s+Born\s4\sMay\s1951/);
  await typeDate(page, "12", "3", "2025");
  await follow(page.getByRole("button", { name: "Record it" }));

  const notice = page.locator(".hr-notice");
  assert.match(await notice.innerText(), /Recorded: First visit, Wednesday 12 March 2025/);
  assert.match(await notice.innerText(), /Specialist visit: Kept/);
  assert.equal(await page.getByRole("heading", { name: /We promise you a visit to a specialist/ }).count(), 0);
  await page.goto(`${site.url}/worklist?service=northshore-general.hips-and-knees`);
  assert.equal(
    await page.getByRole("row").filter({ hasText: "Ines Marchetti" }).count(),
    0,
    "the worklist follows at once",
  );

  await page.goBack();
  await follow(page.getByRole("button", { name: "Undo" }));
  assert.match(
    await page.locator(".hr-notice").innerText(),
    /Taken back[\s\S]*Specialist visit: On time so far, due Tuesday 22 April 2025/,
  );
  assert.equal(
    await page
      .getByRole("heading", { name: "We promise you a visit to a specialist by Tuesday 22 April 2025" })
      .count(),
    1,
  );
  await page.context().close();
});

test("a clerk corrects an entry with a reason, and the page says what the earlier entry said", async () => {
  const page = await site.openAs("dilys");
  await page.goto(site.url + tom);
  await follow(page.getByRole("link", { name: /^Correct\s?: An appointment was cancelled, 19 Feb 2025$/ }));
  assert.match(await page.locator("main").innerText(), /The earlier one stays on record and no longer counts/);
  assert.equal(await page.getByLabel("The hospital").isChecked(), true, "the form begins with what stands");
  await page.getByLabel("Day").fill("20");
  await page.getByLabel("Why is it corrected?").fill("The letter was dated a day later");
  await follow(page.getByRole("button", { name: "Record it" }));
  const entry = page.locator(".hr-events__item").filter({ hasText: "An appointment was cancelled" });
  assert.equal(await entry.count(), 1, "the earlier entry no longer stands");
  assert.match(
    await entry.innerText(),
    /20 Feb 2025[\s\S]*Corrected on 12 March 2025; the earlier entry said 19 February 2025/,
  );
  const corrected = await site.db
    .selectFrom("fact")
    .select("reason")
    .where("subject_id", "=", storyIds.tom)
    .where("replaces", "is not", null)
    .execute();
  assert.deepEqual(
    corrected.map(({ reason }) => reason),
    ["The letter was dated a day later"],
  );
  await page.context().close();
});

test("a correction without a reason is sent back, and nothing is recorded", async () => {
  const page = await site.openAs("dilys");
  await page.goto(`${site.url}/people/${storyIds.gwenllian}`);
  const before = await facts(storyIds.gwenllian);
  await follow(page.getByRole("link", { name: /^Correct\s?: You agreed to the treatment/ }));
  await typeDate(page, "1", "12", "2024");
  await follow(page.getByRole("button", { name: "Record it" }));
  assert.match(await page.title(), /^Error:/);
  assert.match(await page.getByRole("alert").innerText(), /Say why the entry is corrected/);
  assert.equal(await facts(storyIds.gwenllian), before);
  await page.context().close();
});

test("an event that no promise of the case knows has no form, and an entry that is not of the case cannot be corrected", async () => {
  const page = await site.openAs("dilys");
  for (const query of ["type=launched", "type=appointment-cancelled&replaces=no-such-entry"])
    assert.equal((await page.goto(`${site.url}${tom}/record?case=story-tom-knee&${query}`))?.status(), 404, query);
  await page.context().close();
});

for (const [kind, date, message] of [
  ["an impossible date", "31 2 2025", /Enter a real date/],
  ["a date that has not come yet", "1 4 2025", /The day must be today or earlier/],
  ["no date", "  ", /date/i],
] as const) {
  test(`a clerk types ${kind}, is told what to write instead, and loses nothing that was typed`, async () => {
    const page = await site.openAs("dilys");
    const before = await facts(storyIds.tom);
    await page.goto(`${site.url}${tom}/record?case=story-tom-knee&type=appointment-cancelled`);
    const [day = "", month = "", year = ""] = date.split(" ");
    await typeDate(page, day, month, year);
    await page.getByLabel("The hospital").check();
    await follow(page.getByRole("button", { name: "Record it" }));
    assert.match(await page.title(), /^Error: Record: Appointment cancelled/);
    const link = page.getByRole("alert").getByRole("link");
    assert.match(await link.innerText(), message);
    await link.click();
    assert.equal(await page.evaluate(() => document.activeElement?.id), "occurred-day");
    assert.equal(await page.getByLabel("Day").inputValue(), day);
    assert.equal(await page.getByLabel("Year").inputValue(), year);
    assert.equal(await page.getByLabel("The hospital").isChecked(), true);
    assert.equal(await facts(storyIds.tom), before);
    await page.context().close();
  });
}

test("the same form sent twice records once", async () => {
  const page = await site.openAs("dilys");
  const before = await facts(storyIds.tom);
  await page.goto(`${site.url}${tom}/record?case=story-tom-knee&type=appointment-attended`);
  const form = await page
    .locator("main form")
    .evaluate((element) => [...new FormData(element as HTMLFormElement)].map(([name, value]) => [name, String(value)]));
  const filled = { ...Object.fromEntries(form), "occurred-day": "11", "occurred-month": "3", "occurred-year": "2025" };
  for (let time = 0; time < 2; time += 1) {
    const answer = await page.request.post(`${site.url}${tom}/record`, { form: filled, headers: { origin: site.url } });
    assert.equal(answer.status(), 200);
    assert.match(await answer.text(), /Recorded: Appointment attended/);
  }
  assert.equal(await facts(storyIds.tom), before + 1);
  await page.context().close();
});

test("two clerks record the same for one person: the second is told, loses nothing, and decides again", async () => {
  const first = await site.openAs("leon");
  const second = await site.openAs("leon");
  const address = `${site.url}/people/${storyIds.noah}/record?case=story-noah-plan`;
  await first.goto(`${address}&type=final-plan-issued`);
  await second.goto(`${address}&type=final-plan-issued`);
  for (const page of [first, second]) await typeDate(page, "11", "3", "2025");
  await follow(first.getByRole("button", { name: "Record it" }));
  assert.match(await first.locator(".hr-notice").innerText(), /Recorded: /);
  await follow(second.getByRole("button", { name: "Record it" }));
  assert.match(
    await second.locator(".govuk-error-summary").innerText(),
    /Somebody else recorded something for this person/,
  );
  assert.equal(await second.locator("#occurred-year").inputValue(), "2025");
  await follow(second.getByRole("button", { name: "Record it" }));
  assert.match(await second.locator(".hr-notice").innerText(), /Recorded: /);
  await first.context().close();
  await second.context().close();
});

test("the worklist is worked by keyboard alone: from the skip link through the filters to the first person", async () => {
  const page = await site.openAs("siobhan");
  await page.goto(`${site.url}/worklist`);
  await page.keyboard.press("Tab");
  await page.keyboard.press("Enter");
  assert.equal(await page.evaluate(() => location.hash), "#main-content");
  const reached: string[] = [];
  for (let press = 0; press < 20 && !reached.at(-1)?.startsWith("/people/"); press += 1) {
    await page.keyboard.press("Tab");
    reached.push(
      await page.evaluate(
        () =>
          document.activeElement?.getAttribute("href") ??
          document.activeElement?.getAttribute("name") ??
          document.activeElement?.tagName ??
          "",
      ),
    );
  }
  assert.deepEqual(
    reached.filter((stop) => ["service", "organisation", "promise", "state"].includes(stop)),
    ["service", "organisation", "promise", "state"],
  );
  assert.match(reached.at(-1) ?? "", /^\/people\//, reached.join(" "));
  await page.keyboard.press("Enter");
  await page.waitForURL(/\/people\//);
  assert.equal(await page.locator(".hr-promise, .hr-empty").first().isVisible(), true);
  await page.context().close();
});
