import { definitionOf, library } from "../src/strands/guarantees/library.ts";
import type { Clock } from "../src/strands/guarantees/model/clock.ts";
import type { CaseEvent } from "../src/strands/guarantees/model/event.ts";
import { evaluateCase } from "../src/strands/guarantees/model/interpret.ts";
import type { NewFact } from "../src/core/record/fact.ts";
import { dayFromPlainDate } from "../src/lib/dates/day.ts";
import type { Region } from "./region.ts";

/** A case of the region with the clocks that the real engine makes of its facts. */
export type JudgedCase = {
  readonly caseId: string;
  readonly subjectId: string;
  readonly guarantee: string;
  readonly serviceId: string;
  readonly clocks: readonly Clock[];
};

/** Every case of a region, judged at the end of a day by the definition of the service where it began. */
export function judge(region: Region, asAt: Temporal.PlainDate): readonly JudgedCase[] {
  const shipped = library();
  const guarantees = new Map(region.services.map(({ id, guarantees: [first] }) => [id, first as string]));
  const definitions = new Map([...new Set(guarantees.values())].map((id) => [id, definitionOf(shipped, id)]));
  const cases = new Map<string, NewFact[]>();
  for (const fact of region.facts) {
    const facts = cases.get(fact.caseId as string);
    if (facts === undefined) cases.set(fact.caseId as string, [fact]);
    else facts.push(fact);
  }
  const question = {
    asAt: { kind: "date", day: dayFromPlainDate(asAt) },
    knownOn: null,
    promise: null,
    version: null,
  } as const;
  return [...cases].map(([caseId, facts]) => {
    const { subjectId, serviceId } = facts[0] as NewFact;
    const guarantee = guarantees.get(serviceId as string) as string;
    const definition = definitions.get(guarantee);
    if (definition === undefined) throw new Error(`Service ${serviceId} has no definition`);
    return {
      caseId,
      subjectId,
      guarantee,
      serviceId: serviceId as string,
      clocks: evaluateCase(definition, facts.map(eventOf), question),
    };
  });
}

function eventOf(fact: NewFact): CaseEvent {
  const { id, type, data, replaces } = fact;
  const recorded = { kind: "instant", instant: (fact.recordedAt as Temporal.Instant).epochMilliseconds } as const;
  return {
    id,
    type,
    data,
    replaces,
    recorded,
    occurred:
      fact.occurredAt === null
        ? { kind: "date", day: dayFromPlainDate(fact.occurredOn) }
        : { kind: "instant", instant: fact.occurredAt.epochMilliseconds },
  };
}
