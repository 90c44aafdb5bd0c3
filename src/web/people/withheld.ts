import { readLooks } from "../../core/access-log/index.ts";
import type { Database } from "../../core/database/index.ts";
import { readRecordsOf, readWithholdings } from "../../core/people/index.ts";
import { withheldOn } from "./model/looks.ts";
import { todayOf } from "./tools.ts";

/** The facts that looks rest on which are kept from view now: an emergency, which was told by a message too. */
export async function factsKeptFromView(
  db: Database,
  subjectId: string,
  now: Temporal.Instant,
  timeZone: string,
): Promise<ReadonlySet<string>> {
  const { all } = await readRecordsOf(db, subjectId, now);
  const batches = withheldOn(await readWithholdings(db, { subjects: all }), todayOf({ timeZone }, now));
  const facts = new Set<string>();
  for (const onlyBatch of batches) {
    for (const { reasons } of await readLooks(db, all, { limit: 1, onlyBatch }))
      for (const { through } of reasons) if (through !== null) facts.add(through);
  }
  return facts;
}
