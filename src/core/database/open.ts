/** Opens the database: the embedded one in the data folder, or the server a URL names. */
import { setTimeout as sleep } from "node:timers/promises";
import { Kysely, PostgresDialect } from "kysely";
import type pg from "pg";
import { openCluster } from "./cluster.ts";
import { type Holder, readHolder, takeFolderLock } from "./folder-lock.ts";
import { migrate } from "./migrate.ts";
import { serverPool, socketPool } from "./pool.ts";
import type { Database, DatabaseSchema } from "./schema.ts";

export interface DatabaseSettings {
  /** Where the embedded database lives (`HANDRAIL_DATA`). */
  readonly dataFolder: string;
  /** A PostgreSQL 15 or later to use instead (`DATABASE_URL`). */
  readonly databaseUrl?: string | undefined;
  /** `hold`: this process is to hold the folder (the site). `use`: hold it if it is free, else go through its holder. */
  readonly mode: "hold" | "use";
  /** Connections to a server; ignored for the folder. */
  readonly connections?: number;
}

export interface OpenDatabase {
  readonly db: Database;
  readonly kind: "embedded" | "server" | "through-holder";
  close(): Promise<void>;
}

/** The data folder is held by another process. */
export class FolderHeldError extends Error {
  readonly holder: Holder | undefined;
  constructor(dataFolder: string, holder: Holder | undefined) {
    const who =
      holder === undefined
        ? "another process that is just starting"
        : `process ${holder.pid} (since ${holder.startedAt})`;
    super(
      `The data folder ${dataFolder} is in use by ${who}. Only one process may hold it: stop that one first, ` +
        `or choose another folder with HANDRAIL_DATA.`,
    );
    this.name = "FolderHeldError";
    this.holder = holder;
  }
}

/** How long a command line waits for a holder that is just starting: a very first start takes 3 to 6 seconds. */
const HOLDER_START_MILLISECONDS = 30_000;

/**
 * Opens and migrates the database. Close it at the end; a process that is killed instead loses nothing it acknowledged.
 * @throws FolderHeldError when `mode` is `hold` and another process holds the folder.
 */
export async function openDatabase(settings: DatabaseSettings): Promise<OpenDatabase> {
  if (settings.databaseUrl !== undefined && settings.databaseUrl !== "") {
    return openServer(settings.databaseUrl, settings.connections ?? 10);
  }
  const deadline = performance.now() + HOLDER_START_MILLISECONDS;
  for (;;) {
    const embedded = await holdFolder(settings.dataFolder);
    if (embedded !== undefined) return embedded;
    const holder = readHolder(settings.dataFolder);
    if (settings.mode === "hold") throw new FolderHeldError(settings.dataFolder, holder);
    const through = holder === undefined ? undefined : await connectThrough(holder);
    if (through !== undefined) return through;
    if (performance.now() > deadline) throw new FolderHeldError(settings.dataFolder, holder);
    await sleep(100); // the holder is starting or stopping: one of the two ways opens soon
  }
}

async function holdFolder(dataFolder: string): Promise<OpenDatabase | undefined> {
  const lock = takeFolderLock(dataFolder);
  if (lock === undefined) return undefined;
  try {
    const cluster = await openCluster(dataFolder);
    const db = newDatabase(socketPool(cluster.socketPath));
    const close = async (): Promise<void> => {
      await db.destroy();
      await cluster.close();
      lock.release();
    };
    try {
      await migrate(db);
    } catch (error) {
      await close();
      throw error;
    }
    lock.announce({ pid: process.pid, startedAt: startedAt(), socketPath: cluster.socketPath });
    return { db, kind: "embedded", close };
  } catch (error) {
    lock.release();
    throw error;
  }
}

/** When this process started, by its own clock: the record's clock plays no part here. */
function startedAt(): string {
  return Temporal.Instant.fromEpochMilliseconds(Math.round(performance.timeOrigin)).toString();
}

async function connectThrough(holder: Holder): Promise<OpenDatabase | undefined> {
  const pool = socketPool(holder.socketPath);
  try {
    (await pool.connect()).release();
  } catch {
    await pool.end();
    return undefined; // it is going away, or was killed and somebody else is opening
  }
  const db = newDatabase(pool);
  return { db, kind: "through-holder", close: () => db.destroy() };
}

const OLDEST_SERVER = 15;

async function openServer(databaseUrl: string, connections: number): Promise<OpenDatabase> {
  const pool = serverPool(databaseUrl, connections);
  try {
    const { rows } = await pool
      .query("select current_setting('server_version_num')::int / 10000 as major")
      .catch((error: Error) => {
        throw new Error(
          `The database that DATABASE_URL names cannot be reached: ${error.message || (error as { code?: string }).code}`,
          { cause: error },
        );
      });
    const major = (rows[0] as { major: number }).major;
    if (major < OLDEST_SERVER) {
      throw new Error(`DATABASE_URL names a PostgreSQL ${major}; Handrail needs ${OLDEST_SERVER} or later.`);
    }
    const db = newDatabase(pool);
    await migrate(db);
    return { db, kind: "server", close: () => db.destroy() };
  } catch (error) {
    if (!pool.ending) await pool.end();
    throw error;
  }
}

/** A Kysely on a pool; destroying it ends the pool. */
export function newDatabase(pool: pg.Pool): Database {
  const db = new Kysely<DatabaseSchema>({ dialect: new PostgresDialect({ pool }) });
  pools.set(db, pool);
  return db;
}

const pools = new WeakMap<Database, pg.Pool>();

/** The pool of a database: for pg-boss, whose scripts of many statements Kysely does not give the results of. */
export function poolOf(db: Database): pg.Pool {
  const pool = pools.get(db);
  if (pool === undefined)
    throw new Error("poolOf was given a transaction, or a database that newDatabase did not make.");
  return pool;
}
