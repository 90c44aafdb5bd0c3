import type { Moment } from "../../format.ts";
import { hasTime } from "../../format.ts";
import { shortMomentOf, type RailInput, type Words } from "./rail.ts";

/** One step of the upright drawing, from the top (start) down, with the kind of line that leads to the next one. */
export type UprightStep = {
  readonly kind: "start" | "post" | "gap" | "resumed" | "today" | "stopped" | "due";
  readonly when: string;
  readonly text: string;
  /** The line below this step: counted, not counted, past due, still to come, or none after the last. */
  readonly line: "run" | "gap" | "over" | "left" | "none";
  /** 0 to 6: how much of the whole lies between this step and the next. */
  readonly size: number;
};

type Point = {
  readonly at: Moment;
  readonly kind: UprightStep["kind"];
  readonly when: string;
  readonly text: string;
  readonly rank: number;
};

const MOST_STEPS = 24;

/** The same clock as a list from top to bottom, for narrow screens: text at reading size, as long as it needs to be. */
export function uprightSteps(input: RailInput, words: Words): readonly UprightStep[] {
  const { t } = words;
  const short = shortMomentOf(input, words);
  const end = input.stopped ?? input.today;
  const points: Point[] = [
    { at: input.start, kind: "start", when: short(input.start), text: input.startLabel, rank: 0 },
    ...input.posts.map(({ day, label }): Point => ({ at: day, kind: "post", when: short(day), text: label, rank: 1 })),
    ...input.gaps.map(({ from, to, label }): Point => ({
      at: from,
      kind: "gap",
      when: to === null ? t("rail.since", { date: short(from) }) : t("rail.span", { from: short(from), to: short(to) }),
      text: t("rail.notCounted", { label }),
      rank: 2,
    })),
    ...input.gaps.flatMap(({ to }): Point[] => {
      const resumed = to === null ? null : hasTime(to) ? to : to.add({ days: 1 });
      if (resumed === null || compare(resumed, end) >= 0) return [];
      return [{ at: resumed, kind: "resumed", when: short(resumed), text: t("rail.resumed"), rank: 0 }];
    }),
    { at: end, kind: input.stopped == null ? "today" : "stopped", when: short(end), text: input.dayLabel, rank: 3 },
    { at: input.due, kind: "due", when: short(input.due), text: input.dueLabel ?? t("rail.duePlain"), rank: 4 },
  ];
  const inOrder = points
    .filter(({ at, kind }) => kind !== "post" || compare(at, input.start) >= 0)
    .toSorted((a, b) => compare(a.at, b.at) || a.rank - b.rank)
    .slice(0, MOST_STEPS);
  const whole = Math.max(1, hoursBetween(input.start, inOrder.at(-1)?.at ?? input.due));

  return inOrder.map(({ kind, when, text, at }, index): UprightStep => {
    const next = inOrder[index + 1];
    return {
      kind,
      when,
      text,
      line: next === undefined ? "none" : lineAt(at, kind, input, end),
      size: next === undefined ? 0 : Math.min(6, Math.round((hoursBetween(at, next.at) / whole) * 10)),
    };
  });
}

function lineAt(at: Moment, kind: UprightStep["kind"], input: RailInput, end: Moment): UprightStep["line"] {
  if (compare(at, end) > 0 || kind === "today" || kind === "stopped") return "left";
  if (kind === "due" || compare(at, input.due) > 0) return "over";
  const inGap = input.gaps.some(
    ({ from, to }) =>
      compare(from, at) <= 0 && (to === null || compare(at, hasTime(to) ? to : to.add({ days: 1 })) < 0),
  );
  return inGap ? "gap" : "run";
}

function compare(a: Moment, b: Moment): number {
  return Temporal.PlainDateTime.compare(atTime(a), atTime(b));
}

function hoursBetween(a: Moment, b: Moment): number {
  return atTime(a)
    .until(atTime(b))
    .total({ unit: "hours", relativeTo: atTime(a) });
}

function atTime(moment: Moment): Temporal.PlainDateTime {
  return hasTime(moment) ? moment : moment.toPlainDateTime();
}
