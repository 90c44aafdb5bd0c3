import { inLanguage, nameLaw, readLaw } from "../model/definition.ts";
import type { DefinitionFile, ExampleFile, PromiseFile, RuleFile } from "../model/language.ts";
import type { ClockRow } from "../model/row.ts";
import { paths } from "../paths.ts";
import { conditionWords, fieldWords } from "./field-words.ts";
import type { Words } from "./moments.ts";

export type DefinitionList = readonly {
  readonly country: string;
  readonly definitions: readonly {
    readonly name: string;
    readonly href: string;
    readonly status: string;
    readonly about: string;
    readonly promises: string;
  }[];
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
      promises: Object.values(file.promises)
        .map((promise) => inLanguage(promise.name, t.language))
        .join(", "),
    })),
  }));
}

export type ExampleView = {
  readonly name: string;
  readonly source: string;
  readonly choices: string | null;
  readonly events: readonly { readonly when: string; readonly label: string; readonly details: string }[];
  readonly seen: string | null;
  readonly clocks: readonly {
    readonly promise: string;
    readonly state: string;
    readonly stateText: string;
    readonly text: string;
  }[];
};

export type RuleView = {
  readonly does: string;
  readonly events: string;
  readonly says: string;
  readonly law: { readonly text: string; readonly href: string | null };
  /** For each version of the definition: does it hold there? */
  readonly versions: readonly boolean[];
  /** The same in words: "all", or "2007, 2015". */
  readonly inVersions: string;
};

/** A rule that some versions have and others do not: its words in each version, or null. */
export type Difference = { readonly does: string; readonly events: string; readonly cells: readonly (string | null)[] };

export type DefinitionPage = {
  readonly id: string;
  readonly name: string;
  readonly about: string;
  readonly status: string;
  readonly zone: string;
  readonly examples: readonly ExampleView[];
  readonly versions: readonly {
    readonly id: string;
    readonly from: string;
    readonly until: string;
    readonly says: string;
    readonly law: { readonly text: string; readonly href: string | null };
  }[];
  readonly promises: readonly {
    readonly id: string;
    readonly name: string;
    readonly limits: readonly string[];
    readonly limitNow: string;
    readonly rules: readonly RuleView[];
  }[];
  /** Rules that are not the same in every version, beside each other. */
  readonly differences: readonly Difference[];
  readonly parameters: readonly {
    readonly question: string;
    readonly choices: readonly { readonly text: string; readonly isDefault: boolean }[];
    readonly because: string;
  }[];
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
  const promises = Object.entries(file.promises).map(([id, promise]) => {
    const limits = file.versions.map((version) => limitIn(promise, version.id, t));
    return {
      id,
      name: say(promise.name),
      limits,
      limitNow: t("definition.limitNow", { limit: limits.at(-1) ?? "" }),
      rules: rulesOf(file, promise, words),
    };
  });
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
      until:
        version.repealed !== undefined
          ? t("definition.repealed")
          : version.until === undefined
            ? ""
            : date(version.until),
      says: say(version.says),
      law: law(version.law),
    })),
    promises,
    differences: promises.flatMap((promise) => differencesOf(promise.rules)),
    parameters: Object.values(file.parameters ?? {}).map((parameter) => ({
      question: parameter.question,
      choices: Object.entries(parameter.choices).map(([id, meaning]) => ({
        text: meaning,
        isDefault: id === parameter.default,
      })),
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
      return conditions.length === 0
        ? limitCase.is
        : t("definition.limitIf", { limit: limitCase.is, condition: conditions.join(", ") });
    })
    .join("; ");
}

const GROUPS = ["starts", "stops", "ends", "voids", "restarts", "pauses", "moves"] as const;

function rulesOf(file: DefinitionFile, promise: PromiseFile, words: Words): readonly RuleView[] {
  const { t } = words;
  return GROUPS.flatMap((group) =>
    (promise[group] ?? []).map((rule) => {
      const holding = file.versions.filter(
        ({ id }) => (rule.in?.includes(id) ?? true) && (promise.in?.includes(id) ?? true),
      );
      return {
        does: t(`definition.does.${group}`),
        events: ruleEvents(file, rule, words),
        says: inLanguage(rule.says, t.language),
        law: lawLink(file, rule.law),
        versions: file.versions.map((version) => holding.includes(version)),
        inVersions:
          holding.length === file.versions.length
            ? t("definition.allVersions")
            : holding.map(({ id }) => id).join(", "),
      };
    }),
  );
}

/** Rules of one promise that came, went or were reworded between versions; those of one event on one row. */
function differencesOf(rules: readonly RuleView[]): readonly Difference[] {
  const partial = rules.filter(({ versions }) => versions.includes(false) && versions.includes(true));
  return [...Map.groupBy(partial, ({ does, events }) => `${does}\u0000${events}`).values()].map((group) => ({
    does: group[0]?.does ?? "",
    events: group[0]?.events ?? "",
    cells: (group[0]?.versions ?? []).map(
      (_, index) =>
        group
          .filter(({ versions }) => versions[index])
          .map(({ says }) => says)
          .join(" ") || null,
    ),
  }));
}

function ruleEvents(file: DefinitionFile, rule: RuleFile & Record<string, unknown>, words: Words): string {
  const { t } = words;
  const label = (type: string) => {
    const event = file.events[type];
    return event === undefined ? type : inLanguage(event.label, t.language);
  };
  const names = (types: unknown) =>
    [types]
      .flat()
      .map((type) => label(String(type)))
      .join(t("definition.or"));
  const fields = Object.assign(
    {},
    ...[rule["when"] ?? rule["from"]].flat().map((type) => file.events[String(type)]?.fields ?? {}),
  );
  const condition = rule["if"] === undefined ? "" : ` (${conditionWords(fields, String(rule["if"]), words)})`;
  const until = rule["until"] === undefined ? "" : t("definition.until", { event: names(rule["until"]) });
  const needs =
    rule["needs"] === undefined
      ? ""
      : t("definition.needs", {
          events: [rule["needs"]]
            .flat()
            .map((need) => String(need).replace(/^[a-z0-9-]+/, label))
            .join(", "),
        });
  return `${names(rule["when"] ?? rule["from"])}${condition}${until}${needs}`;
}

function exampleView(file: DefinitionFile, example: ExampleFile, rows: readonly ClockRow[], words: Words): ExampleView {
  const { t, formats } = words;
  const moment = (text: string) => {
    const date = Temporal.PlainDate.from(text.slice(0, 10));
    const time = /T(\d{2}:\d{2})/.exec(text)?.[1];
    return time === undefined
      ? formats.plainDate(date)
      : t("format.dateAtTime", { date: formats.plainDate(date), time });
  };
  return {
    name: example.name,
    source: example.source,
    choices:
      example.overlay ??
      (example.with === undefined
        ? null
        : Object.entries(example.with)
            .map(([name, value]) => `${name}: ${value}`)
            .join(", ")),
    events: example.events.map((line) => {
      const [when, type, ...rest] = line.split(" ") as [string, string, ...string[]];
      const event = file.events[type];
      return {
        when: moment(when),
        label: event === undefined ? type : inLanguage(event.label, t.language),
        details: rest.map((detail) => exampleDetail(event, detail, words)).join("; "),
      };
    }),
    seen: example["as-at"] === undefined ? null : t("definition.seen", { date: moment(example["as-at"]) }),
    clocks: rows.map((row) => {
      const promise = file.promises[row.promise];
      return {
        promise: promise === undefined ? row.promise : inLanguage(promise.name, t.language),
        state: row.state,
        stateText: t(`clockState.${row.state}`),
        text: t(row.excluded === 0 ? "definition.clock" : "definition.clockWithout", {
          started: moment(row.started),
          due: moment(row.due),
          elapsed: amount(row, row.elapsed, t),
          excluded: amount(row, row.excluded, t),
        }),
      };
    }),
  };
}

function amount(row: ClockRow, count: number, t: Words["t"]): string {
  return row.unit === "working-minutes" && count % 60 === 0
    ? t("amount.working-hours", { count: count / 60 })
    : t(`amount.${row.unit}`, { count });
}

/** "by=person" of an example's event, in the words of the field. */
function exampleDetail(event: DefinitionFile["events"][string] | undefined, detail: string, words: Words): string {
  const [name = "", ...value] = detail.split("=");
  const field = event?.fields?.[name];
  return field === undefined ? detail : fieldWords(field, value.join("="), words);
}
