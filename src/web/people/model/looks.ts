/** Who looked, as the person reads it: entries that belong together as one line, what is withheld left out. Pure. */
import type { Resource } from "../../../core/access/index.ts";
import type { AccessLogEntry } from "../../../core/access-log/index.ts";
import type { WithholdingRow } from "../../../core/people/index.ts";

/** Several looks of one person at one thing on one day. */
export interface LookLine {
  /** The newest look of the line: what a question is about. */
  readonly batchId: string;
  readonly seenBy: string;
  readonly action: AccessLogEntry["action"];
  readonly what: AccessLogEntry["what"];
  readonly allowed: boolean;
  readonly purpose: string;
  readonly rules: readonly string[];
  /** Relationships, consents, posts or bans that it rested on. */
  readonly through: readonly string[];
  /** Members of staff who helped them to sign in. */
  readonly helpers: readonly string[];
  readonly first: Temporal.Instant;
  readonly last: Temporal.Instant;
  readonly times: number;
}

/** Dealing with what is kept from view: looks of this kind would give away that something is. */
export const WITHHOLDING: readonly Resource[] = ["withholding", "withholding-approval"];

/** What is kept from view on this day: asked for, approved by somebody else, not ended and not yet up for review. */
export function withheldOn(withholdings: readonly WithholdingRow[], today: Temporal.PlainDate): ReadonlySet<string> {
  return new Set(
    withholdings
      .filter(
        ({ approvedBy, endedAt, reviewOn }) =>
          approvedBy !== null && endedAt === null && Temporal.PlainDate.compare(today, reviewOn) < 0,
      )
      .map(({ batchId }) => batchId),
  );
}

/**
 * Lines for the page, the newest first. `zone`: whose days they are. Nothing in them is numbered or counted across what
 * was left out, so that a gap cannot be inferred.
 */
export function lookLines(entries: readonly AccessLogEntry[], zone: string): readonly LookLine[] {
  const lines = new Map<string, LookLine>();
  for (const entry of entries) {
    const day = entry.seenAt.toZonedDateTimeISO(zone).toPlainDate().toString();
    const key = [day, entry.seenBy, entry.action, entry.what, entry.allowed, entry.purpose].join("\0");
    const before = lines.get(key);
    const rules = entry.reasons.map(({ rule }) => rule);
    const helpers = entry.reasons.flatMap((reason) => (reason.rule === "helped" ? (reason.through ?? []) : []));
    const through = entry.reasons.flatMap((reason) => reason.through ?? []);
    lines.set(
      key,
      before === undefined
        ? {
            batchId: entry.batchId,
            seenBy: entry.seenBy,
            action: entry.action,
            what: entry.what,
            allowed: entry.allowed,
            purpose: entry.purpose,
            rules,
            through,
            helpers,
            first: entry.seenAt,
            last: entry.seenAt,
            times: 1,
          }
        : {
            ...before,
            rules: [...new Set([...before.rules, ...rules])],
            through: [...new Set([...before.through, ...through])],
            helpers: [...new Set([...before.helpers, ...helpers])],
            first: entry.seenAt,
            times: before.times + 1,
          },
    );
  }
  return [...lines.values()];
}
