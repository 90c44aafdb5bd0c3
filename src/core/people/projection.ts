/** Fills the tables that the access decision reads, in the transaction of the facts. */
import { inForce, readCases, caseMapKey, type CaseKey, type Projection } from "../record/index.ts";
import { PEOPLE_CASE } from "./events.ts";
import { standingOf } from "./model/standing.ts";
import { replaceStandings } from "./store.ts";

export const peopleProjection: Projection = {
  name: "people",
  tables: [
    "relationship",
    "ban",
    "post",
    "membership",
    "merged_record",
    "look_question",
    "withheld_look",
    "relationship_offer",
  ],
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
