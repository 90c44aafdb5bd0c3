import { dayFromCivil, parseDay } from "../../../lib/dates/day.ts";
import { readMoment, zoneOf } from "../../../lib/dates/zone.ts";
import { fieldsOf, readCondition } from "./condition.ts";
import { readEvidence, readFirst, readLaw } from "./definition.ts";
import type { CalendarFile, DefinitionFile, OverlayFile, PromiseFile, RuleFile } from "./language.ts";
import { compareLimits, readLimit, scaleOf, type Limit } from "./limit.ts";
import { nearest, type Path } from "./read.ts";

/** What is wrong with a file's meaning, and the keys that lead to the place. */
export type Finding = { readonly path: Path; readonly message: string };

/**
 * Checks what the shape of a definition cannot say: that every name it uses exists, that its dates follow each other,
 * and that its clocks can stop. Pure; an empty list means the engine can run it.
 */
export function checkDefinition(
  file: DefinitionFile,
  calendars: ReadonlyMap<string, CalendarFile>,
): readonly Finding[] {
  return [
    ...checkZoneAndCalendar(file, calendars),
    ...checkVersions(file),
    ...checkParameters(file),
    ...Object.entries(file.promises).flatMap(([id, promise]) => checkPromise(file, id, promise)),
    ...checkUse(file),
    ...checkExamples(file),
  ];
}

/** An overlay may lower a limit or drop a pause reason of the definition it names, and nothing else. */
export function checkOverlay(overlay: OverlayFile, file: DefinitionFile): readonly Finding[] {
  const findings: Finding[] = [];
  if (file.sources[readLaw(overlay.law).source] === undefined)
    findings.push(unknown(["law"], "source", readLaw(overlay.law).source, Object.keys(file.sources)));
  for (const [id, change] of Object.entries(overlay.promises)) {
    const promise = file.promises[id];
    if (promise === undefined) {
      findings.push(unknown(["promises", id], "promise", id, Object.keys(file.promises)));
      continue;
    }
    if (change.limit !== undefined) {
      const lower = readLimit(change.limit) as Limit;
      for (const limit of limitsOf(promise)) {
        const order = compareLimits(lower, limit);
        if (order === undefined || order > 0) {
          findings.push({
            path: ["promises", id, "limit"],
            message: `"${lower.words}" is not shorter than the national "${limit.words}": an overlay may only tighten`,
          });
        }
      }
    }
    for (const pause of change["drop-pauses"] ?? []) {
      const ids = (promise.pauses ?? []).map((rule) => rule.id);
      if (!ids.includes(pause)) findings.push(unknown(["promises", id, "drop-pauses"], "pause", pause, ids));
    }
  }
  return findings;
}

function checkZoneAndCalendar(file: DefinitionFile, calendars: ReadonlyMap<string, CalendarFile>): Finding[] {
  const findings: Finding[] = [];
  try {
    Temporal.ZonedDateTime.from({ year: 2000, month: 1, day: 1, timeZone: file["time-zone"] });
  } catch {
    findings.push({
      path: ["time-zone"],
      message: `"${file["time-zone"]}" is not a time zone: write one like Europe/Stockholm`,
    });
  }
  if (file.calendar !== undefined && !calendars.has(file.calendar)) {
    findings.push(unknown(["calendar"], "calendar", file.calendar, [...calendars.keys()]));
  }
  for (const [weekday, openings] of Object.entries(file["opening-hours"] ?? {})) {
    let last = "";
    for (const opening of openings ?? []) {
      const [from, to] = opening.split("-") as [string, string];
      const isTime = [from, to].every((time) => time.slice(3) < "60" && time <= "24:00");
      if (!isTime || from >= to || from < last) {
        findings.push({
          path: ["opening-hours", weekday],
          message: `"${opening}" is not an opening after the one before it: write them in order, as 09:00-12:00`,
        });
      }
      last = to;
    }
  }
  return findings;
}

function checkVersions(file: DefinitionFile): Finding[] {
  const findings: Finding[] = [];
  let lastFrom = dayFromCivil(1900, 1, 1) - 1;
  const seen = new Set<string>();
  file.versions.forEach((version, index) => {
    const path = ["versions", index];
    const from = parseDay(version.from);
    const until = version.until === undefined ? undefined : parseDay(version.until);
    if (from === undefined)
      findings.push({ path: [...path, "from"], message: `"${version.from}" is a date that does not exist` });
    else if (from <= lastFrom)
      findings.push({
        path: [...path, "from"],
        message: `version "${version.id}" begins before the one above it: write versions oldest first`,
      });
    lastFrom = from ?? lastFrom;
    if (version.until !== undefined && (until === undefined || (from !== undefined && until < from))) {
      findings.push({
        path: [...path, "until"],
        message: `"${version.until}" is not a date on or after ${version.from}`,
      });
    }
    if (seen.has(version.id))
      findings.push({ path: [...path, "id"], message: `there are two versions "${version.id}": give each its own id` });
    seen.add(version.id);
    if (version.grandfathers !== undefined && version["applies-to"] !== "all clocks") {
      findings.push({
        path: [...path, "grandfathers"],
        message: "only a version that applies to all clocks can spare some: add `applies-to: all clocks`",
      });
    }
    const spared = version.grandfathers?.["started-before"];
    if (spared !== undefined && parseDay(spared) === undefined) {
      findings.push({
        path: [...path, "grandfathers", "started-before"],
        message: `"${spared}" is a date that does not exist`,
      });
    }
    findings.push(...checkLaw(file, version.law, [...path, "law"]));
  });
  return findings;
}

function checkParameters(file: DefinitionFile): Finding[] {
  return Object.entries(file.parameters ?? {}).flatMap(([name, parameter]) =>
    parameter.choices[parameter.default] === undefined
      ? [unknown(["parameters", name, "default"], "choice", parameter.default, Object.keys(parameter.choices))]
      : [],
  );
}

function checkPromise(file: DefinitionFile, id: string, promise: PromiseFile): Finding[] {
  const path = ["promises", id];
  const findings: Finding[] = [];
  const rules = rulesOf(promise);
  for (const { rule, at } of rules) findings.push(...checkRule(file, rule, [...path, ...at]));
  findings.push(...checkVersionNames(file, promise.in, [...path, "in"]));
  findings.push(...checkLimits(file, promise, path));
  findings.push(...checkRuns(file, promise, path));
  return findings;
}

type PlacedRule = { readonly rule: RuleFile & Record<string, unknown>; readonly at: Path };

function rulesOf(promise: PromiseFile): readonly PlacedRule[] {
  const groups = ["starts", "stops", "ends", "voids", "restarts", "pauses", "moves"] as const;
  return groups.flatMap((group) => (promise[group] ?? []).map((rule, index) => ({ rule, at: [group, index] })));
}

function checkRule(file: DefinitionFile, rule: RuleFile & Record<string, unknown>, path: Path): Finding[] {
  const findings: Finding[] = [
    ...checkLaw(file, rule.law, [...path, "law"]),
    ...checkVersionNames(file, rule.in, [...path, "in"]),
  ];
  findings.push(...checkChoices(file, rule.with, [...path, "with"]));
  const types = Object.keys(file.events);
  const events: { key: string; type: string }[] = [];
  for (const key of ["when", "from", "until", "if-last", "after"] as const) {
    for (const type of listOf(rule[key])) events.push({ key, type });
  }
  if (typeof rule["dated"] === "string") events.push({ key: "dated", type: rule["dated"].slice("latest ".length) });
  if (typeof rule["counted-from"] === "string" && rule["counted-from"].startsWith("first ")) {
    const first = readFirst(rule["counted-from"]);
    if (first.kind === "first")
      events.push({ key: "counted-from", type: first.type }, { key: "counted-from", type: first.since });
  }
  for (const key of ["needs", "expects"] as const) {
    for (const need of listOf(rule[key])) events.push({ key, type: readEvidence(need).type });
  }
  for (const { key, type } of events)
    if (!types.includes(type)) findings.push(unknown([...path, key], "event", type, types));
  const own = listOf(rule["when"] ?? rule["from"]);
  for (const key of ["counted-from", "to"] as const) {
    const text = rule[key];
    if (typeof text !== "string" || !text.startsWith("field ")) continue;
    const field = text.slice("field ".length);
    for (const type of own) {
      const declared = file.events[type]?.fields?.[field];
      if (declared === undefined)
        findings.push(unknown([...path, key], `field of ${type}`, field, Object.keys(file.events[type]?.fields ?? {})));
      else if (declared.type !== "date")
        findings.push({
          path: [...path, key],
          message: `"${field}" of ${type} is not a date field: give it \`type: date\``,
        });
    }
  }
  if (typeof rule["if"] === "string") findings.push(...checkCondition(file, rule["if"], own, [...path, "if"]));
  return findings;
}

function checkChoices(file: DefinitionFile, choices: Record<string, string> | undefined, path: Path): Finding[] {
  return Object.entries(choices ?? {}).flatMap(([name, choice]) => {
    const parameter = file.parameters?.[name];
    if (parameter === undefined) return [unknown(path, "parameter", name, Object.keys(file.parameters ?? {}))];
    return parameter.choices[choice] === undefined
      ? [unknown(path, "choice", choice, Object.keys(parameter.choices))]
      : [];
  });
}

function checkCondition(file: DefinitionFile, text: string, types: readonly string[], path: Path): Finding[] {
  const condition = readCondition(text);
  if (typeof condition === "string") return [{ path, message: condition }];
  return fieldsOf(condition).flatMap((field) =>
    types
      .filter((type) => file.events[type] !== undefined && file.events[type].fields?.[field] === undefined)
      .map((type) => unknown(path, `field of ${type}`, field, Object.keys(file.events[type]?.fields ?? {}))),
  );
}

function checkLimits(file: DefinitionFile, promise: PromiseFile, path: Path): Finding[] {
  const findings: Finding[] = [];
  const limits = limitsOf(promise);
  const timed = limits.map((limit) => ["hours", "working-minutes"].includes(scaleOf(limit)));
  if (new Set(timed).size > 1)
    findings.push({
      path: [...path, "limit"],
      message: "one promise cannot count days in one case and hours in another: write two promises",
    });
  if (limits.some((limit) => limit.unit === "working-days") && file.calendar === undefined) {
    findings.push({ path: [...path, "limit"], message: "working days need a calendar: add `calendar:` to the file" });
  }
  const isOpen = Object.values(file["opening-hours"] ?? {}).some((openings) => (openings ?? []).length > 0);
  if (limits.some((limit) => scaleOf(limit) === "working-minutes") && !isOpen) {
    findings.push({
      path: [...path, "limit"],
      message: "working hours need opening hours: add `opening-hours:` to the file",
    });
  }
  if (promise["rolls-to"] !== undefined && file.calendar === undefined) {
    findings.push({
      path: [...path, "rolls-to"],
      message: "rolling to a working day needs a calendar: add `calendar:` to the file",
    });
  }
  for (const [index, rule] of (promise.moves ?? []).entries()) {
    const added = rule.add === undefined ? undefined : readLimit(rule.add);
    if ([rule.to, rule.add, rule.limit, rule.back].filter((way) => way !== undefined).length !== 1) {
      findings.push({ path: [...path, "moves", index], message: "a move says one of `to`, `add`, `limit`, `back`" });
    }
    if (added !== undefined && limits.some((limit) => limit.unit !== added.unit)) {
      findings.push({
        path: [...path, "moves", index, "add"],
        message: `"${rule.add}" cannot be added to the promise's limit: use the same unit`,
      });
    }
  }
  if (typeof promise.limit !== "string") {
    for (const version of versionsOf(file, promise.in)) {
      const cases = promise.limit.filter((limitCase) => limitCase.in === undefined || limitCase.in.includes(version));
      if (cases.length === 0 || cases.at(-1)?.if !== undefined || cases.at(-1)?.with !== undefined) {
        findings.push({
          path: [...path, "limit"],
          message: `version "${version}" has no limit for every case: end the list with one without \`if\` and \`with\``,
        });
      }
    }
    promise.limit.forEach((limitCase, index) => {
      findings.push(...checkVersionNames(file, limitCase.in, [...path, "limit", index, "in"]));
      findings.push(...checkChoices(file, limitCase.with, [...path, "limit", index, "with"]));
      if (limitCase.law !== undefined)
        findings.push(...checkLaw(file, limitCase.law, [...path, "limit", index, "law"]));
      const starters = promise.starts.flatMap((rule) => listOf(rule.when));
      if (limitCase.if !== undefined)
        findings.push(...checkCondition(file, limitCase.if, starters.slice(0, 1), [...path, "limit", index, "if"]));
    });
  }
  return findings;
}

/** That a clock of this promise can start and stop in every version, and cannot go round for ever. */
function checkRuns(file: DefinitionFile, promise: PromiseFile, path: Path): Finding[] {
  const findings: Finding[] = [];
  const every = versionsOf(file, promise.in);
  for (const version of every) {
    const inIt = (rule: { in?: string[] | undefined }) => rule.in === undefined || rule.in.includes(version);
    const starts = promise.starts.filter((rule) => inIt(rule) && rule["if-last"] === undefined);
    if (starts.length === 0)
      findings.push({
        path: [...path, "starts"],
        message: `in version "${version}" nothing starts this clock: add a start, or leave the version out with \`in:\``,
      });
    if (!promise.stops.some((rule) => inIt(rule) && stopsAlways(promise, rule))) {
      findings.push({
        path: [...path, "stops"],
        message: `in version "${version}" nothing that is sure to be reached stops this clock: it would run for ever; add a stop`,
      });
    }
  }
  const stopTypes = new Set(
    [...promise.stops, ...(promise.ends ?? []), ...(promise.voids ?? [])].flatMap((rule) => listOf(rule.when)),
  );
  const startTypes = new Set(promise.starts.flatMap((rule) => listOf(rule.when)));
  promise.starts.forEach((rule, index) => {
    const both = listOf(rule.when).filter((type) => stopTypes.has(type));
    if (both.length > 0 && rule.again === undefined && rule.if === undefined && rule["if-last"] === undefined) {
      findings.push({
        path: [...path, "starts", index, "when"],
        message: `"${both[0]}" both starts and stops this clock: if a new one is to start each time, write \`again: true\``,
      });
    }
    if (rule.again !== undefined && both.length === 0) {
      findings.push({
        path: [...path, "starts", index, "again"],
        message: "`again` is for an event that also stops this clock, and none of these does: take it out",
      });
    }
  });
  (promise.restarts ?? []).forEach((rule, index) => {
    const loop = listOf(rule.when).find((type) => startTypes.has(type));
    if (loop !== undefined && rule.after === undefined && rule.count === undefined && rule.if === undefined) {
      findings.push({
        path: [...path, "restarts", index, "when"],
        message: `"${loop}" starts this clock and starts it again each time it is sent: it could be put off for ever; add \`after\`, \`count\` or \`if\``,
      });
    }
  });
  const pauses = promise.pauses ?? [];
  pauses.forEach((rule, index) => {
    const loop = listOf(rule.from).find((type) => listOf(rule.until).includes(type));
    if (loop !== undefined)
      findings.push({
        path: [...path, "pauses", index, "until"],
        message: `"${loop}" both begins and ends this pause: name another event for its end`,
      });
    if (rule["end-required"] !== undefined && pauses.length > 1) {
      findings.push({
        path: [...path, "pauses", index, "end-required"],
        message: "a pause that needs its end can only be a promise's one pause: join them into one",
      });
    }
    if (pauses.findIndex((other) => other.id === rule.id) !== index) {
      findings.push({
        path: [...path, "pauses", index, "id"],
        message: `there are two pauses "${rule.id}": give each its own id`,
      });
    }
  });
  return findings;
}

/** Whether an event of the rule always stops the clock: no void or end takes the same event first, whatever its fields. */
function stopsAlways(promise: PromiseFile, rule: PromiseFile["stops"][number]): boolean {
  const before = [...(promise.voids ?? []), ...(promise.ends ?? [])]
    .filter((other) => other.if === undefined)
    .flatMap((other) => listOf(other.when));
  return listOf(rule.when).some((type) => !before.includes(type));
}

/** Events that no rule looks at are allowed (they are on record); sources that nothing names are a slip. */
function checkUse(file: DefinitionFile): Finding[] {
  const used = new Set<string>();
  const walk = (node: unknown): void => {
    if (node === null || typeof node !== "object") return;
    for (const [key, value] of Object.entries(node)) {
      if (key === "law" && typeof value === "string") used.add(readLaw(value).source);
      else walk(value);
    }
  };
  walk(file.promises);
  walk(file.versions);
  return Object.keys(file.sources)
    .filter((source) => !used.has(source) && file.sources[source]?.note === undefined)
    .map((source) => ({
      path: ["sources", source],
      message: `no rule names the source "${source}": use it, or say in its \`note\` what it is for`,
    }));
}

/** Whether a moment exists does not depend on the zone; the file's own may be one that does not exist. */
const ANY_ZONE = zoneOf("UTC");

function momentsOf(
  example: DefinitionFile["examples"][number],
): readonly { readonly path: Path; readonly text: string }[] {
  const events = example.events.flatMap((line, at) => {
    const [when = "", , ...fields] = line.split(" ");
    const recorded = fields
      .filter((field) => field.startsWith("recorded="))
      .map((field) => field.slice("recorded=".length));
    return [when, ...recorded].map((text) => ({ path: ["events", at], text }));
  });
  const questions = (["as-at", "known-on"] as const).flatMap((key) =>
    example[key] === undefined ? [] : [{ path: [key], text: example[key] }],
  );
  return [...events, ...questions];
}

/** That examples speak of events, promises and moments that exist. */
function checkExamples(file: DefinitionFile): Finding[] {
  const types = Object.keys(file.events);
  return file.examples.flatMap((example, index) => [
    ...example.events.flatMap((line, at) => {
      const type = line.split(" ")[1] ?? "";
      return types.includes(type) || type === "withdrawn-entry"
        ? []
        : [unknown(["examples", index, "events", at], "event", type, types)];
    }),
    ...momentsOf(example).flatMap(({ path, text }) => {
      const read = readMoment(text, ANY_ZONE);
      return typeof read === "string" ? [{ path: ["examples", index, ...path], message: read }] : [];
    }),
    ...example.clocks.flatMap((clock, at) =>
      file.promises[clock.promise] === undefined
        ? [unknown(["examples", index, "clocks", at, "promise"], "promise", clock.promise, Object.keys(file.promises))]
        : [],
    ),
    ...checkChoices(file, example.with, ["examples", index, "with"]),
  ]);
}

function checkLaw(file: DefinitionFile, law: string, path: Path): Finding[] {
  const { source } = readLaw(law);
  return file.sources[source] === undefined ? [unknown(path, "source", source, Object.keys(file.sources))] : [];
}

function checkVersionNames(file: DefinitionFile, names: readonly string[] | undefined, path: Path): Finding[] {
  const ids = file.versions.map((version) => version.id);
  return (names ?? []).filter((name) => !ids.includes(name)).map((name) => unknown(path, "version", name, ids));
}

function versionsOf(file: DefinitionFile, names: readonly string[] | undefined): readonly string[] {
  return file.versions
    .filter((version) => version.repealed === undefined && (names === undefined || names.includes(version.id)))
    .map((version) => version.id);
}

function limitsOf(promise: PromiseFile): readonly Limit[] {
  const texts = typeof promise.limit === "string" ? [promise.limit] : promise.limit.map((limitCase) => limitCase.is);
  const moved = (promise.moves ?? []).flatMap((rule) => (rule.limit === undefined ? [] : [rule.limit]));
  return [...texts, ...moved].map((text) => readLimit(text)).filter((limit): limit is Limit => limit !== undefined);
}

function listOf(types: unknown): readonly string[] {
  if (types === undefined) return [];
  return typeof types === "string" ? [types] : (types as readonly string[]);
}

function unknown(path: Path, kind: string, name: string, known: readonly string[]): Finding {
  const near = nearest(name, known);
  const hint =
    near !== undefined
      ? `did you mean "${near}"?`
      : known.length === 0
        ? "there are none"
        : `there are: ${known.join(", ")}`;
  return { path, message: `there is no ${kind} "${name}": ${hint}` };
}
