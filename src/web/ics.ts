/** One entry of a calendar: a whole day, or a moment where the promise counts hours. */
export type CalendarEvent = {
  /** The same for the same promise for ever, so that a new file moves the entry instead of doubling it. */
  readonly uid: string;
  /** Counts up each time the date moves (RFC 5545, 3.8.7.4). */
  readonly sequence: number;
  readonly when: Temporal.PlainDate | Temporal.Instant;
  readonly title: string;
  readonly text: string;
  readonly url: string | null;
  /** A reminder so many days before, or null. */
  readonly remindDaysBefore: number | null;
};

/** A calendar file (RFC 5545) of promises. `stamp` is when it is written: time is given, never taken. Pure. */
export function calendarText(name: string, events: readonly CalendarEvent[], stamp: Temporal.Instant): string {
  const lines = [
    "BEGIN:VCALENDAR",
    "VERSION:2.0",
    "PRODID:-//Handrail//Promises//EN",
    "CALSCALE:GREGORIAN",
    "METHOD:PUBLISH",
    `X-WR-CALNAME:${escaped(name)}`,
    ...events.flatMap((event) => eventLines(event, stamp)),
    "END:VCALENDAR",
  ];
  return lines.map((line) => `${folded(line)}\r\n`).join("");
}

function eventLines(event: CalendarEvent, stamp: Temporal.Instant): readonly string[] {
  return [
    "BEGIN:VEVENT",
    `UID:${escaped(event.uid)}`,
    `SEQUENCE:${event.sequence}`,
    `DTSTAMP:${utc(stamp)}`,
    ...(event.when instanceof Temporal.Instant
      ? [`DTSTART:${utc(event.when)}`]
      : [`DTSTART;VALUE=DATE:${basic(event.when)}`, `DTEND;VALUE=DATE:${basic(event.when.add({ days: 1 }))}`]),
    `SUMMARY:${escaped(event.title)}`,
    `DESCRIPTION:${escaped(event.text)}`,
    ...(event.url === null ? [] : [`URL:${event.url}`]),
    // The day is a promise made to the person, not a meeting: it must not show them as busy.
    "TRANSP:TRANSPARENT",
    ...(event.remindDaysBefore === null
      ? []
      : [
          "BEGIN:VALARM",
          "ACTION:DISPLAY",
          `DESCRIPTION:${escaped(event.title)}`,
          `TRIGGER:-P${event.remindDaysBefore}D`,
          "END:VALARM",
        ]),
    "END:VEVENT",
  ];
}

/** Text values escape backslash, semicolon, comma and line break, and hold no other control character (3.3.11, 3.1). */
function escaped(text: string): string {
  return text
    .replaceAll(/[\\;,]/g, "\\$&")
    .replaceAll(/\r\n|\r|\n/g, "\\n")
    .replaceAll(/[^\P{Cc}\t\u0080-\u009f]/gu, "");
}

const LONGEST_LINE_OCTETS = 75;

/** Lines longer than 75 octets go on in the next one after a space (3.1); never inside a character. */
function folded(line: string): string {
  const encoder = new TextEncoder();
  let result = "";
  let octets = 0;
  for (const character of line) {
    const size = encoder.encode(character).length;
    if (octets + size > LONGEST_LINE_OCTETS) {
      result += "\r\n ";
      octets = 1;
    }
    result += character;
    octets += size;
  }
  return result;
}

function utc(instant: Temporal.Instant): string {
  return instant.toString({ smallestUnit: "second" }).replaceAll(/[-:]/g, "");
}

function basic(date: Temporal.PlainDate): string {
  return date.toString().replaceAll("-", "");
}
