/** Reads for the pages about people: who may act, who is shut off, who is employed, what is asked about looks. */
import { sql } from "kysely";
import type { Database, Transaction } from "../database/index.ts";
import type { BanRow, MergedRecord, Membership, Offer, PostRow, Relationship } from "./model/standing.ts";

type Handle = Database | Transaction;

export interface RelationshipRow extends Relationship {
  readonly subjectId: string;
}

/** Rows of one page about one person. */
const MOST_ROWS = 500;

const instant = (text: string) => Temporal.Instant.from(text);
const instantOrNull = (text: string | null) => (text === null ? null : Temporal.Instant.from(text));

/** Everybody who may, could or will be able to open this person's data; ended ones too, the newest first. */
export async function readRelationships(
  db: Handle,
  subjectIds: readonly string[],
): Promise<readonly RelationshipRow[]> {
  const rows = await db
    .selectFrom("relationship")
    .selectAll()
    .where(sql<boolean>`subject_id = any(${[...subjectIds]}::text[])`)
    .orderBy("from_at", "desc")
    .limit(MOST_ROWS)
    .execute();
  return rows.map((row) => ({
    subjectId: row.subject_id,
    id: row.relationship_id,
    bond: row.bond,
    holderKind: row.holder_kind,
    holderId: row.holder_id,
    covers: row.covers,
    from: instant(row.from_at),
    until: instantOrNull(row.until_at),
  }));
}

export interface ReadBan extends BanRow {
  readonly subjectId: string;
}

/** Who is shut off from this person's data, the newest first. */
export async function readBans(db: Handle, subjectIds: readonly string[]): Promise<readonly ReadBan[]> {
  const rows = await db
    .selectFrom("ban")
    .selectAll()
    .where(sql<boolean>`subject_id = any(${[...subjectIds]}::text[])`)
    .orderBy("from_at", "desc")
    .limit(MOST_ROWS)
    .execute();
  return rows.map((row) => ({
    subjectId: row.subject_id,
    id: row.ban_id,
    kind: row.kind,
    holderId: row.holder_id,
    covers: row.covers,
    actions: row.actions,
    from: instant(row.from_at),
    until: instantOrNull(row.until_at),
  }));
}

/** An invitation that is open. */
export interface OfferRow extends Omit<Offer, "settledAt"> {
  readonly subjectId: string;
}

/** Open invitations by this person (`subject`) or to these people (`holders`). */
export async function readOffers(
  db: Handle,
  of: { readonly subjects: readonly string[] } | { readonly holders: readonly string[] },
): Promise<readonly OfferRow[]> {
  const rows = await db
    .selectFrom("relationship_offer")
    .selectAll()
    .where(
      "subjects" in of
        ? sql<boolean>`subject_id = any(${[...of.subjects]}::text[])`
        : sql<boolean>`holder_id = any(${[...of.holders]}::text[])`,
    )
    .where("settled_at", "is", null)
    .orderBy("offered_at", "desc")
    .limit(MOST_ROWS)
    .execute();
  return rows.map((row) => ({
    subjectId: row.subject_id,
    id: row.relationship_id,
    bond: row.bond,
    holderId: row.holder_id,
    covers: row.covers,
    until: instantOrNull(row.until_at),
    offeredAt: instant(row.offered_at),
  }));
}

export interface ReadPost extends PostRow {
  readonly personId: string;
}

/** Posts of these people, or of everybody, ended ones too. */
export async function readPosts(
  db: Handle,
  personIds: readonly string[] | "everybody",
  limit = 1_000,
): Promise<readonly ReadPost[]> {
  const rows = await db
    .selectFrom("post")
    .selectAll()
    .where(personIds === "everybody" ? sql<boolean>`true` : sql<boolean>`subject_id = any(${[...personIds]}::text[])`)
    .orderBy("subject_id")
    .orderBy("from_at", "desc")
    .limit(limit)
    .execute();
  return rows.map((row) => ({
    personId: row.subject_id,
    id: row.post_id,
    role: row.role,
    organisationId: row.at_organisation,
    serviceId: row.at_service,
    areaCode: row.at_area,
    from: instant(row.from_at),
    until: instantOrNull(row.until_at),
  }));
}

export interface ReadMembership extends Membership {
  readonly personId: string;
}

/** Teams and covers, of one member of staff or of all. */
export async function readMemberships(
  db: Handle,
  of: { readonly person: string } | { readonly target: string },
): Promise<readonly ReadMembership[]> {
  const rows = await db
    .selectFrom("membership")
    .selectAll()
    .where("person" in of ? sql<boolean>`subject_id = ${of.person}` : sql<boolean>`target_id = ${of.target}`)
    .orderBy("from_at", "desc")
    .limit(MOST_ROWS)
    .execute();
  return rows.map((row) => ({
    personId: row.subject_id,
    id: row.membership_id,
    kind: row.kind,
    targetId: row.target_id,
    from: instant(row.from_at),
    until: instantOrNull(row.until_at),
  }));
}

export interface Team {
  readonly id: string;
  readonly name: string;
  readonly organisationId: string | null;
}

export async function readTeams(db: Handle): Promise<readonly Team[]> {
  const rows = await db
    .selectFrom("team")
    .selectAll()
    .where("ended_at", "is", null)
    .orderBy("name")
    .limit(1_000)
    .execute();
  return rows.map((row) => ({ id: row.id, name: row.name, organisationId: row.organisation_id }));
}

/** Adds a team; adding it twice changes nothing. */
export async function addTeam(transaction: Transaction, team: Team): Promise<void> {
  await transaction
    .insertInto("team")
    .values({ id: team.id, name: team.name, organisation_id: team.organisationId, ended_at: null })
    .onConflict((conflict) => conflict.column("id").doNothing())
    .execute();
}

export interface QuestionRow {
  readonly subjectId: string;
  readonly id: string;
  readonly batchId: string;
  readonly askedBy: string;
  readonly askedAt: Temporal.Instant;
  readonly answeredAt: Temporal.Instant | null;
  readonly outcome: "in-order" | "not-in-order" | null;
}

/** Questions about looks: of one person, or all that are open, the oldest first. */
export async function readQuestions(
  db: Handle,
  of: { readonly subjects: readonly string[] } | "open",
): Promise<readonly QuestionRow[]> {
  const rows = await db
    .selectFrom("look_question")
    .selectAll()
    .where(
      of === "open" ? sql<boolean>`answered_at is null` : sql<boolean>`subject_id = any(${[...of.subjects]}::text[])`,
    )
    .orderBy("asked_at")
    .limit(MOST_ROWS)
    .execute();
  return rows.map((row) => ({
    subjectId: row.subject_id,
    id: row.question_id,
    batchId: row.batch_id,
    askedBy: row.asked_by,
    askedAt: instant(row.asked_at),
    answeredAt: instantOrNull(row.answered_at),
    outcome: row.outcome,
  }));
}

export interface WithholdingRow {
  readonly subjectId: string;
  readonly id: string;
  readonly batchId: string;
  readonly askedBy: string;
  readonly askedAt: Temporal.Instant;
  readonly approvedBy: string | null;
  readonly reviewOn: Temporal.PlainDate;
  readonly endedAt: Temporal.Instant | null;
}

/** What is kept from view, or asked to be: of one person, or all that wait for a second person or for review. */
export async function readWithholdings(
  db: Handle,
  of: { readonly subjects: readonly string[] } | "standing",
): Promise<readonly WithholdingRow[]> {
  const rows = await db
    .selectFrom("withheld_look")
    .selectAll()
    .where(
      of === "standing" ? sql<boolean>`ended_at is null` : sql<boolean>`subject_id = any(${[...of.subjects]}::text[])`,
    )
    .orderBy("asked_at")
    .limit(MOST_ROWS)
    .execute();
  return rows.map((row) => ({
    subjectId: row.subject_id,
    id: row.withholding_id,
    batchId: row.batch_id,
    askedBy: row.asked_by,
    askedAt: instant(row.asked_at),
    approvedBy: row.approved_by,
    reviewOn: Temporal.PlainDate.from(row.review_on),
    endedAt: instantOrNull(row.ended_at),
  }));
}

/** Merges of this record with others, undone ones too. */
export async function readMerges(db: Handle, subjectId: string): Promise<readonly MergedRecord[]> {
  const rows = await db
    .selectFrom("merged_record")
    .selectAll()
    .where("subject_id", "=", subjectId)
    .orderBy("from_at", "desc")
    .limit(MOST_ROWS)
    .execute();
  return rows.map((row) => ({
    id: row.merge_id,
    otherId: row.other_id,
    survives: row.survives,
    from: instant(row.from_at),
    until: instantOrNull(row.until_at),
  }));
}
