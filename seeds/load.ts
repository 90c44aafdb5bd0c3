/** Puts the demonstration region into an empty installation. */
import type { Database } from "../src/core/database/index.ts";
import { inTransaction } from "../src/core/database/index.ts";
import { putDirectory, putInstallation } from "../src/core/directory/index.ts";
import { append, bulkLoad, countFacts, rebuild, type Projection } from "../src/core/record/index.ts";
import { putPersonalData, type Vault } from "../src/core/vault/index.ts";
import { addPromisesMade } from "../src/strands/guarantees/store.ts";
import { standingFacts, standingPeople } from "./standing.ts";
import { demonstrationRegion, type RegionRequest } from "./region.ts";

export type LoadSettings = RegionRequest & {
  readonly db: Database;
  readonly vault: Vault;
  readonly projections: readonly Projection[];
  readonly now: Temporal.Instant;
  /** A step's label and its share done, 0 to 1. */
  readonly onProgress: (label: string, share: number) => void;
};

/** Facts a person of the region has, about: for the progress bar only. */
const FACTS_A_PERSON = 4;

/**
 * Loads people, directory, facts and clocks. A kill in the middle leaves an installation that is not marked as complete,
 * and the next start loads it again: personal data and directory are written over, facts only into an empty record, and
 * the mark comes last.
 * @returns how many facts were loaded.
 */
export async function loadDemonstration(settings: LoadSettings): Promise<number> {
  const { db, vault, now, onProgress } = settings;
  const region = demonstrationRegion(settings);
  await putDirectory(db, { areas: region.areas, organisations: region.organisations, services: region.services });
  await inTransaction(db, (transaction) =>
    addPromisesMade(
      transaction,
      region.services.flatMap((service) =>
        service.guarantees.map((guarantee) => ({ serviceId: service.id, guarantee, overlay: null, choices: {} })),
      ),
    ),
  );
  onProgress("People", 0);
  const people = [...region.people];
  await putPersonalData(
    db,
    vault,
    "identity",
    people.map(({ subjectId, identity }) => ({ subjectId, value: identity })),
    now,
  );
  onProgress("People", 0.6);
  await putPersonalData(
    db,
    vault,
    "contact",
    people.map(({ subjectId, contact }) => ({ subjectId, value: contact })),
    now,
  );
  onProgress("People", 1);
  const expected = Math.max(1, people.length * FACTS_A_PERSON);
  const facts = await loadFacts(settings, region.facts, (loaded) =>
    onProgress("Events", Math.min(1, loaded / expected)),
  );
  await rebuild(db, settings.projections, {
    onProgress: ({ casesDone, casesTotal }) => onProgress("Clocks", casesTotal === 0 ? 1 : casesDone / casesTotal),
  });
  await putPersonalData(
    db,
    vault,
    "identity",
    standingPeople.map(({ subjectId, identity }) => ({ subjectId, value: identity })),
    now,
  );
  await putPersonalData(
    db,
    vault,
    "contact",
    standingPeople.map(({ subjectId, contact }) => ({ subjectId, value: contact })),
    now,
  );
  const standing = await append(db, {
    facts: standingFacts(settings.today.subtract({ days: 200 }).toZonedDateTime("UTC").toInstant()),
    projections: settings.projections,
    receivedAt: now,
  });
  if (!standing.ok) throw new Error(`The demonstration's staff were not taken: ${standing.refusal.message}`);
  await putInstallation(db, { ...region.body, createdAt: now });
  return facts;
}

/** Facts go in by one transaction: when an earlier start was killed after it, they are all there already. */
async function loadFacts(
  settings: LoadSettings,
  facts: Parameters<typeof bulkLoad>[1]["facts"],
  onProgress: (loaded: number) => void,
): Promise<number> {
  const before = await countFacts(settings.db);
  if (before > 0) return before;
  return bulkLoad(settings.db, { facts, receivedAt: settings.now, onProgress });
}
