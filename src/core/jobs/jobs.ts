/**
 * Work beside the pages, by pg-boss on our own database: at set times, and when somebody says there is something to do.
 * What is to be done stands in tables of its own; a job only says "look". So a job that runs twice, or on two nodes at
 * once, does nothing twice, and one that is lost is made up for by the next (docs/decisions/0015-jobs-say-look.md).
 */
import pg from "pg";
import { type Db, PgBoss } from "pg-boss";
import type { Database } from "../database/index.ts";
import { poolOf } from "../database/open.ts";

export interface Job {
  /** Lower case with dashes: `messages-outbox`. */
  readonly name: string;
  /** When it runs without being told to: five fields of cron, in UTC; minutes are the finest. */
  readonly cron: string;
  /** Does the work and says when to look again; null leaves that to the schedule and to pokes. */
  readonly run: () => Promise<Temporal.Instant | null>;
}

export interface Jobs {
  /** Has the job run now, here or on another node; asking again before it began changes nothing. */
  poke(name: string): void;
  /** Waits for what is running, at most some seconds. */
  stop(): Promise<void>;
}

export interface JobsSettings {
  readonly jobs: readonly Job[];
  readonly log: (line: string) => void;
}

/** pg-boss's tables, apart from ours: it makes and migrates them itself. */
const SCHEMA = "handrail_jobs";
const STOP_MILLISECONDS = 10_000;
/** A job's process that has died is noticed after this. */
const LONGEST_RUN_SECONDS = 300;

/** Starts the jobs. Several processes on one database may do so: each job then runs on whichever is free. */
export async function openJobs(db: Database, { jobs, log }: JobsSettings): Promise<Jobs> {
  const boss = new PgBoss({
    db: adapter(db),
    schema: SCHEMA,
    // Its own housekeeping, sized for a few small queues. The embedded database has one session: every look counts.
    superviseIntervalSeconds: 60,
    maintenanceIntervalSeconds: 3_600,
    monitorVacuum: false,
    reindex: false,
  });
  boss.on("error", (error) => log(`jobs: ${error instanceof Error ? error.message : String(error)}`));
  await boss.start().catch((error: unknown) => {
    if ((error as { code?: string }).code !== "42501") throw error;
    throw new Error(
      `The tables of the jobs could not be made: the database's user may not create the schema ${SCHEMA}. ` +
        `Have an administrator run GRANT CREATE ON DATABASE … TO … for the user that DATABASE_URL names, and start again.`,
      { cause: error },
    );
  });
  const workers = new Map<string, string>();
  const waking = new Map<string, NodeJS.Timeout>();
  let stopped = false;

  const send = async (name: string): Promise<void> => {
    if (stopped) return;
    await boss.send(name, null, { retryLimit: 0 });
    const worker = workers.get(name);
    if (worker !== undefined) boss.notifyWorker(worker);
  };
  const poke = (name: string): void =>
    void send(name).catch((error: unknown) =>
      log(`job ${name}: ${error instanceof Error ? error.message : String(error)}`),
    );
  const pokeAt = (name: string, at: Temporal.Instant): void => {
    const milliseconds = at.epochMilliseconds - Temporal.Now.instant().epochMilliseconds;
    // What lies further off is the schedule's.
    if (milliseconds > 60_000) return;
    clearTimeout(waking.get(name));
    waking.set(name, setTimeout(() => poke(name), Math.max(0, milliseconds)).unref());
  };

  for (const job of jobs) {
    // `short`: one waits at most. Two may run at once: the work itself keeps them apart.
    await boss.createQueue(job.name, {
      policy: "short",
      retryLimit: 0,
      expireInSeconds: LONGEST_RUN_SECONDS,
      retentionSeconds: 3_600,
      deleteAfterSeconds: 3_600,
    });
    workers.set(
      job.name,
      await boss.work(job.name, { pollingIntervalSeconds: 10 }, async () => {
        const again = await job.run();
        if (again !== null) pokeAt(job.name, again);
      }),
    );
    await boss.schedule(job.name, job.cron, null, { tz: "UTC" });
    // What was left when the last process ended need not wait for the schedule.
    poke(job.name);
  }

  return {
    poke,
    async stop() {
      stopped = true;
      for (const timer of waking.values()) clearTimeout(timer);
      await boss.stop({ graceful: true, timeout: STOP_MILLISECONDS });
    },
  };
}

/**
 * pg-boss on our pool. It sends scripts of many statements and reads what any of them returned; and it expects the
 * driver's usual types, where our stores have dates as text.
 */
function adapter(db: Database): Db {
  const pool = poolOf(db);
  return {
    async executeSql(text, values) {
      const query = { text, types: pg.types, ...(values === undefined || values.length === 0 ? {} : { values }) };
      const client = await pool.connect();
      try {
        const results = await client.query(query as pg.QueryConfig);
        const all = Array.isArray(results) ? (results as pg.QueryResult[]) : [results];
        client.release();
        return { rows: all.flatMap((result) => result.rows ?? []) };
      } catch (error) {
        // A script that failed between its BEGIN and COMMIT leaves the transaction open: the connection goes with it.
        client.release(true);
        throw error;
      }
    },
  };
}
