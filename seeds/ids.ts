import type { Random } from "./random.ts";

const HEX = Array.from({ length: 0x10000 }, (_, value) => value.toString(16).padStart(4, "0"));

/**
 * A UUID of version 7 (RFC 9562 § 5.7) for a moment, its random bits from the seed: the same on every machine.
 * @param milliseconds since 1970-01-01T00:00Z
 */
export function timeOrderedId(random: Random, milliseconds: number): string {
  const high = Math.floor(milliseconds / 0x1_0000_0000);
  const low = milliseconds % 0x1_0000_0000;
  const a = random.bits();
  const b = random.bits();
  const c = random.bits();
  return (
    `${hex(high)}${hex(low >>> 16)}-${hex(low & 0xffff)}-${hex(0x7000 | (a & 0xfff))}-` +
    `${hex(0x8000 | ((a >>> 16) & 0x3fff))}-${hex(b >>> 16)}${hex(b & 0xffff)}${hex(c >>> 16)}`
  );
}

function hex(value: number): string {
  return HEX[value] as string;
}
