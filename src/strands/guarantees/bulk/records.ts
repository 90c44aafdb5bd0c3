import { closeSync, openSync, readSync, writeSync } from "node:fs";
import { NO_DATE, NOT_A_DATE } from "../machine/instructions.ts";

/**
 * Events as short records of 32-bit words, dealt into partitions by their case's name, so that everything about a case
 * lies in one partition and a partition fits in the processor's cache:
 *
 *     header | case's name … | person's name … | tick | date in a field | hash of the event's id
 *
 * Names are kept whole (UTF-8, filled up with zeros): two cases are one only if their names are equal, whatever a hash
 * says. The header tells how many words each name has, the symbol, and whether the last two parts are there.
 */
export const PARTITIONS = 256;
/** Longest name in words: 200 characters of at most 4 bytes. */
const LONGEST_NAME = 200;
/** The event plays no part in the clocks; it is here so that ids and persons are compared. */
export const IGNORED = 0x3ffe;
/** The case needs the plain interpreter: an entry is corrected, or a rule looks past the as-at moment. */
export const INTERPRET = 0x3fff;
/** Words of a block; a partition's records lie in blocks, and no record across two. */
const BLOCK = 4096;

/** One event on its way into a pool; filled in place, because there are millions. */
export type Draft = {
  readonly name: Int32Array;
  nameWords: number;
  readonly person: Int32Array;
  personWords: number;
  symbol: number;
  /** The tick, and the date in the event's field; an array of numbers, because a field would be a box around one. */
  readonly dates: Float64Array;
  /** 0 where the file gives no id. */
  idHash: number;
};

/** One thread's records. */
export type Pool = {
  readonly words: Int32Array;
  /** Ticks take two words where the definition counts time, one where it counts days. */
  readonly timed: boolean;
  readonly spillPath: string;
  next: number;
  readonly cursors: Int32Array;
  readonly ends: Int32Array;
  /** Of each partition, beginnings and ends of its blocks, one after the other. */
  blocks: number[][];
  spill: { readonly file: number; length: number } | null;
  /** Of each partition, places and lengths in the spill file, in words. */
  spilled: number[][];
};

/** What other threads need to read a pool: its memory is shared. */
export type PoolContents = Pick<Pool, "words" | "timed" | "blocks" | "spilled" | "spillPath">;

export function newDraft(): Draft {
  const name = () => new Int32Array(LONGEST_NAME);
  return {
    name: name(),
    nameWords: 0,
    person: name(),
    personWords: 0,
    symbol: 0,
    dates: new Float64Array([0, NO_DATE]),
    idHash: 0,
  };
}

/** @param words size of the pool; when it is full its records go to the file `spillPath` */
export function newPool(words: number, timed: boolean, spillPath: string): Pool {
  const lists = () => Array.from({ length: PARTITIONS }, (): number[] => []);
  return {
    words: new Int32Array(new SharedArrayBuffer(Math.max(words, 2 * PARTITIONS * BLOCK) * 4)),
    timed,
    spillPath,
    next: 0,
    cursors: new Int32Array(PARTITIONS),
    ends: new Int32Array(PARTITIONS),
    blocks: lists(),
    spill: null,
    spilled: lists(),
  };
}

export function appendRecord(pool: Pool, draft: Draft): void {
  const { name, nameWords, personWords, idHash } = draft;
  const tickWords = pool.timed ? 2 : 1;
  const field = draft.dates[1] as number;
  const hasField = field !== NO_DATE;
  const size = 1 + nameWords + personWords + tickWords + (hasField ? tickWords : 0) + (idHash !== 0 ? 1 : 0);
  const partition = hashOf(name, 0, nameWords) >>> 24;
  let at = pool.cursors[partition] as number;
  if (at + size > (pool.ends[partition] as number)) at = nextBlock(pool, partition);
  const { words } = pool;
  words[at++] =
    nameWords | (personWords << 8) | (draft.symbol << 16) | (hasField ? 1 << 30 : 0) | (idHash !== 0 ? 1 << 31 : 0);
  for (let index = 0; index < nameWords; index++) words[at++] = name[index] as number;
  if (personWords > 0) {
    words.set(draft.person.subarray(0, personWords), at);
    at += personWords;
  }
  at = putTick(words, at, pool.timed, draft.dates[0] as number);
  if (hasField) at = putTick(words, at, pool.timed, field);
  if (idHash !== 0) words[at++] = idHash;
  pool.cursors[partition] = at;
}

/** Hash of words; the partition is its first byte. */
export function hashOf(words: Int32Array, from: number, length: number): number {
  let hash = length;
  for (let index = from; index < from + length; index++) {
    hash = Math.imul(hash ^ (words[index] as number), 0x9e3779b1);
    hash ^= hash >>> 15;
  }
  hash = Math.imul(hash, 0x85ebca6b);
  return hash ^ (hash >>> 13);
}

const HIGH = 2 ** 32;

function putTick(words: Int32Array, at: number, timed: boolean, tick: number): number {
  if (!timed) {
    words[at] = tick === NOT_A_DATE ? -0x80000000 : tick;
    return at + 1;
  }
  words[at] = Math.floor(tick / HIGH);
  words[at + 1] = (tick % HIGH) | 0;
  return at + 2;
}

/** Reads what `putTick` wrote. */
export function tickAt(words: Int32Array, at: number, timed: boolean): number {
  const first = words[at] as number;
  if (!timed) return first === -0x80000000 ? NOT_A_DATE : first;
  return first * HIGH + ((words[at + 1] as number) >>> 0);
}

function nextBlock(pool: Pool, partition: number): number {
  closeBlock(pool, partition);
  if (pool.next + BLOCK > pool.words.length) spillAll(pool);
  const start = pool.next;
  pool.next += BLOCK;
  (pool.blocks[partition] as number[]).push(start, start);
  pool.cursors[partition] = start;
  pool.ends[partition] = start + BLOCK;
  return start;
}

function closeBlock(pool: Pool, partition: number): void {
  const blocks = pool.blocks[partition] as number[];
  if (blocks.length > 0) blocks[blocks.length - 1] = pool.cursors[partition] as number;
}

/** To be called when the last record is in. */
export function closePool(pool: Pool): PoolContents {
  for (let partition = 0; partition < PARTITIONS; partition++) closeBlock(pool, partition);
  if (pool.spill !== null) closeSync(pool.spill.file);
  const { words, timed, blocks, spilled, spillPath } = pool;
  return { words, timed, blocks, spilled, spillPath };
}

/** Writes all records to the spill file, partition by partition, and empties the pool. */
function spillAll(pool: Pool): void {
  pool.spill ??= { file: openSync(pool.spillPath, "w", 0o600), length: 0 };
  for (let partition = 0; partition < PARTITIONS; partition++) {
    closeBlock(pool, partition);
    const blocks = pool.blocks[partition] as number[];
    const before = pool.spill.length;
    for (let index = 0; index < blocks.length; index += 2) {
      const block = pool.words.subarray(blocks[index], blocks[index + 1]);
      writeSync(pool.spill.file, block, 0, block.byteLength, pool.spill.length * 4);
      pool.spill.length += block.length;
    }
    if (pool.spill.length > before) (pool.spilled[partition] as number[]).push(before, pool.spill.length - before);
    pool.blocks[partition] = [];
  }
  pool.next = 0;
  pool.cursors.fill(0);
  pool.ends.fill(0);
}

/** The stretches of words that hold a partition's records, in all pools. */
export function* partitionWords(
  pools: readonly PoolContents[],
  partition: number,
): Generator<{ readonly words: Int32Array; readonly from: number; readonly to: number }> {
  for (const pool of pools) {
    const blocks = pool.blocks[partition] as number[];
    for (let index = 0; index < blocks.length; index += 2)
      yield { words: pool.words, from: blocks[index] as number, to: blocks[index + 1] as number };
    const spilled = pool.spilled[partition] as number[];
    if (spilled.length === 0) continue;
    const file = openSync(pool.spillPath, "r");
    for (let index = 0; index < spilled.length; index += 2) {
      const words = new Int32Array(spilled[index + 1] as number);
      readSync(file, words, 0, words.byteLength, (spilled[index] as number) * 4);
      yield { words, from: 0, to: words.length };
    }
    closeSync(file);
  }
}
