import assert from "node:assert/strict";
import { test } from "node:test";
import { pChart } from "./p-chart.ts";

test("the limits are those that Montgomery prints for the orange juice cans", () => {
  // Montgomery, Introduction to Statistical Quality Control, example 7.1: 30 samples of 50, 347 nonconforming in all,
  // p̄ = 0.2313, limits 0.4102 and 0.0524.
  const counts = [
    12, 15, 8, 10, 4, 7, 16, 9, 14, 10, 5, 6, 17, 12, 22, 8, 10, 5, 13, 11, 20, 18, 24, 15, 9, 12, 7, 13, 9, 6,
  ];
  assert.equal(
    counts.reduce((sum, count) => sum + count, 0),
    347,
  );
  const points = pChart(counts.map((count) => ({ count, of: 50 })));
  assert.equal(points[0]?.upper?.toFixed(4), "0.4102");
  assert.equal(points[0]?.lower?.toFixed(4), "0.0524");
  // The book finds samples 15 and 23 outside.
  const outside = points.flatMap((point, index) => ((point.share ?? 0) > (point.upper ?? 1) ? [index + 1] : []));
  assert.deepEqual(outside, [15, 23]);
});

test("a month without anything to count has no share and no limits", () => {
  assert.deepEqual(pChart([{ count: 0, of: 0 }]), [{ share: null, lower: null, upper: null }]);
});
