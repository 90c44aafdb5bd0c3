/** The roles statements run under. They are the database's own walls: a fault in our code cannot rewrite the record. */
import { sql } from "kysely";
import { readLayout } from "./layout.ts";
import type { Database } from "./schema.ts";

/**
 * `handrail_app` adds and reads, and changes only what may change; `handrail_disposal` ends keys and removes personal
 * data when retention or an order says so; `handrail_reader` reads on behalf of somebody (row-security.ts).
 */
export type Role = "handrail_app" | "handrail_disposal" | "handrail_reader";
const ROLES: readonly Role[] = ["handrail_app", "handrail_disposal", "handrail_reader"];

/**
 * Creates the roles where missing and lets the login user take them on. Roles belong to the whole server, so another
 * database on it may have made them already.
 * @throws an error that says what an administrator has to run, when the login user may not create roles.
 */
export async function ensureRoles(db: Database): Promise<void> {
  const missing: { readonly role: Role; readonly exists: boolean; readonly user: string }[] = [];
  for (const role of ROLES) {
    const { rows } = await sql<{ exists: boolean; usable: boolean; user: string }>`
      select exists (select from pg_roles where rolname = ${role}) as exists,
        coalesce((select pg_has_role(current_user, oid, 'member') from pg_roles where rolname = ${role}), false) as usable,
        current_user::text as user`.execute(db);
    const state = rows[0];
    if (state !== undefined && !state.usable) missing.push({ role, exists: state.exists, user: state.user });
  }
  for (const { role, exists, user } of missing) {
    try {
      if (!exists) await sql`create role ${sql.id(role)} nologin`.execute(db);
      await sql`grant ${sql.id(role)} to ${sql.id(user)}`.execute(db);
    } catch (error) {
      const code = (error as { code?: string }).code;
      if (code === "42710" || code === "23505") return ensureRoles(db); // somebody else made it meanwhile
      if (code !== "42501") throw error;
      const commands = missing.map((one) => {
        const create = one.exists ? "" : `CREATE ROLE ${one.role} NOLOGIN; `;
        return `${create}GRANT ${one.role} TO ${quote(one.user)};`;
      });
      throw new Error(
        `Handrail runs its statements under the roles ${ROLES.join(" and ")}, and the database user ${quote(user)} may not ` +
          `make them or take them on. Ask the database's administrator to run this once, and start again: ${commands.join(" ")}`,
        { cause: error },
      );
    }
  }
}

/** Grants by the layout: append-only tables may be read and added to, the others changed. Run after every migration. */
export async function grantRights(db: Database): Promise<void> {
  const { tables } = await readLayout(db);
  const schema =
    (await sql<{ name: string }>`select current_schema()::text as name`.execute(db)).rows[0]?.name ?? "public";
  const statements = [
    `grant usage on schema ${quote(schema)} to handrail_app, handrail_disposal, handrail_reader`,
    `grant usage on all sequences in schema ${quote(schema)} to handrail_app`,
    `grant select on all tables in schema ${quote(schema)} to handrail_app, handrail_disposal`,
  ];
  for (const { table, appendOnly } of tables) {
    statements.push(
      appendOnly
        ? `revoke update, delete, truncate on ${quote(table)} from handrail_app; grant insert on ${quote(table)} to handrail_app`
        : `grant insert, update, delete on ${quote(table)} to handrail_app`,
    );
    if (DISPOSABLE.has(table))
      statements.push(`grant ${DISPOSABLE.get(table)} on ${quote(table)} to handrail_disposal`);
  }
  await sql.raw(statements.join(";\n")).execute(db);
}

/** What disposal may do beyond reading. */
const DISPOSABLE: ReadonlyMap<string, string> = new Map([
  ["vault_key", "update"],
  ["vault_entry", "delete"],
]);

function quote(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}
