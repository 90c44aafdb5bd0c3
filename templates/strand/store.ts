import type { Database } from "../../core/database/index.ts";
import { STARTED } from "./events.ts";

export type StartedCourse = {
  readonly subjectId: string;
  readonly caseId: string;
  readonly from: Temporal.PlainDate;
};

/**
 * Courses by the day they were started, the latest first; at most `limit`. It reads the record itself: when that becomes
 * slow, give the strand a table of its own, filled by a `Projection` (src/core/record/projection.ts).
 */
export async function readStarted(db: Database, limit: number): Promise<readonly StartedCourse[]> {
  const rows = await db
    .selectFrom("fact")
    .select(["subject_id", "case_id", "occurred_on"])
    .where("type", "=", STARTED)
    .orderBy("occurred_on", "desc")
    .orderBy("subject_id")
    .limit(limit)
    .execute();
  return rows.map((row) => ({
    subjectId: row.subject_id,
    caseId: row.case_id ?? "",
    from: Temporal.PlainDate.from(row.occurred_on),
  }));
}
