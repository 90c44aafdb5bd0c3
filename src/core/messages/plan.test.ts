import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { link, reminder } from "../../../tests/harness/messages.ts";
import { NEEDS, NO_PREFERENCES } from "./facts.ts";
import { endOfQuiet, isAddress, planDelivery, type PlanInput, type Reachable } from "./plan.ts";
import { CHANNELS, type Template, template } from "./templates.ts";

const NOON = Temporal.Instant.from("2026-03-02T12:00:00Z");
const NIGHT = Temporal.Instant.from("2026-03-02T22:30:00Z");
const everything: Reachable = {
  email: "ann@example.org",
  telephone: "07700 900001",
  address: ["1 High Street", "NS1 1AA"],
  language: null,
  unusable: [],
};
const input = (over: Partial<PlanInput> = {}): PlanInput => ({
  message: { urgent: false, askedChannel: null, notAfter: null },
  template: link,
  contact: everything,
  preferences: NO_PREFERENCES,
  needs: [],
  died: false,
  available: CHANNELS,
  now: NOON,
  timeZone: "Europe/London",
  ...over,
});
const says = (over: Partial<PlanInput>): string => {
  const plan = planDelivery(input(over));
  switch (plan.kind) {
    case "send":
      return `${plan.channel} ${plan.language} ${plan.format}`;
    case "wait":
      return `wait ${plan.why} ${plan.until.toString()}`;
    case "cancel":
      return `cancel ${plan.why}`;
    case "unmet":
      return plan.why === "need" ? `unmet ${plan.need}` : `unmet ${plan.why}`;
  }
};
const prefer = (over: Partial<PlanInput["preferences"]>): Partial<PlanInput> => ({
  preferences: { ...NO_PREFERENCES, ...over },
});

test("a message goes by the first channel the person prefers, then by the next that can reach them", () => {
  assert.equal(says({}), "email en standard");
  assert.equal(says(prefer({ channels: ["letter"] })), "letter en standard");
  assert.equal(
    says({ ...prefer({ channels: ["text"] }), contact: { ...everything, telephone: " " } }),
    "email en standard",
  );
  assert.equal(says({ contact: { ...everything, unusable: ["email"] } }), "text en standard");
  assert.equal(says({ available: ["letter"] }), "letter en standard");
});

test("it is written in the language the person chose, else the one on record, else English", () => {
  assert.equal(says({ contact: { ...everything, language: "cy-GB" } }), "email cy standard");
  assert.equal(
    says({ ...prefer({ language: "en" }), contact: { ...everything, language: "cy" } }),
    "email en standard",
  );
  assert.equal(says({ contact: { ...everything, language: "pl" } }), "email en standard");
});

test("nothing goes to the dead, whatever it is", () => {
  const urgent = { urgent: true, askedChannel: "email", notAfter: null } as const;
  assert.equal(says({ died: true, message: urgent }), "cancel died");
});

test("what is switched off is not sent, what is essential cannot be switched off", () => {
  assert.equal(says({ template: reminder, ...prefer({ switchedOff: [reminder.id] }) }), "cancel switched-off");
  assert.equal(says(prefer({ switchedOff: [link.id] })), "email en standard");
});

test("a message that is worth nothing any more is not sent, even when quiet hours made it late", () => {
  const message = { urgent: false, askedChannel: null, notAfter: NOON };
  assert.equal(says({ message }), "email en standard");
  assert.equal(says({ message, now: NOON.add({ seconds: 1 }) }), "cancel too-late");
});

test("each need that no message of ours can meet comes before a member of staff", () => {
  for (const need of ["braille", "audio", "bsl-video", "contact-by-telephone", "easy-read", "large-print"] as const)
    assert.equal(says({ needs: [need] }), `unmet ${need}`);
  assert.equal(says({ needs: ["interpreter"] }), "email en standard", "an interpreter is for talking");
  assert.equal(says({ template: reminder, needs: ["contact-by-letter"] }), "unmet contact-by-letter");
});

test("a need for one way of contact is kept to, even when that way does not work", () => {
  assert.equal(says({ needs: ["contact-by-letter"] }), "letter en standard");
  assert.equal(says({ needs: ["contact-by-text"], contact: { ...everything, telephone: null } }), "unmet no-contact");
  assert.equal(
    says({ needs: ["contact-by-text"], contact: { ...everything, unusable: ["text"] } }),
    "unmet unusable-contact",
  );
});

test("large print is met on the person's own screen only when they chose it, never by our letter", () => {
  assert.equal(says({ needs: ["large-print"], ...prefer({ channels: ["email"] }) }), "email en standard");
  assert.equal(says({ needs: ["large-print"], ...prefer({ channels: ["letter"] }) }), "unmet large-print");
  assert.equal(says({ needs: ["large-print", "contact-by-text"] }), "text en standard");
});

test("easy read is sent where a template has it", () => {
  const both: Template = { ...link, easyRead: link.words };
  assert.equal(says({ template: both, needs: ["easy-read"] }), "email en easy-read");
});

test("what a person asked for by a channel just now goes by it, whatever they prefer otherwise", () => {
  const message = { urgent: true, askedChannel: "text", notAfter: null } as const;
  assert.equal(says({ message, needs: ["braille"], ...prefer({ channels: ["letter"] }) }), "text en standard");
  assert.equal(says({ message, contact: { ...everything, telephone: null } }), "unmet no-contact");
});

test("an address that is not one, or hides a second, is not used", () => {
  for (const email of [
    "a@b.c, d@e.f",
    "a@b.c;d@e.f",
    "<a@b.c>",
    "a@b.c\nBcc: d@e.f",
    "a b@c.d",
    "@c.d",
    "a@",
    "a@b@c",
    `${"a".repeat(255)}@b.c`,
  ])
    assert.ok(!isAddress("email", email), email.slice(0, 40));
  for (const email of ["ann@example.org", "o'neil+x@sub.example.org", "łucja@przykład.pl"])
    assert.ok(isAddress("email", email), email);
  for (const telephone of ["ring me", "07700 900001 or 2", "+", "1".repeat(31), "0770\u00000"])
    assert.ok(!isAddress("text", telephone), telephone);
  for (const telephone of ["07700 900001", "+44 (0)7700-900.001"]) assert.ok(isAddress("text", telephone), telephone);
  assert.ok(isAddress("letter", "Flat 1\n1 High Street\nNS1 1AA"));
  assert.ok(!isAddress("letter", "x\n".repeat(13)));
  assert.ok(!isAddress("letter", "x".repeat(201)));
  assert.equal(says({ contact: { ...everything, email: "a@b.c, d@e.f" } }), "text en standard");
  assert.equal(
    says({ contact: { ...everything, email: "a@b.c, d@e.f", telephone: null, address: [] } }),
    "unmet unusable-contact",
  );
});

test("without contact a message comes before staff; without a provider it waits", () => {
  assert.equal(says({ contact: null }), "unmet no-contact");
  assert.equal(says({ contact: { ...everything, email: null, telephone: null, address: [""] } }), "unmet no-contact");
  assert.equal(says({ available: [] }), "wait no-provider 2026-03-02T12:05:00Z");
});

test("quiet hours keep what can wait until they end", () => {
  assert.equal(says({ now: NIGHT }), "wait quiet-hours 2026-03-03T08:00:00Z");
  assert.equal(
    says({ now: NIGHT, message: { urgent: true, askedChannel: null, notAfter: null } }),
    "email en standard",
  );
  assert.equal(says({ now: NIGHT, ...prefer({ quietHours: null }) }), "email en standard");
  assert.equal(
    says({ now: NOON, ...prefer({ quietHours: { from: "11:00", to: "13:30" } }) }),
    "wait quiet-hours 2026-03-02T13:30:00Z",
  );
});

test("quiet hours are local: in summer they end an hour earlier by the world's clock, and over the change of clocks too", () => {
  const until = (at: string, from = "21:00", to = "08:00"): string =>
    String(endOfQuiet({ from, to }, Temporal.Instant.from(at), "Europe/London"));
  assert.equal(until("2026-07-01T21:00:00Z"), "2026-07-02T07:00:00Z");
  assert.equal(until("2026-03-28T23:00:00Z"), "2026-03-29T07:00:00Z", "the night the clocks go forward");
  assert.equal(until("2026-10-24T22:00:00Z"), "2026-10-25T08:00:00Z", "the night they go back");
  assert.equal(until("2026-07-01T12:00:00Z"), "null");
});

test("whatever the person needs and prefers: nothing quiet at night, nothing by a way they did not allow, always an end", () => {
  const hour = fc.integer({ min: 0, max: 23 }).map((each) => `${String(each).padStart(2, "0")}:00`);
  fc.assert(
    fc.property(
      fc.record({
        needs: fc.subarray([...NEEDS]),
        channels: fc.shuffledSubarray([...CHANNELS]),
        unusable: fc.subarray([...CHANNELS]),
        available: fc.subarray([...CHANNELS]),
        from: hour,
        to: hour,
        now: fc.integer({ min: 0, max: 400 * 24 * 4 }).map((quarters) => NOON.add({ minutes: 15 * quarters })),
        urgent: fc.boolean(),
        email: fc.option(fc.constant("ann@example.org")),
      }),
      (given) => {
        const plan = planDelivery(
          input({
            needs: given.needs,
            available: given.available,
            now: given.now,
            preferences: {
              ...NO_PREFERENCES,
              channels: given.channels,
              quietHours: { from: given.from, to: given.to },
            },
            contact: { ...everything, email: given.email, unusable: given.unusable },
            message: { urgent: given.urgent, askedChannel: null, notAfter: null },
          }),
        );
        if (plan.kind === "wait") assert.ok(Temporal.Instant.compare(plan.until, given.now) > 0);
        if (plan.kind !== "send") return;
        assert.ok(!given.unusable.includes(plan.channel) && given.available.includes(plan.channel));
        assert.ok(!given.needs.includes("braille") && !given.needs.includes("contact-by-telephone"));
        const only = CHANNELS.filter((channel) => given.needs.includes(`contact-by-${channel}`));
        assert.ok(only.length === 0 || only.includes(plan.channel));
        const local = given.now.toZonedDateTimeISO("Europe/London").toPlainTime().toString().slice(0, 5);
        const { from, to } = given;
        const quiet = from <= to ? local >= from && local < to : local >= from || local < to;
        // An hour that comes twice, when the clocks go back, may be quiet once.
        if (quiet && !given.urgent) assert.equal(given.now.toZonedDateTimeISO("Europe/London").toPlainDate().month, 10);
      },
    ),
    { numRuns: 2_000 },
  );
});

test("a template's words cannot be written with what it does not declare", () => {
  template({
    ...reminder,
    placeholders: ["date"],
    words: reminder.words,
  });
  const diagnosis = {
    ...reminder,
    id: "trial.wrong",
    words: { ...reminder.words, en: { text: "Your {diagnosis} on {date}" } },
  } as const;
  // @ts-expect-error: {diagnosis} is not a placeholder
  template(diagnosis);
});
