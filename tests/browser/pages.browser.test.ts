import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { storyIds } from "../../seeds/stories.ts";
import { openDemonstration, type Demonstration } from "./demonstration.ts";
import { examples, pages } from "./examples.ts";
import { ROOT } from "../house/tree.ts";
import { checkPage } from "./harness.ts";

let site: Demonstration;
before(async () => {
  site = await openDemonstration();
});
after(() => site.close());

/** `HANDRAIL_TEST_PICTURES=folder` keeps pictures of every page, to be looked at by eye. */
const pictures = process.env["HANDRAIL_TEST_PICTURES"];
const looking = pictures === undefined ? {} : { picturesIn: pictures };

/** What is no page: files for programs, and the way to one's own page. */
const files: Readonly<Record<string, { readonly path: string; readonly as: string | null; readonly type: RegExp }>> = {
  "/people/:subjectId/promises.ics": {
    path: `/people/${storyIds.tom}/promises.ics`,
    as: "tom",
    type: /^text\/calendar/,
  },
  "/figures/:areaCode/promises.csv": { path: "/figures/NS-01/promises.csv", as: null, type: /^text\/csv/ },
  "/figures/:areaCode/promises.json": { path: "/figures/NS-01/promises.json", as: null, type: /^application\/json/ },
  "/figures/:areaCode/:serviceId/promises.csv": {
    path: "/figures/NS-01/northshore-general.heart/promises.csv",
    as: null,
    type: /^text\/csv/,
  },
  "/figures/:areaCode/:serviceId/promises.json": {
    path: "/figures/NS-01/northshore-general.heart/promises.json",
    as: null,
    type: /^application\/json/,
  },
  "/schemas/definition.json": { path: "/schemas/definition.json", as: null, type: /^application\/schema\+json/ },
  "/api/openapi.json": { path: "/api/openapi.json", as: null, type: /json/ },
  // The address of an earlier version leads on.
  "/personas": { path: "/personas", as: null, type: /^text\/html/ },
  "/health": { path: "/health", as: null, type: /^text\/plain/ },
  "/me/messages": { path: "/me/messages", as: "tom", type: /^text\/html/ },
};
/** Pages that only a story leads to, with the test that tells it and looks at them. */
const inStories: Readonly<Record<string, string>> = {
  "/sign-in/link/:token": "tests/journeys/sign-in.browser.test.ts",
  "/sign-in/add": "tests/journeys/sign-in.browser.test.ts",
  "/staff/machines/:machine/end": "src/web/api/machines.browser.test.ts",
};
/** Stylesheet, typeface and icon: every page's own test loads them. */
const ASSETS = "/assets/:file";

test("no page is forgotten: every address the site answers is looked at here", () => {
  const mounted = new Set(site.routes.filter(({ method }) => method === "GET").map(({ path }) => path));
  const known = new Set([...Object.keys(pages), ...Object.keys(files), ...Object.keys(inStories), ASSETS]);
  assert.deepEqual(
    [...mounted].filter((path) => !known.has(path)),
    [],
    "addresses without an example",
  );
  assert.deepEqual(
    [...known].filter((path) => !mounted.has(path)),
    [],
    "examples of addresses that are gone",
  );
  for (const [path, file] of Object.entries(inStories))
    assert.match(readFileSync(join(ROOT, file), "utf8"), /checkPage\(/, `${path}: ${file} looks at no page`);
});

// Two at a time: a page's check waits for the network to fall silent, and a second one can work meanwhile.
describe("every page", { concurrency: 2 }, () => {
  for (const { path, as, hasCharts } of examples)
    test(`${path}, seen by ${as ?? "anybody"}, is open to everybody: axe in light and dark, keyboard, 400 % zoom, no scripts, weight`, async () => {
      const cookie = site.cookieOf(as);
      assert.deepEqual(
        await checkPage(site, path, {
          ...looking,
          ...(cookie === undefined ? {} : { cookie }),
          hasCharts: hasCharts ?? false,
        }),
        [],
      );
    });
});

for (const { path, as, type } of Object.values(files)) {
  test(`${path} answers with its own kind of content`, async () => {
    const page = await site.openAs(as);
    const response = await page.request.get(site.url + path);
    assert.equal(response.status(), 200);
    assert.match(response.headers()["content-type"] ?? "", type);
    await page.context().close();
  });
}
