/** Who asks, with all that could entitle them: posts, relationships and bans, as they stand in the record. Pure data. */
import type { Action, Cover } from "./resource.ts";

/** What somebody is employed to do, in the words of the decision table. */
export const POST_ROLES = [
  "front-line",
  "clinician",
  "manager",
  "practitioner",
  "publisher",
  "identity-officer",
  "administrator",
] as const;

export type PostRole = (typeof POST_ROLES)[number];

/** How somebody stands to a person whose data they may open. */
export const BONDS = ["guardian", "family", "lead-professional", "team", "consent", "emergency"] as const;

export type Bond = (typeof BONDS)[number];

/** Epoch milliseconds, half open: from the first, up to and without the second; null is without end. */
export interface Interval {
  readonly from: number;
  readonly until: number | null;
}

/** Where a post reaches: all that is stated must be met. With neither organisation nor service nor area it reaches nobody. */
export interface Place {
  readonly organisationId: string | null;
  readonly serviceId: string | null;
  /** The areas themselves and every area within them; null where the post is not bound to an area. */
  readonly areaCodes: readonly string[] | null;
}

export interface Post extends Interval, Place {
  readonly id: string;
  readonly role: PostRole;
}

export interface Tie extends Interval {
  readonly id: string;
  readonly bond: Bond;
  /** Null: all that the bond's rules give. */
  readonly limitedTo: readonly Cover[] | null;
}

/** What takes away from what the rules give. */
export const BAN_KINDS = ["barred", "court-order", "details-hidden", "competence", "child"] as const;

export type BanKind = (typeof BAN_KINDS)[number];

export interface Ban extends Interval {
  readonly id: string;
  readonly kind: BanKind;
  readonly covers: readonly Cover[];
  readonly actions: readonly Action[];
}

export interface Actor {
  readonly personId: string;
  readonly posts: readonly Post[];
  /** By the person whose data they open. */
  readonly ties: ReadonlyMap<string, readonly Tie[]>;
  readonly bans: ReadonlyMap<string, readonly Ban[]>;
  /** Ids under which the same person is on record (merged records), their own among them. */
  readonly selves: ReadonlySet<string>;
}

export function holdsAt({ from, until }: Interval, now: number): boolean {
  return from <= now && (until === null || now < until);
}

/** Whether a post reaches a row of data with this place. */
export function reaches(post: Place, row: RowPlace): boolean {
  if (post.organisationId === null && post.serviceId === null && post.areaCodes === null) return false;
  return (
    (post.organisationId === null || post.organisationId === row.organisationId) &&
    (post.serviceId === null || post.serviceId === row.serviceId) &&
    (post.areaCodes === null || (row.areaCode !== null && post.areaCodes.includes(row.areaCode)))
  );
}

/** Where a fact or a clock belongs. */
export interface RowPlace {
  readonly organisationId: string | null;
  readonly serviceId: string | null;
  readonly areaCode: string | null;
}
