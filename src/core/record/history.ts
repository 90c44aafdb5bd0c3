/**
 * What a history says *as known on* one moment, *as at* another, with its corrections applied. Pure: the facts of a
 * case or a subject in, the facts that count out.
 */
import { type Fact, WITHDRAWN_ENTRY } from "./fact.ts";

/** A date means the end of that day in the time zone. */
export type When = Temporal.Instant | Temporal.PlainDate;

/** The facts that had been learnt by then (`recordedAt`). Later corrections do not count: they were not known. */
export function knownOn(facts: readonly Fact[], when: When, timeZone: string): readonly Fact[] {
  const end = endOf(when, timeZone);
  return facts.filter((fact) => end.includes(fact.recordedAt));
}

/** The facts that had happened by then. One without a time of day counts from the beginning of its day. */
export function asAt(facts: readonly Fact[], when: When, timeZone: string): readonly Fact[] {
  const end = endOf(when, timeZone);
  return facts.filter((fact) =>
    fact.occurredAt === null
      ? Temporal.PlainDate.compare(fact.occurredOn, end.date) <= 0
      : end.includes(fact.occurredAt),
  );
}

/** What corrections are read from: facts of the record, and events of a file alike. */
export interface Entry {
  readonly id: string;
  readonly type: string;
  readonly replaces: string | null;
}

export interface InForce<Of extends Entry = Fact> {
  /** The facts that stand, in the order given. Withdrawals themselves are not among them. */
  readonly facts: readonly Of[];
  /** Corrections and withdrawals that could not be applied; a correction among them stands as a fact of its own. */
  readonly unapplied: readonly {
    readonly id: string;
    readonly replaces: string;
    readonly why: "unknown" | "circular";
  }[];
}

/**
 * Applies corrections and withdrawals.
 *
 * - A fact that names another in `replaces` stands in its place; a correction of a correction in the place of both.
 * - A `withdrawn-entry` undoes the fact it names, wholly: when that was a correction, what it had corrected stands again;
 *   when that was a withdrawal, what it had withdrawn stands again. Withdrawing twice is withdrawing once.
 * - Of several versions of one entry that would stand, the last recorded does (then the last received, then the highest
 *   version).
 * - A fact that names one not among the facts, or itself, or that replaces in a circle, replaces nothing and is reported.
 *
 * So each entry has one standing version at most. Hand in what was known (`knownOn`) and cut to a moment (`asAt`) afterwards: a correction known later must not count,
 * while one that moves a fact to a later day must.
 */
export function inForce(facts: readonly Fact[]): InForce {
  return entriesInForce(facts, byRecording);
}

/** The same for any entries; `byRecording` orders two versions of one entry, the one that stands last. */
export function entriesInForce<Of extends Entry>(
  facts: readonly Of[],
  byRecording: (left: Of, right: Of) => number,
): InForce<Of> {
  const byId = new Map(facts.map((fact) => [fact.id, fact]));
  const unapplied: InForce<Of>["unapplied"][number][] = [];
  const replacers = new Map<string, Of[]>();
  for (const fact of facts) {
    if (fact.replaces === null) continue;
    if (!byId.has(fact.replaces)) {
      unapplied.push({ id: fact.id, replaces: fact.replaces, why: "unknown" });
    } else if (isCircular(fact, byId)) {
      unapplied.push({ id: fact.id, replaces: fact.replaces, why: "circular" });
    } else {
      const others = replacers.get(fact.replaces);
      if (others === undefined) replacers.set(fact.replaces, [fact]);
      else others.push(fact);
    }
  }
  if (replacers.size === 0) return { facts: facts.filter((fact) => fact.type !== WITHDRAWN_ENTRY), unapplied };

  // A fact is undone when a withdrawal that is not itself undone names it. Chains are walked from their newest end.
  const undone = new Map<string, boolean>();
  const isUndone = (start: Of): boolean => {
    const path = [start];
    for (let fact = path.at(-1); fact !== undefined; fact = path.at(-1)) {
      const withdrawals = (replacers.get(fact.id) ?? []).filter((other) => other.type === WITHDRAWN_ENTRY);
      const open = withdrawals.find((other) => !undone.has(other.id));
      if (open !== undefined) {
        path.push(open);
        continue;
      }
      undone.set(
        fact.id,
        withdrawals.some((other) => undone.get(other.id) === false),
      );
      path.pop();
    }
    return undone.get(start.id) as boolean;
  };

  // One entry has one standing version at most: of the versions left, the last recorded.
  const standing = new Map<string, Of>();
  for (const fact of facts) {
    if (fact.type === WITHDRAWN_ENTRY) continue;
    if ((replacers.get(fact.id) ?? []).some((other) => !isUndone(other))) continue;
    const first = firstVersion(fact, byId, unapplied);
    const other = standing.get(first.id);
    if (other === undefined || byRecording(other, fact) < 0) standing.set(first.id, fact);
  }
  const kept = new Set(standing.values());
  return { facts: facts.filter((fact) => kept.has(fact)), unapplied };
}

/** What a history says: known by `knownOn`, corrected, and cut to `asAt`. A moment left out is not applied. */
export function historyAt(
  facts: readonly Fact[],
  moments: {
    readonly knownOn?: When | undefined;
    readonly asAt?: When | undefined;
    readonly timeZone: string;
  },
): InForce {
  const known = moments.knownOn === undefined ? facts : knownOn(facts, moments.knownOn, moments.timeZone);
  const standing = inForce(known);
  if (moments.asAt === undefined) return standing;
  return { ...standing, facts: asAt(standing.facts, moments.asAt, moments.timeZone) };
}

function isCircular<Of extends Entry>(start: Of, byId: ReadonlyMap<string, Of>): boolean {
  const seen = new Set<string>();
  for (
    let at: Of | undefined = start;
    at !== undefined;
    at = at.replaces === null ? undefined : byId.get(at.replaces)
  ) {
    if (seen.has(at.id)) return at.id === start.id; // a circle further on is reported by its own members
    seen.add(at.id);
  }
  return false;
}

/** The entry that a chain of corrections began with. */
function firstVersion<Of extends Entry>(
  fact: Of,
  byId: ReadonlyMap<string, Of>,
  unapplied: InForce<Of>["unapplied"],
): Of {
  let at = fact;
  for (;;) {
    const { id, replaces } = at;
    const earlier = replaces === null || unapplied.some((one) => one.id === id) ? undefined : byId.get(replaces);
    if (earlier === undefined) return at;
    at = earlier;
  }
}

function byRecording(left: Fact, right: Fact): number {
  return (
    Temporal.Instant.compare(left.recordedAt, right.recordedAt) ||
    Temporal.Instant.compare(left.receivedAt, right.receivedAt) ||
    left.version - right.version
  );
}

function endOf(
  when: When,
  timeZone: string,
): { readonly date: Temporal.PlainDate; includes(instant: Temporal.Instant): boolean } {
  if (when instanceof Temporal.Instant) {
    const date = when.toZonedDateTimeISO(timeZone).toPlainDate();
    return { date, includes: (instant) => Temporal.Instant.compare(instant, when) <= 0 };
  }
  const next = when.add({ days: 1 }).toZonedDateTime(timeZone).toInstant(); // the first instant of the next day
  return { date: when, includes: (instant) => Temporal.Instant.compare(instant, next) < 0 };
}
