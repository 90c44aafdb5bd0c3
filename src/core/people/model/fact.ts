/** A fact about who stands how to whom, ready to be appended. Pure. */
import type { NewFact } from "../../record/fact.ts";
import { PEOPLE_CASE, type PeopleFactData, type PeopleFactType } from "../events.ts";

export interface PeopleFactAbout {
  /** Made by the sender: with a form, so that sending it twice records once. */
  readonly id: string;
  readonly recordedBy: string;
  /** When it begins to hold, and when it was learnt. */
  readonly now: Temporal.Instant;
}

export function newPeopleFact<Type extends PeopleFactType>(
  type: Type,
  subjectId: string,
  data: PeopleFactData<Type>,
  { id, recordedBy, now }: PeopleFactAbout,
): NewFact {
  return {
    id,
    subjectId,
    caseId: PEOPLE_CASE,
    type,
    data: data as Readonly<Record<string, unknown>>,
    occurredOn: now.toZonedDateTimeISO("UTC").toPlainDate(),
    occurredAt: now,
    recordedAt: now,
    recordedBy,
    organisationId: null,
    serviceId: null,
    areaCode: null,
    replaces: null,
    reason: null,
  };
}
