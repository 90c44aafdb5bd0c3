/** The first administrator of a real installation comes in by a link that is printed on the terminal. */
import { inTransaction } from "../database/index.ts";
import { newId } from "../ids.ts";
import { putPersonalData } from "../vault/index.ts";
import { lookAtLink, makeCode, putSignInEmail } from "./codes.ts";
import type { SignInTools } from "./tools.ts";

/**
 * A link for somebody who is to be administrator and is not on record yet: good for one hour, once. Whoever can start the
 * program may make one; there is no other way in that needs nobody's leave.
 */
export async function makeAdministratorLink(
  tools: Pick<SignInTools, "db" | "vault" | "origin">,
  now: Temporal.Instant,
): Promise<string> {
  const made = await inTransaction(tools.db, (transaction) =>
    makeCode(transaction, tools.vault, {
      personId: newId(),
      purpose: "administrator",
      way: "terminal",
      madeBy: null,
      now,
    }),
  );
  return tools.origin + (made.path as string);
}

/** Puts down who the first administrator is, before the link is used up: false when the link opens nothing. */
export async function nameAdministrator(
  tools: SignInTools,
  token: string,
  { name, email }: { readonly name: string; readonly email: string | null },
  now: Temporal.Instant,
): Promise<boolean> {
  const code = await lookAtLink(tools.db, token, now);
  if (code === null || code.purpose !== "administrator") return false;
  const { personId: subjectId } = code;
  await putPersonalData(
    tools.db,
    tools.vault,
    "identity",
    [{ subjectId, value: { name, birthDate: null, identifiers: [] } }],
    now,
  );
  await putPersonalData(
    tools.db,
    tools.vault,
    "contact",
    [{ subjectId, value: { telephone: null, email, address: [], language: null } }],
    now,
  );
  await inTransaction(tools.db, (transaction) => putSignInEmail(transaction, tools.vault, subjectId, email));
  return true;
}
