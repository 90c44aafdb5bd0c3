import { caseMapKey, readCases, type CaseKey, type Projection } from "../../core/record/index.ts";
import type { Transaction } from "../../core/database/index.ts";
import { definitionOf, type Library } from "./library.ts";
import { placeOf, storedClocks } from "./model/case-facts.ts";
import type { Definition } from "./model/definition.ts";
import { promisesFor, type PromiseMade } from "./model/promises-made.ts";
import { readPromisesMade, replaceClocks, type ClockOfCase } from "./store.ts";

/** The engine's form of the definitions that promises are made by, built once each. */
export type Definitions = (made: PromiseMade) => Definition;

export function definitionsOf(library: Library): Definitions {
  const built = new Map<string, Definition>();
  return (made) => {
    const key = JSON.stringify([made.guarantee, made.overlay, made.choices]);
    let definition = built.get(key);
    if (definition === undefined) {
      definition = definitionOf(library, made.guarantee, made.choices, made.overlay);
      built.set(key, definition);
    }
    return definition;
  };
}

/** Clocks computed from the facts of each case, in the transaction of those facts. */
export function clockProjection(definitions: Definitions): Projection {
  return {
    name: "guarantee clocks",
    tables: ["guarantee_clock"],
    apply: async (transaction: Transaction, cases: readonly CaseKey[]) => {
      const made = await readPromisesMade(transaction);
      const facts = await readCases(transaction, cases);
      const clocks: ClockOfCase[] = [];
      for (const key of cases) {
        const own = facts.get(caseMapKey(key)) ?? [];
        const place = placeOf(own);
        for (const promise of promisesFor(made, place.serviceId)) {
          for (const clock of storedClocks(definitions(promise), own)) {
            clocks.push({ ...clock, ...key, ...place, guarantee: promise.guarantee });
          }
        }
      }
      await replaceClocks(transaction, cases, clocks);
    },
  };
}
