import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdtempSync, rmSync } from "node:fs";
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
  /** What it wrote on the terminal, once that holds `wanted`. */
  readonly said: (wanted: RegExp) => Promise<string>;
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
  let said = "";
  child.stderr.on("data", (data: Buffer) => (errors += data.toString()));
  const listening = new Promise<string>((resolve) => {
    child.stdout.on("data", (data: Buffer) => {
      said += data.toString();
      const url = /is ready at (https?:\S+)/.exec(said)?.[1];
      if (url !== undefined) resolve(url);
    });
  });
  const late = AbortSignal.timeout(LONGEST_START_MILLISECONDS);
  const outcome = await Promise.race([listening, ended, once(late, "abort").then(() => null)]);
  const stop = async () => {
    child.kill("SIGTERM");
    await ended;
  };
  const until = async (wanted: RegExp) => {
    while (!wanted.test(said) && !late.aborted) await once(child.stdout, "data", { signal: late }).catch(() => null);
    return said;
  };
  return typeof outcome === "string"
    ? { url: outcome, code: null, errors, said: until, stop }
    : { url: null, code: outcome, errors, said: until, stop };
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

test("in production nobody can be chosen, and nothing calls itself a demonstration", async () => {
  const picker = await read("/personas");
  assert.equal(picker.status, 200, "an old address leads to signing in");
  assert.match(picker.text, /Use your passkey/);
  assert.doesNotMatch(picker.text, /Choose|demonstration|invented/i);
  const home = await read("/");
  assert.equal(home.status, 200);
  assert.match(home.text, /Westmere Council/);
  assert.doesNotMatch(home.text, /Choose a person|Demonstration|invented/);
});

test("the first start of a real installation prints a link by which the first administrator comes in", async () => {
  const said = await site.said(/handrail administrator/);
  const link = /http:\/\/localhost:\d+\/sign-in\/link\/\S+/.exec(said)?.[0];
  assert.ok(link, said);
  assert.equal(new URL(link).origin, site.url);
  const { status, text } = await read(new URL(link).pathname);
  assert.equal(status, 200);
  assert.match(text, /Become the first administrator/);
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
    const { status, text } = await read(path);
    assert.equal(status, 200, path);
    assert.match(text, /Use your passkey/, `${path} leads to signing in`);
  }
});

test("in production without https the site warns on this machine, and is not opened to others", async () => {
  assert.match(site.errors, /^Without HANDRAIL_HTTPS=1 cookies may travel unencrypted\..*HANDRAIL_ORIGIN=https.*$/m);
  for (const host of ["0.0.0.0", "::", "192.0.2.1"]) {
    const refused = await start("never", { NODE_ENV: "production", HANDRAIL_HOST: host });
    assert.equal(refused.url, null, host);
    assert.equal(refused.code, 2, host);
    assert.match(refused.errors, /HANDRAIL_HOST=.* lets other machines reach the site.*set HANDRAIL_HTTPS=1/);
  }
  assert.ok(!existsSync(join(folder, "never")), "a refused start has made nothing");
});

test("over https, as set, a site that other machines reach starts without a word of warning", async () => {
  const open = await start("secure", {
    NODE_ENV: "production",
    HANDRAIL_HOST: "0.0.0.0",
    HANDRAIL_HTTPS: "1",
    HANDRAIL_ORIGIN: "https://handrail.example.org",
  });
  await open.stop();
  assert.notEqual(open.url, null, open.errors);
  assert.doesNotMatch(open.errors, /HANDRAIL_HTTPS/);
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
