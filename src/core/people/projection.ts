/** Fills the tables that the access decision reads, in the transaction of the facts. */
import { inForce, readCases, caseMapKey, type CaseKey, type Projection } from "../record/index.ts";
import { PEOPLE_CASE } from "./events.ts";
import { standingOf } from "./model/standing.ts";
import { replaceStandings, STANDING_TABLES } from "./store.ts";

export const peopleProjection: Projection = {
  name: "people",
  tables: STANDING_TABLES,
  apply: async (transaction, cases: readonly CaseKey[]) => {
    const own = cases.filter(({ caseId }) => caseId === PEOPLE_CASE);
    if (own.length === 0) return;
    const facts = await readCases(transaction, own);
    await replaceStandings(
      transaction,
      own.map((key) => ({
        subjectId: key.subjectId,
        standing: standingOf(key.subjectId, inForce(facts.get(caseMapKey(key)) ?? []).facts),
      })),
    );
  },
};
