/**
 * Row-level security: a second layer under the access decision, which it does not consult. What is read on behalf of
 * somebody is read under the role `handrail_reader`, which sees rows of the tables that say where they belong
 * (`subject_id`, `organisation_id`, `service_id`, `area_code`) by settings of the transaction, and no other table of
 * subject data at all. Everything else (projections, jobs, figures) runs under the roles it has always run under.
 *
 * The owner of the tables is not bound by the policies (no FORCE): no statement on somebody's behalf runs as the owner.
 */
import { createHash } from "node:crypto";
import { sql } from "kysely";
import { readLayout } from "./layout.ts";
import type { Database } from "./schema.ts";

const PLACED = ["subject_id", "organisation_id", "service_id", "area_code"] as const;

/** The settings a reader's transaction makes, each an array of text. `everywhere` is not empty for a reach of every area there is. */
export const READER_SETTINGS = [
  "subjects",
  "barred",
  "everywhere",
  "organisations",
  "services",
  "areas",
  "combined",
] as const;

export type ReaderSettings = Readonly<Record<(typeof READER_SETTINGS)[number], readonly string[]>>;

/** Makes the policies anew from the layout, so that no new table is forgotten, unless they stand as they should already. */
export async function secureRows(db: Database): Promise<void> {
  const { tables } = await readLayout(db);
  const placed = await tablesWith(db, PLACED);
  const distributed = await isDistributed(db);
  const statements: string[] = [];
  for (const { table, placement } of tables) {
    const name = quote(table);
    if (placement === "reference") {
      statements.push(`grant select on ${name} to handrail_reader`);
      continue;
    }
    statements.push(`alter table ${name} enable row level security`);
    for (const role of ["handrail_app", "handrail_disposal"] as const) {
      statements.push(
        `drop policy if exists ${role}_all on ${name}`,
        `create policy ${role}_all on ${name} to ${role} using (true) with check (true)`,
      );
    }
    statements.push(
      `drop policy if exists handrail_reader_seen on ${name}`,
      `revoke all on ${name} from handrail_reader`,
    );
    if (!placed.has(table)) continue;
    statements.push(
      `grant select on ${name} to handrail_reader`,
      `create policy handrail_reader_seen on ${name} for select to handrail_reader using (${condition(distributed)})`,
    );
  }
  const text = statements.join(";\n");
  const digest = createHash("sha256").update(text).digest("hex");
  const { rows } = await sql<{ digest: string }>`select digest from rights`.execute(db);
  if (rows[0]?.digest === digest) return;
  await sql.raw(`begin;\n${text};\nupdate rights set digest = '${digest}';\ncommit`).execute(db);
}

/**
 * What a reader sees. `(select …)` makes PostgreSQL evaluate a setting once for the statement and not once for each row;
 * Citus refuses subqueries in policies, so on a distributed database the setting stands bare.
 */
function condition(distributed: boolean): string {
  const once = (expression: string, type: string) => (distributed ? expression : `(select ${expression})::${type}`);
  const read = (name: (typeof READER_SETTINGS)[number]) =>
    `nullif(current_setting('handrail.${name}', true), '')::text[]`;
  const among = (expression: string, name: (typeof READER_SETTINGS)[number]) =>
    `${expression} = any (${once(read(name), "text[]")})`;
  const everywhere = once(`coalesce(cardinality(${read("everywhere")}), 0) > 0`, "boolean");
  const nobodyBarred = once(`coalesce(cardinality(${read("barred")}), 0) = 0`, "boolean");
  const notBarred = `(${nobodyBarred} or subject_id <> all (${once(`coalesce(${read("barred")}, '{}')`, "text[]")}))`;
  const combined = [
    "'o:' || organisation_id || ' s:' || service_id",
    "'o:' || organisation_id || ' a:' || area_code",
    "'s:' || service_id || ' a:' || area_code",
    "'o:' || organisation_id || ' s:' || service_id || ' a:' || area_code",
  ];
  // What is cheap and common first: each row is asked.
  return (
    `(${everywhere} and area_code is not null and ${notBarred}) or ${among("subject_id", "subjects")} or (${notBarred} and (` +
    [
      among("organisation_id", "organisations"),
      among("service_id", "services"),
      among("area_code", "areas"),
      ...combined.map((expression) => among(`(${expression})`, "combined")),
    ].join(" or ") +
    "))"
  );
}

async function tablesWith(db: Database, columns: readonly string[]): Promise<ReadonlySet<string>> {
  const { rows } = await sql<{ table: string }>`
    select c.relname::text as table from pg_class c join pg_attribute a on a.attrelid = c.oid and not a.attisdropped
    where c.relnamespace = current_schema()::regnamespace and c.relkind in ('r', 'p') and a.attname = any(${[...columns]}::text[])
    group by 1 having count(*) = ${columns.length}`.execute(db);
  return new Set(rows.map((row) => row.table));
}

async function isDistributed(db: Database): Promise<boolean> {
  const { rows } = await sql<{
    has: boolean;
  }>`select exists (select from pg_extension where extname = 'citus') as has`.execute(db);
  return rows[0]?.has === true;
}

/** An array of text as PostgreSQL writes it: any character may stand in an element. */
export function arrayLiteral(elements: readonly string[]): string {
  return `{${elements.map((each) => `"${each.replaceAll("\\", "\\\\").replaceAll('"', '\\"')}"`).join(",")}}`;
}

function quote(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}
