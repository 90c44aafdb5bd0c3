/** One-time links and codes: made, looked at, used. */
import { inTransaction, type Database, type Transaction } from "../database/index.ts";
import { readPersonalData, type Vault } from "../vault/index.ts";
import { noteCodeFailure, noteFailure, shutOut, shutOutOfCode } from "./attempts.ts";
import { noteFact } from "./facts.ts";
import {
  comparedEmail,
  hashOf,
  markOf,
  newSecret,
  newShortId,
  newTypedCode,
  readToken,
  sameHash,
  tokenText,
} from "./keys.ts";
import {
  codeHolds,
  codeMinutes,
  type CodePurpose,
  type CodeWay,
  printedCode,
  typedCode,
  whatACodeGives,
} from "./model/code.ts";
import type { WayIn } from "./model/session.ts";
import { joinAccount, type WaitingAccount } from "./provider-account.ts";
import { beginSession, type KeptSession } from "./sessions.ts";
import {
  type CodeRow,
  deleteName,
  deleteNamesOf,
  endLinks,
  insertCode,
  insertName,
  putName,
  readCode,
  readNames,
  spendAllCodes,
  spendCode,
} from "./store.ts";
import type { SignInTools } from "./tools.ts";
import { enrolmentLink, helpedToSignIn, postedCode, tellOfChange, when, write } from "./words.ts";

export type ToMake = {
  readonly personId: string;
  readonly purpose: CodePurpose;
  readonly way: CodeWay;
  /** The address of e-mail it will be sent to, where it is: using the link proves that it is theirs. */
  readonly email?: string | null;
  /** The member of staff who makes it; null when the person asked for it or nobody did. */
  readonly madeBy: string | null;
  readonly now: Temporal.Instant;
};

export type MadeCode = {
  readonly id: string;
  readonly expiresAt: Temporal.Instant;
  /** By e-mail and on the terminal: the path of the link. */
  readonly path: string | null;
  /** By post and in person: what is typed, as it is printed, `7K3M-9XQ2`. */
  readonly code: string | null;
};

/** Makes a link or a code that opens once. It is told to nobody: see `inviteByEmail` and `inviteByPost`. Only its hash is kept. */
export async function makeCode(transaction: Transaction, vault: Vault, toMake: ToMake): Promise<MadeCode> {
  const { personId, purpose, way, now } = toMake;
  const id = newShortId();
  const typed = way === "post" || way === "in-person" ? newTypedCode() : null;
  const secret = typed ?? newSecret();
  const expiresAt = now.add({ minutes: codeMinutes(purpose, way) });
  const email = toMake.email ?? null;
  await insertCode(transaction, {
    personId,
    id,
    // A typed code is too short for a plain hash (ASVS 6.5.2): it is kept by a keyed one, whose key is not in the database.
    secretHash: typed === null ? hashOf(secret) : hashOf(markOf(vault, "code", typed)),
    purpose,
    way,
    emailMark: email === null ? null : emailMark(vault, email),
    madeBy: toMake.madeBy,
    madeAt: now,
    expiresAt,
    usedAt: null,
  });
  if (typed !== null)
    await putName(transaction, {
      mark: markOf(vault, "code", typed),
      personId,
      kind: "code",
      reference: id,
      expiresAt,
    });
  return {
    id,
    expiresAt,
    path: typed === null ? linkPath(tokenText({ subjectId: personId, id, secret })) : null,
    code: typed === null ? null : printedCode(typed),
  };
}

function linkPath(token: string): string {
  return `/sign-in/link/${token}`;
}

/**
 * Lets somebody set up their sign-in: a link by e-mail, to the address in their contact data. Nobody is known by that
 * address yet: they are once they have used the link, which proves that it is theirs.
 */
export async function inviteByEmail(
  transaction: Transaction,
  tools: SignInTools,
  invite: Omit<ToMake, "purpose" | "way"> & { readonly email: string },
): Promise<MadeCode> {
  const made = await makeCode(transaction, tools.vault, { ...invite, purpose: "enrol", way: "email" });
  const factId = await noteMade(transaction, tools, invite, "email");
  await write(transaction, tools, {
    subjectId: invite.personId,
    template: enrolmentLink,
    values: { link: tools.origin + (made.path as string), ...when(made.expiresAt, tools.timeZone) },
    notAfter: made.expiresAt,
    channel: "email",
    urgent: true,
    ...(factId === null ? {} : { factId }),
    now: invite.now,
  });
  return made;
}

/** The same by a letter with a code, for people without e-mail or a device of their own. */
export async function inviteByPost(
  transaction: Transaction,
  tools: SignInTools,
  invite: Omit<ToMake, "purpose" | "way" | "email">,
): Promise<MadeCode> {
  const made = await makeCode(transaction, tools.vault, { ...invite, purpose: "enrol", way: "post" });
  const factId = await noteMade(transaction, tools, invite, "post");
  await write(transaction, tools, {
    subjectId: invite.personId,
    template: postedCode,
    values: {
      link: `${tools.origin}/code`,
      code: made.code as string,
      date: when(made.expiresAt, tools.timeZone).date,
    },
    notAfter: made.expiresAt,
    channel: "letter",
    ...(factId === null ? {} : { factId }),
    now: invite.now,
  });
  return made;
}

/** A code for somebody who stands before a member of staff, to be typed at once. Both names are kept. */
export async function helpInPerson(
  tools: SignInTools,
  { personId, helper, now }: { readonly personId: string; readonly helper: string; readonly now: Temporal.Instant },
): Promise<MadeCode> {
  if (personId === helper) throw new Error("Nobody helps themselves to sign in: a code in person needs two people.");
  return await inTransaction(tools.db, async (transaction) => {
    const toMake: ToMake = { personId, purpose: "enrol", way: "in-person", madeBy: helper, now };
    const made = await makeCode(transaction, tools.vault, toMake);
    await noteMade(transaction, tools, toMake, "in-person");
    return made;
  });
}

async function noteMade(
  transaction: Transaction,
  tools: SignInTools,
  { personId, madeBy, now }: Pick<ToMake, "personId" | "madeBy" | "now">,
  way: CodeWay,
): Promise<string | null> {
  if (madeBy === null) return null;
  return await noteFact(transaction, tools, personId, { type: "sign-in-code-made", data: { way } }, madeBy, now);
}

/**
 * The address of e-mail by which a person may ask for a link: this one, or none. An address only for the person's own act:
 * whoever is known by an address gets in with what is sent there. Null when somebody else changed their contact data, a
 * guardian or a member of staff: the new address then asks for nobody until a link that was sent there has been used.
 * Links on their way to any other address are worth nothing from now on. Several people may have the same address.
 */
export async function putSignInEmail(
  transaction: Transaction,
  vault: Vault,
  personId: string,
  email: string | null,
): Promise<void> {
  const mark = email === null || comparedEmail(email) === "" ? null : emailMark(vault, email);
  await deleteNamesOf(transaction, personId, "email", mark);
  await endLinks(transaction, personId, mark);
  if (mark !== null) await insertName(transaction, { mark, personId, kind: "email", reference: null, expiresAt: null });
}

/** What a name's reference says of an address that a link was sent to and used from. */
const PROVED = "proved";

/** The same for the invented people of a demonstration, whose contact data are in the vault. At most a thousand in one call. */
export async function putSignInEmailsOf(db: Database, vault: Vault, personIds: readonly string[]): Promise<void> {
  if (personIds.length > 1_000) throw new Error(`${personIds.length} people in one call; the limit is 1000.`);
  const contacts = await readPersonalData(db, vault, personIds, "contact");
  await inTransaction(db, async (transaction) => {
    for (const [personId, { email }] of contacts) await putSignInEmail(transaction, vault, personId, email);
  });
}

/**
 * Makes every link and code of a person worthless that was not used yet: when they are given a post, or when somebody
 * else changes where their letters go. How many.
 */
export function spendCodes(db: Database | Transaction, personId: string, now: Temporal.Instant): Promise<number> {
  const spend = (transaction: Transaction) => spendAllCodes(transaction, personId, now);
  return db.isTransaction ? spend(db as Transaction) : inTransaction(db as Database, spend);
}

export function emailMark(vault: Vault, email: string): string {
  return markOf(vault, "email", comparedEmail(email));
}

/** Who came with what, to use a link or a code. */
export type Coming = {
  readonly address: string;
  readonly device: string;
  readonly replaces: { readonly personId: string; readonly id: string } | null;
  readonly now: Temporal.Instant;
};

export type CameIn =
  | { readonly ok: true; readonly session: KeptSession; readonly purpose: CodePurpose }
  /** `refused` is the same for what expired, was used, and never was. */
  | { readonly ok: false; readonly kind: "refused" | "shut-out" };

/** The link as it stands, without using it up: scanners of mail open every link. Null when it opens nothing. */
export async function lookAtLink(db: Database, token: string, now: Temporal.Instant): Promise<CodeRow | null> {
  const read = readToken(token);
  if (read === null) return null;
  const code = await readCode(db, read.subjectId, read.id);
  return code !== null && sameHash(code.secretHash, hashOf(read.secret)) && codeHolds(code, now) ? code : null;
}

/** Uses a link up and begins a session. */
export async function useLink(tools: SignInTools, token: string, coming: Coming): Promise<CameIn> {
  const { db, vault } = tools;
  const { address, now } = coming;
  const from = { vault, attempt: "link", address } as const;
  const read = readToken(token);
  const hasPost = read !== null && (await worksHere(tools, read.subjectId, read.id, now));
  return await inTransaction(db, async (transaction): Promise<CameIn> => {
    if (await shutOut(transaction, from, now)) return { ok: false, kind: "shut-out" };
    if (read !== null && (await shutOutOfCode(transaction, vault, address, read.id, now)))
      return { ok: false, kind: "shut-out" };
    const code = read === null ? null : await readCode(transaction, read.subjectId, read.id);
    const right = code !== null && read !== null && sameHash(code.secretHash, hashOf(read.secret));
    if (
      code === null ||
      !right ||
      !codeHolds(code, now) ||
      !(await stillTheirs(transaction, vault, code)) ||
      !(await spendCode(transaction, code.personId, code.id, now))
    ) {
      await noteFailure(transaction, from, now);
      // An honest second click on a used link is no guess at its secret.
      if (read !== null && !right) await noteCodeFailure(transaction, vault, address, read.id, now);
      return { ok: false, kind: "refused" };
    }
    return await comeIn(transaction, tools, code, hasPost, "link", coming);
  });
}

/**
 * Uses a typed code up and begins a session. `account`: a sign-in from elsewhere that is joined to the person by it, and
 * counts as the way in from then on.
 */
export async function useTypedCode(
  tools: SignInTools,
  typed: string,
  coming: Coming,
  account: WaitingAccount | null = null,
): Promise<CameIn> {
  const { db, vault } = tools;
  const { address, now } = coming;
  const from = { vault, attempt: "code", address } as const;
  const wanted = typedCode(typed);
  const mark = markOf(vault, "code", wanted ?? "");
  const [name] = await readNames(db, mark);
  const hasPost = name?.reference != null && (await worksHere(tools, name.personId, name.reference, now));
  return await inTransaction(db, async (transaction): Promise<CameIn> => {
    if (await shutOut(transaction, from, now)) return { ok: false, kind: "shut-out" };
    const code = name?.reference == null ? null : await readCode(transaction, name.personId, name.reference);
    const right = code !== null && sameHash(code.secretHash, hashOf(mark)) && codeHolds(code, now);
    if (code === null || !right || !(await spendCode(transaction, code.personId, code.id, now))) {
      await noteFailure(transaction, from, now);
      return { ok: false, kind: "refused" };
    }
    await deleteName(transaction, mark, code.personId);
    if (account !== null) {
      const by = { recordedBy: code.madeBy ?? code.personId, now };
      if (!(await joinAccount(transaction, tools, code.personId, account, by))) return { ok: false, kind: "refused" };
      const { device, replaces } = coming;
      const session = await beginSession(transaction, {
        personId: code.personId,
        way: "provider",
        device,
        replaces,
        now,
      });
      return { ok: true, session, purpose: code.purpose };
    }
    return await comeIn(transaction, tools, code, hasPost, code.way === "in-person" ? "helped" : "code", coming);
  });
}

/**
 * Whether somebody works here, or did when their code was made: a post that was given and ended around a code must not
 * make of the way in for a colleague one for a visit. Outside the transaction: it asks other tables, by another connection.
 */
async function worksHere(
  tools: SignInTools,
  personId: string,
  codeId: string,
  now: Temporal.Instant,
): Promise<boolean> {
  if (await tools.hasPost(personId, now)) return true;
  const code = await readCode(tools.db, personId, codeId);
  return code !== null && (await tools.hasPost(personId, code.madeAt));
}

/**
 * Whether the person is still reached where a link was sent. Messages go to the contact data as they are when they leave:
 * whoever changes somebody's contact must not come in by what was meant for the address before.
 */
async function stillTheirs(transaction: Transaction, vault: Vault, code: CodeRow): Promise<boolean> {
  if (code.emailMark === null) return true;
  const contact = (await readPersonalData(transaction, vault, [code.personId], "contact")).get(code.personId);
  return contact?.email != null && emailMark(vault, contact.email) === code.emailMark;
}

async function comeIn(
  transaction: Transaction,
  tools: SignInTools,
  code: CodeRow,
  hasPost: boolean,
  way: WayIn,
  { device, replaces, now }: Coming,
): Promise<CameIn> {
  const { personId, purpose } = code;
  const helpedBy = way === "helped" ? code.madeBy : null;
  const session = await beginSession(transaction, {
    personId,
    way,
    enrolling: whatACodeGives(purpose, hasPost) === "enrolment-only",
    helpedBy,
    device,
    replaces,
    now,
  });
  if (helpedBy !== null) {
    const helped = { type: "helped-to-sign-in", data: { helper: helpedBy } } as const;
    const factId = await noteFact(transaction, tools, personId, helped, helpedBy, now);
    // The code went through the helper's hands: only the person can say that it was not them who typed it.
    await tellOfChange(transaction, tools, { personId, template: helpedToSignIn, factId, now });
  }
  // The link came to this address and was used: it is theirs, and they may ask for a link there from now on.
  if (code.emailMark !== null) {
    await deleteNamesOf(transaction, personId, "email", code.emailMark);
    await putName(transaction, { mark: code.emailMark, personId, kind: "email", reference: PROVED, expiresAt: null });
  }
  return { ok: true, session, purpose };
}
