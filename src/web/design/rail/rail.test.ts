import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { formatsFor } from "../../format.ts";
import { loadMessages, translator } from "../../messages.ts";
import { placeLabels } from "./labels.ts";
import { miniRail, rail, type RailInput } from "./rail.ts";

const t = loadMessages("en");
const words = { t, formats: formatsFor(t) };
const day = (text: string) => Temporal.PlainDate.from(text);
const hip: RailInput = {
  state: "waiting",
  start: day("2024-12-02"),
  due: day("2025-03-14"),
  today: day("2025-02-11"),
  posts: [{ day: day("2025-01-24"), label: "MRI scan done" }],
  gaps: [{ from: day("2024-12-21"), to: day("2025-01-01"), label: "your 12 days" }],
  dayLabel: "Today, day 59",
  startLabel: "referral accepted",
};
const number = (percent: string | undefined) => Number.parseFloat(percent ?? "NaN");

test("the words beside the rail say everything the drawing says, in order", () => {
  assert.equal(
    rail(hip, words).summary,
    "The clock started on Monday 2 December 2024: referral accepted. 21 Dec to 1 Jan is not counted: your 12 days. 24 Jan: MRI scan done. Today, day 59. The promise falls due on Friday 14 March 2025.",
  );
});

test("a running clock fills the rail as far as today and leaves the rest open", () => {
  const view = rail(hip, words);
  assert.deepEqual([view.track.x, view.track.width, view.dueX], ["2.00%", "96.00%", "98.00%"]);
  // Noon of the 72nd of 103 days.
  assert.equal(view.end.x, `${(2 + (96 * 71.5) / 103).toFixed(2)}%`);
  assert.equal(view.end.mark, "ring");
  assert.equal(view.over, null);
});

test("twelve days not counted take twelve days of the rail", () => {
  const [gap] = rail(hip, words).gaps;
  assert.ok(Math.abs(number(gap?.x2) - number(gap?.x1) - (96 * 12) / 103) < 0.02);
});

test("time not counted that still lasts reaches to today", () => {
  const view = rail({ ...hip, gaps: [{ from: day("2025-02-01"), to: null, label: "your choice" }] }, words);
  assert.equal(view.gaps[0]?.x2, view.end.x);
  assert.match(view.summary, /Since 1 Feb time is not counted: your choice\./);
});

test("a promise that is past due has its red part between the due day and today", () => {
  const view = rail({ ...hip, state: "overdue", due: day("2025-02-04") }, words);
  assert.equal(view.over?.x, view.dueX);
  assert.equal(view.end.x, "98.00%");
  assert.ok(number(view.dueX) < 98);
});

test("on its last day a promise is not past due", () => {
  assert.equal(rail({ ...hip, due: hip.today }, words).over, null);
  assert.notEqual(rail({ ...hip, due: hip.today.subtract({ days: 1 }) as Temporal.PlainDate }, words).over, null);
});

test("a clock that has stopped shows when, and not today", () => {
  const view = rail({ ...hip, state: "kept", stopped: day("2025-02-01"), dayLabel: "Seen on day 49" }, words);
  assert.equal(view.end.mark, "tick");
  assert.ok(view.steps.some(({ kind, text }) => kind === "stopped" && text === "Seen on day 49"));
  assert.ok(!view.steps.some(({ kind }) => kind === "today"));
});

test("the upright rail tells the days from top to bottom with the kind of line after each", () => {
  assert.deepEqual(
    rail(hip, words).steps.map(({ kind, when, line }) => [kind, when, line]),
    [
      ["start", "2 Dec", "run"],
      ["gap", "21 Dec to 1 Jan", "gap"],
      ["resumed", "2 Jan", "run"],
      ["post", "24 Jan", "run"],
      ["today", "11 Feb", "left"],
      ["due", "14 Mar", "none"],
    ],
  );
});

test("hours within one day are told by the clock alone", () => {
  const at = (time: string) => Temporal.PlainDateTime.from(`2025-02-11T${time}`);
  const view = rail(
    { ...hip, start: at("08:10"), due: at("12:10"), today: at("13:05"), posts: [], gaps: [], state: "overdue" },
    words,
  );
  assert.deepEqual(
    view.steps.map(({ when }) => when),
    ["08:10", "12:10", "13:05"],
  );
  assert.equal(view.dueX, `${(2 + (96 * 240) / 295).toFixed(2)}%`);
});

test("in right-to-left writing the clock starts at the right", () => {
  const arabic = { t: translator("ar", t.words), formats: words.formats };
  const view = rail(hip, arabic);
  assert.equal(view.below[0]?.x, "98.00%");
  assert.equal(view.dueX, "2.00%");
  assert.ok(number(view.run?.x) + number(view.run?.width) > 97.9);
});

test("more posts than can be read beside a line turn the rail upright at every width", () => {
  const posts = Array.from({ length: 9 }, (_, index) => ({
    day: day("2024-12-06").add({ days: index * 7 }),
    label: "a letter was sent to your general practitioner",
  }));
  assert.equal(rail({ ...hip, posts }, words).crowded, true);
  assert.equal(rail(hip, words).crowded, false);
});

test("the rail of a worklist row has the same bars as the whole rail", () => {
  const { state, track, run, over, gaps, dueX } = rail(hip, words);
  assert.deepEqual(miniRail(hip, words), { state, track, run, over, gaps, dueX });
});

test("wherever the days fall, no label lies over another and none leaves the drawing", () => {
  const label = fc.record({
    at: fc.double({ min: 2, max: 98, noNaN: true }),
    heading: fc.constantFrom("", "2 Dec", "24 Jan"),
    text: fc.constantFrom("scan", "referral accepted", "you missed an appointment", "llythyr wedi’i anfon"),
    stem: fc.boolean(),
  });
  fc.assert(
    fc.property(fc.array(label, { maxLength: 6 }), (list) => {
      const { labels } = placeLabels(list, "down");
      const boxes = labels.map(({ at, anchor, width, stemLength, height, stem }) => {
        const left = (at / 100) * 640 - (anchor === "start" ? 0 : anchor === "middle" ? width / 2 : width);
        return { left, right: left + width, top: stemLength, bottom: height, stem, x: (at / 100) * 640 };
      });
      for (const [index, box] of boxes.entries()) {
        assert.ok(box.left >= -3 && box.right <= 643, "leaves the drawing");
        for (const [other, its] of boxes.entries()) {
          if (other <= index) continue;
          const apart =
            box.right <= its.left + 3 || its.right <= box.left + 3 || box.bottom <= its.top || its.bottom <= box.top;
          assert.ok(apart, "lies over another");
        }
        for (const its of boxes) {
          const crosses = its !== box && its.stem && its.x > box.left + 3 && its.x < box.right - 3 && its.top > box.top;
          assert.ok(!crosses, "is crossed by a stem");
        }
      }
    }),
    { numRuns: 200 },
  );
});
