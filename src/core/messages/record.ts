/** Recording what a person needs and wants, and how a need that no message could meet was met. */
import type { Database, Transaction } from "../database/index.ts";
import { inTransaction } from "../database/index.ts";
import { newId } from "../ids.ts";
import { append, appendWithin, type NewFact, type Projection } from "../record/index.ts";
import {
  type Communication,
  communicationOf,
  type Need,
  NEED_ENDED,
  NEED_RECORDED,
  PREFERENCE_SET,
  type Preferences,
  UNMET_NEED_MET,
  type WayMet,
} from "./facts.ts";
import { readCommunicationFacts, requeueMessage, settleMessage } from "./store.ts";
import { tellQueued } from "./waking.ts";

export interface MessageRecordTools {
  readonly db: Database;
  readonly projections: readonly Projection[];
  /** The body's own: it says which day it is. */
  readonly timeZone: string;
}

interface By {
  readonly subjectId: string;
  readonly recordedBy: string;
  readonly now: Temporal.Instant;
}

/** What sending to a person depends on, as the record stands. */
export async function loadCommunication(db: Database, subjectId: string): Promise<Communication> {
  return communicationOf((await readCommunicationFacts(db, [subjectId])).get(subjectId) ?? []);
}

/**
 * Records needs and preferences as they are now wanted: only what differs from the record becomes facts, so that sending a
 * form twice changes nothing. What is undefined is left as it is. Gives how many facts that were.
 */
export async function changeCommunication(
  tools: MessageRecordTools,
  wanted: By & { readonly needs?: readonly Need[] | undefined; readonly preferences?: Preferences | undefined },
): Promise<number> {
  const current = await loadCommunication(tools.db, wanted.subjectId);
  const facts: NewFact[] = [];
  const add = (type: string, data: NewFact["data"]): void => void facts.push(newFact(tools, wanted, type, data));
  if (wanted.needs !== undefined) {
    for (const need of wanted.needs) if (!current.needs.includes(need)) add(NEED_RECORDED, { need });
    for (const need of current.needs) if (!wanted.needs.includes(need)) add(NEED_ENDED, { need });
  }
  const { preferences } = wanted;
  if (preferences !== undefined && !samePreferences(preferences, current.preferences))
    add(PREFERENCE_SET, { ...preferences });
  if (facts.length === 0) return 0;
  const result = await append(tools.db, { facts, projections: tools.projections, receivedAt: wanted.now });
  if (!result.ok) throw new Error(result.refusal.message);
  return facts.length;
}

/** Ends an entry of the list of unmet needs with a fact that says how. False when somebody else ended it before. */
export async function settleUnmet(
  tools: MessageRecordTools,
  ended: By & { readonly id: string; readonly how: WayMet },
): Promise<boolean> {
  const within = async (transaction: Transaction): Promise<boolean> => {
    if (!(await settleMessage(transaction, ended, ended.now))) return false;
    const fact = newFact(tools, ended, UNMET_NEED_MET, { message: ended.id, how: ended.how });
    const result = await appendWithin(transaction, {
      facts: [fact],
      projections: tools.projections,
      receivedAt: ended.now,
    });
    if (!result.ok) throw new Error(result.refusal.message);
    return true;
  };
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await inTransaction(tools.db, within);
    } catch (error) {
      // Somebody else wrote to the person's record at the same time: the transaction is lost, its reason is over.
      if ((error as { code?: string }).code !== "23505" || attempt === 5) throw error;
    }
  }
}

/** Tries an unmet message again, its contact being corrected. False when its words are gone or it is not on the list. */
export async function sendAgain(
  { db }: Pick<MessageRecordTools, "db">,
  again: { readonly subjectId: string; readonly id: string; readonly now: Temporal.Instant },
): Promise<boolean> {
  const done = await inTransaction(db, (transaction) => requeueMessage(transaction, again, again.now));
  if (done) tellQueued();
  return done;
}

function newFact({ timeZone }: MessageRecordTools, by: By, type: string, data: NewFact["data"]): NewFact {
  return {
    id: newId(),
    subjectId: by.subjectId,
    caseId: null,
    type,
    data,
    occurredOn: by.now.toZonedDateTimeISO(timeZone).toPlainDate(),
    occurredAt: by.now,
    recordedAt: null,
    recordedBy: by.recordedBy,
    organisationId: null,
    serviceId: null,
    areaCode: null,
    replaces: null,
    reason: null,
  };
}

function samePreferences(left: Preferences, right: Preferences): boolean {
  const plain = ({ channels, language, quietHours, switchedOff }: Preferences): string =>
    JSON.stringify([channels, language, quietHours?.from, quietHours?.to, switchedOff.toSorted()]);
  return plain(left) === plain(right);
}
