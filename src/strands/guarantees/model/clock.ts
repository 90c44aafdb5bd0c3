import type { Limit } from "./limit.ts";
import type { Gap, Tick } from "./scale.ts";
import type { Law } from "./definition.ts";
import type { Words } from "./language.ts";

/**
 * What a clock is: `waiting` runs, not past due · `overdue` runs, past due · `kept` stopped in time · `broken` stopped
 * late · `ended` stopped, counted neither way · `void` as if it never ran.
 */
export type ClockState = "waiting" | "overdue" | "kept" | "broken" | "ended" | "void";

/** One period of one promise's clock in one case. Ticks are days or milliseconds, see `countsTime(limit)`. */
export type Clock = {
  readonly promise: string;
  /** Counts from 1 within case and promise. */
  readonly period: number;
  readonly version: string;
  readonly state: ClockState;
  readonly started: Tick;
  readonly due: Tick;
  readonly stopped: Tick | null;
  readonly stoppedBy: string | null;
  /** In the output's unit, gaps taken off. */
  readonly elapsed: number;
  readonly excluded: number;
  readonly limit: Limit;
  /** Machine codes, sorted. */
  readonly notes: readonly string[];
  /** Whether a pause that counts is open at the as-at moment. */
  readonly paused: boolean;
  /** Time not counted, merged, ascending. */
  readonly gaps: readonly Gap[];
  /** How it came about, in order. */
  readonly steps: readonly Step[];
};

/** One step of an explanation; `explain.ts` puts it in words. */
export type Step = {
  /** The event's id; null for a step that time alone took. */
  readonly event: string | null;
  readonly law: Law | null;
  readonly kind: StepKind;
  /** The rule's own sentence, where it has one. */
  readonly says: Words | null;
  readonly values: Readonly<Record<string, string | number>>;
};

export type StepKind =
  | "started"
  | "started-earlier"
  | "due"
  | "pause-opened"
  | "pause-awaits-evidence"
  | "pause-awaits-end"
  | "pause-counts"
  | "pause-closed"
  | "pause-without-evidence"
  | "pause-without-end"
  | "restarted"
  | "restart-refused"
  | "moved"
  | "move-refused"
  | "version-changed"
  | "kept"
  | "broken"
  | "ended"
  | "void"
  | "waiting"
  | "overdue";
