import { CommandError } from "../../../core/terminal/command-error.ts";
import type { Clock as Now } from "../../../core/clock.ts";
import { readMoment, type Moment, type Zone } from "../../../lib/dates/zone.ts";
import { definitionOf, type Library } from "../library.ts";
import type { Asked } from "../model/asked.ts";
import type { Choices, Definition } from "../model/definition.ts";
import type { Question } from "../model/interpret.ts";
import { nearest } from "../model/read.ts";

/** The options by which commands choose a definition and the moment from which they look. */
export type QuestionOptions = {
  readonly guarantee: string;
  readonly promise?: string;
  readonly asAt?: string;
  readonly knownOn?: string;
  readonly version?: string;
  readonly overlay?: string;
  readonly set?: readonly string[];
};

/** Checks the options against the library; a CommandError says what does not exist and what does. */
export function readQuestion(options: QuestionOptions, library: Library, clock: Now): Asked {
  const ids = [...library.definitions.keys()];
  if (!library.definitions.has(options.guarantee))
    throw new CommandError(`There is no guarantee "${options.guarantee}". ${suggest(options.guarantee, ids)}`);
  const choices = readChoices(options.set ?? []);
  const build = (overlay: string | null) => {
    try {
      return definitionOf(library, options.guarantee, choices, overlay);
    } catch (error) {
      if (error instanceof RangeError) throw new CommandError(error.message);
      throw error;
    }
  };
  const definition = build(options.overlay ?? null);
  const promises = definition.promises.map((promise) => promise.id);
  if (options.promise !== undefined && !promises.includes(options.promise)) {
    throw new CommandError(
      `${definition.id} has no promise "${options.promise}". ${suggest(options.promise, promises)}`,
    );
  }
  const versions = definition.versions.map((version) => version.id);
  if (options.version !== undefined && !versions.includes(options.version)) {
    const repealed = definition.file.versions.some((version) => version.id === options.version);
    const why = repealed ? "It was repealed before taking effect." : suggest(options.version, versions);
    throw new CommandError(`${definition.id} has no version "${options.version}" in force. ${why}`);
  }
  const question: Question = {
    asAt:
      options.asAt === undefined
        ? { kind: "instant", instant: clock.now().epochMilliseconds }
        : readWhen("--as-at", options.asAt, definition.zone),
    knownOn: options.knownOn === undefined ? null : readWhen("--known-on", options.knownOn, definition.zone),
    promise: options.promise ?? null,
    version: options.version ?? null,
  };
  const readingsAsked = options.overlay !== undefined || (options.set ?? []).length > 0;
  return { definition, ...byArea(library, definition, options, build), readingsAsked, question };
}

/** Overlays that name areas hold for those areas' cases by themselves; an overlay asked for holds for all. */
function byArea(
  library: Library,
  definition: Definition,
  options: QuestionOptions,
  build: (overlay: string | null) => Definition,
): Pick<Asked, "definitionFor" | "areas"> {
  if (options.overlay !== undefined) return { definitionFor: () => definition, areas: [] };
  const areas = new Map<string, Definition>();
  for (const overlay of library.overlays.values()) {
    if (overlay.overlays !== definition.id) continue;
    for (const area of overlay.areas ?? []) areas.set(area, build(overlay.id));
  }
  return {
    definitionFor: (area) => (area === null ? definition : (areas.get(area) ?? definition)),
    areas: [...areas.keys()],
  };
}

function readChoices(settings: readonly string[]): Choices {
  return Object.fromEntries(
    settings.map((setting) => {
      const [name, choice, rest] = setting.split("=");
      if (name === undefined || choice === undefined || rest !== undefined) {
        throw new CommandError(`--set ${setting}: write --set PARAMETER=CHOICE.`);
      }
      return [name, choice];
    }),
  );
}

export function readWhen(option: string, text: string, zone: Zone): Moment {
  const moment = readMoment(text, zone);
  if (typeof moment === "string") throw new CommandError(`${option}: ${moment}.`);
  return moment;
}

export function suggest(name: string, known: readonly string[]): string {
  const near = nearest(name, known);
  return near === undefined ? `There are: ${known.join(", ")}.` : `Did you mean "${near}"?`;
}
