/** Facts from other systems: what is sent, what is answered, what is then on record. */
import assert from "node:assert/strict";
import { request as httpRequest } from "node:http";
import { describe, test } from "node:test";
import fc from "fast-check";
import { withTestDatabase } from "../../../../tests/harness/database.ts";
import { machineSite, sendFacts, type MachineSite } from "../../../../tests/harness/machines.ts";
import { readLooks } from "../../../core/access-log/index.ts";
import type { Database } from "../../../core/database/index.ts";
import { putDirectory } from "../../../core/directory/index.ts";
import { givePost } from "../../../core/people/index.ts";
import { append, compareRebuild, inForce, readSubject, type NewFact } from "../../../core/record/index.ts";
import { serve } from "../../../web/serve.ts";
import { clockProjection, definitionsOf } from "../projection.ts";
import { library } from "../library.ts";
import { ANY_SERVICE } from "../model/promises-made.ts";
import { addPromisesMade } from "../store.ts";
import { inTransaction } from "../../../core/database/index.ts";

const ROWS = [
  { case: "R-1", person: "ann", type: "referral-received", occurred: "2025-01-06", id: "R-1-1" },
  { case: "R-1", person: "ann", type: "appointment-missed", occurred: "2025-02-03", first: true },
  { case: "R-1", person: "ann", type: "treatment-started", occurred: "2025-03-03T10:00", id: "R-1-3" },
];

describe("a program sends events", () => {
  test("each gets its verdict, and the whole body again changes nothing", async () => {
    await withTestDatabase(async (db) => {
      const site = machineSite(db);
      const machine = await site.addMachine();
      const token = await site.tokenFor(machine);
      const first = await sendFacts(site, token, ROWS);
      assert.equal(first.status, 200);
      assert.deepEqual(
        first.verdicts.map(({ row, verdict }) => [row, verdict]),
        [
          [1, "appended"],
          [2, "appended"],
          [3, "appended"],
        ],
      );
      assert.match(first.verdicts[1]?.id ?? "", /^content-[0-9a-f]{32}$/);
      assert.deepEqual(first.last, { totals: { rows: 3, appended: 3, repeated: 0, refused: 0 } });
      const again = await sendFacts(site, token, ROWS);
      assert.deepEqual(again.last, { totals: { rows: 3, appended: 0, repeated: 3, refused: 0 } });
      const facts = await readSubject(db, "ann");
      assert.deepEqual(
        facts.map((fact) => [fact.id, fact.recordedBy]),
        [
          ["R-1-1", machine.id],
          [first.verdicts[1]?.id, machine.id],
          ["R-1-3", machine.id],
        ],
      );
      assert.deepEqual(site.failures, []);
    });
  });
});

/** One row is sent; what is wrong with it comes back. */
async function problems(site: MachineSite, token: string, row: object) {
  const { verdicts } = await sendFacts(site, token, [row]);
  return (verdicts[0]?.problems ?? []).map(({ column, message }) => `${column} ${message}`);
}

async function withTwoOrganisations(db: Database): Promise<void> {
  const nothing = { kind: "council", areaCode: null, telephone: null, webAddress: null };
  const service = { kind: "housing", areaCode: null, telephone: null, bookingUrl: null, cancelUrl: null };
  await putDirectory(db, {
    organisations: [
      { id: "north", name: "North", ...nothing },
      { id: "south", name: "South", ...nothing },
    ],
    services: [
      { id: "north-homes", organisationId: "north", name: "Homes", ...service },
      { id: "south-homes", organisationId: "south", name: "Homes", ...service },
    ],
    areas: [],
  });
}

describe("a row is refused, and the others are taken,", () => {
  test("when it is not in order: by column, with what is wrong", async () => {
    await withTestDatabase(async (db) => {
      const site = machineSite(db);
      const token = await site.tokenFor(await site.addMachine());
      const body = [
        JSON.stringify(ROWS[0]),
        '{"case":"R-2","type":"referral-recieved","occurred":"2025-01-06"}',
        '{"case":"R-2","type":"referral-received","occurred":"2025-02-30"}',
        '{"case":"","type":"referral-received"}',
        "not JSON",
        "[1]",
        "",
        JSON.stringify({ ...ROWS[1], first: "maybe" }),
        JSON.stringify(ROWS[2]),
      ].join("\r\n");
      const { verdicts, last } = await sendFacts(site, token, body);
      assert.deepEqual(
        verdicts.map(({ row, verdict, problems: found }) => [row, verdict, found?.map(({ column }) => column).join()]),
        [
          [1, "appended", undefined],
          [2, "refused", "type"],
          [3, "refused", "occurred"],
          [4, "refused", "case,occurred"],
          [5, "refused", ""],
          [6, "refused", ""],
          [8, "refused", "first"],
          [9, "appended", undefined],
        ],
      );
      assert.match(
        verdicts[1]?.problems?.[0]?.message ?? "",
        /"referral-recieved" is an event type that no definition names/,
      );
      assert.match(verdicts[2]?.problems?.[0]?.message ?? "", /2025-02-30/);
      assert.deepEqual(last, { totals: { rows: 8, appended: 2, repeated: 0, refused: 6 } });
    });
  });

  test("when its bytes are not UTF-8, or hold what cannot be stored or nests without end", async () => {
    await withTestDatabase(async (db) => {
      const site = machineSite(db);
      const token = await site.tokenFor(await site.addMachine());
      const row = (name: string) => `{"case":"${name}","type":"referral-received","occurred":"2025-01-06"}\n`;
      const latin = Buffer.from(row("Åse"), "latin1");
      const deep = `{"case":"R-1","type":"referral-received","occurred":"2025-01-06","x":${"[".repeat(20_000)}${"]".repeat(20_000)}}\n`;
      const long = row("x".repeat(1_100_000));
      const body = Buffer.concat([
        Buffer.from(`\uFEFF${row("Åse 東京 😀")}`),
        latin,
        Buffer.from(row("nul\\u0000")),
        Buffer.from(row("half\\ud800")),
        Buffer.from(deep),
        Buffer.from(long),
        Buffer.from(row("last").trimEnd()),
      ]);
      const { verdicts, last } = await sendFacts(site, token, new Uint8Array(body));
      assert.deepEqual(
        verdicts.map(({ verdict }) => verdict),
        ["appended", "refused", "refused", "refused", "refused", "refused", "appended"],
        JSON.stringify(verdicts),
      );
      assert.match(verdicts[1]?.problems?.[0]?.message ?? "", /not UTF-8/);
      assert.match(verdicts[5]?.problems?.[0]?.message ?? "", /longer than 1000000/);
      assert.equal(last.totals.rows, 7);
      assert.equal((await readSubject(db, "Åse 東京 😀")).length, 1);
    });
  });

  test("when its id is there already with other content, also in the same request", async () => {
    await withTestDatabase(async (db) => {
      const site = machineSite(db);
      const token = await site.tokenFor(await site.addMachine());
      const [row] = ROWS;
      const { verdicts } = await sendFacts(site, token, [
        row,
        { ...row, occurred: "2025-01-07" },
        { ...row },
        ROWS[2],
      ] as object[]);
      assert.deepEqual(
        verdicts.map(({ verdict }) => verdict),
        ["appended", "refused", "repeated", "appended"],
      );
      assert.match(
        (await problems(site, token, { ...row, occurred: "2025-01-08" })).join(),
        /^id "R-1-1" is there already with other content.*`replaces`$/,
      );
      assert.equal((await readSubject(db, "ann")).length, 2);
    });
  });

  test("when its case is another person's by the rows before", async () => {
    await withTestDatabase(async (db) => {
      const site = machineSite(db);
      const token = await site.tokenFor(await site.addMachine());
      const event = { type: "appointment-missed", occurred: "2025-01-06" };
      const { verdicts } = await sendFacts(site, token, [
        { ...event, case: "a", person: "ann", id: "1" },
        { ...event, case: "a", id: "2" },
        { ...event, case: "a", person: "bob", id: "3" },
        { ...event, case: "b", id: "4" },
        { ...event, case: "b", person: "bob", id: "5" },
      ]);
      assert.deepEqual(
        verdicts.map(({ verdict, problems: found }) => [verdict, found?.[0]?.column]),
        [
          ["appended", undefined],
          ["appended", undefined],
          ["refused", "person"],
          ["appended", undefined],
          ["refused", "person"],
        ],
      );
      assert.deepEqual(
        (await readSubject(db, "ann")).map(({ id }) => id),
        ["1", "2"],
      );
    });
  });
});

describe("a program that writes for one organisation", () => {
  test("writes for no other, and the attempt is in the log of the person", async () => {
    await withTestDatabase(async (db) => {
      await withTwoOrganisations(db);
      const site = machineSite(db);
      const machine = await site.addMachine("north");
      const token = await site.tokenFor(machine);
      const { verdicts } = await sendFacts(site, token, [
        { ...ROWS[0], id: "own" },
        { ...ROWS[0], id: "named", organisation: "north", service: "north-homes" },
        { ...ROWS[0], id: "other", person: "bob", case: "R-9", organisation: "south" },
        { ...ROWS[0], id: "service", person: "bob", case: "R-9", service: "south-homes" },
      ]);
      assert.deepEqual(
        verdicts.map(({ verdict, problems: found }) => [verdict, found?.[0]?.column]),
        [
          ["appended", undefined],
          ["appended", undefined],
          ["refused", "organisation"],
          ["refused", "service"],
        ],
      );
      assert.match(verdicts[2]?.problems?.[0]?.message ?? "", /leave it out, or write "north"/);
      assert.deepEqual(
        (await readSubject(db, "ann")).map((fact) => fact.organisationId),
        ["north", "north"],
      );
      const [anns] = await readLooks(db, ["ann"]);
      assert.deepEqual(
        [anns?.seenBy, anns?.action, anns?.what, anns?.allowed, anns?.route],
        [machine.id, "change", "promises", true, "api.facts"],
      );
      const bobs = await readLooks(db, ["bob"]);
      assert.deepEqual(
        bobs.map(({ allowed, seenBy }) => [allowed, seenBy]),
        [[false, machine.id]],
      );
    });
  });

  test("corrects and takes back its own events only, and of the same case", async () => {
    await withTestDatabase(async (db) => {
      await withTwoOrganisations(db);
      const site = machineSite(db);
      const north = await site.tokenFor(await site.addMachine("north"));
      const south = await site.tokenFor(await site.addMachine("south"));
      const event = { case: "R-1", person: "ann", type: "appointment-missed", occurred: "2025-01-06" };
      const back = { case: "R-1", person: "ann", type: "withdrawn-entry", occurred: "2025-01-07", reason: "a slip" };
      await sendFacts(site, north, [{ ...event, id: "n1" }]);
      assert.match(
        (await problems(site, south, { ...back, id: "s1", replaces: "n1" })).join(),
        /^replaces "n1" is not an event of "south"/,
      );
      assert.match(
        (await problems(site, north, { ...back, id: "n2", replaces: "n9" })).join(),
        /send that event first/,
      );
      assert.match(
        (await problems(site, north, { ...back, case: "R-2", id: "n2", replaces: "n1" })).join(),
        /another case/,
      );
      assert.equal(inForce(await readSubject(db, "ann")).facts.length, 1);
      const both = await sendFacts(site, north, [
        { ...back, id: "n2", replaces: "n1" },
        { ...back, id: "n4", replaces: "n3" },
        { ...event, id: "n3", occurred: "2025-01-08" },
      ]);
      assert.deepEqual(both.last.totals.appended, 3, "a correction may stand before its event in the same request");
      assert.equal(inForce(await readSubject(db, "ann")).facts.length, 0);
    });
  });
});

test("no program ends a post or a relationship, though they are facts too", async () => {
  await withTestDatabase(async (db) => {
    const site = machineSite(db);
    const token = await site.tokenFor(await site.addMachine());
    await givePost({ db }, "carol", { post: "p1", role: "administrator" }, { recordedBy: "test", now: site.time.now });
    const back = { person: "carol", type: "withdrawn-entry", occurred: "2025-03-12", id: "x", replaces: "p1-given" };
    assert.match((await problems(site, token, { ...back, case: "people" })).join(), /^case "people" is kept/);
    assert.match((await problems(site, token, { ...back, case: "R-1" })).join(), /another case/);
    assert.match(
      (
        await problems(site, token, { case: "R-1", person: "carol", type: "post-given", occurred: "2025-03-12" })
      ).join(),
      /^type /,
    );
    assert.equal((await readSubject(db, "carol")).length, 1);
  });
});

test("an event that was imported from a file before is repeated, not conflicting", async () => {
  await withTestDatabase(async (db) => {
    const site = machineSite(db);
    const token = await site.tokenFor(await site.addMachine());
    const fact: NewFact = {
      id: "R-1-1",
      subjectId: "ann",
      caseId: "R-1",
      type: "referral-received",
      data: {},
      occurredOn: Temporal.PlainDate.from("2025-01-06"),
      occurredAt: null,
      recordedAt: Temporal.Instant.from("2025-01-06T00:00:00Z"),
      recordedBy: "import",
      organisationId: null,
      serviceId: null,
      areaCode: null,
      replaces: null,
      reason: null,
    };
    await append(db, { facts: [fact], projections: [], receivedAt: site.time.now });
    assert.deepEqual((await sendFacts(site, token, [ROWS[0] as object])).last.totals, {
      rows: 1,
      appended: 0,
      repeated: 1,
      refused: 0,
    });
  });
});

test("the same events sent at once by several programs are on record once, and appended by one of them", async () => {
  await withTestDatabase(async (db) => {
    const site = machineSite(db);
    const tokens = [];
    for (let index = 0; index < 4; index++) tokens.push(await site.tokenFor(await site.addMachine()));
    const rows = Array.from({ length: 60 }, (_, index) => ({
      case: `R-${index % 5}`,
      person: `p-${index % 5}`,
      type: "appointment-missed",
      occurred: "2025-01-06",
      id: `e-${index}`,
    }));
    const answers = await Promise.all(tokens.map((token) => sendFacts(site, token, rows)));
    for (const { last } of answers) {
      assert.equal(last.stopped, undefined);
      assert.deepEqual([last.totals.refused, last.totals.appended + last.totals.repeated], [0, 60]);
    }
    assert.equal(
      answers.reduce((sum, { last }) => sum + last.totals.appended, 0),
      60,
    );
    assert.equal(await count(db), 60);
    assert.deepEqual(site.failures, []);
  });
});

test("clocks are there with the verdicts, as a rebuild would make them", async () => {
  await withTestDatabase(async (db) => {
    await inTransaction(db, (transaction) =>
      addPromisesMade(transaction, [{ serviceId: ANY_SERVICE, guarantee: "eng-rtt", overlay: null, choices: {} }]),
    );
    const site = machineSite(db);
    await sendFacts(site, await site.tokenFor(await site.addMachine()), ROWS);
    const clocks = await db.selectFrom("guarantee_clock").selectAll().execute();
    assert.deepEqual(
      clocks.map((clock) => [clock.subject_id, clock.case_id, clock.promise]),
      [["ann", "R-1", "treatment"]],
    );
    assert.deepEqual(await compareRebuild(db, [clockProjection(definitionsOf(library()))]), []);
  });
});

test("any rows get a verdict each, in order, and the same body again changes nothing", async () => {
  const text = fc.oneof(fc.string({ maxLength: 12 }), fc.constantFrom("a", "b", "people", "__proto__", "\0", "\ud800"));
  const value = fc.oneof(text, fc.jsonValue({ maxDepth: 3 }), fc.constant(undefined));
  const when = fc.oneof(
    fc.constantFrom(
      "2025-01-06",
      "2025-01-06T10:00",
      "2025-01-06T10:00Z",
      "2025-02-30",
      "0000-01-01",
      "-271821-04-19",
      "+275760-09-13",
      "9999-12-31",
    ),
    fc.date({ noInvalidDate: true }).map((date) => date.toISOString()),
    value,
  );
  const row = fc.record(
    {
      case: fc.oneof(text, value),
      person: fc.oneof(fc.constant(undefined), text, value),
      type: fc.oneof(
        fc.constantFrom("referral-received", "appointment-missed", "withdrawn-entry", "died", "post-given"),
        value,
      ),
      occurred: when,
      recorded: fc.oneof(fc.constant(undefined), when),
      id: fc.oneof(fc.constant(undefined), fc.constantFrom("1", "2", "3"), value),
      replaces: fc.oneof(fc.constant(undefined), fc.constantFrom("1", "2", "3"), value),
      reason: value,
      organisation: value,
      service: value,
      area: value,
      data: value,
      first: value,
    },
    { requiredKeys: [] },
  );
  const line = fc.oneof(
    { weight: 9, arbitrary: row.map((each) => JSON.stringify(each)) },
    { weight: 1, arbitrary: fc.string() },
  );
  await withTestDatabase(async (db) => {
    const site = machineSite(db);
    const token = await site.tokenFor(await site.addMachine());
    await fc.assert(
      fc.asyncProperty(fc.array(line, { maxLength: 12 }), async (lines) => {
        const body = lines.map((each) => each.replaceAll("\n", " ")).join("\n");
        const sent = lines
          .map((each) => each.replaceAll("\n", " ").trim())
          .flatMap((each, index) => (each === "" ? [] : [index + 1]));
        const first = await sendFacts(site, token, body);
        assert.equal(first.last.stopped, undefined);
        assert.deepEqual(
          first.verdicts.map((verdict) => verdict.row),
          sent,
        );
        const { totals } = first.last;
        assert.equal(totals.appended + totals.repeated + totals.refused, totals.rows);
        const again = await sendFacts(site, token, body);
        assert.equal(again.last.totals.appended, 0);
        assert.deepEqual(
          again.verdicts.map(({ verdict }) => verdict),
          first.verdicts.map(({ verdict }) => (verdict === "appended" ? "repeated" : verdict)),
        );
      }),
      { numRuns: 150 },
    );
    assert.deepEqual(site.failures, []);
  });
});

describe("limits", () => {
  test("what is not NDJSON is refused before it is read, and an empty body is no rows", async () => {
    await withTestDatabase(async (db) => {
      const site = machineSite(db);
      const token = await site.tokenFor(await site.addMachine());
      const answer = await site.app.request("/api/facts", {
        method: "POST",
        headers: { authorization: `Bearer ${token}`, "content-type": "application/json" },
        body: "[]",
      });
      assert.deepEqual([answer.status, answer.headers.get("content-type")], [415, "application/problem+json"]);
      const packed = await site.app.request("/api/facts", {
        method: "POST",
        headers: {
          authorization: `Bearer ${token}`,
          "content-type": "application/x-ndjson",
          "content-encoding": "gzip",
        },
        body: "x",
      });
      assert.equal(packed.status, 415);
      assert.deepEqual((await sendFacts(site, token, "")).last, {
        totals: { rows: 0, appended: 0, repeated: 0, refused: 0 },
      });
    });
  });

  test("the rows up to the hundred-thousandth are taken, and it is said where it stopped", async () => {
    await withTestDatabase(async (db) => {
      const site = machineSite(db);
      const token = await site.tokenFor(await site.addMachine());
      const { last, verdicts } = await sendFacts(site, token, `${"{}\n".repeat(100_000)}${JSON.stringify(ROWS[0])}\n`);
      assert.equal(verdicts.length, 100_000);
      assert.deepEqual(last.totals, { rows: 100_000, appended: 0, repeated: 0, refused: 100_000 });
      assert.equal(last.stopped?.row, 100_001);
      assert.match(last.stopped?.message ?? "", /at most 100000 rows/);
      assert.equal((await readSubject(db, "ann")).length, 0);
    });
  });

  test("a body that says it is too large is refused unread; one that does not say is taken up to the limit", async () => {
    await withTestDatabase(async (db) => {
      const site = machineSite(db);
      const token = await site.tokenFor(await site.addMachine());
      const headers = { authorization: `Bearer ${token}`, "content-type": "application/x-ndjson" };
      const said = await site.app.request("/api/facts", {
        method: "POST",
        headers: { ...headers, "content-length": "50000001" },
        body: "{}",
      });
      assert.deepEqual([said.status, said.headers.get("content-type")], [413, "application/problem+json"]);
      const encoder = new TextEncoder();
      const padding = encoder.encode(`${" ".repeat(999_999)}\n`);
      let sent = 0;
      const body = new ReadableStream<Uint8Array>({
        pull: (controller) =>
          controller.enqueue(sent++ === 0 ? encoder.encode(`${JSON.stringify(ROWS[0])}\n`) : padding),
      });
      const answer = await site.app.request("/api/facts", {
        method: "POST",
        headers,
        body,
        duplex: "half",
      } as RequestInit);
      const lines = (await answer.text())
        .trim()
        .split("\n")
        .map((each) => JSON.parse(each) as Record<string, unknown>);
      assert.equal(lines[0]?.["verdict"], "appended");
      assert.match(JSON.stringify(lines[1]), /at most 50000000 bytes/);
      assert.ok(sent < 60, "the rest is not read");
    });
  });
});

describe("over a connection", () => {
  test("verdicts come while the body is still being sent, each after its rows are on record", async () => {
    await withTestDatabase(async (db) => {
      const site = machineSite(db);
      const token = await site.tokenFor(await site.addMachine());
      const running = await serve(site.app, 0);
      try {
        const sending = post(running.url, token);
        sending.request.write(rowsOf(0, 1_000));
        const first = await sending.untilLines(1_000);
        assert.equal(first.length, 1_000);
        assert.equal(await count(db), 1_000, "what is answered is on record");
        sending.request.write(rowsOf(1_000, 500));
        sending.request.destroy();
        await sending.over;
        // What was answered is kept, and the same again finishes it.
        const { last } = await sendFacts(site, token, rowsOf(0, 1_500));
        assert.equal(last.totals.appended + last.totals.repeated, 1_500);
        assert.ok(last.totals.repeated >= 1_000);
        assert.equal(await count(db), 1_500);
      } finally {
        await running.stop();
      }
    });
  });

  test("a client that reads nothing before it has sent everything is not kept waiting", async () => {
    await withTestDatabase(async (db) => {
      const site = machineSite(db);
      const token = await site.tokenFor(await site.addMachine());
      const running = await serve(site.app, 0);
      try {
        const sending = post(running.url, token, false);
        const bad = `{"case":"${"x".repeat(150)}","type":"${"y".repeat(150)}","occurred":"never"}\n`;
        for (let index = 0; index < 40; index++) {
          if (!sending.request.write(bad.repeat(1_000)))
            await new Promise((drained) => sending.request.once("drain", drained));
        }
        sending.request.end();
        await sending.sent;
        sending.read();
        const lines = await sending.over;
        assert.equal(lines.length, 40_001);
      } finally {
        await running.stop();
      }
    });
  });
});

function rowsOf(from: number, many: number): string {
  return Array.from({ length: many }, (_, index) => {
    const number = from + index;
    return `${JSON.stringify({ case: `R-${number}`, type: "referral-received", occurred: "2025-01-06", id: `e${number}` })}\n`;
  }).join("");
}

async function count(db: Database): Promise<number> {
  const { many } = await db
    .selectFrom("fact")
    .select((of) => of.fn.countAll<number>().as("many"))
    .executeTakeFirstOrThrow();
  return Number(many);
}

/** A request whose body is written bit by bit. */
function post(url: string, token: string, readAtOnce = true) {
  const lines: string[] = [];
  let rest = "";
  let told = (): void => {};
  const over = Promise.withResolvers<readonly string[]>();
  const sent = Promise.withResolvers<void>();
  const reading = Promise.withResolvers<void>();
  if (readAtOnce) reading.resolve();
  const request = httpRequest(`${url}/api/facts`, {
    method: "POST",
    headers: { authorization: `Bearer ${token}`, "content-type": "application/x-ndjson" },
  });
  request.on("finish", () => sent.resolve());
  request.on("error", () => over.resolve(lines));
  request.on("response", (response) => {
    response.setEncoding("utf8");
    response.on("error", () => over.resolve(lines));
    response.on("end", () => over.resolve(lines));
    void reading.promise.then(() =>
      response.on("data", (chunk: string) => {
        const parts = (rest + chunk).split("\n");
        rest = parts.pop() ?? "";
        lines.push(...parts);
        told();
      }),
    );
  });
  return {
    request,
    over: over.promise,
    sent: sent.promise,
    read: () => reading.resolve(),
    untilLines: async (many: number) => {
      while (lines.length < many) await new Promise<void>((next) => (told = next));
      return lines.slice(0, many);
    },
  };
}
