import {
  decide,
  predicateOf,
  type Decision,
  type Predicate,
  type Reason,
  type Action,
  type Resource,
  type Whose,
} from "../core/access/index.ts";
import type { Access, Machine, Visitor } from "./route.ts";

/** The question put at the door: a route's rule with its subject filled in, and who stands there. */
export type AccessQuestion = {
  readonly access: Access<never>;
  readonly subjectId: string | null;
  readonly visitor: Visitor | null;
  readonly machine: Machine | null;
  /** Whether the visitor proved lately that it is still them. */
  readonly fresh: boolean;
  readonly now: Temporal.Instant;
};

/**
 * `sign-in`: nobody is signed in. `prove-again`: it is theirs, and asks for a fresh passkey first. `refused`: somebody
 * is signed in, and it is not theirs to open.
 */
export type AccessAnswer = {
  readonly outcome: "allowed" | "sign-in" | "prove-again" | "refused";
  readonly decision: Decision;
  readonly predicate: Predicate;
  /** Whose data the decision was about, for further questions about the same. */
  readonly whose: Whose;
};

/** Where a person is known: what a post's place is compared with. */
export type FindWhose = (subjectId: string, now: Temporal.Instant) => Promise<Whose>;

const NO_ROWS: Predicate = { subjects: [], reaches: [], reasons: [], purpose: null };
/** What the table decides where it is not asked. */
export const NOTHING_ALLOWED: Decision = { allow: false, fields: [], purpose: null, reasons: [] };
const NOBODY: Whose = { subjectId: null, places: [] };
const OPEN: AccessAnswer = {
  outcome: "allowed",
  decision: { ...NOTHING_ALLOWED, allow: true },
  predicate: NO_ROWS,
  whose: NOBODY,
};

/** Answers by the decision table; routes add nothing to it. */
export async function answerAccess(question: AccessQuestion, findWhose: FindWhose): Promise<AccessAnswer> {
  const { access, visitor, machine } = question;
  if (access.kind === "public") return OPEN;
  if (access.kind === "machine") {
    const open = access.scope === null || machine?.scopes.includes(access.scope) === true;
    return open ? OPEN : refused("refused", NOTHING_ALLOWED);
  }
  if (visitor === null) return refused("sign-in", NOTHING_ALLOWED);
  if (access.kind === "signed-in") return OPEN;

  const { action, what } = access;
  const now = question.now.epochMilliseconds;
  const allowed = (decision: Decision, predicate: Predicate, whose: Whose): AccessAnswer => ({
    outcome: access.fresh === true && !question.fresh ? "prove-again" : "allowed",
    decision,
    predicate,
    whose,
  });
  if (access.kind === "list") {
    const predicate = predicateOf({ actor: visitor.actor, action, what, now });
    // Oneself is on no list: a list is for whoever looks after others.
    const others = predicate.subjects.filter((subjectId) => !visitor.actor.selves.has(subjectId));
    return others.length === 0 && predicate.reaches.length === 0
      ? refused("refused", { ...NOTHING_ALLOWED, reasons: [{ rule: "none", through: null }] })
      : allowed({ allow: true, fields: [], purpose: predicate.purpose, reasons: predicate.reasons }, predicate, NOBODY);
  }
  const whose =
    access.kind === "body" || question.subjectId === null ? NOBODY : await findWhose(question.subjectId, question.now);
  const decision = decide({ actor: visitor.actor, action, what, whose, now });
  if (!decision.allow) return refused("refused", decision);
  // Rows of this person that may be seen: by relationship all of them, by post those of its place.
  return allowed(decision, predicateOf({ actor: visitor.actor, action, what, now }), whose);
}

function refused(outcome: AccessAnswer["outcome"], decision: Decision): AccessAnswer {
  return { outcome, decision, predicate: NO_ROWS, whose: NOBODY };
}

/** One entry for the access log: who asked to see or change whose data, when, for what, and what was answered. A list is one batch. */
export type AuditEntry = {
  readonly at: Temporal.Instant;
  /** The person, or the machine, that asked; null when nobody was signed in. */
  readonly seenBy: string | null;
  readonly route: string;
  readonly purpose: string;
  readonly action: Action;
  readonly what: Resource | null;
  readonly allowed: boolean;
  readonly reasons: readonly Reason[];
  readonly subjectIds: readonly string[];
};

export type WriteAudit = (entry: AuditEntry) => void | Promise<void>;
