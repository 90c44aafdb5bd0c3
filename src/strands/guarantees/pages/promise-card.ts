import { rail, type RailInput, type RailState, type RailView } from "../../../web/design/rail/rail.ts";
import type { CaseView, JudgedClock } from "../model/person.ts";
import { warnDay } from "../model/case-facts.ts";
import type { Clock } from "../model/clock.ts";
import { inLanguage, type Definition } from "../model/definition.ts";
import { explain, speakAmount } from "../model/explain.ts";
import type { PromiseFile } from "../model/language.ts";
import { countsTime } from "../model/scale.ts";
import { dateOf, daysBetween, momentOf, nowFor, type Words } from "./moments.ts";
import { dayFromPlainDate } from "../../../lib/dates/day.ts";
import { paths } from "../paths.ts";

export type CardAction = {
  readonly text: string;
  readonly href: string;
  readonly kind: "primary" | "secondary" | "link";
};

/** One promise as the design's `promise` macro takes it, with the heading of its case. */
export type PromiseCard = {
  readonly id: string;
  readonly headingLevel: number;
  readonly state: RailState;
  readonly stateText: string;
  readonly headline: string;
  readonly keep: string | null;
  readonly why: string;
  readonly rail: RailView;
  readonly note: string | null;
  readonly actions: readonly CardAction[];
  readonly explanation: {
    readonly summary: string;
    readonly steps: readonly { text: string; source: { text: string; href: string | null } | null }[];
  };
  /** Where it belongs: "Hips and knees, Northshore General". */
  readonly place: string | null;
};

/** Is the clock still of interest to the person: running, or missed? */
export function isOpen({ clock }: JudgedClock): boolean {
  return clock.stopped === null;
}

/** What a clock is in the design's words; amber from the promise's own warning day on. */
function railState(definition: Definition, clock: Clock, now: Temporal.Instant): RailState {
  if (clock.state !== "waiting") return clock.state;
  if (clock.paused) return "waiting";
  const today = dayFromPlainDate(dateOf(nowFor(definition, clock, now)));
  const due = dayFromPlainDate(dateOf(momentOf(definition, clock, clock.due)));
  return today >= warnDay(definition, clock, due) ? "soon" : "waiting";
}

export function promiseCard(
  judged: JudgedClock,
  owner: CaseView,
  place: string | null,
  actions: readonly CardAction[],
  now: Temporal.Instant,
  words: Words,
): PromiseCard {
  const { definition, clock } = judged;
  const { t, formats } = words;
  const file = promiseFile(definition, clock.promise);
  const state = railState(definition, clock, now);
  const due = momentOf(definition, clock, clock.due);
  const says = inLanguage(file.says, t.language);
  const stopped = clock.stopped === null ? null : momentOf(definition, clock, clock.stopped);
  const headlineKey = clock.state === "waiting" && clock.paused ? "paused" : clock.state;
  return {
    id: `${owner.caseId}-${clock.promise}-${clock.period}`.replaceAll(/[^A-Za-z0-9-]/g, "-"),
    headingLevel: 2,
    state,
    stateText: stateText(judged, now, words),
    headline: t(`headline.${headlineKey}`, { promise: says, name: inLanguage(file.name, t.language) }),
    keep: keptTogether(clock, formats.moment(due), stopped === null ? null : formats.moment(stopped)),
    why: whySentence(judged, words),
    rail: rail(railInput(judged, owner, state, now, words), words),
    note: noteOf(clock, file, words),
    actions,
    explanation: {
      summary: clock.stopped === null ? t("promise.whyDate", { date: formats.moment(due) }) : t("promise.how"),
      steps: explanationSteps(judged, words),
    },
    place,
  };
}

/** The end of the headline that must not break: the date it is about. */
function keptTogether(clock: Clock, due: string, stopped: string | null): string | null {
  switch (clock.state) {
    case "waiting":
      return clock.paused ? null : due;
    case "overdue":
      return due;
    case "kept":
    case "broken":
      return stopped;
    case "ended":
    case "void":
      return null;
  }
}

/** "On time so far", "3 days left", "7 days over", "Kept on day 45": what the state tag says. */
export function stateText({ definition, clock }: JudgedClock, now: Temporal.Instant, { t, formats }: Words): string {
  const due = momentOf(definition, clock, clock.due);
  const today = nowFor(definition, clock, now);
  switch (clock.state) {
    case "waiting":
      if (clock.paused) return t("state.paused");
      return railState(definition, clock, now) === "soon"
        ? formats.daysLeft(daysBetween(today, due))
        : t("state.waiting");
    case "overdue":
      return daysBetween(today, due) === 0 ? t("state.overToday") : formats.daysLeft(daysBetween(today, due));
    case "kept":
    case "broken":
    case "ended":
    case "void":
      return t(`state.${clock.state}`);
  }
}

function whySentence({ definition, clock }: JudgedClock, { t, formats }: Words): string {
  const started = momentOf(definition, clock, clock.started);
  const limit = t("promise.why", {
    status: t(`status.${definition.file.status}`),
    limit: clock.limit.words,
    date: countsTime(clock.limit) ? formats.moment(started) : formats.plainDate(started),
  });
  const moved = clock.notes.includes("due-moved") ? ` ${t("promise.moved")}` : "";
  const left =
    clock.stopped === null && !clock.paused
      ? ` ${t("promise.used", { used: speakAmount(clock.limit, clock.elapsed, t) })}`
      : "";
  const excluded =
    clock.excluded > 0 ? ` ${t("promise.excluded", { amount: speakAmount(clock.limit, clock.excluded, t) })}` : "";
  return `${limit}${left}${excluded}${moved}`;
}

function railInput(
  { definition, clock }: JudgedClock,
  owner: CaseView,
  state: RailState,
  now: Temporal.Instant,
  words: Words,
): RailInput {
  const { t } = words;
  const moment = (tick: number) => momentOf(definition, clock, tick);
  const timed = countsTime(clock.limit);
  const used = speakAmount(clock.limit, clock.elapsed, t);
  const file = promiseFile(definition, clock.promise);
  const drawnAsGap = new Set(
    clock.gaps.length === 0 ? [] : (file.pauses ?? []).flatMap((pause) => [pause.from, pause.until].flat()),
  );
  const posts = owner.facts.flatMap((fact) => {
    const event = definition.file.events[fact.type];
    // Pauses are drawn as gaps; their events would say it twice.
    if (event === undefined || drawnAsGap.has(fact.type)) return [];
    const tick = timed ? (fact.occurredAt?.epochMilliseconds ?? null) : dayFromPlainDate(fact.occurredOn);
    const end = clock.stopped ?? clock.due;
    if (tick === null || tick <= clock.started || tick > Math.max(end, clock.due)) return [];
    return [{ day: moment(tick), label: inLanguage(event.label, t.language).toLowerCase() }];
  });
  const startStep = clock.steps.findLast(({ kind }) => kind === "started" || kind === "restarted");
  const start = owner.facts.find((fact) => fact.id === startStep?.event);
  // A clock may count from a day before the event that started it: that event then has its own post.
  const onItsDay = start !== undefined && (timed || dayFromPlainDate(start.occurredOn) === clock.started);
  const startEvent = onItsDay ? definition.file.events[start.type] : undefined;
  return {
    state,
    start: moment(clock.started),
    due: moment(clock.due),
    today: nowFor(definition, clock, now),
    stopped: clock.stopped === null ? null : moment(clock.stopped),
    posts: posts.slice(0, 7),
    gaps: clock.gaps.map((gap, index) => {
      const lasting = clock.paused && index === clock.gaps.length - 1;
      return {
        from: moment(gap.from),
        to: lasting ? null : moment(timed ? gap.to : Math.max(gap.from, gap.to - 1)),
        label: timed ? t("railText.notCountedTime") : t("railText.notCounted", { count: gap.to - gap.from }),
      };
    }),
    dayLabel: clock.stopped === null ? t("railText.today", { used }) : t("railText.stopped", { used }),
    startLabel:
      startEvent === undefined ? t("railText.started") : inLanguage(startEvent.label, t.language).toLowerCase(),
  };
}

function noteOf(clock: Clock, file: PromiseFile, { t }: Words): string | null {
  const remedy = file.remedy === undefined ? null : inLanguage(file.remedy, t.language);
  if (clock.state === "overdue") return remedy === null ? t("promise.missed") : `${t("promise.missed")} ${remedy}`;
  if (clock.state === "broken") return remedy;
  if (clock.state === "waiting" && remedy !== null) return `${t("promise.ifMissed")} ${remedy}`;
  return null;
}

function explanationSteps(
  { definition, clock }: JudgedClock,
  { t, formats }: Words,
): PromiseCard["explanation"]["steps"] {
  const show = (tick: number) => formats.moment(momentOf(definition, clock, tick));
  return explain(definition, clock, t, show).map((step, index) => {
    const law = clock.steps[index]?.law ?? null;
    const url = law === null ? undefined : definition.file.sources[law.source]?.url;
    return {
      text: step.text,
      source: law === null ? null : { text: step.rule, href: url ?? paths.definition(definition.id) },
    };
  });
}

export function promiseFile(definition: Definition, promise: string): PromiseFile {
  const file = definition.file.promises[promise];
  if (file === undefined) throw new Error(`${definition.id} has no promise ${promise}`);
  return file;
}
