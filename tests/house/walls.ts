/**
 * The walls of the house (ARCHITECTURE.md, docs/decisions/0003-walls-by-our-own-rule.md): who may import whom, where SQL
 * may stand, and what stays pure. A pure function over the files; tests/house/walls.test.ts shows that each rule bites.
 */
import { readModule, type Import, type Module } from "./module.ts";
import {
  FLOORS,
  isPure,
  maySpeakSql,
  MEANT_UPWARDS,
  PROGRAM,
  PROGRAM_DOORS,
  roomsOf,
  SIBLING_DOORS,
  STRANDS,
} from "./rooms.ts";

export type Rule =
  | "floors"
  | "strand order"
  | "doors"
  | "rooms"
  | "room plan"
  | "sql"
  | "pure"
  | "pure reach"
  | "unknown file";

export interface Fault {
  readonly path: string;
  readonly line: number;
  readonly rule: Rule;
  /** What stands there, and what to do instead. */
  readonly message: string;
}

export interface Inspection {
  readonly faults: readonly Fault[];
  /** What was read: a checker that read nothing has found nothing. */
  readonly modules: number;
  readonly imports: number;
}

/** Inspects TypeScript files by path from the repository's root. Tests are held to no wall but may not be imported by others. */
export function inspectWalls(files: ReadonlyMap<string, string>): Inspection {
  const modules = new Map([...files].map(([path, text]) => [path, readModule(path, text)]));
  const worldly = findWorldly(modules);
  const faults: Fault[] = [];
  for (const module of modules.values()) {
    if (isTest(module.path)) continue;
    const report = (line: number, rule: Rule, message: string): void =>
      void faults.push({ path: module.path, line, rule, message });
    checkPlace(module, report);
    for (const each of module.imports) {
      if (each.file === null) continue;
      if (!modules.has(each.file)) {
        if (each.file.endsWith(".ts")) report(each.line, "unknown file", `${each.specifier} does not exist.`);
        continue;
      }
      checkImport(module.path, each, each.file, report);
    }
    checkSql(module, report);
    checkPure(module, worldly, report);
  }
  const imports = [...modules.values()].reduce((sum, module) => sum + module.imports.length, 0);
  return { faults, modules: modules.size, imports };
}

/** A fault as compilers print them. */
export function formatFault({ path, line, rule, message }: Fault): string {
  return `${path}:${line}: ${rule}: ${message}`;
}

type Report = (line: number, rule: Rule, message: string) => void;

function checkPlace({ path }: Module, report: Report): void {
  const [, , strand, room] = path.split("/");
  if (path.startsWith("src/") && floorOf(path) === undefined) {
    return report(1, "room plan", `this file is on no floor. Move it to one of ${FLOORS.slice(0, 4).join(", ")}.`);
  }
  if (!path.startsWith("src/strands/") || strand === undefined || room === undefined) return;
  if (!STRANDS.includes(strand)) {
    return report(
      1,
      "room plan",
      `"${strand}" is not a strand. Add it to STRANDS in tests/house/rooms.ts, in its place.`,
    );
  }
  if (!roomsOf(strand).has(roomOf(path))) {
    const rooms = [...roomsOf(strand).keys()].join(", ");
    report(
      1,
      "room plan",
      `"${roomOf(path)}" is not a room. Move the code to one (${rooms}), or add the room to tests/house/rooms.ts.`,
    );
  }
}

function checkImport(from: string, { line }: Import, to: string, report: Report): void {
  const [fromFloor, toFloor] = [floorOf(from), floorOf(to)];
  if (fromFloor === undefined || toFloor === undefined) return;
  if (toFloor > fromFloor) {
    if (MEANT_UPWARDS.some((meant) => meant.from === from && meant.to === to)) return;
    return report(
      line,
      "floors",
      `${FLOORS[fromFloor]} imports ${to} from above (${FLOORS[toFloor]}). Pass what is needed as an argument, or move it down.`,
    );
  }
  if (isTest(to)) return report(line, "floors", `${to} is a test. Move what is needed out of it.`);
  const toStrand = strandOf(to);
  if (toStrand === undefined) return;
  const fromStrand = strandOf(from);
  if (fromStrand === toStrand) return checkRooms(from, to, toStrand, line, report);
  if (fromStrand !== undefined && STRANDS.indexOf(toStrand) > STRANDS.indexOf(fromStrand)) {
    return report(line, "strand order", `${fromStrand} comes before ${toStrand} and must not know it.`);
  }
  const doors = fromStrand !== undefined ? SIBLING_DOORS : PROGRAM.includes(from) ? PROGRAM_DOORS : null;
  if (doors === null || (doors.includes(roomOf(to)) && to.split("/").length === 4)) return;
  report(
    line,
    "doors",
    `${to} is inside a strand. Import it from ${doors.map((door) => `${door}.ts`).join(" or ")} of ${toStrand}.`,
  );
}

function checkRooms(from: string, to: string, strand: string, line: number, report: Report): void {
  const [here, there] = [roomOf(from), roomOf(to)];
  const allowed = roomsOf(strand).get(here);
  if (here === there || allowed === undefined || allowed.has(there)) return;
  const list = allowed.size === 0 ? "no other room" : [...allowed].join(", ");
  report(
    line,
    "rooms",
    `${here} imports ${to}. ${here} may use ${list}: move the code down, or pass it as an argument.`,
  );
}

function checkSql({ path, sql }: Module, report: Report): void {
  if (maySpeakSql(path)) return;
  for (const { name, line } of sql) {
    report(line, "sql", `${name} stands here. SQL belongs in store.ts of a strand, or in src/core.`);
  }
}

function checkPure(module: Module, worldly: ReadonlyMap<string, string>, report: Report): void {
  if (!isPure(module.path)) return;
  for (const { name, line } of module.world) {
    report(line, "pure", `${name} reaches outside. Take the time, the chance or the data as an argument.`);
  }
  for (const { specifier, file, typeOnly, line } of module.imports) {
    if (isNode(specifier) && !typeOnly) {
      report(line, "pure", `${specifier} reaches outside. Take what it gives as an argument.`);
    }
    const reason = file === null || typeOnly || isPure(file) ? undefined : worldly.get(file);
    if (reason !== undefined) {
      report(
        line,
        "pure reach",
        `${specifier} leads outside: ${reason}. Import the pure file itself, or only types (import type).`,
      );
    }
  }
}

/** The modules that reach outside when loaded, themselves or through others, each with the way it does. */
function findWorldly(modules: ReadonlyMap<string, Module>): ReadonlyMap<string, string> {
  const worldly = new Map<string, string>();
  for (const { path, imports, world } of modules.values()) {
    const node = imports.find((each) => isNode(each.specifier) && !each.typeOnly);
    const touched = world[0];
    if (node !== undefined) worldly.set(path, `${path}:${node.line} imports ${node.specifier}`);
    else if (touched !== undefined) worldly.set(path, `${path}:${touched.line} touches ${touched.name}`);
  }
  for (let size = -1; size !== worldly.size;) {
    size = worldly.size;
    for (const { path, imports } of modules.values()) {
      if (worldly.has(path)) continue;
      const through = imports.find((each) => !each.typeOnly && each.file !== null && worldly.has(each.file));
      if (through?.file != null) worldly.set(path, worldly.get(through.file) as string);
    }
  }
  return worldly;
}

function floorOf(path: string): number | undefined {
  if (PROGRAM.includes(path)) return 4;
  if (!path.startsWith("src/")) return 5;
  const floor = FLOORS.findIndex((each) => path.startsWith(`${each}/`));
  return floor < 0 ? undefined : floor;
}

function strandOf(path: string): string | undefined {
  return /^src\/strands\/([^/]+)\//.exec(path)?.[1];
}

/** `src/strands/guarantees/pages/place.ts` → `pages`; `…/store.ts` → `store`. */
function roomOf(path: string): string {
  return (path.split("/")[3] ?? "").replace(/\.ts$/, "");
}

function isNode(specifier: string): boolean {
  return specifier.startsWith("node:");
}

function isTest(path: string): boolean {
  return path.endsWith(".test.ts");
}
