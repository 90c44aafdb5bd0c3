/** Storing and reading who stands how to whom. */
import { sql } from "kysely";
import type { Actor, Ban, Bond, Cover, Post, PostRole, Tie, Whose, BanKind, Action } from "../access/index.ts";
import type { Database, Transaction } from "../database/index.ts";
import { newId } from "../ids.ts";
import type { Relationship, Standing } from "./model/standing.ts";

declare module "../database/schema.ts" {
  interface DatabaseSchema {
    readonly relationship: RelationshipTable;
    readonly ban: BanTable;
    readonly post: PostTable;
    readonly membership: MembershipTable;
    readonly merged_record: MergedRecordTable;
    readonly team: TeamTable;
    readonly look_question: LookQuestionTable;
    readonly withheld_look: WithheldLookTable;
    readonly relationship_offer: RelationshipOfferTable;
  }
}

interface SpanColumns {
  readonly subject_id: string;
  readonly from_at: string;
  readonly until_at: string | null;
}

interface RelationshipTable extends SpanColumns {
  readonly relationship_id: string;
  readonly bond: Bond;
  readonly holder_kind: Relationship["holderKind"];
  readonly holder_id: string;
  readonly covers: readonly Cover[] | null;
}

interface BanTable extends SpanColumns {
  readonly ban_id: string;
  readonly kind: BanKind;
  readonly holder_id: string;
  readonly covers: readonly Cover[];
  readonly actions: readonly Action[];
}

interface PostTable extends SpanColumns {
  readonly post_id: string;
  readonly role: PostRole;
  readonly at_organisation: string | null;
  readonly at_service: string | null;
  readonly at_area: string | null;
}

interface MembershipTable extends SpanColumns {
  readonly membership_id: string;
  readonly kind: "team" | "cover";
  readonly target_id: string;
}

interface MergedRecordTable extends SpanColumns {
  readonly merge_id: string;
  readonly other_id: string;
  readonly survives: boolean;
}

interface LookQuestionTable {
  readonly subject_id: string;
  readonly question_id: string;
  readonly batch_id: string;
  readonly asked_by: string;
  readonly asked_at: string;
  readonly answered_by: string | null;
  readonly answered_at: string | null;
  readonly outcome: "in-order" | "not-in-order" | null;
}

interface WithheldLookTable {
  readonly subject_id: string;
  readonly withholding_id: string;
  readonly batch_id: string;
  readonly asked_by: string;
  readonly asked_at: string;
  readonly approved_by: string | null;
  readonly approved_at: string | null;
  readonly review_on: string;
  readonly ended_at: string | null;
}

interface RelationshipOfferTable {
  readonly subject_id: string;
  readonly relationship_id: string;
  readonly bond: Bond;
  readonly holder_id: string;
  readonly covers: readonly Cover[] | null;
  readonly until_at: string | null;
  readonly offered_at: string;
  readonly settled_at: string | null;
}

interface TeamTable {
  readonly id: string;
  readonly name: string;
  readonly organisation_id: string | null;
  readonly ended_at: string | null;
}

/** What is computed from the facts of the case `people`. */
export const STANDING_TABLES = [
  "relationship",
  "ban",
  "post",
  "membership",
  "merged_record",
  "look_question",
  "withheld_look",
  "relationship_offer",
] as const;

/** What was worked out from standings before this no longer need be true. */
async function noteRevision(transaction: Transaction): Promise<void> {
  await sql`update standing_revision set revision = ${newId()}`.execute(transaction);
}

/** The mark that is new after every change of standings. */
export async function readRevision(db: Handle): Promise<string> {
  const { rows } = await sql<{ revision: string }>`select revision from standing_revision`.execute(db);
  return rows[0]?.revision ?? "none";
}

/** Puts how these subjects stand in place of what is there. */
export async function replaceStandings(
  transaction: Transaction,
  rows: readonly { readonly subjectId: string; readonly standing: Standing }[],
): Promise<void> {
  await noteRevision(transaction);
  const subjects = JSON.stringify(rows.map(({ subjectId }) => subjectId));
  const of = <T>(pick: (standing: Standing) => readonly T[], row: (each: T) => object) =>
    rows.flatMap(({ subjectId, standing }) => pick(standing).map((each) => ({ subject_id: subjectId, ...row(each) })));
  const span = ({ from, until }: { readonly from: Temporal.Instant; readonly until: Temporal.Instant | null }) => ({
    from_at: from.toString(),
    until_at: until?.toString() ?? null,
  });
  const content: Readonly<Record<(typeof STANDING_TABLES)[number], readonly object[]>> = {
    relationship: of(
      (standing) => standing.relationships,
      (one) => ({
        relationship_id: one.id,
        bond: one.bond,
        holder_kind: one.holderKind,
        holder_id: one.holderId,
        covers: one.covers,
        ...span(one),
      }),
    ),
    ban: of(
      (standing) => standing.bans,
      (one) => ({
        ban_id: one.id,
        kind: one.kind,
        holder_id: one.holderId,
        covers: one.covers,
        actions: one.actions,
        ...span(one),
      }),
    ),
    post: of(
      (standing) => standing.posts,
      (one) => ({
        post_id: one.id,
        role: one.role,
        at_organisation: one.organisationId,
        at_service: one.serviceId,
        at_area: one.areaCode,
        ...span(one),
      }),
    ),
    membership: of(
      (standing) => standing.memberships,
      (one) => ({ membership_id: one.id, kind: one.kind, target_id: one.targetId, ...span(one) }),
    ),
    merged_record: of(
      (standing) => standing.merged,
      (one) => ({ merge_id: one.id, other_id: one.otherId, survives: one.survives, ...span(one) }),
    ),
    relationship_offer: of(
      (standing) => standing.offers,
      (one) => ({
        relationship_id: one.id,
        bond: one.bond,
        holder_id: one.holderId,
        covers: one.covers,
        until_at: one.until?.toString() ?? null,
        offered_at: one.offeredAt.toString(),
        settled_at: one.settledAt?.toString() ?? null,
      }),
    ),
    look_question: of(
      (standing) => standing.questions,
      (one) => ({
        question_id: one.id,
        batch_id: one.batchId,
        asked_by: one.askedBy,
        asked_at: one.askedAt.toString(),
        answered_by: one.answer?.by ?? null,
        answered_at: one.answer?.at.toString() ?? null,
        outcome: one.answer?.outcome ?? null,
      }),
    ),
    withheld_look: of(
      (standing) => standing.withholdings,
      (one) => ({
        withholding_id: one.id,
        batch_id: one.batchId,
        asked_by: one.askedBy,
        asked_at: one.askedAt.toString(),
        approved_by: one.approval?.by ?? null,
        approved_at: one.approval?.at.toString() ?? null,
        review_on: one.reviewOn.toString(),
        ended_at: one.endedAt?.toString() ?? null,
      }),
    ),
  };
  for (const table of STANDING_TABLES) {
    await sql`
      delete from ${sql.id(table)} t using json_array_elements_text(${subjects}::json) as wanted(s)
      where t.subject_id = wanted.s`.execute(transaction);
    if (content[table].length === 0) continue;
    await sql`
      insert into ${sql.id(table)}
      select * from json_populate_recordset(null::${sql.id(table)}, ${JSON.stringify(content[table])}::json)`.execute(
      transaction,
    );
  }
}

/** Relationships loaded for one actor; an organisation with more consents than this has to name a team instead. */
export const MOST_TIES = 10_000;

type Handle = Database | Transaction;

/**
 * Who somebody is to the access decision, as the record stands at `now`: posts with every area within theirs,
 * relationships held by themselves, their teams, their organisations (consents) and the colleagues they stand in for,
 * and bans. Merged records count as one person, on both sides. Read anew for each request: what ended is over at once.
 * @throws when somebody holds more than `MOST_TIES` relationships.
 */
export async function loadActor(db: Handle, personId: string, now: Temporal.Instant): Promise<Actor> {
  return (await loadStanding(db, personId, now)).actor;
}

/** An actor and the moment from which they may be another: the next beginning or end of anything it was made from. */
export interface LoadedActor {
  readonly actor: Actor;
  readonly until: Temporal.Instant | null;
}

/** The same with how long it stays true, if nothing is recorded meanwhile. */
export async function loadStanding(db: Handle, personId: string, now: Temporal.Instant): Promise<LoadedActor> {
  const changes = watchChanges(now);
  const own = await readRecordsOf(db, personId, now, changes);
  const [posts, memberships, bans] = await Promise.all([
    // What somebody is employed to do is theirs by this sign-in alone: a merged record brings no post along.
    currentRows(db, "post", [personId], now, changes),
    currentRows(db, "membership", [personId], now, changes),
    readBansOn(db, own.all, now, changes),
  ]);
  const holders: Holders = {
    person: own.all,
    covered: await inPost(
      db,
      memberships.filter(({ kind }) => kind === "cover").map((one) => one.target_id),
      now,
      changes,
    ),
    team: memberships.filter(({ kind }) => kind === "team").map((one) => one.target_id),
    // What a person agreed to show an organisation is for those of it who care for people.
    organisation: posts
      .filter(({ role }) => role === "front-line" || role === "clinician")
      .flatMap(({ at_organisation: id }) => id ?? []),
  };
  const ties = await readTies(db, holders, now, changes);
  if (ties.length > MOST_TIES)
    throw new Error(`${personId} holds more than ${MOST_TIES} relationships: give them to teams, not to one holder.`);
  const areas = await areasWithin(
    db,
    posts.flatMap(({ at_area: code }) => code ?? []),
  );
  const others = await otherRecords(
    db,
    [...ties, ...bans].map((row) => row.subject_id),
    now,
    changes,
  );
  const recordsOf = (subjectId: string) => [subjectId, ...(others.get(subjectId) ?? [])];
  const actor: Actor = {
    personId,
    selves: new Set(own.all),
    posts: posts.map((row): Post => ({
      id: row.post_id,
      role: row.role,
      organisationId: row.at_organisation,
      serviceId: row.at_service,
      areaCodes: row.at_area === null ? null : (areas.get(row.at_area) ?? [row.at_area]),
      ...milliseconds(row),
    })),
    ties: grouped(
      ties.flatMap((row) => {
        const tie: Tie = { id: row.relationship_id, bond: row.bond, limitedTo: row.covers, ...milliseconds(row) };
        return recordsOf(row.subject_id).map((subject) => ({ subject, tie }));
      }),
      ({ tie }) => tie,
    ),
    bans: grouped(
      bans.flatMap((row) => {
        const ban: Ban = {
          id: row.ban_id,
          kind: row.kind,
          covers: row.covers,
          actions: row.actions,
          ...milliseconds(row),
        };
        return recordsOf(row.subject_id).map((subject) => ({ subject, ban }));
      }),
      ({ ban }) => ban,
    ),
  };
  return { actor, until: changes.next() };
}

/** Those of these colleagues who still hold a post: nobody stands in for somebody who left. */
async function inPost(
  db: Handle,
  personIds: readonly string[],
  now: Temporal.Instant,
  changes: Changes,
): Promise<readonly string[]> {
  if (personIds.length === 0) return [];
  const held = await currentRows(db, "post", personIds, now, changes);
  const working = held.filter(({ role }) => role === "front-line" || role === "clinician" || role === "manager");
  return [...new Set(working.map((row) => row.subject_id))];
}

function milliseconds({ from_at, until_at }: SpanColumns): { readonly from: number; readonly until: number | null } {
  return {
    from: Temporal.Instant.from(from_at).epochMilliseconds,
    until: until_at === null ? null : Temporal.Instant.from(until_at).epochMilliseconds,
  };
}

/** Tells what has begun from what will, and notes over all that is read when the next thing begins or ends. */
interface Changes {
  readonly begun: (row: SpanColumns) => boolean;
  readonly next: () => Temporal.Instant | null;
}

function watchChanges(now: Temporal.Instant): Changes {
  let next: Temporal.Instant | null = null;
  return {
    begun: ({ from_at, until_at }) => {
      const from = Temporal.Instant.from(from_at);
      const begun = Temporal.Instant.compare(from, now) <= 0;
      const change = begun ? (until_at === null ? null : Temporal.Instant.from(until_at)) : from;
      if (change !== null && (next === null || Temporal.Instant.compare(change, next) < 0)) next = change;
      return begun;
    },
    next: () => next,
  };
}

/** Rows of these subjects that hold at `now`. */
async function currentRows<Table extends "post" | "membership" | "merged_record">(
  db: Handle,
  table: Table,
  subjectIds: readonly string[],
  now: Temporal.Instant,
  changes: Changes,
): Promise<readonly TableOf<Table>[]> {
  const { rows } = await sql<TableOf<Table>>`
    select * from ${sql.id(table)} where subject_id = any(${[...subjectIds]}::text[]) and ${notOver(now)}
    order by 1, 2`.execute(db);
  return rows.filter(changes.begun);
}

type TableOf<Table> = Table extends "post"
  ? PostTable
  : Table extends "membership"
    ? MembershipTable
    : MergedRecordTable;

/** What holds now or will: what has not begun is left out by whoever reads it, and tells when things change. */
function notOver(now: Temporal.Instant) {
  return sql`(until_at is null or ${now.toString()}::timestamptz < until_at)`;
}

type Holders = Readonly<Record<"person" | "covered" | "team" | "organisation", readonly string[]>>;

async function readTies(
  db: Handle,
  holders: Holders,
  now: Temporal.Instant,
  changes: Changes,
): Promise<readonly RelationshipTable[]> {
  const held = (kind: string, ids: readonly string[]) =>
    sql`(holder_kind = ${kind} and holder_id = any(${[...ids]}::text[]))`;
  const { rows } = await sql<RelationshipTable>`
    select * from relationship
    where (${held("person", holders.person)} or ${held("team", holders.team)} or ${held("organisation", holders.organisation)}
      or (${held("person", holders.covered)} and bond = 'lead-professional')) and ${notOver(now)}
    order by subject_id, relationship_id limit ${MOST_TIES + 1}`.execute(db);
  return rows.filter(changes.begun);
}

async function readBansOn(
  db: Handle,
  holderIds: readonly string[],
  now: Temporal.Instant,
  changes: Changes,
): Promise<readonly BanTable[]> {
  const { rows } = await sql<BanTable>`
    select * from ban where holder_id = any(${[...holderIds]}::text[]) and ${notOver(now)}
    order by subject_id, ban_id`.execute(db);
  return rows.filter(changes.begun);
}

/** Each of these areas with all areas within it, itself first. */
async function areasWithin(db: Handle, codes: readonly string[]): Promise<ReadonlyMap<string, readonly string[]>> {
  if (codes.length === 0) return new Map();
  const { rows } = await sql<{ root: string; code: string }>`
    with recursive within as (
      select code as root, code from area where code = any(${[...codes]}::text[])
      union select within.root, area.code from within join area on area.parent_code = within.code
    )
    select root, code from within order by root, code`.execute(db);
  return grouped(
    rows.map(({ root, code }) => ({ subject: root, code })),
    ({ code }) => code,
  );
}

/** The other records of each of these people, where records were merged. */
export async function otherRecords(
  db: Handle,
  subjectIds: readonly string[],
  now: Temporal.Instant,
  changes: Changes = watchChanges(now),
): Promise<ReadonlyMap<string, readonly string[]>> {
  if (subjectIds.length === 0) return new Map();
  const found = new Map<string, readonly string[]>();
  const merged = new Set(
    (await currentRows(db, "merged_record", [...new Set(subjectIds)], now, changes)).map((row) => row.subject_id),
  );
  for (const subjectId of merged) {
    const { all } = await readRecordsOf(db, subjectId, now, changes);
    found.set(
      subjectId,
      all.filter((id) => id !== subjectId),
    );
  }
  return found;
}

function grouped<Row extends { readonly subject: string }, Of>(
  rows: readonly Row[],
  pick: (row: Row) => Of,
): ReadonlyMap<string, readonly Of[]> {
  return new Map([...Map.groupBy(rows, ({ subject }) => subject)].map(([key, group]) => [key, group.map(pick)]));
}

/** Places one person can be known in that a decision looks at. */
const MOST_PLACES = 1_000;

/** Where a person is known, and whether at all: the places of their cases, under every record that is theirs. */
export async function readWhose(db: Handle, subjectId: string, now: Temporal.Instant): Promise<Whose> {
  const { all } = await readRecordsOf(db, subjectId, now);
  const { rows } = await sql<{ organisation_id: string | null; service_id: string | null; area_code: string | null }>`
    select distinct organisation_id, service_id, area_code from fact
    where subject_id = any(${[...all]}::text[]) and coalesce(organisation_id, service_id, area_code) is not null
    limit ${MOST_PLACES}`.execute(db);
  return {
    subjectId,
    places: rows.map((row) => ({
      organisationId: row.organisation_id,
      serviceId: row.service_id,
      areaCode: row.area_code,
    })),
  };
}

/**
 * The ids under which a person is on record at `now`; `known` is the one their page is under. Step by step rather than
 * by a recursive query, which a distributed database refuses on tables that lie by subject.
 */
export async function readRecordsOf(
  db: Handle,
  subjectId: string,
  now: Temporal.Instant,
  changes: Changes = watchChanges(now),
): Promise<{ readonly known: string; readonly all: readonly string[] }> {
  const all = new Set([subjectId]);
  const into = new Map<string, string>();
  for (let asked: readonly string[] = [subjectId]; asked.length > 0;) {
    const rows = await currentRows(db, "merged_record", asked, now, changes);
    for (const row of rows) if (!row.survives) into.set(row.subject_id, row.other_id);
    asked = [...new Set(rows.map((row) => row.other_id))].filter((id) => !all.has(id));
    for (const id of asked) all.add(id);
  }
  let known = subjectId;
  for (const seen = new Set<string>(); into.has(known) && !seen.has(known); known = into.get(known) as string)
    seen.add(known);
  return { known, all: [...all].toSorted() };
}
