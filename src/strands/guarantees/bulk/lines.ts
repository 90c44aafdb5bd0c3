import type { Definition } from "../model/definition.ts";
import type { LineWriter } from "./line-templates.ts";
import { nameText } from "./names.ts";
import type { PartitionClocks } from "./partition.ts";
import { frames } from "./runs.ts";

/** The clocks of a partition as lines of text, framed case by case in the order of their names. */
export function partitionLines(
  definition: Definition,
  writeLine: LineWriter,
  { grouped, clocks }: PartitionClocks,
): Uint8Array {
  const ranks = promiseRanks(definition);
  const cases = casesWithClocks(clocks.subject, clocks.length).map(({ subject, from, to }) => ({
    name: nameText(grouped.words, grouped.nameAt[subject] as number, grouped.nameWords[subject] as number),
    subject,
    from,
    to,
  }));
  cases.sort((a, b) => (a.name < b.name ? -1 : 1));
  return frames(linesOf());

  function* linesOf() {
    for (const { name, subject, from, to } of cases) {
      const personWords = grouped.personWords[subject] as number;
      const person =
        personWords === 0 ? name : nameText(grouped.words, grouped.personAt[subject] as number, personWords);
      let text = "";
      if (to === from + 1) text = writeLine(name, person, clocks, from);
      else for (const row of inOrderOfPromise(clocks, ranks, from, to)) text += writeLine(name, person, clocks, row);
      yield { name, text };
    }
  }
}

/** Clocks of one case lie together: where each case's begin and end. */
function casesWithClocks(
  subjects: Int32Array,
  length: number,
): { readonly subject: number; readonly from: number; readonly to: number }[] {
  const cases = [];
  for (let from = 0; from < length;) {
    const subject = subjects[from] as number;
    let to = from + 1;
    while (to < length && subjects[to] === subject) to++;
    cases.push({ subject, from, to });
    from = to;
  }
  return cases;
}

function inOrderOfPromise(
  clocks: PartitionClocks["clocks"],
  ranks: readonly number[],
  from: number,
  to: number,
): readonly number[] {
  const rows = Array.from({ length: to - from }, (_, index) => from + index);
  const rank = (row: number) => ranks[clocks.promise[row] as number] as number;
  return rows.sort((a, b) => rank(a) - rank(b) || (clocks.period[a] as number) - (clocks.period[b] as number));
}

/** Of each promise, its place in the order of their names. */
function promiseRanks(definition: Definition): readonly number[] {
  const sorted = definition.promises.map((promise) => promise.id).toSorted();
  return definition.promises.map((promise) => sorted.indexOf(promise.id));
}
