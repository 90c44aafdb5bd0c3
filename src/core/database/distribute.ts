/** `handrail distribute`: lays the tables out on a database with the extension `citus`, by the layout they state themselves. */
import { sql } from "kysely";
import { readLayout } from "./layout.ts";
import { secureRows } from "./row-security.ts";
import type { Database } from "./schema.ts";

/** The group every table about subjects belongs to: rows of one subject are on one node, in whatever table. */
const FIRST_TABLE = "fact";

export interface DistributionStep {
  readonly table: string;
  readonly placement: "by-subject" | "reference";
  /** Undefined when it was laid out before. */
  readonly statement: string | undefined;
}

/**
 * The statements that distribute what is not distributed yet: reference tables first, for foreign keys may point to
 * them; `fact`, which founds the group; then all others beside it. Pure.
 */
export function planDistribution(
  tables: readonly { readonly table: string; readonly placement: "by-subject" | "reference" }[],
  distributed: ReadonlySet<string>,
): readonly DistributionStep[] {
  const rank = (table: { readonly table: string; readonly placement: string }): number =>
    table.placement === "reference" ? 0 : table.table === FIRST_TABLE ? 1 : 2;
  return tables
    .toSorted((left, right) => rank(left) - rank(right))
    .map(({ table, placement }) => {
      const name = `'${table.replaceAll("'", "''")}'`;
      const beside = table === FIRST_TABLE ? "none" : FIRST_TABLE;
      const statement =
        placement === "reference"
          ? `select create_reference_table(${name})`
          : `select create_distributed_table(${name}, 'subject_id', colocate_with => '${beside}')`;
      return { table, placement, statement: distributed.has(table) ? undefined : statement };
    });
}

/**
 * Distributes the tables that are not yet. Doing it again changes nothing.
 * @throws when the database has no `citus`, or a table does not fit the layout's rules.
 */
export async function distribute(
  db: Database,
  onStep: (step: DistributionStep) => void = () => {},
): Promise<readonly DistributionStep[]> {
  const { rows } = await sql<{ has: boolean; offered: boolean }>`
    select exists (select from pg_extension where extname = 'citus') as has,
      exists (select from pg_available_extensions where name = 'citus') as offered`.execute(db);
  if (rows[0]?.has !== true) {
    throw new Error(
      rows[0]?.offered === true
        ? "This database does not have the extension citus, though its server offers it. Run CREATE EXTENSION citus; in it as administrator, then distribute again."
        : "The tables can be distributed only on a PostgreSQL with the extension citus, and the server of this database does not offer it. " +
            "Point DATABASE_URL at a Citus coordinator.",
    );
  }
  const { tables, faults } = await readLayout(db);
  if (faults.length > 0)
    throw new Error(`The tables cannot be distributed:\n${faults.map((fault) => `- ${fault}`).join("\n")}`);
  const done = await sql<{
    table: string;
  }>`select logicalrelid::regclass::text as table from pg_dist_partition`.execute(db);
  const steps = planDistribution(tables, new Set(done.rows.map((row) => row.table)));
  for (const step of steps) {
    if (step.statement !== undefined) await sql.raw(step.statement).execute(db);
    onStep(step);
  }
  await secureRows(db);
  return steps;
}
