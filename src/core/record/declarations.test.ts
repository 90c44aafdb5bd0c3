import assert from "node:assert/strict";
import { test } from "node:test";
import { z } from "zod";
import { checkFact, declareFacts, describeData, type FactDeclaration } from "./declarations.ts";
import type { NewFact } from "./fact.ts";

const started: FactDeclaration = {
  type: "treatment-started",
  says: "Your treatment began.",
  shape: z.strictObject({
    by: z.enum(["doctor", "nurse"]).describe("who began it"),
    note: z.string().optional(),
  }),
  purpose: "to stop the clock",
  lawfulBasis: "public task (GDPR article 6(1)(e) | 9(2)(h))",
  sensitivity: "special",
  retention: "8 years after the case closed",
};
const declarations = declareFacts([started]);
const fact: NewFact = {
  id: "f1",
  subjectId: "person-1",
  caseId: null,
  type: "treatment-started",
  data: { by: "doctor" },
  occurredOn: Temporal.PlainDate.from("2026-01-10"),
  occurredAt: null,
  recordedAt: null,
  recordedBy: "clerk",
  organisationId: null,
  serviceId: null,
  areaCode: null,
  replaces: null,
  reason: null,
};
const members = (changes: Partial<NewFact>): readonly string[] =>
  checkFact(declarations, { ...fact, ...changes }).map((problem) => problem.member);

test("a fact that fits its declaration may be appended", () => {
  assert.deepEqual(checkFact(declarations, fact), []);
  assert.deepEqual(members({ type: "withdrawn-entry", replaces: "f0", data: {} }), []);
});

test("every fault of a fact is named by its member", () => {
  assert.deepEqual(members({ data: { by: "porter" } }), ["data.by"]);
  assert.deepEqual(members({ data: { by: "nurse", extra: 1 } }), ["data"]);
  assert.deepEqual(members({ id: "", subjectId: "x".repeat(201) }), ["id", "subjectId"]);
  assert.deepEqual(members({ caseId: "a\0b", reason: "\uD800" }), ["caseId", "reason"]);
  assert.deepEqual(members({ data: { by: "nurse", note: "a\0b" } }), ["data"]);
  assert.deepEqual(members({ data: { by: "nurse", note: "x".repeat(20_000) } }), ["data"]);
  assert.deepEqual(members({ type: "withdrawn-entry", data: {} }), ["replaces"]);
  assert.deepEqual(members({ replaces: "f1" }), ["replaces"]);
  assert.deepEqual(members({ data: { by: "nurse", note: "a backslash \\u0000 written out, and 😀" } }), []);
});

test("an unknown type is refused, with the type that was probably meant", () => {
  const [problem] = checkFact(declarations, { ...fact, type: "treatment-start" });
  assert.match(problem?.message ?? "", /did you mean "treatment-started"/);
  assert.doesNotMatch(checkFact(declarations, { ...fact, type: "xyz" })[0]?.message ?? "", /did you mean/);
});

test("two strands cannot declare the same type", () => {
  assert.throws(() => declareFacts([started, started]), /declared twice/);
});

test("the processing register has a row for every type, with what it holds", () => {
  const text = describeData([{ name: "guarantees", facts: [started] }]);
  assert.match(text, /^## guarantees$/m);
  assert.match(
    text,
    /^\| `treatment-started` \| Your treatment began\. \| `by`: who began it; `note` \(optional\) \|.*6\(1\)\(e\) \\\| 9\(2\)\(h\)/m,
  );
});
