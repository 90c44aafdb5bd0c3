import { formatDay } from "../../../lib/dates/day.ts";
import { formatInstant } from "../../../lib/dates/zone.ts";
import type { Clock, ClockState } from "./clock.ts";
import type { Definition } from "./definition.ts";
import { scaleOf, type Limit } from "./limit.ts";
import { countsTime, type Tick } from "./scale.ts";

/** A clock as it is written to files: one flat row, its fields fixed because scripts made elsewhere read them. */
export type ClockRow = {
  readonly case: string;
  readonly person: string;
  readonly guarantee: string;
  readonly version: string;
  readonly promise: string;
  readonly period: number;
  readonly state: ClockState;
  readonly started: string;
  readonly due: string;
  readonly stopped: string | null;
  readonly stoppedBy: string | null;
  readonly elapsed: number;
  readonly excluded: number;
  /** The count in `unit`; the limit's own words where it is given in weeks or months. */
  readonly limit: number | string;
  readonly unit: OutputUnit;
  readonly notes: readonly string[];
};

export type OutputUnit = "days" | "working-days" | "hours" | "working-minutes";

export function clockRow(
  definition: Definition,
  caseId: string,
  person: string,
  clock: Omit<Clock, "gaps" | "steps">,
): ClockRow {
  const show = (tick: Tick) => formatTick(definition, clock.limit, tick);
  return {
    case: caseId,
    person,
    guarantee: definition.id,
    version: clock.version,
    promise: clock.promise,
    period: clock.period,
    state: clock.state,
    started: show(clock.started),
    due: show(clock.due),
    stopped: clock.stopped === null ? null : show(clock.stopped),
    stoppedBy: clock.stoppedBy,
    elapsed: clock.elapsed,
    excluded: clock.excluded,
    limit: outputLimit(clock.limit),
    unit: scaleOf(clock.limit),
    notes: clock.notes,
  };
}

/** A date, or a date-time with offset where the promise counts hours. */
export function formatTick(definition: Definition, limit: Limit, tick: Tick): string {
  return countsTime(limit) ? formatInstant(definition.zone, tick) : formatDay(tick);
}

function outputLimit(limit: Limit): number | string {
  switch (limit.unit) {
    case "weeks":
    case "months":
      return limit.words;
    case "working-hours":
      return limit.count * 60;
    case "days":
    case "working-days":
    case "hours":
    case "working-minutes":
      return limit.count;
  }
}
