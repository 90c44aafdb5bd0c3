import { localDay } from "../../../lib/dates/zone.ts";
import { alphabetOf, symbolOf, type Alphabet, type Letters } from "../machine/alphabet.ts";
import { fieldDate } from "../machine/case.ts";
import { NO_DATE } from "../machine/instructions.ts";
import type { Definition } from "../model/definition.ts";
import { placeEvent, startOfMoment } from "../model/event.ts";
import { isEventRow, readEventRow, type EventRow, type RawRow, type RowContext } from "../model/event-row.ts";
import { countsTime } from "../model/scale.ts";
import { hashText, NotForBulk, putCase, putPerson } from "./names.ts";
import { appendRecord, IGNORED, INTERPRET, newDraft, type Draft, type Pool } from "./records.ts";

/** What is asked of files; plain data, so that threads can be told. */
export type Job = {
  readonly definition: Definition;
  readonly promise: string | null;
  readonly version: string | null;
  /** Instants; nothing after the first counts, and where given nothing learnt after the second. */
  readonly asAt: number;
  readonly knownOn: number | null;
  readonly context: RowContext;
  /** Areas whose cases an overlay judges: those cases are left to the interpreter. */
  readonly areas: readonly string[];
};

/** Writes events to a pool of records. */
export type Recorder = {
  readonly job: Job;
  readonly alphabet: Alphabet;
  readonly timed: boolean;
  readonly asAtDay: number;
  readonly pool: Pool;
  readonly draft: Draft;
  /** Types of which a later event ends a pause that counts only with its end. */
  readonly laterTypes: ReadonlySet<string>;
};

export function recorderFor(job: Job, pool: Pool): Recorder {
  const alphabet = alphabetOf(job.definition);
  if (typeof alphabet === "string") throw new NotForBulk(alphabet);
  const pauses = job.definition.promises.flatMap((promise) => promise.pauses);
  return {
    job,
    alphabet,
    timed: isTimed(job.definition),
    asAtDay: localDay(job.definition.zone, job.asAt),
    pool,
    draft: newDraft(),
    laterTypes: new Set(pauses.flatMap((rule) => (rule.endRequired ? [...rule.until] : []))),
  };
}

/** Whether a definition's promises count time; it counts days in some and hours in others only in theory. */
export function isTimed(definition: Definition): boolean {
  const timed = new Set(definition.promises.flatMap((promise) => promise.limits.map(({ limit }) => countsTime(limit))));
  if (timed.size > 1) throw new NotForBulk("some promises count days and others hours");
  return timed.has(true);
}

/** Reads a row the plain way and records its event; a bad row ends the quick way. */
export function recordRow(recorder: Recorder, raw: RawRow): void {
  const row = readEventRow(raw, recorder.job.context);
  if (!isEventRow(row)) throw new NotForBulk("a row is not in order");
  const { draft } = recorder;
  putCase(draft, row.case);
  putPerson(draft, row.person);
  draft.idHash = raw["id"] === undefined || raw["id"] === null || raw["id"] === "" ? 0 : hashText(String(raw["id"]));
  putEvent(recorder, row);
  if (draft.symbol !== IGNORED || draft.personWords > 0 || draft.idHash !== 0) appendRecord(recorder.pool, draft);
}

function putEvent(recorder: Recorder, { event, area }: EventRow): void {
  const { job, draft, alphabet, timed } = recorder;
  const { zone, order } = job.definition;
  const placed = placeEvent(event, zone);
  const rank = order.get(event.type);
  draft.dates[0] = timed ? placed.instant : placed.day;
  draft.dates[1] = NO_DATE;
  draft.symbol = IGNORED;
  if (event.replaces !== null || (area !== null && job.areas.includes(area))) draft.symbol = INTERPRET;
  else if (rank === undefined) return;
  else if (job.knownOn !== null && startOfMoment(event.recorded, zone) > job.knownOn) return;
  else if (placed.instant > job.asAt) draft.symbol = recorder.laterTypes.has(event.type) ? INTERPRET : IGNORED;
  else if (timed && !placed.timeKnown) draft.symbol = INTERPRET;
  else {
    const letters = alphabet.letters[rank] as Letters;
    if (!letters.used) return;
    draft.symbol = symbolOf(alphabet, rank, event.data, placed.timeKnown);
    if (letters.dateField !== null) draft.dates[1] = fieldDate(job.definition, event.data[letters.dateField], timed);
  }
}
