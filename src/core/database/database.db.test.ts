import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { readFile } from "node:fs/promises";
import { test } from "node:test";
import { sql } from "kysely";
import pg from "pg";
import { createServerDatabase, databaseKind, withTestDatabase } from "../../../tests/harness/database.ts";
import { distribute, planDistribution } from "./distribute.ts";
import { dumpSchema } from "./dump-schema.ts";
import { openDatabase } from "./index.ts";
import { readLayout } from "./layout.ts";
import { migrate, MIGRATIONS_FOLDER, readMigrations } from "./migrate.ts";

test("every table states where it lives, and every key of a subject's table begins with subject_id", async () => {
  await withTestDatabase(async (db) => {
    const { tables, faults } = await readLayout(db);
    assert.deepEqual(faults, []);
    const placed = new Map(tables.map((one) => [one.table, one]));
    assert.deepEqual(placed.get("fact"), {
      table: "fact",
      placement: "by-subject",
      appendOnly: true,
    });
    assert.equal(placed.get("organisation")?.placement, "reference");
  });
});

test("a table that breaks a rule of the layout is found, each rule by itself", async () => {
  const faulty: readonly (readonly [string, RegExp])[] = [
    ["create table bad (subject_id text primary key)", /Table bad does not say where it lives/],
    ["create table bad (subject_id text); comment on table bad is 'By subject. X'", /Table bad has no primary key/],
    [
      "create table bad (id text primary key, subject_id text); comment on table bad is 'By subject. X'",
      /Key bad_pkey of bad begins with id/,
    ],
    [
      "create table bad (subject_id text primary key, code text unique); comment on table bad is 'By subject. X'",
      /Key bad_code_key of bad begins with code/,
    ],
    [
      "create table bad (subject_id text primary key, code text); create unique index own on bad (lower(code)); comment on table bad is 'By subject. X'",
      /Key own of bad begins with \(expression\)/,
    ],
    [
      "create table bad (subject_id text primary key, n integer generated always as identity); comment on table bad is 'By subject. X'",
      /Column bad\.n is an identity column/,
    ],
    [
      "create table bad (subject_id text primary key); comment on table bad is 'By subject. X'; create trigger bell before update on bad for each row execute function suppress_redundant_updates_trigger()",
      /Table bad has the trigger bell/,
    ],
  ];
  await withTestDatabase(async (db) => {
    for (const [statements, expected] of faulty) {
      await sql.raw(statements).execute(db);
      const { faults } = await readLayout(db);
      assert.equal(faults.length, 1, `${statements}: ${faults.join(" ")}`);
      assert.match(faults[0] as string, expected);
      await sql`drop table bad`.execute(db);
    }
  });
});

test("migrations/schema.sql is what the migrations give (node scripts/dump-schema.ts writes it anew)", async () => {
  await withTestDatabase(async (db) => {
    assert.equal(await dumpSchema(db), await readFile(new URL("schema.sql", MIGRATIONS_FOLDER), "utf8"));
  });
});

test("the migrations are numbered without doubles, and running them again changes nothing", async () => {
  const numbers = [...(await readMigrations()).keys()].map((name) => name.slice(0, 4));
  assert.equal(new Set(numbers).size, numbers.length);
  await withTestDatabase(async (db) => assert.deepEqual(await migrate(db), []));
});

test("dates, instants and whole numbers arrive as the same types on every database", async () => {
  await withTestDatabase(async (db) => {
    const { rows } = await sql`
      select date '2026-03-01' as date, timestamptz '2026-03-01 10:00:00.123456+01' as instant, 9007199254740991::bigint as whole,
        count(*) as count, 1.50::numeric as exact, '{"a": [1, null]}'::jsonb as json, '\\x00ff'::bytea as bytes, true as yes,
        array['x', 'y'] as list, ${"2026-03-29T01:30:00Z"}::timestamptz as given`.execute(db);
    assert.deepEqual(rows[0], {
      date: "2026-03-01",
      instant: "2026-03-01 09:00:00.123456+00",
      whole: 9007199254740991,
      count: 1,
      exact: "1.50",
      json: { a: [1, null] },
      bytes: Buffer.from([0, 255]),
      yes: true,
      list: ["x", "y"],
      given: "2026-03-29 01:30:00+00",
    });
    await assert.rejects(sql`select 9007199254740992::bigint as whole`.execute(db), /exceeds 2\^53/);
  });
});

test("tables are distributed in an order that works: references, the record, everything beside it", () => {
  const tables = [
    { table: "clock", placement: "by-subject" },
    { table: "fact", placement: "by-subject" },
    { table: "service", placement: "reference" },
  ] as const;
  assert.deepEqual(
    planDistribution(tables, new Set()).map((step) => step.statement),
    [
      "select create_reference_table('service')",
      "select create_distributed_table('fact', 'subject_id', colocate_with => 'none')",
      "select create_distributed_table('clock', 'subject_id', colocate_with => 'fact')",
    ],
  );
  assert.deepEqual(
    planDistribution(tables, new Set(["fact", "service", "clock"])).map((step) => step.statement),
    [undefined, undefined, undefined],
  );
});

test("without the extension citus, distributing says what is needed and changes nothing", async () => {
  await withTestDatabase(async (db) => {
    await assert.rejects(distribute(db), /only on a PostgreSQL with the extension citus/);
  });
});

/** Stands in for the extension: its functions by name, which note what they were told, in the order they were told it. */
const CITUS_DOUBLE = `
  create table pg_dist_partition (logicalrelid regclass primary key, placed serial, colocated text);
  create function create_reference_table(t regclass) returns void language sql
    as 'insert into pg_dist_partition (logicalrelid) values (t)';
  create function create_distributed_table(t regclass, c text, colocate_with text) returns void language sql
    as 'insert into pg_dist_partition (logicalrelid, colocated) values (t, colocate_with)'`;

test("the statements of the distribution are ones PostgreSQL takes, for every table of the schema", async () => {
  await withTestDatabase(async (db) => {
    await sql.raw(CITUS_DOUBLE).execute(db);
    try {
      const tables = (await readLayout(db)).tables.filter((one) => one.table !== "pg_dist_partition");
      for (const step of planDistribution(tables, new Set()))
        if (step.statement !== undefined) await sql.raw(step.statement).execute(db);
      const { rows } = await sql<{
        count: number;
      }>`select count(*) as count from pg_dist_partition`.execute(db);
      assert.equal(rows[0]?.count, tables.length);
    } finally {
      await sql
        .raw(
          "drop table pg_dist_partition; drop function create_reference_table(regclass); drop function create_distributed_table(regclass, text, text)",
        )
        .execute(db);
    }
  });
});

if (databaseKind === "server") {
  test("a user who may not make the roles is told what the administrator has to run, and that is enough", async () => {
    const { url } = await createServerDatabase("template0");
    const user = `clerk_${randomBytes(4).toString("hex")}`;
    const admin = new pg.Client({ connectionString: url });
    await admin.connect();
    await admin.query(`create user ${user}; alter database ${new URL(url).pathname.slice(1)} owner to ${user}`);
    const own = new URL(url);
    own.username = user;
    const settings = { dataFolder: "unused", databaseUrl: own.href, mode: "hold" } as const;

    const refusal = await openDatabase(settings).then(
      () => assert.fail("it was let in"),
      (error: Error) => error.message,
    );
    assert.match(refusal, new RegExp(`database user "${user}" may not`));
    await admin.query(/start again: (.*)$/.exec(refusal)?.[1] as string);
    await admin.end();

    const { db, kind, close } = await openDatabase(settings);
    assert.equal(kind, "server");
    assert.deepEqual((await readLayout(db)).faults, []);
    await close();
  });

  test("a server that does not answer is named as what it is", async () => {
    const databaseUrl = "postgresql://nobody@127.0.0.1:1/none";
    await assert.rejects(
      openDatabase({ dataFolder: "unused", databaseUrl, mode: "hold" }),
      /DATABASE_URL names cannot be reached/,
    );
  });
}
