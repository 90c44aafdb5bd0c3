import type { Directory } from "../../../core/directory/index.ts";
import type { Fact, NewFact } from "../../../core/record/index.ts";
import type { EventRow, RowProblem } from "./event-row.ts";
import { WITHDRAWN_ENTRY } from "./event.ts";

/** A program that sends rows, as far as its rows are judged by it. */
export type Sender = {
  readonly clientId: string;
  /** The organisation whose events it may send; null for those of every organisation. */
  readonly organisationId: string | null;
};

/** What the rows are judged by beside the sender. */
export type SentContext = {
  readonly services: Directory["services"];
  /** A case of facts that are no events: who may act for whom. No other system adds to them, or takes one back. */
  readonly reservedCase: string;
};

/** `foreign`: it is not the sender's to write, and the attempt belongs in the access log. */
export type SentProblem = RowProblem & { readonly foreign?: true };

/** What this sender may not write, of a row that is in order by itself. */
export function problemsOfSent(
  row: EventRow,
  sender: Sender,
  { services, reservedCase }: SentContext,
): readonly SentProblem[] {
  const problems: SentProblem[] = [];
  if (row.case === reservedCase)
    problems.push({
      column: "case",
      message: `"${reservedCase}" is kept for who may act for whom: give the case another name`,
      foreign: true,
    });
  const own = sender.organisationId;
  if (own === null) return problems;
  if (row.organisation !== null && row.organisation !== own)
    problems.push({
      column: "organisation",
      message: `"${row.organisation}" is not the organisation this program writes for: leave it out, or write "${own}"`,
      foreign: true,
    });
  const service = row.service === null ? undefined : services.get(row.service);
  if (service !== undefined && service.organisationId !== own)
    problems.push({
      column: "service",
      message: `"${row.service}" is a service of another organisation: name one of "${own}"`,
      foreign: true,
    });
  return problems;
}

/** A row without an organisation is the sender's own. */
export function withOrganisation(row: EventRow, sender: Sender): EventRow {
  return row.organisation === null ? { ...row, organisation: sender.organisationId } : row;
}

/**
 * What is wrong with the entry that a row corrects or takes back; null when nothing is. Only events can be corrected
 * here, and only one's own: nobody ends another's by guessing its id.
 */
export function problemOfReplaced(
  fact: NewFact,
  replaced: Fact | NewFact | undefined,
  sender: Sender,
  isEvent: (type: string) => boolean,
): SentProblem | null {
  const problem = (message: string, foreign?: true): SentProblem => ({
    column: "replaces",
    message,
    ...(foreign === undefined ? {} : { foreign }),
  });
  if (fact.replaces === null) return null;
  if (replaced === undefined) {
    return problem(`"${fact.replaces}" is not an event of this person on record: send that event first`);
  }
  if (sender.organisationId !== null && replaced.organisationId !== sender.organisationId) {
    return problem(
      `"${fact.replaces}" is not an event of "${sender.organisationId}": ask whoever sent it to correct it`,
      true,
    );
  }
  if (replaced.caseId !== fact.caseId) {
    return problem(`"${fact.replaces}" belongs to another case: a correction names the case of the event it corrects`);
  }
  return replaced.type === WITHDRAWN_ENTRY || isEvent(replaced.type)
    ? null
    : problem(`"${fact.replaces}" is not an event: it cannot be corrected here`, true);
}
