/** The schema as text, from the catalogues: the same on every PostgreSQL, for people to read and a test to compare. */
import { sql } from "kysely";
import { MIGRATOR_TABLES } from "./layout.ts";
import type { Database } from "./schema.ts";

const HEADING = `-- The schema that the migrations give. Generated (node scripts/dump-schema.ts): do not edit.
-- Rights are those of handrail_app, the role every transaction runs under, and handrail_disposal.
`;

interface TableRow {
  readonly name: string;
  readonly comment: string | null;
  readonly columns: readonly { readonly text: string; readonly comment: string | null }[];
  readonly constraints: readonly string[];
  readonly indexes: readonly string[];
  readonly rights: readonly { readonly role: string; readonly rights: string }[];
}

/** Every table with its columns, keys, checks, indexes, rights and comments, in the order of their names. */
export async function dumpSchema(db: Database): Promise<string> {
  const { rows } = await sql<TableRow>`
    select c.relname::text as name, obj_description(c.oid, 'pg_class') as comment,
      (select jsonb_agg(jsonb_build_object('text',
          a.attname || ' ' || format_type(a.atttypid, a.atttypmod)
            || case when a.attnotnull then ' not null' else '' end
            || case when d.adbin is null then '' else ' default ' || pg_get_expr(d.adbin, d.adrelid) end,
          'comment', col_description(c.oid, a.attnum)) order by a.attnum)
        from pg_attribute a left join pg_attrdef d on d.adrelid = a.attrelid and d.adnum = a.attnum
        where a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped) as columns,
      -- PostgreSQL 18 keeps "not null" as constraints ('n') too; the columns say it already.
      coalesce((select jsonb_agg(pg_get_constraintdef(k.oid) order by
          array_position(array['p', 'u', 'f', 'c', 'x'], k.contype::text), k.conname)
        from pg_constraint k where k.conrelid = c.oid and k.contype <> 'n'), '[]') as constraints,
      coalesce((select jsonb_agg(replace(pg_get_indexdef(i.indexrelid), current_schema() || '.', '') order by i.indexrelid::regclass::text)
        from pg_index i where i.indrelid = c.oid
          and not exists (select from pg_constraint k where k.conindid = i.indexrelid and k.conrelid = c.oid)), '[]') as indexes,
      coalesce((select jsonb_agg(jsonb_build_object('role', role, 'rights', rights) order by role) from (
        select g.grantee as role, string_agg(lower(g.privilege_type), ', ' order by g.privilege_type) as rights
        from information_schema.role_table_grants g
        where g.table_schema = current_schema() and g.table_name = c.relname and g.grantee like 'handrail\\_%'
        group by g.grantee) as granted), '[]') as rights
    from pg_class c
    where c.relnamespace = current_schema()::regnamespace and c.relkind in ('r', 'p', 'v', 'm')
    order by c.relname collate "C"`.execute(db);
  return [HEADING, ...rows.filter((row) => !MIGRATOR_TABLES.includes(row.name)).map(describeTable)].join("\n");
}

function describeTable(table: TableRow): string {
  const lines = table.comment === null ? [] : [`-- ${table.comment}`];
  lines.push(`create table ${table.name} (`);
  const parts = [
    ...table.columns.map((column) => ({ text: column.text, comment: column.comment })),
    ...table.constraints.map((text) => ({
      text: text.toLowerCase() === text ? text : lowerKeywords(text),
      comment: null,
    })),
  ];
  parts.forEach(({ text, comment }, index) => {
    const comma = index < parts.length - 1 ? "," : "";
    lines.push(`  ${text}${comma}${comment === null ? "" : ` -- ${comment}`}`);
  });
  lines.push(");");
  for (const index of table.indexes) lines.push(`${lowerKeywords(index)};`);
  for (const { role, rights } of table.rights) lines.push(`grant ${rights} on ${table.name} to ${role};`);
  return `${lines.join("\n")}\n`;
}

/** Keywords as the migrations write them; what is quoted stays. */
function lowerKeywords(text: string): string {
  return text.replaceAll(/'(?:[^']|'')*'|"(?:[^"]|"")*"|[A-Z]+/g, (part) =>
    /^['"]/.test(part) ? part : part.toLowerCase(),
  );
}
