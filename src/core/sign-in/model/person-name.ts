/** What may stand as a person's name: one rule for everybody who types one. Pure. */

export const LONGEST_PERSON_NAME = 200;

export type PersonNameFault = "missing" | "too-long" | "hidden-signs" | "no-letter";
export type CheckedPersonName =
  | { readonly ok: true; readonly name: string }
  | { readonly ok: false; readonly fault: PersonNameFault };

/**
 * A person's name as it will be kept, or what is wrong with it: of at most 200 characters, with a letter of any alphabet,
 * and without signs that cannot be seen. Such signs turn text round (Unicode Technical Report 36, section 2.5) or make
 * two names differ that look the same: colleagues must be able to trust the name they read.
 */
export function personName(text: string): CheckedPersonName {
  return nameOf(text, LONGEST_PERSON_NAME);
}

/** The same with another length, in UTF-16 units. */
export function nameOf(text: string, longest: number): CheckedPersonName {
  // Before anything that costs time in the length of the text.
  if (text.length > 4 * longest) return { ok: false, fault: "too-long" };
  const name = text.normalize("NFC").replaceAll(/\s+/g, " ").trim();
  if (name === "") return { ok: false, fault: "missing" };
  if (name.length > longest) return { ok: false, fault: "too-long" };
  if (HIDDEN.test(name.replaceAll(JOINER, ""))) return { ok: false, fault: "hidden-signs" };
  if (!/\p{L}/u.test(name)) return { ok: false, fault: "no-letter" };
  return { ok: true, name };
}

const HIDDEN = /[\p{Cc}\p{Cf}\p{Co}\p{Cn}\p{Cs}\p{Default_Ignorable_Code_Point}]/u;

/**
 * Joiners between letters that are joined: names in Sinhala, Persian and the scripts of India are spelled with them
 * (Unicode Standard Annex 31, section 2.3). Between letters of alphabets that are not joined they only hide.
 */
const JOINER = /(?<=[\p{L}\p{M}])(?<![\p{Script=Latin}\p{Script=Cyrillic}\p{Script=Greek}])[\u200C\u200D](?=\p{L})/gu;
