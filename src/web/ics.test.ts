import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { calendarText, type CalendarEvent } from "./ics.ts";

const stamp = Temporal.Instant.from("2025-02-11T09:00:00Z");
const promise: CalendarEvent = {
  uid: "promise-1@northshore",
  sequence: 2,
  when: Temporal.PlainDate.from("2025-03-14"),
  title: "Hip specialist, at the latest",
  text: "Legal right; 90 days.\nRing 01632 960000",
  url: "https://northshore.example/people/1",
  remindDaysBefore: 7,
};

test("a promise is a whole day in the calendar, with a reminder, and keeps its name when it moves", () => {
  assert.equal(
    calendarText("Promises", [promise], stamp),
    [
      "BEGIN:VCALENDAR",
      "VERSION:2.0",
      "PRODID:-//Handrail//Promises//EN",
      "CALSCALE:GREGORIAN",
      "METHOD:PUBLISH",
      "X-WR-CALNAME:Promises",
      "BEGIN:VEVENT",
      "UID:promise-1@northshore",
      "SEQUENCE:2",
      "DTSTAMP:20250211T090000Z",
      "DTSTART;VALUE=DATE:20250314",
      "DTEND;VALUE=DATE:20250315",
      "SUMMARY:Hip specialist\\, at the latest",
      "DESCRIPTION:Legal right\\; 90 days.\\nRing 01632 960000",
      "URL:https://northshore.example/people/1",
      "TRANSP:TRANSPARENT",
      "BEGIN:VALARM",
      "ACTION:DISPLAY",
      "DESCRIPTION:Hip specialist\\, at the latest",
      "TRIGGER:-P7D",
      "END:VALARM",
      "END:VEVENT",
      "END:VCALENDAR",
      "",
    ].join("\r\n"),
  );
});

test("a promise counted in hours is a moment in universal time", () => {
  const text = calendarText(
    "Promises",
    [{ ...promise, when: Temporal.Instant.from("2025-02-11T12:10:00Z"), remindDaysBefore: null }],
    stamp,
  );
  assert.match(text, /\r\nDTSTART:20250211T121000Z\r\n/);
  assert.doesNotMatch(text, /VALARM|DTEND/);
});

test("whatever a title holds, no line is longer than 75 octets and unfolding gives the title back", () => {
  fc.assert(
    fc.property(fc.string({ unit: "grapheme", maxLength: 200 }), (title) => {
      const text = calendarText("x", [{ ...promise, title }], stamp);
      for (const line of text.split("\r\n")) assert.ok(Buffer.byteLength(line) <= 75, line);
      assert.doesNotMatch(text.replaceAll("\r\n", ""), /[\r\n]/);
      const unfolded = text.replaceAll("\r\n ", "");
      const written = /\r\nSUMMARY:([^\r\n]*)\r\n/.exec(unfolded)?.[1] ?? "";
      const read = written.replaceAll(/\\(.)/g, (_, letter: string) => (letter === "n" ? "\n" : letter));
      assert.equal(
        read,
        title.replaceAll(/\r\n|\r/g, "\n").replaceAll(/(?!\n|\t)\p{Cc}/gu, (sign) => (sign >= "\u0080" ? sign : "")),
      );
    }),
  );
});
