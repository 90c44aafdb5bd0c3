import { logLook } from "../../../core/access-log/index.ts";
import type { Directory } from "../../../core/directory/index.ts";
import { PEOPLE_CASE } from "../../../core/people/index.ts";
import {
  append,
  checkFact,
  declareFacts,
  readNamed,
  sameContent,
  typeMeant,
  type Fact,
  type FactName,
  type FactProblem,
  type NewFact,
} from "../../../core/record/index.ts";
import { zoneOf } from "../../../lib/dates/zone.ts";
import type { GuaranteeTools } from "../actions.ts";
import { guaranteeFacts } from "../events.ts";
import { isEventRow, readEventRow, rowContext, type RawRow, type RowProblem } from "../model/event-row.ts";
import { factOfRow } from "../model/fact-row.ts";
import {
  problemOfReplaced,
  problemsOfSent,
  withOrganisation,
  type Sender,
  type SentProblem,
} from "../model/sent-row.ts";
import { withRecordId } from "./record-id.ts";

/** What came of a row that a program sent. `row` is the line of the body it stands in, from 1. */
export type Verdict = {
  readonly row: number;
  /** The event's id, its content's where it had none; null when the row could not be read so far. */
  readonly id: string | null;
  readonly verdict: "appended" | "repeated" | "refused";
  readonly problems?: readonly RowProblem[];
};

/** A line of the body, read as JSON; or what is wrong with it. */
export type SentLine =
  | { readonly line: number; readonly row: RawRow }
  | { readonly line: number; readonly column: string; readonly problem: string };

export type TakeRequest = {
  /** At most `MOST_ROWS_AT_ONCE`. */
  readonly lines: readonly SentLine[];
  readonly sender: Sender;
  /** Whose each case is by the rows of this request so far; added to. Null: a row of the case named nobody. */
  readonly persons: Map<string, string | null>;
  readonly services: Directory["services"];
  /** The name of the route, for the access log. */
  readonly route: string;
  readonly purpose: string;
  readonly now: Temporal.Instant;
};

/** Rows that are written in one transaction. */
export const MOST_ROWS_AT_ONCE = 1_000;
/** Another sender of the same events may be first, this often. */
const ATTEMPTS = 5;
const MOST_PROBLEMS = 5;
/** Longest mistyped type that is compared with the known ones, and how many are in one batch: comparing takes its time. */
const LONGEST_TYPE = 60;
const MOST_ADVISED = 20;
const LONGEST_MESSAGE = 300;

type Judged =
  | { readonly line: number; readonly id: string; readonly fact: NewFact }
  | {
      readonly line: number;
      readonly id: string | null;
      readonly problems: readonly SentProblem[];
      /** Whose data it would have changed, where that could be read. */
      readonly subjectId: string | null;
    };
type Good = Extract<Judged, { fact: NewFact }>;

/**
 * Judges rows and appends those that are in order, with what is computed from them, in one transaction; the others are
 * named with what is wrong. The verdicts are true when they are given: what they call appended is committed.
 */
export function rowTaker(tools: GuaranteeTools): (request: TakeRequest) => Promise<readonly Verdict[]> {
  const zone = zoneOf(tools.timeZone);
  const context = rowContext(zone, tools.library.definitions.values());
  const declared = declareFacts(guaranteeFacts(tools.library));
  const isEvent = (type: string) => context.types.has(type);
  const advised = (problem: RowProblem, type: unknown, advice: { left: number }): RowProblem => {
    if (problem.column !== "type" || typeof type !== "string" || type.length > LONGEST_TYPE || isEvent(type))
      return problem;
    const near = advice.left-- > 0 ? typeMeant(declared, type) : undefined;
    const what = near === undefined ? "/guarantees has them all" : `did you mean "${near}"?`;
    return { ...problem, message: `${problem.message}; ${what}` };
  };
  const judge = (sent: SentLine, request: TakeRequest, advice: { left: number }): Judged => {
    if ("problem" in sent) {
      return refused(sent.line, null, [{ column: sent.column, message: sent.problem }]);
    }
    const sentId = typeof sent.row["id"] === "string" ? sent.row["id"].slice(0, 200) : null;
    try {
      const read = readEventRow(sent.row, context);
      if (!isEventRow(read))
        return refused(
          sent.line,
          sentId,
          read.map((problem) => advised(problem, sent.row["type"], advice)),
        );
      const person = personOf(read.case, read.person, request.persons);
      if (typeof person !== "string" && person !== null) return refused(sent.line, sentId, [person]);
      const row = withRecordId(withOrganisation({ ...read, person }, request.sender));
      const fact = factOfRow(row, zone, request.sender.clientId);
      const problems = [
        ...problemsOfSent(row, request.sender, { services: request.services, reservedCase: PEOPLE_CASE }),
        ...checkFact(declared, fact).map(inColumns),
      ];
      return problems.length > 0
        ? refused(sent.line, fact.id, problems, storable(fact))
        : { line: sent.line, id: fact.id, fact };
    } catch (error) {
      // JSON may be nested deeper than anything can be written down again.
      if (!(error instanceof RangeError)) throw error;
      return refused(sent.line, sentId, [
        { column: "data", message: "is nested too deeply, or holds a time beyond all calendars" },
      ]);
    }
  };

  return async (request) => {
    if (request.lines.length > MOST_ROWS_AT_ONCE) throw new Error(`More than ${MOST_ROWS_AT_ONCE} rows at once.`);
    const advice = { left: MOST_ADVISED };
    const judged = request.lines.map((line) => judge(line, request, advice));
    for (let attempt = 1; ; attempt++) {
      const sorted = await sort(tools, judged, request.sender, isEvent);
      await logRows(tools, sorted, request);
      const result = await append(tools.db, {
        facts: sorted.fresh,
        projections: tools.projections,
        receivedAt: request.now,
      });
      if (result.ok) return withRepeats(sorted, result.repeated);
      if (attempt === ATTEMPTS) throw new Error(result.refusal.message);
    }
  };
}

/** Another request may have appended some of them between our reading and our writing: those are repeats. */
function withRepeats({ verdicts, freshAt }: Sorted, repeated: readonly FactName[]): readonly Verdict[] {
  if (repeated.length === 0) return verdicts;
  const rows = new Set(repeated.map(({ subjectId, id }) => freshAt.get(key(subjectId, id))));
  return verdicts.map((verdict) => (rows.has(verdict.row) ? { ...verdict, verdict: "repeated" } : verdict));
}

type Sorted = {
  readonly verdicts: readonly Verdict[];
  readonly fresh: readonly NewFact[];
  /** The row of each of these, by its name. */
  readonly freshAt: ReadonlyMap<string, number>;
  readonly takenSubjects: readonly string[];
  readonly foreignSubjects: readonly string[];
};

/** What is new, what is there already, and what is not to be taken, against the record as it stands. */
async function sort(
  { db }: GuaranteeTools,
  judged: readonly Judged[],
  sender: Sender,
  isEvent: (type: string) => boolean,
): Promise<Sorted> {
  const good = judged.filter((each): each is Good => "fact" in each);
  const stored = new Map(
    (
      await readNamed(
        db,
        good.flatMap(({ fact }) => [
          { subjectId: fact.subjectId, id: fact.id },
          ...(fact.replaces === null ? [] : [{ subjectId: fact.subjectId, id: fact.replaces }]),
        ]),
      )
    ).map((fact) => [key(fact.subjectId, fact.id), fact]),
  );
  const sent = new Map<string, NewFact>();
  for (const { fact } of good)
    if (!sent.has(key(fact.subjectId, fact.id))) sent.set(key(fact.subjectId, fact.id), fact);

  const verdicts: Verdict[] = [];
  const fresh = new Map<string, NewFact>();
  const freshAt = new Map<string, number>();
  const taken = new Set<string>();
  const foreign = new Set<string>();
  for (const each of judged) {
    const problems = "fact" in each ? problemsOnRecord(each.fact, stored, sent, sender, isEvent) : each.problems;
    const subjectId = "fact" in each ? each.fact.subjectId : each.subjectId;
    if (problems.length > 0) {
      if (subjectId !== null && problems.some((problem) => problem.foreign === true)) foreign.add(subjectId);
      verdicts.push({ row: each.line, id: each.id, verdict: "refused", problems: told(problems) });
    } else if ("fact" in each) {
      const name = key(each.fact.subjectId, each.fact.id);
      const there = stored.has(name) || fresh.has(name);
      if (!there) {
        fresh.set(name, each.fact);
        freshAt.set(name, each.line);
      }
      taken.add(each.fact.subjectId);
      verdicts.push({ row: each.line, id: each.id, verdict: there ? "repeated" : "appended" });
    }
  }
  return { verdicts, fresh: [...fresh.values()], freshAt, takenSubjects: [...taken], foreignSubjects: [...foreign] };
}

function problemsOnRecord(
  fact: NewFact,
  stored: ReadonlyMap<string, Fact>,
  sent: ReadonlyMap<string, NewFact>,
  sender: Sender,
  isEvent: (type: string) => boolean,
): readonly SentProblem[] {
  const name = key(fact.subjectId, fact.id);
  const before = stored.get(name);
  const first = sent.get(name);
  const same =
    before === undefined
      ? first === fact || (first !== undefined && sameSent(fact, first))
      : sameOnRecord(fact, before);
  if (!same) {
    return [
      {
        column: "id",
        message: `"${fact.id}" is there already with other content. An event is never changed: send the correction as a new event that names this one in \`replaces\``,
      },
    ];
  }
  if (before !== undefined || fact.replaces === null) return [];
  const target = key(fact.subjectId, fact.replaces);
  const problem = problemOfReplaced(fact, stored.get(target) ?? sent.get(target), sender, isEvent);
  return problem === null ? [] : [problem];
}

/** Who brought an event in does not make it another: it may have been imported from a file before. */
function sameOnRecord(fact: NewFact, stored: Fact): boolean {
  return sameContent({ ...fact, recordedBy: stored.recordedBy }, stored);
}

/** Two rows of one request. */
function sameSent(fact: NewFact, first: NewFact): boolean {
  const recordedAt = first.recordedAt ?? Temporal.Instant.fromEpochMilliseconds(0);
  return sameContent(fact, { ...first, recordedAt, receivedAt: recordedAt, version: 1 });
}

/** One batch of lines in the access log for those changed, and one for those that somebody tried to change. Before anything is. */
async function logRows({ db }: GuaranteeTools, sorted: Sorted, request: TakeRequest): Promise<void> {
  const look = {
    seenBy: request.sender.clientId,
    purpose: request.purpose,
    route: request.route,
    seenAt: request.now,
    action: "change",
    what: "promises",
  } as const;
  await logLook(db, { ...look, subjectIds: sorted.takenSubjects, allowed: true, reasons: [] });
  await logLook(db, {
    ...look,
    subjectIds: sorted.foreignSubjects,
    allowed: false,
    reasons: [{ rule: "none", through: null }],
  });
}

/**
 * Whose a row's case is: the person it names, or the one an earlier row of the case named. A case whose person is named
 * late would be two people's.
 */
function personOf(
  caseId: string,
  named: string | null,
  persons: Map<string, string | null>,
): string | null | RowProblem {
  const before = persons.get(caseId);
  if (before === undefined) persons.set(caseId, named);
  if (before === undefined || named === before) return named;
  if (named === null) return before;
  return before === null
    ? {
        column: "person",
        message: `an earlier row of case "${caseId}" named no person: name "${named}" in every row of the case`,
      }
    : { column: "person", message: `"${named}" is not the person of the other rows of case "${caseId}", "${before}"` };
}

const COLUMN_OF: Readonly<Record<string, string>> = {
  subjectId: "person",
  caseId: "case",
  organisationId: "organisation",
  serviceId: "service",
  areaCode: "area",
};

function inColumns({ member, message }: FactProblem): SentProblem {
  return { column: COLUMN_OF[member] ?? member.replace(/^data\./, ""), message };
}

/** Whose record an entry of the access log can be about: not a text that cannot be stored. */
function storable({ subjectId }: NewFact): string | null {
  return subjectId.includes("\0") || !subjectId.isWellFormed() ? null : subjectId;
}

function refused(
  line: number,
  id: string | null,
  problems: readonly SentProblem[],
  subjectId: string | null = null,
): Judged {
  return { line, id, problems, subjectId };
}

function told(problems: readonly SentProblem[]): readonly RowProblem[] {
  return problems.slice(0, MOST_PROBLEMS).map(({ column, message }) => ({
    column,
    message: message.length > LONGEST_MESSAGE ? `${message.slice(0, LONGEST_MESSAGE)}…` : message,
  }));
}

function key(subjectId: string, id: string): string {
  return `${subjectId}\0${id}`;
}
