import type { Draft } from "./records.ts";

/** Thrown when a file cannot be read the quick way; the plain reader then names what is wrong, or copes with it. */
export class NotForBulk extends Error {}

/** Thrown when a file's columns or values are of kinds that only a reader of single rows can read. */
export class UnforeseenColumns extends Error {}

const LONGEST_NAME_BYTES = 800;
const encoder = new TextEncoder();
const decoder = new TextDecoder();
const scratch = new Uint8Array(LONGEST_NAME_BYTES + 4);

/** A name's bytes as words. Names hold no zero bytes: filled up with zeros, words still tell two names apart. */
export function putName(words: Int32Array, bytes: Uint8Array, from: number, to: number): number {
  let count = 0;
  let at = from;
  for (; at + 4 <= to; at += 4) {
    words[count++] =
      (bytes[at] as number) |
      ((bytes[at + 1] as number) << 8) |
      ((bytes[at + 2] as number) << 16) |
      ((bytes[at + 3] as number) << 24);
  }
  if (at < to) {
    let last = 0;
    for (let shift = 0; at < to; at++, shift += 8) last |= (bytes[at] as number) << shift;
    words[count++] = last;
  }
  return count;
}

/** Of a text's last word, the bits that are the text's, by how many bytes of it are (0: all four). */
export const LAST_WORD_MASKS = Int32Array.of(-1, 0xff, 0xffff, 0xffffff);

/**
 * A plain name's bytes as words, four at a time; 0 for a name that is empty or holds bytes that are not ASCII, or zero.
 * Up to three bytes past the name's end are read.
 */
export function putPlainName(words: Int32Array, view: DataView, from: number, to: number): number {
  const count = (to - from + 3) >> 2;
  for (let index = 0; index < count; index++) {
    const mask = index < count - 1 ? -1 : (LAST_WORD_MASKS[(to - from) & 3] as number);
    const word = view.getInt32(from + index * 4, true) & mask;
    if (hasOddByte(word | (ONES & ~mask))) return 0;
    words[index] = word;
  }
  return count;
}

const ONES = 0x01010101;
const HIGH_BITS = 0x80808080 | 0;

/** Whether one of a word's bytes is zero or above 127. */
function hasOddByte(word: number): boolean {
  return (((word - ONES) | word) & HIGH_BITS) !== 0;
}

/** Whether one of a word's bytes is zero. */
export function hasZeroByte(word: number): boolean {
  return ((word - ONES) & ~word & HIGH_BITS) !== 0;
}

/** A text as a name, in place of the draft's case; for the person see `putPerson`. */
export function putCase(draft: Draft, text: string): void {
  draft.nameWords = putText(draft.name, text);
}

export function putPerson(draft: Draft, text: string | null): void {
  draft.personWords = text === null ? 0 : putText(draft.person, text);
}

/** A text's words; NotForBulk for one that no name should be. */
export function putText(words: Int32Array, text: string): number {
  const { read, written } = encoder.encodeInto(text, scratch);
  if (read < text.length || written > LONGEST_NAME_BYTES || text.includes("\0"))
    throw new NotForBulk(`"${text.slice(0, 40)}" is an unusual name`);
  return putName(words, scratch, 0, written);
}

/** The text that words hold. */
export function nameText(words: Int32Array, from: number, length: number): string {
  const bytes = scratch.subarray(0, length * 4);
  for (let index = 0; index < length; index++) {
    const word = words[from + index] as number;
    bytes[index * 4] = word;
    bytes[index * 4 + 1] = word >>> 8;
    bytes[index * 4 + 2] = word >>> 16;
    bytes[index * 4 + 3] = word >>> 24;
  }
  let end = bytes.length;
  while (end > 0 && bytes[end - 1] === 0) end--;
  return decoder.decode(bytes.subarray(0, end));
}

/** A 32-bit hash of bytes, never 0: equal ids have equal hashes, and unequal ones nearly always unequal. */
export function hashBytes(bytes: Uint8Array, from: number, to: number): number {
  let hash = 0x811c9dc5;
  for (let at = from; at < to; at++) hash = Math.imul(hash ^ (bytes[at] as number), 0x01000193);
  return hash === 0 ? 1 : hash;
}

/** `hashBytes` of a text. */
export function hashText(text: string): number {
  const bytes = encoder.encode(text);
  return hashBytes(bytes, 0, bytes.length);
}
