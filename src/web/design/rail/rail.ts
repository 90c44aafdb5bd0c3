import type { Formats, Moment } from "../../format.ts";
import { hasTime } from "../../format.ts";
import type { Translate } from "../../messages.ts";
import { placeLabels, type PlacedLabel } from "./labels.ts";
import { uprightSteps, type UprightStep } from "./upright.ts";

export type RailState = "waiting" | "soon" | "overdue" | "kept" | "broken" | "ended" | "void";

/** One clock, as the rail draws it. Days, or days with a time where the promise counts hours; all of one kind. */
export type RailInput = {
  readonly state: RailState;
  /** When the clock started and when its promise falls due (as it stands today). */
  readonly start: Moment;
  readonly due: Moment;
  readonly today: Moment;
  /** When the clock stopped, if it did: today is then not drawn. */
  readonly stopped?: Moment | null;
  /** What happened, besides start and stop. More than seven: the list beside the rail has the rest. */
  readonly posts: readonly { readonly day: Moment; readonly label: string }[];
  /** Time not counted. `to` is the last day not counted (with hours: the moment counting resumed); null while it lasts. */
  readonly gaps: readonly { readonly from: Moment; readonly to: Moment | null; readonly label: string }[];
  /** At the ring: "Today, day 61"; at the end of a stopped clock: "Seen on day 45". */
  readonly dayLabel: string;
  /** At the start: "referral accepted". */
  readonly startLabel: string;
  /** At the due post; "Promise: 14 Mar" unless told. */
  readonly dueLabel?: string;
};

type Stretch = { readonly x: string; readonly width: string };

/** Everything the two drawings need, computed; positions in per cent of the width, so that text keeps its size. */
export type RailView = {
  readonly state: RailState;
  /** True when the wide drawing would be a ladder of labels: the upright one is then shown at every width. */
  readonly crowded: boolean;
  /** The whole drawing in words. */
  readonly summary: string;
  readonly track: Stretch;
  readonly run: Stretch | null;
  readonly over: Stretch | null;
  readonly gaps: readonly { readonly x1: string; readonly x2: string }[];
  readonly dueX: string;
  readonly end: { readonly x: string; readonly mark: "ring" | "tick" | "cross" | "bar" };
  readonly above: readonly RailLabel[];
  readonly below: readonly RailLabel[];
  /** Pixels: where the middle of the rail lies, and how high the drawing is. */
  readonly middle: number;
  readonly height: number;
  readonly steps: readonly UprightStep[];
};

/** A label at its place: the stem's x; text hangs on it by its anchor, which turns with the direction of writing. */
export type RailLabel = PlacedLabel & { readonly x: string };

export type Words = { readonly t: Translate; readonly formats: Formats };

const MOST_POSTS = 7;
/** Pixels of labels below the rail, ten lines: more of them are easier to read from top to bottom. */
const TALLEST = 210;
/** The line's ends in per cent: room for the ring (11 px) at the narrowest width the drawing is shown at. */
const FIRST = 2;
const LAST = 98;

/** Draws one clock from the day it started to the day it falls due: wide, upright and in words. Pure. */
export function rail(input: RailInput, words: Words): RailView {
  const { t } = words;
  const scale = scaleOf(input, words);
  const { at, x, stretch, endAt, dueAt } = scale;
  const short = shortMomentOf(input, words);
  const posts = input.posts.filter(({ day }) => at(day) >= 0 && at(day) <= scale.length).slice(-MOST_POSTS);
  const gaps = gapsIn(input, scale);

  const below = placeLabels(
    [
      ...sameDay([{ day: input.start, label: input.startLabel }, ...posts]).map(({ day, labels }, index) => ({
        at: scale.along(index === 0 ? 0 : at(day)),
        heading: short(day),
        text: labels.join("; "),
        stem: true,
      })),
      ...gaps.map(({ from, to, label }) => ({
        at: scale.along((from + to) / 2),
        heading: "",
        text: label,
        stem: false,
      })),
    ],
    "down",
  );
  const above = placeLabels(
    [
      { at: scale.along(endAt), heading: input.dayLabel, text: "", stem: true },
      {
        at: scale.along(dueAt),
        heading: "",
        text: input.dueLabel ?? t("rail.due", { date: short(input.due) }),
        stem: true,
      },
    ],
    "up",
  );
  const placed = (label: PlacedLabel): RailLabel => ({ ...label, x: position(label.at, t.rightToLeft) });
  const middle = above.height + 26;
  return {
    state: input.state,
    crowded: below.height > TALLEST,
    summary: summary(input, words),
    track: stretch(0, dueAt),
    run: endAt > 0 ? stretch(0, Math.min(endAt, dueAt)) : null,
    over: endAt > dueAt ? stretch(dueAt, endAt) : null,
    gaps: gaps.map(({ from, to }) => ({ x1: x(from), x2: x(to) })),
    dueX: x(dueAt),
    end: { x: x(endAt), mark: endMark(input.state) },
    above: above.labels.map(placed),
    below: below.labels.map(placed),
    middle,
    height: middle + 26 + below.height,
    steps: uprightSteps(input, words),
  };
}

/** The small rail of a worklist row: bars only. The words are in the cells beside it. */
export type MiniRailView = Pick<RailView, "state" | "track" | "run" | "over" | "gaps" | "dueX">;

export function miniRail(
  input: Omit<RailInput, "posts" | "dayLabel" | "startLabel" | "dueLabel">,
  words: Words,
): MiniRailView {
  const scale = scaleOf(input, words);
  const { x, stretch, endAt, dueAt } = scale;
  return {
    state: input.state,
    track: stretch(0, dueAt),
    run: endAt > 0 ? stretch(0, Math.min(endAt, dueAt)) : null,
    over: endAt > dueAt ? stretch(dueAt, endAt) : null,
    gaps: gapsIn(input, scale).map(({ from, to }) => ({ x1: x(from), x2: x(to) })),
    dueX: x(dueAt),
  };
}

type Clock = Pick<RailInput, "start" | "due" | "today" | "stopped" | "gaps" | "state">;
type Scale = {
  /** Minutes since the start. */
  readonly at: (moment: Moment) => number;
  readonly length: number;
  readonly endAt: number;
  readonly dueAt: number;
  /** Per cent of the width from the side the clock starts at, which is the right in right-to-left writing. */
  readonly along: (minutes: number) => number;
  readonly x: (minutes: number) => string;
  readonly stretch: (from: number, to: number) => Stretch;
};

function scaleOf(clock: Clock, { t }: Words): Scale {
  const zero = minutesOf(clock.start);
  // A day without a time begins the clock at its first minute, ends it at its last, and is drawn at noon in between.
  const within = hasTime(clock.start) ? 0 : MINUTES_A_DAY;
  const at = (moment: Moment) => minutesOf(moment) - zero + (hasTime(moment) ? 0 : within / 2);
  const dueAt = Math.max(minutesOf(clock.due) - zero + (hasTime(clock.due) ? 0 : within), 0);
  const endAt = Math.max(at(clock.stopped ?? clock.today), 0);
  // A promise that ends the minute it begins has no length; an hour keeps the drawing from dividing by nothing.
  const length = Math.max(dueAt, endAt, 60);
  const mirrored = t.rightToLeft;
  const along = (minutes: number) => FIRST + ((LAST - FIRST) * minutes) / length;
  const x = (minutes: number) => position(along(minutes), mirrored);
  const stretch = (from: number, to: number): Stretch => ({
    x: x(mirrored ? to : from),
    width: `${(along(to) - along(from)).toFixed(2)}%`,
  });
  return { at, length, endAt, dueAt, along, x, stretch };
}

function position(along: number, mirrored: boolean): string {
  return `${(mirrored ? 100 - along : along).toFixed(2)}%`;
}

function gapsIn(clock: Clock, { at, endAt }: Scale): readonly { from: number; to: number; label: string }[] {
  return clock.gaps
    .map(({ from, to, label }) => ({
      from: Math.max(at(from) - (hasTime(from) ? 0 : MINUTES_A_DAY / 2), 0),
      to: Math.min(gapEnd(to, at) ?? endAt, endAt),
      label,
    }))
    .filter(({ from, to }) => to > from);
}

function gapEnd(to: Moment | null, at: (moment: Moment) => number): number | null {
  if (to === null) return null;
  return at(to) + (hasTime(to) ? 0 : MINUTES_A_DAY / 2);
}

const MINUTES_A_DAY = 1440;

function minutesOf(moment: Moment): number {
  const days = Temporal.PlainDate.from("1970-01-01").until(moment.toString().slice(0, 10)).days;
  return days * MINUTES_A_DAY + (hasTime(moment) ? moment.hour * 60 + moment.minute : 0);
}

/** Within one day the times alone tell moments apart. */
export function shortMomentOf(clock: Pick<RailInput, "start" | "due" | "today" | "stopped">, { formats }: Words) {
  const days = new Set(
    [clock.start, clock.due, clock.stopped ?? clock.today].map((each) => each.toString().slice(0, 10)),
  );
  return (moment: Moment): string =>
    days.size === 1 && hasTime(moment) ? formats.time(moment) : formats.shortMoment(moment);
}

function sameDay(posts: readonly { readonly day: Moment; readonly label: string }[]) {
  const days = new Map<string, { day: Moment; labels: string[] }>();
  for (const { day, label } of posts) {
    const key = day.toString();
    const there = days.get(key);
    if (there === undefined) days.set(key, { day, labels: [label] });
    else there.labels.push(label);
  }
  return [...days.values()];
}

function endMark(state: RailState): RailView["end"]["mark"] {
  switch (state) {
    case "waiting":
    case "soon":
    case "overdue":
      return "ring";
    case "kept":
      return "tick";
    case "broken":
      return "cross";
    case "ended":
    case "void":
      return "bar";
  }
}

function summary(input: RailInput, { t, formats }: Words): string {
  const events = [
    { day: input.start, text: t("rail.words.start", { date: formats.moment(input.start), label: input.startLabel }) },
    ...input.posts.map(({ day, label }) => ({
      day,
      text: t("rail.words.post", { date: formats.shortMoment(day), label }),
    })),
    ...input.gaps.map(({ from, to, label }) => ({
      day: from,
      text:
        to === null
          ? t("rail.words.openGap", { from: formats.shortMoment(from), label })
          : t("rail.words.gap", { from: formats.shortMoment(from), to: formats.shortMoment(to), label }),
    })),
  ];
  const inOrder = events.toSorted((a, b) => minutesOf(a.day) - minutesOf(b.day)).map(({ text }) => text);
  return [...inOrder, `${input.dayLabel}.`, t("rail.words.due", { date: formats.moment(input.due) })].join(" ");
}
