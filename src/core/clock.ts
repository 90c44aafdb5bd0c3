/** Time, handed in. Only `main.ts`, `cli.ts` and tests choose a clock; everything else is given one. */

export interface Clock {
  now(): Temporal.Instant;
}

export const systemClock: Clock = { now: () => Temporal.Now.instant() };

/** A clock that stands still. */
export function fixedClock(instant: Temporal.Instant): Clock {
  return { now: () => instant };
}
