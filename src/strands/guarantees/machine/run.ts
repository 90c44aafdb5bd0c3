import { instantOf, localDay } from "../../../lib/dates/zone.ts";
import type { Version } from "../model/definition.ts";
import { mergeGaps } from "../model/scale.ts";
import type { Limit } from "../model/limit.ts";
import { dueAt, elapsedUpTo, excludedUpTo, inUnit, type Gap } from "../model/scale.ts";
import { growColumns, type ClockColumns } from "./clock-columns.ts";
import { workOut, type Machine } from "./compile.ts";
import { noteBit } from "./control.ts";
import * as op from "./instructions.ts";

/**
 * Events as an automaton reads them, in order: days (or milliseconds, for clocks that count time), symbols, and the date
 * in a field of each event, NO_DATE or NOT_A_DATE where there is none.
 */
export type EventColumns = {
  readonly ticks: Float64Array;
  readonly symbols: Uint16Array;
  readonly fields: Float64Array;
};

/**
 * Evaluates the events from `from` up to, not including, `to`: one case's. Its clocks are added to the columns.
 * @param laterEnds bits of the pauses of which an end after the as-at moment is on record already
 */
export type RunCase = (subject: number, from: number, to: number, laterEnds: number) => void;

const STARTED = 0;
const MOVED_DUE = 1;

/**
 * An evaluator of cases, one after another.
 * @param asAt tick at which clocks that still run are looked at; later events must not be among the columns
 * @param number the promise's place in the definition, written beside each clock
 */
export function caseRunner(
  machine: Machine,
  number: number,
  asAt: number,
  events: EventColumns,
  clocks: ClockColumns,
): RunCase {
  const { rules, symbols, states } = machine;
  const { definition, promise, limits } = rules;
  const { ticks, symbols: letters, fields } = events;
  const originShift = promise.countsFirstDay && !rules.timed ? 1 : 0;
  const pauseCount = promise.pauses.length;
  const latest = new Float64Array(rules.latest.length);
  const pauseOpened = new Float64Array(pauseCount);
  const pauseFrom = new Float64Array(pauseCount);
  const pauseEnded = new Float64Array(pauseCount);
  const firsts = new Float64Array(rules.firsts.length);
  let gaps: Gap[] = [];
  /** The clock's start, and its due date where that was agreed on; an array, because numbers in it need no boxes. */
  const dates = new Float64Array(2);
  let notes = 0;
  let period = 0;

  /** What is forgotten when a clock stops. Loops, because `fill` costs much for the few registers or none there are. */
  const forgetEvents = () => {
    for (let register = 0; register < latest.length; register++) latest[register] = NaN;
    for (let register = 0; register < firsts.length; register++) firsts[register] = NaN;
  };
  const openGap = (pause: number, to: number, more: number): Gap => {
    const from = pauseFrom[pause] as number;
    return { from, to: Math.max(from, to + more) };
  };
  const gapsUpTo = (tick: number, open: number): Gap[] => {
    if (open === 0) return gaps.length === 0 ? gaps : mergeGaps(gaps);
    const opened = promise.pauses.flatMap((rule, index) =>
      (open & (1 << index)) === 0 ? [] : [openGap(index, tick, rule.bothDays ? 1 : 0)],
    );
    return mergeGaps([...gaps, ...opened]);
  };
  /** Limits of so many days, where no rule but counting applies; −1 for the others. */
  const plainDays: number[] = [];
  const plainDaysOf = (limitNumber: number): number => {
    const known = plainDays[limitNumber];
    if (known !== undefined) return known;
    const { unit, count } = limits[limitNumber] as Limit;
    const days = promise.rolls ? -1 : unit === "days" ? count : unit === "weeks" ? count * 7 : -1;
    return (plainDays[limitNumber] = days);
  };
  const dueOf = (limitNumber: number, timeOff: readonly Gap[]): number => {
    if (!Number.isNaN(dates[MOVED_DUE])) return dates[MOVED_DUE] as number;
    const days = timeOff.length === 0 ? plainDaysOf(limitNumber) : -1;
    const origin = (dates[STARTED] as number) - originShift;
    return days >= 0 ? origin + days : dueAt(definition, limits[limitNumber] as Limit, origin, timeOff, promise.rolls);
  };
  const dayOf = (tick: number): number => (rules.timed ? localDay(definition.zone, tick) : tick);
  const versionFrom = Float64Array.from(definition.versions, (version) => version.from);
  const versionUntil = Float64Array.from(definition.versions, (version) => version.until);
  const versionAt = (tick: number): number => {
    const day = dayOf(tick);
    let found = versionFrom.length - 1;
    while (found >= 0 && !((versionFrom[found] as number) <= day && day <= (versionUntil[found] as number))) found--;
    return found;
  };
  const write = (
    subject: number,
    late: number,
    inTime: number,
    stoppedBy: number,
    version: number,
    limitNumber: number,
    tick: number,
    open: number,
  ) => {
    const limit = limits[limitNumber] as Limit;
    const timeOff = gapsUpTo(tick, open);
    const due = dueOf(limitNumber, timeOff);
    const origin = (dates[STARTED] as number) - originShift;
    if (clocks.length === clocks.subject.length) growColumns(clocks);
    const row = clocks.length++;
    clocks.subject[row] = subject;
    clocks.promise[row] = number;
    clocks.period[row] = period;
    clocks.version[row] = version;
    clocks.state[row] = tick > due ? late : inTime;
    clocks.stoppedBy[row] = stoppedBy;
    clocks.limit[row] = limitNumber;
    clocks.notes[row] = notes;
    clocks.paused[row] = open === 0 ? 0 : 1;
    clocks.started[row] = dates[STARTED] as number;
    clocks.due[row] = due;
    clocks.stopped[row] = tick;
    if (timeOff.length === 0 && plainDaysOf(limitNumber) >= 0) {
      clocks.elapsed[row] = tick > origin ? tick - origin : 0;
      clocks.excluded[row] = 0;
    } else {
      clocks.elapsed[row] = inUnit(limit, elapsedUpTo(definition, limit, origin, timeOff, tick));
      clocks.excluded[row] = inUnit(limit, excludedUpTo(definition, limit, origin, timeOff, tick));
    }
  };

  /** Carries out the instructions at `at` for event `event` at `tick`; answers the next state. */
  const carryOut = (subject: number, event: number, tick: number, at: number): number => {
    const { code } = machine;
    let mark = tick;
    let markNotes = 0;
    for (;;) {
      switch (code[at]) {
        case op.END:
          return code[at + 1] as number;
        case op.KEEP_LATEST:
          latest[code[at + 1] as number] = tick;
          at += 2;
          break;
        case op.MARK_EVENT:
          mark = tick;
          markNotes = 0;
          at += 1;
          break;
        case op.MARK_FIRST: {
          const known = firsts[code[at + 1] as number] as number;
          mark = Number.isNaN(known) ? tick : known;
          markNotes = 0;
          at += 2;
          break;
        }
        case op.MARK_FIELD: {
          const date = fields[event] as number;
          const usable = date > op.NO_DATE && date <= tick;
          mark = usable ? date : tick;
          markNotes = usable || date === op.NO_DATE ? 0 : (code[at + 1] as number);
          at += 2;
          break;
        }
        case op.MARK_STOP: {
          const register = code[at + 1] as number;
          const known = register < 0 ? NaN : (latest[register] as number);
          mark = Math.max(Number.isNaN(known) ? tick : known, dates[STARTED] as number);
          at += 2;
          break;
        }
        case op.BY_VERSION:
          at = code[at + 2 + versionAt(mark)] as number;
          break;
        case op.BY_TAKEOVER: {
          const version = definition.versions[code[at + 1] as number] as Version;
          const takesOver =
            version.from <= dayOf(tick) &&
            (version.grandfathersBefore === null || dayOf(dates[STARTED] as number) >= version.grandfathersBefore);
          at = code[at + (takesOver ? 2 : 3)] as number;
          break;
        }
        case op.MARK_VERSION: {
          const { from } = definition.versions[code[at + 1] as number] as Version;
          mark = rules.timed ? instantOf(definition.zone, from, 0) : from;
          at += 2;
          break;
        }
        case op.BY_DUE: {
          const timeOff = gapsUpTo(tick, code[at + 2] as number);
          at = code[at + (tick > dueOf(code[at + 1] as number, timeOff) ? 3 : 4)] as number;
          break;
        }
        case op.BY_FIELD: {
          const date = fields[event] as number;
          const due = dueOf(code[at + 1] as number, gapsUpTo(tick, code[at + 2] as number));
          at = code[at + (date <= op.NO_DATE ? 3 : date < due ? 4 : 5)] as number;
          break;
        }
        case op.BY_END:
          at = code[at + (pauseEnded[code[at + 1] as number] === tick ? 2 : 3)] as number;
          break;
        case op.KEEP_END:
          pauseEnded[code[at + 1] as number] = tick;
          at += 2;
          break;
        case op.KEEP_FIRST: {
          const register = code[at + 1] as number;
          if (Number.isNaN(firsts[register])) firsts[register] = tick;
          at += 2;
          break;
        }
        case op.DROP_FIRST:
          firsts[code[at + 1] as number] = NaN;
          at += 2;
          break;
        case op.START:
          period++;
          dates[STARTED] = mark;
          dates[MOVED_DUE] = NaN;
          notes = markNotes | (code[at + 1] as number);
          if (gaps.length > 0) gaps = [];
          at += 2;
          break;
        case op.RESTART:
          dates[STARTED] = mark;
          dates[MOVED_DUE] = NaN;
          notes |= code[at + 1] as number;
          if (gaps.length > 0) gaps = [];
          at += 2;
          break;
        case op.OPEN_PAUSE:
          pauseOpened[code[at + 1] as number] = tick;
          at += 2;
          break;
        case op.COUNT_PAUSE:
          pauseFrom[code[at + 1] as number] = tick;
          at += 2;
          break;
        case op.EVIDENCE: {
          const pause = code[at + 1] as number;
          const opened = pauseOpened[pause] as number;
          pauseFrom[pause] = Math.max(opened, tick);
          if (tick > opened) notes |= code[at + 2] as number;
          at += 3;
          break;
        }
        case op.CLAMP_PAUSE: {
          const pause = code[at + 1] as number;
          pauseFrom[pause] = Math.max(pauseFrom[pause] as number, dates[STARTED] as number);
          at += 2;
          break;
        }
        case op.CLOSE_PAUSE:
          gaps.push(openGap(code[at + 1] as number, mark, code[at + 2] as number));
          at += 3;
          break;
        case op.NOTE:
          notes |= code[at + 1] as number;
          at += 2;
          break;
        case op.MOVE_DUE:
          dates[MOVED_DUE] = fields[event] as number;
          at += 1;
          break;
        case op.FINISH:
          write(
            subject,
            code[at + 1] as number,
            code[at + 2] as number,
            code[at + 3] as number,
            code[at + 4] as number,
            code[at + 5] as number,
            mark,
            0,
          );
          forgetEvents();
          at += 6;
          break;
        default:
          throw new Error(`Instruction ${code[at]} at ${at} of ${promise.id} does not exist`);
      }
    }
  };

  const withoutEvidence = noteBit(rules, "pause-without-evidence");
  const withoutEnd = noteBit(rules, "pause-without-end");
  return (subject, from, to, laterEnds) => {
    let state = 0;
    period = 0;
    forgetEvents();
    for (let event = from; event < to; event++) {
      const symbol = letters[event] as number;
      let entry = machine.next[state * symbols + symbol] as number;
      if (entry === 0) entry = workOut(machine, state, symbol);
      state = entry < 0 ? -1 - entry : carryOut(subject, event, ticks[event] as number, entry);
    }
    if (states[state]?.running !== true) return;
    const last = state * symbols + symbols - 1;
    const entry = machine.next[last] as number;
    if (entry === 0) workOut(machine, state, symbols - 1);
    if ((machine.next[last] as number) > 0) state = carryOut(subject, to, asAt, machine.next[last] as number);
    const facts = states[state] as (typeof states)[number];
    for (let pause = 0; pause < pauseCount; pause++) {
      if ((facts.withoutEnd & laterEnds & (1 << pause)) !== 0)
        gaps.push(openGap(pause, asAt, promise.pauses[pause]?.bothDays === true ? 1 : 0));
    }
    if (facts.awaitingEvidence) notes |= withoutEvidence;
    if ((facts.withoutEnd & ~laterEnds) !== 0) notes |= withoutEnd;
    write(subject, 1, 0, -1, facts.version, facts.limit, asAt, facts.openPauses);
  };
}
