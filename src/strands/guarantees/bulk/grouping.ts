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
  let subjects = new Int32Array(0);
  let raw = eventArrays(0);
  let table = new Int32Array(0);
  const grouped: GroupedCases = emptyGroups(0);

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
  };

  return (pools, partition) => {
    const stretches = [...partitionWords(pools, partition)];
    makeRoom(stretches.reduce((sum, { from, to }) => sum + to - from, 0));
    const { firsts, interpret, names, nameAt, nameWords, personAt, personWords } = grouped;
    const mask = table.length - 1;
    let cases = 0;
    let named = 0;
    let events = 0;
    for (const { words, from, to } of stretches) {
      for (let at = from; at < to;) {
        const header = words[at++] as number;
        const length = header & 0xff;
        let slot = hashOf(words, at, length) & mask;
        let subject = 0;
        while ((subject = table[slot] as number) !== 0) {
          if (nameWords[subject - 1] === length && sameWords(names, nameAt[subject - 1] as number, words, at, length))
            break;
          slot = (slot + 1) & mask;
        }
        if (subject === 0) {
          nameAt[cases] = named;
          nameWords[cases] = length;
          personWords[cases] = 0;
          named = copyWords(words, at, length, names, named);
          table[slot] = subject = ++cases;
        }
        subject--;
        at += length;
        const personLength = (header >>> 8) & 0xff;
        if (personLength > 0) {
          if (personWords[subject] === 0) {
            personAt[subject] = named;
            personWords[subject] = personLength;
            named = copyWords(words, at, personLength, names, named);
          } else if (
            personWords[subject] !== personLength ||
            !sameWords(names, personAt[subject] as number, words, at, personLength)
          ) {
            throw new NotForBulk("a case has two persons");
          }
          at += personLength;
        }
        const symbol = (header >>> 16) & 0x3fff;
        const tick = tickAt(words, at, timed);
        at += timed ? 2 : 1;
        let field = NO_DATE;
        if ((header & (1 << 30)) !== 0) {
          field = tickAt(words, at, timed);
          at += timed ? 2 : 1;
        }
        const idHash = header < 0 ? (words[at++] as number) : 0;
        if (symbol === INTERPRET) interpret[subject] = 1;
        else if (symbol !== IGNORED || idHash !== 0) {
          subjects[events] = subject;
          raw.symbols[events] = symbol;
          raw.ticks[events] = symbol === IGNORED ? Infinity : tick;
          raw.fields[events] = field;
          raw.idHashes[events] = idHash;
          firsts[subject + 1] = (firsts[subject + 1] as number) + 1;
          events++;
        }
      }
    }
    grouped.cases = cases;
    sortBySubject(grouped, raw, subjects, events);
    return grouped;
  };
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

/** Counting sort by case, each event put in its place among its case's: by time, then as the definition orders types. */
function sortBySubject(grouped: GroupedCases, raw: EventArrays, subjects: Int32Array, count: number): void {
  const { firsts, events, idHashes, cases } = grouped;
  const { ticks, symbols, fields } = events;
  for (let subject = 0; subject < cases; subject++)
    firsts[subject + 1] = (firsts[subject + 1] as number) + (firsts[subject] as number);
  const filled = firsts.slice(0, cases);
  for (let index = 0; index < count; index++) {
    const subject = subjects[index] as number;
    const tick = raw.ticks[index] as number;
    const symbol = raw.symbols[index] as number;
    const first = firsts[subject] as number;
    let at = filled[subject] as number;
    filled[subject] = at + 1;
    while (
      at > first &&
      ((ticks[at - 1] as number) > tick || (ticks[at - 1] === tick && (symbols[at - 1] as number) > symbol))
    ) {
      ticks[at] = ticks[at - 1] as number;
      symbols[at] = symbols[at - 1] as number;
      fields[at] = fields[at - 1] as number;
      idHashes[at] = idHashes[at - 1] as number;
      at--;
    }
    ticks[at] = tick;
    symbols[at] = symbol;
    fields[at] = raw.fields[index] as number;
    idHashes[at] = raw.idHashes[index] as number;
  }
}
