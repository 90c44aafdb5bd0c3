import assert from "node:assert/strict";
import { test } from "node:test";
import { withTestDatabase } from "../../../tests/harness/database.ts";
import { loadCourses, newFactId, startCourse } from "./actions.ts";
import { readStarted } from "./store.ts";

const now = Temporal.Instant.from("2026-03-01T23:30:00Z");
const nobodyYet = { subjectId: "person-1", version: 0, courses: [] };

test("a course is started on the body's own day, once however often the form is sent", async () => {
  await withTestDatabase(async (db) => {
    const tools = { db, projections: [], timeZone: "Europe/Stockholm" };
    assert.equal(await loadCourses(tools, "person-1"), null);
    const request = { factId: newFactId(), recordedBy: "staff-1", now };
    assert.ok((await startCourse(tools, { ...request, person: nobodyYet })).ok);
    const person = await loadCourses(tools, "person-1");
    assert.ok(person !== null);
    assert.ok((await startCourse(tools, { ...request, person })).ok);
    const again = await loadCourses(tools, "person-1");
    assert.deepEqual(
      again?.courses.map((course) => [course.state, String(course.from)]),
      [["running", "2026-03-02"]],
    );
    assert.deepEqual(
      (await readStarted(db, 10)).map((course) => course.subjectId),
      ["person-1"],
    );
  });
});

test("of two people who start a course on the same page, the second is told to look again", async () => {
  await withTestDatabase(async (db) => {
    const tools = { db, projections: [], timeZone: "Europe/London" };
    const request = { person: nobodyYet, recordedBy: "staff-1", now };
    assert.ok((await startCourse(tools, { ...request, factId: newFactId() })).ok);
    const second = await startCourse(tools, { ...request, factId: newFactId() });
    assert.equal(!second.ok && second.refusal.kind, "version-conflict");
  });
});
