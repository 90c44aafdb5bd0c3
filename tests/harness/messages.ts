/** What tests of messages share: templates, people who can be reached, an outbox over stand-ins. */
import { randomBytes } from "node:crypto";
import type { Clock } from "../../src/core/clock.ts";
import { type Database, inTransaction } from "../../src/core/database/index.ts";
import {
  declareTemplates,
  openMessages,
  queueMessage,
  template,
  type Templates,
} from "../../src/core/messages/index.ts";
import { append, type NewFact } from "../../src/core/record/index.ts";
import { type Contact, putPersonalData, type Vault } from "../../src/core/vault/index.ts";

export const link = template({
  id: "trial.link",
  purpose: { en: "A link you asked for.", cy: "Dolen y gwnaethoch ofyn amdani." },
  placeholders: ["link"],
  essential: true,
  words: {
    en: {
      email: { subject: "Your link from {bodyName}", body: "Go to {link}\n{bodyName}, {telephone}" },
      text: "{bodyName}: {link}",
      letter: { heading: "Your link", body: "Go to {link}" },
    },
    cy: {
      email: { subject: "Eich dolen gan {bodyName}", body: "Ewch i {link}\n{bodyName}, {telephone}" },
      text: "{bodyName}: {link} (Cymraeg)",
      letter: { heading: "Eich dolen", body: "Ewch i {link}" },
    },
  },
});

export const reminder = template({
  id: "trial.reminder",
  purpose: { en: "Reminders.", cy: "Nodiadau atgoffa." },
  placeholders: ["date"],
  essential: false,
  words: {
    en: { email: { subject: "A reminder", body: "On {date}." }, text: "On {date}. {bodyName}" },
    cy: { email: { subject: "Nodyn atgoffa", body: "Ar {date}." }, text: "Ar {date}. {bodyName}" },
  },
});

export const trialTemplates = declareTemplates([link, reminder]);

export const newVault = (): Vault => ({ masterKey: randomBytes(32) });

/** A clock that stands until it is told to go on. */
export function handClock(at: string): Clock & { go(by: Temporal.DurationLike): void } {
  let now = Temporal.Instant.from(at);
  return {
    now: () => now,
    go: (by) => {
      now = now.add(by);
    },
  };
}

export function contact(over: Partial<Contact> = {}): Contact {
  return { telephone: null, email: null, address: [], language: null, ...over };
}

export async function putContacts(
  db: Database,
  vault: Vault,
  contacts: Readonly<Record<string, Contact>>,
): Promise<void> {
  const entries = Object.entries(contacts).map(([subjectId, value]) => ({ subjectId, value }));
  await putPersonalData(db, vault, "contact", entries, Temporal.Instant.from("2026-01-01T00:00:00Z"));
}

export async function putFact(
  db: Database,
  subjectId: string,
  type: string,
  data: Readonly<Record<string, unknown>>,
  over: Partial<NewFact> = {},
): Promise<string> {
  const id = over.id ?? `${type}-${subjectId}-${randomBytes(4).toString("hex")}`;
  const fact: NewFact = {
    id,
    subjectId,
    caseId: null,
    type,
    data,
    occurredOn: Temporal.PlainDate.from("2026-01-01"),
    occurredAt: null,
    recordedAt: null,
    recordedBy: "test",
    organisationId: null,
    serviceId: null,
    areaCode: null,
    replaces: null,
    reason: null,
    ...over,
  };
  const result = await append(db, {
    facts: [fact],
    projections: [],
    receivedAt: Temporal.Instant.from("2026-01-01T00:00:00Z"),
  });
  if (!result.ok) throw new Error(result.refusal.message);
  return id;
}

/** What a demonstration's site needs of messages: they are shown, and go nowhere. */
export function shownMessages(db: Database, vault: Vault, clock: Clock, templates: Templates = trialTemplates) {
  const messages = openMessages({
    db,
    vault,
    clock,
    templates,
    sending: {
      notifyKey: undefined,
      notifyUrl: undefined,
      smtpUrl: undefined,
      mailFrom: undefined,
      production: false,
      demonstration: true,
    },
    timeZone: "Europe/London",
    bodyName: "Northshore",
    telephone: "01632 960 000",
    log: () => {},
  });
  return { messages, prices: { textFragmentHundredths: 233, letterHundredths: 6800, freeFragmentsAYear: 5_000 } };
}

/** Queues one message of the trial template `link`, in a transaction of its own. */
export function queueLink(
  db: Database,
  vault: Vault,
  subjectId: string,
  now: Temporal.Instant,
  over: { readonly id?: string; readonly urgent?: boolean; readonly notAfter?: Temporal.Instant } = {},
): Promise<string> {
  return inTransaction(db, (transaction) =>
    queueMessage(transaction, vault, {
      subjectId,
      template: link,
      values: { link: `https://handrail.example/l/${subjectId}` },
      causedBy: null,
      now,
      ...over,
    }),
  );
}
