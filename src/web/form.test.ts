import assert from "node:assert/strict";
import { test } from "node:test";
import { z } from "zod";
import { dateInputItems, emptyForm, formView, isReadable, plainDate, readForm, typedFrom } from "./form.ts";
import { loadMessages } from "./messages.ts";

const t = loadMessages("en");
const schema = z.object({ kind: z.enum(["offer", "missed"]), occurred: plainDate, note: z.string().max(5) });

test("a form that is right gives its values, with three date fields as one date", () => {
  const result = readForm(
    schema,
    { kind: "offer", "occurred-day": "14", "occurred-month": "3", "occurred-year": "2025", note: "" },
    t,
  );
  assert.ok(result.ok);
  assert.deepEqual(result.value, { kind: "offer", occurred: Temporal.PlainDate.from("2025-03-14"), note: "" });
});

test("each fault is a sentence at its field, and what was typed comes back", () => {
  const sent = { kind: "x", "occurred-day": "31", "occurred-month": "2", "occurred-year": "2025", note: "too long" };
  const result = readForm(schema, sent, t);
  assert.ok(!result.ok);
  const view = formView(result.typed, result.faults);
  assert.deepEqual(view.list, [
    { field: "kind", text: "kind must be one of these: offer, missed", href: "#kind" },
    {
      field: "occurred",
      text: "Enter a real date, with day, month and year in figures, such as 14 3 2025",
      href: "#occurred-day",
    },
    { field: "note", text: "note must be 5 characters or fewer", href: "#note" },
  ]);
  assert.equal(view.typed["note"], "too long");
  assert.deepEqual(
    dateInputItems(view, "occurred", t).map((item) => Object.values(item).slice(0, 5)),
    [
      ["occurred-day", "occurred-day", "Day", "govuk-input--width-2 govuk-input--error", "31"],
      ["occurred-month", "occurred-month", "Month", "govuk-input--width-2 govuk-input--error", "2"],
      ["occurred-year", "occurred-year", "Year", "govuk-input--width-4 govuk-input--error", "2025"],
    ],
  );
});

test("an empty date is missing, not impossible; so is a field that was not sent", () => {
  const result = readForm(schema, { "occurred-day": "", "occurred-month": " ", "occurred-year": "", note: "" }, t);
  assert.ok(!result.ok);
  assert.deepEqual(
    result.faults.map(({ text }) => text),
    ["kind is missing", "Enter a date"],
  );
  assert.equal(result.typed["kind"], "");
});

test("a new form has every field of its schema, empty", () => {
  assert.deepEqual(emptyForm(schema), { typed: { kind: "", occurred: "", note: "" }, errors: {}, list: [] });
});

test("only real days are dates", () => {
  for (const text of ["2025-02-29", "2025-13-01", "2025-1", "tomorrow", "25-01-01", "2025-03-14T10:00", "NaN-1-1"]) {
    assert.equal(plainDate.safeParse(text).success, false, text);
  }
  assert.deepEqual(plainDate.parse("2024-2-29"), Temporal.PlainDate.from("2024-02-29"));
});

test("a day in a year that nobody means is refused, and says which years can be meant", () => {
  for (const text of ["1899-12-31", "2201-1-1", "0000-01-01", "9999-12-31"]) {
    const result = readForm(z.object({ on: plainDate }), { on: text }, t);
    assert.ok(!result.ok, text);
    assert.deepEqual(result.faults, [{ field: "on", text: "Enter a date with a year from 1900 to 2200" }]);
  }
  assert.deepEqual(plainDate.parse("1900-01-01"), Temporal.PlainDate.from("1900-01-01"));
  assert.deepEqual(plainDate.parse("2200-12-31"), Temporal.PlainDate.from("2200-12-31"));
});

test("`__proto__` is a name like any other, once, twice and as a date", () => {
  const typed = typedFrom(new URLSearchParams("__proto__=a&__proto__=b&constructor=c"));
  assert.deepEqual(Object.entries(typed), [
    ["__proto__", ["a", "b"]],
    ["constructor", "c"],
  ]);
  assert.equal(Object.getPrototypeOf(typed), Object.prototype);
  const dated = readForm(z.object({}), typedFrom(new URLSearchParams("__proto__-day=1&__proto__-year=2")), t);
  assert.ok(dated.ok);
  assert.equal(Object.getPrototypeOf(dated.typed), Object.prototype);
});

test("NUL and half a character are not text, in a name or a value, alone or in a list", () => {
  const wrong = [{ a: "x\0" }, { "a\0": "x" }, { a: ["x", "\ud800"] }, { a: "\udc00b" }, { "\ud83d": "" }];
  for (const typed of wrong) assert.equal(isReadable(typed), false, JSON.stringify(typed));
  assert.ok(isReadable({ name: ["Siân Ŵyn", "李", "👩‍👧"], note: "two\r\nlines\t", empty: "" }));
});

test("a name sent twice becomes a list", () => {
  assert.deepEqual(typedFrom(new URLSearchParams("a=1&b=2&a=3&a=4")), { a: ["1", "3", "4"], b: "2" });
});
