import type { Area, Directory } from "../../../core/directory/index.ts";
import { pChart } from "../../../lib/statistics/p-chart.ts";
import { renderChart, type ChartSvg } from "../../../web/charts/render.ts";
import { monthlyShareSpec, waitsByBandSpec } from "../../../web/charts/specs.ts";
import { inLanguage } from "../model/definition.ts";
import {
  bands,
  byMonth,
  monthsBetween,
  share,
  tally,
  type MonthlyCount,
  type Tally,
  type WaitBand,
} from "../model/figures.ts";
import type { DefinitionFile, PromiseFile } from "../model/language.ts";
import { readLimit } from "../model/limit.ts";
import { paths } from "../paths.ts";
import type { Words } from "./moments.ts";
import { placeName } from "./person.ts";

export type PlaceFigures = {
  readonly area: Area;
  readonly serviceId: string | null;
  readonly counts: readonly MonthlyCount[];
  /** The same for the whole region, to compare with. */
  readonly regionCounts: readonly MonthlyCount[];
  readonly waits: readonly WaitBand[];
  readonly directory: Directory;
  readonly definitions: ReadonlyMap<string, DefinitionFile>;
  /** The month before this one: the last that is whole. */
  readonly lastMonth: Temporal.PlainYearMonth;
};

type ChartView = {
  readonly id: string;
  readonly title: string;
  readonly headingLevel: number;
  readonly chart: ChartSvg;
  readonly meaning: string;
  readonly table: { readonly head: readonly string[]; readonly rows: readonly (readonly string[])[] };
  readonly downloads: readonly { readonly text: string; readonly href: string }[];
  readonly definition: { readonly text: string; readonly href: string };
};

export type PlacePage = {
  readonly heading: string;
  readonly figures: readonly { readonly value: string; readonly meaning: string }[];
  readonly charts: readonly ChartView[];
  /** Where it goes best and worst, of the services that counted enough for it not to be chance. */
  readonly highlights: PlacePage["services"];
  readonly services: readonly {
    readonly name: string;
    readonly sub: string | null;
    readonly href: string;
    readonly share: string;
    readonly width: number;
    readonly counted: string;
  }[];
  /** Fewer counted than this: a share says more about chance. */
  readonly few: number;
  readonly empty: boolean;
};

/** Months on a chart. */
export const MONTHS = 24;
/** How many services are shown from each end of the list. */
const ENDS = 4;
/** A share of fewer than this says more about chance than about the service; the page says so. */
const FEW = 20;

function monthsShown(lastMonth: Temporal.PlainYearMonth): readonly string[] {
  return monthsBetween(lastMonth.subtract({ months: MONTHS - 1 }), lastMonth);
}

/** A place's page, or a service's in a place: a few big figures, the months, the waits, the services. */
export async function placePage(figures: PlaceFigures, words: Words): Promise<PlacePage> {
  const { t } = words;
  const services = figures.serviceId === null ? serviceShares(figures, words) : [];
  const service =
    figures.serviceId === null
      ? null
      : placeName({ serviceId: figures.serviceId, organisationId: null }, figures.directory);
  return {
    heading:
      service === null
        ? t("place.heading", { place: figures.area.name })
        : t("place.serviceHeading", { service, place: figures.area.name }),
    figures: bigFigures(figures, words),
    charts: [...(await monthCharts(figures, words)), ...(await waitCharts(figures, words))],
    highlights: ends(services.filter(({ enough }) => enough)),
    services,
    few: FEW,
    empty: figures.counts.length === 0 && figures.waits.length === 0,
  };
}

function bigFigures(
  { area, counts, regionCounts, waits, lastMonth }: PlaceFigures,
  { t, formats }: Words,
): PlacePage["figures"] {
  const year = new Set(monthsBetween(lastMonth.subtract({ months: 11 }), lastMonth));
  const before = new Set(monthsBetween(lastMonth.subtract({ months: 23 }), lastMonth.subtract({ months: 12 })));
  const inMonths = (list: readonly MonthlyCount[], months: ReadonlySet<string>) =>
    share(tally(list.filter((count) => months.has(count.month))));
  const now = inMonths(counts, year);
  const then = inMonths(counts, before);
  const region = inMonths(regionCounts, year);
  const waiting = waits.reduce((sum, wait) => sum + wait.count, 0);
  const overdue = waits.reduce((sum, wait) => sum + wait.overdue, 0);
  const points = now === null || then === null ? 0 : Math.round((now - then) * 100);
  return [
    {
      value: now === null ? t("place.nothing") : formats.percent(now),
      meaning:
        now === null
          ? t("place.noneStopped")
          : t(points > 0 ? "place.keptUp" : points < 0 ? "place.keptDown" : "place.keptSame", {
              points: Math.abs(points),
            }),
    },
    // The region itself has nothing larger here to be compared with.
    ...(region === null || area.parentCode === null
      ? []
      : [{ value: formats.percent(region), meaning: t("place.region") }]),
    { value: formats.number(waiting), meaning: t("place.waiting") },
    {
      value: formats.number(overdue),
      meaning:
        waiting === 0 ? t("place.overdueNone") : t("place.overdue", { share: formats.percent(overdue / waiting) }),
    },
  ];
}

async function monthCharts(figures: PlaceFigures, words: Words): Promise<readonly ChartView[]> {
  if (figures.counts.length === 0) return [];
  if (figures.serviceId === null) return [await monthChart(figures, figures.counts, null, words)];
  const groups = Map.groupBy(figures.counts, (count) => `${count.guarantee}/${count.promise}`);
  return Promise.all(
    [...groups].map(([key, counts]) => monthChart(figures, counts, promiseNamed(figures, key), words)),
  );
}

type NamedPromise = { readonly id: string; readonly definition: DefinitionFile; readonly promise: PromiseFile };

function promiseNamed({ definitions }: PlaceFigures, key: string): NamedPromise | null {
  const [guarantee, id] = key.split("/") as [string, string];
  const definition = definitions.get(guarantee);
  const promise = definition?.promises[id];
  return definition === undefined || promise === undefined ? null : { id, definition, promise };
}

async function monthChart(
  figures: PlaceFigures,
  counts: readonly MonthlyCount[],
  named: NamedPromise | null,
  words: Words,
): Promise<ChartView> {
  const { t, formats } = words;
  const months = byMonth(counts, monthsShown(figures.lastMonth));
  const limits = pChart(months.map(({ kept, broken }) => ({ count: kept, of: kept + broken })));
  const standard = named === null ? null : standardOf(named.promise, figures.lastMonth);
  const title =
    named === null
      ? t("place.chart.all")
      : t("place.chart.promise", { promise: inLanguage(named.promise.name, t.language) });
  const spec = monthlyShareSpec({
    months: months.map(({ month }, index) => ({
      month: Temporal.PlainYearMonth.from(month),
      share: limits[index]?.share ?? null,
      lower: limits[index]?.lower ?? null,
      upper: limits[index]?.upper ?? null,
    })),
    standard:
      standard === null
        ? null
        : { share: standard / 100, text: t("place.chart.standard", { share: formats.percent(standard / 100) }) },
    formats,
  });
  const all = tally(months);
  const overall = share(all);
  return {
    id: named === null ? "months" : `months-${named.id}`,
    title,
    headingLevel: 2,
    chart: await renderChart(
      spec,
      t("place.chart.description", {
        title,
        share: overall === null ? t("place.nothing") : formats.percent(overall),
        months: months.length,
      }),
    ),
    meaning: t(all.kept + all.broken < FEW ? "place.chart.few" : "place.chart.band"),
    table: {
      head: [t("place.chart.month"), t("place.chart.kept"), t("place.chart.broken"), t("place.chart.share")],
      rows: months.map((month) => [
        formats.month(Temporal.PlainYearMonth.from(month.month)),
        formats.number(month.kept),
        formats.number(month.broken),
        shareText(month, words),
      ]),
    },
    downloads: downloads(figures, words),
    definition:
      named === null
        ? { text: t("place.chart.counted"), href: "#counted" }
        : { text: t("place.chart.definition"), href: paths.definition(named.definition.id) },
  };
}

async function waitCharts(figures: PlaceFigures, words: Words): Promise<readonly ChartView[]> {
  if (figures.serviceId === null) return [];
  const groups = Map.groupBy(figures.waits, (wait) => `${wait.guarantee}/${wait.promise}`);
  const charts = [...groups].map(async ([key, waits]) => {
    const named = promiseNamed(figures, key);
    return named === null ? null : waitChart(figures, waits, named, words);
  });
  return (await Promise.all(charts)).filter((chart) => chart !== null);
}

async function waitChart(
  figures: PlaceFigures,
  waits: readonly WaitBand[],
  named: NamedPromise,
  words: Words,
): Promise<ChartView | null> {
  const { t, formats } = words;
  const weeks = limitWeeks(named.promise);
  if (weeks === null) return null;
  const width = Math.max(1, Math.ceil(weeks / 5));
  const found = bands(waits, width, weeks * 2);
  const label = (band: (typeof found)[number]) =>
    band.beforeWeeks === null
      ? t("place.waits.over", { from: band.fromWeeks })
      : t("place.waits.band", { from: band.fromWeeks, to: band.beforeWeeks });
  const title = t("place.waits.title", { promise: inLanguage(named.promise.name, t.language) });
  const total = found.reduce((sum, band) => sum + band.count, 0);
  const spec = waitsByBandSpec({
    bands: found.map((band) => ({ label: label(band), count: band.count, late: band.fromWeeks >= weeks })),
    limitText: t("place.waits.limit", { limit: limitWords(named.promise) }),
    formats,
  });
  return {
    id: `waits-${named.id}`,
    title,
    headingLevel: 2,
    chart: await renderChart(spec, t("place.waits.description", { title, count: total })),
    meaning: t("place.waits.meaning"),
    table: {
      head: [t("place.waits.weeks"), t("place.waits.people"), t("place.waits.late")],
      rows: found.map((band) => [label(band), formats.number(band.count), formats.number(band.overdue)]),
    },
    downloads: downloads(figures, words),
    definition: { text: t("place.chart.definition"), href: paths.definition(named.definition.id) },
  };
}

function serviceShares(
  figures: PlaceFigures,
  words: Words,
): readonly (PlacePage["services"][number] & { readonly enough: boolean })[] {
  const { t } = words;
  const groups = Map.groupBy(
    figures.counts.filter((count) => count.serviceId !== null),
    (count) => count.serviceId as string,
  );
  return [...groups]
    .map(([serviceId, counts]) => {
      const all = tally(counts);
      return {
        serviceId,
        ...namesOf(serviceId, figures.directory),
        href: paths.place(figures.area.code, serviceId),
        share: shareText(all, words),
        width: Math.round((share(all) ?? 0) * 100),
        exact: share(all) ?? 0,
        counted: t("place.counted", { count: all.kept + all.broken }),
        enough: all.kept + all.broken >= FEW,
      };
    })
    .toSorted((a, b) => b.exact - a.exact || a.name.localeCompare(b.name, t.language));
}

/** The first and the last of a list, or all of it where the two would meet. */
function ends<T>(list: readonly T[]): readonly T[] {
  return list.length <= 2 * ENDS ? list : [...list.slice(0, ENDS), ...list.slice(-ENDS)];
}

/** A service's name, and under it who provides it. */
function namesOf(serviceId: string, directory: Directory): { readonly name: string; readonly sub: string | null } {
  const service = directory.services.get(serviceId);
  const organisation = directory.organisations.get(service?.organisationId ?? "")?.name;
  const name = service?.name ?? serviceId;
  return { name, sub: organisation === undefined || organisation === name ? null : organisation };
}

function shareText(counts: Tally, { t, formats }: Words): string {
  const value = share(counts);
  return value === null ? t("place.nothing") : formats.percent(value);
}

function downloads(figures: PlaceFigures, { t }: Words): ChartView["downloads"] {
  return (["csv", "json"] as const).map((format) => ({
    text: t(`place.download.${format}`),
    href: paths.figures(figures.area.code, figures.serviceId, format),
  }));
}

/** The standard in force in a month, in per cent; null when the promise has none. */
function standardOf(promise: PromiseFile, month: Temporal.PlainYearMonth): number | null {
  const on = month.toPlainDate({ day: 1 }).toString();
  return promise.target?.filter((target) => target.from <= on).at(-1)?.share ?? null;
}

/** The promise's limit in weeks, for bands of waits; null for limits in hours, which nobody waits weeks for. */
function limitWeeks(promise: PromiseFile): number | null {
  const limit = readLimit(limitWords(promise));
  if (limit === undefined) return null;
  switch (limit.unit) {
    case "days":
      return Math.max(1, Math.ceil(limit.count / 7));
    case "working-days":
      return Math.max(1, Math.ceil(limit.count / 5));
    case "weeks":
      return limit.count;
    case "months":
      return Math.ceil(limit.count * 4.35);
    case "hours":
    case "working-hours":
    case "working-minutes":
      return null;
  }
}

/** The limit that holds when no special case does: the last of the list. */
function limitWords(promise: PromiseFile): string {
  return typeof promise.limit === "string" ? promise.limit : (promise.limit.at(-1)?.is ?? "");
}

/** Rows of the figures' file: what the charts are drawn from, nothing rounded. */
export function figureRows(
  figures: Pick<PlaceFigures, "counts" | "directory">,
): readonly (readonly (string | number | null)[])[] {
  return figures.counts.map((count) => [
    count.month,
    count.areaCode,
    count.serviceId,
    placeName({ serviceId: count.serviceId, organisationId: null }, figures.directory),
    count.guarantee,
    count.promise,
    count.kept,
    count.broken,
    share(count),
  ]);
}

export const FIGURE_COLUMNS = [
  "month",
  "area",
  "service",
  "service_name",
  "guarantee",
  "promise",
  "kept",
  "broken",
  "share_kept",
];
