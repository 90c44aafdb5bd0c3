import { type Database, inTransaction } from "../database/index.ts";
import { deleteOld } from "./store.ts";

/** How long ended sessions and codes that ran out are kept, for whoever has to find out what happened. */
const KEPT = { hours: 24 * 90 } as const;
const FAILURES_KEPT = { hours: 24 } as const;

/** Removes what has run out: challenges, counted failures, codes, old sessions. To be run once a day. */
export function tidySignIn(db: Database, now: Temporal.Instant): Promise<number> {
  return inTransaction(db, (transaction) =>
    deleteOld(transaction, { now, failures: now.subtract(FAILURES_KEPT), sessions: now.subtract(KEPT) }),
  );
}
