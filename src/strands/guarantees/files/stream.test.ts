/** Rows as their bytes come in. */
import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import fc from "fast-check";
import { readRows } from "./rows.ts";
import { rowsOfBytes } from "./stream.ts";

async function* inParts(bytes: Uint8Array, cuts: readonly number[]): AsyncGenerator<Uint8Array> {
  let from = 0;
  for (const cut of [...cuts.map((each) => each % (bytes.length + 1)), bytes.length].toSorted((a, b) => a - b)) {
    yield bytes.subarray(from, cut);
    from = cut;
  }
}

const row = fc
  .record({ case: fc.string({ unit: "grapheme" }), reason: fc.string({ unit: "binary" }) })
  .map((each) => JSON.stringify(each));
const line = fc.oneof(row, fc.constantFrom("", "  ", "[1]", "null", "{", '"text"'));
const body = fc
  .record({ lines: fc.array(line), end: fc.constantFrom("\n", "\r\n"), last: fc.boolean(), mark: fc.boolean() })
  .map(({ lines, end, last, mark }) => `${mark ? "\uFEFF" : ""}${lines.join(end)}${last ? end : ""}`);

test("wherever the bytes are cut, the rows are those of the same file", async () => {
  const folder = mkdtempSync(join(tmpdir(), "handrail-stream-"));
  try {
    const path = join(folder, "events.ndjson");
    await fc.assert(
      fc.asyncProperty(body, fc.array(fc.nat(), { maxLength: 10 }), async (text, cuts) => {
        writeFileSync(path, text);
        const bytes = new TextEncoder().encode(text);
        assert.deepEqual(
          await Array.fromAsync(rowsOfBytes(inParts(bytes, cuts))),
          await Array.fromAsync(readRows(path)),
        );
      }),
      { numRuns: 300 },
    );
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});

test("a line that is not UTF-8 is a bad row, and those around it are read", async () => {
  const good = Buffer.from('{"case":"Åse"}\n');
  const bad = Buffer.from('{"case":"Åse"}\n', "latin1");
  const found = await Array.fromAsync(rowsOfBytes(inParts(Buffer.concat([good, bad, good]), [3, 12, 20])));
  assert.deepEqual(
    found.map((each) => ("problem" in each ? each.problem.replace(/:.*/, "") : each.row)),
    [{ case: "Åse" }, "holds a byte that is not UTF-8", { case: "Åse" }],
  );
});

test("any bytes at all are read without failing, a row or a fault for each line that is not empty", async () => {
  await fc.assert(
    fc.asyncProperty(fc.uint8Array({ maxLength: 200 }), fc.array(fc.nat(), { maxLength: 5 }), async (bytes, cuts) => {
      const found = await Array.fromAsync(rowsOfBytes(inParts(bytes, cuts)));
      const lines = bytes.reduce((many, byte) => many + (byte === 10 ? 1 : 0), 1);
      assert.ok(found.length <= lines);
      assert.ok(found.every((each, index) => index === 0 || each.line > (found[index - 1]?.line ?? 0)));
    }),
  );
});
