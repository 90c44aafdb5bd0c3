/** What one module imports and touches, read from its syntax tree. */
import { posix } from "node:path";
import { parseSync } from "oxc-parser";

export interface Import {
  /** As written: `node:fs`, `kysely`, `../model/clock.ts`. */
  readonly specifier: string;
  /** The file of this repository it names; null for packages. */
  readonly file: string | null;
  /** True when nothing is loaded at run time: `import type`. */
  readonly typeOnly: boolean;
  readonly line: number;
}

export interface Touch {
  /** `Date`, `Temporal.Now`, `sql`, `.selectFrom`: what the module reaches for. */
  readonly name: string;
  readonly line: number;
}

export interface Module {
  readonly path: string;
  readonly imports: readonly Import[];
  /** The outside world that a pure file leaves alone. */
  readonly world: readonly Touch[];
  readonly sql: readonly Touch[];
}

const WORLD = new Set(["Date", "process", "fetch", "performance", "crypto", "globalThis", "setTimeout", "setInterval"]);
/** Members that reach outside, of globals that otherwise do not. */
const WORLD_MEMBERS: Readonly<Record<string, string>> = { Math: "random", Temporal: "Now" };
const QUERIES = new Set(
  "selectFrom selectNoFrom insertInto updateTable deleteFrom mergeInto replaceInto executeQuery".split(" "),
);

interface Node {
  readonly type: string;
  readonly start: number;
  readonly [member: string]: unknown;
}

/** @throws when the text is not TypeScript, naming the file. */
export function readModule(path: string, text: string): Module {
  const { program, errors } = parseSync(path, text);
  const [error] = errors;
  if (error !== undefined) throw new Error(`${path} cannot be read: ${error.message}`);
  const lineOf = (offset: number): number => text.slice(0, offset).split("\n").length;
  const imports: Import[] = [];
  const world: Touch[] = [];
  const sql: Touch[] = [];

  const addImport = (node: Node, typeOnly: boolean): void => {
    const specifier = stringValue(node["source"]);
    if (specifier === undefined) return;
    const file = specifier.startsWith(".") ? posix.normalize(posix.join(posix.dirname(path), specifier)) : null;
    imports.push({ specifier, file, typeOnly, line: lineOf(node.start) });
    if (specifier !== "kysely" || typeOnly) return;
    for (const part of (node["specifiers"] ?? []) as readonly Node[]) {
      const name = (part["imported"] as Node | undefined)?.["name"];
      if (part["importKind"] !== "type" && name === "sql") sql.push({ name, line: lineOf(part.start) });
    }
  };

  const visit = (node: Node, parent: Node | null, member: string): void => {
    switch (node.type) {
      case "ImportDeclaration":
        return addImport(node, node["importKind"] === "type");
      case "ExportNamedDeclaration":
      case "ExportAllDeclaration":
        addImport(node, node["exportKind"] === "type");
        break;
      case "ImportExpression":
        addImport(node, false);
        break;
      case "TSImportType":
        addImport(node, true);
        break;
      case "TSTypeAnnotation":
      case "TSTypeReference":
      case "TSTypeQuery":
        // Types reach nothing; but a type may name another module.
        break;
      case "MemberExpression": {
        const name = memberName(node);
        if (name !== undefined && QUERIES.has(name)) sql.push({ name: `.${name}`, line: lineOf(node.start) });
        break;
      }
      case "Identifier": {
        const touched = touches(node, parent, member);
        if (touched !== undefined) world.push({ name: touched, line: lineOf(node.start) });
      }
    }
    for (const [key, value] of Object.entries(node)) {
      for (const child of Array.isArray(value) ? value : [value]) {
        if (isNode(child)) visit(child, node, key);
      }
    }
  };
  visit(program as unknown as Node, null, "");
  return { path, imports, world, sql };
}

/** The global an identifier reaches for, unless it only names a member, a key or a type. */
function touches(node: Node, parent: Node | null, member: string): string | undefined {
  const name = node["name"] as string;
  if (parent === null || parent.type.startsWith("TS")) return undefined;
  const isMemberName = parent.type === "MemberExpression" && member === "property" && parent["computed"] !== true;
  const isKey = member === "key" && parent["computed"] !== true && parent["shorthand"] !== true;
  if (isMemberName || isKey) return undefined;
  if (WORLD.has(name)) return name;
  const outside = Object.hasOwn(WORLD_MEMBERS, name) ? WORLD_MEMBERS[name] : undefined;
  if (outside === undefined) return undefined;
  // `const { random } = Math` would hide what is taken: such a global is only ever followed by a plain member.
  const taken = parent.type === "MemberExpression" && member === "object" ? memberName(parent) : undefined;
  return taken === undefined || taken === outside ? `${name}.${taken ?? "…"}` : undefined;
}

function memberName(node: Node): string | undefined {
  const property = node["property"] as Node;
  return node["computed"] === true ? stringValue(property) : (property["name"] as string);
}

function stringValue(node: unknown): string | undefined {
  return isNode(node) && node.type === "Literal" && typeof node["value"] === "string" ? node["value"] : undefined;
}

function isNode(value: unknown): value is Node {
  return typeof value === "object" && value !== null && typeof (value as Node).type === "string";
}
