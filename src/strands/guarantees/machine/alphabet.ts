import { holds, type Condition, type EventData, type Test } from "../model/condition.ts";
import type { Definition, PromiseRules } from "../model/definition.ts";

/**
 * The letters an automaton reads. A symbol stands for an event's type together with the truth of every test that any
 * rule puts to the fields of such an event, and with whether its time of day is known: everything a rule can see of an
 * event except its dates.
 */
export type Alphabet = {
  readonly letters: readonly Letters[];
  /** Number of symbols; symbols are 0 … size − 1. Symbols of one type lie together, types in the order of one day. */
  readonly size: number;
  /** Index into `letters` of each symbol's type. */
  readonly typeOf: Uint16Array;
};

/** The symbols of one event type. */
export type Letters = {
  readonly type: string;
  readonly first: number;
  /** Bit i of a symbol (counted from `first`) is the truth of test i; the bit after the last says the time is known. */
  readonly tests: readonly Test[];
  /** The field whose date the rules read, if one does: it travels beside the symbol. */
  readonly dateField: string | null;
  /** Whether any rule of any promise looks at this type. */
  readonly used: boolean;
};

/** More letters than this and a table is no longer small. */
const MOST_SYMBOLS = 4096;

/** The alphabet of a definition, or the sentence that says why its events do not fit in letters. */
export function alphabetOf(definition: Definition): Alphabet | string {
  const letters: Letters[] = [];
  let first = 0;
  for (const type of definition.order.keys()) {
    const tests = testsOf(definition, type);
    const fields = dateFields(definition, type);
    if (fields.length > 1) return `the rules read two dates of one ${type}: ${fields.join(" and ")}`;
    letters.push({
      type,
      first,
      tests,
      dateField: fields[0] ?? null,
      used: definition.promises.some((promise) => looksAt(promise, type)),
    });
    first += 2 << tests.length;
    if (first > MOST_SYMBOLS) return `the rules put too many tests to a ${type}`;
  }
  const typeOf = new Uint16Array(first);
  letters.forEach((each, index) => typeOf.fill(index, each.first, each.first + (2 << each.tests.length)));
  return { letters, size: first, typeOf };
}

/** The symbol of an event of type number `type`. */
export function symbolOf(alphabet: Alphabet, type: number, data: EventData, timeKnown: boolean): number {
  const { first, tests } = alphabet.letters[type] as Letters;
  let bits = timeKnown ? 1 << tests.length : 0;
  tests.forEach((test, index) => {
    if (holds({ words: "", anyOf: [[test]] }, data)) bits |= 1 << index;
  });
  return first + bits;
}

/** Whether the events of a symbol have a time of day. */
export function timeKnown(alphabet: Alphabet, symbol: number): boolean {
  const letters = lettersOf(alphabet, symbol);
  return (symbol - letters.first) >> letters.tests.length === 1;
}

/** Whether a condition holds for the events of a symbol. Its tests must be among those of the symbol's type. */
export function symbolHolds(alphabet: Alphabet, symbol: number, condition: Condition): boolean {
  return condition.anyOf.some((all) => all.every((test) => testHolds(alphabet, symbol, test)));
}

export function testHolds(alphabet: Alphabet, symbol: number, test: Test): boolean {
  const letters = lettersOf(alphabet, symbol);
  const wanted = keyOf(test);
  const index = letters.tests.findIndex((known) => keyOf(known) === wanted);
  if (index < 0) throw new Error(`${letters.type} carries no answer to ${wanted}`);
  return (((symbol - letters.first) >> index) & 1) === 1;
}

export function lettersOf(alphabet: Alphabet, symbol: number): Letters {
  return alphabet.letters[alphabet.typeOf[symbol] as number] as Letters;
}

function keyOf(test: Test): string {
  return JSON.stringify(test);
}

function testsOf(definition: Definition, type: string): readonly Test[] {
  const tests = new Map<string, Test>();
  const add = (condition: Condition | null) => {
    for (const test of condition?.anyOf.flat() ?? []) tests.set(keyOf(test), test);
  };
  for (const promise of definition.promises) {
    for (const rule of [...promise.starts, ...promise.stops, ...promise.restarts, ...promise.moves]) {
      if (rule.when.has(type)) add(rule.condition);
    }
    for (const rule of promise.pauses) if (rule.from.has(type)) add(rule.condition);
    if (!promise.starts.some((rule) => rule.when.has(type))) continue;
    for (const { condition } of promise.limits) {
      add(condition);
      // A number that is missing leaves a note on the clock whose limit it would have chosen.
      for (const test of condition?.anyOf.flat() ?? []) {
        if (test.kind === "compare") add({ words: "", anyOf: [[{ kind: "missing", field: test.field }]] });
      }
    }
  }
  return [...tests.values()];
}

function dateFields(definition: Definition, type: string): readonly string[] {
  const fields = new Set<string>();
  for (const promise of definition.promises) {
    for (const rule of promise.starts)
      if (rule.when.has(type) && rule.countedFrom?.kind === "field") fields.add(rule.countedFrom.field);
    for (const rule of promise.moves)
      if (rule.when.has(type) && rule.move.kind === "to-field") fields.add(rule.move.field);
  }
  return [...fields];
}

function looksAt(promise: PromiseRules, type: string): boolean {
  const evidence = [...promise.stops.flatMap((rule) => rule.expects), ...promise.pauses.flatMap((rule) => rule.needs)];
  return (
    [...promise.starts, ...promise.stops, ...promise.restarts, ...promise.moves].some((rule) => rule.when.has(type)) ||
    promise.pauses.some((rule) => rule.from.has(type) || rule.until.has(type)) ||
    evidence.some((need) => need.type === type) ||
    promise.restarts.some((rule) => rule.after === type) ||
    promise.stops.some((rule) => rule.dated === type) ||
    promise.starts.some(
      (rule) => rule.countedFrom?.kind === "first" && [rule.countedFrom.type, rule.countedFrom.since].includes(type),
    )
  );
}
