import assert from "node:assert/strict";
import { test } from "node:test";
import { fixedClock } from "../../../core/clock.ts";
import { CommandError } from "../../../core/terminal/command-error.ts";
import { parseDay } from "../../../lib/dates/day.ts";
import { library } from "../library.ts";
import { readQuestion, type QuestionOptions } from "./question.ts";

const now = Temporal.Instant.from("2024-06-03T09:00:00Z");
const ask = (options: Partial<QuestionOptions>) =>
  readQuestion({ guarantee: "eng-rtt", ...options }, library(), fixedClock(now));
const refused = (options: Partial<QuestionOptions>, says: RegExp) =>
  assert.throws(
    () => ask(options),
    (error) => error instanceof CommandError && error.exitCode === 2 && says.test(error.message),
  );

test("a question looks from now unless it says from when, and at all that is known unless it says known when", () => {
  assert.deepEqual(ask({}).question, {
    asAt: { kind: "instant", instant: now.epochMilliseconds },
    knownOn: null,
    promise: null,
    version: null,
  });
  const { question } = ask({ asAt: "2024-03-31", knownOn: "2024-03-31T12:00", promise: "treatment", version: "2015" });
  assert.deepEqual(question, {
    asAt: { kind: "date", day: parseDay("2024-03-31") },
    knownOn: { kind: "instant", instant: Temporal.Instant.from("2024-03-31T11:00:00Z").epochMilliseconds },
    promise: "treatment",
    version: "2015",
  });
});

test("a name that does not exist is refused with the nearest that does, or with all of them", () => {
  refused({ guarantee: "eng-rt" }, /no guarantee "eng-rt"\. Did you mean "eng-rtt"\?/);
  refused({ guarantee: "something-else" }, /There are: checkin-contact, dk-treatment,/);
  refused({ promise: "treatmnt" }, /eng-rtt has no promise "treatmnt"\. Did you mean "treatment"\?/);
  refused({ version: "2016" }, /no version "2016"/);
  refused({ overlay: "se-stockholm" }, /eng-rtt has no overlay "se-stockholm"\. It has: none/);
  refused({ set: ["later=appointment"] }, /no parameter "later"; it has: later-missed-stop/);
  refused({ set: ["later-missed-stop=never"] }, /no choice "never"; it has: discharge, appointment/);
  refused({ set: ["later-missed-stop"] }, /write --set PARAMETER=CHOICE/);
  refused({ asAt: "soon" }, /--as-at: "soon" is not a date/);
  refused({ knownOn: "2024-02-30" }, /--known-on: "2024-02-30" is a date that does not exist/);
});

test("an overlay that names areas holds for the cases of those areas; one that is asked for holds for all", () => {
  const limit = (options: Partial<QuestionOptions>, area: string | null) =>
    ask({ guarantee: "se-vardgaranti", ...options })
      .definitionFor(area)
      .promises.find((promise) => promise.id === "specialist")?.limits[0]?.limit.words;
  assert.deepEqual(
    ["SE-AB", "SE-01", "SE-12", null].map((area) => limit({}, area)),
    ["30 days", "30 days", "90 days", "90 days"],
  );
  assert.deepEqual(
    ["SE-12", null].map((area) => limit({ overlay: "se-stockholm" }, area)),
    ["30 days", "30 days"],
  );
});

test("a reading that is chosen is the one that judges", () => {
  const words = (set: readonly string[]) =>
    ask({ set })
      .definition.promises[0]?.stops.filter((rule) => rule.when.has("discharged-after-missed"))
      .map((rule) => rule.dated);
  assert.deepEqual(words([]), [null]);
  assert.deepEqual(words(["later-missed-stop=appointment"]), ["appointment-missed"]);
});
