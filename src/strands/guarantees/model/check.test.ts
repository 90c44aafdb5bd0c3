/** One fault of each kind, made in a good file: the check says where it stands and what to write instead. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { checkOverlayText, checkText, library } from "../library.ts";
import { readCalendar } from "./read.ts";

const built = library();

/** Puts the faulty text in place of the good one, and answers what the check says and where the mark stands. */
function fault(id: string, good: string, faulty: string, mark: string) {
  const text = built.texts.get(id) as string;
  assert.ok(text.includes(good), `${id} no longer has "${good}"`);
  assert.ok(faulty.includes(mark));
  const broken = text.replace(good, () => faulty);
  const at = text.indexOf(good) + faulty.lastIndexOf(mark);
  const before = broken.slice(0, at).split("\n");
  const read = checkText(broken, built.calendars);
  assert.ok(!read.ok, "the fault was not found");
  return { problems: read.problems, line: before.length, column: (before.at(-1) as string).length + 1 };
}

/** A definition, what is right in it, the fault, where the finger points, and the sentence. */
type Fault = readonly [id: string, good: string, faulty: string, mark: string, says: RegExp];

const FAULTS: Readonly<Record<string, readonly Fault[]>> = {
  "its shape": [
    ["uk-sar", "id: uk-sar", "id: UK SAR", "UK SAR", /write small letters, digits and hyphens, such as first-visit/],
    [
      "uk-sar",
      "status: legal right",
      "status: law",
      "law",
      /write one of "legal right", "standard", "pledge", "agreement"/,
    ],
    [
      "uk-sar",
      "retention: Three",
      "retentoin: Three",
      "retentoin",
      /"retentoin" is not a word of the language here: write "retention" instead/,
    ],
    ["uk-sar", "rolls-to: next working day", "rolls-to: monday", "monday", /write "next working day"/],
    [
      "uk-sar",
      "limit: 1 month",
      "limit: one month",
      "one month",
      /write a number and a unit: 90 days, 20 working days/,
    ],
    ["uk-sar", 'id: "2018"', "id: 2018", "2018", /goes in quotes, as "2019"/],
    [
      "uk-sar",
      "when: request-received,",
      "when: request-received, counted-from: first since,",
      "first since",
      /write `field original_date` or `first contact-sought since contact-made`/,
    ],
    [
      "uk-sar",
      "2024-09-03 request-received",
      "3 September request-received",
      "3 September",
      /write `2024-12-02 referral-received urgent=true`/,
    ],
    [
      "uk-sar",
      "response, state: waiting, due: 2024-10-03",
      "response, state: wating, due: 2024-10-03",
      "wating",
      /write one of "waiting", "overdue"/,
    ],
    ["service-desk", '["08:30-12:30", "13:00-17:00"]', '["8:30-12:30"]', '"8:30', /write 09:00-12:30/],
    ["uk-sar", "country: gb", "country: gb\ncountry: gb", "country", /keys must be unique/],
    ["uk-sar", "    stops:\n", "\tstops:\n", "\t", /Indent with spaces, never with tabs/],
  ],
  "a name that does not exist": [
    [
      "uk-sar",
      "Europe/London",
      "Europe/Londen",
      "Europe/Londen",
      /is not a time zone: write one like Europe\/Stockholm/,
    ],
    [
      "uk-sar",
      "calendar: uk-england-wales",
      "calendar: uk-england-walse",
      "uk-england-walse",
      /no calendar "uk-england-walse": did you mean "uk-england-wales"\?/,
    ],
    [
      "uk-sar",
      "law: gdpr Article 12(3)\n    says: One",
      "law: gdrp Article 12(3)\n    says: One",
      "gdrp",
      /no source "gdrp": did you mean "gdpr"\?/,
    ],
    [
      "uk-sar",
      "when: response-sent",
      "when: response-send",
      "response-send",
      /no event "response-send": did you mean "response-sent"\?/,
    ],
    [
      "uk-sar",
      "when: response-sent,",
      "when: response-sent, dated: latest respons-sent,",
      "latest",
      /no event "respons-sent": did you mean "response-sent"\?/,
    ],
    [
      "uk-sar",
      "when: response-sent,",
      "when: response-sent, expects: [response-snt twice],",
      "[response-snt",
      /no event "response-snt": did you mean "response-sent"\?/,
    ],
    [
      "uk-sar",
      "when: response-sent,",
      "when: response-sent, with: { reading: a },",
      "{ reading",
      /no parameter "reading": there are none/,
    ],
    [
      "uk-sar",
      "when: response-sent,",
      "when: response-sent, if: urgent is true,",
      "urgent is",
      /no field of response-sent "urgent": there are none/,
    ],
    [
      "uk-sar",
      "when: request-received,",
      "when: request-received, counted-from: field since,",
      "field since",
      /no field of request-received "since"/,
    ],
    [
      "uk-sar",
      "2024-09-03 request-received",
      "2024-09-03 request-recieved",
      "2024-09-03",
      /no event "request-recieved": did you mean "request-received"\?/,
    ],
    [
      "uk-sar",
      "promise: response, state: waiting, due: 2024-10-03",
      "promise: answer, state: waiting, due: 2024-10-03",
      "answer",
      /no promise "answer": there are: response/,
    ],
    [
      "eng-rtt",
      "default: discharge",
      "default: dischrge",
      "dischrge",
      /no choice "dischrge": did you mean "discharge"\?/,
    ],
    [
      "eng-rtt",
      "if-last: appointment-missed",
      "if-last: appointment-mised",
      "appointment-mised",
      /no event "appointment-mised": did you mean/,
    ],
    [
      "eng-rtt",
      "with: { later-missed-stop: discharge }",
      "with: { later-missed-stop: dischage }",
      "{ later",
      /no choice "dischage": did you mean "discharge"\?/,
    ],
    [
      "eng-rtt",
      "counted-from: field original_date",
      "counted-from: field orignal_date",
      "field",
      /no field of referral-received "orignal_date": did you mean "original_date"\?/,
    ],
    ["eng-rtt", 'in: ["2025"]', 'in: ["2024"]', '["2024', /no version "2024": did you mean/],
    [
      "eng-rtt",
      "needs: [admission-decided, offer-declined twice]",
      "needs: [admission-decided, offer-decline twice]",
      "[admission",
      /no event "offer-decline": did you mean "offer-declined"\?/,
    ],
  ],
  "a date or time that cannot be": [
    ["uk-sar", "from: 2018-05-25", "from: 2018-02-30", "2018-02-30", /"2018-02-30" is a date that does not exist/],
    [
      "uk-sar",
      "from: 2018-05-25",
      "from: 2018-05-25\n    until: 2018-05-24",
      "2018-05-24",
      /is not a date on or after 2018-05-25/,
    ],
    [
      "eng-rtt",
      "from: 2015-10-01",
      "from: 2006-10-01",
      "2006-10-01",
      /begins before the one above it: write versions oldest first/,
    ],
    [
      "eng-rtt",
      "applies-to: all clocks",
      "applies-to: all clocks\n    grandfathers: { started-before: 2015-02-29 }",
      "2015-02-29",
      /is a date that does not exist/,
    ],
    [
      "uk-sar",
      "2024-09-03 request-received",
      "2024-09-31 request-received",
      "2024-09-31",
      /"2024-09-31" is a date that does not exist/,
    ],
    ["uk-sar", "as-at: 2024-09-20", "as-at: soon", "soon", /"soon" is not a date: write 2024-03-31/],
    [
      "service-desk",
      '["08:30-12:30", "13:00-17:00"]',
      '["13:00-17:00", "08:30-12:30"]',
      '["13',
      /"08:30-12:30" is not an opening after the one before it/,
    ],
    [
      "service-desk",
      '["08:30-12:30", "13:00-17:00"]',
      '["08:30-12:75"]',
      '["08:30',
      /write them in order, as 09:00-12:00/,
    ],
  ],
  "rules that contradict each other": [
    [
      "uk-sar",
      "from: 2018-05-25",
      "from: 2018-05-25\n    grandfathers: { started-before: 2018-01-01 }",
      "{ started",
      /only a version that applies to all clocks can spare some: add `applies-to: all clocks`/,
    ],
    ["eng-rtt", '- id: "2015"', '- id: "2007"', '"2007"', /two versions "2007": give each its own id/],
    ["uk-sar", "add: 2 months", "add: 2 weeks", "2 weeks", /cannot be added to the promise's limit: use the same unit/],
    ["uk-sar", "add: 2 months, ", "", "", /a move says one of `to`, `add`, `limit`, `back`/],
    [
      "uk-sar",
      "limit: 1 month",
      "limit: 4 working hours",
      "4 working hours",
      /working hours need opening hours: add `opening-hours:`/,
    ],
    ["uk-sar", "calendar: uk-england-wales\n", "", "", /rolling to a working day needs a calendar: add `calendar:`/],
    ["uk-foi", "calendar: uk-any-part\n", "", "", /working days need a calendar: add `calendar:`/],
    [
      "uk-sar",
      "limit: 1 month",
      'limit:\n      - { is: 1 month, in: ["2018"], with: {} }',
      "- {",
      /has no limit for every case: end the list with one without `if` and `with`/,
    ],
    [
      "fi-hoitotakuu",
      "limit:\n",
      'limit:\n      - { is: 4 hours, in: ["2005"] }\n',
      "- {",
      /cannot count days in one case and hours in another: write two promises/,
    ],
    [
      "eng-rtt",
      "original_date: { type: date",
      "original_date: { type: text",
      "",
      /"original_date" of referral-received is not a date field: give it `type: date`/,
    ],
    [
      "uk-sar",
      "when: response-sent,",
      "when: response-sent, if: urgent = true,",
      "urgent",
      /is not a condition: write a field, "is" and a value, such as `urgent is true`/,
    ],
    [
      "uk-sar",
      ", note: How the month is counted",
      "",
      "",
      /no rule names the source "ico": use it, or say in its `note` what it is for/,
    ],
  ],
  "clocks that go round or never stop": [
    [
      "uk-sar",
      "when: request-withdrawn,",
      "when: [request-withdrawn, response-sent],",
      "",
      /nothing that is sure to be reached stops this clock: it would run for ever; add a stop/,
    ],
    [
      "uk-sar",
      "when: response-sent,",
      'when: response-sent, in: ["2019"],',
      "",
      /in version "2018" nothing that is sure to be reached stops this clock/,
    ],
    [
      "uk-sar",
      "when: request-received,",
      "when: request-received, if-last: response-sent,",
      "",
      /in version "2018" nothing starts this clock: add a start/,
    ],
    [
      "uk-sar",
      "when: request-received,",
      "when: [request-received, response-sent],",
      "[request",
      /both starts and stops this clock: if a new one is to start each time, write `again: true`/,
    ],
    [
      "uk-sar",
      "when: request-received,",
      "when: request-received, again: true,",
      "true",
      /`again` is for an event that also stops this clock, and none of these does: take it out/,
    ],
    [
      "uk-sar",
      "    moves:",
      "    restarts:\n      - { when: request-received, law: gdpr x, says: y }\n    moves:",
      "request-received",
      /could be put off for ever; add `after`, `count` or `if`/,
    ],
    [
      "uk-sar",
      "    moves:",
      "    pauses:\n      - { id: wait, from: extension-notified, until: extension-notified, law: gdpr x, says: y }\n    moves:",
      "extension-notified, law",
      /both begins and ends this pause: name another event for its end/,
    ],
    [
      "uk-foi",
      "- id: fee\n",
      "- id: clarification\n",
      "clarification",
      /two pauses "clarification": give each its own id/,
    ],
    [
      "uk-foi",
      "        both-days: true\n",
      "        end-required: true\n",
      "true",
      /can only be a promise's one pause: join them into one/,
    ],
  ],
};

for (const [kind, faults] of Object.entries(FAULTS)) {
  describe(`of ${kind} the check names line, column and what to write`, () => {
    for (const [id, good, faulty, mark, says] of faults) {
      test(`${id}: ${faulty === "" ? `without ${good.trim()}` : faulty.replaceAll(/\s+/g, " ").trim()}`, () => {
        const { problems, line, column } = fault(id, good, faulty, mark);
        const found = problems.filter((problem) => says.test(problem.message));
        assert.ok(found.length > 0, `it says: ${problems.map((problem) => problem.message).join("\n")}`);
        for (const problem of problems)
          assert.ok(problem.line >= 1 && problem.column >= 1 && problem.message.length > 20);
        if (mark !== "")
          assert.ok(
            found.some((problem) => problem.line === line && problem.column === column),
            `it points to ${found.map((problem) => `${problem.line}:${problem.column}`).join(", ")}, not ${line}:${column}`,
          );
      });
    }
  });
}

test("several faults are all named, in the order of the file", () => {
  const text = (built.texts.get("uk-sar") as string)
    .replace("when: response-sent", "when: response-snt")
    .replace("law: gdpr Article 12, says: You", "law: gdp Article 12, says: You");
  const read = checkText(text.replace("Europe/London", "Europe/Londen"), built.calendars);
  assert.ok(!read.ok);
  const lines = read.problems.map((problem) => problem.line);
  assert.ok(lines.length >= 3);
  assert.deepEqual(
    lines,
    lines.toSorted((a, b) => a - b),
  );
});

test("what is missing is named together with the place it belongs to", () => {
  const text = built.texts.get("uk-sar") as string;
  const read = checkText(text.replace(/ {4}stops:\n.*\n/, ""), built.calendars);
  assert.ok(!read.ok);
  assert.match(read.problems[0]?.message ?? "", /promises › response: "stops" is missing: add it/);
});

test("opening hours in which the service never opens are refused: a clock of working hours would never be due", () => {
  const text = (built.texts.get("service-desk") as string)
    .replaceAll(/ {2}\w+day: \[.*\]\n/g, "")
    .replace("opening-hours:\n", "opening-hours: {}\n");
  const read = checkText(text, built.calendars);
  assert.ok(!read.ok);
  assert.ok(read.problems.some((problem) => problem.message.includes("working hours need opening hours")));
});

test("an empty file, a list and a sentence are no definitions, and the check says how to begin one", () => {
  for (const text of ["", "- a\n- b\n", "Everything within 18 weeks", "null", "42"]) {
    const read = checkText(text, built.calendars);
    assert.ok(!read.ok, text);
    assert.deepEqual([read.problems[0]?.line, read.problems[0]?.column], [1, 1]);
    assert.match(read.problems[0]?.message ?? "", /holds no definition: begin it with `id: `/);
  }
});

describe("an overlay may tighten and do nothing else", () => {
  const overlay = (promises: string, more = "") =>
    `id: near\noverlays: se-vardgaranti\nname: Near\nlaw: stockholm somewhere\n${more}promises:\n${promises}`;
  const problems = (text: string) => {
    const read = checkOverlayText(text, built.definitions);
    return read.ok ? [] : read.problems.map((problem) => `${problem.line}:${problem.column} ${problem.message}`);
  };

  test("a shorter limit and a dropped pause are in order", () => {
    assert.deepEqual(
      problems(
        overlay("  specialist: { limit: 30 days }\n  treatment: { limit: 12 weeks, drop-pauses: [own-choice] }\n"),
      ),
      [],
    );
  });

  test("a longer limit is refused", () => {
    assert.match(
      problems(overlay("  specialist: { limit: 91 days }\n")).join(),
      /"91 days" is not shorter than the national "90 days": an overlay may only tighten/,
    );
    assert.match(
      problems(overlay("  specialist: { limit: 13 weeks }\n")).join(),
      /"13 weeks" is not shorter than the national "90 days"/,
    );
    assert.match(
      problems(overlay("  specialist: { limit: 3 months }\n")).join(),
      /"3 months" is not shorter/,
      "some three months are 92 days",
    );
  });

  test("a limit that counts otherwise cannot be compared, and is refused", () => {
    assert.match(
      problems(overlay("  specialist: { limit: 30 working days }\n")).join(),
      /"30 working days" is not shorter/,
    );
    assert.match(problems(overlay("  specialist: { limit: 24 hours }\n")).join(), /"24 hours" is not shorter/);
  });

  test("a pause, a start or a stop of its own is not a word of its language", () => {
    assert.match(
      problems(overlay("  specialist: { limit: 30 days, pauses: [] }\n")).join(),
      /"pauses" is not a word of the language here/,
    );
    assert.match(
      problems(overlay("  specialist: { limit: 30 days, stops: [] }\n")).join(),
      /"stops" is not a word of the language here/,
    );
  });

  test("promises, pauses, sources and definitions that do not exist are named with their nearest", () => {
    assert.match(
      problems(overlay("  specialst: { limit: 30 days }\n")).join(),
      /no promise "specialst": did you mean "specialist"\?/,
    );
    assert.match(
      problems(overlay("  specialist: { drop-pauses: [medicl] }\n")).join(),
      /no pause "medicl": did you mean "medical"\?/,
    );
    assert.match(
      problems(overlay("  specialist: { limit: 30 days }\n").replace("law: stockholm", "law: stokholm")).join(),
      /no source "stokholm": did you mean "stockholm"\?/,
    );
    assert.match(
      problems(overlay("  specialist: { limit: 30 days }\n").replace("se-vardgaranti", "se-vardgarant")).join(),
      /se-vardgarant/,
    );
  });
});

test("a calendar's rule that cannot be read is refused with the ways to write one", () => {
  const read = readCalendar("id: test\nname: Test\nsource: A test\nholidays:\n  - { name: Day, on: the 1st of May }\n");
  assert.ok(!read.ok);
  assert.deepEqual([read.problems[0]?.line, read.problems[0]?.column], [5, 22]);
  assert.match(read.problems[0]?.message ?? "", /write `1 January`, `Easter \+ 1`, `first Monday of May`/);
});
