import { NO_DATE } from "../machine/instructions.ts";
import type { EventColumns } from "../machine/run.ts";
import { NotForBulk } from "./names.ts";
import { hashOf, IGNORED, INTERPRET, partitionWords, tickAt, type PoolContents } from "./records.ts";

/**
 * The events of one partition, case by case. Memory is used again for the next partition; arrays are longer than what
 * they hold.
 */
export type GroupedCases = {
  cases: number;
  /** Case c has the events from `firsts[c]` up to `firsts[c + 1]`, in order; those that play no part come last. */
  firsts: Int32Array;
  events: EventColumns;
  /** Hash of each event's id; 0 where the file gives none. */
  idHashes: Int32Array;
  /** 1 for cases that only the interpreter can judge. */
  interpret: Uint8Array;
  /** Names of cases and persons as words: place and length of each case's, and its person's (0 words: no person). */
  names: Int32Array;
  nameAt: Int32Array;
  nameWords: Uint8Array;
  personAt: Int32Array;
  personWords: Uint8Array;
};

/** Shortest record in words: header, name, tick. */
const SHORTEST_RECORD = 3;

/** A function that groups a partition's records by case. */
export function caseGrouper(timed: boolean): (pools: readonly PoolContents[], partition: number) => GroupedCases {
  let room = 0;
  /** Events as they come, and whose each is. */
  let raw = eventArrays(0);
  let subjects = new Int32Array(0);
  /** Cases by the hash of their names, from 1; 0 is a free slot. */
  let table = new Int32Array(0);
  const grouped: GroupedCases = emptyGroups(0);
  let named = 0;
  let count = 0;

  const makeRoom = (words: number) => {
    const needed = Math.ceil(words / SHORTEST_RECORD);
    if (needed > room) {
      room = Math.ceil(needed * 1.25);
      subjects = new Int32Array(room);
      raw = eventArrays(room);
      table = new Int32Array(2 ** Math.ceil(Math.log2(room + 1)));
      Object.assign(grouped, emptyGroups(room));
      grouped.names = new Int32Array(room * SHORTEST_RECORD);
    }
    table.fill(0);
    grouped.firsts.fill(0);
    grouped.interpret.fill(0);
    grouped.cases = 0;
    named = 0;
    count = 0;
  };

  /** The number of the case whose name lies at `at`. */
  const subjectOf = (words: Int32Array, at: number, length: number): number => {
    const { names, nameAt, nameWords } = grouped;
    const mask = table.length - 1;
    let slot = hashOf(words, at, length) & mask;
    for (let number = table[slot] as number; number !== 0; number = table[slot] as number) {
      if (nameWords[number - 1] === length && sameWords(names, nameAt[number - 1] as number, words, at, length)) return number - 1;
      slot = (slot + 1) & mask;
    }
    const subject = grouped.cases++;
    table[slot] = subject + 1;
    nameAt[subject] = named;
    nameWords[subject] = length;
    grouped.personWords[subject] = 0;
    named = copyWords(words, at, length, names, named);
    return subject;
  };

  const putPerson = (subject: number, words: Int32Array, at: number, length: number): void => {
    const { names, personAt, personWords } = grouped;
    if (personWords[subject] === 0) {
      personAt[subject] = named;
      personWords[subject] = length;
      named = copyWords(words, at, length, names, named);
    } else if (personWords[subject] !== length || !sameWords(names, personAt[subject] as number, words, at, length)) {
      throw new NotForBulk("a case has two persons");
    }
  };

  /** Takes in the record at `from`; answers where the next one begins. */
  const takeRecord = (words: Int32Array, from: number): number => {
    const header = words[from] as number;
    const nameLength = header & 0xff;
    const personLength = (header >>> 8) & 0xff;
    const symbol = (header >>> 16) & 0x3fff;
    const tickWords = timed ? 2 : 1;
    const subject = subjectOf(words, from + 1, nameLength);
    let at = from + 1 + nameLength;
    if (personLength > 0) putPerson(subject, words, at, personLength);
    at += personLength;
    const tickFrom = at;
    at += tickWords;
    const fieldFrom = (header & (1 << 30)) === 0 ? 0 : at;
    if (fieldFrom > 0) at += tickWords;
    const idHash = header < 0 ? (words[at++] as number) : 0;
    if (symbol === INTERPRET) grouped.interpret[subject] = 1;
    else if (symbol !== IGNORED || idHash !== 0) {
      subjects[count] = subject;
      raw.symbols[count] = symbol;
      raw.ticks[count] = symbol === IGNORED ? Infinity : tickAt(words, tickFrom, timed);
      raw.fields[count] = fieldFrom > 0 ? tickAt(words, fieldFrom, timed) : NO_DATE;
      raw.idHashes[count] = idHash;
      grouped.firsts[subject + 1] = (grouped.firsts[subject + 1] as number) + 1;
      count++;
    }
    return at;
  };

  /** Counting sort by case, each event put in its place among its case's. */
  const sortBySubject = (): void => {
    const { firsts, events, idHashes, cases } = grouped;
    for (let subject = 0; subject < cases; subject++) firsts[subject + 1] = (firsts[subject + 1] as number) + (firsts[subject] as number);
    const filled = firsts.slice(0, cases);
    for (let index = 0; index < count; index++) {
      const subject = subjects[index] as number;
      const end = filled[subject] as number;
      filled[subject] = end + 1;
      const at = makeWay(events, idHashes, firsts[subject] as number, end, raw.ticks[index] as number, raw.symbols[index] as number);
      events.ticks[at] = raw.ticks[index] as number;
      events.symbols[at] = raw.symbols[index] as number;
      events.fields[at] = raw.fields[index] as number;
      idHashes[at] = raw.idHashes[index] as number;
    }
  };

  return (pools, partition) => {
    const stretches = [...partitionWords(pools, partition)];
    makeRoom(stretches.reduce((sum, { from, to }) => sum + to - from, 0));
    for (const { words, from, to } of stretches) for (let at = from; at < to; ) at = takeRecord(words, at);
    sortBySubject();
    return grouped;
  };
}

/** Moves a case's later events up by one; answers the place made: by time, then as the definition orders types. */
function makeWay({ ticks, symbols, fields }: EventColumns, idHashes: Int32Array, first: number, end: number, tick: number, symbol: number): number {
  let at = end;
  while (at > first && ((ticks[at - 1] as number) > tick || (ticks[at - 1] === tick && (symbols[at - 1] as number) > symbol))) {
    ticks[at] = ticks[at - 1] as number;
    symbols[at] = symbols[at - 1] as number;
    fields[at] = fields[at - 1] as number;
    idHashes[at] = idHashes[at - 1] as number;
    at--;
  }
  return at;
}

type EventArrays = EventColumns & { readonly idHashes: Int32Array };

function eventArrays(length: number): EventArrays {
  return {
    ticks: new Float64Array(length),
    symbols: new Uint16Array(length),
    fields: new Float64Array(length),
    idHashes: new Int32Array(length),
  };
}

function emptyGroups(room: number): GroupedCases {
  const { idHashes, ...events } = eventArrays(room);
  return {
    cases: 0,
    firsts: new Int32Array(room + 2),
    events,
    idHashes,
    interpret: new Uint8Array(room),
    names: new Int32Array(0),
    nameAt: new Int32Array(room),
    nameWords: new Uint8Array(room),
    personAt: new Int32Array(room),
    personWords: new Uint8Array(room),
  };
}

function sameWords(a: Int32Array, fromA: number, b: Int32Array, fromB: number, length: number): boolean {
  for (let index = 0; index < length; index++) if (a[fromA + index] !== b[fromB + index]) return false;
  return true;
}

function copyWords(from: Int32Array, at: number, length: number, to: Int32Array, end: number): number {
  for (let index = 0; index < length; index++) to[end + index] = from[at + index] as number;
  return end + length;
}
