import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { challengeText, counterVerdict, readChallenge } from "./challenge.ts";
import { CODE_LETTERS, codeHolds, codeMinutes, printedCode, typedCode, whatACodeGives } from "./code.ts";
import { deviceName } from "./device.ts";
import { countedAddress, isShutOut, isShutOutOfCode, stillCountedLinks } from "./limits.ts";
import { checkName, freeName } from "./passkey-name.ts";
import { personName } from "./person-name.ts";
import {
  actsForOthers,
  isFresh,
  mayAddPasskey,
  opensPosts,
  provedLately,
  sessionHolds,
  type WayIn,
} from "./session.ts";

const now = Temporal.Instant.from("2026-03-02T09:00:00Z");
const after = (duration: Temporal.DurationLike) => now.add(duration);

test("a session ends after its pause, after twelve hours, and when it was ended", () => {
  const holds = (way: WayIn, lastSeen: Temporal.DurationLike, at: Temporal.DurationLike) =>
    sessionHolds({ way, beganAt: now, lastSeenAt: after(lastSeen), endedAt: null }, after(at));
  assert.equal(holds("passkey", { hours: 2 }, { hours: 2, minutes: 59 }), true);
  assert.equal(holds("passkey", { hours: 2 }, { hours: 3 }), false);
  assert.equal(holds("link", { hours: 2 }, { hours: 2, minutes: 30 }), false);
  assert.equal(holds("helped", { hours: 2 }, { hours: 2, minutes: 14 }), true);
  assert.equal(holds("helped", { hours: 2 }, { hours: 2, minutes: 15 }), false);
  assert.equal(holds("passkey", { hours: 11, minutes: 59 }, { hours: 12 }), false, "however busy somebody is");
  assert.equal(sessionHolds({ way: "passkey", beganAt: now, lastSeenAt: now, endedAt: now }, now), false);
});

test("a proof is fresh for its minutes and not at their end", () => {
  assert.equal(isFresh(null, now), false);
  assert.equal(isFresh(after({ minutes: 5 }), after({ minutes: 4, seconds: 59 })), true);
  assert.equal(isFresh(after({ minutes: 5 }), after({ minutes: 5 })), false);
});

test("a passkey may be added soon after a link or code, or after a fresh proof, and otherwise not", () => {
  const may = (way: WayIn, minutes: number, freshUntil: Temporal.Instant | null = null) =>
    mayAddPasskey({ way, since: now, freshUntil }, after({ minutes }));
  assert.equal(may("link", 14), true);
  assert.equal(may("link", 15), false);
  assert.equal(may("passkey", 1), false);
  assert.equal(may("provider", 1), false);
  assert.equal(may("demonstration", 1), true);
  assert.equal(may("passkey", 1, after({ minutes: 5 })), true);
});

test("what a post opens is open by passkey and provider alone, and nobody acts for others in a session that was helped", () => {
  const ways: readonly WayIn[] = ["passkey", "provider", "demonstration", "link", "code", "helped"];
  assert.deepEqual(ways.filter(opensPosts), ["passkey", "provider", "demonstration"]);
  assert.deepEqual(
    ways.filter((way) => !actsForOthers(way)),
    ["helped"],
  );
});

test("sessions are ended after a proof of some minutes ago, by whatever way somebody has", () => {
  const proved = (way: WayIn, minutes: number, freshUntil: Temporal.Instant | null = null) =>
    provedLately({ way, since: now, freshUntil }, after({ minutes }));
  assert.equal(proved("passkey", 4, after({ minutes: 5 })), true);
  assert.equal(proved("passkey", 5, after({ minutes: 5 })), false);
  assert.equal(proved("provider", 4), true);
  assert.equal(proved("provider", 5), false);
  assert.equal(proved("code", 14), true);
  assert.equal(proved("code", 15), false);
});

test("codes hold as long as NIST allows for their way: a day by e-mail, 21 days by post, 15 minutes in person", () => {
  assert.equal(codeMinutes("enrol", "email"), 1440);
  assert.equal(codeMinutes("enrol", "post"), 30_240);
  assert.equal(codeMinutes("enrol", "in-person"), 15);
  assert.equal(codeMinutes("administrator", "terminal"), 60);
  assert.ok(codeMinutes("sign-in", "email") < codeMinutes("enrol", "email"));
  assert.equal(codeHolds({ expiresAt: after({ minutes: 1 }), usedAt: null }, after({ minutes: 1 })), false);
  assert.equal(codeHolds({ expiresAt: after({ minutes: 1 }), usedAt: now }, now), false);
});

test("a code is read however it is typed, and nothing else is taken for one", () => {
  for (const typed of ["7K3M-9XQ2", "7k3m9xq2", " 7k3m 9xq2 ", "7K3M–9XQ2", "７Ｋ３Ｍ９ＸＱ２"])
    assert.equal(typedCode(typed), "7K3M9XQ2", typed);
  assert.equal(typedCode("OIL0-1111"), "01101111", "letters that are mixed up in print");
  for (const typed of ["", "7K3M-9XQ", "7K3M-9XQ22", "7K3M-9XQU", "x".repeat(1_000_000)])
    assert.equal(typedCode(typed), null);
  fc.assert(
    fc.property(
      fc.array(fc.constantFrom(...CODE_LETTERS), { minLength: 8, maxLength: 8 }).map((letters) => letters.join("")),
      (code) => typedCode(printedCode(code).toLowerCase()) === code,
    ),
  );
});

test("whoever works here cannot come in by a link alone: it only lets them add a passkey", () => {
  assert.equal(whatACodeGives("enrol", true), "enrolment-only");
  assert.equal(whatACodeGives("sign-in", true), "enrolment-only");
  assert.equal(whatACodeGives("administrator", false), "enrolment-only");
  assert.equal(whatACodeGives("enrol", false), "visit");
});

test("an address is shut out after its failures, until the window is over", () => {
  const failed = (failures: number) => ({ failures, countingSince: now });
  assert.equal(isShutOut("code", failed(9), now), false);
  assert.equal(isShutOut("code", failed(10), after({ minutes: 14 })), true);
  assert.equal(isShutOut("code", failed(10), after({ minutes: 15 })), false);
  assert.equal(isShutOut("passkey", failed(10), now), false, "each way is counted apart");
  assert.equal(isShutOut("code", null, now), false);
  assert.equal(isShutOutOfCode(failed(5), now), true);
  assert.deepEqual(stillCountedLinks({ answered: 5, countingSince: now }, after({ minutes: 59 })).answered, 5);
  assert.deepEqual(stillCountedLinks({ answered: 5, countingSince: now }, after({ hours: 1 })).answered, 0);
});

test("an IPv6 address counts as the network it comes from, and a mapped IPv4 address as itself", () => {
  assert.equal(countedAddress("203.0.113.7"), "203.0.113.7");
  assert.equal(countedAddress("::ffff:203.0.113.7"), "203.0.113.7");
  assert.equal(countedAddress("2001:db8:1:2:aaaa:bbbb:cccc:dddd"), "2001:db8:1:2::/64");
  assert.equal(countedAddress("2001:0DB8:1:2::1"), "2001:db8:1:2::/64");
  assert.equal(countedAddress("::1"), "0:0:0:0::/64");
  assert.equal(countedAddress("fe80::1%eth0"), "fe80:0:0:0::/64");
  assert.equal(countedAddress("unknown"), "unknown");
});

test("a counter that stands still or goes back means a copy; one that never counts does not", () => {
  assert.equal(counterVerdict(0, 0), "in-order");
  assert.equal(counterVerdict(0, 1), "in-order");
  assert.equal(counterVerdict(7, 8), "in-order");
  assert.equal(counterVerdict(7, 7), "copied");
  assert.equal(counterVerdict(7, 6), "copied");
  assert.equal(counterVerdict(7, 0), "copied");
});

test("a challenge is read as it was written, and other text is none", () => {
  const challenge = { nonce: "n".repeat(22), expiresAt: after({ minutes: 10 }), seal: "s".repeat(43) };
  assert.deepEqual(readChallenge(challengeText(challenge)), challenge);
  fc.assert(fc.property(fc.string(), (text) => readChallenge(text) === null));
});

test("a passkey's name is kept as it was meant, and one that could deceive its owner is refused", () => {
  const fault = (name: string, others: readonly string[] = []) => {
    const checked = checkName(name, others);
    return checked.ok ? checked.name : checked.fault;
  };
  assert.equal(fault("  My   phone "), "My phone");
  assert.equal(fault("Ffôn Gwenllian"), "Ffôn Gwenllian");
  assert.equal(fault("Телефон"), "Телефон", "one alphabet, whichever it is");
  assert.equal(fault(" "), "missing");
  assert.equal(fault("x".repeat(61)), "too-long");
  assert.equal(fault("x".repeat(10_000_000)), "too-long");
  assert.equal(fault("My\u202Eenohp"), "hidden-signs");
  assert.equal(fault("My\u200Bphone"), "hidden-signs");
  assert.equal(fault("My phone\u0000"), "hidden-signs");
  assert.equal(fault("Му рhone"), "mixed-scripts");
  assert.equal(fault("my PHONE", ["My phone"]), "looks-the-same");
  assert.equal(fault("My ph0ne", ["My phone"]), "looks-the-same");
  assert.equal(fault("My phoné", ["My phone"]), "looks-the-same");
  assert.equal(fault("сору", ["copy"]), "looks-the-same", "Cyrillic letters that are drawn like Latin ones");
  assert.equal(fault("My tablet", ["My phone"]), "My tablet");
  assert.equal(freeName("Chrome, Windows", ["Chrome, Windows"]), "Chrome, Windows 2");
});

test("a person's name is one in any alphabet, and nothing that only looks like one", () => {
  const fault = (text: string) => {
    const checked = personName(text);
    return checked.ok ? checked.name : checked.fault;
  };
  for (const name of [
    "Femi Adeyemi",
    "Ng",
    "O’Brien-Lewis",
    "Πηνελόπη",
    "李小龍",
    "ශ්\u200Dරී",
    "علی\u200Cرضا",
    "Björk 2",
  ])
    assert.equal(fault(name), name.normalize("NFC"), name);
  assert.equal(fault(" Ann\n Okafor\u2028"), "Ann Okafor");
  assert.equal(fault(" \t"), "missing");
  assert.equal(fault("x".repeat(201)), "too-long");
  assert.equal(fault("x".repeat(10_000_000)), "too-long");
  for (const name of ["12345", "---", "😀", "̀"]) assert.equal(fault(name), "no-letter", name);
  for (const name of [
    "Ann\u202Eafor",
    "Ann\u2066",
    "A\u0000nn",
    "A\u001Bnn",
    "An\u200Dn",
    "An\u200Bn",
    "\u200F",
    "\uFEFFAnn\u00AD",
  ])
    assert.equal(fault(name), "hidden-signs", JSON.stringify(name));
});

test("a browser is named in few words, whatever it says", () => {
  const chrome =
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0 Safari/537.36";
  assert.equal(deviceName(chrome), "Chrome, Windows");
  assert.equal(deviceName(`${chrome} Edg/140.0`), "Edge, Windows");
  assert.equal(
    deviceName("Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) Version/18.0 Safari/604.1"),
    "Safari, iPhone",
  );
  assert.equal(deviceName(null), "Browser");
  assert.equal(deviceName("<script>"), "Browser");
});
