import type { Fact, NewFact } from "./fact.ts";

/**
 * Whether a fact that was sent again says the same as the one on record. When it was received does not count; a fact
 * sent without `recordedAt` was then recorded when it was received.
 */
export function sameContent(sent: NewFact, stored: Fact): boolean {
  return (
    sent.caseId === stored.caseId &&
    sent.type === stored.type &&
    sent.occurredOn.equals(stored.occurredOn) &&
    sameInstant(sent.occurredAt, stored.occurredAt) &&
    (sent.recordedAt === null
      ? stored.recordedAt.equals(stored.receivedAt)
      : sameInstant(sent.recordedAt, stored.recordedAt)) &&
    sent.recordedBy === stored.recordedBy &&
    sent.organisationId === stored.organisationId &&
    sent.serviceId === stored.serviceId &&
    sent.areaCode === stored.areaCode &&
    sent.replaces === stored.replaces &&
    sent.reason === stored.reason &&
    canonicalJson(sent.data) === canonicalJson(stored.data)
  );
}

/** Equal to the microsecond, which is what the record keeps. */
function sameInstant(left: Temporal.Instant | null, right: Temporal.Instant | null): boolean {
  if (left === null || right === null) return left === right;
  return floorToMicrosecond(left) === floorToMicrosecond(right);
}

function floorToMicrosecond(instant: Temporal.Instant): bigint {
  const nanoseconds = instant.epochNanoseconds;
  const rest = ((nanoseconds % 1000n) + 1000n) % 1000n;
  return nanoseconds - rest;
}

/** JSON with the keys of every object in order, for what JSON can carry (`undefined` members are left out). */
export function canonicalJson(value: unknown): string {
  return JSON.stringify(value, (_key, member: unknown) =>
    member !== null && typeof member === "object" && !Array.isArray(member)
      ? Object.fromEntries(Object.entries(member).sort(([left], [right]) => (left < right ? -1 : left > right ? 1 : 0)))
      : member,
  );
}
