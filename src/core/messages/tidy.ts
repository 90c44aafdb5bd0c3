/** What nobody needs any more: entries about people who died since, old messages, the mail of a demonstration. */
import { sql } from "kysely";
import { type Database, inTransaction } from "../database/index.ts";
import { otherRecords } from "../people/store.ts";
import { communicationOf } from "./facts.ts";
import { readCommunicationFacts, readUnmet } from "./store.ts";

/** Looked at in one go. */
const MOST_ENTRIES = 1_000;
/** A message is kept, without what it said, for as long as a person may ask what was sent: two years after it ended. */
const KEPT_DAYS = 730;
const SHOWN_DAYS = 7;

/**
 * Nobody rings the family of somebody who died about a message that could not be sent: such entries leave the list of
 * unmet needs. A death that was entered by mistake and withdrawn does not count.
 */
export async function cancelForTheDead(db: Database, now: Temporal.Instant): Promise<number> {
  const rows = await readUnmet(db, { offset: 0, limit: MOST_ENTRIES });
  const subjectIds = rows.map((row) => row.subjectId);
  const others = await otherRecords(db, subjectIds, now);
  const facts = await readCommunicationFacts(db, [...subjectIds, ...[...others.values()].flat()]);
  const dead = rows.filter(({ subjectId }) => {
    const records = [subjectId, ...(others.get(subjectId) ?? [])];
    return communicationOf(...records.map((id) => facts.get(id) ?? [])).died;
  });
  if (dead.length === 0) return 0;
  const keys = JSON.stringify(dead.map((row) => ({ s: row.subjectId, i: row.id })));
  await inTransaction(db, (transaction) =>
    sql`
      update outbox_message m set state = 'cancelled', reason = 'died', sealed_values = null, due_at = null,
        revision = m.revision + 1, changed_at = ${now.toString()}::timestamptz
      from json_to_recordset(${keys}::json) as k(s text, i text)
      where m.subject_id = k.s and m.id = k.i and m.settled_at is null`.execute(transaction),
  );
  return dead.length;
}

/** Once a day. Gives how many messages were removed. */
export async function tidyMessages(db: Database, now: Temporal.Instant): Promise<number> {
  await cancelForTheDead(db, now);
  return inTransaction(db, async (transaction) => {
    await sql`
      delete from development_mail
      where shown_at < ${now.subtract({ hours: 24 * SHOWN_DAYS }).toString()}::timestamptz`.execute(transaction);
    const { numAffectedRows } = await sql`
      delete from outbox_message
      where changed_at < ${now.subtract({ hours: 24 * KEPT_DAYS }).toString()}::timestamptz
        and due_at is null and (settled_at is not null or state in ('sent', 'delivered', 'cancelled'))`.execute(
      transaction,
    );
    return Number(numAffectedRows ?? 0n);
  });
}
