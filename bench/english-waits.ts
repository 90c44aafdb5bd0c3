/**
 * English waits to one clock state each: Handrail with the full rules of eng-rtt, every clock written, beside the SQL
 * that an analyst of a hospital would write in DuckDB over the same rows, with simplified rules: the first referral, the
 * last stop up to the as-at day, the difference in days. Both use two threads and write a row a case.
 */
import { DuckDBInstance, type DuckDBConnection } from "@duckdb/node-api";
import { parseDay } from "../src/lib/dates/day.ts";
import { zoneOf } from "../src/lib/dates/zone.ts";
import { jobOf } from "../src/strands/guarantees/bulk/evaluate.ts";
import type { Source } from "../src/strands/guarantees/bulk/scan.ts";
import { evaluateSources } from "../src/strands/guarantees/bulk/team.ts";
import { definitionOf, library } from "../src/strands/guarantees/library.ts";
import { CLOCK_STATES } from "../src/strands/guarantees/machine/control.ts";
import { rowContext } from "../src/strands/guarantees/model/event-row.ts";
import { eventTable } from "./event-table.ts";
import { median, type Comparison } from "./measure.ts";
import { AS_AT, waitFiles, type Waits } from "./waits.ts";

export type StateCounts = Readonly<Record<string, number>>;

const STOPS = [
  "treatment-started",
  "monitoring-started",
  "treatment-declined",
  "treatment-not-needed",
  "returned-to-primary-care",
  "discharged-after-missed",
  "died",
];

/** Measures Parquet, CSV and memory, each beside its peer in the same run. Throws when the two do not agree. */
export async function benchEnglishWaits(
  cases: number,
  rounds: number,
): Promise<{ readonly waits: Waits; readonly comparisons: readonly Comparison[]; readonly peakMegabytes: number }> {
  const waits = await waitFiles(cases);
  const instance = await DuckDBInstance.create(":memory:", { threads: "2" });
  const connection = await instance.connect();
  try {
    await checkAgreement(connection, waits);
    const against = (name: string, source: Source, from: string, goal: number) =>
      compare(
        name,
        goal,
        rounds,
        () => ours([source]),
        () => peer(connection, from),
      );
    const fromParquet = await against(
      "from Parquet",
      { kind: "parquet", path: waits.parquet },
      `read_parquet('${waits.parquet}')`,
      2,
    );
    const fromCsv = await against("from CSV", { kind: "csv", path: waits.csv }, `read_csv('${waits.csv}')`, 1.3);
    // Before the table is built: laying it out in memory, through JavaScript's texts, takes more than any evaluation.
    const peakMegabytes = Math.round(process.resourceUsage().maxRSS / 1024);
    await connection.run(`CREATE TABLE events AS FROM read_parquet('${waits.parquet}')`);
    const inMemory = await against("in memory", { kind: "table", table: await eventTable(connection) }, "events", 2);
    return { waits, comparisons: [fromParquet, fromCsv, inMemory], peakMegabytes };
  } finally {
    connection.closeSync();
    instance.closeSync();
  }
}

/** One of ours, one of theirs, turn by turn, so that a busy moment of the machine falls on both. */
async function compare(
  name: string,
  goal: number,
  rounds: number,
  own: () => Promise<unknown>,
  other: () => Promise<unknown>,
): Promise<Comparison> {
  const mine: number[] = [];
  const theirs: number[] = [];
  await own();
  await other();
  for (let round = 0; round < rounds; round++) {
    mine.push(await timed(own));
    theirs.push(await timed(other));
  }
  const ourMilliseconds = median(mine);
  const peerMilliseconds = median(theirs);
  return {
    name: `English waits ${name}`,
    peer: "SQL in DuckDB",
    ourMilliseconds,
    peerMilliseconds,
    ratio: peerMilliseconds / ourMilliseconds,
    goal,
  };
}

async function timed(body: () => Promise<unknown>): Promise<number> {
  const began = performance.now();
  await body();
  return performance.now() - began;
}

/** All clocks by the full rules; answers how many are in each state. */
async function ours(sources: readonly Source[]): Promise<StateCounts> {
  const definition = definitionOf(library(), "eng-rtt");
  const day = parseDay(AS_AT) as number;
  const question = { asAt: { kind: "date", day }, knownOn: null, promise: null, version: null } as const;
  const job = jobOf(
    { definition, areas: [], question },
    rowContext(zoneOf("Europe/London"), library().definitions.values()),
  );
  return evaluateSources(job, sources, { threads: 2, want: "clocks" }, (answer) => {
    if (answer.interpret.length > 0) throw new Error(`${answer.interpret.length} cases were left to the interpreter`);
    const counts = CLOCK_STATES.map(() => 0);
    for (const { clocks } of answer.clocks) {
      for (let index = 0; index < clocks.length; index++) {
        const state = clocks.state[index] as number;
        counts[state] = (counts[state] as number) + 1;
      }
    }
    return Object.fromEntries(
      CLOCK_STATES.map((state, index) => [state, counts[index] ?? 0] as const).filter(([, count]) => count > 0),
    );
  });
}

/** The analyst's statement: a row a case, written to a table. */
async function peer(connection: DuckDBConnection, from: string): Promise<StateCounts> {
  const stops = STOPS.map((type) => `'${type}'`).join(", ");
  await connection.run(`
    CREATE OR REPLACE TEMP TABLE waits AS
    SELECT "case", started, stopped, coalesce(stopped, DATE '${AS_AT}') - started AS days,
      CASE WHEN died THEN 'ended' WHEN stopped IS NULL THEN CASE WHEN DATE '${AS_AT}' - started > 126 THEN 'overdue' ELSE 'waiting' END
        WHEN stopped - started > 126 THEN 'broken' ELSE 'kept' END AS state
    FROM (
      SELECT "case", min(occurred) FILTER (type = 'referral-received') AS started,
        max(occurred) FILTER (type IN (${stops}) AND occurred <= DATE '${AS_AT}') AS stopped,
        coalesce(bool_or(type = 'died' AND occurred <= DATE '${AS_AT}'), false) AS died
      FROM ${from} GROUP BY "case")
    WHERE started <= DATE '${AS_AT}'`);
  const counted = await connection.runAndReadAll("SELECT state, count(*)::INTEGER FROM waits GROUP BY state");
  return Object.fromEntries(counted.getRows().map(([state, count]) => [String(state), Number(count)]));
}

/** On plain pathways the analyst's rules give what the full rules give: so must the two. */
async function checkAgreement(connection: DuckDBConnection, waits: Waits): Promise<void> {
  const plain = waits.parquet.replace(".parquet", "-plain.parquet");
  await connection.run(
    `COPY (FROM read_parquet('${waits.parquet}') WHERE starts_with("case", 'P')) TO '${plain}' (FORMAT parquet)`,
  );
  const mine = sorted(await ours([{ kind: "parquet", path: plain }]));
  const theirs = sorted(await peer(connection, `read_parquet('${plain}')`));
  if (mine !== theirs) throw new Error(`On plain pathways the clocks differ: ours ${mine}, the peer's ${theirs}`);
}

function sorted(counts: StateCounts): string {
  return JSON.stringify(Object.entries(counts).toSorted(([a], [b]) => (a < b ? -1 : 1)));
}
