/**
 * The decision table: who may see or change what, and why. Nothing that no rule here gives is given. Everything that
 * decides reads this table: single decisions, the predicate of lists, and docs/generated/access.md.
 */
import type { Bond, PostRole } from "./actor.ts";
import type { Action, Purpose, Resource } from "./resource.ts";

export type Who =
  | { readonly by: "self" }
  | { readonly by: "bond"; readonly bond: Bond }
  /** `reach`: `place` is the data of the post's own place, `everybody` all people, `body` what is no person's. */
  | { readonly by: "post"; readonly role: PostRole; readonly reach: "place" | "everybody" | "body" };

export interface Rule {
  /** Written into the access log: never given to another rule again. */
  readonly id: string;
  readonly who: Who;
  readonly actions: readonly Action[];
  readonly what: Resource;
  readonly fields: readonly string[];
  readonly purpose: Purpose;
  /** What it says, for whoever reviews the table. */
  readonly says: string;
}

const VIEW: readonly Action[] = ["view"];
const CHANGE: readonly Action[] = ["change"];
const BOTH: readonly Action[] = ["view", "change"];
const self: Who = { by: "self" };
const bond = (name: Bond): Who => ({ by: "bond", bond: name });
const at = (role: PostRole): Who => ({ by: "post", role, reach: "place" });
const everybody = (role: PostRole): Who => ({ by: "post", role, reach: "everybody" });
const ofTheBody = (role: PostRole): Who => ({ by: "post", role, reach: "body" });

/** One line a rule: number, who, actions, resource, fields, purpose, meaning. */
export const RULES: readonly Rule[] = [
  rule("S1", self, VIEW, "promises", ["clocks", "events"], "own", "You see what you were promised and what happened."),
  rule("S2", self, VIEW, "details", ["name", "birth-date", "identifiers", "contact"], "own", "You see your details."),
  rule("S3", self, CHANGE, "details", ["contact"], "own", "You change how we reach you."),
  rule("S4", self, BOTH, "needs", ["communication", "preferences"], "own", "You say how we should write to you."),
  rule("S5", self, VIEW, "messages", ["sent"], "own", "You see what we sent you."),
  rule("S6", self, BOTH, "relationships", ["people", "consents"], "own", "You decide who may act for you."),
  rule("S7", self, BOTH, "looks", ["entries"], "own", "You see who looked, and question it."),
  rule("S8", self, VIEW, "package", ["plan", "units", "money"], "own", "You see your whole package."),
  rule("S9", self, BOTH, "check-ins", ["answers", "warnings"], "own", "You answer your check-ins and see them."),
  rule("S10", self, VIEW, "identity", ["evidence"], "own", "You see what proved who you are."),

  rule("G1", bond("guardian"), VIEW, "promises", ["clocks", "events"], "for-somebody", "Guardians see the promises."),
  rule(
    "G2",
    bond("guardian"),
    VIEW,
    "details",
    ["name", "birth-date", "identifiers", "contact"],
    "for-somebody",
    "Guardians see the details.",
  ),
  rule("G3", bond("guardian"), CHANGE, "details", ["contact"], "for-somebody", "Guardians change how we reach them."),
  rule(
    "G4",
    bond("guardian"),
    BOTH,
    "needs",
    ["communication", "preferences"],
    "for-somebody",
    "Guardians say how we should write.",
  ),
  rule("G5", bond("guardian"), VIEW, "messages", ["sent"], "for-somebody", "Guardians see what was sent."),
  rule(
    "G6",
    bond("guardian"),
    VIEW,
    "relationships",
    ["people", "consents"],
    "for-somebody",
    "Guardians see who else may act.",
  ),
  rule(
    "G7",
    bond("guardian"),
    BOTH,
    "looks",
    ["entries"],
    "for-somebody",
    "Guardians see who looked, and question it.",
  ),
  rule(
    "G8",
    bond("guardian"),
    VIEW,
    "package",
    ["plan", "units", "money"],
    "for-somebody",
    "Guardians see the whole package.",
  ),
  rule(
    "G9",
    bond("guardian"),
    VIEW,
    "check-ins",
    ["answers", "warnings"],
    "for-somebody",
    "Guardians see the check-ins.",
  ),

  rule(
    "F1",
    bond("family"),
    VIEW,
    "promises",
    ["clocks", "events"],
    "for-somebody",
    "Family who were invited see the promises.",
  ),
  rule(
    "F2",
    bond("family"),
    VIEW,
    "details",
    ["name"],
    "for-somebody",
    "Family see the name, not where somebody lives.",
  ),
  rule("F3", bond("family"), VIEW, "package", ["plan"], "for-somebody", "Family see the plan, not the money."),

  rule(
    "L1",
    bond("lead-professional"),
    BOTH,
    "promises",
    ["clocks", "events"],
    "coordination",
    "A lead professional sees and records what happens to their families.",
  ),
  rule(
    "L2",
    bond("lead-professional"),
    VIEW,
    "details",
    ["name", "birth-date", "identifiers", "contact"],
    "coordination",
    "A lead professional reaches their families.",
  ),
  rule(
    "L3",
    bond("lead-professional"),
    BOTH,
    "needs",
    ["communication"],
    "coordination",
    "A lead professional records how a family needs to be written to.",
  ),
  rule(
    "L4",
    bond("lead-professional"),
    VIEW,
    "relationships",
    ["people", "consents"],
    "coordination",
    "A lead professional sees who acts for whom.",
  ),
  rule(
    "L5",
    bond("lead-professional"),
    BOTH,
    "package",
    ["plan", "units", "money"],
    "coordination",
    "A lead professional builds the package with the family.",
  ),
  rule(
    "L6",
    bond("lead-professional"),
    VIEW,
    "check-ins",
    ["warnings"],
    "coordination",
    "A lead professional sees warnings, not answers.",
  ),

  rule(
    "T1",
    bond("team"),
    BOTH,
    "promises",
    ["clocks", "events"],
    "care",
    "The team sees and records what happens to its people.",
  ),
  rule(
    "T2",
    bond("team"),
    VIEW,
    "details",
    ["name", "birth-date", "identifiers", "contact"],
    "care",
    "The team reaches its people.",
  ),
  rule(
    "T3",
    bond("team"),
    BOTH,
    "needs",
    ["communication"],
    "care",
    "The team records how somebody needs to be written to.",
  ),
  rule(
    "T4",
    bond("team"),
    VIEW,
    "package",
    ["plan", "units"],
    "care",
    "The team sees plan and units, not a family's money.",
  ),
  rule("T5", bond("team"), VIEW, "check-ins", ["answers", "warnings"], "care", "The team sees the check-ins."),

  rule(
    "C1",
    bond("consent"),
    VIEW,
    "promises",
    ["clocks", "events"],
    "consent",
    "An organisation sees what a person agreed to show it.",
  ),
  rule(
    "C2",
    bond("consent"),
    VIEW,
    "details",
    ["name", "birth-date", "contact"],
    "consent",
    "An organisation reaches a person who agreed.",
  ),
  rule(
    "C3",
    bond("consent"),
    VIEW,
    "package",
    ["plan"],
    "consent",
    "An organisation sees the plan a person agreed to show it.",
  ),

  rule(
    "E1",
    bond("emergency"),
    VIEW,
    "promises",
    ["clocks", "events"],
    "emergency",
    "In an emergency staff open a record, with a reason the person is told.",
  ),
  rule(
    "E2",
    bond("emergency"),
    VIEW,
    "details",
    ["name", "birth-date", "identifiers", "contact"],
    "emergency",
    "In an emergency staff see who somebody is and whom to ring.",
  ),
  rule(
    "E3",
    bond("emergency"),
    VIEW,
    "needs",
    ["communication"],
    "emergency",
    "In an emergency staff see how to speak with somebody.",
  ),
  rule(
    "E4",
    bond("emergency"),
    VIEW,
    "check-ins",
    ["answers", "warnings"],
    "emergency",
    "In an emergency staff see the check-ins.",
  ),

  rule(
    "P1",
    at("front-line"),
    BOTH,
    "promises",
    ["clocks", "events"],
    "care",
    "Front-line staff see and record what their own place does.",
  ),
  rule(
    "P2",
    at("front-line"),
    VIEW,
    "details",
    ["name", "birth-date", "identifiers", "contact"],
    "care",
    "Front-line staff reach the people of their place.",
  ),
  rule(
    "P3",
    at("front-line"),
    BOTH,
    "needs",
    ["communication"],
    "care",
    "Front-line staff record how somebody needs to be written to.",
  ),
  rule(
    "P4",
    at("front-line"),
    VIEW,
    "package",
    ["units"],
    "care",
    "A provider sees its own units, never a family's money.",
  ),
  rule(
    "P5",
    at("clinician"),
    BOTH,
    "promises",
    ["clocks", "events"],
    "care",
    "Clinicians see and record what their own place does.",
  ),
  rule(
    "P6",
    at("clinician"),
    VIEW,
    "details",
    ["name", "birth-date", "identifiers", "contact"],
    "care",
    "Clinicians reach the people of their place.",
  ),
  rule(
    "P7",
    at("clinician"),
    BOTH,
    "needs",
    ["communication"],
    "care",
    "Clinicians record how somebody needs to be written to.",
  ),
  rule(
    "P8",
    at("clinician"),
    BOTH,
    "check-ins",
    ["answers", "warnings"],
    "care",
    "Clinicians see and answer the check-ins of their place.",
  ),
  rule(
    "P9",
    at("clinician"),
    VIEW,
    "package",
    ["units"],
    "care",
    "A provider sees its own units, never a family's money.",
  ),
  rule(
    "P10",
    at("manager"),
    VIEW,
    "promises",
    ["clocks", "events"],
    "oversight",
    "Managers see how their place keeps its promises.",
  ),
  rule("P11", at("manager"), VIEW, "details", ["name"], "oversight", "Managers see names, not where somebody lives."),
  rule("P12", at("manager"), VIEW, "package", ["units"], "oversight", "Managers see what their place delivered."),

  rule(
    "I1",
    everybody("identity-officer"),
    VIEW,
    "details",
    ["name", "birth-date", "identifiers", "contact"],
    "identity",
    "Identity officers compare who is who.",
  ),
  rule(
    "I2",
    everybody("identity-officer"),
    BOTH,
    "identity",
    ["evidence", "merges"],
    "identity",
    "Identity officers check evidence, and join or part records.",
  ),
  rule(
    "I3",
    everybody("identity-officer"),
    BOTH,
    "relationships",
    ["people", "consents"],
    "identity",
    "Identity officers check and record who may act for whom.",
  ),

  rule(
    "A1",
    ofTheBody("administrator"),
    BOTH,
    "accounts",
    ["posts", "teams", "machines"],
    "administration",
    "Administrators give and end posts; they see no case.",
  ),
  rule(
    "A2",
    ofTheBody("practitioner"),
    BOTH,
    "projects",
    ["plan", "results"],
    "improvement",
    "Practitioners run improvement projects.",
  ),
  rule(
    "A3",
    ofTheBody("publisher"),
    BOTH,
    "figures",
    ["drafts", "releases"],
    "publication",
    "Publishers release figures.",
  ),
  rule(
    "A4",
    ofTheBody("manager"),
    VIEW,
    "figures",
    ["drafts"],
    "oversight",
    "Managers see figures before they are released.",
  ),
  rule(
    "A5",
    ofTheBody("front-line"),
    BOTH,
    "work",
    ["messages"],
    "care",
    "Front-line staff see what could not be delivered.",
  ),
  rule(
    "A6",
    ofTheBody("manager"),
    BOTH,
    "work",
    ["messages", "questions"],
    "oversight",
    "Managers answer questions about who looked.",
  ),
];

function rule(
  id: string,
  who: Who,
  actions: readonly Action[],
  what: Resource,
  fields: readonly string[],
  purpose: Purpose,
  says: string,
): Rule {
  return { id, who, actions, what, fields, purpose, says };
}
