/**
 * Conditions on the fields of an event, in words a policy officer reads aloud:
 *
 *     assessment_needed is true and assessed is not true
 *     by is one of doctor, nurse
 *     age is under 23 or age is missing
 *
 * `and` binds closer than `or`; there are no brackets: whoever needs them writes two rules.
 */
export type FieldValue = string | number | boolean;
export type EventData = Readonly<Record<string, unknown>>;

export type Test =
  | { readonly kind: "is"; readonly field: string; readonly values: readonly FieldValue[] }
  | { readonly kind: "is-not"; readonly field: string; readonly values: readonly FieldValue[] }
  | { readonly kind: "compare"; readonly field: string; readonly by: Comparison; readonly number: number }
  | { readonly kind: "present"; readonly field: string }
  | { readonly kind: "missing"; readonly field: string };

export type Comparison = "under" | "at least" | "over" | "at most";

/** Any of the inner lists, all of whose tests hold. */
export type Condition = { readonly words: string; readonly anyOf: readonly (readonly Test[])[] };

const TEST = /^([a-z][a-z0-9_]*) is (.+)$/;

/** Reads a condition; a string is the sentence that says what is wrong and what to write. */
export function readCondition(text: string): Condition | string {
  const anyOf: Test[][] = [];
  for (const alternative of text.split(/ or /)) {
    const all: Test[] = [];
    for (const part of alternative.split(/ and /)) {
      const test = readTest(part.trim());
      if (typeof test === "string") return test;
      all.push(test);
    }
    anyOf.push(all);
  }
  return { words: text, anyOf };
}

function readTest(text: string): Test | string {
  const match = TEST.exec(text);
  if (match === null) {
    return `"${text}" is not a condition: write a field, "is" and a value, such as \`urgent is true\` or \`age is under 23\``;
  }
  const field = match[1] as string;
  const rest = (match[2] as string).trim();
  if (rest === "missing") return { kind: "missing", field };
  if (rest === "present") return { kind: "present", field };
  const comparison = /^(under|at least|over|at most) (.+)$/.exec(rest);
  if (comparison !== null) {
    const number = Number(comparison[2]);
    if (!Number.isFinite(number))
      return `"${comparison[2]}" is not a number: write \`${field} is ${comparison[1]} 23\``;
    return { kind: "compare", field, by: comparison[1] as Comparison, number };
  }
  const negative = rest.startsWith("not ");
  const list = (negative ? rest.slice(4) : rest).replace(/^one of /, "");
  const values = list.split(",").map((value) => value.trim());
  if (values.some((value) => value === "" || value.includes(" "))) {
    return `"${rest}" is not a value: write one word, or \`${field} is one of doctor, nurse\``;
  }
  return { kind: negative ? "is-not" : "is", field, values: values.map(readValue) };
}

/** A value as an event file or a condition writes it: `true`, `false`, a number, or a word. */
export function readValue(text: string): FieldValue {
  if (text === "true") return true;
  if (text === "false") return false;
  // "0012" and a number of twenty digits are names: as numbers they would not be the same when written again.
  if (/^-?\d+(\.\d+)?$/.test(text) && String(Number(text)) === text) return Number(text);
  return text;
}

/** Does the condition hold for an event's fields? A missing field is not equal to anything and compares as false. */
export function holds(condition: Condition, data: EventData): boolean {
  return condition.anyOf.some((all) => all.every((test) => testHolds(test, data)));
}

function testHolds(test: Test, data: EventData): boolean {
  const value = data[test.field];
  const missing = value === undefined || value === null || value === "";
  switch (test.kind) {
    case "missing":
      return missing;
    case "present":
      return !missing;
    case "is":
      return !missing && test.values.some((expected) => same(value, expected));
    case "is-not":
      return missing || !test.values.some((expected) => same(value, expected));
    case "compare":
      return !missing && compares(Number(value), test.by, test.number);
  }
}

/** Files carry `true` and 23 as words too: they are compared as they are written. */
function same(value: unknown, expected: FieldValue): boolean {
  return value === expected || String(value) === String(expected);
}

function compares(value: number, by: Comparison, number: number): boolean {
  switch (by) {
    case "under":
      return value < number;
    case "at least":
      return value >= number;
    case "over":
      return value > number;
    case "at most":
      return value <= number;
  }
}

/** The fields a condition looks at. */
export function fieldsOf(condition: Condition): readonly string[] {
  return [...new Set(condition.anyOf.flat().map((test) => test.field))];
}
