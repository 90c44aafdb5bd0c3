import { textWidth } from "../text-width.ts";

/** A label to set beside the rail, `at` per cent of its width. A heading stands on its own line in bold. */
export type Label = { readonly at: number; readonly heading: string; readonly text: string; readonly stem: boolean };

export type PlacedLabel = {
  /** Per cent of the width, from the side the clock starts at. */
  readonly at: number;
  /** `start`, `middle`, `end`: how the text hangs on its stem. */
  readonly anchor: "start" | "middle" | "end";
  /** In reading order; `dy` is the distance of each baseline from the nearest possible line, outwards, in pixels. */
  readonly lines: readonly { readonly dy: number; readonly text: string; readonly heading: boolean }[];
  readonly width: number;
  readonly stem: boolean;
  /** Pixels from the rail's edge to the first line. */
  readonly stemLength: number;
  readonly height: number;
};

/** The narrowest drawing the labels are laid out for, in pixels at the browser's own text size. Wider only gives more room. */
const NARROWEST = 640;
const WIDEST_LINE = 150;
const TEXT = 16;
const LINE = 21;
const BETWEEN = 10;
const ANCHORS = ["start", "middle", "end"] as const;
/** Beyond this the search over anchors (3 to the power of the labels) would cost more than a page. */
const MOST_LABELS = 8;

type Box = Label & { readonly lines: readonly { text: string; heading: boolean }[]; readonly width: number };
type Choice = { readonly anchor: PlacedLabel["anchor"]; readonly from: number; readonly to: number };

/**
 * Sets labels so that no text covers another or a stem. Each may hang left, right or centred; one that must pass
 * under another's text is set deeper. Tries all ways and takes the shallowest; when nothing fits, the last label is left out
 * (its post stays, and the list beside the rail has the words).
 */
export function placeLabels(
  given: readonly Label[],
  side: "up" | "down",
): { labels: readonly PlacedLabel[]; height: number } {
  const boxes = given
    .slice(0, MOST_LABELS)
    .map((label): Box => {
      const lines = [
        ...(label.heading === "" ? [] : [{ text: label.heading, heading: true }]),
        ...wrap(label.text).map((text) => ({ text, heading: false })),
      ];
      return {
        ...label,
        lines,
        width: Math.max(0, ...lines.map(({ text, heading }) => textWidth(text, TEXT, heading))),
      };
    })
    .toSorted((a, b) => a.at - b.at);

  let best: { depths: readonly number[]; choices: readonly Choice[]; cost: number } | null = null;
  const search = (choices: readonly Choice[]): void => {
    if (best?.cost === 0) return;
    const box = boxes[choices.length];
    if (box !== undefined) {
      for (const choice of choicesFor(box)) search([...choices, choice]);
      return;
    }
    const depths = depthsOf(boxes, choices);
    if (depths === null) return;
    const cost = depths.reduce((sum, depth) => sum + depth, 0);
    if (best === null || cost < best.cost) best = { depths, choices, cost };
  };
  search([]);
  if (best === null) return placeLabels(given.slice(0, -1), side);
  const { depths, choices } = best as { depths: readonly number[]; choices: readonly Choice[] };

  const labels = boxes.map((box, index): PlacedLabel => {
    const depth = depths[index] ?? 0;
    const anchor = choices[index]?.anchor ?? "middle";
    return {
      at: box.at,
      anchor,
      lines: box.lines.map((line, row) => ({
        ...line,
        dy: (depth + (side === "up" ? box.lines.length - 1 - row : row)) * LINE,
      })),
      width: box.width,
      stem: box.stem,
      stemLength: depth * LINE,
      height: (depth + box.lines.length) * LINE,
    };
  });
  return { labels, height: Math.max(0, ...labels.map(({ height }) => height)) };
}

function choicesFor(box: Box): readonly Choice[] {
  const x = (box.at / 100) * NARROWEST;
  const starts = { start: x - 2, middle: x - box.width / 2, end: x - box.width + 2 };
  // Centred first, except at the edges, where only the inward side fits.
  return (["middle", ...ANCHORS.filter((anchor) => anchor !== "middle")] as const)
    .map((anchor) => ({ anchor, from: starts[anchor], to: starts[anchor] + box.width }))
    .filter(({ from, to }) => from >= 0 && to <= NARROWEST);
}

/** How many lines down each text begins, or null when two texts would each have to lie under the other. */
function depthsOf(boxes: readonly Box[], choices: readonly Choice[]): readonly number[] | null {
  const stems = boxes.map(({ at }) => (at / 100) * NARROWEST);
  const depths: (number | undefined)[] = boxes.map(() => undefined);
  const covers = (upper: number, lower: number) => {
    const text = choices[upper];
    const stem = stems[lower] ?? 0;
    return text !== undefined && boxes[lower]?.stem === true && stem > text.from - 4 && stem < text.to + 4;
  };
  const meets = (a: number, b: number) => {
    const [one, other] = [choices[a], choices[b]];
    return one !== undefined && other !== undefined && one.from < other.to + BETWEEN && other.from < one.to + BETWEEN;
  };
  const indexes = boxes.map((_, index) => index);
  // A text that lies across another label's stem must begin below that whole label.
  const waitsFor = indexes.map((index) => indexes.filter((other) => other !== index && covers(index, other)));
  for (let placed = 0; placed < boxes.length; placed += 1) {
    const next = indexes.find(
      (i) => depths[i] === undefined && (waitsFor[i] ?? []).every((j) => depths[j] !== undefined),
    );
    if (next === undefined) return null;
    const bottom = (index: number) => (depths[index] ?? 0) + (boxes[index]?.lines.length ?? 0);
    let depth = Math.max(0, ...(waitsFor[next] ?? []).map(bottom));
    const rows = boxes[next]?.lines.length ?? 0;
    const clash = () =>
      indexes.find(
        (i) => depths[i] !== undefined && meets(i, next) && (depths[i] ?? 0) < depth + rows && depth < bottom(i),
      );
    for (let found = clash(); found !== undefined; found = clash()) depth = bottom(found);
    depths[next] = depth;
  }
  return depths.map((depth) => depth ?? 0);
}

function wrap(text: string): readonly string[] {
  const lines: string[] = [];
  for (const word of text.split(/\s+/).filter((each) => each !== "")) {
    const last = lines.at(-1);
    if (last !== undefined && textWidth(`${last} ${word}`, TEXT) <= WIDEST_LINE)
      lines[lines.length - 1] = `${last} ${word}`;
    else lines.push(word);
  }
  return lines;
}
