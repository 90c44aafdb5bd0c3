import { parentPort, workerData } from "node:worker_threads";
import { newPart, type Assignment, type PartAnswer } from "./part.ts";
import type { PoolContents } from "./records.ts";

/** The second thread of an evaluation: does its part when told to, and says what came of it. */
export type FromWorker =
  | { readonly kind: "scanned"; readonly pool: PoolContents }
  | { readonly kind: "evaluated"; readonly answer: PartAnswer }
  | { readonly kind: "failed"; readonly name: string; readonly message: string };

const port = parentPort;
if (port === null) throw new Error("This file is a worker's; it is started by team.ts");
const say = (message: FromWorker) => port.postMessage(message);
const part = newPart(workerData as Assignment, 1);

port.once("message", (pools: readonly PoolContents[]) =>
  attempt(() => say({ kind: "evaluated", answer: part.evaluate(pools) })),
);
await attempt(async () => say({ kind: "scanned", pool: await part.scan() }));

async function attempt(work: () => void | Promise<void>): Promise<void> {
  try {
    await work();
  } catch (error) {
    // Errors lose their class between threads: its name goes with the message.
    const { constructor, message } = error as Error;
    say({ kind: "failed", name: constructor.name, message });
  }
}
