import { createHash } from "node:crypto";
import type { EventRow } from "../model/event-row.ts";

/**
 * An event without a name of its own gets one that is short and its case's alone: what it says may be longer than an
 * id may be, and two cases of one person may hold events that say the same.
 */
export function withRecordId(row: EventRow): EventRow {
  if (row.named) return row;
  const digest = createHash("sha256").update(`${row.case}\u0000${row.event.id}`).digest("hex").slice(0, 32);
  return { ...row, event: { ...row.event, id: `content-${digest}` } };
}
