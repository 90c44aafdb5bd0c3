import type { WorkingCalendar } from "../../../lib/dates/calendar.ts";
import { LAST_DAY, parseDay, type Day } from "../../../lib/dates/day.ts";
import type { WorkingHours } from "../../../lib/dates/working-time.ts";
import { zoneOf, type Zone } from "../../../lib/dates/zone.ts";
import { readCondition, type Condition } from "./condition.ts";
import { calendarOf } from "./holidays.ts";
import type {
  CalendarFile,
  DefinitionFile,
  MoveRuleFile,
  OverlayFile,
  PauseRuleFile,
  PromiseFile,
  RestartRuleFile,
  RuleFile,
  StartRuleFile,
  StopRuleFile,
  Words,
} from "./language.ts";
import { readLimit, type Limit } from "./limit.ts";

/** A definition as the engine uses it: texts parsed, parameters chosen, an overlay applied. Frozen by its type. */
export type Definition = {
  readonly id: string;
  readonly file: DefinitionFile;
  readonly overlay: OverlayFile | null;
  readonly zone: Zone;
  readonly calendar: WorkingCalendar | null;
  readonly hours: WorkingHours | null;
  /** Ascending by `from`, without the repealed ones. */
  readonly versions: readonly Version[];
  /** Rank of each event type among events of one day. */
  readonly order: ReadonlyMap<string, number>;
  readonly promises: readonly PromiseRules[];
};

export type Version = {
  readonly id: string;
  readonly from: Day;
  readonly until: Day;
  readonly appliesToAll: boolean;
  readonly grandfathersBefore: Day | null;
};

/** Where a rule stands: a source of the definition and the place in it. */
export type Law = { readonly source: string; readonly place: string };

type RuleBase = {
  /** Ids of the versions it belongs to; null for all. */
  readonly versions: ReadonlySet<string> | null;
  readonly law: Law;
  readonly says: Words;
};
type EventRule = RuleBase & { readonly when: ReadonlySet<string>; readonly condition: Condition | null };

export type CountedFrom =
  | { readonly kind: "field"; readonly field: string }
  | {
      readonly kind: "first";
      readonly type: string;
      /** The event that answers it, after which the next one is first. */ readonly since: string;
    };
export type StartRule = EventRule & {
  readonly countedFrom: CountedFrom | null;
  readonly ifLast: ReadonlySet<string> | null;
  /** The event that stops the clock may start the next one. */
  readonly again: boolean;
};
export type StopEffect = "stop" | "end" | "void";
export type StopRule = EventRule & {
  readonly effect: StopEffect;
  readonly dated: string | null;
  /** What ought to be on record before it; a stop without it counts, and is noted. */
  readonly expects: readonly Evidence[];
};
export type RestartRule = EventRule & {
  readonly after: string | null;
  readonly count: number;
  readonly inTime: boolean;
};
export type Evidence = { readonly type: string; readonly count: number; readonly anyTime: boolean };
export type PauseRule = RuleBase & {
  readonly id: string;
  readonly from: ReadonlySet<string>;
  readonly condition: Condition | null;
  readonly until: ReadonlySet<string>;
  readonly needs: readonly Evidence[];
  readonly endRequired: boolean;
  readonly bothDays: boolean;
};
export type Move =
  | { readonly kind: "to-field"; readonly field: string }
  | { readonly kind: "add"; readonly limit: Limit }
  | { readonly kind: "limit"; readonly limit: Limit }
  | { readonly kind: "back" };
export type MoveRule = EventRule & { readonly move: Move; readonly once: boolean; readonly inTime: boolean };
export type LimitCase = {
  readonly versions: ReadonlySet<string> | null;
  readonly condition: Condition | null;
  readonly limit: Limit;
  readonly law: Law | null;
};

export type PromiseRules = {
  readonly id: string;
  readonly file: PromiseFile;
  readonly versions: ReadonlySet<string> | null;
  readonly limits: readonly LimitCase[];
  readonly rolls: boolean;
  /** Milliseconds since local midnight after which a start counts as the next day's; null for none. */
  readonly cutOff: number | null;
  readonly countsFirstDay: boolean;
  readonly starts: readonly StartRule[];
  /** Voids before ends before stops: an event that could do two things does the one that counts least. */
  readonly stops: readonly StopRule[];
  readonly restarts: readonly RestartRule[];
  readonly pauses: readonly PauseRule[];
  readonly moves: readonly MoveRule[];
};

export type Choices = Readonly<Record<string, string>>;

/**
 * Builds the engine's form of a checked definition file (`check.ts` has passed it).
 * @param choices parameters chosen otherwise than the file's default, by name
 * @param overlay a regional overlay of this definition, or null
 * Throws a RangeError for a parameter or choice that the file does not have.
 */
export function buildDefinition(
  file: DefinitionFile,
  calendars: ReadonlyMap<string, CalendarFile>,
  choices: Choices = {},
  overlay: OverlayFile | null = null,
): Definition {
  const chosen = chooseParameters(file, choices);
  const zone = zoneOf(file["time-zone"]);
  const calendar = file.calendar === undefined ? null : calendarOf(calendarFile(file.calendar, calendars), calendars);
  return {
    id: file.id,
    file,
    overlay,
    zone,
    calendar,
    hours: workingHours(file, calendars, zone),
    versions: file.versions.filter((version) => version.repealed === undefined).map(buildVersion(file)),
    order: new Map(Object.keys(file.events).map((type, rank) => [type, rank])),
    promises: Object.entries(file.promises).map(([id, promise]) => buildPromise(id, promise, chosen, overlay)),
  };
}

/** The version under which a clock that starts on `day` runs; undefined when none was in force. */
export function versionOn(definition: Definition, day: Day): Version | undefined {
  return definition.versions.findLast((version) => version.from <= day && day <= version.until);
}

export function inVersion(rule: { readonly versions: ReadonlySet<string> | null }, version: string): boolean {
  return rule.versions === null || rule.versions.has(version);
}

/** Words in a language, English where that language has none. */
export function inLanguage(words: Words, language: string): string {
  if (typeof words === "string") return words;
  return words[language] ?? words["en"] ?? (Object.values(words)[0] as string);
}

/** "ordinance ch. 6 § 1" → the source "ordinance" and the place in it. */
export function readLaw(text: string): Law {
  const space = text.indexOf(" ");
  return space < 0 ? { source: text, place: "" } : { source: text.slice(0, space), place: text.slice(space + 1) };
}

/** A law as a reader sees it: the source's title, then the place. */
export function nameLaw(file: DefinitionFile, law: Law): string {
  const title = file.sources[law.source]?.title ?? law.source;
  return law.place === "" ? title : `${title}, ${law.place}`;
}

function chooseParameters(file: DefinitionFile, choices: Choices): ReadonlyMap<string, string> {
  const parameters = file.parameters ?? {};
  for (const [name, choice] of Object.entries(choices)) {
    const parameter = parameters[name];
    if (parameter === undefined) {
      throw new RangeError(`${file.id} has no parameter "${name}"; it has: ${list(Object.keys(parameters))}`);
    }
    if (parameter.choices[choice] === undefined) {
      throw new RangeError(
        `Parameter "${name}" of ${file.id} has no choice "${choice}"; it has: ${list(Object.keys(parameter.choices))}`,
      );
    }
  }
  return new Map(Object.entries(parameters).map(([name, parameter]) => [name, choices[name] ?? parameter.default]));
}

function list(names: readonly string[]): string {
  return names.length === 0 ? "none" : names.join(", ");
}

function buildVersion(file: DefinitionFile): (version: DefinitionFile["versions"][number]) => Version {
  const inForce = file.versions.filter((version) => version.repealed === undefined);
  return (version) => {
    const next = inForce[inForce.indexOf(version) + 1];
    const until =
      version.until === undefined ? (next === undefined ? LAST_DAY : day(next.from) - 1) : day(version.until);
    const before = version.grandfathers?.["started-before"];
    return {
      id: version.id,
      from: day(version.from),
      until,
      appliesToAll: version["applies-to"] === "all clocks",
      grandfathersBefore: before === undefined ? null : day(before),
    };
  };
}

function buildPromise(
  id: string,
  file: PromiseFile,
  chosen: ReadonlyMap<string, string>,
  overlay: OverlayFile | null,
): PromiseRules {
  const applies = (rule: RuleFile) => chosenBy(rule, chosen);
  const change = overlay?.promises[id];
  const dropped = new Set(change?.["drop-pauses"] ?? []);
  const stops = (rules: readonly StopRuleFile[] | undefined, effect: StopEffect) =>
    (rules ?? []).filter(applies).map((rule) => buildStop(rule, effect));
  return {
    id,
    file,
    versions: file.in === undefined ? null : new Set(file.in),
    limits: buildLimits(file, change?.limit, overlay, chosen),
    rolls: file["rolls-to"] !== undefined,
    cutOff: file["cut-off"] === undefined ? null : timeOfDay(file["cut-off"]),
    countsFirstDay: file["first-day"] !== undefined,
    starts: file.starts.filter(applies).map(buildStart),
    stops: [...stops(file.voids, "void"), ...stops(file.ends, "end"), ...stops(file.stops, "stop")],
    restarts: (file.restarts ?? []).filter(applies).map(buildRestart),
    pauses: (file.pauses ?? []).filter((rule) => applies(rule) && !dropped.has(rule.id)).map(buildPause),
    moves: (file.moves ?? []).filter(applies).map(buildMove),
  };
}

function chosenBy(rule: { with?: Record<string, string> | undefined }, chosen: ReadonlyMap<string, string>): boolean {
  return Object.entries(rule.with ?? {}).every(([name, choice]) => chosen.get(name) === choice);
}

function buildLimits(
  file: PromiseFile,
  overlaid: string | undefined,
  overlay: OverlayFile | null,
  chosen: ReadonlyMap<string, string>,
): readonly LimitCase[] {
  if (overlaid !== undefined && overlay !== null) {
    return [{ versions: null, condition: null, limit: parsedLimit(overlaid), law: readLaw(overlay.law) }];
  }
  if (typeof file.limit === "string") {
    return [{ versions: null, condition: null, limit: parsedLimit(file.limit), law: null }];
  }
  return file.limit
    .filter((limitCase) => chosenBy(limitCase, chosen))
    .map((limitCase) => ({
      versions: limitCase.in === undefined ? null : new Set(limitCase.in),
      condition: parsedCondition(limitCase.if),
      limit: parsedLimit(limitCase.is),
      law: limitCase.law === undefined ? null : readLaw(limitCase.law),
    }));
}

function ruleBase(rule: RuleFile): RuleBase {
  return { versions: rule.in === undefined ? null : new Set(rule.in), law: readLaw(rule.law), says: rule.says };
}

function eventRule(rule: RuleFile & { when: string | string[]; if?: string | undefined }): EventRule {
  return { ...ruleBase(rule), when: typeSet(rule.when), condition: parsedCondition(rule.if) };
}

function buildStart(rule: StartRuleFile): StartRule {
  const from = rule["counted-from"];
  const countedFrom: CountedFrom | null =
    from === undefined
      ? null
      : from.startsWith("field ")
        ? { kind: "field", field: from.slice("field ".length) }
        : readFirst(from);
  return {
    ...eventRule(rule),
    countedFrom,
    ifLast: rule["if-last"] === undefined ? null : typeSet(rule["if-last"]),
    again: rule.again !== undefined,
  };
}

/** "first contact-sought since contact-made" */
export function readFirst(text: string): CountedFrom {
  const [, type, , since] = text.split(" ") as [string, string, string, string];
  return { kind: "first", type, since };
}

function buildStop(rule: StopRuleFile, effect: StopEffect): StopRule {
  return {
    ...eventRule(rule),
    effect,
    dated: rule.dated === undefined ? null : rule.dated.slice("latest ".length),
    expects: (rule.expects ?? []).map(readEvidence),
  };
}

function buildRestart(rule: RestartRuleFile): RestartRule {
  return {
    ...eventRule(rule),
    after: rule.after ?? null,
    count: rule.count ?? 1,
    inTime: rule["in-time"] !== undefined,
  };
}

function buildPause(rule: PauseRuleFile): PauseRule {
  return {
    ...ruleBase(rule),
    id: rule.id,
    from: typeSet(rule.from),
    condition: parsedCondition(rule.if),
    until: typeSet(rule.until),
    needs: (rule.needs ?? []).map(readEvidence),
    endRequired: rule["end-required"] !== undefined,
    bothDays: rule["both-days"] !== undefined,
  };
}

/** "offer-declined twice at any time" → type, how often, and whether events before the clock's start count too. */
export function readEvidence(text: string): Evidence {
  const anyTime = text.endsWith(" at any time");
  const rest = anyTime ? text.slice(0, -" at any time".length) : text;
  const twice = rest.endsWith(" twice");
  return { type: twice ? rest.slice(0, -" twice".length) : rest, count: twice ? 2 : 1, anyTime };
}

function buildMove(rule: MoveRuleFile): MoveRule {
  const move: Move =
    rule.to !== undefined
      ? { kind: "to-field", field: rule.to.slice("field ".length) }
      : rule.add !== undefined
        ? { kind: "add", limit: parsedLimit(rule.add) }
        : rule.limit !== undefined
          ? { kind: "limit", limit: parsedLimit(rule.limit) }
          : { kind: "back" };
  return { ...eventRule(rule), move, once: rule.once !== undefined, inTime: rule["in-time"] !== undefined };
}

function workingHours(
  file: DefinitionFile,
  calendars: ReadonlyMap<string, CalendarFile>,
  zone: Zone,
): WorkingHours | null {
  const openingHours = file["opening-hours"];
  if (openingHours === undefined) return null;
  const names = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"] as const;
  const openings = new Map(
    names.flatMap((name, index) => {
      const times = openingHours[name];
      return times === undefined ? [] : [[index + 1, times.map(readOpening)] as const];
    }),
  );
  const holidays = file.calendar === undefined ? EMPTY_CALENDAR : calendarFile(file.calendar, calendars);
  return { calendar: calendarOf(holidays, calendars, new Set(openings.keys())), zone, openings };
}

const EMPTY_CALENDAR: CalendarFile = { id: "every-day", name: "Every day", source: "none" };

function readOpening(text: string): readonly [number, number] {
  const [from, to] = text.split("-") as [string, string];
  return [minutes(from), minutes(to)];
}

function minutes(text: string): number {
  const [hours, rest] = text.split(":") as [string, string];
  return Number(hours) * 60 + Number(rest);
}

function timeOfDay(text: string): number {
  return minutes(text) * 60_000;
}

function calendarFile(id: string, calendars: ReadonlyMap<string, CalendarFile>): CalendarFile {
  const file = calendars.get(id);
  if (file === undefined)
    throw new RangeError(`There is no calendar "${id}"; there are: ${[...calendars.keys()].join(", ")}`);
  return file;
}

function typeSet(types: string | readonly string[]): ReadonlySet<string> {
  return new Set(typeof types === "string" ? [types] : types);
}

function parsedLimit(text: string): Limit {
  const limit = readLimit(text);
  if (limit === undefined) throw new RangeError(`"${text}" is not a limit`);
  return limit;
}

function parsedCondition(text: string | undefined): Condition | null {
  if (text === undefined) return null;
  const condition = readCondition(text);
  if (typeof condition === "string") throw new RangeError(condition);
  return condition;
}

function day(text: string): Day {
  const parsed = parseDay(text);
  if (parsed === undefined) throw new RangeError(`"${text}" is not a date`);
  return parsed;
}
