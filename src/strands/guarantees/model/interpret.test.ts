import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { build, clock, clocks, definitionFile, pick } from "../../../../tests/harness/definition.ts";
import type { PromiseFile } from "./language.ts";

const said = { law: "act § 1", says: "So it is." };
const plain = build(definitionFile());
const with_ = (promise: Partial<PromiseFile>) => build(definitionFile(promise));

describe("pauses", () => {
  test("time in which two pauses overlap is left out once", () => {
    const events = [
      "2024-01-01 opened",
      "2024-01-03 waiting-began",
      "2024-01-05 away-began",
      "2024-01-08 waiting-ended",
      "2024-01-10 away-ended",
    ];
    const row = clock(plain, events, { asAt: "2024-01-12" });
    assert.deepEqual(pick(row, "state", "due", "elapsed", "excluded"), ["waiting", "2024-01-18", 4, 7]);
  });

  test("a pause within another adds nothing", () => {
    const events = [
      "2024-01-01 opened",
      "2024-01-03 waiting-began",
      "2024-01-04 away-began",
      "2024-01-05 away-ended",
      "2024-01-08 waiting-ended",
    ];
    assert.deepEqual(pick(clock(plain, events, { asAt: "2024-01-12" }), "due", "elapsed", "excluded"), [
      "2024-01-16",
      6,
      5,
    ]);
  });

  test("a pause that began before the clock started is left out from the start on", () => {
    const events = ["2023-12-20 waiting-began", "2024-01-01 opened", "2024-01-04 waiting-ended"];
    assert.deepEqual(pick(clock(plain, events, { asAt: "2024-01-08" }), "due", "elapsed", "excluded"), [
      "2024-01-14",
      4,
      3,
    ]);
  });

  test("a pause that ended before the clock started does not count", () => {
    const events = ["2023-12-20 waiting-began", "2023-12-24 waiting-ended", "2024-01-01 opened"];
    assert.deepEqual(pick(clock(plain, events, { asAt: "2024-01-08" }), "due", "elapsed", "excluded"), [
      "2024-01-11",
      7,
      0,
    ]);
  });

  test("while a pause is open the clock stands still and its due date moves day by day", () => {
    const events = ["2024-01-01 opened", "2024-01-03 waiting-began"];
    assert.deepEqual(pick(clock(plain, events, { asAt: "2024-02-01" }), "state", "due", "elapsed", "excluded"), [
      "waiting",
      "2024-02-09",
      2,
      29,
    ]);
    assert.deepEqual(pick(clock(plain, events, { asAt: "2024-02-02" }), "state", "due", "elapsed", "excluded"), [
      "waiting",
      "2024-02-10",
      2,
      30,
    ]);
  });

  test("a pause that is open when the clock stops is left out up to the stop", () => {
    const events = ["2024-01-01 opened", "2024-01-03 waiting-began", "2024-03-01 answered", "2024-03-10 waiting-ended"];
    assert.deepEqual(pick(clock(plain, events), "state", "elapsed", "excluded"), ["kept", 2, 58]);
  });

  test("a pause that begins and ends on one day leaves nothing out", () => {
    const events = ["2024-01-01 opened", "2024-01-03 waiting-began", "2024-01-03 waiting-ended"];
    assert.deepEqual(pick(clock(plain, events, { asAt: "2024-01-09" }), "due", "elapsed", "excluded"), [
      "2024-01-11",
      8,
      0,
    ]);
  });

  test("a pause that ends and begins again on one day goes on", () => {
    const events = [
      "2024-01-01 opened",
      "2024-01-02 waiting-began",
      "2024-01-04 waiting-ended",
      "2024-01-04 waiting-began",
      "2024-01-06 waiting-ended",
    ];
    assert.deepEqual(pick(clock(plain, events, { asAt: "2024-01-09" }), "due", "elapsed", "excluded"), [
      "2024-01-15",
      4,
      4,
    ]);
  });

  test("a pause that is begun twice is one pause, from the first", () => {
    const events = [
      "2024-01-01 opened",
      "2024-01-02 waiting-began",
      "2024-01-04 waiting-began",
      "2024-01-06 waiting-ended",
      "2024-01-08 waiting-ended",
    ];
    assert.deepEqual(pick(clock(plain, events, { asAt: "2024-01-09" }), "elapsed", "excluded"), [4, 4]);
  });

  test("a pause that began after the promise was broken does not mend it", () => {
    const events = ["2024-01-01 opened", "2024-01-13 waiting-began", "2024-01-20 waiting-ended", "2024-01-21 answered"];
    assert.deepEqual(pick(clock(plain, events), "state", "due", "elapsed", "excluded"), [
      "broken",
      "2024-01-11",
      13,
      7,
    ]);
  });

  test("a pause counts only for the reason that the rule names", () => {
    const definition = with_({
      pauses: [{ id: "waiting", from: "waiting-began", if: "reason is illness", until: "waiting-ended", ...said }],
    });
    const events = (reason: string) => [
      "2024-01-01 opened",
      `2024-01-03 waiting-began reason=${reason}`,
      "2024-01-08 waiting-ended",
    ];
    assert.equal(clock(definition, events("illness"), { asAt: "2024-01-09" }).excluded, 5);
    assert.equal(clock(definition, events("holiday"), { asAt: "2024-01-09" }).excluded, 0);
  });

  test("working days of a pause: Monday to Wednesday leaves out Monday and Tuesday, the weekend costs nothing", () => {
    const definition = with_({ limit: "10 working days" });
    const week = ["2024-01-04 opened", "2024-01-08 waiting-began", "2024-01-10 waiting-ended"];
    assert.deepEqual(pick(clock(definition, week, { asAt: "2024-01-12" }), "due", "elapsed", "excluded"), [
      "2024-01-22",
      4,
      2,
    ]);
    const weekend = ["2024-01-04 opened", "2024-01-06 waiting-began", "2024-01-08 waiting-ended"];
    assert.deepEqual(pick(clock(definition, weekend, { asAt: "2024-01-12" }), "due", "elapsed", "excluded"), [
      "2024-01-18",
      6,
      0,
    ]);
  });

  test("with both days left out the day on which the pause ends is not counted either", () => {
    const definition = with_({
      limit: "10 working days",
      pauses: [{ id: "waiting", from: "waiting-began", until: "waiting-ended", "both-days": true, ...said }],
    });
    const events = ["2024-01-04 opened", "2024-01-08 waiting-began", "2024-01-10 waiting-ended"];
    assert.deepEqual(pick(clock(definition, events, { asAt: "2024-01-12" }), "due", "elapsed", "excluded"), [
      "2024-01-23",
      3,
      3,
    ]);
  });
});

describe("pauses that need evidence", () => {
  const definition = with_({
    pauses: [
      { id: "chosen", from: "chosen-began", until: "chosen-ended", needs: ["told at any time", "declined"], ...said },
    ],
  });
  const told = "2023-12-01 told";
  const opened = "2024-01-01 opened";
  const [began, ended] = ["2024-01-05 chosen-began", "2024-01-11 chosen-ended"];
  const seen = { asAt: "2024-01-13" };

  test("with everything on record at once the pause counts from its first day", () => {
    const row = clock(definition, [told, opened, "2024-01-05 declined", began, ended], seen);
    assert.deepEqual(pick(row, "excluded", "notes"), [6, []]);
  });

  test("when the evidence comes later the pause counts from then, and that is noted", () => {
    const row = clock(definition, [told, opened, began, "2024-01-08 declined", ended], seen);
    assert.deepEqual(pick(row, "excluded", "notes"), [3, ["pause-evidence-late"]]);
  });

  test("without the evidence all days count, and that is noted, whether the pause is over or not", () => {
    assert.deepEqual(
      pick(clock(definition, [opened, "2024-01-05 declined", began, ended], seen), "excluded", "notes"),
      [0, ["pause-without-evidence"]],
    );
    assert.deepEqual(pick(clock(definition, [opened, "2024-01-05 declined", began], seen), "excluded", "notes"), [
      0,
      ["pause-without-evidence"],
    ]);
  });

  test("evidence that must lie within the clock does not count from before it started", () => {
    const row = clock(definition, [told, "2023-12-28 declined", opened, began, ended], seen);
    assert.deepEqual(pick(row, "excluded", "notes"), [0, ["pause-without-evidence"]]);
  });

  test("evidence that comes after the pause does not bring it back", () => {
    const row = clock(definition, [told, opened, began, ended, "2024-01-12 declined"], seen);
    assert.deepEqual(pick(row, "excluded", "notes"), [0, ["pause-without-evidence"]]);
  });

  test("evidence that is asked for twice is on record with the second event", () => {
    const twice = with_({
      pauses: [{ id: "chosen", from: "chosen-began", until: "chosen-ended", needs: ["declined twice"], ...said }],
    });
    assert.equal(clock(twice, [opened, "2024-01-03 declined", began, ended], seen).excluded, 0);
    assert.equal(clock(twice, [opened, "2024-01-03 declined", "2024-01-04 declined", began, ended], seen).excluded, 6);
    assert.equal(clock(twice, [opened, "2024-01-03 declined", began, "2024-01-09 declined", ended], seen).excluded, 2);
  });
});

describe("pauses that need their end", () => {
  const definition = with_({
    pauses: [{ id: "away", from: "away-began", until: "away-ended", "end-required": true, ...said }],
  });
  const open = ["2024-01-01 opened", "2024-01-03 away-began"];

  test("are not left out while no end is on record, and that is noted", () => {
    assert.deepEqual(pick(clock(definition, open, { asAt: "2024-01-20" }), "state", "due", "excluded", "notes"), [
      "overdue",
      "2024-01-11",
      0,
      ["pause-without-end"],
    ]);
  });

  test("are left out once the end is on record", () => {
    const row = clock(definition, [...open, "2024-01-08 away-ended"], { asAt: "2024-01-20" });
    assert.deepEqual(pick(row, "state", "due", "excluded", "notes"), ["overdue", "2024-01-16", 5, []]);
  });

  test("count up to now when their end lies ahead and is on record", () => {
    const row = clock(definition, [...open, "2024-01-08 away-ended"], { asAt: "2024-01-05" });
    assert.deepEqual(pick(row, "elapsed", "excluded", "notes"), [2, 2, []]);
    assert.equal(
      clock(definition, [...open, "2024-01-08 away-ended recorded=2024-01-09"], {
        asAt: "2024-01-05",
        knownOn: "2024-01-06",
      }).excluded,
      0,
    );
  });

  test("are not left out when the clock stops before their end", () => {
    const row = clock(definition, [...open, "2024-01-12 answered", "2024-01-20 away-ended"]);
    assert.deepEqual(pick(row, "state", "excluded", "notes"), ["broken", 0, ["pause-without-end"]]);
  });
});

describe("restarts", () => {
  const again = (restart: object) => with_({ restarts: [{ when: "declined", ...said, ...restart }] });

  test("a restart sets the clock back to nought, its pauses too", () => {
    const events = [
      "2024-01-01 opened",
      "2024-01-02 waiting-began",
      "2024-01-05 waiting-ended",
      "2024-01-08 declined",
      "2024-01-18 answered",
    ];
    assert.deepEqual(
      pick(clock(again({}), events), "period", "state", "started", "due", "elapsed", "excluded", "notes"),
      [1, "kept", "2024-01-08", "2024-01-18", 10, 0, ["clock-restarted"]],
    );
  });

  test("a pause that is open at the restart goes on from there", () => {
    const events = ["2024-01-01 opened", "2024-01-02 waiting-began", "2024-01-08 declined", "2024-01-10 waiting-ended"];
    assert.deepEqual(pick(clock(again({}), events, { asAt: "2024-01-12" }), "due", "elapsed", "excluded"), [
      "2024-01-20",
      2,
      2,
    ]);
  });

  test("only the second such event restarts, and again only the second after that", () => {
    const events = ["2024-01-01 opened", "2024-01-03 declined", "2024-01-05 declined", "2024-01-07 declined"];
    assert.equal(clock(again({ count: 2 }), events, { asAt: "2024-01-08" }).started, "2024-01-05");
    assert.equal(
      clock(again({ count: 2 }), [...events, "2024-01-08 declined"], { asAt: "2024-01-08" }).started,
      "2024-01-08",
    );
  });

  test("only after the other event has happened since the start", () => {
    const definition = again({ after: "told" });
    assert.equal(
      clock(definition, ["2023-12-30 told", "2024-01-01 opened", "2024-01-03 declined"], { asAt: "2024-01-05" })
        .started,
      "2024-01-01",
    );
    assert.equal(
      clock(definition, ["2024-01-01 opened", "2024-01-02 told", "2024-01-03 declined"], { asAt: "2024-01-05" })
        .started,
      "2024-01-03",
    );
  });

  test("a breach is not undone by a restart that had to come in time", () => {
    const definition = again({ "in-time": true });
    assert.equal(
      clock(definition, ["2024-01-01 opened", "2024-01-11 declined"], { asAt: "2024-01-12" }).started,
      "2024-01-11",
    );
    const late = clock(definition, ["2024-01-01 opened", "2024-01-12 declined"], { asAt: "2024-01-12" });
    assert.deepEqual(pick(late, "started", "state", "notes"), ["2024-01-01", "overdue", ["restart-too-late"]]);
  });
});

describe("stops, ends, voids and periods", () => {
  test("a clock is kept on its due day and broken the day after", () => {
    assert.deepEqual(
      pick(clock(plain, ["2024-01-01 opened", "2024-01-11 answered"]), "state", "elapsed", "stoppedBy"),
      ["kept", 10, "answered"],
    );
    assert.deepEqual(pick(clock(plain, ["2024-01-01 opened", "2024-01-12 answered"]), "state", "elapsed", "stopped"), [
      "broken",
      11,
      "2024-01-12",
    ]);
  });

  test("a clock waits on its due day and is overdue the day after", () => {
    assert.equal(clock(plain, ["2024-01-01 opened"], { asAt: "2024-01-11" }).state, "waiting");
    assert.equal(clock(plain, ["2024-01-01 opened"], { asAt: "2024-01-12" }).state, "overdue");
  });

  test("a withdrawal ends the clock and counts neither way, however late", () => {
    assert.deepEqual(pick(clock(plain, ["2024-01-01 opened", "2024-03-01 cancelled"]), "state", "stoppedBy"), [
      "ended",
      "cancelled",
    ]);
  });

  test("a void clock is as if it never ran, and the next one is the second period", () => {
    const rows = clocks(plain, ["2024-01-01 opened", "2024-01-05 mistaken", "2024-02-01 opened"], {
      asAt: "2024-02-02",
    });
    assert.deepEqual(
      rows.map((row) => pick(row, "period", "state", "started")),
      [
        [1, "void", "2024-01-01"],
        [2, "waiting", "2024-02-01"],
      ],
    );
  });

  test("a second start while the clock runs changes nothing", () => {
    assert.deepEqual(
      pick(clock(plain, ["2024-01-01 opened", "2024-01-05 opened"], { asAt: "2024-01-06" }), "period", "started"),
      [1, "2024-01-01"],
    );
  });

  test("a stop without a clock, and an event that no rule names, start nothing", () => {
    assert.deepEqual(clocks(plain, ["2024-01-01 answered", "2024-01-02 told", "2024-01-03 waiting-began"]), []);
  });

  test("an event that may stop and start does both when the definition says again", () => {
    const definition = with_({
      starts: [
        { when: "opened", ...said },
        { when: "answered", again: true, ...said },
      ],
    });
    const rows = clocks(definition, ["2024-01-01 opened", "2024-01-05 answered", "2024-01-20 answered"], {
      asAt: "2024-01-21",
    });
    assert.deepEqual(
      rows.map((row) => pick(row, "period", "state", "started")),
      [
        [1, "kept", "2024-01-01"],
        [2, "broken", "2024-01-05"],
        [3, "waiting", "2024-01-20"],
      ],
    );
  });

  test("a clock may start only when a certain event stopped the one before", () => {
    const definition = with_({
      starts: [
        { when: "opened", ...said },
        { when: "told", "if-last": "mistaken", ...said },
      ],
    });
    assert.equal(clocks(definition, ["2024-01-01 opened", "2024-01-05 answered", "2024-01-07 told"]).length, 1);
    assert.equal(clocks(definition, ["2024-01-01 opened", "2024-01-05 mistaken", "2024-01-07 told"]).length, 2);
  });

  test("a stop is dated by the latest other event where the rule says so", () => {
    const definition = with_({ stops: [{ when: "answered", dated: "latest declined", ...said }] });
    const row = clock(definition, [
      "2024-01-01 opened",
      "2024-01-05 declined",
      "2024-01-09 declined",
      "2024-01-20 answered",
    ]);
    assert.deepEqual(pick(row, "state", "stopped", "stoppedBy", "elapsed"), ["kept", "2024-01-09", "answered", 8]);
    assert.equal(
      clock(definition, ["2024-01-01 opened", "2024-01-20 answered"]).stopped,
      "2024-01-20",
      "without one, its own day",
    );
  });

  test("a stop without what ought to be on record stops all the same, and is noted", () => {
    const definition = with_({ stops: [{ when: "answered", expects: ["declined twice"], ...said }] });
    assert.deepEqual(clock(definition, ["2024-01-01 opened", "2024-01-05 declined", "2024-01-06 answered"]).notes, [
      "stop-without-evidence",
    ]);
    assert.deepEqual(
      clock(definition, ["2024-01-01 opened", "2024-01-05 declined", "2024-01-05 declined id=b", "2024-01-06 answered"])
        .notes,
      [],
    );
  });
});

describe("where the count begins", () => {
  test("at a date that the event carries, when it is not after the event", () => {
    const definition = with_({ starts: [{ when: "opened", "counted-from": "field since", ...said }] });
    assert.deepEqual(
      pick(
        clock(definition, ["2024-01-05 opened since=2023-12-20"], { asAt: "2024-01-06" }),
        "started",
        "elapsed",
        "notes",
      ),
      ["2023-12-20", 17, []],
    );
    assert.deepEqual(
      pick(clock(definition, ["2024-01-05 opened since=2024-01-06"], { asAt: "2024-01-06" }), "started", "notes"),
      ["2024-01-05", ["since-not-usable"]],
    );
    assert.equal(clock(definition, ["2024-01-05 opened"], { asAt: "2024-01-06" }).started, "2024-01-05");
  });

  test("at the first of several events since the last that was answered", () => {
    const definition = with_({ starts: [{ when: "opened", "counted-from": "first told since declined", ...said }] });
    const started = (...events: string[]) => clock(definition, events, { asAt: "2024-01-20" }).started;
    assert.equal(started("2024-01-01 told", "2024-01-03 told", "2024-01-05 opened"), "2024-01-01");
    assert.equal(
      started("2024-01-01 told", "2024-01-02 declined", "2024-01-03 told", "2024-01-05 opened"),
      "2024-01-03",
    );
    assert.equal(started("2024-01-01 told", "2024-01-02 declined", "2024-01-05 opened"), "2024-01-05");
  });

  test("on the next working day after the cut-off hour, and only there", () => {
    const definition = with_({ limit: "10 working days", "cut-off": "16:00" });
    const started = (when: string) =>
      pick(clock(definition, [`${when} opened`], { asAt: "2024-01-20" }), "started", "notes");
    assert.deepEqual(started("2024-01-05T16:00"), ["2024-01-05", []]);
    assert.deepEqual(started("2024-01-05T16:01"), ["2024-01-08", ["after-cut-off"]]);
    assert.deepEqual(started("2024-01-05"), ["2024-01-05", []], "where no hour is known");
  });

  test("on the day itself where the first day counts", () => {
    const definition = with_({ "first-day": "the day itself" });
    assert.deepEqual(pick(clock(definition, ["2024-01-01 opened"], { asAt: "2024-01-05" }), "due", "elapsed"), [
      "2024-01-10",
      5,
    ]);
  });
});

describe("limits", () => {
  const due = (limit: PromiseFile["limit"], started: string, more: Partial<PromiseFile> = {}) =>
    clock(with_({ limit, ...more }), [`${started} opened`], { asAt: started }).due;

  test("weeks and months are counted on the calendar, and roll to a working day where the promise says so", () => {
    assert.equal(due("2 weeks", "2024-02-20"), "2024-03-05");
    assert.equal(due("1 month", "2024-01-31"), "2024-02-29");
    assert.equal(due("1 month", "2023-01-31"), "2023-02-28");
    assert.equal(due("3 months", "2023-11-30"), "2024-02-29");
    assert.equal(due("1 month", "2024-11-25"), "2024-12-25");
    assert.equal(due("1 month", "2024-11-25", { "rolls-to": "next working day" }), "2024-12-27");
  });

  test("a limit of no days is kept on the day itself only", () => {
    const definition = with_({ limit: "0 days" });
    assert.equal(clock(definition, ["2024-01-01 opened", "2024-01-01 answered"]).state, "kept");
    assert.equal(clock(definition, ["2024-01-01 opened", "2024-01-02 answered"]).state, "broken");
  });

  test("the first limit that fits the event holds", () => {
    const limit = [{ is: "5 days", if: "kind is urgent" }, { is: "20 days" }];
    assert.equal(clock(with_({ limit }), ["2024-01-01 opened kind=urgent"], { asAt: "2024-01-02" }).due, "2024-01-06");
    assert.equal(clock(with_({ limit }), ["2024-01-01 opened kind=other"], { asAt: "2024-01-02" }).due, "2024-01-21");
    assert.equal(clock(with_({ limit }), ["2024-01-01 opened"], { asAt: "2024-01-02" }).limit, 20);
  });

  test("weeks and months keep their own words beside days counted", () => {
    assert.deepEqual(
      pick(
        clock(with_({ limit: "2 weeks" }), ["2024-01-01 opened"], { asAt: "2024-01-06" }),
        "limit",
        "unit",
        "elapsed",
      ),
      ["2 weeks", "days", 5],
    );
  });
});

describe("moves", () => {
  const moved = (move: object) => with_({ moves: [{ when: "extended", ...said, ...move } as never] });
  const seen = { asAt: "2024-01-10" };

  test("to an agreed date that is later; one that is not later changes nothing and is noted", () => {
    const definition = moved({ to: "field until" });
    assert.deepEqual(
      pick(clock(definition, ["2024-01-01 opened", "2024-01-05 extended until=2024-02-01"], seen), "due", "notes"),
      ["2024-02-01", ["due-moved"]],
    );
    assert.deepEqual(
      pick(clock(definition, ["2024-01-01 opened", "2024-01-05 extended until=2024-01-08"], seen), "due", "notes"),
      ["2024-01-11", ["move-not-later"]],
    );
    assert.deepEqual(pick(clock(definition, ["2024-01-01 opened", "2024-01-05 extended"], seen), "due", "notes"), [
      "2024-01-11",
      ["due-date-missing"],
    ]);
  });

  test("by more of the same unit, once only where the rule says once", () => {
    const events = ["2024-01-01 opened", "2024-01-05 extended", "2024-01-06 extended"];
    assert.equal(clock(moved({ add: "5 days" }), events, seen).due, "2024-01-21");
    assert.deepEqual(pick(clock(moved({ add: "5 days", once: true }), events, seen), "due", "limit", "notes"), [
      "2024-01-16",
      15,
      ["due-moved", "move-only-once"],
    ]);
  });

  test("only in time: on the due day, not on the day after", () => {
    const definition = moved({ add: "5 days", "in-time": true });
    assert.equal(
      clock(definition, ["2024-01-01 opened", "2024-01-11 extended"], { asAt: "2024-01-12" }).due,
      "2024-01-16",
    );
    assert.deepEqual(
      pick(clock(definition, ["2024-01-01 opened", "2024-01-12 extended"], { asAt: "2024-01-12" }), "due", "notes"),
      ["2024-01-11", ["move-too-late"]],
    );
  });

  test("to another limit, and back to the one it started with", () => {
    const definition = with_({
      moves: [
        { when: "extended", limit: "30 days", ...said },
        { when: "declined", back: true, ...said },
      ],
    });
    assert.equal(clock(definition, ["2024-01-01 opened", "2024-01-05 extended"], seen).due, "2024-01-31");
    assert.equal(
      clock(definition, ["2024-01-01 opened", "2024-01-05 extended", "2024-01-06 declined"], seen).due,
      "2024-01-11",
    );
  });

  test("an extension of months is counted from the start, not from the first month's end", () => {
    const definition = with_({ limit: "1 month", moves: [{ when: "extended", add: "2 months", ...said }] });
    assert.equal(
      clock(definition, ["2024-01-31 opened", "2024-02-05 extended"], { asAt: "2024-02-06" }).due,
      "2024-04-30",
    );
  });
});

describe("versions", () => {
  const versions = (second: object, first: object = {}) => [
    { id: "old", from: "2020-01-01", law: "act § 1", says: "Ten days.", ...first },
    { id: "new", from: "2024-01-01", law: "act § 2", says: "Five days.", ...second },
  ];
  const limits = [
    { is: "10 days", in: ["old"] },
    { is: "5 days", in: ["new"] },
  ];
  const after = build(definitionFile({ limit: limits }, { versions: versions({}) }));

  test("a clock runs under the version in force on its first day, the first and the last of the version included", () => {
    const of = (date: string) => pick(clock(after, [`${date} opened`], { asAt: "2024-03-01" }), "version", "due");
    assert.deepEqual(of("2020-01-01"), ["old", "2020-01-11"]);
    assert.deepEqual(of("2023-12-31"), ["old", "2024-01-10"]);
    assert.deepEqual(of("2024-01-01"), ["new", "2024-01-06"]);
    assert.deepEqual(clocks(after, ["2019-12-31 opened"]), [], "before the first version nothing was promised");
  });

  test("after the last day of a version that ended, no clock starts", () => {
    const ended = build(definitionFile({ limit: limits }, { versions: versions({}, { until: "2023-06-30" }) }));
    assert.equal(clocks(ended, ["2023-06-30 opened"]).length, 1);
    assert.equal(clocks(ended, ["2023-07-01 opened"]).length, 0);
    assert.equal(clocks(ended, ["2023-12-31 opened", "2024-01-02 opened"]).at(0)?.started, "2024-01-02");
  });

  test("a version that is asked for judges every clock, whatever its start", () => {
    assert.deepEqual(
      pick(clock(after, ["2021-05-01 opened"], { version: "new", asAt: "2021-05-02" }), "version", "due"),
      ["new", "2021-05-06"],
    );
    assert.equal(clock(after, ["2019-12-31 opened"], { version: "old", asAt: "2020-01-02" }).version, "old");
  });

  test("a version for all clocks takes over those that run on its first day, and not before", () => {
    const all = build(definitionFile({ limit: limits }, { versions: versions({ "applies-to": "all clocks" }) }));
    const events = ["2023-12-28 opened"];
    assert.deepEqual(pick(clock(all, events, { asAt: "2023-12-31" }), "version", "due", "notes"), [
      "old",
      "2024-01-07",
      [],
    ]);
    assert.deepEqual(pick(clock(all, events, { asAt: "2024-01-01" }), "version", "due", "notes"), [
      "new",
      "2024-01-02",
      ["version-changed"],
    ]);
    assert.deepEqual(pick(clock(all, [...events, "2023-12-31 answered"]), "version", "state"), ["old", "kept"]);
    assert.deepEqual(pick(clock(all, [...events, "2024-01-05 answered"]), "version", "state"), ["new", "broken"]);
  });

  test("clocks that started before the day it names are grandfathered", () => {
    const spared = build(
      definitionFile(
        { limit: limits },
        { versions: versions({ "applies-to": "all clocks", grandfathers: { "started-before": "2023-12-28" } }) },
      ),
    );
    assert.equal(clock(spared, ["2023-12-27 opened"], { asAt: "2024-01-03" }).version, "old");
    assert.equal(clock(spared, ["2023-12-28 opened"], { asAt: "2024-01-03" }).version, "new");
  });

  test("a pause that the new version no longer has ends on the version's first day", () => {
    const pauses = [{ id: "waiting", in: ["old"], from: "waiting-began", until: "waiting-ended", ...said }];
    const all = build(definitionFile({ pauses }, { versions: versions({ "applies-to": "all clocks" }) }));
    const events = ["2023-12-20 opened", "2023-12-24 waiting-began", "2024-01-10 waiting-ended"];
    assert.deepEqual(pick(clock(all, events, { asAt: "2024-01-05" }), "elapsed", "excluded", "due"), [
      8,
      8,
      "2024-01-07",
    ]);
    assert.deepEqual(pick(clock(all, events, { asAt: "2024-01-20" }), "elapsed", "excluded", "due"), [
      23,
      8,
      "2024-01-07",
    ]);
  });

  test("a version that was repealed before it took effect is never applied", () => {
    const kept = build(definitionFile({ limit: limits }, { versions: versions({ repealed: "before taking effect" }) }));
    assert.equal(clock(kept, ["2024-05-01 opened"], { asAt: "2024-05-02" }).version, "old");
  });
});

describe("overlays and parameters", () => {
  const file = definitionFile();
  const overlay = { id: "near", overlays: "test", name: "Near", law: "act § 9" };

  test("an overlay shortens the limit and drops a pause, and leaves the rest", () => {
    const tight = build(file, {}, { ...overlay, promises: { answer: { limit: "5 days", "drop-pauses": ["away"] } } });
    const events = [
      "2024-01-01 opened",
      "2024-01-02 waiting-began",
      "2024-01-03 waiting-ended",
      "2024-01-03 away-began",
      "2024-01-05 away-ended",
    ];
    assert.deepEqual(pick(clock(tight, events, { asAt: "2024-01-06" }), "due", "limit", "elapsed", "excluded"), [
      "2024-01-07",
      5,
      4,
      1,
    ]);
  });

  test("a parameter chooses between readings, its default when nobody chooses", () => {
    const parameters = {
      reading: { question: "Which?", choices: { early: "Early", late: "Late" }, default: "early", because: "A test." },
    };
    const starts = [
      { when: "opened", with: { reading: "early" }, ...said },
      { when: "told", with: { reading: "late" }, ...said },
    ];
    const both = definitionFile({ starts }, { parameters });
    const started = (choices: object) =>
      clock(build(both, { ...choices }), ["2024-01-01 opened", "2024-01-03 told"], { asAt: "2024-01-05" }).started;
    assert.deepEqual([{}, { reading: "early" }, { reading: "late" }].map(started), [
      "2024-01-01",
      "2024-01-01",
      "2024-01-03",
    ]);
    assert.throws(() => build(both, { reading: "odd" }), /has no choice "odd"; it has: early, late/);
    assert.throws(() => build(both, { other: "early" }), /has no parameter "other"; it has: reading/);
  });
});

describe("as at, as known on, and corrections", () => {
  test("a date means the end of that day where the person lives, an instant is itself", () => {
    const events = ["2024-01-01 opened", "2024-06-01T22:59:59Z answered"];
    assert.equal(clock(plain, events, { asAt: "2024-06-01" }).state, "broken", "23:59:59 in London");
    const after = ["2024-01-01 opened", "2024-06-01T23:00:00Z answered"];
    assert.equal(clock(plain, after, { asAt: "2024-06-01" }).state, "overdue", "midnight in London is the next day's");
    assert.equal(clock(plain, after, { asAt: "2024-06-01T23:00:00Z" }).state, "broken");
    assert.equal(clock(plain, after, { asAt: "2024-06-01T22:59:59.999Z" }).state, "overdue");
  });

  test("what was not recorded yet was not known", () => {
    const events = ["2024-01-01 opened", "2024-01-05 answered recorded=2024-01-20"];
    assert.equal(clock(plain, events, { asAt: "2024-01-19", knownOn: "2024-01-19" }).state, "overdue");
    assert.equal(clock(plain, events, { asAt: "2024-01-19", knownOn: "2024-01-20" }).state, "kept");
    assert.equal(clock(plain, events, { asAt: "2024-01-19" }).state, "kept");
  });

  const opened = "2024-01-01 opened id=a";
  const first = "2024-01-15 answered id=b recorded=2024-01-15";
  const second = "2024-01-11 answered id=c replaces=b recorded=2024-01-16";
  const third = "2024-01-12 answered id=d replaces=c recorded=2024-01-17";

  test("a correction of a correction stands in the place of both", () => {
    const stopped = (...events: string[]) => clock(plain, [opened, ...events]).stopped;
    assert.deepEqual(
      [stopped(first), stopped(first, second), stopped(first, second, third), stopped(third, first, second)],
      ["2024-01-15", "2024-01-11", "2024-01-12", "2024-01-12"],
    );
  });

  test("of two corrections of one entry the last recorded stands, whatever their ids and the order of the rows", () => {
    const early = "2024-01-05 answered id=z replaces=b recorded=2024-01-16";
    const late = "2024-01-09 answered id=c replaces=b recorded=2024-01-17";
    assert.equal(clock(plain, [opened, first, early, late]).stopped, "2024-01-09");
    assert.equal(clock(plain, [late, early, first, opened]).stopped, "2024-01-09");
  });

  test("before a correction was known the entry it corrects stands", () => {
    const state = (knownOn: string) =>
      pick(clock(plain, [opened, first, second, third], { knownOn }), "state", "stopped");
    assert.deepEqual(state("2024-01-15"), ["broken", "2024-01-15"]);
    assert.deepEqual(state("2024-01-16"), ["kept", "2024-01-11"]);
    assert.deepEqual(state("2024-01-17"), ["broken", "2024-01-12"]);
  });

  test("a withdrawn entry no longer counts; when the withdrawal is withdrawn it does again", () => {
    const withdrawn = "2024-01-18 withdrawn-entry id=w replaces=b";
    assert.equal(clock(plain, [opened, first, withdrawn], { asAt: "2024-01-20" }).state, "overdue");
    assert.equal(
      clock(plain, [opened, first, withdrawn, "2024-01-19 withdrawn-entry id=x replaces=w"]).stopped,
      "2024-01-15",
    );
  });

  test("when a correction is withdrawn the entry it corrected stands again", () => {
    assert.equal(
      clock(plain, [opened, first, second, "2024-01-18 withdrawn-entry id=w replaces=c"]).stopped,
      "2024-01-15",
    );
  });

  test("a correction that moves an event past the as-at moment takes it out of sight", () => {
    const events = [opened, "2024-01-05 answered id=b", "2024-01-25 answered id=c replaces=b recorded=2024-01-25"];
    assert.equal(clock(plain, events, { asAt: "2024-01-12" }).state, "overdue");
  });

  test("the correction of a start moves the whole clock", () => {
    const events = [opened, "2024-01-03 opened id=c replaces=a recorded=2024-01-04", "2024-01-13 answered id=b"];
    assert.deepEqual(pick(clock(plain, events), "started", "state"), ["2024-01-03", "kept"]);
  });
});

describe("events of one day", () => {
  test("are taken in the order that the definition states, whatever the order of the rows and their hours", () => {
    const same = ["2024-01-01T17:00 answered", "2024-01-01T09:00 opened"];
    assert.equal(clock(plain, same).state, "kept");
    const reversed = ["2024-01-01T09:00 answered", "2024-01-01T17:00 opened"];
    assert.equal(clock(plain, reversed).state, "kept", "days do not look at hours: the definition has the start first");
  });

  test("are taken by the hour first where the promise counts hours", () => {
    const hours = with_({ limit: "4 hours" });
    assert.equal(
      clock(hours, ["2024-01-01T09:00 answered", "2024-01-01T17:00 opened"], { asAt: "2024-01-01T18:00" }).state,
      "waiting",
    );
  });

  test("of one type are taken by their ids", () => {
    const definition = with_({ moves: [{ when: "extended", to: "field until", once: true, ...said }] });
    const events = [
      "2024-01-05 extended until=2024-03-01 id=b",
      "2024-01-05 extended until=2024-02-01 id=a",
      "2024-01-01 opened",
    ];
    assert.equal(clock(definition, events, { asAt: "2024-01-06" }).due, "2024-02-01");
  });
});

describe("the days on which the clocks change", () => {
  test("hours are hours on the wall's own time: 24 of them from Saturday noon end on Sunday at one when spring comes", () => {
    const hours = with_({ limit: "24 hours" });
    assert.equal(
      clock(hours, ["2024-03-30T12:00 opened"], { asAt: "2024-03-30T13:00" }).due,
      "2024-03-31T13:00:00+01:00",
    );
    assert.equal(
      clock(hours, ["2024-10-26T12:00 opened"], { asAt: "2024-10-26T13:00" }).due,
      "2024-10-27T11:00:00+00:00",
    );
  });

  test("days are days, however long", () => {
    assert.equal(
      clock(with_({ limit: "1 day" }), ["2024-03-30T23:59 opened", "2024-03-31T23:59 answered"]).state,
      "kept",
    );
    assert.equal(
      clock(with_({ limit: "1 day" }), ["2024-10-26T00:00 opened", "2024-10-28T00:00 answered"]).state,
      "broken",
    );
  });

  test("an event whose hour is not known gives a start from the day's beginning and a stop at its end, with a note", () => {
    const hours = with_({ limit: "24 hours" });
    const row = clock(hours, ["2024-03-31 opened", "2024-03-31 answered"]);
    assert.deepEqual(pick(row, "started", "elapsed", "notes"), ["2024-03-31T00:00:00+00:00", 23, ["time-missing"]]);
  });

  test("elapsed hours are given to four decimals", () => {
    const hours = with_({ limit: "4 hours" });
    assert.deepEqual(
      pick(clock(hours, ["2024-01-01T09:00 opened", "2024-01-01T09:00:10 answered"]), "elapsed", "unit"),
      [0.0028, "hours"],
    );
  });
});
