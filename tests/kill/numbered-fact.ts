import type { NewFact } from "../../src/core/record/index.ts";

/** The fact of a number: the same content whoever makes it, spread over a few subjects. */
export function numberedFact(number: number): NewFact {
  return {
    id: String(number),
    subjectId: `person-${number % 5}`,
    caseId: `case-${number % 5}`,
    type: "seen",
    data: { number, filling: "x".repeat(number % 400) },
    occurredOn: Temporal.PlainDate.from("2026-01-01"),
    occurredAt: null,
    recordedAt: Temporal.Instant.from("2026-01-01T09:00:00Z"),
    recordedBy: "appender",
    organisationId: null,
    serviceId: null,
    areaCode: null,
    replaces: null,
    reason: null,
  };
}
