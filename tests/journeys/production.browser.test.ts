import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { chromium, type Browser } from "playwright-core";
import { findChromium } from "../harness/chromium.ts";

const CLI = join(import.meta.dirname, "..", "..", "src", "cli.ts");
/** A start that neither listens nor ends in this time has hung. */
const LONGEST_START_MILLISECONDS = 60_000;
const folder = mkdtempSync(join(tmpdir(), "handrail-production-"));

type Started = {
  /** Where it listens; null when it ended instead. */
  readonly url: string | null;
  readonly code: number | null;
  readonly errors: string;
  readonly stop: () => Promise<void>;
};

/** Starts the site as an administrator does, until it listens or ends. */
async function start(name: string, environment: Readonly<Record<string, string>>): Promise<Started> {
  const child = spawn(process.execPath, [CLI, "start", "--people", "0"], {
    env: { PATH: process.env["PATH"], PORT: "0", HANDRAIL_DATA: join(folder, name), ...environment },
    stdio: ["ignore", "pipe", "pipe"],
    timeout: 5 * LONGEST_START_MILLISECONDS,
  });
  const ended = once(child, "exit").then(([code]) => code as number | null);
  let errors = "";
  child.stderr.on("data", (data: Buffer) => (errors += data.toString()));
  const listening = new Promise<string>((resolve) => {
    let said = "";
    child.stdout.on("data", (data: Buffer) => {
      said += data.toString();
      const url = /is ready at (http:\S+)/.exec(said)?.[1];
      if (url !== undefined) resolve(url);
    });
  });
  const late = AbortSignal.timeout(LONGEST_START_MILLISECONDS);
  const outcome = await Promise.race([listening, ended, once(late, "abort").then(() => null)]);
  const stop = async () => {
    child.kill("SIGTERM");
    await ended;
  };
  return typeof outcome === "string"
    ? { url: outcome, code: null, errors, stop }
    : { url: null, code: outcome, errors, stop };
}

let site: Started;
let browser: Browser;
before(async () => {
  site = await start("real", { NODE_ENV: "production", HANDRAIL_BODY: "Westmere Council" });
  assert.notEqual(site.url, null, `did not start: ${site.errors}`);
  browser = await chromium.launch({
    executablePath: process.env["HANDRAIL_TEST_CHROMIUM"] ?? (await findChromium(console.error)),
    args: ["--no-sandbox", "--disable-gpu"],
  });
});
after(async () => {
  await browser.close();
  await site.stop();
  rmSync(folder, { recursive: true, force: true });
});

async function read(path: string): Promise<{ readonly status: number | undefined; readonly text: string }> {
  const page = await browser.newPage();
  page.setDefaultTimeout(10_000);
  const status = (await page.goto(site.url + path))?.status();
  const text = await page.locator("body").innerText();
  await page.close();
  return { status, text };
}

test("in production nobody can be picked, and nothing calls itself a demonstration", async () => {
  const picker = await read("/personas");
  assert.equal(picker.status, 403);
  assert.match(picker.text, /Nobody can sign in yet/);
  const home = await read("/");
  assert.equal(home.status, 200);
  assert.match(home.text, /Westmere Council/);
  assert.doesNotMatch(home.text, /Choose a person|Demonstration|invented/);
});

test("in production there are no public figures yet: every page and file of a place says so", async () => {
  for (const path of [
    "/places",
    "/places/NS-01",
    "/places/NS-01/northshore-general.heart",
    "/figures/NS-01/promises.csv",
    "/figures/NS-01/promises.json",
  ]) {
    const { status, text } = await read(path);
    assert.equal(status, 403, path);
    assert.match(text, /No public figures yet/, path);
  }
});

test("in production the rules and the statements are open to everybody, and records to nobody", async () => {
  for (const path of ["/guarantees", "/guarantees/eng-rtt", "/accessibility", "/cookies"])
    assert.equal((await read(path)).status, 200, path);
  for (const path of ["/worklist", "/people/person-ines-marchetti"]) {
    // Led to where signing in will be: the page says that there is none yet.
    const { status, text } = await read(path);
    assert.equal(status, 403, path);
    assert.match(text, /Nobody can sign in yet/, path);
  }
});

test("a folder with invented people is refused in production, and the refusal says what to do", async () => {
  const open = await start("demonstration", {});
  assert.notEqual(open.url, null, `did not start: ${open.errors}`);
  await open.stop();
  const refused = await start("demonstration", { NODE_ENV: "production" });
  assert.equal(refused.url, null);
  assert.equal(refused.code, 1);
  assert.match(refused.errors, /holds the demonstration's invented people.*Choose another folder with HANDRAIL_DATA/);
});
