/** One measurement of ours beside a peer's in the same run; a ratio of 2 means we took half the peer's time. */
export type Comparison = {
  readonly name: string;
  readonly peer: string;
  readonly ourMilliseconds: number;
  readonly peerMilliseconds: number;
  readonly ratio: number;
  readonly goal: number;
};

export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? NaN;
}
