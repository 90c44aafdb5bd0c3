/**
 * A process to be killed: opens the folder and appends fact after fact, saying each one's number once it is
 * acknowledged. `node appender.ts FOLDER FIRST-NUMBER FACTS-AN-APPEND`
 */
import { writeSync } from "node:fs";
import { openDatabase } from "../../src/core/database/index.ts";
import { append, sequence } from "../../src/core/record/index.ts";
import { numberedFact } from "./numbered-fact.ts";

const [folder, first, size] = process.argv.slice(2);
const { db } = await openDatabase({ dataFolder: folder as string, mode: "hold" });
writeSync(1, "open\n");
for (let next = Number(first); ; next += Number(size)) {
  const facts = Array.from({ length: Number(size) }, (_, index) => numberedFact(next + index));
  const result = await append(db, { facts, projections: [], receivedAt: Temporal.Now.instant() });
  if (!result.ok) throw new Error(result.refusal.message);
  writeSync(1, `${facts.map((fact) => fact.id).join("\n")}\n`);
  if (next % 3 === 0) await sequence(db);
}
