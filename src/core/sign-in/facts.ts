/** What the record keeps of signing in: what changes how somebody gets in, and help that was given. Not each sign-in. */
import { z } from "zod";
import type { Transaction } from "../database/index.ts";
import { newId } from "../ids.ts";
import { appendWithin, type FactDeclaration } from "../record/index.ts";
import type { SignInTools } from "./tools.ts";

const PASSKEY_ADDED = "passkey-added";
const PASSKEY_REMOVED = "passkey-removed";
const PASSKEY_SUSPENDED = "passkey-suspended";
const CODE_MADE = "sign-in-code-made";
const HELPED = "helped-to-sign-in";
const LINKED = "sign-in-linked";

const ways = z.enum(["email", "post", "in-person", "terminal"]);
const passkey = z.strictObject({ passkey: z.string().min(1).max(100).describe("the beginning of its id") });
const held = {
  purpose: "to let people in, nobody else, and to show them how their way in was changed",
  lawfulBasis: "security of processing (UK GDPR article 32) and public task (article 6(1)(e))",
  sensitivity: "personal",
  retention: "as long as the person is served, and six years after",
} as const;

/** The facts of sign-in. */
export const signInFacts: readonly FactDeclaration[] = [
  { ...held, type: PASSKEY_ADDED, says: "A passkey was added to your sign-in.", shape: passkey },
  { ...held, type: PASSKEY_REMOVED, says: "You removed a passkey from your sign-in.", shape: passkey },
  {
    ...held,
    type: PASSKEY_SUSPENDED,
    says: "We stopped one of your passkeys, because it may have been copied.",
    shape: passkey,
  },
  {
    ...held,
    type: CODE_MADE,
    says: "A member of staff made a link or code so that you can sign in.",
    shape: z.strictObject({ way: ways }),
  },
  {
    ...held,
    type: HELPED,
    says: "A member of staff helped you to sign in.",
    shape: z.strictObject({ helper: z.string().min(1).max(200) }),
  },
  {
    ...held,
    type: LINKED,
    says: "You joined a sign-in from elsewhere to your record.",
    shape: z.strictObject({ provider: z.string().min(1).max(100), level: z.string().max(40) }),
  },
];

export type SignInFact =
  | {
      readonly type: typeof PASSKEY_ADDED | typeof PASSKEY_REMOVED | typeof PASSKEY_SUSPENDED;
      readonly data: { readonly passkey: string };
    }
  | { readonly type: typeof CODE_MADE; readonly data: { readonly way: string } }
  | { readonly type: typeof HELPED; readonly data: { readonly helper: string } }
  | { readonly type: typeof LINKED; readonly data: { readonly provider: string; readonly level: string } };

/** Writes one fact about a person's sign-in and gives its id. */
export async function noteFact(
  transaction: Transaction,
  { projections, timeZone }: Pick<SignInTools, "projections" | "timeZone">,
  personId: string,
  fact: SignInFact,
  recordedBy: string,
  now: Temporal.Instant,
): Promise<string> {
  const id = newId();
  const result = await appendWithin(transaction, {
    facts: [
      {
        id,
        subjectId: personId,
        caseId: null,
        type: fact.type,
        data: fact.data,
        occurredOn: now.toZonedDateTimeISO(timeZone).toPlainDate(),
        occurredAt: now,
        recordedAt: null,
        recordedBy,
        organisationId: null,
        serviceId: null,
        areaCode: null,
        replaces: null,
        reason: null,
      },
    ],
    projections,
    receivedAt: now,
  });
  if (!result.ok) throw new Error(result.refusal.message);
  return id;
}

/** How facts name a passkey: enough of its id to tell one from another. */
export function passkeyMark(credentialId: string): string {
  return credentialId.slice(0, 16);
}
