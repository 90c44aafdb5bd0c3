/** Passkeys (WebAuthn Level 3): added, used, stopped, removed. */
import { randomBytes } from "node:crypto";
import {
  generateAuthenticationOptions,
  generateRegistrationOptions,
  verifyAuthenticationResponse,
  verifyRegistrationResponse,
} from "@simplewebauthn/server";
import { z } from "zod";
import { inTransaction, type Database, type Transaction } from "../database/index.ts";
import { openForSubjects, readPersonalData, sealForSubjects, type Vault } from "../vault/index.ts";
import { noteFailure, shutOut } from "./attempts.ts";
import { noteFact, passkeyMark } from "./facts.ts";
import { markOf, newShortId } from "./keys.ts";
import {
  CHALLENGE_MINUTES,
  challengeText,
  type ChallengeUse,
  counterVerdict,
  readChallenge,
} from "./model/challenge.ts";
import { checkName, MOST_PASSKEYS, type NameFault } from "./model/passkey-name.ts";
import { beginSession, type KeptSession } from "./sessions.ts";
import {
  endSessions,
  insertPasskey,
  markPasskey,
  notePasskeyUse,
  type PasskeyRow,
  readPasskeys,
  spendAllCodes,
  spendChallenge,
  usedAdministratorLink,
} from "./store.ts";
import { passkeyDomain, type SignInTools } from "./tools.ts";
import { passkeyAdded, passkeySuspended, signInChanged, tellOfChange } from "./words.ts";

/** ES256, EdDSA and RS256 (COSE numbers), which together every authenticator in use knows. */
const ALGORITHMS = [-7, -8, -257];
/** WebAuthn section 5.4.3: a user handle has at most 64 bytes. */
const LONGEST_HANDLE_BYTES = 64;
const LONGEST_RESPONSE = 60_000;

const text = z.string().max(LONGEST_RESPONSE);
const base64url = text.regex(/^[\w-]*$/);
/** What the page's script sends after `navigator.credentials.create`. */
const creation = z.object({
  id: base64url.min(1),
  rawId: base64url.min(1),
  type: z.literal("public-key"),
  response: z.object({
    clientDataJSON: base64url,
    attestationObject: base64url,
    transports: z
      .array(z.enum(["ble", "cable", "hybrid", "internal", "nfc", "smart-card", "usb"]))
      .max(10)
      .catch([]),
  }),
});
/** And after `navigator.credentials.get`. */
const assertion = z.object({
  id: base64url.min(1),
  rawId: base64url.min(1),
  type: z.literal("public-key"),
  response: z.object({
    clientDataJSON: base64url,
    authenticatorData: base64url,
    signature: base64url,
    userHandle: base64url.min(1),
  }),
});

/** The browser's session before the sign-in: challenges are bound to it. */
export type Ceremony = {
  readonly tools: SignInTools;
  readonly sessionId: string;
  /** Where the request comes from, for the limits. */
  readonly address: string;
  readonly now: Temporal.Instant;
};

/**
 * A fresh challenge. It is sealed, not stored: asking for challenges fills no table. Bound to the session and the use,
 * good for `CHALLENGE_MINUTES`; that it is answered once only is seen to when it is answered.
 */
function newChallenge({ tools, sessionId, now }: Omit<Ceremony, "address">, use: ChallengeUse): string {
  const nonce = randomBytes(16).toString("base64url");
  const expiresAt = now.round("millisecond").add({ minutes: CHALLENGE_MINUTES });
  return challengeText({ nonce, expiresAt, seal: sealOf(tools.vault, use, sessionId, nonce, expiresAt) });
}

function sealOf(
  vault: Vault,
  use: ChallengeUse,
  sessionId: string,
  nonce: string,
  expiresAt: Temporal.Instant,
): string {
  const mark = markOf(vault, "challenge", `${use}\0${sessionId}\0${nonce}\0${expiresAt.epochMilliseconds}`);
  return mark.slice(mark.indexOf(":") + 1);
}

/** Spends the challenge that a response answers: false when it is not ours, of another session or use, late, or answered before. */
async function takeChallenge(
  transaction: Transaction,
  { tools, sessionId, now }: Ceremony,
  use: ChallengeUse,
  clientDataJSON: string,
): Promise<string | null> {
  let answered: unknown;
  try {
    answered = (JSON.parse(Buffer.from(clientDataJSON, "base64url").toString()) as { challenge?: unknown } | null)
      ?.challenge;
  } catch {
    return null;
  }
  if (typeof answered !== "string") return null;
  const challenge = readChallenge(Buffer.from(answered, "base64url").toString());
  if (challenge === null || Temporal.Instant.compare(now, challenge.expiresAt) >= 0) return null;
  if (challenge.seal !== sealOf(tools.vault, use, sessionId, challenge.nonce, challenge.expiresAt)) return null;
  const mark = markOf(tools.vault, "challenge", `spent\0${challenge.nonce}`);
  return (await spendChallenge(transaction, mark, challenge.expiresAt)) ? answered : null;
}

/** What the browser is asked when a passkey is to be added for a person. */
export async function creationOptions(ceremony: Omit<Ceremony, "address">, personId: string): Promise<object> {
  const { tools } = ceremony;
  const handle = new TextEncoder().encode(personId);
  if (handle.length > LONGEST_HANDLE_BYTES)
    throw new Error(`The id ${personId} has ${handle.length} bytes; a passkey can carry ${LONGEST_HANDLE_BYTES}.`);
  const [identity, existing] = await Promise.all([
    readPersonalData(tools.db, tools.vault, [personId], "identity"),
    readPasskeys(tools.db, personId),
  ]);
  const name = identity.get(personId)?.name.slice(0, 64) ?? tools.bodyName;
  return await generateRegistrationOptions({
    rpName: tools.bodyName.slice(0, 64),
    rpID: passkeyDomain(tools),
    userName: name,
    userDisplayName: name,
    userID: handle,
    challenge: newChallenge(ceremony, "add"),
    timeout: CHALLENGE_MINUTES * 60_000,
    attestationType: "none",
    excludeCredentials: existing.map(({ credentialId, transports }) => ({
      id: credentialId,
      transports: [...transports],
    })),
    authenticatorSelection: { residentKey: "required", userVerification: "required" },
    supportedAlgorithmIDs: ALGORITHMS,
  });
}

/** What the browser is asked when somebody signs in, or shows once more (`person`) that it is still them. */
export async function requestOptions(ceremony: Omit<Ceremony, "address">, person: string | null): Promise<object> {
  const existing = person === null ? [] : await readPasskeys(ceremony.tools.db, person);
  return await generateAuthenticationOptions({
    rpID: passkeyDomain(ceremony.tools),
    challenge: newChallenge(ceremony, person === null ? "sign-in" : "again"),
    timeout: CHALLENGE_MINUTES * 60_000,
    userVerification: "required",
    allowCredentials: existing.map(({ credentialId, transports }) => ({
      id: credentialId,
      transports: [...transports],
    })),
  });
}

export type AddRefusal =
  | { readonly kind: "not-accepted" | "too-many" | "already-there" }
  | { readonly kind: "name"; readonly fault: NameFault };
export type Added =
  | { readonly ok: true; readonly session: KeptSession }
  | { readonly ok: false; readonly refusal: AddRefusal };

export type ToAdd = {
  readonly personId: string;
  /** The session that asked, by whom it was helped. */
  readonly session: { readonly id: string; readonly helpedBy: string | null };
  readonly response: unknown;
  readonly name: string;
  readonly device: string;
};

/** Adds a passkey, tells the person, and begins a session of its own with it. */
export async function addPasskey(ceremony: Ceremony, toAdd: ToAdd): Promise<Added> {
  const { tools, now } = ceremony;
  const { personId } = toAdd;
  const response = creation.safeParse(toAdd.response);
  const added = await inTransaction(tools.db, async (transaction): Promise<Added> => {
    const existing = await readPasskeys(transaction, personId);
    const names = await namesOf(transaction, tools.vault, existing);
    const name = checkName(toAdd.name, names);
    if (!name.ok) return refuse({ kind: "name", fault: name.fault });
    if (existing.length >= MOST_PASSKEYS) return refuse({ kind: "too-many" });
    if (!response.success) return refuse({ kind: "not-accepted" });
    const challenge = await takeChallenge(transaction, ceremony, "add", response.data.response.clientDataJSON);
    if (challenge === null) return refuse({ kind: "not-accepted" });
    const verified = await verifyRegistrationResponse({
      response: { ...response.data, clientExtensionResults: {} },
      expectedChallenge: challenge,
      expectedOrigin: tools.origin,
      expectedRPID: passkeyDomain(tools),
      requireUserVerification: true,
      supportedAlgorithmIDs: ALGORITHMS,
    }).catch(() => null);
    if (verified === null || !verified.verified) return refuse({ kind: "not-accepted" });
    const { credential, credentialBackedUp } = verified.registrationInfo;
    const [sealedName] = await sealForSubjects(transaction, tools.vault, [
      { subjectId: personId, plain: name.name, boundTo: nameBinding(credential.id) },
    ]);
    const inserted = await insertPasskey(transaction, {
      personId,
      credentialId: credential.id,
      publicKey: credential.publicKey,
      counter: credential.counter,
      transports: response.data.response.transports,
      backedUp: credentialBackedUp,
      sealedName: sealedName as Buffer,
      addedAt: now,
    });
    if (!inserted) return refuse({ kind: "already-there" });
    // Letters and e-mails still on their way have done their work: whoever finds one gets in no more (ASVS 6.4.1).
    await spendAllCodes(transaction, personId, now);
    const data = { passkey: passkeyMark(credential.id) };
    const factId = await noteFact(
      transaction,
      tools,
      personId,
      { type: "passkey-added", data },
      toAdd.session.helpedBy ?? personId,
      now,
    );
    await tellOfChange(transaction, tools, { personId, template: passkeyAdded, factId, now });
    const session = await beginSession(transaction, {
      personId,
      way: "passkey",
      helpedBy: toAdd.session.helpedBy,
      device: toAdd.device,
      replaces: { personId, id: toAdd.session.id },
      now,
    });
    return { ok: true, session };
  });
  // Only now: a post without a way in helps nobody. Whoever loses the moment in between adds a passkey once more.
  if (added.ok && (await usedAdministratorLink(tools.db, personId))) await tools.makeAdministrator(personId, now);
  return added;
}

export type SignedIn =
  | { readonly ok: true; readonly session: KeptSession }
  /** `refused` says no more to whoever is asking; what it was is in the message to the person. */
  | { readonly ok: false; readonly kind: "refused" | "shut-out" };

export type ToSignIn = {
  readonly response: unknown;
  /** Whose passkey it must be, to show once more that it is still them; null: whoever it belongs to. */
  readonly person: string | null;
  readonly device: string;
  readonly replaces: { readonly personId: string; readonly id: string } | null;
};

/** Signs somebody in with a passkey. The passkey itself says whose it is (its user handle), so one subject is asked. */
export async function signInWithPasskey(ceremony: Ceremony, toSignIn: ToSignIn): Promise<SignedIn> {
  const { tools, now } = ceremony;
  const from = { vault: tools.vault, attempt: "passkey", address: ceremony.address } as const;
  return await inTransaction(tools.db, async (transaction): Promise<SignedIn> => {
    if (await shutOut(transaction, from, now)) return { ok: false, kind: "shut-out" };
    const passkey = await verify(transaction, ceremony, toSignIn);
    if (passkey === null) {
      await noteFailure(transaction, from, now);
      return { ok: false, kind: "refused" };
    }
    const session = await beginSession(transaction, {
      personId: passkey.personId,
      way: "passkey",
      fresh: true,
      device: toSignIn.device,
      replaces: toSignIn.replaces,
      now,
    });
    return { ok: true, session };
  });
}

/** The passkey that a response proves, with its use noted; null when it proves nothing. */
async function verify(transaction: Transaction, ceremony: Ceremony, toSignIn: ToSignIn): Promise<PasskeyRow | null> {
  const { tools, now } = ceremony;
  const response = assertion.safeParse(toSignIn.response);
  if (!response.success) return null;
  const use = toSignIn.person === null ? "sign-in" : "again";
  const challenge = await takeChallenge(transaction, ceremony, use, response.data.response.clientDataJSON);
  if (challenge === null) return null;
  const personId = Buffer.from(response.data.response.userHandle, "base64url").toString();
  if (personId.includes("\0") || (toSignIn.person !== null && toSignIn.person !== personId)) return null;
  const [passkey] = await readPasskeys(transaction, personId, response.data.id);
  if (passkey === undefined || passkey.removedAt !== null || passkey.suspendedAt !== null) return null;
  const verified = await verifyAuthenticationResponse({
    response: { ...response.data, clientExtensionResults: {} },
    expectedChallenge: challenge,
    expectedOrigin: tools.origin,
    expectedRPID: passkeyDomain(tools),
    requireUserVerification: true,
    // The library looks at the counter before the signature: anybody could then send a low counter without the key and
    // have somebody else's passkey stopped. So it is given none, and the counter is looked at below, once it is proved.
    credential: { id: passkey.credentialId, publicKey: new Uint8Array(passkey.publicKey), counter: 0 },
  }).catch(() => null);
  if (verified === null || !verified.verified) return null;
  const { newCounter, credentialBackedUp } = verified.authenticationInfo;
  if (counterVerdict(passkey.counter, newCounter) === "copied") {
    await suspend(transaction, tools, passkey, now);
    return null;
  }
  const noted = await notePasskeyUse(transaction, passkey, { counter: newCounter, backedUp: credentialBackedUp, now });
  return noted ? passkey : null;
}

/** Stops a passkey that may have been copied, and tells the person: they cannot know it by themselves. */
async function suspend(
  transaction: Transaction,
  tools: SignInTools,
  passkey: PasskeyRow,
  now: Temporal.Instant,
): Promise<void> {
  const { personId, credentialId } = passkey;
  if (!(await markPasskey(transaction, personId, credentialId, "suspended_at", now))) return;
  const data = { passkey: passkeyMark(credentialId) };
  // Whoever holds the copy may have come in with it before.
  await endSessions(transaction, personId, { allBut: null, way: "passkey" }, now);
  const factId = await noteFact(transaction, tools, personId, { type: "passkey-suspended", data }, "handrail", now);
  await tellOfChange(transaction, tools, { personId, template: passkeySuspended, factId, now });
}

/**
 * Removes a passkey for good, and ends every session that was begun by passkey but for the one it is removed in: nothing
 * says which was begun with which, and whoever lost a device wants it signed out (ASVS 7.4.3). False when it is not this
 * person's, or gone already.
 */
export async function removePasskey(
  tools: SignInTools,
  personId: string,
  credentialId: string,
  now: Temporal.Instant,
  inSession: string | null = null,
): Promise<boolean> {
  return await inTransaction(tools.db, async (transaction) => {
    if (!(await markPasskey(transaction, personId, credentialId, "removed_at", now))) return false;
    await endSessions(transaction, personId, { allBut: inSession, way: "passkey" }, now);
    const data = { passkey: passkeyMark(credentialId) };
    const factId = await noteFact(transaction, tools, personId, { type: "passkey-removed", data }, personId, now);
    await tellOfChange(transaction, tools, { personId, template: signInChanged, factId, now });
    return true;
  });
}

export type ListedPasskey = {
  readonly credentialId: string;
  readonly name: string;
  readonly addedAt: Temporal.Instant;
  readonly lastUsedAt: Temporal.Instant | null;
  readonly suspended: boolean;
  readonly backedUp: boolean;
};

/** A person's own passkeys, oldest first. */
export async function listPasskeys({ db, vault }: SignInTools, personId: string): Promise<readonly ListedPasskey[]> {
  const rows = await readPasskeys(db, personId);
  const names = await namesOf(db, vault, rows);
  return rows.map((row, index) => ({
    credentialId: row.credentialId,
    name: names[index] as string,
    addedAt: row.addedAt,
    lastUsedAt: row.lastUsedAt,
    suspended: row.suspendedAt !== null,
    backedUp: row.backedUp,
  }));
}

async function namesOf(
  db: Database | Transaction,
  vault: Vault,
  rows: readonly PasskeyRow[],
): Promise<readonly string[]> {
  const opened = await openForSubjects(
    db,
    vault,
    rows.map(({ personId, credentialId, sealedName }) => ({
      subjectId: personId,
      sealed: sealedName,
      boundTo: nameBinding(credentialId),
    })),
  );
  return opened.map((name) => name ?? newShortId());
}

const nameBinding = (credentialId: string): string => `passkey ${credentialId}`;

function refuse(refusal: AddRefusal): Added {
  return { ok: false, refusal };
}
