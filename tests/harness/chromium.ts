/** Finds a Chromium for the browser tests, or installs one: Debian's own package on Debian, Playwright's elsewhere. */
import { spawnSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { delimiter, join } from "node:path";

const NAMES = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"];
const OTHER_PLACES = [
  "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
  "/Applications/Chromium.app/Contents/MacOS/Chromium",
];

/** The path of an executable Chromium. @throws when there is none and none could be installed, saying what to do. */
export async function findChromium(say: (line: string) => void): Promise<string> {
  const found = (await lookForChromium()) ?? (await install(say));
  if (found !== undefined) return found;
  throw new Error("No Chromium, and none could be installed. Install one and set CHROMIUM_PATH to it.");
}

async function lookForChromium(): Promise<string | undefined> {
  const own = process.env["CHROMIUM_PATH"];
  if (own !== undefined && own !== "") {
    if (existsSync(own)) return own;
    throw new Error(`CHROMIUM_PATH is ${own}, and there is no such file.`);
  }
  const folders = (process.env["PATH"] ?? "").split(delimiter);
  const candidates = [...folders.flatMap((folder) => NAMES.map((name) => join(folder, name))), ...OTHER_PLACES];
  const path = candidates.find((candidate) => existsSync(candidate));
  if (path !== undefined) return path;
  const { chromium } = await import("playwright-core");
  const cached = chromium.executablePath();
  return cached !== "" && existsSync(cached) ? cached : undefined;
}

async function install(say: (line: string) => void): Promise<string | undefined> {
  const debian = existsSync("/etc/debian_version") && !/^ID=ubuntu$/m.test(readFileSync("/etc/os-release", "utf8"));
  if (debian && process.getuid?.() === 0) {
    say("No Chromium on this machine: installing Debian's package chromium …");
    const environment = { ...process.env, DEBIAN_FRONTEND: "noninteractive" };
    const apt = (...words: string[]): boolean =>
      spawnSync("apt-get", words, { env: environment, stdio: ["ignore", "ignore", "inherit"] }).status === 0;
    if (apt("update", "-q") && apt("install", "-y", "-q", "--no-install-recommends", "chromium"))
      return lookForChromium();
  }
  say("No Chromium on this machine: installing Playwright's …");
  const cli = join(import.meta.dirname, "../../node_modules/playwright-core/cli.js");
  const words = [cli, "install", "--only-shell", ...(process.getuid?.() === 0 ? ["--with-deps"] : []), "chromium"];
  spawnSync(process.execPath, words, { stdio: ["ignore", "ignore", "inherit"] });
  return lookForChromium();
}
