import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { mkdtempSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { sql } from "kysely";
import { withTestDatabase } from "../../../tests/harness/database.ts";
import { inTransaction } from "../database/index.ts";
import { endKey, type Identity, openVault, putPersonalData, readPersonalData, type Vault } from "./index.ts";

const now = Temporal.Instant.from("2026-03-01T09:00:00Z");
const vault: Vault = { masterKey: randomBytes(32) };
const identity = (name: string): Identity => ({
  name,
  birthDate: "1980-02-29",
  identifiers: [{ system: "nhs-number", value: "999 000 0018" }],
});
const put = (db: Parameters<typeof readPersonalData>[0], names: Record<string, string>, under = vault): Promise<void> =>
  putPersonalData(
    db as Parameters<typeof putPersonalData>[0],
    under,
    "identity",
    Object.entries(names).map(([subjectId, name]) => ({ subjectId, value: identity(name) })),
    now,
  );

test("personal data come back as written, many at once, and a later writing replaces an earlier", async () => {
  await withTestDatabase(async (db) => {
    await put(db, { ann: "Ann Åkesson", bob: "Bob" });
    await put(db, { bob: "Robert" });
    const contact = {
      telephone: "01632 960001",
      email: null,
      address: ["1 High Street"],
      language: "cy",
    };
    await putPersonalData(db, vault, "contact", [{ subjectId: "ann", value: contact }], now);
    const read = await readPersonalData(db, vault, ["ann", "bob", "nobody", "ann"], "identity");
    assert.deepEqual(
      read,
      new Map([
        ["ann", identity("Ann Åkesson")],
        ["bob", identity("Robert")],
      ]),
    );
    assert.deepEqual(await readPersonalData(db, vault, ["ann", "bob"], "contact"), new Map([["ann", contact]]));
  });
});

test("no name can be read in the database itself", async () => {
  await withTestDatabase(async (db) => {
    await put(db, { ann: "Ann Åkesson" });
    const { rows } = await sql<{ found: boolean }>`
      select bool_or(position('Ann'::bytea in ciphertext) > 0) as found from vault_entry`.execute(db);
    assert.equal(rows[0]?.found, false);
  });
});

test("another master key opens nothing, and the message says which key to start with", async () => {
  await withTestDatabase(async (db) => {
    await put(db, { ann: "Ann" });
    const other: Vault = { masterKey: randomBytes(32) };
    await assert.rejects(readPersonalData(db, other, ["ann"], "identity"), /does not open with this master key/);
    await assert.rejects(put(db, { ann: "Anna" }, other), /does not open with this master key/);
  });
});

test("sealed data moved to another subject or kind do not open", async () => {
  await withTestDatabase(async (db) => {
    await put(db, { ann: "Ann", bob: "Bob" });
    await sql`update vault_entry set ciphertext = (select ciphertext from vault_entry where subject_id = 'ann') where subject_id = 'bob'`.execute(
      db,
    );
    await assert.rejects(readPersonalData(db, vault, ["bob"], "identity"), /bob does not open/);
    await sql`insert into vault_entry select subject_id, 'contact', ciphertext, updated_at from vault_entry where subject_id = 'ann'`.execute(
      db,
    );
    await assert.rejects(readPersonalData(db, vault, ["ann"], "contact"), /ann does not open/);
    await sql`update vault_key set wrapped_key = (select wrapped_key from vault_key where subject_id = 'ann') where subject_id = 'bob'`.execute(
      db,
    );
    await assert.rejects(readPersonalData(db, vault, ["bob"], "identity"), /key of bob does not open/);
    assert.equal((await readPersonalData(db, vault, ["ann"], "identity")).size, 1);
  });
});

test("an ended key takes the data with it, once, and only disposal may end it", async () => {
  await withTestDatabase(async (db) => {
    await put(db, { ann: "Ann", bob: "Bob" });
    await assert.rejects(
      inTransaction(db, (transaction) => transaction.updateTable("vault_key").set({ wrapped_key: null }).execute()),
      (error: { code?: string }) => error.code === "42501",
    );
    assert.equal(await endKey(db, "ann", "retention ended", now), true);
    assert.equal(await endKey(db, "ann", "again", now), false);
    assert.deepEqual([...(await readPersonalData(db, vault, ["ann", "bob"], "identity")).keys()], ["bob"]);
    await assert.rejects(put(db, { ann: "Ann" }), /disposed of/);
    const { rows } = await sql`select wrapped_key, ended_reason from vault_key where subject_id = 'ann'`.execute(db);
    assert.deepEqual(rows, [{ wrapped_key: null, ended_reason: "retention ended" }]);
  });
});

test("two first writings at once agree on one key", async () => {
  await withTestDatabase(async (db) => {
    await Promise.all(Array.from({ length: 6 }, (_, index) => put(db, { ann: `Ann ${index}`, bob: `Bob ${index}` })));
    assert.equal((await readPersonalData(db, vault, ["ann", "bob"], "identity")).size, 2);
  });
});

test("the master key is made once, for its owner's eyes only, and a broken one is named", () => {
  const dataFolder = mkdtempSync(join(tmpdir(), "handrail-vault-"));
  try {
    const first = openVault({ dataFolder });
    assert.deepEqual(openVault({ dataFolder }), first);
    assert.equal(statSync(join(dataFolder, "master.key")).mode & 0o777, 0o600);
    const own = "ab".repeat(32);
    assert.deepEqual(Buffer.from(openVault({ dataFolder, masterKey: own }).masterKey).toString("hex"), own);
    assert.throws(() => openVault({ dataFolder, masterKey: "short" }), /HANDRAIL_MASTER_KEY does not hold a key/);
    writeFileSync(join(dataFolder, "master.key"), "\n");
    assert.throws(() => openVault({ dataFolder }), /master\.key does not hold a key/);
  } finally {
    rmSync(dataFolder, { recursive: true });
  }
});
