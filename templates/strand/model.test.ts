import assert from "node:assert/strict";
import { test } from "node:test";
import type { Fact } from "../../core/record/index.ts";
import { ENDED, STARTED } from "./events.ts";
import { coursesOf, daysRun } from "./model.ts";

const at = Temporal.Instant.from("2026-03-02T09:00:00Z");
const base = {
  subjectId: "person-1",
  caseId: "course-1",
  occurredAt: null,
  recordedAt: at,
  receivedAt: at,
  recordedBy: "staff-1",
  organisationId: null,
  serviceId: null,
  areaCode: null,
  replaces: null,
  reason: null,
};
const fact = (version: number, type: string, day: string, more: Partial<Fact> = {}): Fact => ({
  ...base,
  id: `fact-${version}`,
  version,
  type,
  data: {},
  occurredOn: Temporal.PlainDate.from(day),
  ...more,
});

test("a course runs from the day it is started, that day counted, until it ends", () => {
  const started = fact(1, STARTED, "2026-03-02");
  const [running] = coursesOf([started]);
  assert.equal(running?.state, "running");
  assert.equal(running && daysRun(running, Temporal.PlainDate.from("2026-03-04")), 3);
  const [ended] = coursesOf([started, fact(2, ENDED, "2026-03-08", { data: { why: "completed" } })]);
  assert.equal(ended && daysRun(ended, Temporal.PlainDate.from("2026-12-31")), 7);
});

test("a start that was corrected counts from the corrected day, and nothing has run before it", () => {
  const corrected = fact(2, STARTED, "2026-03-10", { replaces: "fact-1", reason: "wrong week" });
  const [course] = coursesOf([fact(1, STARTED, "2026-03-02"), corrected]);
  assert.equal(String(course?.from), "2026-03-10");
  assert.equal(course && daysRun(course, Temporal.PlainDate.from("2026-03-05")), 0);
});

test("facts of other strands are nobody's course", () => {
  assert.deepEqual(coursesOf([fact(1, "referral-received", "2026-03-02")]), []);
});
