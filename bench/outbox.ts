/**
 * The outbox at work: messages to different people, from the record to a local stand-in of GOV.UK Notify (its keys, its
 * HTTP). The peer is Notify's own client in a loop, which reads, decides and remembers nothing. Notify itself takes
 * 3,000 a minute of one key: what is measured is that ours is not what holds messages up.
 */
import { randomBytes } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Worker } from "node:worker_threads";
import { NotifyClient } from "notifications-node-client";
import { inTransaction, openDatabase } from "../src/core/database/index.ts";
import { createOutbox, QUEUE_LIMIT, queueMessages } from "../src/core/messages/index.ts";
import { notifyTransport } from "../src/core/messages/notify.ts";
import { joinTransports } from "../src/core/messages/sender.ts";
import { putPersonalData, type Vault } from "../src/core/vault/index.ts";
import { contact, link, trialTemplates } from "../tests/harness/messages.ts";
import { startPostgres } from "../tests/harness/postgres.ts";

export type OutboxResult = {
  readonly name: string;
  readonly messages: number;
  /** Messages a second. */
  readonly queued: number;
  readonly handedOver: number;
  /** The bare client, with as many calls at once. */
  readonly peer: number;
  readonly goal: number;
};

const NOON = Temporal.Instant.from("2026-03-02T12:00:00Z");
const AT_ONCE = 40;
const GOAL = 500;

/** Measures on the embedded database in a folder and on a PostgreSQL that is started for it. */
export async function benchOutbox(messages: number): Promise<readonly OutboxResult[]> {
  // Once for the compiler; the second is measured.
  await bareClient(Math.min(messages, 3_000));
  const peer = await bareClient(messages);
  const dataFolder = mkdtempSync(join(tmpdir(), "handrail-bench-"));
  const postgres = await startPostgres();
  try {
    return [
      await measure("PGlite in a folder", { dataFolder }, messages, peer),
      await measure(postgres.version, { dataFolder, databaseUrl: postgres.url }, messages, peer),
    ];
  } finally {
    await postgres.stop();
    rmSync(dataFolder, { recursive: true, force: true });
  }
}

async function measure(
  name: string,
  where: { readonly dataFolder: string; readonly databaseUrl?: string },
  messages: number,
  peer: number,
): Promise<OutboxResult> {
  const { db, close } = await openDatabase({ ...where, mode: "hold" });
  const standIn = await startStandIn();
  const vault: Vault = { masterKey: randomBytes(32) };
  const clock = { now: () => NOON };
  const people = Array.from({ length: messages }, (_, index) => `person-${index}`);
  await putPersonalData(
    db,
    vault,
    "contact",
    people.map((subjectId) => ({ subjectId, value: contact({ email: `${subjectId}@example.org` }) })),
    NOON,
  );
  const queueing = performance.now();
  for (let from = 0; from < people.length; from += QUEUE_LIMIT) {
    await inTransaction(db, (transaction) =>
      queueMessages(
        transaction,
        vault,
        people.slice(from, from + QUEUE_LIMIT).map((subjectId) => ({
          subjectId,
          template: link,
          values: { link: "https://handrail.example/l/0123456789" },
          causedBy: null,
          now: NOON,
        })),
      ),
    );
  }
  const queued = perSecond(messages, queueing);
  const outbox = createOutbox({
    db,
    vault,
    clock,
    templates: trialTemplates,
    sender: joinTransports([notifyTransport(standIn, clock)]),
    timeZone: "Europe/London",
    bodyName: "Northshore",
    telephone: "01632 960 000",
    mostAMinute: Number.MAX_SAFE_INTEGER,
    concurrency: AT_ONCE,
    log: (line) => process.stderr.write(`${line}\n`),
  });
  const sending = performance.now();
  await outbox.drain();
  const handedOver = perSecond(messages, sending);
  const { taken, different } = await standIn.count();
  await standIn.close();
  await close();
  if (taken !== messages || different !== messages)
    throw new Error(`${messages} messages were queued; the stand-in took ${taken}, ${different} of them different.`);
  return { name, messages, queued, handedOver, peer, goal: GOAL };
}

/** Notify's client alone, as many calls at once. */
async function bareClient(messages: number): Promise<number> {
  const standIn = await startStandIn();
  const client = new NotifyClient(standIn.url, standIn.key);
  const { data } = await client.getAllTemplates();
  const template = data.templates.find((each) => each.type === "email")?.id ?? "";
  const began = performance.now();
  let next = 0;
  const work = async (): Promise<void> => {
    for (let index = next++; index < messages; index = next++) {
      const personalisation = {
        subject: "Your link from Northshore",
        body: "Go to https://handrail.example/l/0123456789",
      };
      await client.sendEmail(template, `person-${index}@example.org`, { personalisation, reference: String(index) });
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, work));
  const rate = perSecond(messages, began);
  await standIn.close();
  return rate;
}

async function startStandIn() {
  const worker = new Worker(new URL("./outbox-notify.ts", import.meta.url));
  const next = <T>(): Promise<T> => new Promise((resolve) => worker.once("message", resolve));
  const { url, key } = await next<{ url: string; key: string }>();
  return {
    url,
    key,
    count: () => {
      const counted = next<{ taken: number; different: number }>();
      worker.postMessage("count");
      return counted;
    },
    close: () => worker.terminate(),
  };
}

function perSecond(messages: number, since: number): number {
  return Math.round((messages / (performance.now() - since)) * 1000);
}

if (import.meta.main) {
  for (const row of await benchOutbox(10_000)) process.stdout.write(`${JSON.stringify(row)}\n`);
  process.exit(0);
}
