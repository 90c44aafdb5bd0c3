/** Asking for a token, and what it opens. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import fc from "fast-check";
import { withTestDatabase } from "../../../tests/harness/database.ts";
import { basic, machineSite, sendFacts, type MachineSite } from "../../../tests/harness/machines.ts";
import { endMachine, listMachines, newMachineId } from "../../core/machines/index.ts";

type Ask = {
  readonly authorization?: string;
  readonly fields?: Record<string, string> | string;
  readonly type?: string;
};

async function ask({ app }: MachineSite, { authorization, fields = {}, type }: Ask) {
  const answer = await app.request("/oauth/token", {
    method: "POST",
    headers: {
      "content-type": type ?? "application/x-www-form-urlencoded",
      ...(authorization === undefined ? {} : { authorization }),
    },
    body: typeof fields === "string" ? fields : new URLSearchParams(fields).toString(),
  });
  return { answer, body: (await answer.json()) as Record<string, unknown> };
}

const GRANT = { grant_type: "client_credentials" };
const ROW = [{ case: "R-1", type: "referral-received", occurred: "2025-01-06", id: "R-1-1" }];

describe("a program with its id and secret", () => {
  test("gets a token, by the header or by fields, that lasts ten minutes and is kept nowhere", async () => {
    await withTestDatabase(async (db) => {
      const site = machineSite(db);
      const machine = await site.addMachine();
      for (const given of [
        { authorization: basic(machine), fields: GRANT },
        { fields: { ...GRANT, client_id: machine.id, client_secret: machine.secret } },
        { authorization: basic(machine), fields: { ...GRANT, scope: "facts:write" } },
      ]) {
        const { answer, body } = await ask(site, given);
        assert.equal(answer.status, 200);
        assert.equal(answer.headers.get("cache-control"), "no-store");
        assert.deepEqual([body["token_type"], body["expires_in"], body["scope"]], ["Bearer", 600, "facts:write"]);
        assert.equal((await sendFacts(site, body["access_token"] as string, ROW)).status, 200);
      }
      const [listed] = await listMachines(db);
      assert.equal(String(listed?.lastUsedAt), String(site.time.now));
      assert.ok(!JSON.stringify(await db.selectFrom("machine_client").selectAll().execute()).includes(machine.secret));
    });
  });

  test("whose token is over, or who was ended, is refused at the next request", async () => {
    await withTestDatabase(async (db) => {
      const site = machineSite(db);
      const machine = await site.addMachine();
      const token = await site.tokenFor(machine);
      const began = site.time.now;
      site.time.now = began.add({ seconds: 600 });
      assert.equal((await sendFacts(site, token, ROW)).status, 401);
      site.time.now = began;
      assert.equal((await sendFacts(site, token, ROW)).status, 200);
      assert.equal(await endMachine(db, machine.id, { endedBy: "test", now: began }), true);
      assert.equal((await sendFacts(site, token, ROW)).status, 401);
      assert.equal((await ask(site, { authorization: basic(machine), fields: GRANT })).answer.status, 401);
      assert.equal(await endMachine(db, machine.id, { endedBy: "test", now: began }), false, "once is enough");
    });
  });

  test("whose scopes were changed is held to the new ones, whatever its token was given for", async () => {
    await withTestDatabase(async (db) => {
      const site = machineSite(db);
      const token = await site.tokenFor(await site.addMachine());
      await db.updateTable("machine_client").set({ scopes: [] }).execute();
      const answer = await site.app.request("/api/facts", {
        method: "POST",
        headers: { authorization: `Bearer ${token}`, "content-type": "application/x-ndjson" },
        body: "{}",
      });
      assert.equal(answer.status, 403);
      assert.equal(answer.headers.get("content-type"), "application/problem+json");
      assert.match(answer.headers.get("www-authenticate") ?? "", /error="insufficient_scope", scope="facts:write"/);
    });
  });
});

describe("a request for a token is refused", () => {
  test("in the same words for a wrong secret, an unknown program, an ended one and none", async () => {
    await withTestDatabase(async (db) => {
      const site = machineSite(db);
      const machine = await site.addMachine();
      const ended = await site.addMachine();
      await endMachine(db, ended.id, { endedBy: "test", now: site.time.now });
      const answers = [];
      for (const authorization of [
        basic({ ...machine, secret: "wrong" }),
        basic({ ...machine, secret: "" }),
        basic({ id: newMachineId(), secret: machine.secret }),
        basic({ id: "nobody\0", secret: "x" }),
        basic(ended),
        "Basic !!!",
        "Bearer x",
        undefined,
      ]) {
        const { answer, body } = await ask(site, {
          ...(authorization === undefined ? {} : { authorization }),
          fields: GRANT,
        });
        answers.push(JSON.stringify([answer.status, body, answer.headers.get("www-authenticate")]));
      }
      assert.equal(new Set(answers).size, 1, answers.join("\n"));
      assert.match(answers[0] ?? "", /^\[401,\{"error":"invalid_client".*Basic realm/);
    });
  });

  test("with what to do, when a field is missing, comes twice, or asks for what is not given", async () => {
    await withTestDatabase(async (db) => {
      const site = machineSite(db);
      const machine = await site.addMachine();
      const authorization = basic(machine);
      const wrong: readonly (readonly [Ask, number, string])[] = [
        [{ authorization, fields: {} }, 400, "invalid_request"],
        [{ authorization, fields: { grant_type: "" } }, 400, "invalid_request"],
        [{ authorization, fields: { grant_type: "password" } }, 400, "unsupported_grant_type"],
        [{ authorization, fields: { ...GRANT, scope: "facts:write everything" } }, 400, "invalid_scope"],
        [
          { authorization, fields: "grant_type=client_credentials&grant_type=client_credentials" },
          400,
          "invalid_request",
        ],
        [{ authorization, fields: { ...GRANT, client_secret: machine.secret } }, 400, "invalid_request"],
        [{ authorization, fields: { ...GRANT, client_id: newMachineId() } }, 400, "invalid_request"],
        [{ authorization, fields: JSON.stringify(GRANT), type: "application/json" }, 400, "invalid_request"],
        [{ authorization, fields: { ...GRANT, more: "x".repeat(20_000) } }, 413, "invalid_request"],
      ];
      for (const [given, status, error] of wrong) {
        const { answer, body } = await ask(site, given);
        if (answer.headers.get("content-type") !== "application/problem+json")
          assert.deepEqual([body["error"], typeof body["error_description"]], [error, "string"]);
        assert.equal(answer.status, status, JSON.stringify(given).slice(0, 200));
      }
    });
  });

  test("for a while after ten wrong secrets, and the program elsewhere still gets in", async () => {
    await withTestDatabase(async (db) => {
      const site = machineSite(db);
      const machine = await site.addMachine();
      const wrong = { authorization: basic({ ...machine, secret: "wrong" }), fields: GRANT };
      for (let index = 0; index < 10; index++) assert.equal((await ask(site, wrong)).answer.status, 401);
      const { answer, body } = await ask(site, wrong);
      assert.deepEqual([answer.status, body["error"], answer.headers.get("retry-after")], [429, "slow_down", "600"]);
      assert.equal((await ask(site, { authorization: basic(machine), fields: GRANT })).answer.status, 429);
      site.time.now = site.time.now.add({ seconds: 600 });
      assert.equal((await ask(site, { authorization: basic(machine), fields: GRANT })).answer.status, 200);
      for (let index = 0; index < 12; index++) await ask(site, wrong);
      assert.equal(
        (await ask(site, { authorization: basic(machine), fields: GRANT })).answer.status,
        200,
        "the right secret came from here before",
      );
    });
  });

  test("without failing, whatever is sent", async () => {
    await withTestDatabase(async (db) => {
      const site = machineSite(db);
      await fc.assert(
        fc.asyncProperty(
          fc.option(
            fc.string().map((text) => text.replaceAll(/[^\x20-\x7e]/g, "")),
            { nil: undefined },
          ),
          fc.oneof(
            fc.string(),
            fc.dictionary(fc.constantFrom("grant_type", "client_id", "client_secret", "scope"), fc.string()),
          ),
          async (authorization, fields) => {
            const { answer } = await ask(site, {
              ...(authorization === undefined ? {} : { authorization }),
              fields: typeof fields === "string" ? fields : { ...fields },
            });
            assert.ok([400, 401, 429].includes(answer.status), String(answer.status));
          },
        ),
        { numRuns: 200 },
      );
      assert.deepEqual(site.failures, []);
    });
  });
});

test("the door of facts tells every token that is not good the same, as a problem document", async () => {
  await withTestDatabase(async (db) => {
    const site = machineSite(db);
    const token = await site.tokenFor(await site.addMachine());
    const answers = [];
    for (const bad of [`${token}x`, token.split(".").slice(0, 2).join("."), "x", `${"x".repeat(1_500)}`, "..", "é"]) {
      const answer = await site.app.request("/api/facts", {
        method: "POST",
        headers: { authorization: `Bearer ${bad}`, "content-type": "application/x-ndjson" },
        body: "{}",
      });
      answers.push(`${answer.status} ${answer.headers.get("www-authenticate")} ${await answer.text()}`);
    }
    assert.equal(new Set(answers).size, 1);
    assert.match(answers[0] ?? "", /^401 Bearer realm="Handrail", error="invalid_token" \{"title":"No valid token"/);
    const none = await site.app.request("/api/facts", { method: "POST", body: "{}" });
    assert.deepEqual(
      [none.status, none.headers.get("www-authenticate"), none.headers.get("content-type")],
      [401, 'Bearer realm="Handrail"', "application/problem+json"],
    );
    const wrongMethod = await site.app.request("/api/facts");
    assert.deepEqual([wrongMethod.status, wrongMethod.headers.get("allow")], [405, "POST"]);
    assert.equal(wrongMethod.headers.get("content-type"), "application/problem+json");
  });
});

test("a session's cookie does not open what is for programs", async () => {
  await withTestDatabase(async (db) => {
    const site = machineSite(db);
    const answer = await site.app.request("/api/facts", {
      method: "POST",
      headers: { cookie: await site.cookieOf("somebody"), "content-type": "application/x-ndjson" },
      body: JSON.stringify(ROW[0]),
    });
    assert.equal(answer.status, 401);
  });
});
