import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { PGlite } from "@electric-sql/pglite";
import fc from "fast-check";
import type pg from "pg";
import { pgliteTemplate } from "../../../tests/harness/template.ts";
import { socketPool } from "./pool.ts";
import { createTurns } from "./turns.ts";
import { createMessageBuffer, serveClient } from "./wire.ts";

const folder = mkdtempSync(join(tmpdir(), "handrail-wire-"));
const socketPath = join(folder, ".s.PGSQL.5432");
let pglite: PGlite;
let pool: pg.Pool;
const turns = createTurns();
const server = createServer((socket) => serveClient(pglite, turns, socket, 300));

before(async () => {
  pglite = await PGlite.create({
    loadDataDir: new Blob([new Uint8Array(await readFile(await pgliteTemplate()))]),
  });
  await new Promise<void>((resolve) => server.listen(socketPath, resolve));
  pool = socketPool(socketPath);
  await pool.query("create table kept (number integer primary key)");
});
after(async () => {
  await pool.end();
  server.close();
  await pglite.close();
  rmSync(folder, { recursive: true, force: true });
});

test("transactions of many clients never mix", async () => {
  await pool.query("delete from kept");
  const transaction = async (number: number): Promise<void> => {
    const client = await pool.connect();
    try {
      await client.query("begin");
      const before = await client.query("select count(*) as count from kept");
      await client.query("insert into kept values ($1)", [number]);
      await new Promise((resolve) => setTimeout(resolve, number % 4));
      const then = await client.query("select count(*) as count from kept");
      assert.equal(then.rows[0].count, before.rows[0].count + 1);
      await client.query(number % 3 === 0 ? "rollback" : "commit");
    } finally {
      client.release();
    }
  };
  await Promise.all(Array.from({ length: 30 }, (_, number) => transaction(number)));
  assert.equal((await pool.query("select count(*) as count from kept")).rows[0].count, 20);
});

test("a statement that fails leaves the connection usable, in and out of a transaction", async () => {
  const client = await pool.connect();
  try {
    await assert.rejects(
      client.query("select $1::integer", ["word"]),
      (error: { code?: string }) => error.code === "22P02",
    );
    await assert.rejects(client.query("selec"), (error: { code?: string }) => error.code === "42601");
    await client.query("begin");
    await assert.rejects(
      client.query("select 1 / $1::integer", [0]),
      (error: { code?: string }) => error.code === "22012",
    );
    await assert.rejects(client.query("select 1"), (error: { code?: string }) => error.code === "25P02");
    await client.query("rollback");
    assert.equal((await client.query("select 7 as seven")).rows[0].seven, 7);
  } finally {
    client.release();
  }
});

test("a client that leaves in the middle of a transaction is rolled back and the next one served", async () => {
  await pool.query("delete from kept");
  const client = await pool.connect();
  await client.query("begin");
  await client.query("insert into kept values (1)");
  const waiting = pool.query("select count(*) as count from kept");
  client.release(true); // closes its socket
  assert.equal((await waiting).rows[0].count, 0);
});

test("a transaction that idles while others wait is ended with the reason instead of hanging for ever", async () => {
  const client = await pool.connect();
  const ended = new Promise<Error>((resolve) => client.once("error", resolve));
  await client.query("begin");
  const outside = pool.query("select 1 as one"); // what code does that uses the outer handle inside a transaction
  assert.match((await ended).message, /left idle while others waited/);
  assert.equal((await outside).rows[0].one, 1);
  client.release(true);
});

test("a transaction that idles while nobody waits is left alone", async () => {
  const client = await pool.connect();
  try {
    await client.query("begin");
    await new Promise((resolve) => setTimeout(resolve, 700));
    await client.query("select 1");
    await client.query("commit");
  } finally {
    client.release();
  }
});

test("parameters of many megabytes go through in both directions", async () => {
  const text = "ä€😀".repeat(2_000_000);
  const { rows } = await pool.query("select $1::text as text, length($1) as length", [text]);
  assert.equal(rows[0].length, 6_000_000);
  assert.equal(rows[0].text, text);
});

test("messages are put together the same however the bytes arrive", () => {
  const message = (type: string, body: string): Buffer => {
    const buffer = Buffer.alloc(5 + body.length);
    buffer.write(type, 0);
    buffer.writeInt32BE(4 + body.length, 1);
    buffer.write(body, 5);
    return buffer;
  };
  const letters = fc.array(
    fc.tuple(fc.constantFrom("P", "B", "D", "E", "S", "Q", "H"), fc.string({ unit: "grapheme-ascii", maxLength: 20 })),
  );
  fc.assert(
    fc.property(letters, fc.array(fc.integer({ min: 1, max: 30 }), { minLength: 1 }), (list, sizes) => {
      const all = Buffer.concat(list.map(([type, body]) => message(type, body)));
      const buffer = createMessageBuffer();
      const batches: Buffer[] = [];
      const ends = (type: number): boolean => "QSH".includes(String.fromCharCode(type));
      for (let start = 0, turn = 0; start < all.length; turn += 1) {
        const size = sizes[turn % sizes.length] as number;
        buffer.add(all.subarray(start, start + size));
        start += size;
        for (let batch = buffer.takeBatch(ends); batch !== undefined; batch = buffer.takeBatch(ends)) {
          batches.push(Buffer.from(batch));
          assert.ok(ends(buffer.lastType()));
        }
      }
      const lastEnd = list.findLastIndex(([type]) => "QSH".includes(type));
      assert.deepEqual(
        Buffer.concat(batches),
        Buffer.concat(list.slice(0, lastEnd + 1).map(([type, body]) => message(type, body))),
      );
      assert.equal(batches.length, list.filter(([type]) => "QSH".includes(type)).length);
    }),
  );
});
