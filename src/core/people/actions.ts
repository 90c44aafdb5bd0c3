/** What is done about who stands how to whom: each makes its facts and appends them with what is derived. */
import type { Database } from "../database/index.ts";
import { newId } from "../ids.ts";
import { append, checkFact, declareFacts, type AppendRefusal, type NewFact, type Projection } from "../record/index.ts";
import { type PeopleFactData, type PeopleFactType, peopleFacts } from "./events.ts";
import { newPeopleFact } from "./model/fact.ts";
import { peopleProjection } from "./projection.ts";

export interface PeopleTools {
  readonly db: Database;
  /** Every projection of the program; the people's own comes by itself. */
  readonly projections?: readonly Projection[];
}

export type PeopleRecorded = { readonly ok: true } | { readonly ok: false; readonly refusal: AppendRefusal };

const declared = declareFacts(peopleFacts);

/** Appends such facts, all or none. @throws when a fact has not the declared shape: a mistake of ours. */
export async function recordPeople(
  { db, projections = [peopleProjection] }: PeopleTools,
  facts: readonly NewFact[],
  now: Temporal.Instant,
): Promise<PeopleRecorded> {
  const problems = facts.flatMap((fact) => checkFact(declared, fact));
  if (problems.length > 0)
    throw new Error(
      `A fact about people is not as declared: ${problems.map(({ member, message }) => `${member} ${message}`).join("; ")}`,
    );
  const result = await append(db, { facts, projections, receivedAt: now });
  return result.ok ? { ok: true } : { ok: false, refusal: result.refusal };
}

/** Gives somebody a post. Giving the same post (by its id) twice changes nothing. */
export function givePost(
  tools: PeopleTools,
  personId: string,
  post: Omit<PeopleFactData<"post-given">, "post"> & { readonly post?: string },
  by: { readonly recordedBy: string; readonly now: Temporal.Instant },
): Promise<PeopleRecorded> {
  const id = post.post ?? newId();
  return one(tools, "post-given", personId, { ...post, post: id }, { ...by, id: `${id}-given` });
}

/** One fact of this kind, appended. */
export function one<Type extends PeopleFactType>(
  tools: PeopleTools,
  type: Type,
  subjectId: string,
  data: PeopleFactData<Type>,
  about: { readonly id?: string; readonly recordedBy: string; readonly now: Temporal.Instant },
): Promise<PeopleRecorded> {
  return recordPeople(tools, [newPeopleFact(type, subjectId, data, { ...about, id: about.id ?? newId() })], about.now);
}
