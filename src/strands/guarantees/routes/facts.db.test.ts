/** Facts from other systems: what is sent, what is answered, what is then on record. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { withTestDatabase } from "../../../../tests/harness/database.ts";
import { machineSite, sendFacts } from "../../../../tests/harness/machines.ts";
import { readSubject } from "../../../core/record/index.ts";

const ROWS = [
  { case: "R-1", person: "ann", type: "referral-received", occurred: "2025-01-06", id: "R-1-1" },
  { case: "R-1", person: "ann", type: "appointment-missed", occurred: "2025-02-03", first: true },
  { case: "R-1", person: "ann", type: "treatment-started", occurred: "2025-03-03T10:00", id: "R-1-3" },
];

describe("a program sends events", () => {
  test("each gets its verdict, and the whole body again changes nothing", async () => {
    await withTestDatabase(async (db) => {
      const site = machineSite(db);
      const machine = await site.addMachine();
      const token = await site.tokenFor(machine);
      const first = await sendFacts(site, token, ROWS);
      assert.equal(first.status, 200);
      assert.deepEqual(
        first.verdicts.map(({ row, verdict }) => [row, verdict]),
        [
          [1, "appended"],
          [2, "appended"],
          [3, "appended"],
        ],
      );
      assert.match(first.verdicts[1]?.id ?? "", /^content-[0-9a-f]{32}$/);
      assert.deepEqual(first.last, { totals: { rows: 3, appended: 3, repeated: 0, refused: 0 } });
      const again = await sendFacts(site, token, ROWS);
      assert.deepEqual(again.last, { totals: { rows: 3, appended: 0, repeated: 3, refused: 0 } });
      const facts = await readSubject(db, "ann");
      assert.deepEqual(
        facts.map((fact) => [fact.id, fact.recordedBy]),
        [
          ["R-1-1", machine.id],
          [first.verdicts[1]?.id, machine.id],
          ["R-1-3", machine.id],
        ],
      );
      assert.deepEqual(site.failures, []);
    });
  });
});
