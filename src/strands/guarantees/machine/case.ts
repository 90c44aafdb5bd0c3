import { localDay } from "../../../lib/dates/zone.ts";
import type { Definition, PromiseRules } from "../model/definition.ts";
import {
  endOfMoment,
  eventsInForce,
  knownEvents,
  placeEvent,
  type CaseEvent,
  type PlacedEvent,
} from "../model/event.ts";
import { evaluateCase, inOrder, type Question } from "../model/interpret.ts";
import { fieldTick } from "../model/interpreter/starts.ts";
import type { Clock } from "../model/clock.ts";
import { alphabetOf, symbolOf, type Alphabet } from "./alphabet.ts";
import { clockAt, clockColumns } from "./clock-columns.ts";
import { compilePromise, type Compiled } from "./compile.ts";
import type { Rules } from "./control.ts";
import { NO_DATE, NOT_A_DATE } from "./instructions.ts";
import { caseRunner, type EventColumns } from "./run.ts";

/** A clock as automata keep it: all but gaps and steps, which only explanations need. */
export type BareClock = Omit<Clock, "gaps" | "steps">;

/** A definition compiled for a question: its alphabet and one automaton for each promise asked for. */
export type CompiledDefinition = {
  readonly definition: Definition;
  readonly alphabet: Alphabet | string;
  readonly promises: readonly { readonly id: string; readonly number: number; readonly compiled: Compiled }[];
};

/**
 * Compiles the promises of a definition (with its overlay and parameters).
 * @param promise one promise only; null for all
 * @param version judge every clock by this version; null for the one in force
 */
export function compileDefinition(
  definition: Definition,
  promise: string | null,
  version: string | null,
): CompiledDefinition {
  const alphabet = alphabetOf(definition);
  return {
    definition,
    alphabet,
    promises: definition.promises.flatMap((rules, number) =>
      promise === null || rules.id === promise
        ? [{ id: rules.id, number, compiled: compilePromise(definition, rules, alphabet, version) }]
        : [],
    ),
  };
}

/** The clocks of one case by automaton; by the interpreter for promises that do not compile. */
export function runCase(
  compiled: CompiledDefinition,
  events: readonly CaseEvent[],
  question: Question,
): readonly BareClock[] {
  const { definition, alphabet } = compiled;
  const asAt = endOfMoment(question.asAt, definition.zone);
  const known = question.knownOn === null ? events : knownEvents(events, question.knownOn, definition.zone);
  const placed = eventsInForce(known, definition.zone)
    .filter((event) => definition.order.has(event.type))
    .map((event) => placeEvent(event, definition.zone));
  const happened = placed.filter((event) => event.instant <= asAt);
  const later = placed.filter((event) => event.instant > asAt);
  return compiled.promises.flatMap(({ id, number, compiled: promise }): readonly BareClock[] => {
    if (promise.kind === "interpreter" || typeof alphabet === "string") {
      return evaluateCase(definition, events, { ...question, promise: id }).map(
        ({ gaps: _gaps, steps: _steps, ...clock }) => clock,
      );
    }
    const { rules } = promise.machine;
    const columns = eventColumns(
      rules,
      inOrder(definition, (event) => tickOf(rules, event), happened),
    );
    const clocks = clockColumns(4, rules.timed);
    const run = caseRunner(
      promise.machine,
      number,
      rules.timed ? asAt : localDay(definition.zone, asAt),
      columns,
      clocks,
    );
    run(0, 0, happened.length, laterEnds(rules.promise, later));
    return Array.from({ length: clocks.length }, (_, row) => clockAt(rules, clocks, row));
  });
}

/** The tick of an event: its day, its instant, or at worst the end of the day of which the hour is not known. */
function tickOf(rules: Rules, event: PlacedEvent): number {
  if (!rules.timed) return event.day;
  const starts = rules.promise.starts.some((rule) => rule.when.has(event.type));
  return event.timeKnown || starts
    ? event.instant
    : endOfMoment({ kind: "date", day: event.day }, rules.definition.zone);
}

/** Bits of the pauses of which an end is among the later events. */
function laterEnds(promise: PromiseRules, later: readonly PlacedEvent[]): number {
  return promise.pauses.reduce(
    (bits, rule, index) => (later.some((event) => rule.until.has(event.type)) ? bits | (1 << index) : bits),
    0,
  );
}

function eventColumns(rules: Rules, events: readonly PlacedEvent[]): EventColumns {
  const { definition, alphabet } = rules;
  const rank = (event: PlacedEvent) => definition.order.get(event.type) as number;
  return {
    ticks: Float64Array.from(events, (event) => tickOf(rules, event)),
    symbols: Uint16Array.from(events, (event) => symbolOf(alphabet, rank(event), event.data, event.timeKnown)),
    fields: Float64Array.from(events, (event) => {
      const { dateField } = alphabet.letters[rank(event)] as Alphabet["letters"][number];
      return dateField === null ? NO_DATE : fieldDate(definition, event.data[dateField], rules.timed);
    }),
  };
}

/** The date in a field as a tick, NO_DATE for an empty field, NOT_A_DATE for what is none. */
export function fieldDate(definition: Definition, value: unknown, timed: boolean): number {
  if (value === undefined || value === null || value === "") return NO_DATE;
  return fieldTick(definition, value, timed) ?? NOT_A_DATE;
}
