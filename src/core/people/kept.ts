/**
 * What was worked out about those who ask, kept between requests as long as it is true: until the revision of standings
 * is another (somebody's relationship, post, team, ban or merge was recorded, by whatever process) or the moment comes at
 * which something of it begins or ends. Each request asks for the revision, one small row, so that what ends is over at
 * the next click.
 */
import type { Actor } from "../access/index.ts";
import type { Database, ReaderSettings } from "../database/index.ts";
import { readRevision } from "./store.ts";

export interface KeptStanding {
  readonly actor: Actor;
  readonly settings: ReaderSettings;
  /** When something of it begins or ends by itself; null for never. */
  readonly until: Temporal.Instant | null;
}

type Entry = KeptStanding & { readonly revision: string; readonly since: Temporal.Instant };

/** People kept at once, for each database; the one that was asked for longest ago gives way. */
const MOST_KEPT = 2_000;
const kept = new WeakMap<Database, Map<string, Entry>>();

/** The kept standing of a person if it is still true at `now`, else what `load` gives, kept from now on. */
export async function keptStanding(
  db: Database,
  personId: string,
  now: Temporal.Instant,
  load: () => Promise<KeptStanding>,
): Promise<KeptStanding> {
  // Read before anything is loaded: a change in between makes the next request load again, never this entry too new.
  const revision = await readRevision(db);
  const entries = kept.get(db) ?? new Map<string, Entry>();
  kept.set(db, entries);
  const entry = entries.get(personId);
  if (entry !== undefined && entry.revision === revision && holds(entry, now)) {
    entries.delete(personId);
    entries.set(personId, entry);
    return entry;
  }
  const loaded = { ...(await load()), revision, since: now };
  entries.delete(personId);
  entries.set(personId, loaded);
  const [oldest] = entries.keys();
  if (entries.size > MOST_KEPT && oldest !== undefined) entries.delete(oldest);
  return loaded;
}

function holds({ since, until }: Entry, now: Temporal.Instant): boolean {
  return Temporal.Instant.compare(since, now) <= 0 && (until === null || Temporal.Instant.compare(now, until) < 0);
}
