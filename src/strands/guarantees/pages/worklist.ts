import type { Directory } from "../../../core/directory/index.ts";
import type { PersonalData } from "../../../core/vault/index.ts";
import { dayFromPlainDate, plainDateFromDay } from "../../../lib/dates/day.ts";
import { miniRail, type MiniRailView, type RailState } from "../../../web/design/rail/rail.ts";
import { inLanguage } from "../model/definition.ts";
import type { DefinitionFile } from "../model/language.ts";
import type { WorklistCounts, WorklistFilter, WorklistRow, WorklistState } from "../model/worklist.ts";
import { paths } from "../paths.ts";
import type { Words } from "./moments.ts";
import { placeName, whoLine } from "./person.ts";

type Cell =
  | { readonly text: string; readonly href?: string; readonly sub?: string | null }
  | { readonly rail: MiniRailView }
  | { readonly state: RailState; readonly text: string };
type Option = { readonly value: string; readonly text: string; readonly selected: boolean };

export type WorklistPage = {
  readonly summary: readonly { readonly text: string; readonly href: string }[];
  readonly filters: {
    readonly action: string;
    readonly selects: readonly { readonly name: string; readonly label: string; readonly options: readonly Option[] }[];
    readonly clear: string | null;
  };
  readonly table: {
    readonly caption: string;
    readonly columns: readonly object[];
    readonly rows: readonly { readonly cells: readonly Cell[] }[];
  } | null;
};

export type WorklistQuestion = {
  readonly rows: readonly WorklistRow[];
  readonly counts: WorklistCounts;
  readonly filter: WorklistFilter;
  readonly identities: ReadonlyMap<string, PersonalData["identity"]>;
  /** Whether who is asking may record what happens in a row's case. */
  readonly records: (row: WorklistRow) => boolean;
  readonly directory: Directory;
  readonly definitions: ReadonlyMap<string, DefinitionFile>;
  /** Guarantees that the body gives, for the filter. */
  readonly given: readonly string[];
  readonly today: Temporal.PlainDate;
};

const STATES: readonly WorklistState[] = ["next", "soon", "overdue", "paused", "running"];

/** Who runs out next: one row a running clock, with what tells two people apart beside every name. Pure. */
export function worklistPage(question: WorklistQuestion, words: Words): WorklistPage {
  const { t, formats } = words;
  const { counts, filter } = question;
  const filtered =
    filter.serviceId !== null || filter.organisationId !== null || filter.guarantee !== null || filter.state !== "next";
  return {
    summary: (
      [
        ["running", counts.running],
        ["overdue", counts.overdue],
        ["soon", counts.soon],
      ] as const
    ).map(([state, count]) => ({
      text: t(`worklist.counts.${state}`, { count: formats.number(count) }),
      href: stateHref(filter, state),
    })),
    filters: { action: paths.worklist, selects: selects(question, words), clear: filtered ? paths.worklist : null },
    table:
      question.rows.length === 0
        ? null
        : {
            caption: t("worklist.caption"),
            columns: [
              { label: t("worklist.person") },
              { label: t("worklist.promise") },
              { label: t("worklist.used") },
              { label: t("worklist.state"), hideLabel: true },
              { label: t("worklist.next") },
            ],
            rows: question.rows.map((row) => ({ cells: cells(question, row, words) })),
          },
  };
}

function cells(question: WorklistQuestion, row: WorklistRow, words: Words): readonly Cell[] {
  const { t, formats } = words;
  const identity = question.identities.get(row.subjectId) ?? null;
  const promise = question.definitions.get(row.guarantee)?.promises[row.promise];
  const name = promise === undefined ? row.promise : inLanguage(promise.name, t.language);
  const state = stateOf(row, question.today);
  const due = row.dueOn === null ? null : plainDateFromDay(row.dueOn);
  const days = due === null ? 0 : question.today.until(due, { largestUnit: "days" }).days;
  const stateText =
    due === null ? t("state.paused") : row.overdue && days >= 0 ? t("state.overToday") : formats.daysLeft(days);
  const nextStep =
    promise?.["next-step"] === undefined ? t("worklist.record") : inLanguage(promise["next-step"], t.language);
  const start = plainDateFromDay(row.startedOn);
  return [
    {
      text: identity?.name ?? t("person.unnamed", { id: row.subjectId }),
      href: paths.person(row.subjectId),
      sub: whoLine({ identity }, words),
    },
    { text: name, sub: placeName(row, question.directory) },
    {
      rail: miniRail(
        { state, start, due: due ?? question.today.add({ days: 1 }), today: question.today, gaps: [] },
        words,
      ),
    },
    { state, text: stateText },
    question.records(row) ? { text: nextStep, href: paths.record(row.subjectId, row.caseId) } : { text: nextStep },
  ];
}

/** The list with the same filters in another state. */
function stateHref(filter: WorklistFilter, state: WorklistState): string {
  const query = new URLSearchParams({ state });
  if (filter.serviceId !== null) query.set("service", filter.serviceId);
  if (filter.organisationId !== null) query.set("organisation", filter.organisationId);
  if (filter.guarantee !== null && filter.promise !== null)
    query.set("promise", `${filter.guarantee}/${filter.promise}`);
  return `${paths.worklist}?${query}`;
}

function stateOf(row: WorklistRow, today: Temporal.PlainDate): RailState {
  if (row.overdue) return "overdue";
  return row.warnOn !== null && dayFromPlainDate(today) >= row.warnOn ? "soon" : "waiting";
}

function selects(
  { directory, definitions, given, filter }: WorklistQuestion,
  { t }: Words,
): WorklistPage["filters"]["selects"] {
  const options = (
    all: string,
    selected: string | null,
    list: readonly (readonly [value: string, text: string])[],
  ): readonly Option[] => [
    { value: "", text: all, selected: selected === null },
    ...list
      .toSorted((a, b) => a[1].localeCompare(b[1], t.language))
      .map(([value, text]) => ({ value, text, selected: value === selected })),
  ];
  const promises = given.flatMap((guarantee) => {
    const file = definitions.get(guarantee);
    return file === undefined
      ? []
      : Object.entries(file.promises).map(
          ([id, promise]) =>
            [
              `${guarantee}/${id}`,
              `${inLanguage(file.name, t.language)}: ${inLanguage(promise.name, t.language)}`,
            ] as const,
        );
  });
  const promise = filter.guarantee === null || filter.promise === null ? null : `${filter.guarantee}/${filter.promise}`;
  return [
    {
      name: "service",
      label: t("worklist.service"),
      options: options(
        t("worklist.allServices"),
        filter.serviceId,
        [...directory.services.values()].map((service) => [
          service.id,
          placeName({ serviceId: service.id, organisationId: null }, directory) ?? service.id,
        ]),
      ),
    },
    {
      name: "organisation",
      label: t("worklist.place"),
      options: options(
        t("worklist.allPlaces"),
        filter.organisationId,
        [...directory.organisations.values()].map((organisation) => [organisation.id, organisation.name]),
      ),
    },
    { name: "promise", label: t("worklist.promise"), options: options(t("worklist.allPromises"), promise, promises) },
    {
      name: "state",
      label: t("worklist.stateLabel"),
      options: STATES.map((state) => ({
        value: state,
        text: t(`worklist.states.${state}`),
        selected: state === filter.state,
      })),
    },
  ];
}
