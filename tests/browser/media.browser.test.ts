/// <reference lib="dom" />
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { storyIds } from "../../seeds/stories.ts";
import { openDemonstration, type Demonstration } from "./demonstration.ts";
import { examples } from "./examples.ts";

let site: Demonstration;
before(async () => {
  site = await openDemonstration();
});
after(() => site.close());

test("on paper nothing is cut off, the rail is drawn, and what only a screen can use is left out", async () => {
  const faults: string[] = [];
  for (const { path, as } of examples) {
    // The width of A4 between its margins, in CSS pixels.
    const page = await site.openAs(as, { viewport: { width: 680, height: 960 } });
    await page.emulateMedia({ media: "print" });
    await page.goto(site.url + path);
    const found = await page.evaluate(() => {
      const shown = (element: Element) => element.checkVisibility() && element.getBoundingClientRect().width > 1;
      const over = [...document.querySelectorAll("main *")].filter(
        (element) =>
          shown(element) &&
          element.closest("svg") === null &&
          element.getBoundingClientRect().right > document.documentElement.clientWidth + 1,
      );
      const cut = [...document.querySelectorAll<HTMLElement>("main *")].filter((element) => {
        const style = getComputedStyle(element);
        const clips = [style.overflowX, style.overflowY].some((overflow) => overflow !== "visible");
        return (
          clips &&
          shown(element) &&
          element.closest("svg") === null &&
          (element.scrollWidth > element.clientWidth + 1 || element.scrollHeight > element.clientHeight + 1)
        );
      });
      const rails = [...document.querySelectorAll(".hr-promise")].filter(
        (promise) => ![...promise.querySelectorAll(".hr-rail__wide, .hr-upright")].some((rail) => shown(rail)),
      );
      return [
        ...over.slice(0, 2).map((element) => `leaves the sheet: ${element.outerHTML.slice(0, 120)}`),
        ...cut.slice(0, 2).map((element) => `is cut off: ${element.outerHTML.slice(0, 120)}`),
        ...rails.map(() => "a promise without its rail"),
        ...[...document.querySelectorAll(".hr-nav, .hr-noprint")]
          .filter(shown)
          .map((element) => `is printed: ${element.outerHTML.slice(0, 80)}`),
      ];
    });
    faults.push(...found.map((fault) => `${path} ${fault}`));
    await page.context().close();
  }
  assert.deepEqual(faults, []);
});

test("in colours forced by the reader rails, states, bars and buttons still show on every page", async () => {
  const faults: string[] = [];
  for (const { path, as } of examples) {
    const page = await site.openAs(as, { forcedColors: "active" });
    await page.goto(site.url + path);
    const invisible = await page.evaluate(() => {
      const background = getComputedStyle(document.body).backgroundColor;
      const drawn = ".hr-rail__run, .hr-rail__due, .hr-rail__ring, .hr-shares__fill";
      const flat = [...document.querySelectorAll(drawn)].filter((part) => {
        const { fill, stroke, strokeWidth } = getComputedStyle(part);
        const lined = stroke !== "none" && stroke !== background && Number.parseFloat(strokeWidth) > 0;
        return !lined && (fill === "none" || fill === background);
      });
      const unedged = [...document.querySelectorAll(".hr-state, .govuk-button, .hr-card")].filter((part) => {
        const { borderTopWidth, outlineStyle } = getComputedStyle(part);
        return part.checkVisibility() && Number.parseFloat(borderTopWidth) === 0 && outlineStyle === "none";
      });
      return [
        ...flat.map((part) => `nothing to see of ${part.outerHTML.slice(0, 100)}`),
        ...unedged.map((part) => `no edge: ${part.outerHTML.slice(0, 100)}`),
      ].slice(0, 3);
    });
    faults.push(...invisible.map((fault) => `${path} ${fault}`));
    await page.context().close();
  }
  assert.deepEqual(faults, []);
});

test("no label of a rail lies over another, and none leaves its drawing, for the people of the region's stories", async () => {
  const faults: string[] = [];
  for (const [persona, id] of Object.entries(storyIds)) {
    const page = await site.openAs(persona);
    for (const width of [769, 1280]) {
      await page.setViewportSize({ width, height: 900 });
      await page.goto(`${site.url}/people/${id}`);
      const found = await page.evaluate(() =>
        [...document.querySelectorAll<SVGElement>(".hr-rail__wide")]
          .filter((rail) => rail.checkVisibility())
          .flatMap((rail) => {
            const frame = rail.getBoundingClientRect();
            const texts = [...rail.querySelectorAll("text")].map((text) => ({
              words: text.textContent,
              box: text.getBoundingClientRect(),
            }));
            const meet = (a: DOMRect, b: DOMRect) =>
              a.left < b.right - 1 && b.left < a.right - 1 && a.top + 4 < b.bottom - 4 && b.top + 4 < a.bottom - 4;
            return texts.flatMap(({ words, box }, index) => [
              ...(box.left < frame.left - 2 || box.right > frame.right + 2 ? [`${words} leaves the drawing`] : []),
              ...texts
                .slice(index + 1)
                .filter((other) => meet(box, other.box))
                .map((other) => `${words} lies over ${other.words}`),
            ]);
          }),
      );
      faults.push(...found.map((fault) => `${persona} at ${width} px: ${fault}`));
    }
    await page.context().close();
  }
  assert.deepEqual(faults, []);
});
