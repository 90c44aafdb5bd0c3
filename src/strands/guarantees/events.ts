import { z } from "zod";
import type { FactDeclaration } from "../../core/record/index.ts";
import type { Library } from "./library.ts";
import { inLanguage } from "./model/definition.ts";
import type { DefinitionFile, FieldFile } from "./model/language.ts";

/**
 * The facts of this strand are the events of its definitions. A type that several definitions name is declared once,
 * with the fields and the reasons of all of them.
 */
export function guaranteeFacts(library: Library): readonly FactDeclaration[] {
  const byType = new Map<string, DefinitionFile[]>();
  for (const file of library.definitions.values()) {
    for (const type of Object.keys(file.events)) byType.set(type, [...(byType.get(type) ?? []), file]);
  }
  return [...byType].map(([type, files]) => declare(type, files));
}

function declare(type: string, files: readonly DefinitionFile[]): FactDeclaration {
  const fields: Record<string, FieldFile> = {};
  for (const file of files) Object.assign(fields, file.events[type]?.fields);
  const each = (read: (file: DefinitionFile) => string) => [...new Set(files.map(read))].join("; ");
  return {
    type,
    says: inLanguage(files[0]?.events[type]?.says ?? type, "en"),
    // Senders may say more than the rules look at; what is more is kept, and not personal data by the sender's word.
    shape: z.looseObject(
      Object.fromEntries(Object.entries(fields).map(([name, field]) => [name, shapeOf(field).optional()])),
    ),
    purpose: each((file) => file.purpose),
    lawfulBasis: each((file) => file["lawful-basis"]),
    sensitivity: files.some((file) => file.sensitivity === "special category") ? "special" : "personal",
    retention: each((file) => file.retention),
  };
}

function shapeOf(field: FieldFile): z.ZodType {
  switch (field.type) {
    case "yes-no":
      return z.boolean();
    case "number":
      return z.number();
    case "date":
    case "choice":
    case "text":
      return z.string();
  }
}
