import type { Definition, PromiseRules } from "../model/definition.ts";
import type { Alphabet } from "./alphabet.ts";
import {
  AWAITING,
  firstControl,
  openPauses,
  pausesWithoutEnd,
  rulesFor,
  transition,
  type Control,
  type Rules,
} from "./control.ts";
import * as op from "./instructions.ts";

/**
 * A promise as an automaton: `next[state * symbols + symbol]` says what an event does. 0: not worked out yet; −1 − s:
 * nothing but go to state s; otherwise the address of instructions in `code`. The table is filled as events ask for it:
 * of the many states that rules could reach, files reach some dozens. The last symbol stands for the as-at moment.
 */
export type Machine = {
  readonly rules: Rules;
  readonly symbols: number;
  next: Int32Array;
  code: Int32Array;
  codeLength: number;
  readonly states: StateFacts[];
  readonly numbers: Map<string, number>;
};

/** What is to be known of a state when no more events come. */
export type StateFacts = {
  readonly control: Control;
  readonly running: boolean;
  readonly version: number;
  readonly limit: number;
  /** Bits of the pauses that are open and leave time out as they stand. */
  readonly openPauses: number;
  /** Bits of those that leave it out once their end is on record. */
  readonly withoutEnd: number;
  readonly awaitingEvidence: boolean;
};

/** A promise either compiles or is left to the plain interpreter, with the reason. */
export type Compiled =
  | { readonly kind: "machine"; readonly machine: Machine }
  | { readonly kind: "interpreter"; readonly reason: string };

/** More states than this and the rules are no automaton worth having. */
const MOST_STATES = 20_000;
/** Notes and pauses are bits of a 32-bit word. */
const MOST_BITS = 30;

/** Compiles one promise. What is rare and would make every table larger is left to the interpreter. */
export function compilePromise(
  definition: Definition,
  promise: PromiseRules,
  alphabet: Alphabet | string,
  forced: string | null,
): Compiled {
  const reason = typeof alphabet === "string" ? alphabet : whyInterpreted(promise);
  if (reason !== null || typeof alphabet === "string") return { kind: "interpreter", reason: reason ?? "" };
  const rules = rulesFor(definition, promise, alphabet, forced);
  const machine: Machine = {
    rules,
    symbols: alphabet.size + 1,
    next: new Int32Array(8 * (alphabet.size + 1)),
    code: new Int32Array(1024),
    codeLength: 1, // address 0 stands for "not worked out yet"
    states: [],
    numbers: new Map(),
  };
  stateNumber(machine, firstControl(rules));
  return { kind: "machine", machine };
}

function whyInterpreted(promise: PromiseRules): string | null {
  if (promise.cutOff !== null) return "starts have a cut-off hour";
  if (promise.moves.some((rule) => rule.move.kind === "add" && !rule.once)) return "a limit can grow without end";
  if (promise.pauses.length > MOST_BITS || promise.moves.length > MOST_BITS) return "it has too many rules";
  return null;
}

/** Works out what an event of `symbol` does in `state`; answers the entry of the table. */
export function workOut(machine: Machine, state: number, symbol: number): number {
  const { control } = machine.states[state] as StateFacts;
  const entry = assemble(machine, control, symbol, []);
  machine.next[state * machine.symbols + symbol] = entry;
  return entry;
}

/**
 * Writes the instructions that follow once the questions so far have had these answers. A question that dates must
 * answer ends a stretch: each outcome's instructions are written after it, and their addresses put beside the question.
 */
function assemble(machine: Machine, control: Control, symbol: number, answers: readonly number[]): number {
  const written: number[] = [];
  let answered = 0;
  let open: { readonly question: readonly number[]; readonly outcomes: number } | null = null;
  let after: Control | null = null;
  try {
    after = transition(machine.rules, control, symbol, {
      put: (...instruction) => {
        if (answered === answers.length) written.push(...instruction);
      },
      ask: (question, outcomes) => {
        const answer = answers[answered++];
        if (answer !== undefined) return answer;
        open = { question, outcomes };
        throw UNANSWERED;
      },
    });
  } catch (thrown) {
    if (thrown !== UNANSWERED) throw thrown;
  }
  if (after !== null) {
    const next = stateNumber(machine, after);
    if (written.length === 0 && answers.length === 0) return -1 - next;
    return place(machine, [...written, op.END, next]);
  }
  const { question, outcomes } = open as unknown as { question: readonly number[]; outcomes: number };
  const branches = Array.from({ length: outcomes }, (_, outcome) =>
    address(machine, assemble(machine, control, symbol, [...answers, outcome])),
  );
  return place(machine, [...written, ...question, ...branches]);
}

const UNANSWERED = Symbol("a question only dates can answer");

/** A branch is always an address: a bare move to a state becomes an END of its own. */
function address(machine: Machine, entry: number): number {
  return entry > 0 ? entry : place(machine, [op.END, -1 - entry]);
}

function place(machine: Machine, instructions: readonly number[]): number {
  const at = machine.codeLength;
  while (at + instructions.length > machine.code.length) {
    const larger = new Int32Array(machine.code.length * 2);
    larger.set(machine.code);
    machine.code = larger;
  }
  machine.code.set(instructions, at);
  machine.codeLength = at + instructions.length;
  return at;
}

function stateNumber(machine: Machine, control: Control): number {
  const key = JSON.stringify(control);
  const known = machine.numbers.get(key);
  if (known !== undefined) return known;
  const number = machine.states.length;
  if (number >= MOST_STATES)
    throw new RangeError(`Promise ${machine.rules.promise.id} needs more than ${MOST_STATES} states`);
  machine.numbers.set(key, number);
  machine.states.push({
    control,
    running: control.running,
    version: control.version,
    limit: control.limit,
    openPauses: openPauses(machine.rules, control),
    withoutEnd: pausesWithoutEnd(machine.rules, control),
    awaitingEvidence: control.pauses.includes(AWAITING),
  });
  if ((number + 1) * machine.symbols > machine.next.length) {
    const larger = new Int32Array(machine.next.length * 2);
    larger.set(machine.next);
    machine.next = larger;
  }
  return number;
}
