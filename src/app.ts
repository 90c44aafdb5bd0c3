import { logLook } from "./core/access-log/index.ts";
import type { Clock } from "./core/clock.ts";
import { type Database, inTransaction } from "./core/database/index.ts";
import type { Installation } from "./core/directory/index.ts";
import { listMachines, tokenKey } from "./core/machines/index.ts";
import { declareTemplates, type Messages, type Prices, type Templates } from "./core/messages/index.ts";
import type { Projection } from "./core/record/index.ts";
import { actorOf, givePost, loadActor, peopleProjection, peopleTemplates, readWhose } from "./core/people/index.ts";
import {
  actsForOthers,
  inviteByEmail,
  opensPosts,
  putSignInEmail,
  revokeSessions,
  spendCodes,
  signInTemplates,
  type SignInTools,
} from "./core/sign-in/index.ts";
import { readPersonalData, type Vault } from "./core/vault/index.ts";
import { clockProjection, definitionsOf, library } from "./strands/guarantees/index.ts";
import { guaranteesStrand } from "./strands/guarantees/strand.ts";
import type { Strand } from "./strands/strand.ts";
import { apiRoutes, API_MESSAGES, API_TEMPLATES, findMachine } from "./web/api/index.ts";
import { loadAssets } from "./web/assets.ts";
import { MAIL_MESSAGES, MAIL_TEMPLATES, mailRoutes } from "./web/mail/index.ts";
import { loadMessages } from "./web/messages.ts";
import { PEOPLE_MESSAGES, PEOPLE_TEMPLATES, peopleRoutes, type PeoplePageTools } from "./web/people/index.ts";
import { createRenderer } from "./web/render.ts";
import type { AnyRoute, Visitor } from "./web/route.ts";
import { buildApp } from "./web/server.ts";
import { ACCOUNT_PATH, SIGN_IN_PATH, SIGN_OUT_PATH, type Site } from "./web/shell.ts";
import { createSessions, type Session } from "./web/session.ts";
import {
  type DemonstrationPerson,
  SIGN_IN_MESSAGES,
  SIGN_IN_TEMPLATES,
  signInRoutes,
  type SignInProvider,
} from "./web/sign-in/index.ts";
import { statementRoutes } from "./web/statements.ts";

/** Projections of every strand: what is filled in the transaction of the facts, and rebuilt from them. */
export function projections(): readonly Projection[] {
  return [peopleProjection, clockProjection(definitionsOf(library()))];
}

/** What messages of the whole program say. Whoever sends a message adds its template here. */
export function messageTemplates(): Templates {
  return declareTemplates([...signInTemplates, ...peopleTemplates]);
}

export type SiteSettings = {
  readonly db: Database;
  readonly vault: Vault;
  readonly clock: Clock;
  readonly installation: Installation;
  /** Whom a visitor of the demonstration may be; empty where people are real. */
  readonly demonstrationPeople: readonly DemonstrationPerson[];
  readonly signIn: SignInOptions;
  /** Secret that signs cookies, at least 32 bytes. */
  readonly sessionKey: Uint8Array;
  /** True when the site is reached over https. */
  readonly secure: boolean;
  readonly sourceUrl: string;
  /** Where to write when the site fails somebody. */
  readonly contactEmail: string;
  readonly messages: Pick<Messages, "templates" | "sender" | "shown">;
  /** What texts and letters cost this body. */
  readonly prices: Prices;
  readonly log: (line: string) => void;
};

/** How people come in, as this installation was set up. */
export type SignInOptions = {
  /** Where people reach the site, without a path; known for certain once it listens. */
  readonly origin: () => string;
  /** How many proxies of the body's own stand before the site. */
  readonly proxies: number;
  readonly providers: readonly SignInProvider[];
  /** 32 bytes that seal what is remembered of somebody while they are at a provider. */
  readonly pendingKey: Uint8Array;
};

/** What signing in needs of the program. */
export function signInTools({
  db,
  vault,
  installation,
  signIn,
}: Pick<SiteSettings, "db" | "vault" | "installation" | "signIn">): SignInTools {
  const all = projections();
  return {
    db,
    vault,
    get origin() {
      return signIn.origin();
    },
    bodyName: installation.bodyName,
    timeZone: installation.timeZone,
    projections: all,
    hasPost: async (personId, now) => (await loadActor(db, personId, now)).posts.length > 0,
    makeAdministrator: async (personId, now) => {
      const post = { post: `${personId}-first-administrator`, role: "administrator" } as const;
      // Given already means given: the post's id makes it one.
      await givePost({ db, projections: all }, personId, post, { recordedBy: "handrail", now });
    },
  };
}

/** What the pages about people need of the program. */
function peopleTools(settings: Pick<SiteSettings, "db" | "vault" | "installation" | "signIn">): PeoplePageTools {
  const { db, vault, installation } = settings;
  const tools = signInTools(settings);
  return {
    db,
    vault,
    get origin() {
      return tools.origin;
    },
    timeZone: installation.timeZone,
    projections: tools.projections,
    invite: async (transaction, { personId, email, by, now }) => {
      await inviteByEmail(transaction, tools, { personId, email, madeBy: by, now });
    },
    registerEmail: (personId, email) =>
      inTransaction(db, (transaction) => putSignInEmail(transaction, vault, personId, email)),
    spendCodes: async (personId, now) => void (await spendCodes(db, personId, now)),
    endSessions: async (personId, now) => void (await revokeSessions(db, personId, now)),
    machineNames: async () => new Map((await listMachines(db)).map(({ id, name }) => [id, name])),
  };
}

/** Every strand, with the tools it needs. */
export function strands(
  settings: Pick<SiteSettings, "db" | "vault" | "installation" | "signIn" | "log">,
): readonly Strand[] {
  return [
    guaranteesStrand({
      db: settings.db,
      vault: settings.vault,
      library: library(),
      definitions: definitionsOf(library()),
      projections: projections(),
      timeZone: settings.installation.timeZone,
      get origin() {
        return settings.signIn.origin();
      },
      log: settings.log,
    }),
  ];
}

/** Every route of the site, by whose it is: what is mounted, documented and walked by the tests is this one list. */
export function siteRoutes(
  settings: SiteSettings,
): readonly { readonly name: string; readonly routes: readonly AnyRoute[] }[] {
  const all = strands(settings);
  const site = siteOf(settings);
  return [
    ...all,
    { name: "programs", routes: apiRoutes({ ...machineTools(settings), bodyName: site.bodyName, strands: all }) },
    {
      name: "messages",
      routes: mailRoutes({ ...settings, projections: projections(), timeZone: settings.installation.timeZone }),
    },
    { name: "people", routes: peopleRoutes(peopleTools(settings)) },
    {
      name: "sign-in",
      routes: signInRoutes({
        ...settings.signIn,
        tools: signInTools(settings),
        sessions: sessionsOf(settings),
        demonstration: site.demonstration ? settings.demonstrationPeople : null,
        secure: settings.secure,
        telephone: site.contact.telephone,
        log: settings.log,
      }),
    },
    { name: "web", routes: statementRoutes(site) },
  ];
}

function siteOf({ installation, secure, sourceUrl, contactEmail }: SiteSettings): Site {
  return {
    bodyName: installation.bodyName,
    demonstration: installation.kind === "demonstration",
    secure,
    sourceUrl,
    contact: { email: contactEmail, telephone: installation.telephone ?? "" },
  };
}

function sessionsOf({ db, sessionKey, secure }: SiteSettings) {
  return createSessions({ db, key: sessionKey, secure });
}

function machineTools({ db, vault, signIn }: SiteSettings) {
  return { db, tokenKey: tokenKey(vault), proxies: signIn.proxies };
}

/** The whole site: the strands' pages in the kit's shell. */
export function buildSite(settings: SiteSettings) {
  const all = strands(settings);
  const t = loadMessages("en", [
    ...all.map((strand) => strand.messages),
    MAIL_MESSAGES,
    SIGN_IN_MESSAGES,
    API_MESSAGES,
    PEOPLE_MESSAGES,
  ]);
  const sessions = sessionsOf(settings);
  const site = siteOf(settings);
  return buildApp({
    routes: siteRoutes(settings).flatMap(({ routes }) => routes),
    site,
    navigate: (visitor, words) => [
      ...all.flatMap((strand) => strand.navigation(visitor, words)),
      ...(visitor === null
        ? [
            {
              href: SIGN_IN_PATH,
              text: words(site.demonstration ? "signIn.navigation.choose" : "signIn.navigation.in"),
            },
          ]
        : [
            { href: ACCOUNT_PATH, text: visitor.name },
            { href: SIGN_OUT_PATH, text: words("signIn.navigation.out") },
          ]),
    ],
    clock: settings.clock,
    t,
    render: createRenderer({
      t,
      folders: Object.assign(
        {},
        API_TEMPLATES,
        PEOPLE_TEMPLATES,
        MAIL_TEMPLATES,
        SIGN_IN_TEMPLATES,
        ...all.map((strand) => strand.templates),
      ),
    }),
    assets: loadAssets(),
    sessions,
    findVisitor: (personId, now, session) => findVisitor(settings, personId, now, session),
    findMachine: (request, now) => findMachine(machineTools(settings), request, now),
    findWhose: (subjectId, now) => readWhose(settings.db, subjectId, now),
    writeAudit: (entry) =>
      logLook(settings.db, {
        subjectIds: entry.subjectIds,
        seenBy: entry.seenBy ?? "nobody",
        purpose: entry.purpose,
        route: entry.route,
        seenAt: entry.at,
        action: entry.action,
        what: entry.what,
        allowed: entry.allowed,
        reasons: entry.reasons,
      }),
    log: settings.log,
  });
}

/**
 * Who a person is as the record stands now, as far as their session opens it; null for somebody of whom nothing is known.
 * Ties that are held as staff count only beside a post (`tieCounts`), so they go with the posts.
 */
async function findVisitor(
  { db, vault }: Pick<SiteSettings, "db" | "vault">,
  personId: string,
  now: Temporal.Instant,
  { kept }: Session,
): Promise<Visitor | null> {
  const [actor, identities] = await Promise.all([
    actorOf(db, personId, now),
    readPersonalData(db, vault, [personId], "identity"),
  ]);
  const name = identities.get(personId)?.name;
  if (name === undefined) return null;
  const posts = kept !== undefined && opensPosts(kept.way) ? actor.posts : [];
  const ties = kept !== undefined && actsForOthers(kept.way) ? actor.ties : new Map<string, never>();
  return { personId, name, actor: { ...actor, posts, ties } };
}
