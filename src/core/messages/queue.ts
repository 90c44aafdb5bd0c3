/** Putting messages into the outbox: in the transaction of the fact that causes them, so that both stand or neither. */
import type { Transaction } from "../database/index.ts";
import { newId } from "../ids.ts";
import { sealForSubjects, type Vault } from "../vault/index.ts";
import { insertMessages, valuesBinding } from "./store.ts";
import type { Channel, Template, ValuesOf } from "./templates.ts";
import { tellQueued } from "./waking.ts";

/** The fact that caused a message. */
export interface Cause {
  readonly subjectId: string;
  readonly factId: string;
}

export interface NewMessage<T extends Template = Template> {
  /** To whom: any person of the record, staff too. The contact is taken from the vault when it is sent. */
  readonly subjectId: string;
  readonly template: T;
  /** What the template's words are filled with. Sealed with the person's key, blanked once handed over. */
  readonly values: ValuesOf<T>;
  readonly causedBy: Cause | null;
  readonly now: Temporal.Instant;
  /** Its reference. One made by the caller makes queueing twice harmless; a new UUIDv7 unless given. */
  readonly id?: string;
  /** Not to be sent before this. */
  readonly notBefore?: Temporal.Instant | null;
  /** Worthless after this, e.g. a link that ends: then cancelled. */
  readonly notAfter?: Temporal.Instant | null;
  /** Goes in quiet hours too: the person waits for it now, or is in danger. */
  readonly urgent?: boolean;
  /** The person asked for this very message by this channel, just now; needs and preferences then do not choose. */
  readonly channel?: Channel | null;
}

/** Messages in one call. */
export const QUEUE_LIMIT = 5_000;
const LONGEST_VALUE = 2_000;

/**
 * Puts one message into the outbox and gives its reference. It is sent soon after the transaction commits.
 * @throws when the person's key was ended (their data were disposed of), or a value is missing or too long.
 */
export async function queueMessage<T extends Template>(
  transaction: Transaction,
  vault: Vault,
  message: NewMessage<T>,
): Promise<string> {
  const [id] = await queueMessages(transaction, vault, [message]);
  return id as string;
}

/** The same for at most `QUEUE_LIMIT` messages, with a few statements for all of them. */
export async function queueMessages<T extends Template>(
  transaction: Transaction,
  vault: Vault,
  messages: readonly NewMessage<T>[],
): Promise<readonly string[]> {
  if (messages.length > QUEUE_LIMIT)
    throw new Error(`${messages.length} messages in one call; the limit is ${QUEUE_LIMIT}. Queue them in parts.`);
  if (messages.length === 0) return [];
  const ids = messages.map((message) => message.id ?? newId());
  const sealed = await sealForSubjects(
    transaction,
    vault,
    messages.map((message, index) => ({
      subjectId: message.subjectId,
      plain: JSON.stringify(checkedValues(message.template, message.values)),
      boundTo: valuesBinding(ids[index] as string),
    })),
  );
  await insertMessages(
    transaction,
    messages.map((message, index) => ({
      subjectId: message.subjectId,
      id: ids[index] as string,
      template: message.template.id,
      urgent: message.urgent ?? false,
      askedChannel: message.channel ?? null,
      causedBy: message.causedBy,
      sealedValues: sealed[index] as Buffer,
      notAfter: message.notAfter ?? null,
      dueAt: message.notBefore ?? message.now,
      queuedAt: message.now,
    })),
  );
  tellQueued();
  return ids;
}

function checkedValues(template: Template, values: Readonly<Record<string, string>>): Record<string, string> {
  const checked: Record<string, string> = {};
  for (const name of template.placeholders) {
    const value = values[name];
    if (typeof value !== "string")
      throw new Error(`A message by the template ${template.id} needs a value for {${name}}.`);
    if (value.length > LONGEST_VALUE)
      throw new Error(`The value of {${name}} has ${value.length} characters; at most ${LONGEST_VALUE} are taken.`);
    checked[name] = value;
  }
  return checked;
}
