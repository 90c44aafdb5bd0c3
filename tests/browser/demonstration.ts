import type { Browser, BrowserContext, Page } from "playwright-core";
import type { Database } from "../../src/core/database/index.ts";
import { openRegion } from "../harness/region.ts";
import { visit, type Visit } from "./harness.ts";

/** A page that does not come must not hold up the tests. */
const LONGEST_WAIT_MILLISECONDS = 10_000;

/** The region's site, running, with a browser before it. */
export type Demonstration = Visit & {
  readonly db: Database;
  /** The routes of the site as they were mounted: method and address pattern. */
  readonly routes: readonly { readonly method: string; readonly path: string }[];
  /** The cookie of somebody of seeds/standing.ts, by their key, as `name=value`; nobody's is undefined. */
  readonly cookieOf: (key: string | null) => string | undefined;
  /** A new, empty browser in which one of them is signed in; null is nobody. */
  readonly openAs: (key: string | null, settings?: Parameters<Browser["newContext"]>[0]) => Promise<Page>;
};

/** Opens the demonstration region's site for a browser. */
export async function openDemonstration(): Promise<Demonstration> {
  const region = await openRegion();
  const site = await visit(region.app);
  const contexts: BrowserContext[] = [];
  return {
    ...site,
    db: region.db,
    routes: region.app.routes,
    cookieOf: region.cookieOf,
    openAs: async (key, settings = {}) => {
      const context = await site.browser.newContext({ viewport: { width: 1280, height: 900 }, ...settings });
      contexts.push(context);
      context.setDefaultTimeout(LONGEST_WAIT_MILLISECONDS);
      const [name, value] = region.cookieOf(key)?.split("=") ?? [];
      if (name !== undefined && value !== undefined) await context.addCookies([{ name, value, url: site.url }]);
      return context.newPage();
    },
    close: async () => {
      await site.close();
      await region.close();
    },
  };
}
