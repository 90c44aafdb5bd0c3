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

export interface PersonalData {
  readonly identity: Identity;
  readonly contact: Contact;
  /** Free words, under the id of the fact they belong to. */
  readonly [words: `words:${string}`]: string;
}

export type PersonalDataKind = keyof PersonalData;
