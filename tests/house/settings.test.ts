import assert from "node:assert/strict";
import { test } from "node:test";
import { readSettings } from "../../src/main.ts";

test("where people reach the site is this machine, unless it is said", () => {
  assert.equal(readSettings({}).origin, undefined);
  assert.equal(readSettings({ HANDRAIL_ORIGIN: "http://localhost:8080" }).origin, "http://localhost:8080");
  const origin = "https://handrail.example.org";
  assert.equal(readSettings({ HANDRAIL_HTTPS: "1", HANDRAIL_ORIGIN: origin }).origin, origin);
});

test("an origin that passkeys could not be bound to is refused, and the refusal says what to write", () => {
  const refused = (environment: NodeJS.ProcessEnv, words: RegExp) =>
    assert.throws(() => readSettings(environment), words, JSON.stringify(environment));
  refused({ HANDRAIL_HTTPS: "1" }, /HANDRAIL_ORIGIN is not set/);
  for (const origin of [
    "handrail.example.org",
    "https://handrail.example.org/",
    "https://h.example/path",
    "http://127.0.0.1:3000",
    "http://[::1]:3000",
    "",
    "ftp://h.example",
  ])
    refused({ HANDRAIL_ORIGIN: origin }, /HANDRAIL_ORIGIN=.* is not the address of a site/);
  refused({ HANDRAIL_HTTPS: "1", HANDRAIL_ORIGIN: "http://h.example" }, /write https/);
  refused({ HANDRAIL_ORIGIN: "https://h.example" }, /set HANDRAIL_HTTPS=1/);
});

test("levels and numbers that make no sense are refused by name", () => {
  assert.equal(readSettings({}).minimumLevels["one-login"], "P2");
  assert.throws(() => readSettings({ HANDRAIL_ONE_LOGIN_MINIMUM: "P9" }), /HANDRAIL_ONE_LOGIN_MINIMUM=P9.*P1, P2, P3/);
  assert.equal(readSettings({}).proxies, 0);
  assert.equal(readSettings({ HANDRAIL_HTTPS: "1", HANDRAIL_ORIGIN: "https://h.example" }).proxies, 1);
  assert.throws(() => readSettings({ HANDRAIL_PROXIES: "one" }), /HANDRAIL_PROXIES=one/);
});
