import assert from "node:assert/strict";
import { test } from "node:test";
import { addressOf, noteAddress } from "./address.ts";

function request(forwarded?: string): Request {
  const made = new Request(
    "http://localhost/",
    forwarded === undefined ? {} : { headers: { "x-forwarded-for": forwarded } },
  );
  noteAddress(made, "10.0.0.1");
  return made;
}

test("without a proxy of one's own the address is the connection's, whatever the request says", () => {
  assert.equal(addressOf(request("203.0.113.7"), 0), "10.0.0.1");
  assert.equal(addressOf(new Request("http://localhost/"), 0), "unknown");
});

test("behind proxies it is what the outermost of them wrote, and nothing further left, which anybody can invent", () => {
  assert.equal(addressOf(request("192.0.2.66, 203.0.113.7"), 1), "203.0.113.7");
  assert.equal(addressOf(request("192.0.2.66, 203.0.113.7, 10.0.0.2"), 2), "203.0.113.7");
  assert.equal(addressOf(request("2001:db8::1"), 1), "2001:db8::1");
  assert.equal(addressOf(request(), 1), "10.0.0.1");
  assert.equal(addressOf(request("203.0.113.7"), 3), "10.0.0.1", "fewer hops than proxies");
  assert.equal(addressOf(request("<script>"), 1), "10.0.0.1");
  assert.equal(addressOf(request(`${"1.1.1.1, ".repeat(500)}203.0.113.7`), 1), "10.0.0.1", "too long to be true");
});
