import { z } from "zod";
import { readDirectory, readInstallation, type Directory } from "../../../core/directory/index.ts";
import { dayFromPlainDate } from "../../../lib/dates/day.ts";
import { csvText, fileResponse } from "../../../web/download.ts";
import { route, type AnyRoute, type RouteContext } from "../../../web/route.ts";
import type { GuaranteeTools } from "../actions.ts";
import { share, tally } from "../model/figures.ts";
import { FIGURE_COLUMNS, figureRows, MONTHS, placePage, type PlaceFigures } from "../pages/place.ts";
import { paths } from "../paths.ts";
import { readMonthlyCounts, readWaits } from "../store.ts";

const code = z.string().min(1).max(100);
const place = z.object({ areaCode: code });
const placeAndService = z.object({ areaCode: code, serviceId: code });
const open = {
  access: { kind: "public" },
  audit: { kind: "none", why: "counts of invented people, opens nobody's record" },
} as const;

/** How long a page's figures are kept: they move as facts come in, and nobody reads faster. */
const KEPT_MILLISECONDS = 60_000;
const MOST_KEPT = 200;

/**
 * Public figures by place and service. They are exact, so they are shown for invented people only: until disclosure
 * control exists a real installation answers that there are none yet.
 */
export function placeRoutes(tools: GuaranteeTools): readonly AnyRoute[] {
  const kept = new Map<string, { readonly at: number; readonly answer: Promise<PlaceFigures | null> }>();
  const figuresOf = (areaCode: string, serviceId: string | null, now: Temporal.Instant) => {
    const key = `${areaCode}\u0000${serviceId ?? ""}`;
    const before = kept.get(key);
    if (before !== undefined && now.epochMilliseconds - before.at < KEPT_MILLISECONDS) return before.answer;
    if (kept.size >= MOST_KEPT) kept.clear();
    const answer = loadFigures(tools, areaCode, serviceId, now);
    kept.set(key, { at: now.epochMilliseconds, answer });
    answer.catch(() => kept.delete(key));
    return answer;
  };
  const pageFor = async (
    context: Pick<RouteContext<never>, "page" | "notFound" | "now" | "t" | "formats">,
    areaCode: string,
    serviceId: string | null,
  ) => {
    if (!(await mayPublish(tools))) return withheld(context);
    const figures = await figuresOf(areaCode, serviceId, context.now);
    if (figures === null) return context.notFound(context.t("place.unknown"));
    const view = await placePage(figures, context);
    return context.page("guarantees/place.njk", {
      title: view.heading,
      ...view,
      back:
        serviceId === null
          ? { href: paths.places, text: context.t("place.change") }
          : { href: paths.place(areaCode), text: context.t("place.backTo", { place: figures.area.name }) },
    });
  };
  const fileFor = async (
    context: Pick<RouteContext<never>, "page" | "notFound" | "now" | "t">,
    areaCode: string,
    serviceId: string | null,
    format: "csv" | "json",
  ) => {
    if (!(await mayPublish(tools))) return withheld(context);
    const figures = await figuresOf(areaCode, serviceId, context.now);
    if (figures === null) return context.notFound(context.t("place.unknown"));
    const rows = figureRows(figures);
    const name = `promises-${areaCode}${serviceId === null ? "" : `-${serviceId}`}`
      .toLowerCase()
      .replaceAll(/[^a-z0-9-]/g, "-");
    if (format === "csv") return fileResponse(`${name}.csv`, "csv", csvText(FIGURE_COLUMNS, rows));
    const records = rows.map((row) =>
      Object.fromEntries(FIGURE_COLUMNS.map((column, index) => [column, row[index] ?? null])),
    );
    return fileResponse(
      `${name}.json`,
      "json",
      JSON.stringify(
        { place: figures.area.name, area: areaCode, service: serviceId, invented: true, rows: records },
        null,
        1,
      ),
    );
  };
  return [
    route({
      ...open,
      name: "guarantees.places",
      method: "GET",
      path: "/places",
      input: null,
      handle: async (context) => {
        if (!(await mayPublish(tools))) return withheld(context);
        return placesPage(tools, context);
      },
    }),
    route({
      ...open,
      name: "guarantees.place",
      method: "GET",
      path: "/places/:areaCode",
      input: { params: place },
      handle: (context) => pageFor(context, context.input.params.areaCode, null),
    }),
    route({
      ...open,
      name: "guarantees.place.service",
      method: "GET",
      path: "/places/:areaCode/:serviceId",
      input: { params: placeAndService },
      handle: (context) => pageFor(context, context.input.params.areaCode, context.input.params.serviceId),
    }),
    ...(["csv", "json"] as const).flatMap((format) => [
      route({
        ...open,
        name: `guarantees.place.${format}`,
        method: "GET",
        path: `/figures/:areaCode/promises.${format}`,
        input: { params: place },
        handle: (context) => fileFor(context, context.input.params.areaCode, null, format),
      }),
      route({
        ...open,
        name: `guarantees.place.service.${format}`,
        method: "GET",
        path: `/figures/:areaCode/:serviceId/promises.${format}`,
        input: { params: placeAndService },
        handle: (context) => fileFor(context, context.input.params.areaCode, context.input.params.serviceId, format),
      }),
    ]),
  ];
}

/** Exact figures may be shown only of people who do not exist. */
async function mayPublish({ db }: GuaranteeTools): Promise<boolean> {
  return (await readInstallation(db))?.kind === "demonstration";
}

function withheld({ page, t }: Pick<RouteContext<never>, "page" | "t">): Response {
  return page("guarantees/withheld.njk", { title: t("withheld.title") }, { status: 403 });
}

async function placesPage(
  { db, timeZone }: GuaranteeTools,
  { page, now, t, formats }: Pick<RouteContext<never>, "page" | "now" | "t" | "formats">,
): Promise<Response> {
  const directory = await readDirectory(db);
  const thisMonth = now.toZonedDateTimeISO(timeZone).toPlainDate().with({ day: 1 });
  const counts = await readMonthlyCounts(
    db,
    { areaCodes: null, serviceId: null },
    dayFromPlainDate(thisMonth.subtract({ months: 12 })),
    dayFromPlainDate(thisMonth),
  );
  const places = [...directory.areas.values()].map((area) => {
    const codes = new Set(within(directory, area.code));
    const all = tally(counts.filter((count) => count.areaCode !== null && codes.has(count.areaCode)));
    const value = share(all);
    return {
      name: area.name,
      href: paths.place(area.code),
      region: area.parentCode === null,
      share: value === null ? t("place.nothing") : formats.percent(value),
      width: Math.round((value ?? 0) * 100),
      counted: t("place.counted", { count: all.kept + all.broken }),
    };
  });
  return page("guarantees/places.njk", {
    title: t("places.title"),
    places: places.toSorted((a, b) => Number(b.region) - Number(a.region) || a.name.localeCompare(b.name, t.language)),
  });
}

async function loadFigures(
  { db, library, timeZone }: GuaranteeTools,
  areaCode: string,
  serviceId: string | null,
  now: Temporal.Instant,
): Promise<PlaceFigures | null> {
  const directory = await readDirectory(db);
  const area = directory.areas.get(areaCode);
  if (area === undefined || (serviceId !== null && !directory.services.has(serviceId))) return null;
  const today = now.toZonedDateTimeISO(timeZone).toPlainDate();
  const thisMonth = today.with({ day: 1 });
  const from = dayFromPlainDate(thisMonth.subtract({ months: MONTHS }));
  const scope = { areaCodes: within(directory, areaCode), serviceId };
  const [counts, regionCounts, waits] = await Promise.all([
    readMonthlyCounts(db, scope, from, dayFromPlainDate(thisMonth)),
    readMonthlyCounts(db, { areaCodes: null, serviceId }, from, dayFromPlainDate(thisMonth)),
    readWaits(db, scope, now, dayFromPlainDate(today)),
  ]);
  const lastMonth = thisMonth.subtract({ months: 1 }).toPlainYearMonth();
  return { area, serviceId, counts, regionCounts, waits, directory, definitions: library.definitions, lastMonth };
}

/** An area's code and those of all areas within it. */
function within(directory: Directory, code: string): readonly string[] {
  const children = [...directory.areas.values()].filter((area) => area.parentCode === code);
  return [code, ...children.flatMap((child) => within(directory, child.code))];
}
