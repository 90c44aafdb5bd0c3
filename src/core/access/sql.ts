/** The predicate of a list as SQL, and what row-level security is told of the same actor by another way. */
import { type RawBuilder, sql } from "kysely";
import type { Place } from "./model/actor.ts";
import type { Predicate } from "./model/predicate.ts";

/** A condition on a table with `subject_id`, `organisation_id`, `service_id` and `area_code`; without reach it is false. */
export function whereAllowed(predicate: Predicate): RawBuilder<boolean> {
  const ways: RawBuilder<boolean>[] = [];
  if (predicate.subjects.length > 0) ways.push(sql`subject_id = any(${[...predicate.subjects]}::text[])`);
  for (const { place, except } of predicate.reaches) {
    const within = place === "everybody" ? sql<boolean>`true` : inPlace(place);
    ways.push(except.length === 0 ? within : sql`(${within} and subject_id <> all(${[...except]}::text[]))`);
  }
  return ways.length === 0 ? sql`false` : sql`(${sql.join(ways, sql` or `)})`;
}

function inPlace({ organisationId, serviceId, areaCodes }: Place): RawBuilder<boolean> {
  const parts = [
    ...(organisationId === null ? [] : [sql<boolean>`organisation_id = ${organisationId}`]),
    ...(serviceId === null ? [] : [sql<boolean>`service_id = ${serviceId}`]),
    ...(areaCodes === null ? [] : [sql<boolean>`area_code = any(${[...areaCodes]}::text[])`]),
  ];
  return sql`(${sql.join(parts, sql` and `)})`;
}
