/**
 * What each type of fact is, why the body may hold it and for how long: declared once, beside the code that writes it.
 * The declarations check every fact before it is appended, and give the processing register (GDPR, article 30) in
 * docs/generated/data.md. Pure.
 */
import { z } from "zod";
import { type NewFact, WITHDRAWN_ENTRY } from "./fact.ts";

/**
 * - `not-personal`: about a service or a project, nobody can be singled out.
 * - `personal`: about a person (GDPR article 4(1)).
 * - `special`: health, and the other categories of GDPR article 9(1).
 */
export type Sensitivity = "not-personal" | "personal" | "special";

export interface FactDeclaration {
  readonly type: string;
  /** What it says about somebody, in words they understand. */
  readonly says: string;
  /** The body of the fact. Members that the shape does not name are refused, unless it is a loose object. */
  readonly shape: z.ZodType;
  readonly purpose: string;
  /** The ground in law, with its paragraph. */
  readonly lawfulBasis: string;
  readonly sensitivity: Sensitivity;
  /** How long it is kept, from when, and what happens then. */
  readonly retention: string;
}

export type FactDeclarations = ReadonlyMap<string, FactDeclaration>;

/** The entry every strand shares: one that cancels another. */
export const withdrawnEntryDeclaration: FactDeclaration = {
  type: WITHDRAWN_ENTRY,
  says: "An earlier entry was wrong and does not count.",
  shape: z.looseObject({}),
  purpose: "to correct the record without hiding what it said before",
  lawfulBasis: "the duty to keep data accurate (GDPR article 5(1)(d)) and the right to rectification (article 16)",
  sensitivity: "personal",
  retention: "as long as the entry it cancels",
};

/** @throws when two strands declare the same type. */
export function declareFacts(declarations: readonly FactDeclaration[]): FactDeclarations {
  const byType = new Map<string, FactDeclaration>();
  for (const declaration of [withdrawnEntryDeclaration, ...declarations]) {
    if (byType.has(declaration.type)) throw new Error(`The fact type ${declaration.type} is declared twice.`);
    byType.set(declaration.type, declaration);
  }
  return byType;
}

export interface FactProblem {
  readonly factId: string;
  /** The member that is wrong, e.g. `data.by` or `occurredOn`. */
  readonly member: string;
  readonly message: string;
}

const LONGEST_ID = 200;
const LARGEST_DATA_BYTES = 16_384;
const LONGEST_REASON = 2_000;
// What PostgreSQL's text and jsonb cannot hold: NUL, and halves of surrogate pairs.
const UNSTORABLE = /\0|[\uD800-\uDBFF](?![\uDC00-\uDFFF])|(?<![\uD800-\uDBFF])[\uDC00-\uDFFF]/;

/** What is wrong with a fact, each with what was expected; empty when it may be appended. */
export function checkFact(declarations: FactDeclarations, fact: NewFact): readonly FactProblem[] {
  const problems: FactProblem[] = [];
  const problem = (member: string, message: string): void => void problems.push({ factId: fact.id, member, message });

  for (const member of [
    "id",
    "subjectId",
    "caseId",
    "replaces",
    "organisationId",
    "serviceId",
    "areaCode",
    "recordedBy",
  ] as const) {
    const value = fact[member];
    if (value === null) continue;
    if (value.length === 0 || value.length > LONGEST_ID)
      problem(member, `has ${value.length} characters; 1 to ${LONGEST_ID} are taken`);
    if (UNSTORABLE.test(value))
      problem(member, "holds a character that cannot be stored (NUL or half a surrogate pair)");
  }
  if (fact.reason !== null) {
    if (fact.reason.length > LONGEST_REASON)
      problem("reason", `has ${fact.reason.length} characters; at most ${LONGEST_REASON} are taken`);
    if (UNSTORABLE.test(fact.reason))
      problem("reason", "holds a character that cannot be stored (NUL or half a surrogate pair)");
  }
  if (fact.type === WITHDRAWN_ENTRY && fact.replaces === null) {
    problem("replaces", "is missing: an entry that withdraws another names it");
  }
  if (fact.replaces === fact.id) problem("replaces", "names the fact itself");

  const declaration = declarations.get(fact.type);
  if (declaration === undefined) {
    const near = nearest(fact.type, [...declarations.keys()]);
    problem("type", `"${fact.type}" is not a type of fact${near === undefined ? "" : `; did you mean "${near}"?`}`);
    return problems;
  }
  const json = JSON.stringify(fact.data);
  if (json.length > LARGEST_DATA_BYTES)
    problem("data", `is ${json.length} characters of JSON; at most ${LARGEST_DATA_BYTES} are taken`);
  if (UNSTORABLE.test(json) || /(?<!\\)(?:\\\\)*\\u(?:0000|[dD][89a-fA-F])/.test(json)) {
    problem("data", "holds a character that cannot be stored (NUL or half a surrogate pair)");
  }
  const parsed = declaration.shape.safeParse(fact.data);
  if (!parsed.success) {
    for (const issue of parsed.error.issues) problem(["data", ...issue.path].join("."), issue.message);
  }
  return problems;
}

/** The text of docs/generated/data.md: what is held about people, why, on what ground and for how long. */
export function describeData(
  strands: readonly { readonly name: string; readonly facts: readonly FactDeclaration[] }[],
): string {
  const lines = [
    "# What is on record, and why",
    "",
    "Generated from the declarations of the fact types: do not edit. It is the register of processing (GDPR, article 30)",
    "and the beginning of the body's data protection impact assessment. Names, contacts and identifiers are not in the",
    "record: they are in the vault, encrypted with a key per person.",
    "",
  ];
  for (const { name, facts } of strands) {
    lines.push(
      `## ${name}`,
      "",
      "| fact | what it says | what it holds | purpose | lawful basis | sensitivity | kept |",
      `|${" --- |".repeat(7)}`,
    );
    for (const fact of [...facts].sort((left, right) => (left.type < right.type ? -1 : 1))) {
      const cells = [
        `\`${fact.type}\``,
        fact.says,
        describeShape(fact.shape),
        fact.purpose,
        fact.lawfulBasis,
        fact.sensitivity,
        fact.retention,
      ];
      lines.push(`| ${cells.map((cell) => cell.replaceAll("|", "\\|").replaceAll("\n", " ")).join(" | ")} |`);
    }
    lines.push("");
  }
  return lines.join("\n");
}

function describeShape(shape: z.ZodType): string {
  const schema = z.toJSONSchema(shape, { unrepresentable: "any", io: "input" });
  const required = new Set(schema.required ?? []);
  const members = Object.entries(schema.properties ?? {}).map(([name, member]) => {
    const words = typeof member === "boolean" ? undefined : (member.description ?? member.enum?.join(", "));
    return `\`${name}\`${required.has(name) ? "" : " (optional)"}${words === undefined ? "" : `: ${words}`}`;
  });
  return members.length === 0 ? "nothing further" : members.join("; ");
}

/** The declared type that was probably meant, for somebody who mistyped one. */
export function typeMeant(declarations: FactDeclarations, type: string): string | undefined {
  return nearest(type, [...declarations.keys()]);
}

/** The candidate with the fewest differing letters, when those are few enough to be a slip of the finger. */
function nearest(word: string, candidates: readonly string[]): string | undefined {
  let best: { readonly candidate: string; readonly distance: number } | undefined;
  for (const candidate of candidates) {
    const distance = editDistance(word, candidate);
    if (best === undefined || distance < best.distance) best = { candidate, distance };
  }
  return best !== undefined && best.distance <= Math.max(2, word.length / 4) ? best.candidate : undefined;
}

/** Levenshtein's distance. */
function editDistance(left: string, right: string): number {
  let row = Array.from({ length: right.length + 1 }, (_, index) => index);
  for (let i = 1; i <= left.length; i += 1) {
    const next = [i];
    for (let j = 1; j <= right.length; j += 1) {
      const change = (row[j - 1] as number) + (left[i - 1] === right[j - 1] ? 0 : 1);
      next.push(Math.min(change, (row[j] as number) + 1, (next[j - 1] as number) + 1));
    }
    row = next;
  }
  return row[right.length] as number;
}
