import { parentPort } from "node:worker_threads";
import { newPart, type Assignment, type Part, type PartAnswer } from "./part.ts";
import type { PoolContents } from "./records.ts";

/** The second thread of evaluations: does its part of one after another, as it is told, and says what came of it. */
export type ToWorker =
  | { readonly kind: "scan"; readonly assignment: Assignment }
  | { readonly kind: "evaluate"; readonly pools: readonly PoolContents[] };
export type FromWorker =
  | { readonly kind: "scanned"; readonly pool: PoolContents }
  | { readonly kind: "evaluated"; readonly answer: PartAnswer }
  | { readonly kind: "failed"; readonly name: string; readonly message: string };

const port = parentPort;
if (port === null) throw new Error("This file is a worker's; it is started by team.ts");
let part: Part | null = null;

port.on("message", async (told: ToWorker) => {
  try {
    const said = await answer(told);
    port.postMessage(said, said.kind === "evaluated" ? buffersOf(said.answer) : []);
  } catch (error) {
    // Errors lose their class between threads: its name goes with the message.
    const { constructor, message } = error as Error;
    port.postMessage({ kind: "failed", name: constructor.name, message } satisfies FromWorker);
  }
});

async function answer(told: ToWorker): Promise<FromWorker> {
  switch (told.kind) {
    case "scan":
      part = newPart(told.assignment, 1);
      return { kind: "scanned", pool: await part.scan() };
    case "evaluate": {
      if (part === null) throw new Error("There is nothing to evaluate before there was something to scan");
      const { evaluate } = part;
      part = null;
      return { kind: "evaluated", answer: evaluate(told.pools) };
    }
  }
}

/** The memory of an answer, to be handed over rather than copied. */
function buffersOf({ runs, clocks }: PartAnswer): ArrayBuffer[] {
  const arrays = [
    ...runs.flatMap((run) => (run.kind === "memory" ? [run.bytes] : [])),
    ...clocks.flatMap(({ names, nameStarts, clocks: columns }) => [
      names,
      nameStarts,
      ...Object.values(columns).filter((column) => typeof column === "object"),
    ]),
  ];
  return [...new Set(arrays.map(({ buffer }) => buffer as ArrayBuffer))];
}
