import type { Access, Persona } from "./route.ts";

/** The question put to the access decision: a route's rule with its subject filled in. */
export type AccessQuestion = {
  readonly kind: Access<never>["kind"];
  readonly subjectId: string | null;
  readonly persona: Persona | null;
};

/** `sign-in`: nobody is signed in. `refused`: somebody is, and it is not theirs to open. */
export type AccessDecision = "allowed" | "sign-in" | "refused";

export type DecideAccess = (question: AccessQuestion) => AccessDecision | Promise<AccessDecision>;

/** The rule while personas stand in for sign-in: people open their own record, staff open every record. */
export function decideByRole({ kind, subjectId, persona }: AccessQuestion): AccessDecision {
  if (kind === "public") return "allowed";
  if (persona === null) return "sign-in";
  switch (kind) {
    case "anyone-signed-in":
      return "allowed";
    case "staff":
      return persona.role === "staff" ? "allowed" : "refused";
    case "own-record-or-staff":
      return persona.role === "staff" || (subjectId !== null && persona.subjectId === subjectId)
        ? "allowed"
        : "refused";
  }
}

/** One line for the access log: who saw whose record, when, for what. A list is one batch. */
export type AuditEntry = {
  readonly at: Temporal.Instant;
  readonly persona: Persona | null;
  readonly route: string;
  readonly purpose: string;
  readonly subjectIds: readonly string[];
};

export type WriteAudit = (entry: AuditEntry) => void | Promise<void>;
