/// <reference lib="dom" />
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import AxeBuilder from "@axe-core/playwright";
import type { Hono } from "hono";
import { chromium, type Browser, type BrowserContext, type Locator, type Page } from "playwright-core";
import { serve, type Running } from "../../src/web/serve.ts";
import { findChromium } from "../harness/chromium.ts";

/** A running site with a browser before it. Close it when the tests are over. */
export type Visit = {
  readonly browser: Browser;
  readonly url: string;
  readonly close: () => Promise<void>;
};

export type CheckOptions = {
  /** A page with charts may weigh more than 100 kB. */
  readonly hasCharts?: boolean;
  /** Cookies to visit with, as `name=value`: a session, say. */
  readonly cookie?: string;
  /** Folder for pictures of the page: narrow and wide, light and dark. */
  readonly picturesIn?: string;
};

/** What a page weighs on the way, in bytes, compressed, by file. */
export type Weight = { readonly total: number; readonly files: ReadonlyMap<string, number> };

const HEAVIEST_PAGE_BYTES = 100_000;
const AXE_TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"];
const CHROMIUM_FLAGS = [
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];

/** Starts the site on a free port and Chromium before it. */
export async function visit(app: Hono): Promise<Visit> {
  const running: Running = await serve(app, 0);
  const browser = await chromium.launch({
    executablePath: process.env["HANDRAIL_TEST_CHROMIUM"] ?? (await findChromium(console.error)),
    headless: true,
    args: CHROMIUM_FLAGS,
  });
  return {
    browser,
    url: running.url,
    close: async () => {
      await browser.close();
      await running.stop();
    },
  };
}

/**
 * Looks at one page in every way the issue promises and returns what is wrong, one sentence each; an empty list is a
 * good page. Looks in light and dark, wide and at 320 px (400 % zoom of 1280), with the keyboard, and with scripts off.
 */
export async function checkPage(
  { browser, url }: Visit,
  path: string,
  options: CheckOptions = {},
): Promise<readonly string[]> {
  const faults: string[] = [];
  const say = (where: string, list: readonly string[]) =>
    faults.push(...list.map((fault) => `${path} ${where}: ${fault}`));
  const open = async (settings: Parameters<Browser["newContext"]>[0]) => {
    const context = await browser.newContext(settings);
    if (options.cookie !== undefined) await setCookie(context, url, options.cookie);
    return context;
  };

  const wide = await open({ viewport: { width: 1280, height: 900 } });
  const complaints: string[] = [];
  const page = await wide.newPage();
  listen(page, complaints);
  const weight = await load(page, url + path);
  say("console", complaints);
  if (options.hasCharts !== true && weight.total > HEAVIEST_PAGE_BYTES)
    say("weight", [`${weight.total} bytes, more than ${HEAVIEST_PAGE_BYTES}`]);
  const headings = await page.locator("h1").count();
  if (headings !== 1) say("headings", [`${headings} h1 elements instead of one`]);
  say("axe, light", await axeFaults(page));
  say("keyboard", await keyboardFaults(page));
  await picture(page, options, path, "1280-light");
  await page.emulateMedia({ colorScheme: "dark" });
  say("axe, dark", await axeFaults(page));
  await picture(page, options, path, "1280-dark");
  await wide.close();

  const narrow = await open({ viewport: { width: 320, height: 640 } });
  const small = await narrow.newPage();
  await small.goto(url + path);
  say("at 320 px", await sidewaysFaults(small));
  say("axe, 320 px", await axeFaults(small));
  await small.setViewportSize({ width: 375, height: 800 });
  say("at 375 px", await sidewaysFaults(small));
  await picture(small, options, path, "375-light");
  await small.emulateMedia({ colorScheme: "dark" });
  await picture(small, options, path, "375-dark");
  await narrow.close();

  const scriptless = await open({ viewport: { width: 800, height: 900 }, javaScriptEnabled: false });
  const plain = await scriptless.newPage();
  const response = await plain.goto(url + path);
  if (response === null || !response.ok()) say("without scripts", [`answers ${response?.status()}`]);
  if ((await plain.locator("main h1").first().innerText()).trim() === "")
    say("without scripts", ["the heading is empty"]);
  await scriptless.close();
  return faults;
}

/** Loads a page with an empty cache and weighs everything that came over the wire. */
export async function load(page: Page, address: string): Promise<Weight> {
  const session = await page.context().newCDPSession(page);
  await session.send("Network.enable");
  const urls = new Map<string, string>();
  const files = new Map<string, number>();
  session.on("Network.requestWillBeSent", ({ requestId, request }) => urls.set(requestId, request.url));
  session.on("Network.loadingFinished", ({ requestId, encodedDataLength }) => {
    const file = new URL(urls.get(requestId) ?? "about:blank").pathname;
    files.set(file, (files.get(file) ?? 0) + encodedDataLength);
  });
  await page.goto(address, { waitUntil: "networkidle" });
  await session.detach();
  return { files, total: [...files.values()].reduce((sum, bytes) => sum + bytes, 0) };
}

function listen(page: Page, complaints: string[]): void {
  page.on("console", (message) => {
    if (message.type() === "error" || message.type() === "warning") complaints.push(message.text());
  });
  page.on("pageerror", (error) => complaints.push(error.message));
  page.on("requestfailed", (request) => complaints.push(`${request.url()} failed: ${request.failure()?.errorText}`));
}

async function axeFaults(page: Page): Promise<readonly string[]> {
  const { violations } = await new AxeBuilder({ page }).withTags(AXE_TAGS).analyze();
  return violations.map(
    ({ id, help, nodes }) =>
      `${id}: ${help} (${nodes
        .map(({ html }) => html.slice(0, 160))
        .slice(0, 3)
        .join(" | ")})`,
  );
}

async function sidewaysFaults(page: Page): Promise<readonly string[]> {
  const over = await page.evaluate(() => {
    const width = document.documentElement.clientWidth;
    if (document.documentElement.scrollWidth <= width) return null;
    const wide = [...document.querySelectorAll("body *")].find(
      (element) => element.getBoundingClientRect().right > width + 1,
    );
    return `${document.documentElement.scrollWidth} px wide, because of ${wide?.outerHTML.slice(0, 160) ?? "something"}`;
  });
  return over === null ? [] : [`scrolls sideways: ${over}`];
}

/** Tabs through the page: everything that can be used must be reached, and must look different when it is. */
async function keyboardFaults(page: Page): Promise<readonly string[]> {
  const usable =
    "a[href], button:not([disabled]), input:not([type=hidden]):not([disabled]), select, textarea, summary, [tabindex='0']";
  const expected = await page.evaluate((selector) => {
    // Radios of one group are one stop.
    const seen = new Set<string>();
    return [...document.querySelectorAll<HTMLElement>(selector)].filter((element, index) => {
      if (!element.checkVisibility()) return false;
      element.dataset["stop"] = String(index);
      if (element instanceof HTMLInputElement && element.type === "radio") {
        if (seen.has(element.name)) return false;
        seen.add(element.name);
      }
      const { outlineColor, outlineStyle, boxShadow, backgroundColor, color } = getComputedStyle(element);
      element.dataset["look"] = [outlineStyle, outlineColor, boxShadow, backgroundColor, color].join();
      return true;
    }).length;
  }, usable);
  const reached = new Set<string>();
  const faults: string[] = [];
  await page.evaluate(() => (document.activeElement as HTMLElement | null)?.blur());
  for (let press = 0; press <= expected; press += 1) {
    await page.keyboard.press("Tab");
    const stop = await page.evaluate(() => {
      const element = document.activeElement as HTMLElement | null;
      if (element === null || element === document.body) return null;
      // A radio's or a box's look is drawn on its label.
      const drawn = element.matches("input[type=radio], input[type=checkbox]") ? null : element;
      const inside = element.matches("summary")
        ? (element.querySelector<HTMLElement>(".govuk-details__summary-text") ?? element)
        : element;
      const { outlineColor, outlineStyle, boxShadow, backgroundColor, color } = getComputedStyle(element);
      const look = [outlineStyle, outlineColor, boxShadow, backgroundColor, color].join();
      return {
        id: element.dataset["stop"] ?? element.outerHTML.slice(0, 80),
        html: element.outerHTML.slice(0, 120),
        visible: drawn === null || inside !== element || look !== element.dataset["look"],
      };
    });
    if (stop === null || reached.has(stop.id)) break;
    reached.add(stop.id);
    if (!stop.visible) faults.push(`looks the same with focus: ${stop.html}`);
  }
  if (reached.size < expected)
    faults.push(`the keyboard reaches ${reached.size} of ${expected} links, buttons and fields`);
  return faults;
}

async function picture(page: Page, { picturesIn }: CheckOptions, path: string, kind: string): Promise<void> {
  if (picturesIn === undefined) return;
  mkdirSync(picturesIn, { recursive: true });
  const name = path.replaceAll(/[^a-z0-9]+/gi, "-").replaceAll(/^-|-$/g, "") || "home";
  await page.screenshot({ path: join(picturesIn, `${name}-${kind}.png`), fullPage: true });
}

async function setCookie(context: BrowserContext, url: string, cookie: string): Promise<void> {
  const [name = "", ...value] = cookie.split("=");
  await context.addCookies([{ name, value: value.join("="), url }]);
}

/** Presses a link or a button that leads to another page, and waits until that page is there. */
export async function follow(leading: Locator): Promise<void> {
  await Promise.all([leading.page().waitForEvent("load"), leading.click()]);
}
