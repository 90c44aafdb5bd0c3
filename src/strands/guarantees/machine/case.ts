import { localDay } from "../../../lib/dates/zone.ts";
import type { Definition } from "../model/definition.ts";
import { endOfMoment, eventsInForce, knownEvents, placeEvent, type CaseEvent, type PlacedEvent } from "../model/event.ts";
import { evaluateCase, fieldTick, inOrder, type Question } from "../model/interpret.ts";
import type { Clock } from "../model/clock.ts";
import { alphabetOf, symbolOf, type Alphabet } from "./alphabet.ts";
import { clockAt, clockColumns } from "./clock-columns.ts";
import { compilePromise, type Compiled } from "./compile.ts";
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
export function compileDefinition(definition: Definition, promise: string | null, version: string | null): CompiledDefinition {
  const alphabet = alphabetOf(definition);
  return {
    definition,
    alphabet,
    promises: definition.promises.flatMap((rules, number) =>
      promise === null || rules.id === promise ? [{ id: rules.id, number, compiled: compilePromise(definition, rules, alphabet, version) }] : [],
    ),
  };
}

/** The clocks of one case by automaton; by the interpreter for promises that do not compile. */
export function runCase(compiled: CompiledDefinition, events: readonly CaseEvent[], question: Question): readonly BareClock[] {
  const { definition, alphabet } = compiled;
  const asAt = endOfMoment(question.asAt, definition.zone);
  const known = question.knownOn === null ? events : knownEvents(events, question.knownOn, definition.zone);
  const placed = eventsInForce(known)
    .map((event) => placeEvent(event, definition.zone))
    .filter((event) => event.instant <= asAt && definition.order.has(event.type));
  return compiled.promises.flatMap(({ id, number, compiled: promise }): readonly BareClock[] => {
    if (promise.kind === "interpreter" || typeof alphabet === "string") {
      return evaluateCase(definition, events, { ...question, promise: id }).map(({ gaps: _gaps, steps: _steps, ...clock }) => clock);
    }
    const { rules } = promise.machine;
    const columns = eventColumns(definition, alphabet, inOrder(definition, rules.timed, placed), rules.timed);
    const clocks = clockColumns(4);
    const run = caseRunner(promise.machine, number, rules.timed ? asAt : localDay(definition.zone, asAt), columns, clocks);
    run(0, 0, placed.length);
    return Array.from({ length: clocks.length }, (_, row) => clockAt(rules, clocks, row));
  });
}

function eventColumns(definition: Definition, alphabet: Alphabet, events: readonly PlacedEvent[], timed: boolean): EventColumns {
  const symbols = events.map((event) => symbolOf(alphabet, definition.order.get(event.type) as number, event.data, event.timeKnown));
  return {
    ticks: Float64Array.from(events, (event) => (timed ? event.instant : event.day)),
    symbols: Uint16Array.from(symbols),
    fields: Float64Array.from(events, (event) => {
      const { dateField } = alphabet.letters[definition.order.get(event.type) as number] as Alphabet["letters"][number];
      return dateField === null ? NO_DATE : fieldDate(definition, event.data[dateField], timed);
    }),
  };
}

/** The date in a field as a tick, NO_DATE for an empty field, NOT_A_DATE for what is none. */
export function fieldDate(definition: Definition, value: unknown, timed: boolean): number {
  if (value === undefined || value === null || value === "") return NO_DATE;
  return fieldTick(definition, value, timed) ?? NOT_A_DATE;
}
