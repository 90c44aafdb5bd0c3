/** A site with the routes for programs, without a server around it: requests go straight in. */
import { randomBytes } from "node:crypto";
import type { Hono } from "hono";
import { logLook } from "../../src/core/access-log/index.ts";
import { readWhose } from "../../src/core/people/index.ts";
import type { Database } from "../../src/core/database/index.ts";
import { addMachine, tokenKey, type Scope } from "../../src/core/machines/index.ts";
import type { Vault } from "../../src/core/vault/index.ts";
import { clockProjection, definitionsOf, library } from "../../src/strands/guarantees/index.ts";
import { guaranteesStrand } from "../../src/strands/guarantees/strand.ts";
import { API_MESSAGES, API_TEMPLATES, apiRoutes, findMachine } from "../../src/web/api/index.ts";
import { loadAssets } from "../../src/web/assets.ts";
import { loadMessages } from "../../src/web/messages.ts";
import { createRenderer } from "../../src/web/render.ts";
import type { Visitor } from "../../src/web/route.ts";
import { buildApp } from "../../src/web/server.ts";
import { createSessions } from "../../src/web/session.ts";

export type MachineSite = {
  readonly app: Hono;
  readonly db: Database;
  readonly tokenKey: Uint8Array;
  /** What the site wrote to its log: failures of ours. */
  readonly failures: readonly string[];
  /** The time of the site: moved by hand. */
  readonly time: { now: Temporal.Instant };
  readonly addMachine: (organisationId?: string | null, scopes?: readonly Scope[]) => Promise<Secret>;
  readonly tokenFor: (machine: Secret) => Promise<string>;
  /** The session cookie of somebody who has just shown that it is them, as `name=value`. */
  readonly cookieOf: (personId: string) => Promise<string>;
};

export type Secret = { readonly id: string; readonly secret: string };

const NOW = Temporal.Instant.from("2025-03-12T09:30:00Z");

export function machineSite(db: Database, visitors: readonly Visitor[] = []): MachineSite {
  const vault: Vault = { masterKey: randomBytes(32) };
  const failures: string[] = [];
  // A refusal is a line of the log too, and no failure.
  const log = (line: string): void => {
    if (/^\S+ error /.test(line)) failures.push(line);
  };
  const built = library();
  const projections = [clockProjection(definitionsOf(built))];
  const strand = guaranteesStrand({
    db,
    vault,
    library: built,
    definitions: definitionsOf(built),
    projections,
    timeZone: "Europe/London",
    origin: "http://localhost:3000",
    log,
  });
  const time = { now: NOW };
  const key = tokenKey(vault);
  const tools = { db, tokenKey: key, proxies: 0 };
  const t = loadMessages("en", [strand.messages, API_MESSAGES]);
  const sessions = createSessions({ db, key: randomBytes(32), secure: false });
  const app = buildApp({
    routes: [...strand.routes, ...apiRoutes({ ...tools, bodyName: "Northshore", strands: [strand] })],
    site: {
      bodyName: "Northshore",
      demonstration: true,
      secure: false,
      sourceUrl: "/",
      contact: { email: "help@example.org", telephone: "" },
    },
    navigate: () => [],
    clock: { now: () => time.now },
    t,
    render: createRenderer({ t, folders: { ...API_TEMPLATES, ...strand.templates } }),
    assets: loadAssets(),
    sessions,
    findVisitor: async (personId) => visitors.find((visitor) => visitor.personId === personId) ?? null,
    findMachine: (request, now) => findMachine(tools, request, now),
    findWhose: (subjectId, now) => readWhose(db, subjectId, now),
    writeAudit: (entry) => logLook(db, { ...entry, seenBy: entry.seenBy ?? "nobody", seenAt: entry.at }),
    log,
  });
  return {
    app,
    db,
    tokenKey: key,
    failures,
    time,
    addMachine: async (organisationId = null, scopes = ["facts:write"]) => {
      const added = await addMachine(db, {
        name: "Case system",
        scopes,
        organisationId,
        createdBy: "test",
        now: time.now,
      });
      if (!added.ok) throw new Error(`The machine was not added: ${added.why}`);
      return added;
    },
    tokenFor: async (machine) => {
      const answer = await app.request("/oauth/token", {
        method: "POST",
        headers: { authorization: basic(machine) },
        body: new URLSearchParams({ grant_type: "client_credentials" }),
      });
      const body = (await answer.json()) as { access_token?: string };
      if (body.access_token === undefined) throw new Error(`No token: ${answer.status} ${JSON.stringify(body)}`);
      return body.access_token;
    },
    cookieOf: async (personId) => {
      const session = await sessions.begin({ personId, way: "passkey", fresh: true, device: "", now: time.now });
      return sessions.cookie(session).split(";")[0] ?? "";
    },
  };
}

export function basic({ id, secret }: Secret): string {
  return `Basic ${Buffer.from(`${id}:${secret}`).toString("base64")}`;
}

/** Sends rows, and reads the verdicts and the last line. */
export async function sendFacts(
  { app }: Pick<MachineSite, "app">,
  token: string,
  rows: readonly object[] | string | Uint8Array<ArrayBuffer>,
): Promise<{ readonly status: number; readonly verdicts: readonly VerdictLine[]; readonly last: LastLine }> {
  const body = Array.isArray(rows) ? rows.map((row) => `${JSON.stringify(row)}\n`).join("") : (rows as string);
  const answer = await app.request("/api/facts", {
    method: "POST",
    headers: { authorization: `Bearer ${token}`, "content-type": "application/x-ndjson" },
    body,
  });
  const lines = (await answer.text())
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => JSON.parse(line) as unknown);
  return { status: answer.status, verdicts: lines.slice(0, -1) as VerdictLine[], last: lines.at(-1) as LastLine };
}

export type VerdictLine = {
  readonly row: number;
  readonly id: string | null;
  readonly verdict: string;
  readonly problems?: readonly { readonly column: string; readonly message: string }[];
};
export type LastLine = {
  readonly totals: {
    readonly rows: number;
    readonly appended: number;
    readonly repeated: number;
    readonly refused: number;
  };
  readonly stopped?: { readonly row: number; readonly message: string };
};
