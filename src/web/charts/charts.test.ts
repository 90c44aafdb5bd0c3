import assert from "node:assert/strict";
import { test } from "node:test";
import { formatsFor } from "../format.ts";
import { loadMessages } from "../messages.ts";
import { renderChart, tidySvg } from "./render.ts";
import { monthlyShareSpec, waitsByBandSpec } from "./specs.ts";

const formats = formatsFor(loadMessages("en"));
const month = (index: number) => Temporal.PlainYearMonth.from("2023-03").add({ months: index });
const steady = Array.from({ length: 24 }, (_, index) => ({ month: month(index), share: 0.8, lower: 0.7, upper: 0.9 }));

test("the share kept is drawn with its band, its standard and its months in our words", async () => {
  const { wide, narrow } = await renderChart(
    monthlyShareSpec({ months: steady, standard: { share: 0.92, text: "the standard, 92%" }, formats }),
    'Share kept, "steady" & calm',
  );
  for (const svg of [wide, narrow]) {
    assert.match(svg, /^<svg role="img" aria-label="Share kept, &quot;steady&quot; &amp; calm"/);
    assert.match(svg, /class="hr-fill-band"/);
    assert.match(svg, /class="hr-stroke-ink"[^>]*stroke-dasharray="5,4"/);
    assert.match(svg, />the standard, 92%</);
    assert.match(svg, />Mar 2023<.*>Feb 2025</);
    assert.equal(svg.match(/class="hr-fill-rail"/g)?.length, 24);
  }
});

test("a month outside the band is drawn in another shape and colour; a month without people leaves a gap", async () => {
  const months = steady.map((each, index) =>
    index === 9 ? { ...each, share: 0.6, note: "new system" } : index === 12 ? { ...each, share: null } : each,
  );
  const { wide } = await renderChart(monthlyShareSpec({ months, standard: null, formats }), "x");
  assert.equal(wide.match(/class="hr-fill-soon"/g)?.length, 1);
  assert.equal(wide.match(/class="hr-fill-rail"/g)?.length, 22);
  assert.match(wide, />new system</);
  assert.match(/class="hr-stroke-rail"[^>]* d="([^"]+)"/.exec(wide)?.[1] ?? "", /M[^M]+M/);
});

test("one month, or none counted yet, still gives a chart", async () => {
  for (const months of [
    steady.slice(0, 1),
    steady.map((each) => ({ ...each, share: null, lower: null, upper: null })),
  ]) {
    const { wide } = await renderChart(monthlyShareSpec({ months, standard: null, formats }), "x");
    assert.match(wide, /<svg/);
    assert.doesNotMatch(wide, /NaN|Infinity/);
  }
});

test("waits are bars with their counts, and a line where the promise ends", async () => {
  const bands = [
    { label: "0 to 18 weeks", count: 1284, late: false },
    { label: "more than 18 weeks", count: 88, late: true },
  ];
  const { narrow } = await renderChart(waitsByBandSpec({ bands, limitText: "promised: 18 weeks", formats }), "x");
  for (const text of ["0 to 18 weeks", "more than 18 weeks", "1,284", "88", "promised: 18 weeks"])
    assert.ok(narrow.includes(`>${text}<`), text);
  assert.match(narrow, /class="hr-fill-soon"/);
});

test("bars of nobody at all still give a chart", async () => {
  const { wide } = await renderChart(
    waitsByBandSpec({ bands: [{ label: "0 to 18 weeks", count: 0, late: false }], limitText: "", formats }),
    "x",
  );
  assert.doesNotMatch(wide, /NaN|Infinity/);
});

test("a label that looks like markup stays text", async () => {
  const bands = [{ label: '<script>alert("x")</script>', count: 1, late: false }];
  const { wide } = await renderChart(waitsByBandSpec({ bands, limitText: "", formats }), "x");
  assert.doesNotMatch(wide, /<script/);
  assert.match(wide, /&lt;script/);
});

test("a drawing that could carry a style or a script is refused", () => {
  for (const bad of [
    '<svg><path style="fill:red" d="M0"/></svg>',
    '<svg><g onload="x()"></g></svg>',
    "<svg><script></script></svg>",
    '<svg><a href="javascript:x"></a></svg>',
  ]) {
    assert.throws(() => tidySvg(bad, "x"), /content policy forbids/, bad);
  }
});
