/** Writes docs/generated anew. Run with: npm run docs */
import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { generateDocuments } from "../tests/house/documents.ts";
import { ROOT } from "../tests/house/tree.ts";

for (const [path, text] of await generateDocuments()) {
  const file = join(ROOT, path);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, text);
  console.log(path);
}
