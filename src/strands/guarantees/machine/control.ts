import type { Condition } from "../model/condition.ts";
import {
  inVersion,
  type Definition,
  type Evidence,
  type MoveRule,
  type PauseRule,
  type PromiseRules,
  type RestartRule,
  type StartRule,
  type StopRule,
} from "../model/definition.ts";
import { longer } from "../model/interpreter/changes.ts";
import type { Limit } from "../model/limit.ts";
import { countsTime } from "../model/scale.ts";
import { lettersOf, symbolHolds, testHolds, timeKnown, type Alphabet } from "./alphabet.ts";
import * as op from "./instructions.ts";

/**
 * The control state: all that a promise's rules remember of a case, without dates. Finite, because counts stop at the
 * highest number a rule asks for. What belongs to a clock is at its zero while none runs, so that states are few.
 */
export type Control = {
  readonly running: boolean;
  /** Indexes of the definition's versions and of the rules' limits; −1 while none runs. */
  version: number;
  limit: number;
  startLimit: number;
  /** The symbol that started the clock, where limits depend on its fields; else −1. */
  startSymbol: number;
  /** Of each pause rule: CLOSED, AWAITING evidence, or COUNTING. */
  readonly pauses: number[];
  /** Events of each counted type since the clock (re)started, and ever. */
  readonly since: number[];
  readonly ever: number[];
  /** Event type that stopped the clock before, where a start asks; else −1. */
  lastStop: number;
  /** Bit i: move rule i, which holds once, has been used. */
  moved: number;
  /** Bit i: an end of pause i came while it was not open; on which day, a register knows. */
  ended: number;
};
const CLOSED = 0;
export const AWAITING = 1;
const COUNTING = 2;

/** A promise's rules with what the automaton needs to number. Limits and notes grow as the table does. */
export type Rules = {
  readonly definition: Definition;
  readonly promise: PromiseRules;
  readonly alphabet: Alphabet;
  /** Runs on instants rather than days. */
  readonly timed: boolean;
  /** Judge every clock by this version; null for the one in force. */
  readonly forced: number | null;
  readonly limits: Limit[];
  /** Note i is bit i. */
  readonly notes: string[];
  /** Types counted as evidence or before a restart, and the count beyond which it no longer matters. */
  readonly counted: ReadonlyMap<string, { readonly index: number; readonly most: number }>;
  /** Types whose latest date is kept, by register. */
  readonly latest: readonly string[];
  /** Starts that count from the first event of a type, by register. */
  readonly firsts: readonly { readonly type: string; readonly since: string }[];
};

/** Takes instructions, and answers questions that only dates can answer: one of so many outcomes. */
export type Writer = {
  readonly put: (...instruction: number[]) => void;
  readonly ask: (question: readonly number[], outcomes: number) => number;
};

export function rulesFor(
  definition: Definition,
  promise: PromiseRules,
  alphabet: Alphabet,
  forced: string | null,
): Rules {
  const counted = new Map<string, { index: number; most: number }>();
  const count = (type: string, most: number) => {
    const known = counted.get(type);
    if (known === undefined) counted.set(type, { index: counted.size, most });
    else known.most = Math.max(known.most, most);
  };
  for (const need of [
    ...promise.stops.flatMap((rule) => rule.expects),
    ...promise.pauses.flatMap((rule) => rule.needs),
  ])
    count(need.type, need.count);
  for (const rule of promise.restarts) {
    if (rule.after !== null) count(rule.after, 1);
    if (rule.count > 1) for (const type of rule.when) count(type, rule.count);
  }
  const latest = new Set<string>();
  for (const rule of promise.stops) if (rule.dated !== null) latest.add(rule.dated);
  const version = definition.versions.findIndex((each) => each.id === forced);
  return {
    definition,
    promise,
    alphabet,
    timed: countsTime((promise.limits[0] as PromiseRules["limits"][number]).limit),
    forced: version < 0 ? null : version,
    limits: [],
    notes: [],
    counted,
    latest: [...latest],
    firsts: promise.starts.flatMap((rule) => (rule.countedFrom?.kind === "first" ? [rule.countedFrom] : [])),
  };
}

export function firstControl(rules: Rules): Control {
  const zeros = [...rules.counted].map(() => 0);
  return {
    ...NO_CLOCK,
    pauses: rules.promise.pauses.map(() => CLOSED),
    since: zeros,
    ever: zeros,
    lastStop: -1,
    ended: 0,
  };
}

const NO_CLOCK = { running: false, version: -1, limit: -1, startLimit: -1, startSymbol: -1, moved: 0 } as const;

/** The bit of a note. */
export function noteBit(rules: Rules, note: string): number {
  const known = rules.notes.indexOf(note);
  return 1 << (known >= 0 ? known : rules.notes.push(note) - 1);
}

/**
 * One step: the state after an event of `symbol`, with the instructions for its dates. The same order of doing things
 * as the interpreter, which see for the why. The symbol after the last of the alphabet says that no more events come.
 */
export function transition(rules: Rules, before: Control, symbol: number, { put, ask }: Writer): Control {
  const { definition, promise, alphabet } = rules;
  const atEnd = symbol === alphabet.size;
  const type = atEnd ? "" : lettersOf(alphabet, symbol).type;
  const typeNumber = alphabet.typeOf[symbol] as number;
  const timeMissing = rules.timed && !atEnd && !timeKnown(alphabet, symbol) ? noteBit(rules, "time-missing") : 0;
  let now: Control = { ...before, pauses: [...before.pauses], since: [...before.since], ever: [...before.ever] };

  const bump = (counts: number[]) => {
    const known = rules.counted.get(type);
    if (known !== undefined) counts[known.index] = Math.min(known.most, (counts[known.index] as number) + 1);
  };
  const counts = (need: Evidence) =>
    ((need.anyTime ? now.ever : now.since)[indexOf(rules, need.type)] as number) >= need.count;
  const fires = (rule: { readonly when: ReadonlySet<string>; readonly condition: Condition | null }) =>
    rule.when.has(type) && (rule.condition === null || symbolHolds(alphabet, symbol, rule.condition));
  const versionId = (version: number) => (definition.versions[version] as Definition["versions"][number]).id;
  const holdsIn = (rule: { readonly versions: ReadonlySet<string> | null }, version: number) =>
    inVersion(rule, versionId(version));
  /** The version in force on the mark; −1 for none. */
  const versionAtMark = (): number => rules.forced ?? ask([op.BY_VERSION], definition.versions.length + 1) - 1;

  const pastDue = (): boolean => ask([op.BY_DUE, now.limit, openPauses(rules, now)], 2) === 0;

  const closePause = (rule: PauseRule, index: number, byEnd: boolean) => {
    const state = now.pauses[index];
    now.pauses[index] = CLOSED;
    if (!now.running) return;
    if (state === AWAITING) put(op.NOTE, noteBit(rules, "pause-without-evidence"));
    else if (rule.endRequired && !byEnd) put(op.NOTE, noteBit(rules, "pause-without-end"));
    else put(op.CLOSE_PAUSE, index, rule.bothDays ? 1 : 0);
  };

  /** Limit, version and pauses of a clock that starts, or starts again, at the mark. Answers the notes that brings. */
  const setClock = (version: number): number => {
    const { limit, missing } = chooseLimit(rules, versionId(version), now.startSymbol);
    Object.assign(now, { version, limit, startLimit: limit });
    now.since.fill(0);
    return missing.reduce((bits, field) => bits | noteBit(rules, `${field}-missing`), 0);
  };
  const keepPauses = (version: number) =>
    promise.pauses.forEach((rule, index) => {
      if (now.pauses[index] === CLOSED) return;
      if (!holdsIn(rule, version) || rule.needs.length > 0) now.pauses[index] = CLOSED;
      else put(op.CLAMP_PAUSE, index);
    });

  /** A version that holds for all clocks takes over those that run on its first day, unless it grandfathers them. */
  const takeOver = () => {
    definition.versions.forEach((version, index) => {
      const current = definition.versions[now.version] as Definition["versions"][number];
      if (!version.appliesToAll || version.from <= current.from || rules.forced !== null || !holdsIn(promise, index))
        return;
      if (ask([op.BY_TAKEOVER, index], 2) === 1) return;
      const { limit } = chooseLimit(rules, version.id, now.startSymbol);
      Object.assign(now, { version: index, limit, startLimit: limit });
      put(op.NOTE, noteBit(rules, "version-changed"), op.MARK_VERSION, index);
      promise.pauses.forEach((rule, pause) => {
        if (now.pauses[pause] !== CLOSED && !holdsIn(rule, index)) closePause(rule, pause, true);
      });
    });
  };

  const start = (rule: StartRule): boolean => {
    const from = rule.countedFrom;
    if (from === null) put(op.MARK_EVENT);
    else if (from.kind === "first") put(op.MARK_FIRST, rules.firsts.indexOf(from));
    else put(op.MARK_FIELD, noteBit(rules, `${from.field.replaceAll("_", "-")}-not-usable`));
    const version = versionAtMark();
    if (version < 0 || !holdsIn(promise, version) || !holdsIn(rule, version)) return false;
    const conditional = promise.limits.some((limit) => limit.condition !== null);
    now = { ...now, running: true, moved: 0, startSymbol: conditional ? symbol : -1 };
    put(op.START, setClock(version) | timeMissing);
    keepPauses(version);
    return true;
  };

  const stop = (rule: StopRule) => {
    put(op.MARK_STOP, rule.dated === null ? -1 : rules.latest.indexOf(rule.dated));
    if (timeMissing !== 0) put(op.NOTE, timeMissing);
    if (!rule.expects.every(counts)) put(op.NOTE, noteBit(rules, "stop-without-evidence"));
    promise.pauses.forEach((pause, index) => {
      if (now.pauses[index] !== CLOSED) closePause(pause, index, false);
    });
    put(op.FINISH, ...STOP_STATES[rule.effect], typeNumber, now.version, now.limit);
    const asked = promise.starts.some((other) => other.ifLast?.has(type) === true);
    now.since.fill(0);
    now = { ...now, ...NO_CLOCK, lastStop: asked ? typeNumber : -1 };
  };

  const restart = (rule: RestartRule): boolean => {
    if (rule.after !== null && now.since[indexOf(rules, rule.after)] === 0) return false;
    if (rule.count > 1 && (now.since[indexOf(rules, type)] as number) < rule.count) return false;
    if (rule.inTime && pastDue()) {
      put(op.NOTE, noteBit(rules, "restart-too-late"));
      return false;
    }
    put(op.MARK_EVENT);
    const version = versionAtMark();
    if (version < 0 || !holdsIn(promise, version)) return false;
    put(op.RESTART, setClock(version) | noteBit(rules, "clock-restarted"));
    keepPauses(version);
    return true;
  };

  const move = (rule: MoveRule, index: number) => {
    const refused = moveRefusal(rule, index);
    if (refused !== null) return put(op.NOTE, noteBit(rules, refused));
    if (rule.once) now.moved |= 1 << index;
    const { move: by } = rule;
    switch (by.kind) {
      case "to-field":
        put(op.MOVE_DUE);
        break;
      case "add":
        now.limit = limitIndex(rules, longer(rules.limits[now.limit] as Limit, by.limit));
        break;
      case "limit":
        now.limit = limitIndex(rules, by.limit);
        break;
      case "back":
        now.limit = now.startLimit;
        break;
    }
    put(op.NOTE, noteBit(rules, "due-moved"));
  };
  const moveRefusal = (rule: MoveRule, index: number): string | null => {
    if (rule.once && (now.moved & (1 << index)) !== 0) return "move-only-once";
    if (rule.inTime && pastDue()) return "move-too-late";
    if (rule.move.kind !== "to-field") return null;
    return DATE_REFUSALS[ask([op.BY_FIELD, now.limit, openPauses(rules, now)], DATE_REFUSALS.length)] ?? null;
  };

  if (atEnd) {
    if (now.running) takeOver();
    return now;
  }
  bump(now.ever);
  const register = rules.latest.indexOf(type);
  if (register >= 0) put(op.KEEP_LATEST, register);
  rules.firsts.forEach((first, index) => {
    if (first.type === type) put(op.KEEP_FIRST, index);
  });
  const wasRunning = now.running;
  if (now.running) {
    takeOver();
    bump(now.since);
  }
  if (now.running && promise.pauses.some((rule, index) => now.pauses[index] !== CLOSED && rule.until.has(type)))
    put(op.MARK_EVENT);
  promise.pauses.forEach((rule, index) => {
    if (!rule.until.has(type)) return;
    if (now.pauses[index] !== CLOSED) return closePause(rule, index, true);
    if (rules.timed) return;
    now.ended |= 1 << index;
    put(op.KEEP_END, index);
  });
  if (now.running) {
    const version = now.version;
    const stopRule = promise.stops.find((rule) => fires(rule) && holdsIn(rule, version));
    if (stopRule !== undefined) stop(stopRule);
    else if (!promise.restarts.some((rule) => fires(rule) && holdsIn(rule, version) && restart(rule))) {
      promise.moves.forEach((rule, index) => {
        if (fires(rule) && holdsIn(rule, version)) move(rule, index);
      });
    }
  }
  if (!now.running) {
    const lastStop = alphabet.letters[now.lastStop]?.type;
    const canStart = (rule: StartRule) =>
      fires(rule) &&
      (!wasRunning || rule.again) &&
      (rule.ifLast === null || (lastStop !== undefined && rule.ifLast.has(lastStop)));
    promise.starts.some((rule) => canStart(rule) && start(rule));
  }
  promise.pauses.forEach((rule, index) => {
    if (now.pauses[index] !== CLOSED || !rule.from.has(type)) return;
    if (now.running && !holdsIn(rule, now.version)) return;
    if (rule.condition !== null && !symbolHolds(alphabet, symbol, rule.condition)) return;
    if ((now.ended & (1 << index)) !== 0 && ask([op.BY_END, index], 2) === 0) return;
    now.pauses[index] = rule.needs.length === 0 ? COUNTING : AWAITING;
    put(op.OPEN_PAUSE, index);
    if (rule.needs.length === 0) put(op.COUNT_PAUSE, index);
  });
  if (now.running) {
    promise.pauses.forEach((rule, index) => {
      if (now.pauses[index] !== AWAITING || !rule.needs.every(counts)) return;
      now.pauses[index] = COUNTING;
      put(op.EVIDENCE, index, noteBit(rules, "pause-evidence-late"));
    });
  }
  rules.firsts.forEach((first, index) => {
    if (first.since === type) put(op.DROP_FIRST, index);
  });
  return now;
}

/** Bits of the pauses that are open and leave time out as they stand. */
export function openPauses(rules: Rules, control: Control): number {
  return rules.promise.pauses.reduce(
    (bits, rule, index) => (control.pauses[index] === COUNTING && !rule.endRequired ? bits | (1 << index) : bits),
    0,
  );
}

/** Bits of the pauses that are open and count only once their end is on record. */
export function pausesWithoutEnd(rules: Rules, control: Control): number {
  return rules.promise.pauses.reduce(
    (bits, rule, index) => (control.pauses[index] === COUNTING && rule.endRequired ? bits | (1 << index) : bits),
    0,
  );
}

/** Why a date agreed on does not hold, by the outcome of BY_FIELD. */
const DATE_REFUSALS = ["due-date-missing", "move-not-later", null] as const;

/** The state of a clock that stops late, and of one that stops in time, as `CLOCK_STATES` numbers them. */
const STOP_STATES = { stop: [3, 2], end: [4, 4], void: [5, 5] } as const;
export const CLOCK_STATES = ["waiting", "overdue", "kept", "broken", "ended", "void"] as const;

function indexOf(rules: Rules, type: string): number {
  return (rules.counted.get(type) as { index: number }).index;
}

function chooseLimit(
  rules: Rules,
  version: string,
  symbol: number,
): { readonly limit: number; readonly missing: readonly string[] } {
  const { alphabet } = rules;
  const missing: string[] = [];
  for (const { versions, condition, limit } of rules.promise.limits) {
    if (!inVersion({ versions }, version)) continue;
    if (condition === null || symbolHolds(alphabet, symbol, condition))
      return { limit: limitIndex(rules, limit), missing };
    for (const test of condition.anyOf.flat()) {
      if (test.kind === "compare" && testHolds(alphabet, symbol, { kind: "missing", field: test.field }))
        missing.push(test.field);
    }
  }
  throw new RangeError(`Promise ${rules.promise.id} has no limit in version ${version}`);
}

function limitIndex(rules: Rules, limit: Limit): number {
  const known = rules.limits.findIndex((other) => other.words === limit.words);
  return known >= 0 ? known : rules.limits.push(limit) - 1;
}
