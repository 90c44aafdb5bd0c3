import { inLanguage } from "../model/definition.ts";
import type { FieldFile } from "../model/language.ts";
import type { Words } from "./moments.ts";

/** What a field of an event says, as a reader meets it: "Who cancelled: The hospital"; "Agreed: no"; "First received: 3 July 2026". */
export function fieldWords(field: FieldFile, value: unknown, { t, formats }: Words): string {
  const says = inLanguage(field.says, t.language);
  const text = String(value);
  switch (field.type) {
    case "choice": {
      const choice = field.choices?.[text];
      return t("field.says", { says, value: choice === undefined ? text : inLanguage(choice, t.language) });
    }
    case "yes-no":
      return text === "true" ? says : t("field.says", { says, value: t("definition.no") });
    case "date":
      return t("field.says", { says, value: isDate(text) ? formats.plainDate(Temporal.PlainDate.from(text)) : text });
    case "number":
    case "text":
      return t("field.says", { says, value: text });
  }
}

function isDate(text: string): boolean {
  return /^\d{4}-\d{2}-\d{2}$/.test(text);
}

/** "by is not person" of a rule, in the words of the fields: "Who asked for it: not The person". What is no such test stays as written. */
export function conditionWords(fields: Readonly<Record<string, FieldFile>>, condition: string, words: Words): string {
  const { t } = words;
  return condition
    .split(" and ")
    .map((part) => {
      const [, name = "", not, value = ""] = /^(\w+) is (not )?([\w-]+)$/.exec(part) ?? [];
      const field = fields[name];
      if (field === undefined) return part;
      if (field.type === "yes-no") return fieldWords(field, (value === "true") === (not === undefined), words);
      const choice = field.choices?.[value];
      const says = inLanguage(field.says, t.language);
      const text = choice === undefined ? value : inLanguage(choice, t.language);
      return t("field.says", { says, value: not === undefined ? text : t("field.not", { value: text }) });
    })
    .join("; ");
}
