import assert from "node:assert/strict";
import { test } from "node:test";
import { reaches, type RefusalKind, visitorAnswer } from "./index.ts";
import { quoted } from "./refusal.ts";

test("who forges a token is told the same, whichever check it failed", () => {
  const forged: readonly RefusalKind[] = [
    "wrong-algorithm",
    "unknown-key",
    "wrong-signature",
    "wrong-issuer",
    "wrong-audience",
    "wrong-subject",
    "wrong-nonce",
    "expired",
    "not-yet-valid",
    "malformed",
    "wrong-provider",
  ];
  assert.deepEqual([...new Set(forged.map(visitorAnswer))], ["did-not-work"]);
});

test("who is honest is told what to do next", () => {
  assert.equal(visitorAnswer("denied"), "you-can-start-again");
  assert.equal(visitorAnswer("code-refused"), "begin-again");
  assert.equal(visitorAnswer("provider-down"), "try-later");
  assert.equal(visitorAnswer("identity-not-proved"), "prove-it-another-way");
});

test("what came from outside stays on one line of the log", () => {
  assert.equal(quoted('a\n"b"\u2028é'), '"a\\n\\"b\\"??"');
  assert.equal(quoted("x".repeat(1_000)).length, 82);
  assert.equal(quoted({ toString: () => "x" }), '"object"');
});

test("levels reach each other within a framework and never across", () => {
  const p2 = { framework: "gpg45", level: "P2" } as const;
  assert.equal(reaches({ framework: "gpg45", level: "P3" }, p2), true);
  assert.equal(reaches(p2, p2), true);
  assert.equal(reaches({ framework: "gpg45", level: "P1" }, p2), false);
  assert.equal(reaches({ framework: "nhs-login", level: "P9" }, p2), false);
  assert.equal(reaches({ framework: "gpg45", level: "P9" }, p2), false);
  assert.equal(reaches(null, p2), false);
});
