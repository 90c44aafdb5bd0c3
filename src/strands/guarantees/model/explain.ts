import type { Translate } from "../../../web/messages.ts";
import type { Clock, Step } from "./clock.ts";
import { inLanguage, nameLaw, type Definition } from "./definition.ts";
import type { Limit } from "./limit.ts";
import { countsTime } from "./scale.ts";

/** Writes a tick as a person reads it: "Friday 14 March 2025", with the time where the promise counts hours. */
export type ShowTick = (tick: number, timed: boolean) => string;

/** One step as it is shown: the event it comes from, the paragraph, and a sentence a citizen understands. */
export type ExplainedStep = { readonly event: string; readonly rule: string; readonly text: string };

const TICKS = new Set(["started", "due", "from", "at"]);

/** The steps of a clock in a citizen's words, each with its event and its paragraph of the law. */
export function explain(
  definition: Definition,
  clock: Clock,
  speak: Translate,
  show: ShowTick,
): readonly ExplainedStep[] {
  return clock.steps.map((step) => ({
    event: step.event ?? "",
    rule: step.law === null ? "" : nameLaw(definition.file, step.law),
    text: sentence(definition, clock, step, speak, show),
  }));
}

function sentence(definition: Definition, clock: Clock, step: Step, speak: Translate, show: ShowTick): string {
  const timed = countsTime(clock.limit);
  const values: Record<string, string | number> = {};
  for (const [name, value] of Object.entries(step.values)) {
    values[name] = TICKS.has(name) && typeof value === "number" ? show(value, timed) : value;
  }
  const elapsed = step.values["elapsed"];
  if (typeof elapsed === "number") values["elapsed"] = speakAmount(clock.limit, elapsed, speak);
  const excluded = step.values["excluded"];
  if (typeof excluded === "number") values["excluded"] = speakAmount(clock.limit, excluded, speak);
  const days = step.kind === "due" ? daysOff(definition, clock, step) : [];
  const own = step.says === null ? "" : `${inLanguage(step.says, speak.language)} `;
  const off = days.length === 0 ? "" : ` ${speak("steps.days-off", { days: days.join(", ") })}`;
  return `${own}${speak(`steps.${step.kind}`, values)}${off}`.trim();
}

/** An amount in the promise's own unit: "12 days", "3 working hours". */
export function speakAmount(limit: Limit, amount: number, speak: Translate): string {
  switch (limit.unit) {
    case "working-days":
      return speak("amount.working-days", { count: amount });
    case "hours":
      return speak("amount.hours", { count: Math.round(amount * 100) / 100 });
    case "working-hours":
    case "working-minutes":
      return amount % 60 === 0
        ? speak("amount.working-hours", { count: amount / 60 })
        : speak("amount.working-minutes", { count: amount });
    case "days":
    case "weeks":
    case "months":
      return speak("amount.days", { count: amount });
  }
}

/** The holidays that a count of working days stepped over: people ask how a date was reached. */
function daysOff(definition: Definition, clock: Clock, step: Step): readonly string[] {
  if (clock.limit.unit !== "working-days" || definition.calendar === null) return [];
  const from = Number(step.values["started"]);
  const to = Number(step.values["due"]);
  const names: string[] = [];
  for (const [day, name] of definition.calendar.holidayNames) {
    if (day > from && day <= to && ((day + 3) % 7) + 1 <= 5) names.push(name);
  }
  return names;
}
