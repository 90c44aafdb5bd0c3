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
  readNamed,
  readSubject,
  readVersion,
} from "./read.ts";
export type { PositionedFact, ReadAllOptions } from "./read.ts";
export { canonicalJson, sameContent } from "./same-content.ts";
export { sequence } from "./sequence.ts";
export { bulkLoad } from "./bulk-load.ts";
export type { BulkLoadRequest } from "./bulk-load.ts";
export { asAt, historyAt, inForce, knownOn } from "./history.ts";
export type { InForce, When } from "./history.ts";
export { compareRebuild, readCaseKeys, rebuild } from "./rebuild.ts";
export type { RebuildDifference, RebuildProgress } from "./rebuild.ts";
export { FactRefusedError, factSink } from "./sink.ts";
export type { FactSink, FactSinkOptions, FactSinkTotals } from "./sink.ts";
export { checkFact, declareFacts, describeData, typeMeant, withdrawnEntryDeclaration } from "./declarations.ts";
export type { FactDeclaration, FactDeclarations, FactProblem, Sensitivity } from "./declarations.ts";
