/** Sign-in in the database. Decisions are elsewhere: these read and write rows. */
import { sql } from "kysely";
import type { Database, Transaction } from "../database/index.ts";
import type { CodePurpose, CodeWay } from "./model/code.ts";
import type { Failures } from "./model/limits.ts";
import type { WayIn } from "./model/session.ts";

interface PasskeyTable {
  readonly subject_id: string;
  readonly credential_id: string;
  readonly public_key: Uint8Array;
  readonly counter: number;
  readonly transports: string;
  readonly backed_up: boolean;
  readonly sealed_name: Uint8Array;
  readonly added_at: string;
  readonly last_used_at: string | null;
  readonly suspended_at: string | null;
  readonly removed_at: string | null;
}

interface SessionTable {
  readonly subject_id: string;
  readonly id: string;
  readonly secret_hash: Uint8Array;
  readonly way: WayIn;
  readonly enrolling: boolean;
  readonly helped_by: string | null;
  readonly device: string;
  readonly began_at: string;
  readonly last_seen_at: string;
  readonly fresh_until: string | null;
  readonly ended_at: string | null;
}

interface CodeTable {
  readonly subject_id: string;
  readonly id: string;
  readonly secret_hash: Uint8Array;
  readonly purpose: CodePurpose;
  readonly way: CodeWay;
  readonly email_mark: string | null;
  readonly made_by: string | null;
  readonly made_at: string;
  readonly expires_at: string;
  readonly used_at: string | null;
}

interface NameTable {
  readonly subject_id: string;
  readonly person_id: string;
  readonly kind: "email" | "code" | "provider";
  readonly reference: string | null;
  readonly expires_at: string | null;
}

interface LinkRequestTable {
  readonly subject_id: string;
  readonly asked_at: string;
  readonly due: boolean;
  readonly answered: number;
  readonly counting_since: string;
}

declare module "../database/schema.ts" {
  interface DatabaseSchema {
    readonly passkey: PasskeyTable;
    readonly sign_in_session: SessionTable;
    readonly one_time_code: CodeTable;
    readonly sign_in_name: NameTable;
    readonly link_request: LinkRequestTable;
    readonly spent_challenge: { readonly subject_id: string; readonly expires_at: string };
    readonly failed_sign_in: {
      readonly subject_id: string;
      readonly failures: number;
      readonly counting_since: string;
    };
  }
}

type Handle = Database | Transaction;
const instant = (text: string) => Temporal.Instant.from(text);
const instantOrNull = (text: string | null) => (text === null ? null : Temporal.Instant.from(text));

// Passkeys

export type PasskeyRow = {
  readonly personId: string;
  readonly credentialId: string;
  readonly publicKey: Uint8Array;
  readonly counter: number;
  readonly transports: readonly string[];
  readonly backedUp: boolean;
  readonly sealedName: Uint8Array;
  readonly addedAt: Temporal.Instant;
  readonly lastUsedAt: Temporal.Instant | null;
  readonly suspendedAt: Temporal.Instant | null;
  readonly removedAt: Temporal.Instant | null;
};

/** A person's passkeys that were not removed, oldest first; of one credential only, removed or not, when it is named. */
export async function readPasskeys(
  db: Handle,
  personId: string,
  credentialId?: string,
): Promise<readonly PasskeyRow[]> {
  let query = db.selectFrom("passkey").selectAll().where("subject_id", "=", personId);
  query =
    credentialId === undefined
      ? query.where("removed_at", "is", null)
      : query.where("credential_id", "=", credentialId);
  const rows = await query.orderBy("added_at").limit(200).execute();
  return rows.map((row) => ({
    personId: row.subject_id,
    credentialId: row.credential_id,
    publicKey: new Uint8Array(row.public_key),
    counter: row.counter,
    transports: row.transports === "" ? [] : row.transports.split(","),
    backedUp: row.backed_up,
    sealedName: row.sealed_name,
    addedAt: instant(row.added_at),
    lastUsedAt: instantOrNull(row.last_used_at),
    suspendedAt: instantOrNull(row.suspended_at),
    removedAt: instantOrNull(row.removed_at),
  }));
}

/** False when the person has this credential already, removed or not. */
export async function insertPasskey(
  transaction: Transaction,
  passkey: Pick<
    PasskeyRow,
    "personId" | "credentialId" | "publicKey" | "counter" | "transports" | "backedUp" | "sealedName" | "addedAt"
  >,
): Promise<boolean> {
  const { numInsertedOrUpdatedRows } = await transaction
    .insertInto("passkey")
    .values({
      subject_id: passkey.personId,
      credential_id: passkey.credentialId,
      public_key: Buffer.from(passkey.publicKey),
      counter: passkey.counter,
      transports: passkey.transports.join(","),
      backed_up: passkey.backedUp,
      sealed_name: passkey.sealedName,
      added_at: passkey.addedAt.toString(),
      last_used_at: null,
      suspended_at: null,
      removed_at: null,
    })
    .onConflict((conflict) => conflict.doNothing())
    .executeTakeFirst();
  return (numInsertedOrUpdatedRows ?? 0n) > 0n;
}

/** Notes a use, only while the counter is still the one the decision was made on: of two at once, one is refused. */
export async function notePasskeyUse(
  transaction: Transaction,
  { personId, credentialId, counter }: PasskeyRow,
  use: { readonly counter: number; readonly backedUp: boolean; readonly now: Temporal.Instant },
): Promise<boolean> {
  const { numUpdatedRows } = await transaction
    .updateTable("passkey")
    .set({ counter: use.counter, backed_up: use.backedUp, last_used_at: use.now.toString() })
    .where("subject_id", "=", personId)
    .where("credential_id", "=", credentialId)
    .where("counter", "=", counter)
    .where("suspended_at", "is", null)
    .where("removed_at", "is", null)
    .executeTakeFirst();
  return numUpdatedRows > 0n;
}

/** False when it was suspended, or removed, already. */
export async function markPasskey(
  transaction: Transaction,
  personId: string,
  credentialId: string,
  mark: "suspended_at" | "removed_at",
  now: Temporal.Instant,
): Promise<boolean> {
  const { numUpdatedRows } = await transaction
    .updateTable("passkey")
    .set({ [mark]: now.toString() })
    .where("subject_id", "=", personId)
    .where("credential_id", "=", credentialId)
    .where(mark, "is", null)
    .executeTakeFirst();
  return numUpdatedRows > 0n;
}

/** True while an installation has nobody who could sign in by a passkey. */
export async function nobodyHasPasskey(db: Handle): Promise<boolean> {
  return (await db.selectFrom("passkey").select("subject_id").limit(1).executeTakeFirst()) === undefined;
}

// Sessions

export type SessionRow = {
  readonly personId: string;
  readonly id: string;
  readonly secretHash: Uint8Array;
  readonly way: WayIn;
  readonly enrolling: boolean;
  readonly helpedBy: string | null;
  readonly device: string;
  readonly beganAt: Temporal.Instant;
  readonly lastSeenAt: Temporal.Instant;
  readonly freshUntil: Temporal.Instant | null;
  readonly endedAt: Temporal.Instant | null;
};

export async function insertSession(transaction: Transaction, session: SessionRow): Promise<void> {
  await transaction
    .insertInto("sign_in_session")
    .values({
      subject_id: session.personId,
      id: session.id,
      secret_hash: session.secretHash,
      way: session.way,
      enrolling: session.enrolling,
      helped_by: session.helpedBy,
      device: session.device,
      began_at: session.beganAt.toString(),
      last_seen_at: session.lastSeenAt.toString(),
      fresh_until: session.freshUntil?.toString() ?? null,
      ended_at: null,
    })
    .execute();
}

/** One session, or the newest of a person's that were not ended. */
export async function readSessions(db: Handle, personId: string, id?: string): Promise<readonly SessionRow[]> {
  let query = db.selectFrom("sign_in_session").selectAll().where("subject_id", "=", personId);
  query = id === undefined ? query.where("ended_at", "is", null) : query.where("id", "=", id);
  const rows = await query.orderBy("began_at", "desc").limit(100).execute();
  return rows.map((row) => ({
    personId: row.subject_id,
    id: row.id,
    secretHash: row.secret_hash,
    way: row.way,
    enrolling: row.enrolling,
    helpedBy: row.helped_by,
    device: row.device,
    beganAt: instant(row.began_at),
    lastSeenAt: instant(row.last_seen_at),
    freshUntil: instantOrNull(row.fresh_until),
    endedAt: instantOrNull(row.ended_at),
  }));
}

export async function noteClick(
  transaction: Transaction,
  personId: string,
  id: string,
  now: Temporal.Instant,
): Promise<void> {
  await transaction
    .updateTable("sign_in_session")
    .set({ last_seen_at: now.toString() })
    .where("subject_id", "=", personId)
    .where("id", "=", id)
    .execute();
}

/** Ends these sessions of a person, or all of them but one; of one way in, when it is named. How many were ended. */
export async function endSessions(
  transaction: Transaction,
  personId: string,
  which: { readonly ids: readonly string[] } | { readonly allBut: string | null; readonly way?: WayIn },
  now: Temporal.Instant,
): Promise<number> {
  let query = transaction
    .updateTable("sign_in_session")
    .set({ ended_at: now.toString() })
    .where("subject_id", "=", personId)
    .where("ended_at", "is", null);
  if ("ids" in which) {
    if (which.ids.length === 0) return 0;
    query = query.where("id", "in", [...which.ids]);
  } else {
    if (which.allBut !== null) query = query.where("id", "<>", which.allBut);
    if (which.way !== undefined) query = query.where("way", "=", which.way);
  }
  return Number((await query.executeTakeFirst()).numUpdatedRows);
}

// Codes

export type CodeRow = {
  readonly personId: string;
  readonly id: string;
  readonly secretHash: Uint8Array;
  readonly purpose: CodePurpose;
  readonly way: CodeWay;
  readonly emailMark: string | null;
  readonly madeBy: string | null;
  readonly madeAt: Temporal.Instant;
  readonly expiresAt: Temporal.Instant;
  readonly usedAt: Temporal.Instant | null;
};

export async function insertCode(transaction: Transaction, code: CodeRow): Promise<void> {
  await transaction
    .insertInto("one_time_code")
    .values({
      subject_id: code.personId,
      id: code.id,
      secret_hash: code.secretHash,
      purpose: code.purpose,
      way: code.way,
      email_mark: code.emailMark,
      made_by: code.madeBy,
      made_at: code.madeAt.toString(),
      expires_at: code.expiresAt.toString(),
      used_at: null,
    })
    .execute();
}

export async function readCode(db: Handle, personId: string, id: string): Promise<CodeRow | null> {
  const row = await db
    .selectFrom("one_time_code")
    .selectAll()
    .where("subject_id", "=", personId)
    .where("id", "=", id)
    .executeTakeFirst();
  if (row === undefined) return null;
  return {
    personId: row.subject_id,
    id: row.id,
    secretHash: row.secret_hash,
    purpose: row.purpose,
    way: row.way,
    emailMark: row.email_mark,
    madeBy: row.made_by,
    madeAt: instant(row.made_at),
    expiresAt: instant(row.expires_at),
    usedAt: instantOrNull(row.used_at),
  };
}

/** True for the one who uses it first. */
export async function spendCode(
  transaction: Transaction,
  personId: string,
  id: string,
  now: Temporal.Instant,
): Promise<boolean> {
  const { numUpdatedRows } = await transaction
    .updateTable("one_time_code")
    .set({ used_at: now.toString() })
    .where("subject_id", "=", personId)
    .where("id", "=", id)
    .where("used_at", "is", null)
    .executeTakeFirst();
  return numUpdatedRows > 0n;
}

/** Whether the person came in by the link for the first administrator. */
export async function usedAdministratorLink(db: Handle, personId: string): Promise<boolean> {
  const row = await db
    .selectFrom("one_time_code")
    .select("id")
    .where("subject_id", "=", personId)
    .where("purpose", "=", "administrator")
    .where("used_at", "is not", null)
    .executeTakeFirst();
  return row !== undefined;
}

/** Links of a person that are on their way by e-mail to another address than `but` end with the moment they were made. */
export async function endLinks(transaction: Transaction, personId: string, but: string | null): Promise<void> {
  await transaction
    .updateTable("one_time_code")
    .set(({ ref }) => ({ expires_at: ref("made_at") }))
    .where("subject_id", "=", personId)
    .where("way", "=", "email")
    .where("used_at", "is", null)
    .where("email_mark", "is distinct from", but)
    .execute();
}

/** Codes of a person that nobody used yet are worth nothing from now on: how many. */
export async function spendAllCodes(
  transaction: Transaction,
  personId: string,
  now: Temporal.Instant,
): Promise<number> {
  const { numUpdatedRows } = await transaction
    .updateTable("one_time_code")
    .set({ used_at: now.toString() })
    .where("subject_id", "=", personId)
    .where("used_at", "is", null)
    .executeTakeFirst();
  return Number(numUpdatedRows);
}

// Names

export type NameRow = {
  readonly mark: string;
  readonly personId: string;
  readonly kind: "email" | "code" | "provider";
  readonly reference: string | null;
  readonly expiresAt: Temporal.Instant | null;
};

export async function putName(transaction: Transaction, name: NameRow): Promise<void> {
  const values = {
    kind: name.kind,
    reference: name.reference,
    expires_at: name.expiresAt?.toString() ?? null,
  };
  await transaction
    .insertInto("sign_in_name")
    .values({ subject_id: name.mark, person_id: name.personId, ...values })
    .onConflict((conflict) => conflict.columns(["subject_id", "person_id"]).doUpdateSet(values))
    .execute();
}

/** The same, but a name that is there already stays as it is. */
export async function insertName(transaction: Transaction, name: NameRow): Promise<void> {
  await transaction
    .insertInto("sign_in_name")
    .values({
      subject_id: name.mark,
      person_id: name.personId,
      kind: name.kind,
      reference: name.reference,
      expires_at: name.expiresAt?.toString() ?? null,
    })
    .onConflict((conflict) => conflict.doNothing())
    .execute();
}

/**
 * Who may be meant: at most ten people share an address, those first who proved that it is theirs. `kept`: nobody may be
 * taken off until the transaction ends.
 */
export async function readNames(db: Handle, mark: string, kept = false): Promise<readonly NameRow[]> {
  const query = db
    .selectFrom("sign_in_name")
    .selectAll()
    .where("subject_id", "=", mark)
    .orderBy(sql`reference is null`)
    .orderBy("person_id")
    .limit(10);
  const rows = await (kept ? query.forShare() : query).execute();
  return rows.map((row) => ({
    mark: row.subject_id,
    personId: row.person_id,
    kind: row.kind,
    reference: row.reference,
    expiresAt: instantOrNull(row.expires_at),
  }));
}

export async function deleteName(transaction: Transaction, mark: string, personId: string): Promise<void> {
  await transaction
    .deleteFrom("sign_in_name")
    .where("subject_id", "=", mark)
    .where("person_id", "=", personId)
    .execute();
}

/** Everything under which a person was found, except codes and `but`: they are to be found by that alone, or no more. */
export async function deleteNamesOf(
  transaction: Transaction,
  personId: string,
  kind: "email" | "provider",
  but: string | null,
): Promise<void> {
  const query = transaction.deleteFrom("sign_in_name").where("person_id", "=", personId).where("kind", "=", kind);
  await (but === null ? query : query.where("subject_id", "<>", but)).execute();
}

// Links that were asked for

/** Notes that a link was asked for: one statement, the same for every address. */
export async function putLinkRequest(transaction: Transaction, mark: string, now: Temporal.Instant): Promise<void> {
  await transaction
    .insertInto("link_request")
    .values({ subject_id: mark, asked_at: now.toString(), due: true, answered: 0, counting_since: now.toString() })
    .onConflict((conflict) => conflict.column("subject_id").doUpdateSet({ asked_at: now.toString(), due: true }))
    .execute();
}

export type LinkRequest = {
  readonly mark: string;
  readonly answered: number;
  readonly countingSince: Temporal.Instant;
};

/** Addresses whose requests wait, oldest first, at most `limit`. */
export async function readDueRequests(db: Handle, limit: number): Promise<readonly string[]> {
  const rows = await db
    .selectFrom("link_request")
    .select("subject_id")
    .where("due", "=", true)
    .orderBy("asked_at")
    .limit(limit)
    .execute();
  return rows.map((row) => row.subject_id);
}

/** Takes one that still waits; null when somebody else took it first. */
export async function takeLinkRequest(transaction: Transaction, mark: string): Promise<LinkRequest | null> {
  const row = await transaction
    .updateTable("link_request")
    .set({ due: false })
    .where("subject_id", "=", mark)
    .where("due", "=", true)
    .returning(["answered", "counting_since"])
    .executeTakeFirst();
  return row === undefined ? null : { mark, answered: row.answered, countingSince: instant(row.counting_since) };
}

export async function noteLinkAnswer(transaction: Transaction, request: LinkRequest): Promise<void> {
  await transaction
    .updateTable("link_request")
    .set({ answered: request.answered, counting_since: request.countingSince.toString() })
    .where("subject_id", "=", request.mark)
    .execute();
}

// Challenges and failures

/** True for the first answer to a challenge, false for every further one. */
export async function spendChallenge(
  transaction: Transaction,
  mark: string,
  expiresAt: Temporal.Instant,
): Promise<boolean> {
  const { numInsertedOrUpdatedRows } = await transaction
    .insertInto("spent_challenge")
    .values({ subject_id: mark, expires_at: expiresAt.toString() })
    .onConflict((conflict) => conflict.doNothing())
    .executeTakeFirst();
  return (numInsertedOrUpdatedRows ?? 0n) > 0n;
}

export async function readFailures(db: Handle, mark: string): Promise<Failures | null> {
  const row = await db.selectFrom("failed_sign_in").selectAll().where("subject_id", "=", mark).executeTakeFirst();
  return row === undefined ? null : { failures: row.failures, countingSince: instant(row.counting_since) };
}

/** Counts one more, from one again when the window began before `windowBegan`. One statement: attempts at once all count. */
export async function countFailure(
  transaction: Transaction,
  mark: string,
  now: Temporal.Instant,
  windowBegan: Temporal.Instant,
): Promise<void> {
  await sql`
    insert into failed_sign_in (subject_id, failures, counting_since)
    values (${mark}, 1, ${now.toString()}::timestamptz)
    on conflict (subject_id) do update set
      failures = case when failed_sign_in.counting_since <= ${windowBegan.toString()}::timestamptz then 1 else failed_sign_in.failures + 1 end,
      counting_since = case when failed_sign_in.counting_since <= ${windowBegan.toString()}::timestamptz then excluded.counting_since else failed_sign_in.counting_since end`.execute(
    transaction,
  );
}

/** Removes what has run out. How many rows went. */
export async function deleteOld(
  transaction: Transaction,
  before: { readonly failures: Temporal.Instant; readonly sessions: Temporal.Instant; readonly now: Temporal.Instant },
): Promise<number> {
  const now = before.now.toString();
  const gone = await Promise.all([
    transaction.deleteFrom("spent_challenge").where("expires_at", "<", now).executeTakeFirst(),
    transaction
      .deleteFrom("failed_sign_in")
      .where("counting_since", "<", before.failures.toString())
      .executeTakeFirst(),
    transaction
      .deleteFrom("link_request")
      .where("due", "=", false)
      .where("asked_at", "<", before.failures.toString())
      .executeTakeFirst(),
    transaction.deleteFrom("sign_in_name").where("expires_at", "<", now).executeTakeFirst(),
    transaction.deleteFrom("sign_in_session").where("last_seen_at", "<", before.sessions.toString()).executeTakeFirst(),
    transaction.deleteFrom("one_time_code").where("expires_at", "<", before.sessions.toString()).executeTakeFirst(),
  ]);
  return gone.reduce((sum, { numDeletedRows }) => sum + Number(numDeletedRows), 0);
}
