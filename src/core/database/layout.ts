/**
 * Where each table lives on a distributed database, and whether its rows may ever change. Each table says so itself, in
 * its comment, so that a migration is complete in one file:
 * "By subject. …", "By subject, append-only. …", "Reference. …", "Reference, append-only. …".
 */
import { sql } from "kysely";
import type { Database } from "./schema.ts";

export interface TableLayout {
  readonly table: string;
  /** `by-subject`: distributed by `subject_id`; `reference`: small, copied to every node. */
  readonly placement: "by-subject" | "reference";
  readonly appendOnly: boolean;
}

export interface Layout {
  readonly tables: readonly TableLayout[];
  /** What breaks the rules of the layout, a sentence each; empty when all is well. */
  readonly faults: readonly string[];
}

/** The migrator's own tables: they hold the schema's history, not data, and stay on the coordinator. */
export const MIGRATOR_TABLES: readonly string[] = ["kysely_migration", "kysely_migration_lock"];

/** Reads the layout from the database itself and checks it: placement stated, `subject_id` in every key, no triggers, no identity columns. */
export async function readLayout(db: Database): Promise<Layout> {
  const { rows } = await sql<{
    table: string;
    comment: string | null;
    identity: string[];
    triggers: string[];
    keys: { name: string; columns: string[] }[];
  }>`
    select c.relname as table, obj_description(c.oid, 'pg_class') as comment,
      array(select a.attname::text from pg_attribute a where a.attrelid = c.oid and a.attidentity <> '' order by 1) as identity,
      array(select t.tgname::text from pg_trigger t where t.tgrelid = c.oid and not t.tgisinternal order by 1) as triggers,
      coalesce((
        select jsonb_agg(jsonb_build_object('name', i.indexrelid::regclass::text, 'columns', array(
          select coalesce(a.attname::text, '(expression)') from unnest(i.indkey::int2[]) with ordinality k(attnum, place)
          left join pg_attribute a on a.attrelid = i.indrelid and a.attnum = k.attnum and k.attnum > 0
          where k.place <= i.indnkeyatts order by k.place)) order by i.indexrelid::regclass::text)
        from pg_index i where i.indrelid = c.oid and (i.indisunique or i.indisprimary)
      ), '[]') as keys
    from pg_class c
    where c.relnamespace = current_schema()::regnamespace and c.relkind in ('r', 'p')
    order by c.relname`.execute(db);

  const tables: TableLayout[] = [];
  const faults: string[] = [];
  for (const row of rows) {
    if (MIGRATOR_TABLES.includes(row.table)) continue;
    const stated = /^(By subject|Reference)(, append-only)?\. /.exec(row.comment ?? "");
    if (stated === null) {
      faults.push(
        `Table ${row.table} does not say where it lives. Give it a comment in its migration that begins with ` +
          `"By subject. " or "Reference. " (", append-only" before the full stop when rows never change).`,
      );
      continue;
    }
    const placement = stated[1] === "Reference" ? "reference" : "by-subject";
    tables.push({ table: row.table, placement, appendOnly: stated[2] !== undefined });
    if (row.keys.length === 0) faults.push(`Table ${row.table} has no primary key.`);
    for (const trigger of row.triggers)
      faults.push(`Table ${row.table} has the trigger ${trigger}: triggers are not used.`);
    if (placement === "reference") continue;
    for (const column of row.identity) {
      faults.push(
        `Column ${row.table}.${column} is an identity column, which Citus refuses to distribute: use bigserial.`,
      );
    }
    for (const key of row.keys) {
      if (key.columns[0] !== "subject_id") {
        faults.push(
          `Key ${key.name} of ${row.table} begins with ${key.columns[0] ?? "nothing"}: subject_id must come first.`,
        );
      }
    }
  }
  return { tables, faults };
}
