import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { asLanguage, galleryApp } from "./gallery.ts";
import { checkPage, follow, load, visit, type Visit } from "./harness.ts";

let site: Visit;
before(async () => {
  site = await visit(galleryApp());
});
after(() => site.close());

/** `HANDRAIL_TEST_PICTURES=folder` keeps pictures of every page, to be looked at by eye. */
const pictures = process.env["HANDRAIL_TEST_PICTURES"];
const looking = pictures === undefined ? {} : { picturesIn: pictures };

for (const path of ["/", "/rails", "/worklist", "/worklist?state=none", "/event", "/accessibility", "/cookies"]) {
  test(`the page ${path} is open to everybody: axe, keyboard, 400 % zoom, dark, without scripts, under 100 kB`, async () => {
    assert.deepEqual(await checkPage(site, path, looking), []);
  });
}

test("a page with charts is open to everybody and breaks no content policy", async () => {
  assert.deepEqual(await checkPage(site, "/place", { ...looking, hasCharts: true }), []);
});

test("no label of a rail lies over another, at the narrowest and at the usual width", async () => {
  const page = await site.browser.newPage();
  for (const width of [769, 1280]) {
    await page.setViewportSize({ width, height: 900 });
    await page.goto(`${site.url}/rails`);
    const overlaps = await page.evaluate(() =>
      [...document.querySelectorAll<SVGElement>(".hr-rail__wide")].flatMap((rail) => {
        const texts = [...rail.querySelectorAll("text")];
        const boxes = texts.map((text) => text.getBoundingClientRect());
        const stems = [...rail.querySelectorAll("line.hr-rail__stem")].map((stem) => stem.getBoundingClientRect());
        const frame = rail.getBoundingClientRect();
        const meet = (a: DOMRect, b: DOMRect) =>
          a.left < b.right - 1 && b.left < a.right - 1 && a.top + 4 < b.bottom - 4 && b.top + 4 < a.bottom - 4;
        return boxes.flatMap((box, index) => [
          ...(box.left < frame.left - 2 || box.right > frame.right + 2
            ? [`${texts[index]?.textContent} leaves the drawing`]
            : []),
          ...boxes
            .slice(index + 1)
            .filter((other) => meet(box, other))
            .map(() => `${texts[index]?.textContent} lies over another label`),
          ...stems.filter((stem) => meet(box, stem)).map(() => `a stem crosses ${texts[index]?.textContent}`),
        ]);
      }),
    );
    assert.deepEqual(overlaps, [], `at ${width} px`);
    const sizes = await page.evaluate(() =>
      [...document.querySelectorAll(".hr-rail__wide text")].map((text) =>
        Number.parseFloat(getComputedStyle(text).fontSize),
      ),
    );
    assert.ok(Math.min(...sizes) >= 16, "a label is smaller than 16 px");
  }
  await page.close();
});

test("assistive technology meets one drawing of each rail: the picture in words when wide, the list when narrow", async () => {
  const page = await site.browser.newPage({ viewport: { width: 1280, height: 900 } });
  await page.goto(site.url);
  const picture = page.getByRole("img", { name: /The clock started on Monday 2 December 2024/ });
  assert.match(
    (await picture.getAttribute("aria-label")) ?? "",
    /21 Dec to 1 Jan is not counted: your 12 days\..*Today, day 59\. The promise falls due on Friday 14 March 2025\.$/,
  );
  assert.equal(await page.getByRole("listitem").filter({ hasText: "Today, day 59" }).count(), 0);
  await page.setViewportSize({ width: 375, height: 800 });
  assert.equal(await picture.count(), 0);
  assert.equal(await page.getByRole("listitem").filter({ hasText: "Today, day 59" }).count(), 1);
  await page.close();
});

test("a form with faults comes back with what was typed, a summary that leads to each field, and the fault in the title", async () => {
  const page = await site.browser.newPage();
  await page.goto(`${site.url}/event`);
  await page.getByLabel("Day").fill("31");
  await page.getByLabel("Month").fill("2");
  await page.getByLabel("Year").fill("2025");
  await page.getByLabel("Note").fill("rang <b>twice</b>");
  await follow(page.getByRole("button", { name: "Record it" }));
  assert.match(await page.title(), /^Error: Record an event/);
  await page.getByRole("link", { name: /Enter a real date/ }).click();
  assert.match(page.url(), /#occurred-day$/);
  assert.equal(await page.getByLabel("Day").inputValue(), "31");
  assert.equal(await page.getByLabel("Note").inputValue(), "rang <b>twice</b>");
  await page.getByLabel("Day").fill("28");
  await page.getByLabel("An offer was made").check();
  await follow(page.getByRole("button", { name: "Record it" }));
  assert.match(page.url(), /\/worklist$/);
  await page.close();
});

test("a failure of ours is shown in plain words with a number to tell", async () => {
  const page = await site.browser.newPage();
  const response = await page.goto(`${site.url}/broken`);
  assert.equal(response?.status(), 500);
  assert.match(await page.locator("main").innerText(), /Something went wrong on our side[\s\S]*Reference: [0-9A-F]{8}/);
  await page.close();
});

test("a letter outside plain English loads its own part of the typeface, and only then", async () => {
  const context = await site.browser.newContext();
  const fonts = async (path: string) => {
    const page = await context.newPage();
    const { files } = await load(page, site.url + path);
    await page.close();
    return [...files.keys()].filter((file) => file.endsWith(".woff2")).length;
  };
  assert.equal(await fonts("/cookies"), 1);
  assert.equal(await fonts("/"), 2);
  await context.close();
});

test("in colours forced by the reader every part of the rail and every state still shows", async () => {
  const page = await site.browser.newPage();
  await page.emulateMedia({ forcedColors: "active" });
  await page.goto(`${site.url}/rails`);
  const invisible = await page.evaluate(() => {
    const background = getComputedStyle(document.querySelector(".hr-card") ?? document.body).backgroundColor;
    return ["run", "track", "due", "stem"].filter((part) => {
      const style = getComputedStyle(document.querySelector(`.hr-rail__${part}`) ?? document.body);
      return style.fill === background && (style.stroke === background || style.stroke === "none");
    });
  });
  assert.deepEqual(invisible, []);
  if (pictures !== undefined) await page.screenshot({ path: `${pictures}/rails-forced.png`, fullPage: true });
  await page.close();
});

test("from right to left the page mirrors: the rail begins at the right and nothing scrolls sideways", async () => {
  const mirrored = await visit(galleryApp(asLanguage("ar")));
  try {
    const page = await mirrored.browser.newPage({ viewport: { width: 1280, height: 900 } });
    await page.goto(mirrored.url);
    assert.equal(await page.locator("html").getAttribute("dir"), "rtl");
    const run = await page.locator(".hr-rail__run").first().boundingBox();
    const track = await page.locator(".hr-rail__track").first().boundingBox();
    assert.ok(
      run !== null && track !== null && Math.abs(run.x + run.width - (track.x + track.width)) < 2,
      "the counted part does not begin at the right",
    );
    if (pictures !== undefined) await page.screenshot({ path: `${pictures}/rtl-1280.png`, fullPage: true });
    await page.setViewportSize({ width: 320, height: 700 });
    assert.ok(await page.evaluate(() => document.documentElement.scrollWidth <= document.documentElement.clientWidth));
    if (pictures !== undefined) await page.screenshot({ path: `${pictures}/rtl-320.png`, fullPage: true });
    await page.close();
  } finally {
    await mirrored.close();
  }
});
