import assert from "node:assert/strict";
import { describe, test } from "node:test";
import fc from "fast-check";
import { definitionFile } from "../../../../tests/harness/definition.ts";
import { parseDay } from "../../../lib/dates/day.ts";
import { zoneOf } from "../../../lib/dates/zone.ts";
import { isEventRow, readEventRow, rowContext, type EventRow, type RawRow } from "./event-row.ts";

const event = (fields: object) => ({ label: "Event", says: "It happened", fields: fields as never });
const file = definitionFile(
  {},
  {
    events: {
      opened: event({
        urgent: { type: "yes-no", says: "Urgent" },
        age: { type: "number", says: "Age" },
        until: { type: "date", says: "Until" },
        code: { type: "text", says: "Code" },
      }),
      paused: event({ reason: { type: "text", says: "Why" } }),
      answered: event({}),
    },
  },
);
const context = rowContext(zoneOf("Europe/London"), [file]);
const ROW: RawRow = { case: "c1", type: "opened", occurred: "2024-01-01" };

function read(raw: RawRow): EventRow {
  const row = readEventRow(raw, context);
  if (!isEventRow(row)) assert.fail(JSON.stringify(row));
  return row;
}
const problems = (raw: RawRow) => {
  const row = readEventRow(raw, context);
  assert.ok(!isEventRow(row), "the row was taken");
  return row.map((problem) => `${problem.column}: ${problem.message}`);
};
const data = (raw: RawRow) => read({ ...ROW, ...raw }).event.data;

test("a row gives the event with what is said around it", () => {
  const row = read({
    ...ROW,
    person: "p1",
    recorded: "2024-01-03T10:00",
    id: "e1",
    replaces: "e0",
    reason: "typed wrongly",
    organisation: "o",
    service: "s",
    area: "a",
  });
  assert.deepEqual(
    { ...row, event: null },
    {
      case: "c1",
      person: "p1",
      reason: "typed wrongly",
      organisation: "o",
      service: "s",
      area: "a",
      named: true,
      event: null,
    },
  );
  assert.deepEqual(row.event, {
    id: "e1",
    type: "opened",
    occurred: { kind: "date", day: parseDay("2024-01-01") },
    recorded: { kind: "instant", instant: Temporal.Instant.from("2024-01-03T10:00:00Z").epochMilliseconds },
    data: {},
    replaces: "e0",
  });
});

test("what is empty is absent, and an event is recorded when it occurred unless the row says otherwise", () => {
  const row = read({ ...ROW, person: "", recorded: "", id: null, replaces: undefined, organisation: "" });
  assert.deepEqual(
    [row.person, row.event.replaces, row.organisation, row.event.recorded],
    [null, null, null, row.event.occurred],
  );
});

describe("other columns are fields of the event", () => {
  test("with true, false, numbers and dates recognised", () => {
    assert.deepEqual(
      data({ urgent: "true", age: "22", until: "2024-02-01", more: "1.5", other: "yes", flag: "false" }),
      { urgent: true, age: 22, until: "2024-02-01", more: 1.5, other: "yes", flag: false },
    );
  });

  test("a field that is declared is read in its type, however it is written", () => {
    for (const urgent of ["true", "TRUE", "yes", "1", 1, true])
      assert.equal(data({ urgent })["urgent"], true, String(urgent));
    for (const urgent of ["false", "No", "0", 0, false])
      assert.equal(data({ urgent })["urgent"], false, String(urgent));
    assert.equal(data({ age: "022" })["age"], 22);
    assert.equal(data({ code: 12 })["code"], "12");
  });

  test("a text that looks like a number but would be written otherwise stays a text", () => {
    for (const text of ["0012", "1.50", "12345678901234567890", "007"]) {
      assert.equal(data({ code: text })["code"], text);
      assert.equal(data({ undeclared: text })["undeclared"], text);
    }
  });

  test("a field in another type than declared is refused by its column", () => {
    assert.deepEqual(
      problems({ ...ROW, urgent: "perhaps", age: "old", until: "soon" }).map((problem) => problem.slice(0, 30)),
      ['urgent: "perhaps" is neither t', 'age: "old" is not a number', 'until: "soon" is not a date: w'],
    );
    assert.match(problems({ ...ROW, until: "2024-02-30" }).join(), /until: "2024-02-30" is a date that does not exist/);
  });

  test("the column reason is a field where the type declares one, and else why an entry is corrected", () => {
    assert.deepEqual(read({ ...ROW, type: "paused", reason: "illness" }).event.data, { reason: "illness" });
    assert.deepEqual(read({ ...ROW, reason: "typed wrongly" }).event.data, {});
  });
});

describe("a column data holds JSON", () => {
  test("as text or as an object, beside other columns, which win", () => {
    assert.deepEqual(data({ data: '{"urgent": true, "age": 30}' }), { urgent: true, age: 30 });
    assert.deepEqual(data({ data: { urgent: true, age: 30 }, age: "31" }), { urgent: true, age: 31 });
  });

  test("and what is null or empty in it is absent, as an empty column is", () => {
    assert.deepEqual(data({ data: '{"urgent": null, "age": "", "until": null}' }), {});
  });

  test("and nothing else than an object", () => {
    for (const text of ["[1]", '"text"', "{broken", "42", "null"])
      assert.match(problems({ ...ROW, data: text }).join(), /data: is not a JSON object: write one like/, text);
  });
});

describe("a row is refused", () => {
  test("for every fault it has, each with its column", () => {
    assert.deepEqual(
      problems({ case: "", type: "", occurred: "" }).map((problem) => problem.split(":")[0]),
      ["case", "type", "occurred"],
    );
    assert.deepEqual(problems({}).length, 3);
  });

  test("for a type that no definition names", () => {
    assert.deepEqual(problems({ ...ROW, type: "opend" }), ['type: "opend" is an event type that no definition names']);
  });

  test("for a date that is none, in either column", () => {
    assert.match(
      problems({ ...ROW, occurred: "2024-13-01" }).join(),
      /^occurred: "2024-13-01" is a date that does not exist$/,
    );
    assert.match(problems({ ...ROW, recorded: "1 May" }).join(), /^recorded: "1 May" is not a date/);
  });

  test("for a withdrawal that names nothing, and for an entry that replaces itself", () => {
    assert.match(
      problems({ ...ROW, type: "withdrawn-entry" }).join(),
      /^replaces: is empty: a withdrawn-entry names the event it cancels$/,
    );
    assert.match(problems({ ...ROW, id: "e1", replaces: "e1" }).join(), /^replaces: is the event's own id$/);
  });

  test("for names that are too long or no text", () => {
    assert.match(problems({ ...ROW, case: "c".repeat(201) }).join(), /^case: is longer than 200 characters$/);
    assert.equal(read({ ...ROW, case: "c".repeat(200) }).case.length, 200);
    assert.match(problems({ ...ROW, case: { a: 1 } }).join(), /^case: is not a text/);
    assert.match(problems({ ...ROW, person: ["p"] }).join(), /^person: is not a text/);
  });
});

describe("an event without an id", () => {
  test("is named by its content: the same row is the same event, whatever the order of its columns", () => {
    const one = read({ ...ROW, urgent: "true", age: "3" }).event.id;
    assert.equal(read({ age: "3", urgent: "true", occurred: "2024-01-01", type: "opened", case: "c1" }).event.id, one);
    assert.notEqual(read({ ...ROW, urgent: "true", age: "4" }).event.id, one);
    assert.notEqual(read({ ...ROW, urgent: "true", age: "3", occurred: "2024-01-02" }).event.id, one);
    assert.notEqual(read({ ...ROW, urgent: "true", age: "3", recorded: "2024-01-05" }).event.id, one);
  });

  test("two contents never share a name", () => {
    const rows = fc.record({
      type: fc.constantFrom("opened", "answered"),
      occurred: fc.constantFrom("2024-01-01", "2024-01-01T00:00"),
      a: fc.constantFrom("x", "x b=y", "1"),
      b: fc.constantFrom("", "y", "1"),
    });
    fc.assert(
      fc.property(rows, rows, (one, other) => {
        const [left, right] = [read({ case: "c", ...one }), read({ case: "c", ...other })];
        const content = ({ event: { id: _, ...rest } }: EventRow) =>
          JSON.stringify({ ...rest, data: Object.entries(rest.data).toSorted(([a], [b]) => (a < b ? -1 : 1)) });
        if (content(left) !== content(right)) assert.notEqual(left.event.id, right.event.id);
        else assert.equal(left.event.id, right.event.id);
      }),
      { numRuns: 500 },
    );
  });
});

test("no row makes reading fail otherwise than by naming its faults", () => {
  const value = fc.oneof(
    fc.string(),
    fc.integer(),
    fc.boolean(),
    fc.constant(null),
    fc.object({ maxDepth: 1 }),
    fc.constantFrom("opened", "2024-01-01"),
  );
  const raw = fc.dictionary(
    fc.oneof(
      fc.constantFrom("case", "type", "occurred", "recorded", "id", "replaces", "data", "urgent", "age"),
      fc.string(),
    ),
    value,
  );
  fc.assert(
    fc.property(raw, (row) => {
      const found = readEventRow({ type: "opened", case: "c", occurred: "2024-01-01", ...row }, context);
      assert.ok(isEventRow(found) ? found.event.id.length > 0 : found.length > 0);
    }),
    { numRuns: 1_000 },
  );
});
