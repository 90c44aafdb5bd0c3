/**
 * The outbox: takes what is due, decides, hands over, writes down what came of it.
 *
 * In one transaction messages are read, decided on and marked `sending`; only then do they leave. A kill after that leaves
 * them marked: the next look, when the call must be over, asks Notify by the reference, or sends an e-mail once more. Two
 * processes may drain at once: a message is handed over only by the one whose mark stood (its revision).
 */
import type { Clock } from "../clock.ts";
import { type Database, inTransaction, type Transaction } from "../database/index.ts";
import { openForSubjects, readPersonalData, type Vault } from "../vault/index.ts";
import { contactMarks, type Recipient, readRecipients } from "./contacts.ts";
import { afterAttempt, DOUBT_WAIT, nextReceiptLook, type Outcome, type Provider, resolveDoubt } from "./outcome.ts";
import { planDelivery } from "./plan.ts";
import type { Outgoing, Receipt, Sender } from "./sender.ts";
import { tidyMessages } from "./tidy.ts";
import {
  markUnusable,
  messageKey,
  type OutboxRow,
  readByReference,
  readDue,
  readNextDue,
  readReceiptsDue,
  updateMessages,
  type UnusableContact,
  valuesBinding,
} from "./store.ts";
import { type Channel, type Templates, writeMessage } from "./templates.ts";

export interface OutboxSettings {
  readonly db: Database;
  readonly vault: Vault;
  readonly templates: Templates;
  readonly sender: Sender;
  readonly clock: Clock;
  readonly timeZone: string;
  readonly bodyName: string;
  readonly telephone: string;
  /** Handed over in a minute at most: GOV.UK Notify takes 3,000 a minute of one key. */
  readonly mostAMinute?: number;
  /** Calls under way at once. */
  readonly concurrency?: number;
  readonly log: (line: string) => void;
}

export interface Outbox {
  /** Works until nothing is due, a provider says to wait, or a round is over. Gives when to look again, null for no need. */
  drain(): Promise<Temporal.Instant | null>;
  /** Asks Notify what became of messages it took. Gives how many it asked about. */
  askReceipts(): Promise<number>;
  /** Takes what nobody needs any more off the lists and out of the tables. Gives how many messages that were. */
  tidy(): Promise<number>;
  /** Writes down that a message came back. `contact`: its address does not work, for good. False when there is none such. */
  recordBounce(reference: string, kind: "contact" | "message"): Promise<boolean>;
  close(): Promise<void>;
}

/** Messages decided on in one transaction. */
const BATCH = 200;
/** Batches in one drain; then others get their turn. */
const MOST_BATCHES = 250;
const NOTIFY_A_MINUTE = 3_000;
const CONCURRENCY = 40;
/** Receipts asked for in one go. */
const RECEIPTS = 100;
/** Seconds of a call's longest time and a margin: nothing is handed over that may not be over when somebody asks. */
const LATEST_START = Temporal.Duration.from(DOUBT_WAIT).total({ unit: "milliseconds" }) - 45_000;

type Ready = { readonly row: OutboxRow; readonly outgoing: Outgoing; readonly provider: Provider };
type Batch = { readonly ready: readonly Ready[]; readonly doubtful: readonly OutboxRow[]; readonly looked: number };

export function createOutbox(settings: OutboxSettings): Outbox {
  const { db, sender, clock } = settings;
  const allowance = createAllowance(settings.mostAMinute ?? NOTIFY_A_MINUTE);
  let draining: Promise<Temporal.Instant | null> | null = null;

  const drainOnce = async (): Promise<Temporal.Instant | null> => {
    for (let batch = 0; batch < MOST_BATCHES; batch += 1) {
      const started = clock.now();
      const limit = Math.min(BATCH, allowance.left(started));
      if (limit === 0) return allowance.next(started);
      const taken = await takeBatch(settings, limit);
      if (taken.looked === 0) return readNextDue(db);
      const calls = taken.ready.filter((each) => each.provider === "notify").length + taken.doubtful.length;
      allowance.use(calls, started);
      const halt = await handOver(settings, taken);
      if (halt !== null) return halt;
    }
    return clock.now();
  };

  return {
    drain() {
      draining ??= drainOnce().finally(() => {
        draining = null;
      });
      return draining;
    },
    askReceipts: () => askReceipts(settings),
    tidy: () => tidyMessages(db, clock.now()),
    async recordBounce(reference, kind) {
      const row = await readByReference(db, reference);
      if (row === undefined || !["sending", "sent", "delivered"].includes(row.state)) return false;
      const reason = kind === "contact" ? "bounced-contact" : "bounced";
      return (await writeReceipts(settings, [[row, { kind: "failed", contact: kind === "contact", reason }]])) === 1;
    },
    close: () => sender.close(),
  };
}

/** Reads, decides and marks; one transaction, so that a death or a preference recorded before it counts. */
async function takeBatch(settings: OutboxSettings, limit: number): Promise<Batch> {
  const { db, vault, clock, sender } = settings;
  const marks = contactMarks(vault);
  const providers = await sender.providers();
  return inTransaction(db, async (transaction) => {
    const now = clock.now();
    const rows = await readDue(transaction, now, limit);
    if (rows.length === 0) return { ready: [], doubtful: [], looked: 0 };
    const recipientOf = await readRecipients(
      transaction,
      vault,
      marks,
      rows.map((row) => row.subjectId),
      now,
    );
    const values = await readValues(transaction, vault, rows);
    const ready: Ready[] = [];
    const doubtful: OutboxRow[] = [];
    const changed = rows.map((row) => {
      const doubt = row.state === "sending" ? resolveDoubt(row.provider ?? "notify", row.doubts) : null;
      if (doubt === "ask") {
        const asked = { ...row, dueAt: now.add(DOUBT_WAIT) };
        doubtful.push(asked);
        return asked;
      }
      if (doubt === "give-up") return { ...row, state: "failed", reason: "in-doubt", dueAt: null } as const;
      const decided = decide(settings, {
        row: doubt === null ? row : { ...row, doubts: row.doubts + 1 },
        recipient: recipientOf(row.subjectId),
        values: values.get(messageKey(row)),
        providers,
        now,
      });
      const mark =
        decided.to === null ? null : marks(row.subjectId, decided.to.outgoing.channel, decided.to.outgoing.to);
      const marked = mark === null ? decided.row : { ...decided.row, contactMark: mark };
      if (decided.to !== null) ready.push({ row: marked, ...decided.to });
      return marked;
    });
    const letters = ready.filter(({ outgoing }) => outgoing.channel === "letter");
    const names = await readPersonalData(
      transaction,
      vault,
      letters.map(({ row }) => row.subjectId),
      "identity",
    );
    const written = await updateMessages(transaction, changed, now);
    const stood = (row: OutboxRow): boolean => written.has(messageKey(row));
    return {
      ready: ready
        .filter(({ row }) => stood(row))
        .map((each) => ({
          ...each,
          row: nextRevision(each.row),
          outgoing: addressed(each.outgoing, names.get(each.row.subjectId)?.name),
        })),
      doubtful: doubtful.filter(stood).map(nextRevision),
      looked: rows.length,
    };
  });
}

/** A letter carries the name above the address. */
function addressed(outgoing: Outgoing, name: string | undefined): Outgoing {
  return outgoing.channel === "letter" && name !== undefined
    ? { ...outgoing, to: `${name}\n${outgoing.to}` }
    : outgoing;
}

const nextRevision = (row: OutboxRow): OutboxRow => ({ ...row, revision: row.revision + 1 });

type Decision = {
  readonly row: OutboxRow;
  readonly to: { readonly outgoing: Outgoing; readonly provider: Provider } | null;
};

function decide(
  settings: OutboxSettings,
  given: {
    readonly row: OutboxRow;
    readonly recipient: Recipient;
    readonly values: Readonly<Record<string, string>> | undefined;
    readonly providers: ReadonlyMap<Channel, Provider>;
    readonly now: Temporal.Instant;
  },
): Decision {
  const { row, recipient, values, providers, now } = given;
  const template = settings.templates.get(row.template);
  const ended = (state: "cancelled" | "failed" | "unmet", reason: string): Decision => ({
    // What is cancelled is never needed again; what could not be sent may yet be, once a contact is corrected.
    row: { ...row, state, reason, dueAt: null, sealedValues: state === "cancelled" ? null : row.sealedValues },
    to: null,
  });
  if (template === undefined) return ended("failed", "unknown-template");
  // The person's key was ended: nothing is known of them any more.
  if (values === undefined) return ended("cancelled", "disposed-of");
  const plan = planDelivery({
    message: row,
    template,
    contact: recipient.contact,
    ...recipient.communication,
    available: [...providers.keys()],
    now,
    timeZone: settings.timeZone,
  });
  switch (plan.kind) {
    case "cancel":
      return ended("cancelled", plan.why);
    case "unmet":
      return ended("unmet", plan.why === "need" ? plan.need : plan.why);
    case "wait":
      return { row: { ...row, state: "queued", reason: plan.why, dueAt: plan.until }, to: null };
    case "send": {
      const provider = providers.get(plan.channel) as Provider;
      const known = { bodyName: settings.bodyName, telephone: settings.telephone, reference: row.id };
      const written = writeMessage(template, plan, { ...values, ...known });
      const { id, subjectId } = row;
      return {
        row: {
          ...row,
          state: "sending",
          reason: null,
          channel: plan.channel,
          provider,
          attempts: row.attempts + 1,
          attemptedAt: now,
          dueAt: now.add(DOUBT_WAIT),
        },
        to: {
          provider,
          outgoing: { id, subjectId, channel: plan.channel, to: plan.to, language: plan.language, ...written },
        },
      };
    }
  }
}

async function readValues(
  transaction: Transaction,
  vault: Vault,
  rows: readonly OutboxRow[],
): Promise<ReadonlyMap<string, Readonly<Record<string, string>>>> {
  const sealed = rows.filter((row) => row.sealedValues !== null);
  const opened = await openForSubjects(
    transaction,
    vault,
    sealed.map((row) => ({
      subjectId: row.subjectId,
      sealed: row.sealedValues as Uint8Array,
      boundTo: valuesBinding(row.id),
    })),
  );
  const found = new Map<string, Readonly<Record<string, string>>>();
  for (const [index, row] of sealed.entries()) {
    const text = opened[index];
    if (text !== undefined) found.set(messageKey(row), JSON.parse(text) as Record<string, string>);
  }
  return found;
}

/** Hands the batch over and writes down what came of it. Gives until when to stop, where a provider asked for it. */
async function handOver(settings: OutboxSettings, batch: Batch): Promise<Temporal.Instant | null> {
  const { db, clock, sender, log } = settings;
  const begun = performance.now();
  let halted: Extract<Outcome, { kind: "later" }> | null = null;
  const outcomes: { readonly ready: Ready; readonly outcome: Outcome | null }[] = [];
  await eachOf(batch.ready, settings.concurrency ?? CONCURRENCY, async (ready) => {
    // Begun too late it might still be under way when another looks at it: put back untouched, as after a halt.
    const tooLate = performance.now() - begun > LATEST_START;
    const outcome = halted !== null || tooLate ? null : await sender.send(ready.outgoing, ready.provider);
    if (outcome?.kind === "later" && outcome.stops === "all") halted = outcome;
    outcomes.push({ ready, outcome });
  });
  const receipts = new Map<OutboxRow, Receipt>();
  await eachOf(batch.doubtful, settings.concurrency ?? CONCURRENCY, async (row) => {
    receipts.set(row, await sender.ask(row.id));
  });
  const now = clock.now();
  const stop = halted as Extract<Outcome, { kind: "later" }> | null;
  const until = stop === null ? null : now.add(stop.after ?? { seconds: 30 });
  if (stop !== null) log(`messages: ${stop.reason}; the next attempt is at ${until?.toString() ?? "once"}`);
  const unusable: UnusableContact[] = [];
  const rows = outcomes.map(({ ready: { row, provider }, outcome }): OutboxRow => {
    if (outcome === null)
      return { ...row, state: "queued", attempts: row.attempts - 1, dueAt: until ?? now, attemptedAt: null };
    const change = afterAttempt(outcome, {
      provider,
      channel: row.channel as Channel,
      attempts: row.attempts,
      doubts: row.doubts,
      now,
    });
    if (change.state === "queued" && change.unusable !== null) unusable.push(unusableOf(row, change.unusable));
    return applied(row, change, now);
  });
  rows.push(...[...receipts].map(([row, receipt]) => afterAsking(row, receipt, now, unusable)));
  await inTransaction(db, async (transaction) => {
    await markUnusable(transaction, unusable, now);
    await updateMessages(transaction, rows, now);
  });
  return until;
}

function applied(row: OutboxRow, change: ReturnType<typeof afterAttempt>, now: Temporal.Instant): OutboxRow {
  switch (change.state) {
    case "sent":
      return {
        ...row,
        state: "sent",
        reason: null,
        fragments: change.fragments,
        dueAt: change.dueAt,
        sentAt: now,
        sealedValues: null,
      };
    case "queued":
      return { ...row, state: "queued", reason: change.reason, dueAt: change.dueAt, doubts: change.doubts };
    case "sending":
      return { ...row, reason: change.reason, dueAt: change.dueAt };
    case "failed":
      return { ...row, state: "failed", reason: change.reason, dueAt: null };
  }
}

/** After Notify was asked about a message left in doubt. */
function afterAsking(row: OutboxRow, receipt: Receipt, now: Temporal.Instant, unusable: UnusableContact[]): OutboxRow {
  switch (receipt.kind) {
    case "unknown":
      return { ...row, state: "queued", reason: null, dueAt: now };
    case "later":
      return { ...row, dueAt: now.add(receipt.after ?? DOUBT_WAIT) };
    case "taken":
    case "delivered":
    case "failed":
      return afterReceipt({ ...row, sentAt: row.attemptedAt ?? now, sealedValues: null }, receipt, now, unusable);
  }
}

function afterReceipt(
  row: OutboxRow,
  receipt: Extract<Receipt, { kind: "taken" | "delivered" | "failed" }>,
  now: Temporal.Instant,
  unusable: UnusableContact[],
): OutboxRow {
  switch (receipt.kind) {
    case "taken":
      return {
        ...row,
        state: "sent",
        reason: null,
        fragments: receipt.fragments ?? row.fragments,
        dueAt: nextReceiptLook(row.sentAt ?? now, now),
      };
    case "delivered":
      return { ...row, state: "delivered", reason: null, dueAt: null };
    case "failed":
      if (receipt.contact) unusable.push(unusableOf(row, receipt.reason));
      return { ...row, state: "bounced", reason: receipt.reason, dueAt: null };
  }
}

function unusableOf(row: OutboxRow, reason: string): UnusableContact {
  const { subjectId, contactMark, channel } = row;
  if (contactMark === null || channel === null) throw new Error(`Message ${row.id} was handed over to nobody.`);
  return { subjectId, contactMark, channel, reason };
}

async function askReceipts(settings: OutboxSettings): Promise<number> {
  const due = await readReceiptsDue(settings.db, settings.clock.now(), RECEIPTS);
  const answers: (readonly [OutboxRow, Receipt])[] = [];
  await eachOf(due, 10, async (row) => void answers.push([row, await settings.sender.ask(row.id)]));
  await writeReceipts(settings, answers);
  return due.length;
}

async function writeReceipts(
  { db, clock }: OutboxSettings,
  answers: readonly (readonly [OutboxRow, Receipt])[],
): Promise<number> {
  const now = clock.now();
  const unusable: UnusableContact[] = [];
  const rows = answers.map(([row, receipt]): OutboxRow => {
    switch (receipt.kind) {
      case "unknown":
      case "later":
        return { ...row, dueAt: nextReceiptLook(row.sentAt ?? row.queuedAt, now) };
      default:
        return afterReceipt(row, receipt, now, unusable);
    }
  });
  return inTransaction(db, async (transaction) => {
    await markUnusable(transaction, unusable, now);
    return (await updateMessages(transaction, rows, now)).size;
  });
}

/** Does a thing for each, so many at a time; the first that throws ends it, as a kill would. */
async function eachOf<T>(list: readonly T[], atOnce: number, body: (one: T) => Promise<void>): Promise<void> {
  let next = 0;
  const work = async (): Promise<void> => {
    for (let index = next++; index < list.length; index = next++) await body(list[index] as T);
  };
  await Promise.all(Array.from({ length: Math.min(atOnce, list.length) }, work));
}

/** So many a minute, counted by whole seconds' worth: a burst of at most a fifth of a minute's allowance. */
function createAllowance(aMinute: number) {
  const most = Math.max(1, Math.floor(aMinute / 5));
  let left = most;
  let filledAt: Temporal.Instant | null = null;
  const fill = (now: Temporal.Instant): void => {
    const milliseconds = filledAt === null ? 0 : Math.max(0, now.epochMilliseconds - filledAt.epochMilliseconds);
    left = Math.min(most, left + (milliseconds * aMinute) / 60_000);
    filledAt = now;
  };
  return {
    left(now: Temporal.Instant): number {
      fill(now);
      return Math.max(0, Math.floor(left));
    },
    use(count: number, now: Temporal.Instant): void {
      fill(now);
      left -= count;
    },
    /** When a second's worth is there again. */
    next: (now: Temporal.Instant): Temporal.Instant => now.add({ seconds: 1 }),
  };
}
