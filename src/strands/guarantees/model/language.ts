import { z } from "zod";
import { LIMIT_PATTERN } from "./limit.ts";

/**
 * The definition language: what a definition file may say, as one schema. It checks files, completes them in editors
 * (`handrail definitions schema` prints it as JSON Schema), and its descriptions are the language's reference page.
 * Everything here is shape; what shapes cannot say (does this event exist?) is in `check.ts`.
 */
const word = z.string().regex(/^[a-z][a-z0-9-]*$/, "write small letters, digits and hyphens, such as first-visit");
const fieldName = z
  .string()
  .regex(/^[a-z][a-z0-9_]*$/, "write small letters, digits and underscores, such as original_date");
const words = z
  .union([z.string().min(1), z.record(z.string().regex(/^[a-z]{2}$/), z.string().min(1))])
  .describe("Plain words; one text, or a text for each language: { en: …, cy: … }");
const isoDate = z
  .string()
  .regex(/^\d{4}-\d{2}-\d{2}$/, "write a date as 2019-01-01")
  .describe("A date as 2019-01-01");
const limit = z
  .string()
  .regex(new RegExp(LIMIT_PATTERN), "write a number and a unit: 90 days, 20 working days, 4 hours, 18 weeks, 1 month");
const types = z.union([word, z.array(word).min(1)]).describe("An event type, or a list of them");
const condition = z.string().min(1).describe("A condition on the event's fields: `urgent is true and age is under 23`");

/** What every rule may carry. */
const ruleKeys = {
  in: z.array(z.string()).min(1).optional().describe("Only in these versions; all when absent"),
  with: z.record(word, word).optional().describe("Only with these choices of the parameters: { parameter: choice }"),
  law: z.string().min(1).describe("The paragraph: a source of this file, then the place in it: `ordinance § 1.3`"),
  says: words.describe("What the rule means to the person, in a sentence"),
};
const eventRule = {
  ...ruleKeys,
  when: types,
  if: condition.optional(),
};

const startRule = z.strictObject({
  ...eventRule,
  "counted-from": z
    .string()
    .regex(
      /^(field [a-z][a-z0-9_]*|first [a-z][a-z0-9-]* since [a-z][a-z0-9-]*)$/,
      "write `field original_date` or `first contact-sought since contact-made`",
    )
    .optional()
    .describe(
      "Where the count begins when not at the event: a date in it (`field original_date`), or the first event of a type since the last one that answered it (`first contact-sought since contact-made`); the event itself where that is not on record",
    ),
  "if-last": types.optional().describe("Only when the clock before this one was stopped by one of these events"),
  again: z.literal(true).optional().describe("This event also stops the clock: a new one starts at once"),
});
const evidence = z
  .string()
  .regex(
    /^[a-z][a-z0-9-]*( twice)?( at any time)?$/,
    "write an event type, `TYPE twice`, or `TYPE at any time` (also before the clock started)",
  );
const stopRule = z.strictObject({
  ...eventRule,
  dated: z
    .string()
    .regex(/^latest [a-z][a-z0-9-]*$/, "write `latest appointment-missed`")
    .optional()
    .describe("The stop's date when it is not the event's own: `latest appointment-missed`"),
  expects: z
    .array(evidence)
    .min(1)
    .optional()
    .describe(
      "Events that ought to be on record before; the clock stops without them, with the note `stop-without-evidence`",
    ),
});
const restartRule = z.strictObject({
  ...eventRule,
  after: word.optional().describe("Only when this event has happened since the clock started"),
  count: z.int().min(2).max(9).optional().describe("Only the second (third …) such event since the clock (re)started"),
  "in-time": z.literal(true).optional().describe("Only while the promise is not yet past due: a breach is not undone"),
});
const pauseRule = z.strictObject({
  ...ruleKeys,
  id: word.describe("The pause's name, for overlays and notes"),
  from: types,
  if: condition.optional(),
  until: types,
  needs: z.array(evidence).min(1).optional().describe("Events that must be on record before the pause counts"),
  "end-required": z.literal(true).optional().describe("Not counted off before its end is on record"),
  "both-days": z.literal(true).optional().describe("The day it ends is not counted either"),
});
const moveRule = z.strictObject({
  ...eventRule,
  to: z
    .string()
    .regex(/^field [a-z][a-z0-9_]*$/, "write `field until`")
    .optional()
    .describe("The new due date, from a field of the event; one that is not later changes nothing"),
  add: limit.optional().describe("How much longer"),
  limit: limit.optional().describe("The limit that holds from now on, counted from the clock's start"),
  back: z.literal(true).optional().describe("Back to the limit the clock started with"),
  once: z.literal(true).optional().describe("Only the first time"),
  "in-time": z.literal(true).optional().describe("Only when it happens while the promise is not yet past due"),
});
const limitCase = z.strictObject({
  is: limit,
  if: condition.optional().describe("A condition on the fields of the event that starts the clock"),
  in: z.array(z.string()).min(1).optional(),
  with: z.record(word, word).optional().describe("Only with these choices of the parameters"),
  law: z.string().min(1).optional(),
});

const promise = z.strictObject({
  name: words.describe("The promise as a title: `A specialist visit`"),
  says: words.describe("What is promised, after `We promise you …`: `a visit to a specialist`"),
  in: z.array(z.string()).min(1).optional().describe("Only in these versions"),
  limit: z
    .union([limit, z.array(limitCase).min(1)])
    .describe("The limit, or a list of limits of which the first that fits holds"),
  "rolls-to": z
    .literal("next working day")
    .optional()
    .describe("A due date on a day off moves to the next working day"),
  "cut-off": z
    .string()
    .regex(/^([01]\d|2[0-3]):[0-5]\d$/, "write a time as 16:00")
    .optional()
    .describe("A start after this local time counts as the next (working) day's"),
  "first-day": z
    .literal("the day itself")
    .optional()
    .describe("The start's own day counts as day 1; when absent, the day after does"),
  warn: limit.optional().describe("How long before the due date the clock turns amber"),
  target: z
    .array(z.strictObject({ from: isoDate, share: z.number().min(0).max(100), law: z.string().optional() }))
    .optional()
    .describe("The published standard: the share, in per cent, to be kept, from a date on"),
  starts: z.array(startRule).min(1),
  stops: z.array(stopRule).min(1),
  ends: z.array(stopRule).optional().describe("Stops that count neither as kept nor as broken: withdrew, died"),
  voids: z.array(stopRule).optional().describe("Stops after which the clock is as if it never ran"),
  restarts: z.array(restartRule).optional(),
  pauses: z.array(pauseRule).optional(),
  moves: z.array(moveRule).optional(),
  remedy: words.optional().describe("What the person may ask for when the promise is missed"),
  "next-step": words.optional().describe("What staff do next while the clock runs: `Offer a date`"),
});

const version = z.strictObject({
  id: z
    .string()
    .regex(/^[a-z0-9][a-z0-9.-]*$/)
    .describe('Quote it when it is a number: "2019"'),
  from: isoDate,
  until: isoDate
    .optional()
    .describe("The last day on which a clock can start under it; until the next version when absent"),
  "applies-to": z
    .enum(["clocks starting", "all clocks"])
    .optional()
    .describe("Clocks that start from then on (when absent), or also those that run on that day"),
  grandfathers: z
    .strictObject({ "started-before": isoDate })
    .optional()
    .describe("With `all clocks`: clocks started before keep their version"),
  repealed: z.literal("before taking effect").optional().describe("Kept to be seen, never applied"),
  law: z.string().min(1),
  says: words.describe("What this version says, and what it changed"),
});

const field = z.strictObject({
  type: z.enum(["yes-no", "number", "date", "choice", "text"]),
  choices: z.record(z.string(), words).optional(),
  says: words,
});

const exampleClock = z.strictObject({
  promise: word,
  period: z.int().min(1).optional(),
  state: z.enum(["waiting", "overdue", "kept", "broken", "ended", "void"]),
  version: z.string().optional(),
  started: z.string().optional(),
  due: z.string().optional(),
  stopped: z.string().optional(),
  "stopped-by": word.optional(),
  elapsed: z.number().optional(),
  excluded: z.number().optional(),
  notes: z.array(z.string()).optional(),
});
const example = z.strictObject({
  name: z.string().min(1).describe("The story in a sentence"),
  source: z.string().min(1).describe("Where the reading comes from"),
  events: z
    .array(
      z
        .string()
        .regex(/^\d{4}-\d{2}-\d{2}(T\S+)? [a-z][a-z0-9-]*( .+)?$/, "write `2024-12-02 referral-received urgent=true`"),
    )
    .min(1),
  "as-at": z.string().optional(),
  "known-on": z.string().optional(),
  overlay: word.optional(),
  with: z.record(word, word).optional(),
  clocks: z.array(exampleClock).describe("The clocks that come out, all of them"),
});

export const definitionSchema = z.strictObject({
  id: word,
  name: words,
  country: z.enum(["se", "gb", "dk", "fi", "no", "nl", "us", "any"]),
  nation: z.enum(["england", "scotland", "wales", "northern-ireland"]).optional(),
  status: z.enum(["legal right", "standard", "pledge", "agreement"]).describe("What the promise is worth in law"),
  "time-zone": z.string(),
  calendar: word.optional().describe("The calendar of working days, from library/calendars"),
  "opening-hours": z
    .partialRecord(
      z.enum(["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]),
      z.array(z.string().regex(/^\d{2}:\d{2}-\d{2}:\d{2}$/, "write 09:00-12:30")),
    )
    .optional()
    .describe("For working hours and minutes; breaks are gaps between two openings"),
  about: words,
  purpose: z.string().min(1).describe("Why the body holds these facts (processing register)"),
  "lawful-basis": z.string().min(1).describe("The lawful basis (processing register)"),
  retention: z
    .string()
    .min(1)
    .describe("How long its facts are kept, from when, and what happens then (processing register)"),
  sensitivity: z
    .enum(["ordinary", "special category"])
    .describe("Health and the like are special category (UK GDPR Article 9)"),
  sources: z.record(
    word,
    z.strictObject({ title: z.string().min(1), url: z.url().optional(), note: z.string().optional() }),
  ),
  parameters: z
    .record(
      word,
      z.strictObject({ question: z.string(), choices: z.record(word, z.string()), default: word, because: z.string() }),
    )
    .optional()
    .describe("Where published readings disagree: the question, the readings, the default and why"),
  versions: z.array(version).min(1),
  events: z
    .record(word, z.strictObject({ label: words, says: words, fields: z.record(fieldName, field).optional() }))
    .describe("The event types, in the order in which events of one day are taken"),
  promises: z.record(word, promise),
  examples: z.array(example).min(1),
});

export type DefinitionFile = z.infer<typeof definitionSchema>;
export type PromiseFile = DefinitionFile["promises"][string];
export type ExampleFile = DefinitionFile["examples"][number];
export type Words = z.infer<typeof words>;
export type RuleFile = {
  in?: string[] | undefined;
  with?: Record<string, string> | undefined;
  law: string;
  says: Words;
};
export type StartRuleFile = z.infer<typeof startRule>;
export type StopRuleFile = z.infer<typeof stopRule>;
export type RestartRuleFile = z.infer<typeof restartRule>;
export type PauseRuleFile = z.infer<typeof pauseRule>;
export type MoveRuleFile = z.infer<typeof moveRule>;
export type FieldFile = z.infer<typeof field>;

/** A regional overlay: it may lower a limit or drop a pause reason, and nothing else. */
export const overlaySchema = z.strictObject({
  id: word,
  overlays: word.describe("The definition it tightens"),
  name: words,
  areas: z.array(z.string()).optional().describe("Area codes whose cases it holds for by itself"),
  law: z.string().min(1),
  promises: z.record(
    word,
    z.strictObject({
      limit: limit.optional().describe("A shorter limit"),
      "drop-pauses": z.array(word).min(1).optional().describe("Pauses that do not count here"),
    }),
  ),
});
export type OverlayFile = z.infer<typeof overlaySchema>;

const holidayRule = z.strictObject({
  name: z.string().min(1),
  on: z
    .string()
    .regex(
      /^(\d{1,2} [A-Z][a-z]+|Easter( [+-] \d{1,2})?|(first|second|third|fourth|last) [A-Z][a-z]+ of [A-Z][a-z]+|[A-Z][a-z]+ from \d{1,2} [A-Z][a-z]+|\d{4}-\d{2}-\d{2})$/,
      "write `1 January`, `Easter + 1`, `first Monday of May`, `Saturday from 20 June` or `2022-09-19`",
    ),
  from: z.int().optional().describe("First year"),
  until: z.int().optional().describe("Last year"),
  except: z.array(z.int()).optional().describe("Years in which it was moved or not held"),
  "at-a-weekend": z.literal("next weekday").optional().describe("Moves to the next weekday that is not a holiday"),
});
export const calendarSchema = z.strictObject({
  id: word,
  name: z.string(),
  source: z.string(),
  combines: z.array(word).optional().describe("Other calendars: a holiday in any of them is one here"),
  holidays: z.array(holidayRule).optional(),
});
export type CalendarFile = z.infer<typeof calendarSchema>;
export type HolidayRuleFile = z.infer<typeof holidayRule>;
