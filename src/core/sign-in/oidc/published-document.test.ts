import assert from "node:assert/strict";
import { test } from "node:test";
import { didWebAddress, readDidDocument, readKeySet } from "./keys.ts";
import { freshSeconds, publishedDocument } from "./published-document.ts";

const start = Temporal.Instant.from("2026-03-01T09:00:00Z");
const after = (seconds: number): Temporal.Instant => start.add({ seconds });

/** A document whose answers are given one by one; `null` is a provider that is down. */
function published(
  answers: readonly (number | null)[],
  cacheControl = "max-age=600",
): { at: (seconds: number) => Promise<unknown>; anewAt: (seconds: number) => Promise<unknown>; asked: () => number } {
  let asked = 0;
  const document = publishedDocument(
    "https://id.example/document",
    () => {
      const answer = answers[Math.min(asked++, answers.length - 1)] ?? null;
      if (answer === null) return Promise.reject(new Error("down"));
      return Promise.resolve(Response.json(answer, { headers: { "cache-control": cacheControl } }));
    },
    (value) => (typeof value === "number" ? { ok: true, value } : { ok: false, reason: "not a number" }),
  );
  const plain = (read: { ok: boolean; value?: unknown; reason?: string }): unknown =>
    read.ok ? read.value : read.reason;
  return {
    at: async (seconds) => plain(await document.read(after(seconds))),
    anewAt: async (seconds) => plain(await document.readAnew(after(seconds))),
    asked: () => asked,
  };
}

test("a document is kept for as long as its max-age says, to the second", async () => {
  const document = published([1, 2]);
  assert.deepEqual([await document.at(0), await document.at(599)], [1, 1]);
  assert.equal(document.asked(), 1);
  assert.equal(await document.at(600), 2);
});

test("many who ask at once are served by one request", async () => {
  const document = published([1]);
  assert.deepEqual(await Promise.all([document.at(0), document.at(0), document.anewAt(0)]), [1, 1, 1]);
  assert.equal(document.asked(), 1);
});

test("in an outage what was read last is trusted, and asked for again each minute", async () => {
  const document = published([1, null, null, 2]);
  assert.equal(await document.at(0), 1);
  assert.deepEqual([await document.at(600), await document.at(630), await document.at(659)], [1, 1, 1]);
  assert.equal(document.asked(), 2);
  assert.equal(await document.at(660), 1);
  assert.equal(document.asked(), 3);
  assert.equal(await document.at(86_400), 2);
});

test("without anything read the outage is told, and asked again after five seconds", async () => {
  const document = published([null, 1]);
  assert.equal(await document.at(0), "down");
  assert.equal(await document.at(4), "down");
  assert.equal(document.asked(), 1);
  assert.equal(await document.at(5), 1);
});

test("what cannot be read does not displace what was", async () => {
  const document = publishedDocument(
    "https://id.example/document",
    (() => {
      const bodies = ["7", "<h1>", '"x"'];
      return () => Promise.resolve(new Response(bodies.shift() ?? "", { headers: { "cache-control": "max-age=0" } }));
    })(),
    (value) => (typeof value === "number" ? { ok: true, value } : { ok: false, reason: "not a number" }),
  );
  for (const seconds of [0, 60, 120, 180])
    assert.deepEqual(await document.read(after(seconds)), { ok: true, value: 7 });
});

test("an unknown key asks anew at once, then at most once a minute", async () => {
  const document = published([1, 2, 3]);
  assert.equal(await document.at(0), 1);
  assert.deepEqual([await document.anewAt(10), await document.anewAt(11), await document.anewAt(69)], [2, 2, 2]);
  assert.equal(await document.anewAt(70), 3);
});

test("Cache-Control is read as RFC 9111 writes it, up to a day", () => {
  const read = (header: string | null): number => freshSeconds(header);
  assert.deepEqual(
    [
      "max-age=3600, private…",
      "private, max-age=60",
      'Max-Age="5"',
      "no-store",
      "max-age=60, no-cache",
      "max-age=99999999",
    ].map(read),
    [3600, 60, 5, 0, 0, 86_400],
  );
  assert.deepEqual([null, "", "s-maxage=5", "max-age=-1", "x-max-age=5"].map(read), [3600, 3600, 3600, 3600, 3600]);
});

test("a did:web names one address, and nothing else does", () => {
  assert.equal(
    didWebAddress("did:web:identity.account.gov.uk"),
    "https://identity.account.gov.uk/.well-known/did.json",
  );
  assert.equal(didWebAddress("did:web:a.example:b:c"), "https://a.example/b/c/did.json");
  assert.equal(didWebAddress("did:web:a.example%3A8443"), "https://a.example:8443/.well-known/did.json");
  assert.equal(didWebAddress("did:web:127.0.0.1%3A3000"), "http://127.0.0.1:3000/.well-known/did.json");
  for (const did of [
    "did:key:z6Mk",
    "did:web:",
    "did:web:a.example/b",
    "did:web:user@a.example",
    "did:web:a.example:..:b",
    "did:web:a.example:%2e%2e",
    "did:web:a.example#key",
    "did:web:127.0.0.1.evil.example%3A99999999",
    "web:a.example",
  ]) {
    assert.equal(didWebAddress(did), undefined, did);
  }
  assert.match(didWebAddress("did:web:localhost.evil.example") ?? "", /^https:/);
});

const controller = "did:web:identity.account.gov.uk";
const key = { kty: "EC", crv: "P-256", x: "x", y: "y" };
const method = (id: string, more: object = {}): object => ({
  type: "JsonWebKey",
  id,
  controller,
  publicKeyJwk: key,
  ...more,
});
const ids = (document: unknown): readonly string[] | string => {
  const read = readDidDocument(document, controller);
  return read.ok ? [...read.value.keys()] : read.reason;
};

test("of a DID document only whole P-256 keys of its own controller are taken", () => {
  const assertionMethod = [
    method(`${controller}#a`),
    method(`${controller}#b`, { controller: "did:web:evil.example" }),
    method("did:web:evil.example#c"),
    method(`${controller}evil#d`),
    method(`${controller}#`),
    method(`${controller}#e`, { publicKeyJwk: { ...key, crv: "P-384" } }),
    method(`${controller}#f`, { publicKeyJwk: { kty: "oct", k: "c2VjcmV0" } }),
    method(`${controller}#g`, { publicKeyJwk: { ...key, d: "private" } }),
    `${controller}#reference`,
    null,
  ];
  assert.deepEqual(ids({ id: controller, assertionMethod }), [`${controller}#a`]);
  const elsewhere = { id: controller, assertionMethod: [], verificationMethod: [method(`${controller}#a`)] };
  assert.deepEqual(ids(elsewhere), [], "a key for another purpose asserts nothing");
});

test("a DID document of another, without keys, or with one key twice is not taken", () => {
  assert.match(String(ids({ id: "did:web:evil.example", assertionMethod: [] })), /not that of did:web:identity/);
  assert.match(String(ids({ id: controller })), /no list assertionMethod/);
  assert.match(
    String(ids({ id: controller, assertionMethod: [method(`${controller}#a`), method(`${controller}#a`)] })),
    /twice/,
  );
  assert.match(String(ids({ id: controller, assertionMethod: Array(101).fill(null) })), /more than 100/);
});

test("of a key set only public signing keys with an id are taken", () => {
  const set = readKeySet({
    keys: [
      { ...key, kid: "a" },
      { ...key, kid: "b", use: "enc" },
      { kty: "oct", k: "x", kid: "c" },
      { ...key, kid: "d", d: "x" },
      key,
      7,
    ],
  });
  assert.deepEqual(set.ok && [...set.value.keys()], ["a"]);
  for (const document of [
    null,
    [],
    { keys: {} },
    {
      keys: [
        { ...key, kid: "a" },
        { ...key, kid: "a" },
      ],
    },
  ]) {
    assert.equal(readKeySet(document).ok, false);
  }
});
