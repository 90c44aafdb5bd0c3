import { readFileSync } from "node:fs";
import { CommandError } from "../../../core/terminal/command-error.ts";
import { formatTable } from "../../../core/terminal/table.ts";
import { checkOverlayText, checkText, definitionOf, formatProblems, type Library } from "../library.ts";
import { buildDefinition, inLanguage } from "../model/definition.ts";
import { exampleDifferences, runExample } from "../model/example.ts";
import { definitionJsonSchema } from "../model/json-schema.ts";
import type { DefinitionFile } from "../model/language.ts";
import { definitionMarkdown } from "../pages/definition-markdown.ts";
import { suggest } from "./question.ts";

export function listDefinitions(library: Library, asJson: boolean): string {
  const files = [...library.definitions.values()];
  const promises = (file: DefinitionFile) => Object.keys(file.promises).join(", ");
  const versions = (file: DefinitionFile) => file.versions.map((version) => version.id).join(", ");
  if (asJson) {
    return files
      .map((file) =>
        JSON.stringify({
          id: file.id,
          name: inLanguage(file.name, "en"),
          country: file.country,
          status: file.status,
          promises: Object.keys(file.promises),
          versions: file.versions.map((version) => version.id),
        }),
      )
      .join("\n");
  }
  return formatTable<DefinitionFile>(
    [
      { title: "id", value: (file) => file.id },
      { title: "name", value: (file) => inLanguage(file.name, "en") },
      { title: "status", value: (file) => file.status },
      { title: "versions", value: versions },
      { title: "promises", value: promises },
    ],
    files,
    process.stdout.hasColors?.() ?? false,
  );
}

/** A definition's file, as it stands. */
export function showDefinition(library: Library, id: string): string {
  const text = library.texts.get(id);
  if (text === undefined)
    throw new CommandError(`There is no definition "${id}". ${suggest(id, [...library.definitions.keys()])}`);
  return text.trimEnd();
}

/** Checks a file and runs its examples. Answers what it found; a CommandError names each problem's line and column. */
export function checkFile(library: Library, path: string): string {
  let text: string;
  try {
    text = readFileSync(path, "utf8");
  } catch {
    throw new CommandError(`${path}: there is no such file.`);
  }
  if (/^overlays:/m.test(text)) return checkOverlayFile(library, path, text);
  const read = checkText(text, library.calendars);
  if (!read.ok) throw new CommandError(formatProblems(path, read.problems));
  const { file, locate } = read.value;
  const failures = file.examples.flatMap((example, index) => {
    const overlay = example.overlay === undefined ? null : (library.overlays.get(example.overlay) ?? null);
    const definition = buildDefinition(file, library.calendars, example.with ?? {}, overlay);
    const { line, column } = locate(["examples", index]);
    return exampleDifferences(example, runExample(definition, example)).map((difference) => ({
      line,
      column,
      message: `example "${example.name}": ${difference}`,
    }));
  });
  if (failures.length > 0) throw new CommandError(formatProblems(path, failures), 1);
  return `${path} is in order: ${Object.keys(file.promises).length} promises, ${file.versions.length} versions, ${file.examples.length} examples, all as they say.`;
}

/** An overlay may only tighten: a limit that is not shorter, or a pause that does not exist, is refused. */
function checkOverlayFile(library: Library, path: string, text: string): string {
  const read = checkOverlayText(text, library.definitions);
  if (!read.ok) throw new CommandError(formatProblems(path, read.problems));
  return `${path} is in order: an overlay of ${read.value.file.overlays}.`;
}

export function printSchema(): string {
  return JSON.stringify(definitionJsonSchema(), null, 2);
}

/** Documentation pages in Markdown, one a definition, generated from the files. */
export function documentDefinitions(library: Library, id: string | undefined): string {
  const ids = id === undefined ? [...library.definitions.keys()] : [id];
  return ids
    .map((one) => {
      const file = library.definitions.get(one);
      if (file === undefined)
        throw new CommandError(`There is no definition "${one}". ${suggest(one, [...library.definitions.keys()])}`);
      return definitionMarkdown(file, (example) =>
        runExample(definitionOf(library, one, example.with ?? {}, example.overlay ?? null), example),
      );
    })
    .join("\n\n");
}
