import assert from "node:assert/strict";
import { openDatabase } from "../../src/core/database/index.ts";
import { readAll } from "../../src/core/record/index.ts";
import { numberedFact } from "./numbered-fact.ts";

/**
 * Opens the folder as the next start would and checks the record whole: the facts 0, 1, 2 … each once and as sent, no
 * acknowledged one missing, versions and positions without gaps.
 * @returns how many facts are on record.
 */
export async function checkRecord(folder: string, acknowledgedBelow: number): Promise<number> {
  const database = await openDatabase({ dataFolder: folder, mode: "hold" });
  try {
    const ids = new Set<number>();
    const versions = new Map<string, number[]>();
    let position = 0;
    for await (const batch of readAll(database.db)) {
      for (const one of batch) {
        position += 1;
        assert.equal(one.position, position, "positions have no gaps");
        assert.ok(!ids.has(Number(one.fact.id)), `fact ${one.fact.id} is doubled`);
        ids.add(Number(one.fact.id));
        assert.deepEqual(one.fact.data, numberedFact(Number(one.fact.id)).data);
        const list = versions.get(one.fact.subjectId);
        if (list === undefined) versions.set(one.fact.subjectId, [one.fact.version]);
        else list.push(one.fact.version);
      }
    }
    for (const list of versions.values())
      assert.deepEqual(
        list,
        list.map((_, index) => index + 1),
        "versions have no gaps",
      );
    for (let number = 0; number < acknowledgedBelow; number += 1)
      assert.ok(ids.has(number), `acknowledged fact ${number} is lost`);
    return ids.size;
  } finally {
    await database.close();
  }
}
