import type { Fact } from "../../../core/record/index.ts";
import { dayFromPlainDate } from "../../../lib/dates/day.ts";
import { instantOf, localDay, type Moment } from "../../../lib/dates/zone.ts";
import type { Clock } from "./clock.ts";
import type { Definition } from "./definition.ts";
import type { CaseEvent } from "./event.ts";
import { evaluateCase } from "./interpret.ts";
import { readLimit, type Limit } from "./limit.ts";
import { countsTime, type Tick } from "./scale.ts";

/** A fact of the record as the engine reads it. */
export function eventOfFact(fact: Fact): CaseEvent {
  return {
    id: fact.id,
    type: fact.type,
    occurred:
      fact.occurredAt === null
        ? { kind: "date", day: dayFromPlainDate(fact.occurredOn) }
        : { kind: "instant", instant: fact.occurredAt.epochMilliseconds },
    recorded: { kind: "instant", instant: fact.recordedAt.epochMilliseconds },
    data: fact.data,
    replaces: fact.replaces,
  };
}

/** Where a case is at home: its latest fact that says so. */
export type CasePlace = {
  readonly organisationId: string | null;
  readonly serviceId: string | null;
  readonly areaCode: string | null;
};

export function placeOf(facts: readonly Fact[]): CasePlace {
  const latest = <Key extends keyof CasePlace>(key: Key) => facts.findLast((fact) => fact[key] !== null)?.[key] ?? null;
  return { organisationId: latest("organisationId"), serviceId: latest("serviceId"), areaCode: latest("areaCode") };
}

/** Clocks seen from a moment, as one would have known them on another (null: as known now). */
export function clocksOf(
  definition: Definition,
  facts: readonly Fact[],
  asAt: Moment,
  knownOn: Moment | null,
): readonly Clock[] {
  return evaluateCase(definition, facts.map(eventOfFact), { asAt, knownOn, promise: null, version: null });
}

/** What the projection keeps of a clock: dates, and the outcome of those that have stopped. */
export type StoredClock = {
  readonly promise: string;
  readonly period: number;
  readonly version: string;
  readonly startedOn: number;
  /** Null while the clock stands still. */
  readonly dueOn: number | null;
  /** Milliseconds: the instant after which it is overdue. */
  readonly dueUntil: number | null;
  readonly warnOn: number | null;
  readonly stoppedOn: number | null;
  readonly outcome: "kept" | "broken" | "ended" | "void" | null;
  readonly elapsed: number | null;
  readonly excluded: number;
};

/**
 * The clocks of a case for the projection. They are evaluated as at the day after its last fact (a fact's day may be
 * the next one in the definition's zone), so that what comes out does not depend on the day on which it is written.
 */
export function storedClocks(definition: Definition, facts: readonly Fact[]): readonly StoredClock[] {
  const lastDay = Math.max(...facts.map((fact) => dayFromPlainDate(fact.occurredOn)));
  return clocksOf(definition, facts, { kind: "date", day: lastDay + 1 }, null).map((clock) =>
    storedClock(definition, clock),
  );
}

function storedClock(definition: Definition, clock: Clock): StoredClock {
  const running = clock.stopped === null;
  const dayOf = (tick: Tick) => (countsTime(clock.limit) ? localDay(definition.zone, tick) : tick);
  const due = running && clock.paused ? null : clock.due;
  return {
    promise: clock.promise,
    period: clock.period,
    version: clock.version,
    startedOn: dayOf(clock.started),
    dueOn: due === null ? null : dayOf(due),
    dueUntil: due === null ? null : countsTime(clock.limit) ? due : instantOf(definition.zone, due + 1, 0) - 1,
    warnOn: due === null ? null : warnDay(definition, clock, dayOf(due)),
    stoppedOn: clock.stopped === null ? null : dayOf(clock.stopped),
    outcome: clock.state === "waiting" || clock.state === "overdue" ? null : clock.state,
    elapsed: running ? null : clock.elapsed,
    excluded: running && clock.paused ? 0 : clock.excluded,
  };
}

/** The day from which a clock is amber: the promise's own `warn` before its due day, a week where it says none. */
export function warnDay(definition: Definition, clock: Clock, dueDay: number): number {
  const warn = definition.promises.find((promise) => promise.id === clock.promise)?.file.warn;
  const limit = warn === undefined ? undefined : readLimit(warn);
  return dueDay - (limit === undefined ? 7 : warnDays(limit));
}

function warnDays(limit: Limit): number {
  switch (limit.unit) {
    case "weeks":
      return limit.count * 7;
    case "months":
      return limit.count * 30;
    case "working-days":
      return Math.ceil((limit.count * 7) / 5);
    case "days":
      return limit.count;
    case "hours":
    case "working-hours":
    case "working-minutes":
      return 0;
  }
}
