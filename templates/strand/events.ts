import { z } from "zod";
import type { FactDeclaration } from "../../core/record/index.ts";

export const STARTED = "__name__-started";
export const ENDED = "__name__-ended";

/** Why a course ended. */
export const ENDINGS = ["completed", "withdrew", "died"] as const;

const held = {
  purpose: "to provide __name__, and to tell people where they stand",
  lawfulBasis: "public task (UK GDPR article 6(1)(e))",
  sensitivity: "personal",
  retention: "six years after the course ends; then the key is ended",
} as const;

/** The facts this strand writes to the record. */
export const __camel__Facts: readonly FactDeclaration[] = [
  { ...held, type: STARTED, says: "Your course began.", shape: z.strictObject({}) },
  { ...held, type: ENDED, says: "Your course ended.", shape: z.strictObject({ why: z.enum(ENDINGS) }) },
];
