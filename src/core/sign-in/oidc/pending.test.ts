import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { test } from "node:test";
import { CompactEncrypt } from "jose";
import { openPending, type Pending, sealPending } from "./index.ts";

const now = Temporal.Instant.from("2026-03-01T09:00:00Z");
const key = randomBytes(32);
const pending: Pending = {
  provider: "one-login",
  state: "s".repeat(43),
  nonce: "n".repeat(43),
  verifier: "v".repeat(43),
  redirectUri: "https://handrail.example/sign-in/callback",
  askedIdentity: "P2",
  startedAt: now.epochMilliseconds / 1000,
};
const kind = async (sealed: string | undefined, at = now, under = key): Promise<string> => {
  const opened = await openPending(sealed, under, at);
  return opened.ok ? "opened" : opened.refusal.kind;
};

test("a begun sign-in comes back as it was sealed, and says nothing to who carries it", async () => {
  const sealed = await sealPending(pending, key);
  assert.deepEqual(await openPending(sealed, key, now.add({ minutes: 10 })), { ok: true, pending });
  assert.ok(sealed.length < 1_000, `${sealed.length} characters do not fit well into a cookie`);
  const readable = sealed.split(".").map((part) => Buffer.from(part, "base64url").toString("latin1"));
  assert.ok(!readable.some((part) => part.includes(pending.verifier)));
});

test("it does not open after ten minutes, under another key, changed, or where there is none", async () => {
  const sealed = await sealPending(pending, key);
  assert.equal(await kind(sealed, now.add({ minutes: 10, seconds: 1 })), "not-begun");
  assert.equal(await kind(sealed, now.subtract({ minutes: 2 })), "not-begun", "it comes from the future");
  assert.equal(await kind(sealed, now, randomBytes(32)), "not-begun");
  assert.equal(await kind(undefined), "not-begun");
  assert.equal(await kind("x".repeat(100_000)), "not-begun");
  for (let at = 0; at < sealed.length; at += 7) {
    const changed = `${sealed.slice(0, at)}${sealed[at] === "A" ? "B" : "A"}${sealed.slice(at + 1)}`;
    assert.equal(await kind(changed), "not-begun", `changed at ${at}`);
  }
});

test("something else that was sealed under the same key is not a sign-in", async () => {
  const seal = (header: object, value: unknown): Promise<string> =>
    new CompactEncrypt(Buffer.from(JSON.stringify(value)))
      .setProtectedHeader({ alg: "dir", enc: "A256GCM", ...header })
      .encrypt(key);
  assert.equal(await kind(await seal({ typ: "handrail-session" }, pending)), "not-begun");
  assert.equal(await kind(await seal({ typ: "handrail-pending-sign-in" }, { ...pending, role: "x" })), "not-begun");
  assert.equal(await kind(await seal({ typ: "handrail-pending-sign-in" }, { ...pending, state: "" })), "not-begun");
});
