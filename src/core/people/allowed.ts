/** Of rows about many people, those that somebody may deal with. */
import { decide, type Action, type Actor, type Resource } from "../access/index.ts";
import type { Database } from "../database/index.ts";
import { readWhose } from "./store.ts";

/**
 * Rows have no place of their own, their people have: each person is asked about once, by the decision table.
 *
 * @param question who would do what with the rows, and when
 * @returns the rows that are allowed, in the order given
 */
export async function allowedAmong<Row extends { readonly subjectId: string }>(
  db: Database,
  rows: readonly Row[],
  question: {
    readonly actor: Actor;
    readonly action: Action;
    readonly what: Resource;
    readonly now: Temporal.Instant;
  },
): Promise<readonly Row[]> {
  const allowed = new Set<string>();
  for (const subjectId of new Set(rows.map((row) => row.subjectId))) {
    const whose = await readWhose(db, subjectId, question.now);
    if (decide({ ...question, whose, now: question.now.epochMilliseconds }).allow) allowed.add(subjectId);
  }
  return rows.filter((row) => allowed.has(row.subjectId));
}
