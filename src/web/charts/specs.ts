import type { TopLevelSpec } from "vega-lite";
import type { Formats } from "../format.ts";
import type { ChartWidths } from "./render.ts";

type LayeredSpec = Extract<TopLevelSpec, { readonly layer: unknown }>;
type Layers = LayeredSpec["layer"];

/** One month of a share, 0 to 1. `lower` and `upper`: between them the share moves by chance alone; null when not known. */
export type MonthlyShare = {
  readonly month: Temporal.PlainYearMonth;
  /** Null: nothing to count in this month; the line has a break there. */
  readonly share: number | null;
  readonly lower: number | null;
  readonly upper: number | null;
  /** A few words at this month ("new record system"), or nothing. */
  readonly note?: string;
};

export type MonthlyShareChart = {
  readonly months: readonly MonthlyShare[];
  /** The standard as a share, with the words beside its line; null when there is none. */
  readonly standard: { readonly share: number; readonly text: string } | null;
  readonly formats: Formats;
};

/** The share kept in time, month by month: a line, the band of ordinary variation behind it, the standard dashed. */
export function monthlyShareSpec({ months, standard, formats }: MonthlyShareChart): ChartWidths {
  const rows = months.map(({ share, lower, upper, note }, index) => ({
    index,
    share,
    lower,
    upper,
    outside: share !== null && lower !== null && upper !== null && (share < lower || share > upper),
    note: note ?? "",
  }));
  const values = rows.flatMap(({ share, lower, upper }) => [share, lower, upper]).filter((value) => value !== null);
  const lowest = Math.max(0, Math.floor(Math.min(1, standard?.share ?? 1, ...values) * 10 - 0.5) / 10);
  const ticks = Array.from(
    { length: Math.round((1 - lowest) * 10) + 1 },
    (_, step) => Math.round(lowest * 10 + step) / 10,
  );
  const shownTicks = ticks.length > 7 ? ticks.filter((tick) => Math.round(tick * 10) % 2 === 0) : ticks;
  const last = months.length - 1;

  return (width) => ({
    ...frame(width, 250),
    data: { values: rows },
    encoding: {
      x: {
        field: "index",
        type: "quantitative",
        scale: { domain: [0, Math.max(last, 1)], nice: false, zero: false },
        axis: {
          ...axis,
          grid: false,
          values: monthTicks(months, width),
          labelExpr: labels(months.map(({ month }) => formats.shortMonth(month))),
          labelFlush: true,
        },
      },
    },
    layer: [
      {
        mark: { type: "area", color: "hr:band", interpolate: "monotone" },
        encoding: { y: { ...shareAxis(lowest, shownTicks, formats), field: "lower" }, y2: { field: "upper" } },
        transform: [{ filter: "datum.lower !== null" }],
      },
      ...(standard === null ? [] : lineAcross({ at: standard.share, from: 0, to: last, text: standard.text })),
      {
        mark: { type: "line", color: "hr:rail", strokeWidth: 3 },
        encoding: { y: { field: "share", type: "quantitative" } },
      },
      {
        mark: { type: "point", filled: true, opacity: 1, color: "hr:rail", size: 55, shape: "circle" },
        transform: [{ filter: "!datum.outside && datum.share !== null" }],
        encoding: { y: { field: "share", type: "quantitative" } },
      },
      {
        // Another shape as well as another colour: what is news must not be told by colour alone.
        mark: { type: "point", filled: true, opacity: 1, color: "hr:soon", size: 130, shape: "diamond" },
        transform: [{ filter: "datum.outside" }],
        encoding: { y: { field: "share", type: "quantitative" } },
      },
      {
        mark: { type: "text", color: "hr:ink", dy: 20, fontSize: TEXT },
        transform: [{ filter: 'datum.note !== "" && datum.share !== null' }],
        encoding: { y: { field: "share", type: "quantitative" }, text: { field: "note" } },
      },
    ],
  });
}

export type Band = {
  readonly label: string;
  readonly count: number;
  /** A wait longer than promised. */
  readonly late: boolean;
};

export type WaitsByBandChart = {
  readonly bands: readonly Band[];
  /** Written at the line between the bands in time and those too late: "promised: 18 weeks". */
  readonly limitText: string;
  readonly formats: Formats;
};

/** How many waited how long: a bar a band, with its count, and a line where the promise ends. */
export function waitsByBandSpec({ bands, limitText, formats }: WaitsByBandChart): ChartWidths {
  const firstLate = bands.findIndex(({ late }) => late);
  // Half a row more before the late bands, for the line and its words.
  const room = firstLate > 0 ? 0.75 : 0;
  const rows = bands.map(({ count, late }, index) => {
    const at = index + (firstLate > 0 && index >= firstLate ? room : 0);
    return { at, top: at - 0.36, bottom: at + 0.36, count, late, text: formats.number(count) };
  });
  const names = Object.fromEntries(bands.map(({ label }, index) => [String(rows[index]?.at), label]));
  const most = Math.max(1, ...bands.map(({ count }) => count));

  return (width) => ({
    ...frame(width, (bands.length + room) * 34 + 8),
    data: { values: rows },
    encoding: {
      x: { field: "count", type: "quantitative", scale: { domain: [0, most * 1.18], nice: false }, axis: null },
      y: {
        field: "top",
        type: "quantitative",
        scale: { domain: [bands.length + room - 0.5, -0.5], nice: false, zero: false },
        axis: {
          ...axis,
          grid: false,
          labelLimit: width * 0.58,
          values: rows.map(({ at }) => at),
          labelExpr: `${JSON.stringify(names)}[datum.value]`,
        },
      },
    },
    layer: [
      {
        mark: { type: "bar", color: "hr:rail" },
        transform: [{ filter: "!datum.late" }],
        encoding: { x2: { datum: 0 }, y2: { field: "bottom" } },
      },
      {
        mark: { type: "bar", color: "hr:soon" },
        transform: [{ filter: "datum.late" }],
        encoding: { x2: { datum: 0 }, y2: { field: "bottom" } },
      },
      {
        mark: { type: "text", align: "left", dx: 6, color: "hr:ink", fontSize: TEXT },
        encoding: { y: { field: "at", type: "quantitative" }, text: { field: "text" } },
      },
      ...(firstLate <= 0 ? [] : lineAcross({ at: firstLate + room - 0.5, from: 0, to: most * 1.18, text: limitText })),
    ],
  });
}

const TEXT = 16;
const axis = {
  title: null,
  ticks: false,
  domain: false,
  labelColor: "hr:quiet",
  labelFontSize: TEXT,
  labelPadding: 8,
  gridColor: "hr:grid",
} as const;

function frame(
  width: number,
  height: number,
): Pick<LayeredSpec, "width" | "height" | "background" | "padding" | "autosize" | "config"> {
  return {
    width,
    height,
    padding: 2,
    // The width given is the whole drawing's, labels included.
    autosize: { type: "fit", contains: "padding" },
    config: { background: "transparent", view: { stroke: null } },
  };
}

function shareAxis(lowest: number, ticks: readonly number[], formats: Formats) {
  const named = Object.fromEntries(ticks.map((tick) => [Math.round(tick * 100), formats.percent(tick)]));
  return {
    type: "quantitative",
    scale: { domain: [lowest, 1] as number[], nice: false, zero: false },
    axis: { ...axis, values: [...ticks] as number[], labelExpr: `${JSON.stringify(named)}[round(datum.value * 100)]` },
  } as const;
}

/** A dashed line over the whole width with its words above its end. */
function lineAcross(line: {
  readonly at: number;
  readonly from: number;
  readonly to: number;
  readonly text: string;
}): Layers {
  const data = { values: [line] };
  const y = { field: "at", type: "quantitative" } as const;
  return [
    {
      data,
      mark: { type: "rule", color: "hr:ink", strokeDash: [5, 4] },
      encoding: { x: { field: "from", type: "quantitative" }, x2: { field: "to" }, y, y2: { field: "at" } },
    },
    {
      data,
      mark: { type: "text", align: "right", dy: -10, color: "hr:ink", fontSize: TEXT },
      encoding: { x: { field: "to", type: "quantitative" }, y, text: { field: "text" } },
    },
  ];
}

/** First, last, and as many between as there is room for (a label takes about 90 px). */
function monthTicks(months: readonly MonthlyShare[], width: number): number[] {
  const last = months.length - 1;
  const between = Math.max(0, Math.floor((width - 60) / 130) - 1);
  const step = last / (between + 1);
  return last <= 0 ? [0] : Array.from({ length: between + 2 }, (_, index) => Math.round(index * step));
}

/** A label expression that names axis values by their index, so that words come from our formats, not from vega's English. */
function labels(words: readonly string[]): string {
  return `${JSON.stringify(words)}[datum.value]`;
}
