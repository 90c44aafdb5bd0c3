/** Fields that several forms about people have. */
import { z } from "zod";
import { personName } from "../../core/sign-in/index.ts";
import { plainDate } from "../form.ts";

/** Made with the form that carries it, so that sending the form twice does it once: an id of ours and nothing else. */
export const formId = z.uuid();

export const subjectParams = z.object({ subjectId: z.string().min(1).max(200) });

/** The last day of something, where there is one. */
export const optionalDate = z
  .union([z.literal("").transform(() => null), z.literal("--").transform(() => null), plainDate])
  .default(null);

/** What somebody says in their own words: not empty, at the most 2,000 characters. */
export function ownWords(shortest: number, missing: string) {
  return z.string().trim().min(shortest, missing).max(2000, "people.looks.wordsLong");
}

/** The name of a person: with a letter, without what cannot be seen or turns the writing round. */
export const personNameField = z.string().transform((text, context) => {
  const checked = personName(text);
  if (checked.ok) return checked.name;
  context.addIssue({
    code: "custom",
    message: text.trim() === "" ? "people.invite.nameMissing" : "people.invite.nameWrong",
  });
  return z.NEVER;
});
