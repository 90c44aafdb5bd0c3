import type { RouteContext, Visitor } from "../route.ts";
import type { By, PeopleTools } from "../../core/people/index.ts";
import type { Transaction } from "../../core/database/index.ts";
import { readPersonalData } from "../../core/vault/index.ts";

/** What the pages about people need of the program around them. */
export type PeoplePageTools = PeopleTools & {
  /** Sends somebody new the means to sign in, in the transaction that makes them known. */
  readonly invite: (
    transaction: Transaction,
    invited: { readonly personId: string; readonly email: string; readonly by: string; readonly now: Temporal.Instant },
  ) => Promise<void>;
  /** The address of e-mail by which somebody may ask for a link from now on. */
  readonly registerEmail: (personId: string, email: string | null) => Promise<void>;
  /** Makes links and codes that are still on their way worthless. */
  readonly spendCodes: (personId: string, now: Temporal.Instant) => Promise<void>;
  /** Ends every session of somebody, at once. */
  readonly endSessions: (personId: string, now: Temporal.Instant) => Promise<void>;
  /** Names of programs that came in by their own key, by id. */
  readonly machineNames: () => Promise<ReadonlyMap<string, string>>;
};

/** The names of people, by id; one who is not known has none. */
export async function namesOf(
  { db, vault }: Pick<PeopleTools, "db" | "vault">,
  personIds: readonly string[],
): Promise<ReadonlyMap<string, string>> {
  const identities = await readPersonalData(db, vault, [...new Set(personIds)], "identity");
  return new Map([...identities].map(([id, { name }]) => [id, name]));
}

/** A moment on the body's own clock, to the minute. */
export function localMoment(
  { timeZone }: Pick<PeopleTools, "timeZone">,
  instant: Temporal.Instant,
): Temporal.PlainDateTime {
  return instant
    .toZonedDateTimeISO(timeZone)
    .toPlainDateTime()
    .round({ smallestUnit: "minute", roundingMode: "floor" });
}

/** The day it is now, in the body's zone. */
export function todayOf({ timeZone }: Pick<PeopleTools, "timeZone">, now: Temporal.Instant): Temporal.PlainDate {
  return now.toZonedDateTimeISO(timeZone).toPlainDate();
}

/** Whether the last day of something is over where the body is; what has no last day is not. */
export function isOver(
  tools: Pick<PeopleTools, "timeZone">,
  lastDay: Temporal.PlainDate | null,
  now: Temporal.Instant,
): boolean {
  return lastDay !== null && Temporal.PlainDate.compare(lastDay, todayOf(tools, now)) < 0;
}

/** The beginning of a day as an instant, in the body's zone: what "until" means when somebody chooses a date. */
export function startOf({ timeZone }: Pick<PeopleTools, "timeZone">, day: Temporal.PlainDate): Temporal.Instant {
  return day.toZonedDateTime(timeZone).toInstant();
}

/** Who does what a form asks for, and when. `id`: the form's own, so that sending it twice records once. */
export function actingBy({ visitor, now }: Pick<RouteContext<never>, "visitor" | "now">, id: string): Required<By> {
  return { recordedBy: visitor?.personId ?? "nobody", now, id };
}

/** Whether somebody is this person, family of theirs, or shut off from them: then they do not decide about them as staff. */
export function isClose({ actor }: Visitor, subjectId: string): boolean {
  const ties = actor.ties.get(subjectId) ?? [];
  return (
    actor.selves.has(subjectId) ||
    ties.some(({ bond }) => bond === "guardian" || bond === "family") ||
    (actor.bans.get(subjectId)?.length ?? 0) > 0
  );
}
