/** Where nothing leaves the machine: messages of a demonstration are kept for /dev/mail. */
import { type Database, inTransaction } from "../database/index.ts";
import type { Clock } from "../clock.ts";
import { openForSubjects, sealForSubjects, type Vault } from "../vault/index.ts";
import { textLength } from "./fragments.ts";
import type { Transport } from "./sender.ts";
import { putDevelopmentMail, readDevelopmentMail } from "./store.ts";
import { CHANNELS, type Channel, type WrittenMessage } from "./templates.ts";

interface Kept extends WrittenMessage {
  readonly to: string;
  readonly language: string;
}

export interface ShownMail extends Kept {
  readonly id: string;
  readonly channel: Channel;
  readonly shownAt: Temporal.Instant;
}

/** Messages on /dev/mail. */
export const SHOWN_LIMIT = 100;

const binding = (id: string): string => `shown message ${id}`;

/** @throws in production: there, messages with links and codes must not lie open on a page. */
export function developmentTransport(
  db: Database,
  vault: Vault,
  { clock, production }: { readonly clock: Clock; readonly production: boolean },
): Transport {
  if (production) throw new Error("Messages are shown on /dev/mail in a demonstration only, never in production.");
  return {
    provider: "development",
    channels: () => Promise.resolve(CHANNELS),
    problem: () => null,
    async send({ id, subjectId, channel, ...rest }) {
      const kept: Kept = { to: rest.to, language: rest.language, subject: rest.subject, body: rest.body };
      await inTransaction(db, async (transaction) => {
        const [sealed] = await sealForSubjects(transaction, vault, [
          { subjectId, plain: JSON.stringify(kept), boundTo: binding(id) },
        ]);
        await putDevelopmentMail(transaction, {
          subjectId,
          id,
          channel,
          sealed: sealed as Buffer,
          shownAt: clock.now(),
        });
      });
      return {
        kind: "accepted",
        providerId: null,
        fragments: channel === "text" ? textLength(rest.body).fragments : null,
      };
    },
    close: () => Promise.resolve(),
  };
}

/** The newest messages of a demonstration, newest first, at most `SHOWN_LIMIT`. */
export async function readShownMail(db: Database, vault: Vault): Promise<readonly ShownMail[]> {
  const rows = await readDevelopmentMail(db, SHOWN_LIMIT);
  const opened = await openForSubjects(
    db,
    vault,
    rows.map((row) => ({ subjectId: row.subjectId, sealed: row.sealed, boundTo: binding(row.id) })),
  );
  return rows.flatMap((row, index) => {
    const text = opened[index];
    if (text === undefined) return [];
    return [{ ...(JSON.parse(text) as Kept), id: row.id, channel: row.channel, shownAt: row.shownAt }];
  });
}
