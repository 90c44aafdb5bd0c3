import { createWriteStream, existsSync, mkdirSync, renameSync } from "node:fs";
import { once } from "node:events";
import { join } from "node:path";
import { DuckDBInstance } from "@duckdb/node-api";
import { dayFromCivil, formatDay } from "../src/lib/dates/day.ts";

/**
 * English waits for the benchmark, from a seed: referrals of two years in the order of their events, as a hospital's log
 * has them. The shares are set so that every rule is met: first appointments missed and rebooked, watching and waiting
 * and what follows it, transfers that bring an older date, cancellations, deaths. Nothing here is a real person.
 */
export type Waits = { readonly csv: string; readonly parquet: string; readonly cases: number; readonly events: number };

export const AS_AT = "2025-03-31";
const FIRST_REFERRAL = dayFromCivil(2023, 4, 1);
const LAST_DAY = dayFromCivil(2025, 3, 31);
/** An event after the as-at date now and then, which nobody may count. */
const LATEST_EVENT = LAST_DAY + 14;
const FOLDER = join(import.meta.dirname, "..", ".cache", "bench");

/** The files of so many cases: made once, then found again. */
export async function waitFiles(cases: number): Promise<Waits> {
  mkdirSync(FOLDER, { recursive: true });
  const csv = join(FOLDER, `waits-${cases}.csv`);
  const parquet = join(FOLDER, `waits-${cases}.parquet`);
  if (!existsSync(csv)) await writeCsv(cases, csv);
  const instance = await DuckDBInstance.create(":memory:");
  const connection = await instance.connect();
  if (!existsSync(parquet)) {
    await connection.run(
      `COPY (FROM read_csv('${csv}', types = {'occurred': 'DATE', 'original_date': 'DATE', 'first': 'BOOLEAN'})) TO '${parquet}.part' (FORMAT parquet)`,
    );
    renameSync(`${parquet}.part`, parquet);
  }
  const counted = await connection.runAndReadAll(`SELECT count(*)::INTEGER FROM read_parquet('${parquet}')`);
  connection.closeSync();
  instance.closeSync();
  return { csv, parquet, cases, events: Number(counted.getRows()[0]?.[0]) };
}

/** A day's lines of the log, by day since the first referral. */
type Log = string[][];

async function writeCsv(cases: number, path: string): Promise<void> {
  const log: Log = Array.from({ length: LATEST_EVENT - FIRST_REFERRAL + 1 }, () => []);
  const random = randomNumbers(20_250_331);
  for (let number = 0; number < cases; number++) writeWait(log, number, random);
  const output = createWriteStream(`${path}.part`);
  output.write("case,type,occurred,original_date,first,by\n");
  for (const lines of log) {
    if (lines.length > 0 && !output.write(`${lines.join("\n")}\n`)) await once(output, "drain");
  }
  await new Promise<void>((resolve) => output.end(resolve));
  renameSync(`${path}.part`, path);
}

/** One wait. Ids that begin with P are plain pathways, which the analyst's simple rules judge as the full rules do. */
function writeWait(log: Log, number: number, random: () => number): void {
  const plain = random() < 0.62;
  const id = `${plain ? "P" : "C"}${String(number * 7 + 1).padStart(9, "0")}`;
  const write = (day: number, type: string, fields = ",,") => {
    if (day <= LATEST_EVENT) (log[day - FIRST_REFERRAL] as string[]).push(`${id},${type},${formatDay(day)},${fields}`);
  };
  let day = FIRST_REFERRAL + Math.floor(random() * (LAST_DAY - FIRST_REFERRAL + 1));
  const later = (most: number) => (day += 1 + Math.floor(random() * most));
  const transferred = !plain && random() < 0.12;
  write(day, "referral-received", transferred ? `${formatDay(day - 10 - Math.floor(random() * 60))},,` : ",,");
  if (!plain && random() < 0.3) {
    write(later(60), "appointment-missed", ",true,");
    if (random() < 0.15) return;
    write(later(20), "appointment-rebooked");
  }
  if (random() < 0.54) write(later(70), "appointment-attended");
  if (random() < 0.12) write(later(30), "appointment-cancelled", random() < 0.6 ? ",,person" : ",,provider");
  if (!plain && random() < 0.4) {
    write(later(60), "monitoring-started", random() < 0.25 ? ",,person" : ",,professional");
    if (random() < 0.5) return;
    write(later(120), "monitoring-ended");
  }
  if (random() < 0.2) write(later(40), "admission-decided");
  if (!plain && random() < 0.12) {
    write(later(40), "appointment-missed", ",false,");
    return write(later(10), "discharged-after-missed");
  }
  const end = random();
  if (end < 0.24) return; // still waiting
  later(150);
  write(
    day,
    end < 0.84
      ? "treatment-started"
      : end < 0.91
        ? "treatment-not-needed"
        : end < 0.95
          ? "returned-to-primary-care"
          : end < 0.98
            ? "treatment-declined"
            : "died",
  );
}

/** Numbers in [0, 1) from a seed: mulberry32, quick and even enough for shares and dates. */
function randomNumbers(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}
