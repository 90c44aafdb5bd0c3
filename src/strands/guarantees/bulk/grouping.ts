import { NO_DATE } from "../machine/instructions.ts";
import type { EventColumns } from "../machine/run.ts";
import { NotForBulk } from "./names.ts";
import { hashOf, IGNORED, INTERPRET, partitionWords, tickAt, type PoolContents } from "./records.ts";

/**
 * The records of one partition, chained by case. They lie side by side in memory that fits the processor's cache and is
 * used again for the next partition; names are not copied but found where they lie.
 */
export type GroupedCases = {
  cases: number;
  /** The records' words; names of cases and persons are among them. */
  words: Int32Array;
  /** Place and length of each case's name, and of its person's (0 words: no person). */
  nameAt: Int32Array;
  nameWords: Uint8Array;
  personAt: Int32Array;
  personWords: Uint8Array;
  /** 1 for cases that only the interpreter can judge. */
  interpret: Uint8Array;
};

/** One case's events, ready to run: by time, then as the definition orders types; those that play no part come last. */
export type CaseEvents = EventColumns & {
  /** Hash of each event's id; 0 where the file gives none. */
  readonly idHashes: Int32Array;
};

export type Grouper = {
  /** Groups a partition's records by case. */
  readonly group: (pools: readonly PoolContents[], partition: number) => GroupedCases;
  /** Where a case's events are loaded. Cases of more events than fit are the interpreter's. */
  readonly events: CaseEvents;
  /** Loads the events of a case; answers how many they are. */
  readonly load: (subject: number) => number;
};

/** Shortest record in words: header, name, tick. */
const SHORTEST_RECORD = 3;
/** Events of a case that are put in order here, one by one. */
const MOST_EVENTS = 256;

export function caseGrouper(timed: boolean): Grouper {
  const tickWords = timed ? 2 : 1;
  const grouped: GroupedCases = emptyCases(0);
  /** Of each record, its place and the record before it of the same case; records count from 1. */
  let places = new Int32Array(0);
  let befores = new Int32Array(0);
  let records = 0;
  /** Of each case, its last record and how many it has. */
  let lasts = new Int32Array(0);
  let counts = new Int32Array(0);
  /** Cases by the hash of their names, from 1; 0 is a free slot. */
  let table = new Int32Array(0);
  const events: CaseEvents = {
    ticks: new Float64Array(MOST_EVENTS),
    symbols: new Uint16Array(MOST_EVENTS),
    fields: new Float64Array(MOST_EVENTS),
    idHashes: new Int32Array(MOST_EVENTS),
  };
  const { ticks, symbols, fields, idHashes } = events;

  const makeRoom = (length: number) => {
    if (length > grouped.words.length) {
      const most = Math.ceil((length * 1.25) / SHORTEST_RECORD);
      Object.assign(grouped, emptyCases(most));
      // Records count from 1, so that there is one place more than records.
      places = new Int32Array(most + 1);
      befores = new Int32Array(most + 1);
      lasts = new Int32Array(most);
      counts = new Int32Array(most);
      table = new Int32Array(2 ** Math.ceil(Math.log2(most + 1)));
    }
    table.fill(0);
    grouped.cases = 0;
    records = 0;
  };

  /** The number of the case whose name lies at `at`. */
  const subjectOf = (words: Int32Array, at: number, length: number): number => {
    const { nameAt, nameWords } = grouped;
    const mask = table.length - 1;
    let slot = hashOf(words, at, length) & mask;
    for (let number = table[slot] as number; number !== 0; number = table[slot] as number) {
      if (nameWords[number - 1] === length && sameWords(words, nameAt[number - 1] as number, at, length))
        return number - 1;
      slot = (slot + 1) & mask;
    }
    const subject = grouped.cases++;
    table[slot] = subject + 1;
    nameAt[subject] = at;
    nameWords[subject] = length;
    grouped.personWords[subject] = 0;
    grouped.interpret[subject] = 0;
    lasts[subject] = 0;
    counts[subject] = 0;
    return subject;
  };

  const putPerson = (subject: number, words: Int32Array, at: number, length: number): void => {
    const { personAt, personWords } = grouped;
    if (personWords[subject] === 0) {
      personAt[subject] = at;
      personWords[subject] = length;
    } else if (personWords[subject] !== length || !sameWords(words, personAt[subject] as number, at, length)) {
      throw new NotForBulk("a case has two persons");
    }
  };

  /** Chains the record at `at` to its case; answers where the next one begins. */
  const takeRecord = (words: Int32Array, at: number): number => {
    const header = words[at] as number;
    const nameLength = header & 0xff;
    const personLength = (header >>> 8) & 0xff;
    const symbol = (header >>> 16) & 0x3fff;
    const subject = subjectOf(words, at + 1, nameLength);
    if (personLength > 0) putPerson(subject, words, at + 1 + nameLength, personLength);
    if (symbol === INTERPRET) grouped.interpret[subject] = 1;
    else if (symbol !== IGNORED || header < 0) {
      records++;
      places[records] = at;
      befores[records] = lasts[subject] as number;
      lasts[subject] = records;
      counts[subject] = (counts[subject] as number) + 1;
    }
    return (
      at + 1 + nameLength + personLength + ((header & (1 << 30)) === 0 ? tickWords : 2 * tickWords) + (header >>> 31)
    );
  };

  /** Puts the event of a record in its place among the `count` that are loaded already. */
  const insert = (words: Int32Array, from: number, count: number): void => {
    const header = words[from] as number;
    const symbol = (header >>> 16) & 0x3fff;
    let at = from + 1 + (header & 0xff) + ((header >>> 8) & 0xff);
    const tick = symbol === IGNORED ? Infinity : tickAt(words, at, timed);
    at += tickWords;
    let field = NO_DATE;
    if ((header & (1 << 30)) !== 0) {
      field = tickAt(words, at, timed);
      at += tickWords;
    }
    let place = count;
    while (
      place > 0 &&
      ((ticks[place - 1] as number) > tick || (ticks[place - 1] === tick && (symbols[place - 1] as number) > symbol))
    ) {
      ticks[place] = ticks[place - 1] as number;
      symbols[place] = symbols[place - 1] as number;
      fields[place] = fields[place - 1] as number;
      idHashes[place] = idHashes[place - 1] as number;
      place--;
    }
    ticks[place] = tick;
    symbols[place] = symbol;
    fields[place] = field;
    idHashes[place] = header < 0 ? (words[at] as number) : 0;
  };

  return {
    events,
    group: (pools, partition) => {
      const stretches = [...partitionWords(pools, partition)];
      const length = stretches.reduce((sum, { from, to }) => sum + to - from, 0);
      makeRoom(length);
      const { words } = grouped;
      let end = 0;
      for (const { words: pool, from, to } of stretches) {
        words.set(pool.subarray(from, to), end);
        end += to - from;
      }
      for (let at = 0; at < end;) at = takeRecord(words, at);
      for (let subject = 0; subject < grouped.cases; subject++)
        if ((counts[subject] as number) > MOST_EVENTS) grouped.interpret[subject] = 1;
      return grouped;
    },
    load: (subject) => {
      let count = 0;
      for (let record = lasts[subject] as number; record !== 0; record = befores[record] as number)
        insert(grouped.words, places[record] as number, count++);
      return count;
    },
  };
}

function emptyCases(room: number): GroupedCases {
  return {
    cases: 0,
    words: new Int32Array(room * SHORTEST_RECORD),
    nameAt: new Int32Array(room),
    nameWords: new Uint8Array(room),
    personAt: new Int32Array(room),
    personWords: new Uint8Array(room),
    interpret: new Uint8Array(room),
  };
}

function sameWords(words: Int32Array, a: number, b: number, length: number): boolean {
  for (let index = 0; index < length; index++) if (words[a + index] !== words[b + index]) return false;
  return true;
}
