import assert from "node:assert/strict";
import { test } from "node:test";
import { addressLines, notifyOutcome } from "./notify.ts";
import { afterAttempt, type Attempted, backoff, MOST_ATTEMPTS, nextReceiptLook, resolveDoubt } from "./outcome.ts";
import { smtpOutcome } from "./smtp.ts";

const now = Temporal.Instant.from("2026-03-02T12:00:00Z");
const attempt = (over: Partial<Attempted> = {}): Attempted => ({
  provider: "notify",
  channel: "email",
  attempts: 1,
  doubts: 0,
  now,
  ...over,
});
const answered = (status: number, message = "", headers: Record<string, string> = {}) =>
  notifyOutcome({ response: { status, headers, data: { errors: [{ message }] } } }, now);

test("Notify's answers: the address is wrong, the message is refused, later, or nobody knows", () => {
  assert.equal(answered(400, "email_address Not a valid email address").kind, "bad-contact");
  assert.equal(answered(400, "Missing personalisation: body").kind, "refused");
  assert.deepEqual(answered(403), { kind: "later", reason: "notify-key", after: null, stops: "all" });
  assert.equal(answered(413).kind, "refused");
  for (const status of [500, 502, 503, 504]) assert.equal(answered(status).kind, "in-doubt", String(status));
  assert.equal(notifyOutcome({ code: "ECONNREFUSED" }, now).kind, "later");
  for (const code of ["ECONNRESET", "ECONNABORTED", "ETIMEDOUT"])
    assert.equal(notifyOutcome({ code }, now).kind, "in-doubt", code);
});

test("Notify's Retry-After is kept to, in seconds or as a date, an hour at most", () => {
  const after = (header: string | undefined): number | undefined => {
    const outcome = answered(429, "", header === undefined ? {} : { "retry-after": header });
    return outcome.kind === "later" ? outcome.after?.total("seconds") : undefined;
  };
  assert.deepEqual(
    ["90", "Mon, 02 Mar 2026 12:01:00 GMT", "Mon, 02 Mar 2026 11:00:00 GMT", "999999", "soon", undefined].map(after),
    [90, 60, 1, 3600, 10, 10],
  );
  const today = answered(429, "Exceeded send limits (email: 250000) for today");
  assert.equal(today.kind === "later" ? today.after?.total("minutes") : null, 30);
});

test("a mail server's answers: 4yz again, 5yz not; silence is doubt only once a connection stood", () => {
  assert.equal(smtpOutcome({ responseCode: 550, command: "RCPT TO" }).kind, "bad-contact");
  assert.equal(smtpOutcome({ responseCode: 554, command: "DATA" }).kind, "refused");
  assert.deepEqual(smtpOutcome({ responseCode: 451, command: "RCPT TO" }), {
    kind: "later",
    reason: "smtp-451",
    after: null,
    stops: "this",
  });
  const stopsAll = (failure: Parameters<typeof smtpOutcome>[0]): boolean => {
    const outcome = smtpOutcome(failure);
    return outcome.kind === "later" && outcome.stops === "all";
  };
  assert.ok(stopsAll({ responseCode: 535, code: "EAUTH", command: "AUTH PLAIN" }));
  assert.ok(stopsAll({ responseCode: 553, command: "MAIL FROM" }));
  assert.ok(stopsAll({ code: "ESOCKET", command: "CONN", syscall: "connect" }));
  assert.ok(stopsAll({ code: "ETIMEDOUT", command: "CONN", message: "Greeting never received" }));
  assert.equal(
    smtpOutcome({ code: "ECONNECTION", command: "CONN", message: "Connection closed unexpectedly" }).kind,
    "in-doubt",
  );
  assert.equal(smtpOutcome({ code: "ETIMEDOUT", command: "CONN", message: "Timeout" }).kind, "in-doubt");
});

test("a message that is put off for itself is tried for about a day; one that waits for a provider is kept for ever", () => {
  const later = { kind: "later", reason: "x", after: null } as const;
  assert.equal(afterAttempt({ ...later, stops: "this" }, attempt({ attempts: MOST_ATTEMPTS })).state, "failed");
  assert.equal(afterAttempt({ ...later, stops: "all" }, attempt({ attempts: 10_000 })).state, "queued");
  const waits = Array.from({ length: MOST_ATTEMPTS }, (_, index) => backoff(index + 1).total("minutes"));
  assert.deepEqual(waits.slice(0, 4), [0.25, 0.5, 1, 2]);
  const hours = waits.reduce((sum, each) => sum + each, 0) / 60;
  assert.ok(hours > 20 && hours < 30, `${hours} hours`);
});

test("doubt: Notify is asked, an e-mail goes once more and then comes before staff", () => {
  assert.deepEqual(
    [0, 1, 9].map((doubts) => resolveDoubt("notify", doubts)),
    ["ask", "ask", "ask"],
  );
  assert.deepEqual(
    [0, 1].map((doubts) => resolveDoubt("smtp", doubts)),
    ["send-again", "give-up"],
  );
  const change = afterAttempt({ kind: "in-doubt", reason: "x" }, attempt());
  assert.deepEqual([change.state, "dueAt" in change && String(change.dueAt)], ["sending", "2026-03-02T12:02:00Z"]);
});

test("what became of a message is asked ever less often, and after three days no more", () => {
  const looks = [0.2, 5, 30, 71, 72].map((hours) => {
    const next = nextReceiptLook(now.subtract({ minutes: hours * 60 }), now);
    return next === null ? null : now.until(next).total("minutes");
  });
  assert.deepEqual(looks, [15, 120, 720, 720, null]);
});

test("a long address is folded into Notify's seven lines, the postcode last", () => {
  const lines = [
    "Flat 1",
    "The House",
    "The Yard",
    "Long Lane",
    "Little Hamlet",
    "Village",
    "Town",
    "County",
    "NS1 1AA",
  ];
  assert.deepEqual(Object.values(addressLines(lines.join("\n"))), [
    ...lines.slice(0, 5),
    "Village, Town, County",
    "NS1 1AA",
  ]);
  assert.deepEqual(addressLines("Ann\n1 High Street\nNS1 1AA"), {
    address_line_1: "Ann",
    address_line_2: "1 High Street",
    address_line_3: "NS1 1AA",
  });
});
