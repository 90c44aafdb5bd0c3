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
  /** The version read: the one to state when deciding on it. */
  readonly version: number;
};
