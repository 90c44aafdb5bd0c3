/** The record's door. */
export { WITHDRAWN_ENTRY } from "./fact.ts";
export type { Fact, NewFact } from "./fact.ts";
export type { CaseKey, Projection } from "./projection.ts";
export { APPEND_LIMIT, append, appendWithin, casesOf } from "./append.ts";
export type { AppendRefusal, AppendRequest, AppendResult, FactName } from "./append.ts";
export {
  caseMapKey,
  countFacts,
  exportFacts,
  readAll,
  readCase,
  readCases,
  readSubject,
} from "./read.ts";
export type { PositionedFact, ReadAllOptions } from "./read.ts";
export { sequence } from "./sequence.ts";
