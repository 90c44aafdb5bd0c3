/** What messages will cost, at the body's own prices. Pure. */

export interface Prices {
  /** Hundredths of a penny: GOV.UK Notify's price of a text has tenths. Null when the body has not said. */
  readonly textFragmentHundredths: number | null;
  readonly letterHundredths: number | null;
  /** Fragments a year that cost nothing (Notify's free allowance differs by kind of body). */
  readonly freeFragmentsAYear: number;
}

export interface Usage {
  /** Fragments and letters handed over since the allowance's year began (1 April). */
  readonly yearFragments: number;
  /** Handed over in the last 30 days. */
  readonly monthFragments: number;
  readonly monthLetters: number;
  /** Waiting. What channel they will take is not known yet: the shares of the last 30 days are taken. */
  readonly queued: number;
  readonly monthMessages: number;
}

export interface Forecast {
  /** What the last 30 days cost, in pence. */
  readonly monthPence: number;
  /** What waits, in pence. */
  readonly queuedPence: number;
  /** The next 30 days if they are like the last, with what waits, in pence. */
  readonly nextMonthPence: number;
  readonly freeFragmentsLeft: number;
}

/**
 * Forecasts by the last 30 days. Free fragments are used up in the order they are sent, so those of the last 30 days were
 * free only as far as the allowance reached then. Rounded up to whole pence. Null when no prices were given.
 */
export function forecastSpend(usage: Usage, prices: Prices): Forecast | null {
  const { textFragmentHundredths: text, letterHundredths: letter } = prices;
  // A forecast at a price of nothing would be believed.
  if (text === null || letter === null) return null;
  const before = Math.max(0, usage.yearFragments - usage.monthFragments);
  const leftBefore = Math.max(0, prices.freeFragmentsAYear - before);
  const leftNow = Math.max(0, prices.freeFragmentsAYear - usage.yearFragments);
  const cost = (fragments: number, letters: number, free: number): number =>
    Math.max(0, fragments - free) * text + letters * letter;
  const share = usage.monthMessages === 0 ? 0 : usage.queued / usage.monthMessages;
  const queuedFragments = Math.ceil(usage.monthFragments * share);
  const queuedLetters = Math.ceil(usage.monthLetters * share);
  return {
    monthPence: pence(cost(usage.monthFragments, usage.monthLetters, leftBefore)),
    queuedPence: pence(cost(queuedFragments, queuedLetters, leftNow)),
    nextMonthPence: pence(cost(usage.monthFragments + queuedFragments, usage.monthLetters + queuedLetters, leftNow)),
    freeFragmentsLeft: leftNow,
  };
}

function pence(hundredths: number): number {
  return Math.max(0, Math.ceil(hundredths / 100 - 1e-9));
}
