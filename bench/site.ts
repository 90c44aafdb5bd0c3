/**
 * What a person at a screen waits for, at 60,000 people: one clock for one person with the record read, an event
 * recorded with its clock, the worklist's first page, a person's page. The peer is the bare SQL statement that fetches
 * the same rows over the same connection: the ratio is what Handrail adds to it.
 */
import { hkdfSync } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { sql } from "kysely";
import { buildSite, projections } from "../src/app.ts";
import { openDatabase, type Database } from "../src/core/database/index.ts";
import { readInstallation } from "../src/core/directory/index.ts";
import { newId } from "../src/core/ids.ts";
import { append, readCase } from "../src/core/record/index.ts";
import { openVault } from "../src/core/vault/index.ts";
import { definitionOf, library } from "../src/strands/guarantees/library.ts";
import { clocksOf } from "../src/strands/guarantees/model/case-facts.ts";
import { createSessions } from "../src/web/session.ts";
import { loadDemonstration } from "../seeds/load.ts";
import { benchLists, type AccessResult } from "./access.ts";
import { personIds } from "../seeds/standing.ts";
import { shownMessages } from "../tests/harness/messages.ts";

export type SiteResult = {
  readonly name: string;
  readonly p50: number;
  readonly p99: number;
  readonly peerP50: number | null;
  readonly goal: string;
};

const TODAY = Temporal.PlainDate.from("2026-11-23");
const NOW = Temporal.Instant.from("2026-11-23T10:00:00Z");
const SEED = 2009;

/** Measures on a fresh demonstration of `people` inhabitants, `rounds` times each. Milliseconds. */
export async function benchSite(
  people: number,
  rounds: number,
): Promise<{ readonly site: readonly SiteResult[]; readonly lists: readonly AccessResult[] }> {
  const dataFolder = mkdtempSync(join(tmpdir(), "handrail-bench-"));
  const open = await openDatabase({ dataFolder, mode: "hold" });
  try {
    const vault = openVault({ dataFolder });
    await loadDemonstration({
      db: open.db,
      vault,
      projections: projections(),
      now: NOW,
      today: TODAY,
      seed: SEED,
      people,
      onProgress: () => {},
    });
    const installation = await readInstallation(open.db);
    if (installation === undefined) throw new Error("The demonstration is not there");
    const sessionKey = new Uint8Array(hkdfSync("sha256", vault.masterKey, "", "bench", 32));
    const site = buildSite({
      db: open.db,
      vault,
      clock: { now: () => NOW },
      installation,
      demonstrationPeople: [],
      signIn: {
        origin: () => "http://localhost:3000",
        proxies: 0,
        providers: [],
        pendingKey: new Uint8Array(32),
      },
      sessionKey,
      secure: false,
      sourceUrl: "/",
      contactEmail: "",
      ...shownMessages(open.db, vault, { now: () => NOW }),
      log: () => {},
    });
    const sessions = createSessions({ db: open.db, key: sessionKey, secure: false });
    const cookie = sessions.cookie(await sessions.signIn(personIds.siobhan, NOW)).split(";")[0] ?? "";
    const get = async (path: string) => {
      const response = await site.fetch(new Request(`http://localhost${path}`, { headers: { cookie } }));
      if (response.status !== 200) throw new Error(`${path} answered ${response.status}`);
      await response.arrayBuffer();
    };
    const cases = await waitingCases(open.db, rounds);
    const lists = await benchLists(open.db, Math.min(rounds, 100));
    const results = [
      await oneClock(open.db, cases),
      await oneEvent(open.db, cases),
      await measure(
        "the worklist's first page, 50 people",
        "under 50 ms",
        Math.min(rounds, 200),
        () => get("/worklist"),
        () =>
          sql`select * from guarantee_clock where outcome is null and due_until >= ${NOW.toString()}::timestamptz order by due_until, subject_id limit 50`.execute(
            open.db,
          ),
      ),
      await measure(
        "a person's page",
        "none",
        Math.min(rounds, 300),
        (index) => get(`/people/${cases[index % cases.length]?.subjectId}`),
        (index) =>
          sql`select * from fact where subject_id = ${cases[index % cases.length]?.subjectId}`.execute(open.db),
      ),
    ];
    return { site: results, lists };
  } finally {
    await open.close();
    rmSync(dataFolder, { recursive: true, force: true });
  }
}

type WaitingCase = { readonly subjectId: string; readonly caseId: string };

async function waitingCases(db: Database, count: number): Promise<readonly WaitingCase[]> {
  const { rows } = await sql<{ subject_id: string; case_id: string }>`
    select distinct subject_id, case_id from guarantee_clock where guarantee = 'eng-rtt' and outcome is null order by subject_id limit ${count}`.execute(
    db,
  );
  return rows.map((row) => ({ subjectId: row.subject_id, caseId: row.case_id }));
}

async function oneClock(db: Database, cases: readonly WaitingCase[]): Promise<SiteResult> {
  const definition = definitionOf(library(), "eng-rtt");
  const asAt = { kind: "instant", instant: NOW.epochMilliseconds } as const;
  const of = (index: number) => cases[index % cases.length] as WaitingCase;
  return measure(
    "one clock for one person, record read",
    "p99 under 5 ms",
    cases.length,
    async (index) => {
      const { subjectId, caseId } = of(index);
      if (clocksOf(definition, await readCase(db, subjectId, caseId), asAt, null).length === 0)
        throw new Error(`${caseId} has no clock`);
    },
    (index) =>
      sql`select * from fact where subject_id = ${of(index).subjectId} and case_id = ${of(index).caseId}`.execute(db),
  );
}

async function oneEvent(db: Database, cases: readonly WaitingCase[]): Promise<SiteResult> {
  const filled = projections();
  return measure(
    "one event recorded, its clocks written",
    "none",
    Math.min(cases.length, 300),
    async (index) => {
      const { subjectId, caseId } = cases[index % cases.length] as WaitingCase;
      const fact = {
        id: newId(),
        subjectId,
        caseId,
        type: "appointment-attended",
        data: {},
        occurredOn: TODAY.subtract({ days: 1 }),
        occurredAt: null,
        recordedAt: null,
        recordedBy: "bench",
        organisationId: null,
        serviceId: null,
        areaCode: null,
        replaces: null,
        reason: null,
      };
      const result = await append(db, { facts: [fact], projections: filled, receivedAt: NOW });
      if (!result.ok) throw new Error(result.refusal.message);
    },
    null,
  );
}

async function measure(
  name: string,
  goal: string,
  rounds: number,
  ours: (index: number) => Promise<unknown>,
  peer: ((index: number) => Promise<unknown>) | null,
): Promise<SiteResult> {
  // The first rounds fill caches and compile; a page that is asked for all day is warm.
  for (let index = 0; index < Math.min(20, rounds); index++) await ours(index);
  const own = await times(rounds, ours);
  const theirs = peer === null ? null : await times(rounds, peer);
  return {
    name,
    goal,
    p50: quantile(own, 0.5),
    p99: quantile(own, 0.99),
    peerP50: theirs === null ? null : quantile(theirs, 0.5),
  };
}

async function times(rounds: number, body: (index: number) => Promise<unknown>): Promise<readonly number[]> {
  const taken: number[] = [];
  for (let index = 0; index < rounds; index++) {
    const began = performance.now();
    await body(index);
    taken.push(performance.now() - began);
  }
  return taken.toSorted((a, b) => a - b);
}

function quantile(sorted: readonly number[], share: number): number {
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? NaN;
}
