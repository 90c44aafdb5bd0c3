/** What the vault holds about a subject, by kind. */

export interface Identity {
  readonly name: string;
  /** ISO date; null when it is not known. */
  readonly birthDate: string | null;
  readonly identifiers: readonly { readonly system: string; readonly value: string }[];
}

export interface Contact {
  readonly telephone: string | null;
  readonly email: string | null;
  readonly address: readonly string[];
  /** BCP 47. */
  readonly language: string | null;
}

/** What free words are for. One kind each, so that nobody's words can stand where another's belong. */
export type WordsFor = "question" | "answer" | "emergency" | "withholding";

export interface PersonalData {
  readonly identity: Identity;
  readonly contact: Contact;
  /** Free words, by what they are for and the id of the fact they belong to: written with the fact, never again. */
  readonly [words: `${WordsFor}:${string}`]: string;
}

export type PersonalDataKind = keyof PersonalData;
