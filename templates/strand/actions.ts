import type { Database } from "../../core/database/index.ts";
import { newId } from "../../core/ids.ts";
import { append, readSubject, type AppendResult, type Projection } from "../../core/record/index.ts";
import { STARTED } from "./events.ts";
import { coursesOf, type Course } from "./model.ts";

/** What the actions of this strand need of the program around them. */
export type __Pascal__Tools = {
  readonly db: Database;
  /** Of every strand: written in the transaction of the facts. */
  readonly projections: readonly Projection[];
  /** The body's own time zone: it says which day it is. */
  readonly timeZone: string;
};

export type PersonCourses = {
  readonly subjectId: string;
  /** The version of the record these were read at: what is decided on them says so. */
  readonly version: number;
  readonly courses: readonly Course[];
};

/** A person's courses. `null` when nothing is on record under the id. */
export async function loadCourses(tools: __Pascal__Tools, subjectId: string): Promise<PersonCourses | null> {
  const facts = await readSubject(tools.db, subjectId);
  const last = facts.at(-1);
  return last === undefined ? null : { subjectId, version: last.version, courses: coursesOf(facts) };
}

export type StartRequest = {
  readonly person: PersonCourses;
  /** Made with the form, so that sending it twice starts one course. */
  readonly factId: string;
  readonly recordedBy: string;
  readonly now: Temporal.Instant;
};

/** Starts a course today. Refused when somebody else wrote to the person's record since it was read. */
export async function startCourse(tools: __Pascal__Tools, request: StartRequest): Promise<AppendResult> {
  const { person, factId, recordedBy, now } = request;
  return append(tools.db, {
    facts: [
      {
        id: factId,
        subjectId: person.subjectId,
        caseId: factId,
        type: STARTED,
        data: {},
        occurredOn: now.toZonedDateTimeISO(tools.timeZone).toPlainDate(),
        occurredAt: null,
        recordedAt: null,
        recordedBy,
        organisationId: null,
        serviceId: null,
        areaCode: null,
        replaces: null,
        reason: null,
      },
    ],
    // A form that is sent twice finds its own course: the version it was decided on no longer matters.
    ...(person.courses.some((course) => course.caseId === factId)
      ? {}
      : { expectedVersions: new Map([[person.subjectId, person.version]]) }),
    projections: tools.projections,
    receivedAt: now,
  });
}

/** An id for a form that is about to be shown. */
export function newFactId(): string {
  return newId();
}
