/** Connections to PostgreSQL, be it the embedded cluster's socket or a server, with the same JavaScript types from both. */
import { dirname } from "node:path";
import pg from "pg";

const INT8 = 20;
const DATE = 1082;
const TIMESTAMP = 1114;
const TIMESTAMPTZ = 1184;
const INTERVAL = 1186;

/** bigint arrives as a number: positions, counts and pence stay far below 2^53, and one that does not is an error. */
function parseInt8(text: string): number {
  const value = Number(text);
  if (!Number.isSafeInteger(value))
    throw new Error(`The bigint ${text} from the database exceeds 2^53; read it as text (value::text).`);
  return value;
}

const asText = (text: string): string => text;
const ours = new Map<number, (text: string) => unknown>([
  [INT8, parseInt8],
  [DATE, asText],
  [TIMESTAMP, asText],
  [TIMESTAMPTZ, asText],
  [INTERVAL, asText],
]);

const types = {
  getTypeParser(oid: number, format?: "text" | "binary") {
    const own = format === "binary" ? undefined : ours.get(oid);
    return own ?? (pg.types.getTypeParser as (oid: number, format?: string) => unknown)(oid, format);
  },
} as unknown as pg.CustomTypesConfig;

/** A pool on the embedded cluster's Unix socket. Its statements take turns, so more connections buy nothing but fairness. */
export function socketPool(socketPath: string): pg.Pool {
  return newPool({
    host: dirname(socketPath),
    port: 5432,
    user: "postgres",
    database: "postgres",
    max: 8,
  });
}

export function serverPool(databaseUrl: string, connections: number): pg.Pool {
  return newPool({
    connectionString: databaseUrl,
    max: connections,
    options: "-c TimeZone=UTC -c DateStyle=ISO",
  });
}

function newPool(config: pg.PoolConfig): pg.Pool {
  const pool = new pg.Pool({
    ...config,
    types,
    application_name: "handrail",
    allowExitOnIdle: true,
  });
  // An idle connection that breaks is replaced by the pool; the next statement reports what is wrong, if anything still is.
  pool.on("error", () => {});
  return pool;
}
