import { logLook } from "./core/access-log/index.ts";
import type { Clock } from "./core/clock.ts";
import type { Database } from "./core/database/index.ts";
import type { Installation } from "./core/directory/index.ts";
import type { Projection } from "./core/record/index.ts";
import type { Vault } from "./core/vault/index.ts";
import { clockProjection, definitionsOf, library } from "./strands/guarantees/index.ts";
import { guaranteesStrand } from "./strands/guarantees/strand.ts";
import type { Strand } from "./strands/strand.ts";
import { decideByRole } from "./web/access.ts";
import { loadAssets } from "./web/assets.ts";
import { loadMessages } from "./web/messages.ts";
import { personaRoutes } from "./web/personas.ts";
import { createRenderer } from "./web/render.ts";
import type { Persona } from "./web/route.ts";
import { buildApp } from "./web/server.ts";
import { createSessions } from "./web/session.ts";
import { noSignInRoutes, statementRoutes } from "./web/statements.ts";

/** Projections of every strand: what is filled in the transaction of the facts, and rebuilt from them. */
export function projections(): readonly Projection[] {
  return [clockProjection(definitionsOf(library()))];
}

export type SiteSettings = {
  readonly db: Database;
  readonly vault: Vault;
  readonly clock: Clock;
  readonly installation: Installation;
  /** Who a visitor may be while sign-in does not exist; empty in production. */
  readonly personas: readonly Persona[];
  /** Secret that signs cookies, at least 32 bytes. */
  readonly sessionKey: Uint8Array;
  /** True when the site is reached over https. */
  readonly secure: boolean;
  readonly sourceUrl: string;
  /** Where to write when the site fails somebody. */
  readonly contactEmail: string;
  readonly log: (line: string) => void;
};

/** Every strand, with the tools it needs. */
export function strands(settings: Pick<SiteSettings, "db" | "vault" | "installation">): readonly Strand[] {
  return [
    guaranteesStrand({
      db: settings.db,
      vault: settings.vault,
      library: library(),
      definitions: definitionsOf(library()),
      projections: projections(),
      timeZone: settings.installation.timeZone,
    }),
  ];
}

/** The whole site: the strands' pages in the kit's shell. */
export function buildSite(settings: SiteSettings) {
  const all = strands(settings);
  const t = loadMessages(
    "en",
    all.map((strand) => strand.messages),
  );
  const sessions = createSessions({
    key: settings.sessionKey,
    secure: settings.secure,
    findPersona: (id) => settings.personas.find((persona) => persona.id === id) ?? null,
  });
  const site = {
    bodyName: settings.installation.bodyName,
    demonstration: settings.installation.kind === "demonstration",
    secure: settings.secure,
    sourceUrl: settings.sourceUrl,
    contact: { email: settings.contactEmail, telephone: settings.installation.telephone ?? "" },
  };
  const pickers =
    settings.personas.length === 0
      ? noSignInRoutes()
      : personaRoutes({ sessions, personas: settings.personas, homeOf });
  return buildApp({
    routes: [...all.flatMap((strand) => strand.routes), ...pickers, ...statementRoutes(site)],
    site,
    navigate: (persona, words) => [
      ...all.flatMap((strand) => strand.navigation(persona, words)),
      ...(settings.personas.length === 0
        ? []
        : [{ href: "/personas", text: persona === null ? words("navigation.signIn") : persona.name }]),
    ],
    clock: settings.clock,
    t,
    render: createRenderer({ t, folders: Object.assign({}, ...all.map((strand) => strand.templates)) }),
    assets: loadAssets(),
    sessions,
    decideAccess: decideByRole,
    writeAudit: (entry) =>
      logLook(settings.db, {
        subjectIds: entry.subjectIds,
        seenBy: entry.persona?.id ?? "nobody",
        purpose: entry.purpose,
        route: entry.route,
        seenAt: entry.at,
      }),
    log: settings.log,
  });
}

function homeOf(persona: Persona): string {
  return persona.role === "staff" ? "/worklist" : "/me";
}
