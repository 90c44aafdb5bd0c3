/**
 * How many fragments a text message has: what a network charges for. Pure.
 * Source: 3GPP TS 23.038 (the GSM 7 bit default alphabet and its extension table) and TS 23.040, section 9.2.3.24.1
 * (concatenated messages): 160 septets alone or 153 in each part; in UCS-2 70 code units, or 67.
 */

const BASIC =
  "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà";
/** Each takes two septets: an escape and itself. */
const EXTENDED = "^{}\\[~]|€\f";

const ONE = new Set(BASIC);
const TWO = new Set(EXTENDED);

export interface TextLength {
  readonly alphabet: "GSM-7" | "UCS-2";
  /** Septets, or UTF-16 code units. */
  readonly units: number;
  readonly fragments: number;
}

/** The length of a text as the networks count it. A character of two units is never cut in two. */
export function textLength(text: string): TextLength {
  const characters = [...text];
  const gsm = characters.every((each) => ONE.has(each) || TWO.has(each));
  const widths = characters.map((each) => (gsm ? (TWO.has(each) ? 2 : 1) : each.length));
  const units = widths.reduce((sum, width) => sum + width, 0);
  const [alone, part] = gsm ? [160, 153] : [70, 67];
  return { alphabet: gsm ? "GSM-7" : "UCS-2", units, fragments: units <= alone ? 1 : parts(widths, part) };
}

function parts(widths: readonly number[], size: number): number {
  let count = 1;
  let used = 0;
  for (const width of widths) {
    if (used + width > size) {
      count += 1;
      used = 0;
    }
    used += width;
  }
  return count;
}
