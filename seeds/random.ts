import { xoroshiro128plus } from "pure-rand/generator/xoroshiro128plus";

/** Draws from a seed. The same seed and label give the same draws on every machine. */
export type Random = {
  /** A number in [0, 1). */
  readonly share: () => number;
  /** A whole number in [from, to]. */
  readonly whole: (from: number, to: number) => number;
  readonly chance: (probability: number) => boolean;
  readonly pick: <Item>(items: readonly Item[]) => Item;
  /** 32 bits, unsigned. */
  readonly bits: () => number;
};

/** A source of its own for each purpose (`label`), so that a change to one part of the region leaves the others alone. */
export function randomFor(seed: number, label: string): Random {
  const generator = xoroshiro128plus(seed ^ hash(label));
  // The first outputs of near seeds are alike.
  for (let skipped = 0; skipped < 8; skipped++) generator.next();
  const bits = () => generator.next() >>> 0;
  const share = () => bits() / 0x1_0000_0000;
  return {
    bits,
    share,
    whole: (from, to) => from + Math.floor(share() * (to - from + 1)),
    chance: (probability) => share() < probability,
    pick: (items) => items[Math.floor(share() * items.length)] as (typeof items)[number],
  };
}

/** Three numbers in [0, 1) for the nth case of a service: when it starts, how long it takes, how long its second part takes. */
export type Draw = { readonly start: number; readonly wait: number; readonly second: number };

/**
 * Evenly spread draws (M. Roberts, "The unreasonable effectiveness of quasirandom sequences": the additive recurrence R3).
 * Independent draws would make the figures of a small region stray from those published by several points; these keep a
 * region of 5,000 people as close as one of 60,000.
 */
export function evenDraws(random: Random): () => Draw {
  const from = [random.share(), random.share(), random.share()] as const;
  let count = 0;
  return () => {
    count++;
    return {
      start: fraction(from[0] + count * 0.8191725133961645),
      wait: fraction(from[1] + count * 0.6710436067037893),
      second: fraction(from[2] + count * 0.5497004779019703),
    };
  };
}

function fraction(value: number): number {
  return value - Math.floor(value);
}

/** FNV-1a over the label's code units. */
function hash(label: string): number {
  let value = 0x811c9dc5;
  for (let index = 0; index < label.length; index++) value = Math.imul(value ^ label.charCodeAt(index), 0x01000193);
  return value;
}
