/** What a person may call a passkey: a name they will know again when it is lost. Pure. */
import { nameOf, type PersonNameFault } from "./person-name.ts";

export const LONGEST_NAME = 60;
/** Passkeys of one person that are in use. */
export const MOST_PASSKEYS = 20;

export type NameFault = PersonNameFault | "mixed-scripts" | "looks-the-same";
export type CheckedName =
  | { readonly ok: true; readonly name: string }
  | { readonly ok: false; readonly fault: NameFault };

/** Letters of one word that come from alphabets whose letters look alike. */
const LOOKING_ALIKE = [
  /\p{Script=Latin}/u,
  /\p{Script=Cyrillic}/u,
  /\p{Script=Greek}/u,
  /\p{Script=Cherokee}/u,
  /\p{Script=Armenian}/u,
];

/**
 * The name as it will be kept, or what is wrong with it. What is asked of people's names (`nameOf`) is asked of it too, and
 * words are refused that mix alphabets whose letters look alike (Unicode
 * Technical Standard 39, section 5.2), and a name that looks like one the person has already: somebody who removes "the
 * lost phone" must not remove the wrong one.
 */
export function checkName(text: string, others: readonly string[]): CheckedName {
  const checked = nameOf(text, LONGEST_NAME);
  if (!checked.ok) return checked;
  const { name } = checked;
  const mixed = name
    .split(/[^\p{L}\p{M}]+/u)
    .some((word) => LOOKING_ALIKE.filter((script) => script.test(word)).length > 1);
  if (mixed) return { ok: false, fault: "mixed-scripts" };
  const looks = skeleton(name);
  if (others.some((other) => skeleton(other) === looks)) return { ok: false, fault: "looks-the-same" };
  return { ok: true, name };
}

/** A name that is not taken yet, for a passkey whose device says what it is: "Chrome, Windows", "Chrome, Windows 2". */
export function freeName(wanted: string, others: readonly string[]): string {
  for (let number = 1; number <= MOST_PASSKEYS + 1; number += 1) {
    const name = number === 1 ? wanted : `${wanted} ${number}`;
    if (checkName(name, others).ok) return name;
  }
  return wanted;
}

/** Cyrillic and Greek letters that are drawn like a Latin one, and signs that are drawn like a letter. */
const DRAWN_LIKE: Readonly<Record<string, string>> = {
  а: "a",
  в: "b",
  е: "e",
  з: "3",
  і: "i",
  ј: "j",
  к: "k",
  м: "m",
  н: "h",
  о: "o",
  р: "p",
  с: "c",
  ѕ: "s",
  т: "t",
  у: "y",
  х: "x",
  ԁ: "d",
  ԛ: "q",
  ԝ: "w",
  α: "a",
  β: "b",
  ε: "e",
  ι: "i",
  κ: "k",
  μ: "m",
  ν: "v",
  ο: "o",
  ρ: "p",
  τ: "t",
  υ: "u",
  χ: "x",
  ζ: "z",
  η: "n",
  "0": "o",
  "1": "l",
  "|": "l",
  i: "l",
};

/** What a name looks like: two names with the same skeleton cannot be told apart (after UTS 39, section 4). */
function skeleton(name: string): string {
  const plain = name
    .normalize("NFKD")
    .replaceAll(/[\p{M}\u200C\u200D]/gu, "")
    .toLowerCase()
    .replaceAll(/\s/g, "");
  return [...plain].map((letter) => DRAWN_LIKE[letter] ?? letter).join("");
}
