import type { Directory } from "../../../core/directory/index.ts";
import type { Fact } from "../../../core/record/index.ts";
import type { PersonalData } from "../../../core/vault/index.ts";
import type { CasePlace } from "./case-facts.ts";
import type { Clock } from "./clock.ts";
import type { Definition } from "./definition.ts";

/** One clock with the definition that judged it. */
export type JudgedClock = { readonly definition: Definition; readonly clock: Clock };

/** A case of a person: what is on record and the clocks it gives now. */
export type CaseView = CasePlace & {
  /** The record it stands in: another than the person's own where records were merged. */
  readonly subjectId: string;
  /** The version of that record as read: the one to state when deciding on it. */
  readonly version: number;
  readonly caseId: string;
  /** Facts that stand, oldest first. */
  readonly facts: readonly Fact[];
  /** All facts, corrected and withdrawn ones too. */
  readonly allFacts: readonly Fact[];
  readonly definitions: readonly Definition[];
  readonly clocks: readonly JudgedClock[];
};

export type PersonView = {
  readonly subjectId: string;
  readonly identity: PersonalData["identity"] | null;
  readonly cases: readonly CaseView[];
  readonly directory: Directory;
};

/** What of a person somebody sees: which of their facts, and which of their details. Decided by the access table. */
export type Sight = {
  /** On whose behalf the record is read, under row-level security too; null for the program's own commands. */
  readonly reader: string | null;
  readonly fact: (fact: Fact) => boolean;
  /** `name`, `birth-date`, `identifiers`. */
  readonly details: readonly string[];
};

/** The identity with what is not to be seen taken out; null where not even the name may be shown. */
export function identitySeen(
  identity: PersonalData["identity"] | undefined,
  details: readonly string[],
): PersonalData["identity"] | null {
  if (identity === undefined || !details.includes("name")) return null;
  return {
    name: identity.name,
    birthDate: details.includes("birth-date") ? identity.birthDate : null,
    identifiers: details.includes("identifiers") ? identity.identifiers : [],
  };
}
