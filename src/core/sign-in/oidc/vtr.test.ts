import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { readVtr, type VtrClient } from "./vtr.ts";

const client: VtrClient = { confidence: ["P1", "P2"], authentication: "private_key_jwt" };
const reason = (text: string, of: VtrClient = client): string => {
  const answer = readVtr(text, of);
  return answer.ok ? "accepted" : answer.reason;
};

test("without a vector two factors and no identity are asked for", () => {
  for (const text of [undefined, "", "[]"]) {
    assert.deepEqual(readVtr(text, client), { ok: true, vectors: [{ credential: "Cl.Cm", confidence: null }] });
  }
});

test("a vector is read in any order of its parts", () => {
  for (const text of ['["Cl.Cm.P2"]', '["P2.Cm.Cl"]', '["Cm.P2.Cl"]']) {
    assert.deepEqual(readVtr(text, client), { ok: true, vectors: [{ credential: "Cl.Cm", confidence: "P2" }] });
  }
  assert.deepEqual(readVtr('["Cl","Cl.Cm"]', client), {
    ok: true,
    vectors: [
      { credential: "Cl", confidence: null },
      { credential: "Cl.Cm", confidence: null },
    ],
  });
  assert.equal(readVtr('["Cl.Cm.P1","Cl.Cm.P2"]', client).ok, true);
  assert.equal(readVtr('["Cl.P0","Cl.Cm"]', client).ok, true, "P0 asks for no identity");
});

test("a vector that One Login refuses is refused with the reason", () => {
  assert.match(reason("Cl.Cm"), /not JSON/);
  assert.match(reason('{"a":1}'), /not a list/);
  assert.match(reason("[1]"), /not a text/);
  assert.match(reason('["Cm"]'), /neither Cl nor Cl\.Cm/);
  assert.match(reason('["P2"]'), /neither Cl nor Cl\.Cm/);
  assert.match(reason('["Cl.Cm.P1.P2"]'), /more than one P part/);
  assert.match(reason('["Cl.Cm.P4"]'), /none of P0, P1, P2, P3/);
  assert.match(reason('["Cl.P2"]'), /P2 needs Cl\.Cm/);
  assert.match(reason('["Cl.Cm","Cl.Cm.P2"]'), /mixes vectors/);
  assert.match(reason('["Cl.Cm.P0","Cl.Cm.P2"]'), /mixes vectors/);
  assert.match(reason('["Cl.Cm.P3"]'), /not registered for P3/);
  assert.match(reason('["Cl.Cm.P2"]', { ...client, authentication: "client_secret_post" }), /client secret/);
  assert.match(reason('["Cl.Cm.X1"]'), /neither a C nor a P part/);
  assert.match(reason(JSON.stringify(Array(11).fill("Cl"))), /more than 10 vectors/);
  assert.match(reason(`["${"Cl.".repeat(200)}"]`), /longer than 500/);
});

test("whatever the text, the answer is vectors that keep the rules or a reason", () => {
  const part = fc.constantFrom("Cl", "Cm", "P0", "P1", "P2", "P3", "P9", "", "__proto__", "C", "P");
  const vectors = fc.array(
    fc.array(part, { maxLength: 5 }).map((parts) => parts.join(".")),
    { maxLength: 4 },
  );
  fc.assert(
    fc.property(
      fc.oneof(
        fc.string(),
        fc.json(),
        vectors.map((list) => JSON.stringify(list)),
      ),
      (text) => {
        const answer = readVtr(text, client);
        if (!answer.ok) return assert.match(answer.reason, /^Request vtr not valid: .+\.$/);
        const identity = answer.vectors.filter(({ confidence }) => confidence !== null && confidence !== "P0");
        assert.ok(answer.vectors.length > 0);
        assert.ok(identity.length === 0 || identity.length === answer.vectors.length);
        for (const { credential, confidence } of identity) {
          assert.ok(credential === "Cl.Cm" && client.confidence.includes(confidence ?? "P3"));
        }
      },
    ),
    { numRuns: 2_000 },
  );
});
