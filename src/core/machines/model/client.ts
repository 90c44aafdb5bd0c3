/** A program of another system that may come in, and what it may do. Pure. */

/** What a machine may be allowed, each with what it means for whoever grants it. */
export const SCOPES = {
  "facts:write": "send facts to the record",
} as const;

export type Scope = keyof typeof SCOPES;

export type MachineClient = {
  /** Also the subject under which it is kept, and the name that facts it sent are recorded by. */
  readonly id: string;
  readonly name: string;
  readonly scopes: readonly Scope[];
  /** The organisation it may write for; null for the body itself. */
  readonly organisationId: string | null;
  readonly createdAt: Temporal.Instant;
  readonly createdBy: string;
  readonly endedAt: Temporal.Instant | null;
  readonly endedBy: string | null;
  /** When it was last given a token, to the hour; null when it never was. */
  readonly lastUsedAt: Temporal.Instant | null;
};

export const LONGEST_MACHINE_NAME = 200;

/** Every id begins so: in an access log it tells a program from a person. */
export const MACHINE_ID = /^machine-[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

export function isScope(text: string): text is Scope {
  return Object.hasOwn(SCOPES, text);
}
