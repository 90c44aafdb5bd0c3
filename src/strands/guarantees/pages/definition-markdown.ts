import { inLanguage, nameLaw, readLaw } from "../model/definition.ts";
import type { DefinitionFile, ExampleFile, RuleFile } from "../model/language.ts";
import type { ClockRow } from "../model/row.ts";

/** A definition as a page of Markdown: its examples first, then versions, promises and rules with their paragraphs. */
export function definitionMarkdown(file: DefinitionFile, run: (example: ExampleFile) => readonly ClockRow[]): string {
  const say = (words: Parameters<typeof inLanguage>[0]) => inLanguage(words, "en");
  const law = (text: string) => nameLaw(file, readLaw(text));
  const lines: string[] = [
    `# ${say(file.name)} (\`${file.id}\`)`,
    "",
    say(file.about),
    "",
    `A ${file.status}. Days are those of ${file["time-zone"]}.`,
    "",
  ];
  lines.push("## Examples", "");
  for (const example of file.examples) {
    lines.push(`### ${example.name}`, "", `Source: ${example.source}.`, "", "```", ...example.events, "```", "");
    lines.push(...clockTable(run(example)), "");
  }
  lines.push("## Versions", "", "| version | from | until | what it says |", "| --- | --- | --- | --- |");
  for (const version of file.versions) {
    const until = version.repealed === undefined ? (version.until ?? "") : `repealed ${version.repealed}`;
    lines.push(`| ${version.id} | ${version.from} | ${until} | ${say(version.says)} (${law(version.law)}) |`);
  }
  lines.push("");
  for (const [id, parameter] of Object.entries(file.parameters ?? {})) {
    lines.push(`## Where readings disagree: \`${id}\``, "", parameter.question, "");
    for (const [choice, meaning] of Object.entries(parameter.choices))
      lines.push(`- \`${choice}\`${choice === parameter.default ? " (default)" : ""}: ${meaning}`);
    lines.push("", parameter.because, "");
  }
  for (const [id, promise] of Object.entries(file.promises)) {
    const limit =
      typeof promise.limit === "string"
        ? promise.limit
        : promise.limit
            .map(
              (one) =>
                `${one.is}${one.if === undefined ? "" : ` if ${one.if}`}${one.in === undefined ? "" : ` (${one.in.join(", ")})`}`,
            )
            .join("; ");
    lines.push(
      `## Promise \`${id}\`: ${say(promise.name)}`,
      "",
      `Limit: ${limit}.`,
      "",
      "| | event | rule | paragraph |",
      "| --- | --- | --- | --- |",
    );
    const groups = ["starts", "stops", "ends", "voids", "restarts", "pauses", "moves"] as const;
    for (const group of groups)
      for (const rule of promise[group] ?? []) lines.push(ruleRow(group, rule, say(rule.says), law(rule.law)));
    lines.push("");
  }
  return lines.join("\n").trimEnd();
}

function ruleRow(group: string, rule: RuleFile & Record<string, unknown>, says: string, law: string): string {
  const events = [rule["when"] ?? rule["from"]].flat().join(", ");
  const until = rule["until"] === undefined ? "" : ` until ${[rule["until"]].flat().join(", ")}`;
  const condition = rule["if"] === undefined ? "" : ` if ${String(rule["if"])}`;
  const versions = rule.in === undefined ? "" : ` (${rule.in.join(", ")})`;
  return `| ${group} | ${events}${condition}${until}${versions} | ${says} | ${law} |`;
}

function clockTable(rows: readonly ClockRow[]): string[] {
  if (rows.length === 0) return ["No clock starts."];
  return [
    "| promise | period | state | started | due | stopped | elapsed | excluded |",
    "| --- | --- | --- | --- | --- | --- | --- | --- |",
    ...rows.map(
      (row) =>
        `| ${row.promise} | ${row.period} | ${row.state} | ${row.started} | ${row.due} | ${row.stopped ?? ""} | ${row.elapsed} | ${row.excluded} |`,
    ),
  ];
}
