/** What the repository's own pages must agree with: settings, dependencies, and no path of somebody's machine. */
import { posix } from "node:path";

/** The environment's variables that a source file reads: `environment["PORT"]`, `process.env.PORT`. */
export function settingsRead(source: string): readonly string[] {
  const reads = /\b(?:environment|env)(?:\?\.)?(?:\.|\[")([A-Z][A-Z0-9_]*)\b/g;
  return [...new Set([...source.matchAll(reads)].map((match) => match[1] as string))];
}

/** The first cells of a Markdown page's tables that are one word of code: `| \`PORT\` | … |`, with the cell after it. */
export function documentedNames(markdown: string): ReadonlyMap<string, string> {
  const rows = markdown.matchAll(/^\| `([^`]+)`\s*\| ([^|]*?)\s*\|/gm);
  return new Map([...rows].map(([, name = "", next = ""]) => [name, next]));
}

/** What one list has and the other lacks, a sentence each. */
export function differences(
  inCode: Iterable<string>,
  onPage: Iterable<string>,
  words: { readonly missing: (name: string) => string; readonly left: (name: string) => string },
): readonly string[] {
  const [code, page] = [new Set(inCode), new Set(onPage)];
  return [...[...code.difference(page)].map(words.missing), ...[...page.difference(code)].map(words.left)];
}

const MACHINE = /(?<![\w.~/:-])\/(?:work|tmp|root|home)(?![\w-])/;

/** The lines of a text that name a folder of somebody's machine: `12: …`. */
export function machinePaths(text: string): readonly string[] {
  return text.split("\n").flatMap((line, index) => (MACHINE.test(line) ? [`${index + 1}: ${line.trim()}`] : []));
}

/** One exact version, no range: `1.2.3`, `1.5.6-r.1`. */
export function isExactVersion(version: string): boolean {
  return /^\d+\.\d+\.\d+(?:-[\w.]+)?$/.test(version);
}

/** The files a Markdown page links to, by path from the root; addresses, anchors and code left out. */
export function linkedFiles(path: string, markdown: string): readonly string[] {
  const prose = markdown.replaceAll(/```[^]*?```|`[^`\n]*`/g, "");
  const targets = [...prose.matchAll(/\]\(([^)\s#]+)(?:#[^)\s]*)?\)/g)].map((match) => match[1] as string);
  return targets
    .filter((target) => !/^[a-z]+:/.test(target) && !target.startsWith("/"))
    .map((target) => posix.normalize(posix.join(posix.dirname(path), target)));
}
