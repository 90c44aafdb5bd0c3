/** Which clocks a figure counts: those of some places (null: all), of one service (null: all). */
export type Scope = { readonly areaCodes: readonly string[] | null; readonly serviceId: string | null };

/** Clocks stopped in a month, by place, service and promise: the ground of the public figures. */
export type MonthlyCount = {
  /** "2025-03" */
  readonly month: string;
  readonly guarantee: string;
  readonly promise: string;
  readonly serviceId: string | null;
  readonly areaCode: string | null;
  readonly kept: number;
  readonly broken: number;
};

/** Those who wait now, by how many whole weeks they have waited. */
export type WaitBand = {
  readonly guarantee: string;
  readonly promise: string;
  readonly weeks: number;
  readonly overdue: number;
  readonly count: number;
};

export type Tally = { readonly kept: number; readonly broken: number };

/** Share kept of those that stopped; null when none did. */
export function share({ kept, broken }: Tally): number | null {
  return kept + broken === 0 ? null : kept / (kept + broken);
}

export function tally(counts: Iterable<Tally>): Tally {
  let kept = 0;
  let broken = 0;
  for (const count of counts) {
    kept += count.kept;
    broken += count.broken;
  }
  return { kept, broken };
}

/** The months from one to another, both included, as "2025-03". */
export function monthsBetween(first: Temporal.PlainYearMonth, last: Temporal.PlainYearMonth): readonly string[] {
  const months: string[] = [];
  for (let month = first; Temporal.PlainYearMonth.compare(month, last) <= 0; month = month.add({ months: 1 }))
    months.push(month.toString());
  return months;
}

/** Counts of each month in order, months without any included. */
export function byMonth(
  counts: readonly MonthlyCount[],
  months: readonly string[],
): readonly (Tally & { readonly month: string })[] {
  const groups = Map.groupBy(counts, (count) => count.month);
  return months.map((month) => ({ month, ...tally(groups.get(month) ?? []) }));
}

/** Waits in bands of weeks with an open end: 0–3, 4–7 … The last band that can still be in time ends at the limit. */
export type Band = {
  readonly fromWeeks: number;
  readonly beforeWeeks: number | null;
  readonly count: number;
  readonly overdue: number;
};

/** Bands of `width` weeks up to `ends`, then one open band for all that waited longer. */
export function bands(waits: readonly WaitBand[], width: number, ends: number): readonly Band[] {
  const starts = Array.from({ length: Math.ceil(ends / width) }, (_, index) => index * width);
  const within = (from: number, before: number | null) =>
    waits.filter((wait) => wait.weeks >= from && (before === null || wait.weeks < before));
  const sum = (found: readonly WaitBand[], key: "count" | "overdue") =>
    found.reduce((total, wait) => total + wait[key], 0);
  return [
    ...starts.map((from) => ({ from, before: (from + width) as number | null })),
    { from: starts.length * width, before: null },
  ].map(({ from, before }) => {
    const found = within(from, before);
    return { fromWeeks: from, beforeWeeks: before, count: sum(found, "count"), overdue: sum(found, "overdue") };
  });
}
