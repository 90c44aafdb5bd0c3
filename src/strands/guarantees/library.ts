import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { checkDefinition, checkOverlay } from "./model/check.ts";
import { buildDefinition, type Choices, type Definition } from "./model/definition.ts";
import type { CalendarFile, DefinitionFile, OverlayFile } from "./model/language.ts";
import { readCalendar, readDefinition, readOverlay, type Problem, type ReadResult } from "./model/read.ts";

/** The built-in definitions, calendars and overlays, read once from the files beside this one. */
export type Library = {
  readonly definitions: ReadonlyMap<string, DefinitionFile>;
  readonly calendars: ReadonlyMap<string, CalendarFile>;
  readonly overlays: ReadonlyMap<string, OverlayFile>;
  /** Text of each definition's file, for readers. */
  readonly texts: ReadonlyMap<string, string>;
};

const FOLDER = fileURLToPath(new URL("./library/", import.meta.url));
let loaded: Library | undefined;

/** The library that ships with Handrail. Throws with file, line and column when one of its files is not in order. */
export function library(): Library {
  loaded ??= readLibrary(FOLDER);
  return loaded;
}

/** The engine's form of a built-in definition; a RangeError for an id or choice that does not exist. */
export function definitionOf(
  from: Library,
  id: string,
  choices: Choices = {},
  overlay: string | null = null,
): Definition {
  const file = from.definitions.get(id);
  if (file === undefined) {
    throw new RangeError(`There is no definition "${id}". There are: ${[...from.definitions.keys()].join(", ")}.`);
  }
  if (overlay === null) return buildDefinition(file, from.calendars, choices);
  const overlaid = from.overlays.get(overlay);
  if (overlaid === undefined || overlaid.overlays !== id) {
    const ids = [...from.overlays.values()].filter((other) => other.overlays === id).map((other) => other.id);
    throw new RangeError(`${id} has no overlay "${overlay}". It has: ${ids.length === 0 ? "none" : ids.join(", ")}.`);
  }
  return buildDefinition(file, from.calendars, choices, overlaid);
}

/** Reads and checks one definition's text; the problems with line and column when it is not in order. */
export function checkText(text: string, calendars: ReadonlyMap<string, CalendarFile>): ReadResult<DefinitionFile> {
  const read = readDefinition(text);
  if (!read.ok) return read;
  const problems = checkDefinition(read.value.file, calendars).map((finding) => ({
    ...read.value.locate(finding.path),
    message: `${finding.path.join(" › ")}: ${finding.message}`,
  }));
  return problems.length === 0 ? read : { ok: false, problems: inFileOrder(problems) };
}

/** Reads and checks an overlay's text against the definition it tightens. */
export function checkOverlayText(
  text: string,
  definitions: ReadonlyMap<string, DefinitionFile>,
): ReadResult<OverlayFile> {
  const read = readOverlay(text);
  if (!read.ok) return read;
  const { file: overlay, locate } = read.value;
  const file = definitions.get(overlay.overlays);
  const findings =
    file === undefined
      ? [
          {
            path: ["overlays"],
            message: `there is no definition "${overlay.overlays}": there are ${[...definitions.keys()].join(", ")}`,
          },
        ]
      : checkOverlay(overlay, file);
  if (findings.length === 0) return read;
  return {
    ok: false,
    problems: inFileOrder(
      findings.map(({ path, message }) => ({ ...locate(path), message: `${path.join(" › ")}: ${message}` })),
    ),
  };
}

function readLibrary(folder: string): Library {
  const calendars = new Map(
    filesIn(join(folder, "calendars")).map((path) => keyed(expect(path, readCalendar(readText(path))))),
  );
  const texts = new Map<string, string>();
  const definitions = new Map<string, DefinitionFile>();
  for (const country of readdirSync(folder, { withFileTypes: true }).filter((entry) => entry.isDirectory())) {
    if (country.name === "calendars" || country.name === "overlays") continue;
    for (const path of filesIn(join(folder, country.name))) {
      const text = readText(path);
      const file = expect(path, checkText(text, calendars));
      definitions.set(file.id, file);
      texts.set(file.id, text);
    }
  }
  const overlays = new Map(
    filesIn(join(folder, "overlays")).map((path) => keyed(expect(path, checkOverlayText(readText(path), definitions)))),
  );
  return {
    definitions: new Map([...definitions].toSorted(([a], [b]) => (a < b ? -1 : 1))),
    calendars,
    overlays,
    texts,
  };
}

function filesIn(folder: string): readonly string[] {
  return readdirSync(folder)
    .filter((name) => name.endsWith(".yaml"))
    .toSorted()
    .map((name) => join(folder, name));
}

function readText(path: string): string {
  return readFileSync(path, "utf8");
}

function keyed<File extends { readonly id: string }>(file: File): readonly [string, File] {
  return [file.id, file];
}

function expect<File>(path: string, read: ReadResult<File>): File {
  if (read.ok) return read.value.file;
  throw new Error(`${path} is not in order:\n${formatProblems(path, read.problems)}`);
}

/** Problems as compilers print them: file:line:column: message. */
export function formatProblems(path: string, problems: readonly Problem[]): string {
  return problems.map((problem) => `${path}:${problem.line}:${problem.column}: ${problem.message}`).join("\n");
}

function inFileOrder(problems: readonly Problem[]): readonly Problem[] {
  return problems.toSorted((a, b) => a.line - b.line || a.column - b.column);
}
