/** The packages a lock file must hold for every system, so that `npm ci` works on all of them. */

import { isExactVersion } from "./repository.ts";

export interface LockedPackage {
  readonly version?: string;
  readonly dev?: boolean;
  readonly optional?: boolean;
  readonly os?: readonly string[];
  readonly cpu?: readonly string[];
  readonly libc?: readonly string[];
  readonly optionalDependencies?: Readonly<Record<string, string>>;
}

const SYSTEMS = ["android", "darwin", "freebsd", "linux", "openharmony", "win32"];
const PROCESSORS = ["arm", "arm64", "ia32", "ppc64", "riscv64", "s390x", "x64"];

/** Packages for one system that another package names and the lock lacks, as lock entries by their path. */
export function missingPlatforms(
  packages: Readonly<Record<string, LockedPackage>>,
): Readonly<Record<string, LockedPackage>> {
  const missing: Record<string, LockedPackage> = {};
  for (const [path, { optionalDependencies, dev }] of Object.entries(packages)) {
    for (const [name, version] of Object.entries(optionalDependencies ?? {})) {
      // A range names no version to lock; npm resolved it, or did not need it.
      if (!isExactVersion(version) || isLocked(packages, path, name, version)) continue;
      const place = platformOf(name);
      if (place === undefined) continue;
      const beside = `${path.replace(/node_modules\/(?:@[^/]+\/)?[^/]+$/, "")}node_modules/${name}`;
      missing[beside in packages ? `${path}/node_modules/${name}` : beside] = {
        version,
        ...place,
        ...(dev === true ? { dev } : {}),
        optional: true,
      };
    }
  }
  return missing;
}

/** npm looks for a package from the innermost folder outwards. */
function isLocked(
  packages: Readonly<Record<string, LockedPackage>>,
  from: string,
  name: string,
  version: string,
): boolean {
  for (let path = from; ; path = path.slice(0, path.lastIndexOf("/node_modules/"))) {
    const found = packages[`${path}/node_modules/${name}`];
    if (found !== undefined) return found.version === version;
    if (path.lastIndexOf("/node_modules/") < 0) break;
  }
  return packages[`node_modules/${name}`]?.version === version;
}

/** `@oxlint/binding-linux-x64-musl` → linux, x64, musl; undefined when the name tells no system. */
function platformOf(name: string): Pick<LockedPackage, "os" | "cpu" | "libc"> | undefined {
  const words = name.split(/[-/]/);
  const os = SYSTEMS.find((system) => words.includes(system));
  const cpu = PROCESSORS.find((processor) => words.includes(processor));
  if (os === undefined || cpu === undefined) return undefined;
  const libc = words.includes("musl") ? ["musl"] : words.includes("gnu") ? ["glibc"] : undefined;
  return { os: [os], cpu: [cpu], ...(libc === undefined ? {} : { libc }) };
}
