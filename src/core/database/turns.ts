/**
 * Turns on the embedded cluster's only session, first come first served.
 *
 * A client holds its turn from the first message of a statement until the server says it is idle outside a
 * transaction, so transactions of different clients never mix.
 */

export interface Turn {
  /** Gives the session to the next in line. Ending twice changes nothing. */
  end(): void;
}

export interface Turns {
  take(): Promise<Turn>;
  /** How many wait for the session now. */
  waiting(): number;
}

export function createTurns(): Turns {
  const line: (() => void)[] = [];
  let taken = false;

  const newTurn = (): Turn => {
    let ended = false;
    return {
      end() {
        if (ended) return;
        ended = true;
        const next = line.shift();
        if (next === undefined) taken = false;
        else next();
      },
    };
  };

  return {
    take() {
      if (!taken) {
        taken = true;
        return Promise.resolve(newTurn());
      }
      return new Promise((resolve) => line.push(() => resolve(newTurn())));
    },
    waiting: () => line.length,
  };
}
