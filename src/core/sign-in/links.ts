/** Links that people ask for by e-mail, without telling anybody whose address is known here. */
import { inTransaction } from "../database/index.ts";
import { readPersonalData } from "../vault/index.ts";
import { noteFailure, shutOut } from "./attempts.ts";
import { emailMark, makeCode } from "./codes.ts";
import { MOST_LINKS_AN_HOUR, stillCountedLinks } from "./model/limits.ts";
import { noteLinkAnswer, putLinkRequest, readDueRequests, readNames, takeLinkRequest } from "./store.ts";
import type { SignInTools } from "./tools.ts";
import { signInLink, staffAsked, when, write } from "./words.ts";

/** RFC 5321, section 4.5.3.1.3: a path has at most 256 octets, 254 without its brackets. */
export const LONGEST_EMAIL = 254;
const REQUESTS_AT_ONCE = 100;

/**
 * Notes that a link was asked for. Whether the address is known is not looked up here but later, by
 * `answerLinkRequests`: so the answer, the statements and the time they take are the same for every address.
 */
export async function askForLink(
  { db, vault }: SignInTools,
  { email, address, now }: { readonly email: string; readonly address: string; readonly now: Temporal.Instant },
): Promise<"noted" | "shut-out"> {
  const from = { vault, attempt: "ask", address } as const;
  return await inTransaction(db, async (transaction) => {
    if (await shutOut(transaction, from, now)) return "shut-out";
    await noteFailure(transaction, from, now);
    await putLinkRequest(transaction, emailMark(vault, email), now);
    return "noted";
  });
}

/** Sends what was asked for: a link to everybody who registered the address themselves or proved that it is theirs. To be run every few seconds. How many were written to. */
export async function answerLinkRequests(tools: SignInTools, now: Temporal.Instant): Promise<number> {
  let written = 0;
  for (const mark of await readDueRequests(tools.db, REQUESTS_AT_ONCE)) written += await answer(tools, mark, now);
  return written;
}

async function answer(tools: SignInTools, mark: string, now: Temporal.Instant): Promise<number> {
  const { db, vault } = tools;
  const names = await readNames(db, mark);
  const contacts = await readPersonalData(
    db,
    vault,
    names.map(({ personId }) => personId),
    "contact",
  );
  const people: { readonly personId: string; readonly email: string; readonly hasPost: boolean }[] = [];
  for (const { personId } of names) {
    const email = contacts.get(personId)?.email ?? null;
    // The message goes to the contact data: where they name another address by now, this one asks for nobody.
    if (email === null || emailMark(vault, email) !== mark) continue;
    people.push({ personId, email, hasPost: await tools.hasPost(personId, now) });
  }
  return await inTransaction(db, async (transaction) => {
    const request = await takeLinkRequest(transaction, mark);
    if (request === null || people.length === 0) return 0;
    // Asked again, and held: whom somebody else took off the address meanwhile gets nothing by it.
    const still = new Set((await readNames(transaction, mark, true)).map(({ personId }) => personId));
    const counted = stillCountedLinks(request, now);
    if (counted.answered >= MOST_LINKS_AN_HOUR) return 0;
    for (const { personId, email, hasPost } of people.filter((each) => still.has(each.personId))) {
      const about = { subjectId: personId, channel: "email", urgent: true, now } as const;
      if (hasPost) {
        await write(transaction, tools, {
          ...about,
          template: staffAsked,
          values: { link: `${tools.origin}/sign-in` },
        });
        continue;
      }
      const made = await makeCode(transaction, vault, {
        personId,
        purpose: "sign-in",
        way: "email",
        email,
        madeBy: null,
        now,
      });
      await write(transaction, tools, {
        ...about,
        template: signInLink,
        values: { link: tools.origin + (made.path as string), ...when(made.expiresAt, tools.timeZone) },
        notAfter: made.expiresAt,
      });
    }
    await noteLinkAnswer(transaction, { mark, answered: counted.answered + 1, countingSince: counted.countingSince });
    return people.length;
  });
}
