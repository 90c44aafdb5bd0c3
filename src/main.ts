import { hkdfSync } from "node:crypto";
import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { styleText } from "node:util";
import { systemClock } from "./core/clock.ts";
import { maintain, openDatabase, type OpenDatabase } from "./core/database/index.ts";
import { openJobs } from "./core/jobs/index.ts";
import { OUTBOX_JOB, openMessages, pokeWhenQueued, type Prices, whenQueued } from "./core/messages/index.ts";
import { putInstallation, readInstallation, type Installation } from "./core/directory/index.ts";
import { sequence } from "./core/record/index.ts";
import { CommandError } from "./core/terminal/command-error.ts";
import { showProgress, type Progress } from "./core/terminal/progress.ts";
import { openVault, type Vault } from "./core/vault/index.ts";
import {
  openProvider,
  type ProfileName,
  type ProviderSettings,
  readProviderSettings,
} from "./core/sign-in/oidc/index.ts";
import {
  answerLinkRequests,
  makeAdministratorLink,
  nobodyHasPasskey,
  putSignInEmailsOf,
  tidySignIn,
} from "./core/sign-in/index.ts";
import { buildSite, messageTemplates, projections, signInTools, type SignInOptions } from "./app.ts";
import { serve, type Running } from "./web/serve.ts";
import { oneLine } from "./web/trace.ts";

/** What the environment says. Every setting is here, and in docs/how-to/settings.md. */
export type Settings = {
  readonly port: number;
  readonly host: string;
  readonly dataFolder: string;
  readonly databaseUrl: string | undefined;
  readonly masterKey: string | undefined;
  readonly production: boolean;
  readonly bodyName: string;
  readonly timeZone: string;
  readonly contactEmail: string;
  readonly secure: boolean;
  /** Where people reach the site, without a path; undefined: on this machine. */
  readonly origin: string | undefined;
  readonly proxies: number;
  readonly providers: readonly ProviderSettings[];
  /** By provider: the identity level that a first sign-in needs to be joined to a person. */
  readonly minimumLevels: Readonly<Record<ProfileName, string>>;
  readonly notifyKey: string | undefined;
  readonly notifyUrl: string | undefined;
  readonly smtpUrl: string | undefined;
  readonly mailFrom: string | undefined;
  readonly prices: Prices;
};

export function readSettings(environment: NodeJS.ProcessEnv): Settings {
  const port = Number(environment["PORT"] ?? "3000");
  if (!Number.isInteger(port) || port < 0 || port > 65_535) {
    throw new CommandError(`PORT=${environment["PORT"]} is not a port: write a number from 0 to 65535.`);
  }
  return {
    port,
    host: environment["HANDRAIL_HOST"] ?? "127.0.0.1",
    dataFolder: resolve(environment["HANDRAIL_DATA"] ?? ".data"),
    databaseUrl: environment["DATABASE_URL"],
    masterKey: environment["HANDRAIL_MASTER_KEY"],
    production: environment["NODE_ENV"] === "production",
    bodyName: environment["HANDRAIL_BODY"] ?? "This public body",
    timeZone: environment["HANDRAIL_TIME_ZONE"] ?? "Europe/London",
    contactEmail: environment["HANDRAIL_CONTACT_EMAIL"] ?? "help@example.org",
    secure: environment["HANDRAIL_HTTPS"] === "1",
    origin: originOf(environment["HANDRAIL_ORIGIN"], environment["HANDRAIL_HTTPS"] === "1"),
    // Whatever speaks https for the site stands before it.
    proxies: countOf(
      environment["HANDRAIL_PROXIES"] ?? (environment["HANDRAIL_HTTPS"] === "1" ? "1" : "0"),
      "HANDRAIL_PROXIES",
    ),
    providers: providersOf(environment),
    minimumLevels: {
      "one-login": levelOf(
        environment["HANDRAIL_ONE_LOGIN_MINIMUM"] ?? "P2",
        ["P1", "P2", "P3"],
        "HANDRAIL_ONE_LOGIN_MINIMUM",
      ),
      "nhs-login": levelOf(
        environment["HANDRAIL_NHS_LOGIN_MINIMUM"] ?? "P9",
        ["P5", "P9"],
        "HANDRAIL_NHS_LOGIN_MINIMUM",
      ),
      cis2: levelOf(environment["HANDRAIL_CIS2_MINIMUM"] ?? "3", ["1", "2", "3"], "HANDRAIL_CIS2_MINIMUM"),
      // A directory of one's own knows one level only: enrolled.
      entra: "enrolled",
      own: "enrolled",
    },
    notifyKey: environment["HANDRAIL_NOTIFY_KEY"],
    notifyUrl: environment["HANDRAIL_NOTIFY_URL"],
    smtpUrl: environment["HANDRAIL_SMTP_URL"],
    mailFrom: environment["HANDRAIL_MAIL_FROM"],
    prices: {
      textFragmentHundredths: priceOf(environment["HANDRAIL_TEXT_PRICE"], "HANDRAIL_TEXT_PRICE"),
      letterHundredths: priceOf(environment["HANDRAIL_LETTER_PRICE"], "HANDRAIL_LETTER_PRICE"),
      freeFragmentsAYear: countOf(environment["HANDRAIL_FREE_TEXTS"] ?? "0", "HANDRAIL_FREE_TEXTS"),
    },
  };
}

/** Passkeys hold for one origin for ever, so a slip here is not to be found out later. */
function originOf(text: string | undefined, secure: boolean): string | undefined {
  if (text === undefined) {
    if (!secure) return undefined;
    throw new CommandError(
      "HANDRAIL_HTTPS is 1 and HANDRAIL_ORIGIN is not set: write the address people use, such as https://handrail.example.org.",
    );
  }
  const url = URL.parse(text);
  const right =
    url !== null &&
    url.origin === text &&
    (secure ? url.protocol === "https:" : url.protocol === "http:") &&
    !/^[\d.]+$|^\[/.test(url.hostname);
  if (right) return text;
  throw new CommandError(
    `HANDRAIL_ORIGIN=${text} is not the address of a site: write ${secure ? "https" : "http (or set HANDRAIL_HTTPS=1 for https)"}, a name and no path, such as ${secure ? "https://handrail.example.org" : "http://localhost:3000"}. Passkeys need a name, not a number.`,
  );
}

function providersOf(environment: NodeJS.ProcessEnv): readonly ProviderSettings[] {
  const read = readProviderSettings(environment, (path) => readFileSync(path, "utf8"));
  if (read.ok) return read.providers;
  throw new CommandError(`The settings of sign-in are not in order:\n${read.faults.join("\n")}`);
}

function levelOf(text: string, levels: readonly string[], name: string): string {
  if (levels.includes(text)) return text;
  throw new CommandError(`${name}=${text} is not an identity level: write one of ${levels.join(", ")}.`);
}

/** Pence with at most two decimals, as hundredths of a penny; null when it is not set. */
function priceOf(text: string | undefined, name: string): number | null {
  if (text === undefined) return null;
  if (!/^\d{1,5}(?:\.\d{1,2})?$/.test(text))
    throw new CommandError(`${name}=${text} is not a price: write pence, such as 2.33.`);
  return Math.round(Number(text) * 100);
}

function countOf(text: string, name: string): number {
  if (!/^\d{1,9}$/.test(text)) throw new CommandError(`${name}=${text} is not a number: write one such as 5000.`);
  return Number(text);
}

/**
 * What to say of a site for real people that does not know it is reached over https: its cookies would then travel for
 * anybody to read. Refused where other machines reach it, a warning where only this one does. Null when all is well.
 */
function withoutHttps({
  production,
  secure,
  host,
}: Settings): { readonly refused: boolean; readonly says: string } | null {
  if (!production || secure) return null;
  const advice = "put a proxy that speaks https before it, and set HANDRAIL_HTTPS=1 and HANDRAIL_ORIGIN=https://…";
  return /^(?:localhost|127(?:\.\d+){3}|::1)$/i.test(host)
    ? {
        refused: false,
        says: `Without HANDRAIL_HTTPS=1 cookies may travel unencrypted. That is fit for a trial on this machine; before anybody else comes in, ${advice}.`,
      }
    : {
        refused: true,
        says: `NODE_ENV is production, HANDRAIL_HOST=${host} lets other machines reach the site, and HANDRAIL_HTTPS is not 1: whoever listens on the network could come in as anybody. Leave HANDRAIL_HOST out, ${advice}.`,
      };
}

export type OpenInstallation = OpenDatabase & { readonly vault: Vault; readonly installation: Installation | null };

/** Opens the record and the vault; what stands in the way is said in a sentence, not as a stack. `hold`: for the site, refused while another process holds the folder. */
export async function openInstallation(settings: Settings, mode: "hold" | "use"): Promise<OpenInstallation> {
  const request = { dataFolder: settings.dataFolder, databaseUrl: settings.databaseUrl, mode };
  const database = await openDatabase(request).catch((error: unknown) => {
    const message = error instanceof Error && error.message !== "" ? error.message : String(error);
    throw new CommandError(`The record could not be opened: ${message}`, 1);
  });
  const vault = openVault({ dataFolder: settings.dataFolder, masterKey: settings.masterKey });
  const installation = (await readInstallation(database.db)) ?? null;
  return { ...database, vault, installation };
}

/** An installation for real people: empty, and never to hold invented ones. */
export async function createRealInstallation({ db }: OpenInstallation, settings: Settings): Promise<Installation> {
  const installation: Installation = {
    bodyName: settings.bodyName,
    kind: "real",
    timeZone: settings.timeZone,
    country: null,
    telephone: null,
    webAddress: null,
    createdAt: systemClock.now(),
  };
  await putInstallation(db, installation);
  return installation;
}

export type DemonstrationOptions = { readonly people: number; readonly seed: number };

/** Fills an empty installation with the demonstration region, with a progress bar on a terminal. */
export async function fillDemonstration(open: OpenInstallation, options: DemonstrationOptions): Promise<Installation> {
  const { loadDemonstration } = await import("../seeds/load.ts");
  const now = systemClock.now();
  let bar: { readonly label: string; readonly progress: Progress; share: number } | null = null;
  const onProgress = (label: string, share: number) => {
    if (bar?.label !== label) {
      bar?.progress.done();
      bar = { label, progress: showProgress(`Filling the demonstration: ${label.toLowerCase()}`, 1000), share: 0 };
      if (!process.stderr.isTTY) process.stderr.write(`Filling the demonstration: ${label.toLowerCase()}\n`);
    }
    bar.progress.advance((share - bar.share) * 1000);
    bar.share = share;
  };
  await loadDemonstration({
    ...options,
    db: open.db,
    vault: open.vault,
    projections: projections(),
    now,
    today: now.toZonedDateTimeISO("Europe/London").toPlainDate(),
    onProgress,
  });
  (bar as { progress: Progress } | null)?.progress.done();
  // So that a link by e-mail can be tried too: it is shown on /dev/mail.
  const { demonstrationPeople } = await import("../seeds/standing.ts");
  const personIds = demonstrationPeople.map(({ personId }) => personId);
  await putSignInEmailsOf(open.db, open.vault, personIds);
  const installation = await readInstallation(open.db);
  if (installation === undefined) throw new Error("The demonstration was loaded and no installation is there");
  return installation;
}

/** How often facts that came in by other processes are given their number, in milliseconds. */
const SEQUENCE_EVERY = 2_000;

/** How often links to sign in that were asked for are sent, in milliseconds. */
const LINKS_EVERY = 2_000;

/** How often the database's dead rows are cleared, in milliseconds: once a day. */
const MAINTAIN_EVERY = 86_400_000;

/** Starts the site and answers when it listens. */
async function start(
  settings: Settings,
  options: DemonstrationOptions,
): Promise<{ readonly url: string; readonly stop: () => Promise<void> }> {
  const began = performance.now();
  const unsafe = withoutHttps(settings);
  if (unsafe?.refused === true) throw new CommandError(unsafe.says);
  if (unsafe !== null) process.stderr.write(`${unsafe.says}\n`);
  const open = await openInstallation(settings, "hold");
  try {
    const installation =
      open.installation ??
      (settings.production ? await createRealInstallation(open, settings) : await fillDemonstration(open, options));
    if (installation.kind === "demonstration" && settings.production) {
      throw new CommandError(
        `The data folder ${settings.dataFolder} holds the demonstration's invented people, and NODE_ENV is production. Choose another folder with HANDRAIL_DATA.`,
        1,
      );
    }
    // Anybody may be anybody only among invented people.
    const demonstrationPeople =
      installation.kind === "demonstration" ? (await import("../seeds/standing.ts")).demonstrationPeople : [];
    const log = (line: string): void => void process.stderr.write(`${line}\n`);
    const logOfJobs = (line: string): void => log(`${systemClock.now()} ${oneLine(line)}`);
    const messages = openMessages({
      db: open.db,
      vault: open.vault,
      clock: systemClock,
      templates: messageTemplates(),
      sending: { ...settings, demonstration: installation.kind === "demonstration" },
      timeZone: installation.timeZone,
      bodyName: installation.bodyName,
      telephone: installation.telephone ?? "",
      log: logOfJobs,
    });
    let running: Running | null = null;
    const signIn: SignInOptions = {
      // Passkeys need a name: a browser takes none for 127.0.0.1.
      origin: () => settings.origin ?? `http://localhost:${running?.port ?? settings.port}`,
      proxies: settings.proxies,
      providers: settings.providers.map((each) => ({
        provider: openProvider(each),
        minimumLevel: settings.minimumLevels[each.profile],
      })),
      pendingKey: derivedKey(open.vault, "handrail sign-in under way"),
    };
    const app = buildSite({
      signIn,
      db: open.db,
      vault: open.vault,
      clock: systemClock,
      installation,
      demonstrationPeople,
      sessionKey: derivedKey(open.vault, "handrail session cookies"),
      secure: settings.secure,
      sourceUrl: "/guarantees",
      contactEmail: settings.contactEmail,
      messages,
      prices: settings.prices,
      log,
    });
    running = await serve(app, settings.port, settings.host);
    const { url, stop } = running;
    const tools = signInTools({ ...open, installation, signIn });
    const links = setInterval(
      () =>
        void answerLinkRequests(tools, systemClock.now()).catch((error: unknown) =>
          logOfJobs(`links: ${String(error)}`),
        ),
      LINKS_EVERY,
    );
    const sequencer = setInterval(
      () => void sequence(open.db).catch((error: unknown) => logOfJobs(`sequencer: ${String(error)}`)),
      SEQUENCE_EVERY,
    );
    const maintenance = setInterval(
      () =>
        void Promise.all([maintain(open.db), tidySignIn(open.db, systemClock.now())]).catch((error: unknown) =>
          logOfJobs(`maintenance: ${String(error)}`),
        ),
      MAINTAIN_EVERY,
    );
    const jobs = await openJobs(open.db, { jobs: messages.jobs, log: logOfJobs });
    const stopPoking = pokeWhenQueued(whenQueued, () => jobs.poke(OUTBOX_JOB));
    const seconds = ((performance.now() - began) / 1000).toFixed(1);
    process.stdout.write(
      `${installation.bodyName} is ready at ${paint("bold", signIn.origin())} (${seconds} s). Stop with Ctrl+C.\n`,
    );
    // Nobody could come in otherwise.
    if (installation.kind === "real" && (await nobodyHasPasskey(open.db))) {
      process.stdout.write(administratorWords(await makeAdministratorLink(tools, systemClock.now())));
    }
    return {
      url,
      stop: async () => {
        clearInterval(links);
        clearInterval(sequencer);
        clearInterval(maintenance);
        stopPoking();
        await jobs.stop();
        await messages.close();
        await stop();
        await open.close();
      },
    };
  } catch (error) {
    await open.close();
    throw error;
  }
}

/** Runs the site until it is told to stop. */
export async function startUntilStopped(settings: Settings, options: DemonstrationOptions): Promise<void> {
  const site = await start(settings, options);
  const stopping = new Promise<void>((resolve) => {
    for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => resolve());
  });
  await stopping;
  await site.stop();
  process.exit(0);
}

/** What is printed for whoever is to be the first administrator. */
export function administratorWords(link: string): string {
  return `\nThe first administrator comes in by this link. It works once, for one hour. Show it to nobody else:\n\n  ${link}\n\nAnother one: handrail administrator\n`;
}

/** A key for one use, from the master key (RFC 5869). */
function derivedKey({ masterKey }: Vault, use: string): Uint8Array {
  return new Uint8Array(hkdfSync("sha256", masterKey, "", use, 32));
}

function paint(style: "bold", text: string): string {
  return process.stdout.hasColors?.() === true ? styleText(style, text) : text;
}
