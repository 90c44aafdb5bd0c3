/** The shape of a fact (see migrations/0001_core_record.sql for what each column means). */

export interface NewFact {
  /** Made by the sender, unique within the subject; sending it again changes nothing. */
  readonly id: string;
  readonly subjectId: string;
  readonly caseId: string | null;
  readonly type: string;
  /** Codes, dates, amounts and ids, as JSON; never personal data (that goes to the vault). */
  readonly data: Readonly<Record<string, unknown>>;
  readonly occurredOn: Temporal.PlainDate;
  readonly occurredAt: Temporal.Instant | null;
  /** When it was learnt, as the sender says; null means when it was received. */
  readonly recordedAt: Temporal.Instant | null;
  readonly recordedBy: string;
  readonly organisationId: string | null;
  readonly serviceId: string | null;
  readonly areaCode: string | null;
  /** The id, within the subject, of the fact this one corrects or withdraws. */
  readonly replaces: string | null;
  readonly reason: string | null;
}

export interface Fact extends NewFact {
  /** 1, 2, 3 … within the subject. */
  readonly version: number;
  readonly recordedAt: Temporal.Instant;
  readonly receivedAt: Temporal.Instant;
}

/** The type that cancels the fact named by `replaces`. */
export const WITHDRAWN_ENTRY = "withdrawn-entry";
