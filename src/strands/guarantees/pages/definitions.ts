import { inLanguage, nameLaw, readLaw } from "../model/definition.ts";
import type { DefinitionFile, ExampleFile, PromiseFile, RuleFile } from "../model/language.ts";
import type { ClockRow } from "../model/row.ts";
import { paths } from "../paths.ts";
import type { Words } from "./moments.ts";

export type DefinitionList = readonly {
  readonly country: string;
  readonly definitions: readonly { readonly name: string; readonly href: string; readonly status: string; readonly about: string; readonly promises: string }[];
}[];

export function definitionList(files: Iterable<DefinitionFile>, { t }: Words): DefinitionList {
  const groups = Map.groupBy(files, (file) => file.country);
  return [...groups].map(([country, list]) => ({
    country: t(`country.${country}`),
    definitions: list.map((file) => ({
      name: inLanguage(file.name, t.language),
      href: paths.definition(file.id),
      status: t(`status.${file.status}`),
      about: inLanguage(file.about, t.language),
      promises: Object.values(file.promises).map((promise) => inLanguage(promise.name, t.language)).join(", "),
    })),
  }));
}

export type ExampleView = {
  readonly name: string;
  readonly source: string;
  readonly choices: string | null;
  readonly events: readonly { readonly when: string; readonly label: string; readonly details: string }[];
  readonly seen: string | null;
  readonly clocks: readonly { readonly promise: string; readonly state: string; readonly stateText: string; readonly text: string }[];
};

export type RuleView = {
  readonly does: string;
  readonly events: string;
  readonly says: string;
  readonly law: { readonly text: string; readonly href: string | null };
  /** For each version of the definition: does it hold there? */
  readonly versions: readonly boolean[];
};

export type DefinitionPage = {
  readonly id: string;
  readonly name: string;
  readonly about: string;
  readonly status: string;
  readonly zone: string;
  readonly examples: readonly ExampleView[];
  readonly versions: readonly { readonly id: string; readonly from: string; readonly until: string; readonly says: string; readonly law: { readonly text: string; readonly href: string | null } }[];
  readonly promises: readonly { readonly id: string; readonly name: string; readonly limits: readonly string[]; readonly rules: readonly RuleView[] }[];
  readonly parameters: readonly { readonly question: string; readonly choices: readonly { readonly text: string; readonly isDefault: boolean }[]; readonly because: string }[];
  readonly overlays: readonly { readonly name: string; readonly text: string; readonly law: string }[];
  readonly text: string;
};

/** A definition as a reader meets it: examples first, then what each version says beside the others. Pure. */
export function definitionPage(
  file: DefinitionFile,
  text: string,
  overlays: DefinitionPage["overlays"],
  run: (example: ExampleFile) => readonly ClockRow[],
  words: Words,
): DefinitionPage {
  const { t, formats } = words;
  const say = (phrase: Parameters<typeof inLanguage>[0]) => inLanguage(phrase, t.language);
  const law = (place: string) => lawLink(file, place);
  const date = (iso: string) => formats.plainDate(Temporal.PlainDate.from(iso));
  return {
    id: file.id,
    name: say(file.name),
    about: say(file.about),
    status: t(`status.${file.status}`),
    zone: file["time-zone"],
    examples: file.examples.map((example) => exampleView(file, example, run(example), words)),
    versions: file.versions.map((version) => ({
      id: version.id,
      from: date(version.from),
      until: version.repealed !== undefined ? t("definition.repealed") : version.until === undefined ? "" : date(version.until),
      says: say(version.says),
      law: law(version.law),
    })),
    promises: Object.entries(file.promises).map(([id, promise]) => ({
      id,
      name: say(promise.name),
      limits: file.versions.map((version) => limitIn(promise, version.id, t)),
      rules: rulesOf(file, promise, words),
    })),
    parameters: Object.values(file.parameters ?? {}).map((parameter) => ({
      question: parameter.question,
      choices: Object.entries(parameter.choices).map(([id, meaning]) => ({ text: meaning, isDefault: id === parameter.default })),
      because: parameter.because,
    })),
    overlays,
    text,
  };
}

/** A paragraph's name, with the address of its source where it has one. */
function lawLink(file: DefinitionFile, place: string): { readonly text: string; readonly href: string | null } {
  const law = readLaw(place);
  return { text: nameLaw(file, law), href: file.sources[law.source]?.url ?? null };
}

function limitIn(promise: PromiseFile, version: string, t: Words["t"]): string {
  if (promise.in !== undefined && !promise.in.includes(version)) return t("definition.notInVersion");
  if (typeof promise.limit === "string") return promise.limit;
  const cases = promise.limit.filter((limitCase) => limitCase.in === undefined || limitCase.in.includes(version));
  return cases
    .map((limitCase) => {
      const choice = Object.entries(limitCase.with ?? {}).map(([name, value]) => `${name}: ${value}`);
      const conditions = [...(limitCase.if === undefined ? [] : [limitCase.if]), ...choice];
      return conditions.length === 0 ? limitCase.is : t("definition.limitIf", { limit: limitCase.is, condition: conditions.join(", ") });
    })
    .join("; ");
}

const GROUPS = ["starts", "stops", "ends", "voids", "restarts", "pauses", "moves"] as const;

function rulesOf(file: DefinitionFile, promise: PromiseFile, { t }: Words): readonly RuleView[] {
  return GROUPS.flatMap((group) =>
    (promise[group] ?? []).map((rule) => ({
      does: t(`definition.does.${group}`),
      events: ruleEvents(file, rule, t),
      says: inLanguage(rule.says, t.language),
      law: lawLink(file, rule.law),
      versions: file.versions.map((version) => (rule.in === undefined || rule.in.includes(version.id)) && (promise.in === undefined || promise.in.includes(version.id))),
    })),
  );
}

function ruleEvents(file: DefinitionFile, rule: RuleFile & Record<string, unknown>, t: Words["t"]): string {
  const label = (type: string) => {
    const event = file.events[type];
    return event === undefined ? type : inLanguage(event.label, t.language);
  };
  const names = (types: unknown) => [types].flat().map((type) => label(String(type))).join(t("definition.or"));
  const condition = rule["if"] === undefined ? "" : ` (${String(rule["if"])})`;
  const until = rule["until"] === undefined ? "" : t("definition.until", { event: names(rule["until"]) });
  const needs = rule["needs"] === undefined ? "" : t("definition.needs", { events: [rule["needs"]].flat().join(", ") });
  return `${names(rule["when"] ?? rule["from"])}${condition}${until}${needs}`;
}

function exampleView(file: DefinitionFile, example: ExampleFile, rows: readonly ClockRow[], { t, formats }: Words): ExampleView {
  const moment = (text: string) => {
    const date = Temporal.PlainDate.from(text.slice(0, 10));
    const time = /T(\d{2}:\d{2})/.exec(text)?.[1];
    return time === undefined ? formats.plainDate(date) : t("format.dateAtTime", { date: formats.plainDate(date), time });
  };
  return {
    name: example.name,
    source: example.source,
    choices: example.overlay ?? (example.with === undefined ? null : Object.entries(example.with).map(([name, value]) => `${name}: ${value}`).join(", ")),
    events: example.events.map((line) => {
      const [when, type, ...rest] = line.split(" ") as [string, string, ...string[]];
      const event = file.events[type];
      return { when: moment(when), label: event === undefined ? type : inLanguage(event.label, t.language), details: rest.join(", ") };
    }),
    seen: example["as-at"] === undefined ? null : t("definition.seen", { date: moment(example["as-at"]) }),
    clocks: rows.map((row) => {
      const promise = file.promises[row.promise];
      return {
        promise: promise === undefined ? row.promise : inLanguage(promise.name, t.language),
        state: row.state,
        stateText: t(`clockState.${row.state}`),
        text: t("definition.clock", { started: moment(row.started), due: moment(row.due), elapsed: row.elapsed, unit: t(`unit.${row.unit}`), excluded: row.excluded }),
      };
    }),
  };
}
