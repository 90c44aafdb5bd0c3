/** A month's share: how many of how many; `null` limits where there is nothing to count. */
export type PChartPoint = {
  readonly share: number | null;
  readonly lower: number | null;
  readonly upper: number | null;
};

/**
 * Control limits of a p chart: p̄ ± 3·√(p̄(1 − p̄)/n) around the share of all the points together, cut at 0 and 1, each
 * point by its own n. A point inside them is ordinary variation.
 * Source: W. A. Shewhart; D. C. Montgomery, Introduction to Statistical Quality Control, section 7.2 (variable n).
 */
export function pChart(points: readonly { readonly count: number; readonly of: number }[]): readonly PChartPoint[] {
  const total = points.reduce((sum, point) => sum + point.of, 0);
  const centre = total === 0 ? 0 : points.reduce((sum, point) => sum + point.count, 0) / total;
  return points.map(({ count, of }) => {
    if (of === 0) return { share: null, lower: null, upper: null };
    const width = 3 * Math.sqrt((centre * (1 - centre)) / of);
    return { share: count / of, lower: Math.max(0, centre - width), upper: Math.min(1, centre + width) };
  });
}
