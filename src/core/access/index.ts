/** The door of access: who may see or change what, whose, and why. */
export { BAN_KINDS, BONDS, POST_ROLES, holdsAt, reaches } from "./model/actor.ts";
export type { Actor, Ban, BanKind, Bond, Interval, Place, Post, PostRole, RowPlace, Tie } from "./model/actor.ts";
export { decide, mayOpenInEmergency } from "./model/decide.ts";
export type { Decision, Question, Reason, Whose } from "./model/decide.ts";
export { matches, predicateOf } from "./model/predicate.ts";
export type { ListQuestion, Predicate, Reach } from "./model/predicate.ts";
export { COVERS, covers, PURPOSES, RESOURCES } from "./model/resource.ts";
export type { Action, Cover, Purpose, Resource } from "./model/resource.ts";
export { whereAllowed } from "./sql.ts";
export { RULES } from "./model/rules.ts";
export type { Rule, Who } from "./model/rules.ts";
