/** The facts about who stands how to whom. They all belong to one case of their subject, `people`. */
import { z } from "zod";
import { BONDS, COVERS, POST_ROLES, type Cover } from "../access/index.ts";
import type { FactDeclaration } from "../record/index.ts";

/** The case that these facts belong to, under every subject. */
export const PEOPLE_CASE = "people";

const id = z.string().min(1).max(200);
const instant = z.iso.datetime({ offset: true });
const covers = z
  .array(z.enum(COVERS as [Cover, ...Cover[]]))
  .min(1)
  .max(50);

export const EVIDENCE = [
  "own-word",
  "birth-certificate",
  "court-order",
  "power-of-attorney",
  "deputyship",
  "consent-form",
  "seen-in-person",
  "assigned",
] as const;

export const EMERGENCY_CAUSES = ["life-at-risk", "safeguarding", "urgent-care", "legal-duty"] as const;

const shapes = {
  "relationship-started": z.strictObject({
    relationship: id,
    bond: z.enum(BONDS).exclude(["emergency"]),
    holder: id.describe("id of the person, team or organisation"),
    holder_kind: z.enum(["person", "team", "organisation"]),
    covers: covers.optional().describe("what it is limited to"),
    until: instant.optional(),
    evidence: z.enum(EVIDENCE),
  }),
  "relationship-offered": z.strictObject({
    relationship: id,
    bond: z.enum(["family"]),
    holder: id,
    covers: covers.optional(),
    until: instant.optional(),
  }),
  "relationship-declined": z.strictObject({ relationship: id }),
  "relationship-ended": z.strictObject({ relationship: id }),
  "record-opened-in-emergency": z.strictObject({
    relationship: id,
    holder: id,
    cause: z.enum(EMERGENCY_CAUSES),
    until: instant,
  }),
  "contact-changed": z.strictObject({}),
  "access-barred": z.strictObject({
    ban: id,
    kind: z.enum(["barred", "court-order", "details-hidden"]),
    holder: id,
    covers,
    until: instant.optional(),
  }),
  "access-bar-ended": z.strictObject({ ban: id }),
  "competence-decided": z.strictObject({
    decision: id,
    covers: covers.describe("what the child alone decides about"),
    until: instant.optional(),
  }),
  "competence-ended": z.strictObject({ decision: id }),
  "records-merged": z.strictObject({ merge: id, other: id, survives: z.boolean() }),
  "merge-undone": z.strictObject({ merge: id }),
  "post-given": z.strictObject({
    post: id,
    role: z.enum(POST_ROLES),
    organisation: id.optional(),
    service: id.optional(),
    area: id.optional(),
    until: instant.optional(),
  }),
  "post-ended": z.strictObject({ post: id }),
  "team-joined": z.strictObject({ membership: id, team: id, until: instant.optional() }),
  "team-left": z.strictObject({ membership: id }),
  "cover-arranged": z.strictObject({ membership: id, for: id, until: instant }),
  "cover-ended": z.strictObject({ membership: id }),
  "look-questioned": z.strictObject({ question: id, look: id }),
  "look-question-answered": z.strictObject({ question: id, outcome: z.enum(["in-order", "not-in-order"]) }),
  "look-withholding-asked": z.strictObject({ withholding: id, look: id, review: z.iso.date() }),
  "look-withholding-approved": z.strictObject({ withholding: id }),
  "look-withholding-ended": z.strictObject({ withholding: id }),
} as const;

export type PeopleFactType = keyof typeof shapes;
export type PeopleFactData<Type extends PeopleFactType> = z.output<(typeof shapes)[Type]>;

/** The body of a fact as it stands in the record. @throws when the record holds another shape than was declared. */
export function dataOf<Type extends PeopleFactType>(type: Type, data: unknown): PeopleFactData<Type> {
  return shapes[type].parse(data) as PeopleFactData<Type>;
}

const says: Readonly<Record<PeopleFactType, string>> = {
  "relationship-started": "Somebody, a team or an organisation may open this person's data.",
  "relationship-offered": "The person invited somebody to act for them.",
  "relationship-declined": "The invitation was declined or taken back.",
  "relationship-ended": "They may no longer.",
  "record-opened-in-emergency": "Staff opened the record of a person who is not theirs, with a reason.",
  "contact-changed": "How the person is reached was changed; the contact itself is in the vault.",
  "access-barred": "Somebody is shut off from this person's data, or from part of them.",
  "access-bar-ended": "They are no longer shut off.",
  "competence-decided": "A child decides alone about part of their data.",
  "competence-ended": "That decision no longer holds.",
  "records-merged": "Two records were found to be of one person.",
  "merge-undone": "They were not of one person after all.",
  "post-given": "A member of staff was given a post.",
  "post-ended": "The post ended.",
  "team-joined": "A member of staff joined a team.",
  "team-left": "They left it.",
  "cover-arranged": "A member of staff stands in for a colleague.",
  "cover-ended": "They no longer do.",
  "look-questioned": "The person asked why somebody looked at their data.",
  "look-question-answered": "The question was answered.",
  "look-withholding-asked": "Staff asked that a look be kept from view, because showing it would endanger somebody.",
  "look-withholding-approved": "A second person agreed, until a date of review.",
  "look-withholding-ended": "The look is shown again.",
};

const OF_STAFF: ReadonlySet<PeopleFactType> = new Set([
  "post-given",
  "post-ended",
  "team-joined",
  "team-left",
  "cover-arranged",
  "cover-ended",
]);

/** What is declared about each of these facts for the register of processing. */
export const peopleFacts: readonly FactDeclaration[] = (Object.keys(shapes) as PeopleFactType[]).map((type) => ({
  type,
  says: says[type],
  shape: shapes[type],
  purpose: OF_STAFF.has(type)
    ? "to let staff see what their work needs and nothing else"
    : "to let a person and those they trust see their data, and nobody else",
  lawfulBasis: "a public task (GDPR article 6(1)(e)) and the duty to keep data secure (article 5(1)(f), article 32)",
  sensitivity: "personal",
  retention: OF_STAFF.has(type) ? "six years after the post ended" : "as long as the person's record",
}));
