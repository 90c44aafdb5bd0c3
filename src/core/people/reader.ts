/**
 * Reads on behalf of somebody, under row-level security. What they may see is worked out here a second time, by SQL of
 * its own over the same tables (`reader_reach` says which bonds and roles count): a fault in the decision table then
 * shows less than it should, never more. It covers what a post or a relationship opens of promises and events.
 */
import { type RawBuilder, sql } from "kysely";
import {
  arrayLiteral,
  inTransaction,
  READER_SETTINGS,
  type Database,
  type ReaderSettings,
  type Transaction,
} from "../database/index.ts";
import type { Actor } from "../access/index.ts";
import { keptStanding, type KeptStanding } from "./kept.ts";
import { loadStanding, readRecordsOf } from "./store.ts";

/**
 * Runs `body` in a transaction that sees only what this person may see at `now`. What that is, is kept between requests
 * as the actor is (`kept.ts`).
 */
export async function readAs<T>(
  db: Database,
  personId: string,
  now: Temporal.Instant,
  body: (transaction: Transaction) => Promise<T>,
): Promise<T> {
  const { settings } = await standingOfReader(db, personId, now);
  return db.transaction().execute(async (transaction) => {
    await restrict(transaction, settings);
    return body(transaction);
  });
}

/** Who somebody is to the access decision, kept as long as it is true. */
export async function actorOf(db: Database, personId: string, now: Temporal.Instant): Promise<Actor> {
  return (await standingOfReader(db, personId, now)).actor;
}

function standingOfReader(db: Database, personId: string, now: Temporal.Instant): Promise<KeptStanding> {
  return keptStanding(db, personId, now, async () => {
    const { actor, until } = await loadStanding(db, personId, now);
    const settings = await inTransaction(db, (transaction) => readerSettings(transaction, personId, now));
    return { actor, settings, until };
  });
}

/** From here on the transaction sees what the settings name. SET LOCAL, not set_config: it reaches the workers of a distributed database. */
async function restrict(transaction: Transaction, settings: ReaderSettings): Promise<void> {
  const statements = READER_SETTINGS.map(
    (name) => `set local handrail.${name} = '${arrayLiteral(settings[name]).replaceAll("'", "''")}'`,
  );
  await sql.raw([...statements, "set local role handrail_reader"].join(";\n")).execute(transaction);
}

/** What row-level security is told of a person. */
async function readerSettings(
  transaction: Transaction,
  personId: string,
  now: Temporal.Instant,
): Promise<ReaderSettings> {
  const own = (await readRecordsOf(transaction, personId, now)).all;
  const at = sql`${now.toString()}::timestamptz`;
  const selves = sql`${[...own]}::text[]`;
  const holds = (alias: string) =>
    sql`(${sql.ref(`${alias}.from_at`)} <= ${at} and (${sql.ref(`${alias}.until_at`)} is null or ${sql.ref(`${alias}.until_at`)} > ${at}))`;
  // Of a subject something is left when one of the two fields is neither outside the limits nor under a ban.
  const left = (subject: string, limits: string | null) => sql`
    exists (select from unnest(array['promises.clocks', 'promises.events']) as field
      where ${limits === null ? sql`true` : sql`(${sql.ref(limits)} is null or ${sql.ref(limits)} && array['*', 'promises', field])`}
        and not exists (select from ban b where b.subject_id = ${sql.ref(subject)} and b.holder_id = any(${selves})
          and ${holds("b")} and 'view' = any(b.actions) and b.covers && array['*', 'promises', field]))`;
  const holding = (holder: RawBuilder<unknown>, roles: readonly string[]) => sql`
    exists (select from post p where p.subject_id = ${holder} and p.role = any(${[...roles]}::text[]) and ${holds("p")})`;
  const me = sql`${personId}`;
  const caring = holding(me, ["front-line", "clinician"]);
  const working = ["front-line", "clinician", "manager"];
  const { rows } = await sql<{ kind: "tie" | "shut"; subject_id: string }>`
    select distinct 'tie' as kind, r.subject_id
    from relationship r join reader_reach x on x.holder = r.bond and x.reach = 'tie'
    where ${holds("r")} and ${left("r.subject_id", "r.covers")} and (
      (r.holder_kind = 'person' and r.holder_id = any(${selves}))
      or (r.holder_kind = 'team' and r.holder_id in (select m.target_id from membership m
        where m.subject_id = ${me} and m.kind = 'team' and ${holds("m")}))
      or (r.holder_kind = 'person' and r.bond = 'lead-professional' and r.holder_id in (select m.target_id from membership m
        where m.subject_id = ${me} and m.kind = 'cover' and ${holds("m")} and ${holding(sql`m.target_id`, working)}))
      or (r.holder_kind = 'organisation' and r.holder_id in (select p.at_organisation from post p
        where p.subject_id = ${me} and p.role in ('front-line', 'clinician') and ${holds("p")}))
    ) and case r.bond when 'guardian' then true when 'family' then true
      when 'lead-professional' then ${holding(me, working)} when 'team' then ${holding(me, working)} else ${caring} end
    union all
    select distinct 'shut', s.subject_id from ban s
    where s.holder_id = any(${selves}) and not ${left("s.subject_id", null)}`.execute(transaction);
  const of = (kind: "tie" | "shut") => rows.filter((row) => row.kind === kind).map((row) => row.subject_id);
  const shut = await withOtherRecords(transaction, of("shut"), now);
  const tied = await withOtherRecords(transaction, of("tie"), now);
  const mine = own.filter((id) => !shut.includes(id));
  return {
    subjects: [...new Set([...mine, ...tied.filter((id) => !shut.includes(id))])],
    barred: shut,
    ...(await placesOf(transaction, [personId], now)),
  };
}

async function withOtherRecords(
  transaction: Transaction,
  subjectIds: readonly string[],
  now: Temporal.Instant,
): Promise<readonly string[]> {
  if (subjectIds.length === 0) return [];
  const { rows } = await sql<{ subject_id: string }>`
    select distinct subject_id from merged_record where subject_id = any(${[...subjectIds]}::text[])`.execute(
    transaction,
  );
  const all = new Set(subjectIds);
  for (const { subject_id: id } of rows)
    for (const other of (await readRecordsOf(transaction, id, now)).all) all.add(other);
  return [...all];
}

async function placesOf(
  transaction: Transaction,
  own: readonly string[],
  now: Temporal.Instant,
): Promise<Pick<ReaderSettings, "everywhere" | "organisations" | "services" | "areas" | "combined">> {
  const { rows } = await sql<{ at_organisation: string | null; at_service: string | null; at_area: string | null }>`
    select distinct p.at_organisation, p.at_service, p.at_area
    from post p join reader_reach x on x.holder = p.role and x.reach = 'place'
    where p.subject_id = any(${[...own]}::text[]) and p.from_at <= ${now.toString()}::timestamptz
      and (p.until_at is null or p.until_at > ${now.toString()}::timestamptz)`.execute(transaction);
  const every = await sql<{ count: number }>`select count(*)::int as count from area`.execute(transaction);
  const within = await sql<{ root: string; code: string }>`
    with recursive inside as (
      select code as root, code from area where code = any(${rows.flatMap((row) => row.at_area ?? [])}::text[])
      union select inside.root, area.code from inside join area on area.parent_code = inside.code
    ) select root, code from inside`.execute(transaction);
  const places = {
    everywhere: [] as string[],
    organisations: [] as string[],
    services: [] as string[],
    areas: [] as string[],
    combined: [] as string[],
  };
  for (const { at_organisation: organisation, at_service: service, at_area: area } of rows) {
    const codes =
      area === null ? [null] : [area, ...within.rows.filter(({ root }) => root === area).map(({ code }) => code)];
    // Somebody for the whole region: one comparison for each row instead of one for each area.
    if (organisation === null && service === null && new Set(codes).size === every.rows[0]?.count) {
      places.everywhere.push("yes");
      continue;
    }
    for (const code of new Set(codes)) {
      const parts = [
        ...(organisation === null ? [] : [`o:${organisation}`]),
        ...(service === null ? [] : [`s:${service}`]),
        ...(code === null ? [] : [`a:${code}`]),
      ];
      if (parts.length > 1) places.combined.push(parts.join(" "));
      else if (organisation !== null) places.organisations.push(organisation);
      else if (service !== null) places.services.push(service);
      else if (code !== null) places.areas.push(code);
    }
  }
  return places;
}
