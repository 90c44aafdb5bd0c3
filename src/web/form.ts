import { z } from "zod";
import type { Translate } from "./messages.ts";

/** What was typed, by field name, exactly as it came: it goes back into the form. */
export type Typed = Readonly<Record<string, string | readonly string[]>>;

/** One fault of a field, in words, as `govukErrorSummary` takes it. */
export type FieldError = { readonly field: string; readonly text: string; readonly href: string };

/** What a page with a form shows. In templates: `form.typed.reason`, `errorMessage: form.errors.reason`. */
export type FormView = {
  readonly typed: Typed;
  /** By field, as the `errorMessage` of the official macros; empty when all is well. */
  readonly errors: Readonly<Record<string, { readonly text: string }>>;
  /** For the error summary, which the shell draws by itself when the view-model has `form`. */
  readonly list: readonly FieldError[];
};

/** A form as it came in: its validated value, or faults. `typed` is there in both cases. */
export type FormResult<Value> =
  | { readonly ok: true; readonly value: Value; readonly typed: Typed }
  | { readonly ok: false; readonly faults: readonly Fault[]; readonly typed: Typed };

export type Fault = { readonly field: string; readonly text: string };

/** The view of a form nobody has filled in yet, every field of its schema empty or as given. */
export function emptyForm(schema: z.ZodType, typed: Typed = {}): FormView {
  return formView({ ...emptyFields(schema), ...typed }, []);
}

/** The view of a form that goes back to its writer with faults: those of the schema, or of the decision behind it. */
export function formView(typed: Typed, faults: readonly Fault[]): FormView {
  const errors: Record<string, { text: string }> = {};
  for (const { field, text } of faults) errors[field] ??= { text };
  const list = Object.entries(errors).map(([field, { text }]) => ({ field, text, href: `#${fieldId(field, typed)}` }));
  return { typed, errors, list };
}

/** Each field of an object schema as empty text: a template may then write any of them back. */
function emptyFields(schema: z.ZodType): Typed {
  return schema instanceof z.ZodObject ? Object.fromEntries(Object.keys(schema.shape).map((name) => [name, ""])) : {};
}

/** Checks a form's fields against its schema. Three fields `x-day`, `x-month`, `x-year` also make one field `x`. */
export function readForm(schema: z.ZodType, sent: Typed, t: Translate): FormResult<unknown> {
  const result = schema.safeParse(withDates(sent), { error: inWords(t) });
  const typed = { ...emptyFields(schema), ...sent };
  return result.success
    ? { ok: true, value: result.data, typed }
    : { ok: false, faults: faultsOf(result.error, t), typed };
}

/** The faults of a refused input, one sentence each, at the field they belong to. */
export function faultsOf(error: z.ZodError, t: Translate): readonly Fault[] {
  return error.issues.map((issue) => ({
    field: String(issue.path[0] ?? ""),
    text: t.has(issue.message) ? t(issue.message) : issue.message,
  }));
}

/** Reads a `URLSearchParams` or form body: a name that comes once is text, one that comes again a list. */
export function typedFrom(entries: Iterable<[string, unknown]>): Typed {
  // A map, because `__proto__` is a name like any other there.
  const typed = new Map<string, string | string[]>();
  for (const [name, value] of entries) {
    if (typeof value !== "string") continue;
    const before = typed.get(name);
    if (Array.isArray(before)) before.push(value);
    else typed.set(name, before === undefined ? value : [before, value]);
  }
  return Object.fromEntries(typed);
}

/**
 * Whether names and values are text that can be kept: no NUL, which PostgreSQL's text cannot hold, and no half of a pair of
 * UTF-16 units, which is no character. Nobody types either.
 */
export function isReadable(typed: Typed): boolean {
  const text = Object.entries(typed).flat(2);
  return text.every((each) => !each.includes("\0") && each.isWellFormed());
}

/** Years outside these are slips of the hand: nobody alive was born before, and no promise reaches further. */
const FIRST_YEAR = 1900;
const LAST_YEAR = 2200;

/**
 * A schema for a day in a form or query, `2025-03-14` or the three fields of a date input; an impossible date is refused,
 * and so is one before 1900 or after 2200.
 */
export const plainDate = z.string().transform((text, context) => {
  const parts = /^(\d{4})-(\d{1,2})-(\d{1,2})$/.exec(text);
  if (parts !== null) {
    const [year, month, day] = parts.slice(1).map(Number) as [number, number, number];
    try {
      const date = Temporal.PlainDate.from({ year, month, day }, { overflow: "reject" });
      if (year >= FIRST_YEAR && year <= LAST_YEAR) return date;
      context.addIssue({ code: "custom", message: "input.dateTooFar" });
      return z.NEVER;
    } catch {
      // Falls through to the one message: 31 February and "soon" get the same advice.
    }
  }
  context.addIssue({ code: "custom", message: text === "" ? "input.dateMissing" : "input.dateImpossible" });
  return z.NEVER;
});

/** The `items` of a `govukDateInput` named `field`, with what was typed. */
export function dateInputItems(form: FormView, field: string, t: Translate): readonly object[] {
  const wrong = form.errors[field] === undefined ? "" : " govuk-input--error";
  return (["day", "month", "year"] as const).map((part) => ({
    id: `${field}-${part}`,
    name: `${field}-${part}`,
    label: t(`input.${part}`),
    classes: `govuk-input--width-${part === "year" ? 4 : 2}${wrong}`,
    value: form.typed[`${field}-${part}`] ?? "",
  }));
}

/** Zod's faults in words of ours, where the schema itself says nothing better. */
export function inWords(t: Translate): z.core.$ZodErrorMap {
  return (issue) => {
    const name = String(issue.path?.[0] ?? "");
    const field = t.has(`field.${name}`) ? t(`field.${name}`) : name;
    const missing = issue.input === undefined || issue.input === "";
    if (missing) return t("input.missing", { field });
    switch (issue.code) {
      case "invalid_value":
        return t("input.oneOf", { field, values: issue.values.map(String).join(", ") });
      case "too_big":
        return t(issue.origin === "string" ? "input.tooLong" : "input.tooBig", { field, limit: Number(issue.maximum) });
      case "too_small":
        return t(issue.origin === "string" ? "input.tooShort" : "input.tooSmall", {
          field,
          limit: Number(issue.minimum),
        });
      default:
        return t("input.unreadable", { field });
    }
  };
}

function withDates(typed: Typed): Typed {
  const dates = new Map<string, string>();
  for (const name of Object.keys(typed)) {
    const field = /^(.+)-day$/.exec(name)?.[1];
    if (field === undefined) continue;
    const [year, month, day] = ["year", "month", "day"].map((part) => String(typed[`${field}-${part}`] ?? "").trim());
    dates.set(field, year === "" && month === "" && day === "" ? "" : `${year}-${month}-${day}`);
  }
  return { ...typed, ...Object.fromEntries(dates) };
}

function fieldId(field: string, typed: Typed): string {
  return `${field}-day` in typed ? `${field}-day` : field;
}
