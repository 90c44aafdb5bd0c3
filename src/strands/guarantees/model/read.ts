import { isMap, isScalar, LineCounter, parseDocument, type Document } from "yaml";
import { z } from "zod";
import {
  calendarSchema,
  definitionSchema,
  overlaySchema,
  type CalendarFile,
  type DefinitionFile,
  type OverlayFile,
} from "./language.ts";

/** Something wrong in a file: where it stands (from 1), what it is, and what to write instead. */
export type Problem = { readonly line: number; readonly column: number; readonly message: string };

/** Where in the file a check found something: the keys that lead there. */
export type Path = readonly (string | number)[];

/** Line and column of what a path leads to: its value, or its key. */
export type Locate = (path: Path, part?: "value" | "key") => { readonly line: number; readonly column: number };
export type ReadFile<File> = { readonly file: File; readonly locate: Locate };
export type ReadResult<File> =
  | { readonly ok: true; readonly value: ReadFile<File> }
  | { readonly ok: false; readonly problems: readonly Problem[] };

/** Reads a definition file's text as far as its shape; `check.ts` looks at its meaning. */
export function readDefinition(text: string): ReadResult<DefinitionFile> {
  return read(text, definitionSchema);
}

export function readOverlay(text: string): ReadResult<OverlayFile> {
  return read(text, overlaySchema);
}

export function readCalendar(text: string): ReadResult<CalendarFile> {
  return read(text, calendarSchema);
}

function read<File>(text: string, schema: z.ZodType<File>): ReadResult<File> {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false });
  const error = document.errors[0];
  if (error !== undefined) {
    // One slip makes many errors; the first is where to look.
    const { line, col } = lines.linePos(error.pos[0]);
    return {
      ok: false,
      problems: [{ line, column: col, message: `this is not YAML here: ${error.message}${advice(error.code)}` }],
    };
  }
  const locate = locator(document, lines);
  if (!isMap(document.contents)) {
    return {
      ok: false,
      problems: [{ line: 1, column: 1, message: "the file holds no definition: begin it with `id: `, one key a line" }],
    };
  }
  const parsed = schema.safeParse(document.toJS());
  if (parsed.success) return { ok: true, value: { file: parsed.data, locate } };
  const keys = keysOf(schema);
  const problems = parsed.error.issues.flatMap((issue) => problemsOf(issue, keys, locate));
  return { ok: false, problems: problems.toSorted((a, b) => a.line - b.line || a.column - b.column) };
}

function problemsOf(issue: z.core.$ZodIssue, keys: readonly string[], locate: Locate): Problem[] {
  const path = issue.path.filter((key): key is string | number => typeof key !== "symbol");
  if (issue.code === "unrecognized_keys") {
    return issue.keys.map((key) => {
      const near = nearest(key, keys);
      const hint = near === undefined ? "take it out" : `write "${near}" instead, or take it out`;
      return {
        ...locate([...path, key], "key"),
        message: `${place(path)}"${key}" is not a word of the language here: ${hint}`,
      };
    });
  }
  if (issue.code === "invalid_union") {
    const inner = issue.errors.toSorted((a, b) => depth(b) - depth(a))[0]?.[0];
    if (inner !== undefined) return problemsOf({ ...inner, path: [...path, ...inner.path] }, keys, locate);
  }
  if (issue.code === "invalid_value") {
    const wanted = issue.values.map((value) => `"${String(value)}"`).join(", ");
    return [{ ...locate(path), message: `${place(path)}write ${issue.values.length > 1 ? "one of " : ""}${wanted}` }];
  }
  if (issue.code === "invalid_type" && issue.message.includes("undefined")) {
    const key = path.at(-1);
    return [
      { ...locate(path.slice(0, -1)), message: `${place(path.slice(0, -1))}"${String(key)}" is missing: add it` },
    ];
  }
  if (issue.code === "invalid_type" && issue.expected === "string") {
    return [
      {
        ...locate(path),
        message: `${place(path)}write a text here; one that looks like a number goes in quotes, as "2019"`,
      },
    ];
  }
  return [{ ...locate(path), message: `${place(path)}${issue.message}` }];
}

/** What usually lies behind an error of YAML, and what to do. */
function advice(code: string): string {
  switch (code) {
    case "TAB_AS_INDENT":
      return ". Indent with spaces, never with tabs";
    case "BAD_INDENT":
    case "MULTILINE_IMPLICIT_KEY":
    case "UNEXPECTED_TOKEN":
    case "MISSING_CHAR":
      return ". Look at the indentation of this line and the one above, and put texts with a colon, comma or bracket in quotes";
    case "DUPLICATE_KEY":
      return ". This key stands twice in one map: take one out, or rename it";
    default:
      return "";
  }
}

function depth(issues: readonly z.core.$ZodIssue[]): number {
  return Math.max(0, ...issues.map((issue) => issue.path.length));
}

function place(path: Path): string {
  return path.length === 0 ? "" : `${path.join(" › ")}: `;
}

/** Line and column of the node a path leads to; of the nearest one above it when there is none. */
function locator(document: Document, lines: LineCounter): Locate {
  return (path, part = "value") => {
    if (part === "key") {
      const above = path.length === 1 ? document.contents : document.getIn(path.slice(0, -1), true);
      const pair = isMap(above)
        ? above.items.find((item) => isScalar(item.key) && item.key.value === path.at(-1))
        : undefined;
      const start = isScalar(pair?.key) ? pair.key.range?.[0] : undefined;
      if (start !== undefined) {
        const { line, col } = lines.linePos(start);
        return { line, column: col };
      }
    }
    for (let length = path.length; length >= 0; length--) {
      const node = length === 0 ? document.contents : document.getIn(path.slice(0, length), true);
      const range = (node as { range?: readonly number[] | null } | undefined)?.range;
      if (range?.[0] === undefined) continue;
      const { line, col } = lines.linePos(range[0]);
      return { line, column: col };
    }
    return { line: 1, column: 1 };
  };
}

/** Every key the language knows, for "did you mean". */
function keysOf(schema: z.ZodType): readonly string[] {
  const keys = new Set<string>();
  const walk = (node: unknown): void => {
    if (node === null || typeof node !== "object") return;
    const properties = (node as { properties?: object }).properties;
    if (properties !== undefined) for (const key of Object.keys(properties)) keys.add(key);
    for (const child of Object.values(node)) walk(child);
  };
  walk(z.toJSONSchema(schema, { io: "input" }));
  return [...keys];
}

/** The known word that differs in at most two letters, or undefined. */
export function nearest(word: string, known: readonly string[]): string | undefined {
  const scored = known.map((candidate) => ({ candidate, distance: editDistance(word, candidate) }));
  const best = scored.toSorted((a, b) => a.distance - b.distance)[0];
  return best !== undefined && best.distance <= 2 && best.distance < word.length ? best.candidate : undefined;
}

function editDistance(a: string, b: string): number {
  let previous = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 1; i <= a.length; i++) {
    const current = [i];
    for (let j = 1; j <= b.length; j++) {
      const change = (previous[j - 1] as number) + (a[i - 1] === b[j - 1] ? 0 : 1);
      current.push(Math.min(change, (previous[j] as number) + 1, (current[j - 1] as number) + 1));
    }
    previous = current;
  }
  return previous[b.length] as number;
}
