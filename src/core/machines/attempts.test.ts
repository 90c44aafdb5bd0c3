/** Limits on wrong secrets: who is stopped, and who never is. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { createAttempts, FAILURE_WINDOW_SECONDS, MOST_FAILURES, MOST_FAILURES_OF_ADDRESS } from "./index.ts";

const now = Temporal.Instant.from("2025-03-12T09:30:00Z");
const real = { clientId: "machine-a", secret: "right", address: "192.0.2.1" };
const guess = { ...real, secret: "wrong" };

test("after ten wrong secrets an address waits for that program, until ten minutes have gone", () => {
  const attempts = createAttempts();
  for (let index = 0; index < MOST_FAILURES; index++) {
    assert.equal(attempts.wait(guess, now), null);
    attempts.failed(guess, now);
  }
  assert.equal(attempts.wait(guess, now), FAILURE_WINDOW_SECONDS);
  assert.equal(attempts.wait(guess, now.add({ seconds: 100 })), FAILURE_WINDOW_SECONDS - 100);
  assert.equal(attempts.wait(guess, now.add({ seconds: FAILURE_WINDOW_SECONDS })), null);
});

test("a guesser elsewhere does not lock the program out at its own address", () => {
  const attempts = createAttempts();
  for (let index = 0; index < 1_000; index++) attempts.failed({ ...guess, address: "198.51.100.7" }, now);
  assert.notEqual(attempts.wait({ ...real, address: "198.51.100.7" }, now), null);
  assert.equal(attempts.wait(real, now), null);
});

test("nor one at the same address, once the right secret came from there", () => {
  const attempts = createAttempts();
  attempts.succeeded(real);
  for (let index = 0; index < 1_000; index++) attempts.failed(guess, now);
  assert.notEqual(attempts.wait(guess, now), null);
  assert.equal(attempts.wait(real, now), null);
});

test("an address that tries one program after another waits too", () => {
  const attempts = createAttempts();
  for (let index = 0; index < MOST_FAILURES_OF_ADDRESS; index++)
    attempts.failed({ ...guess, clientId: `machine-${index}` }, now);
  assert.notEqual(attempts.wait({ ...guess, clientId: "machine-new" }, now), null);
  assert.equal(attempts.wait({ ...guess, clientId: "machine-new", address: "192.0.2.2" }, now), null);
});

test("a right secret forgets the wrong ones before it", () => {
  const attempts = createAttempts();
  for (let index = 1; index < MOST_FAILURES; index++) attempts.failed(guess, now);
  attempts.succeeded(real);
  attempts.failed(guess, now);
  assert.equal(attempts.wait(guess, now), null);
});
