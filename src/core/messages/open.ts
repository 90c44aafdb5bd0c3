/** The outbox with the ways out that the installation has, and its jobs. */
import type { Clock } from "../clock.ts";
import type { Database } from "../database/index.ts";
import type { Job } from "../jobs/index.ts";
import type { Vault } from "../vault/index.ts";
import { developmentTransport } from "./development.ts";
import { notifyTransport } from "./notify.ts";
import { createOutbox, type Outbox } from "./outbox.ts";
import { joinTransports, type Sender } from "./sender.ts";
import { smtpTransport } from "./smtp.ts";
import type { Templates } from "./templates.ts";

/** What the environment says of sending (docs/how-to/settings.md). */
export interface SendingSettings {
  readonly notifyKey: string | undefined;
  readonly notifyUrl: string | undefined;
  readonly smtpUrl: string | undefined;
  readonly mailFrom: string | undefined;
  readonly production: boolean;
  /** True when everybody on record is invented: then nothing leaves, all of it is on /dev/mail. */
  readonly demonstration: boolean;
}

export interface MessagesSettings {
  readonly db: Database;
  readonly vault: Vault;
  readonly clock: Clock;
  readonly templates: Templates;
  readonly sending: SendingSettings;
  readonly timeZone: string;
  readonly bodyName: string;
  readonly telephone: string;
  readonly log: (line: string) => void;
}

/** What pages and the program need of the outbox. */
export interface Messages {
  readonly outbox: Outbox;
  readonly sender: Sender;
  readonly templates: Templates;
  /** True when messages are shown on /dev/mail and leave nowhere. */
  readonly shown: boolean;
  readonly jobs: readonly Job[];
  close(): Promise<void>;
}

/** E-mail goes by the mail server where there is one, else by Notify, as everything else does. */
export function openMessages(settings: MessagesSettings): Messages {
  const { db, vault, clock, sending, templates } = settings;
  const shown = sending.demonstration && !sending.production;
  const sender = shown
    ? joinTransports([developmentTransport(db, vault, { clock, production: sending.production })])
    : joinTransports([
        ...(sending.smtpUrl === undefined || sending.mailFrom === undefined
          ? []
          : [smtpTransport({ url: sending.smtpUrl, from: sending.mailFrom })]),
        ...(sending.notifyKey === undefined
          ? []
          : [notifyTransport({ key: sending.notifyKey, url: sending.notifyUrl }, clock)]),
      ]);
  const outbox = createOutbox({ ...settings, sender });
  return {
    outbox,
    sender,
    templates,
    shown,
    jobs: [
      { name: OUTBOX_JOB, cron: "* * * * *", run: () => outbox.drain() },
      {
        name: "messages-receipts",
        cron: "*/5 * * * *",
        run: async () => {
          await outbox.askReceipts();
          return null;
        },
      },
      {
        name: "messages-tidy",
        cron: "40 3 * * *",
        run: async () => {
          await outbox.tidy();
          return null;
        },
      },
    ],
    close: () => outbox.close(),
  };
}

/** The job that drains the outbox: poked when something was queued. */
export const OUTBOX_JOB = "messages-outbox";

/** How long after something was queued the outbox looks: soon, when its transaction has most likely committed, and once more. */
const LOOKS_AFTER_MILLISECONDS = [50, 1_000];

/** Pokes a moment after each queueing in this process; many at once are one. Gives the way to stop. */
export function pokeWhenQueued(whenQueued: (listener: () => void) => () => void, poke: () => void): () => void {
  const timers = new Map<number, NodeJS.Timeout>();
  const stop = whenQueued(() => {
    for (const milliseconds of LOOKS_AFTER_MILLISECONDS) {
      if (timers.has(milliseconds)) continue;
      const look = (): void => {
        timers.delete(milliseconds);
        poke();
      };
      timers.set(milliseconds, setTimeout(look, milliseconds).unref());
    }
  });
  return () => {
    stop();
    for (const timer of timers.values()) clearTimeout(timer);
  };
}
