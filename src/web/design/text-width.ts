/**
 * How wide text is in our typeface, without a screen to measure it on: advance widths of Atkinson Hyperlegible Next at
 * weight 400, in hundredths of an em, measured in Chromium. Letters that differ by little share a line.
 */
const WIDTHS: readonly (readonly [number, string])[] = [
  [21, "',.:;’‘·"],
  [27, "ijl|` "],
  [31, '!()"f'],
  [36, "[]{}rt-_“”"],
  [42, "I/\\1"],
  [48, "svxyzck*?"],
  [55, "Laeuno~<>Fh2^g7J"],
  [59, "TEbpqdY3695$SPV"],
  [63, "+ZB48R=XKA"],
  [68, "0C#DwHU"],
  [74, "GNOQ&"],
  [84, "@MmW"],
  [93, "%—"],
];
const WIDTH_OF = new Map(WIDTHS.flatMap(([width, letters]) => [...letters].map((letter) => [letter, width] as const)));
/** Accented letters are as wide as a broad plain one; scripts of square signs take a whole em. */
const UNKNOWN = 60;
const SQUARE = 100;
const FIRST_SQUARE = "\u2e80";
const BOLD = 1.05;

/** Width in pixels of one line at `size` pixels. A little generous, because another typeface may stand in for ours. */
export function textWidth(text: string, size: number, bold = false): number {
  let width = 0;
  for (const letter of text) width += WIDTH_OF.get(letter) ?? (letter < FIRST_SQUARE ? UNKNOWN : SQUARE);
  return (width / 100) * size * 1.03 * (bold ? BOLD : 1);
}
