import assert from "node:assert/strict";
import { test } from "node:test";
import { forecastSpend, type Prices, type Usage } from "./forecast.ts";

const prices: Prices = { textFragmentHundredths: 233, letterHundredths: 6_800, freeFragmentsAYear: 0 };
const usage: Usage = { yearFragments: 5_000, monthFragments: 1_000, monthLetters: 10, queued: 50, monthMessages: 500 };

test("the forecast takes the last 30 days at the body's prices, and what waits in their proportions", () => {
  // 1,000 fragments at 2.33p and 10 letters at 68p; a tenth of each waits.
  assert.deepEqual(forecastSpend(usage, prices), {
    monthPence: 2_330 + 680,
    queuedPence: 233 + 68,
    nextMonthPence: 3_010 + 301,
    freeFragmentsLeft: 0,
  });
});

test("free fragments are used up first, in the order they were sent", () => {
  const free = forecastSpend(usage, { ...prices, freeFragmentsAYear: 4_400 });
  assert.deepEqual([free?.monthPence, free?.freeFragmentsLeft], [Math.ceil(600 * 2.33) + 680, 0]);
  const plenty = forecastSpend(usage, { ...prices, freeFragmentsAYear: 5_500 });
  assert.deepEqual([plenty?.monthPence, plenty?.freeFragmentsLeft], [680, 500]);
  assert.equal(plenty?.nextMonthPence, Math.ceil(600 * 2.33) + 680 + 68);
});

test("a part of a penny counts as one, and without prices there is no forecast", () => {
  const one = { yearFragments: 1, monthFragments: 1, monthLetters: 0, queued: 0, monthMessages: 1 };
  assert.equal(forecastSpend(one, prices)?.monthPence, 3);
  assert.equal(forecastSpend(one, { ...prices, letterHundredths: null }), null);
  assert.equal(forecastSpend({ ...one, monthMessages: 0, queued: 9 }, prices)?.queuedPence, 0);
});
