/**
 * Completes package-lock.json with the packages for other systems (macOS, Windows, other processors) that a registry did
 * not show when the lock was made: a lock without them is refused by `npm ci`. Run after `npm install`: node scripts/lock-platforms.ts
 */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { ROOT } from "../tests/house/tree.ts";
import { missingPlatforms, type LockedPackage } from "../tests/house/lock.ts";

const path = join(ROOT, "package-lock.json");
const lock = JSON.parse(readFileSync(path, "utf8")) as { packages: Record<string, LockedPackage> };
const missing = missingPlatforms(lock.packages);
const packages = Object.entries({ ...lock.packages, ...missing }).toSorted(([a], [b]) => a.localeCompare(b, "en"));
writeFileSync(path, `${JSON.stringify({ ...lock, packages: Object.fromEntries(packages) }, null, 2)}\n`);
console.log(`${Object.keys(missing).length} packages of other systems were added`);
