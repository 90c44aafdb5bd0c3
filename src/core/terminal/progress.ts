/** A progress bar on a terminal; silent where the output is not one. */
export type Progress = {
  /** Adds to what is done, in the unit of `total`. */
  readonly advance: (amount: number) => void;
  readonly done: () => void;
};

const WIDTH = 30;
const REDRAW_MILLISECONDS = 100;

/**
 * @param label what is being done: "Reading events"
 * @param total the whole, in any unit; 0 when it is not known
 */
export function showProgress(label: string, total: number, stream: NodeJS.WriteStream = process.stderr): Progress {
  if (!stream.isTTY) return { advance: () => {}, done: () => {} };
  let current = 0;
  let drawn = 0;
  const draw = () => {
    const share = total === 0 ? 0 : Math.min(1, current / total);
    const filled = Math.round(share * WIDTH);
    const bar =
      total === 0
        ? current.toLocaleString("en-GB")
        : `${"█".repeat(filled)}${"░".repeat(WIDTH - filled)} ${Math.floor(share * 100)} %`;
    stream.write(`\r${label}  ${bar}\u001B[K`);
  };
  return {
    advance: (amount) => {
      current += amount;
      const now = performance.now();
      if (now - drawn < REDRAW_MILLISECONDS) return;
      drawn = now;
      draw();
    },
    done: () => stream.write("\r\u001B[K"),
  };
}
