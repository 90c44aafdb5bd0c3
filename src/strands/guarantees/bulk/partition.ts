import { localDay } from "../../../lib/dates/zone.ts";
import { compileDefinition } from "../machine/case.ts";
import { clockColumns, type ClockColumns } from "../machine/clock-columns.ts";
import type { Machine } from "../machine/compile.ts";
import { caseRunner } from "../machine/run.ts";
import { caseGrouper, type CaseEvents, type GroupedCases } from "./grouping.ts";
import { NotForBulk } from "./names.ts";
import { isTimed, type Job } from "./recorder.ts";
import { IGNORED, type PoolContents } from "./records.ts";

/** The clocks of one partition, in no order; good until the next one is evaluated. `subject` is the case's number. */
export type PartitionClocks = { readonly grouped: GroupedCases; readonly clocks: ClockColumns };

/** Evaluates partitions one after another. */
export type PartitionEvaluator = {
  /** By the promise's number in the definition. */
  readonly machines: ReadonlyMap<number, Machine>;
  readonly evaluate: (pools: readonly PoolContents[], partition: number) => PartitionClocks;
};

export function partitionEvaluator(job: Job): PartitionEvaluator {
  const { promises, alphabet } = compileDefinition(job.definition, job.promise, job.version);
  if (typeof alphabet === "string") throw new NotForBulk(alphabet);
  const machines = new Map<number, Machine>();
  for (const { id, number, compiled } of promises) {
    if (compiled.kind === "interpreter") throw new NotForBulk(`${id}: ${compiled.reason}`);
    machines.set(number, compiled.machine);
  }
  const timed = isTimed(job.definition);
  const asAt = timed ? job.asAt : localDay(job.definition.zone, job.asAt);
  const { group, load, events } = caseGrouper(timed);
  const clocks = clockColumns(16_384, timed);
  const runs = [...machines].map(([number, machine]) => caseRunner(machine, number, asAt, events, clocks));
  const evaluate = (pools: readonly PoolContents[], partition: number): PartitionClocks => {
    const grouped = group(pools, partition);
    const { cases, interpret } = grouped;
    clocks.length = 0;
    for (let subject = 0; subject < cases; subject++) {
      if (interpret[subject] === 1) continue;
      const happened = eventsThatCount(events, alphabet.typeOf, load(subject));
      if (happened < 0) interpret[subject] = 1;
      else for (const run of runs) run(subject, 0, happened, 0);
    }
    return { grouped, clocks };
  };
  return { machines, evaluate };
}

/** Ids of more events than this are not compared one by one. */
const MOST_COMPARED = 64;

/**
 * How many of a case's events play a part; −1 when the interpreter must judge it: two events of one type and moment, of
 * which only their ids can tell which is first or whether they are one, or two events of what may be the same id.
 */
function eventsThatCount({ ticks, symbols, fields, idHashes }: CaseEvents, typeOf: Uint16Array, count: number): number {
  let happened = count;
  while (happened > 0 && symbols[happened - 1] === IGNORED) happened--;
  for (let index = 1; index < happened; index++) {
    if (ticks[index] !== ticks[index - 1] || typeOf[symbols[index] as number] !== typeOf[symbols[index - 1] as number])
      continue;
    const alike = symbols[index] === symbols[index - 1] && fields[index] === fields[index - 1];
    if (!alike || idHashes[index] === 0 || idHashes[index - 1] === 0) return -1;
  }
  let ids = 0;
  for (let index = 0; index < count; index++) if (idHashes[index] !== 0) ids++;
  if (ids === 0) return happened;
  if (count > MOST_COMPARED) return -1;
  for (let index = 1; index < count; index++) {
    for (let other = 0; other < index; other++)
      if (idHashes[index] !== 0 && idHashes[index] === idHashes[other]) return -1;
  }
  return happened;
}
