import { z } from "zod";
import { definitionSchema } from "./language.ts";

/** Address under which the site publishes the schema; a definition file names it so that editors complete and check. */
export const SCHEMA_PATH = "/schemas/definition.json";

/** The definition language as JSON Schema (draft 2020-12), for editors. */
export function definitionJsonSchema(): object {
  const schema = z.toJSONSchema(definitionSchema, { io: "input" });
  return {
    ...schema,
    title: "Handrail definition",
    description: "A public promise as Handrail reads it: what starts, stops and pauses its clocks.",
  };
}
