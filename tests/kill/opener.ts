/**
 * A process that opens a folder, says how, and does what it is told line by line on its standard input.
 * `node opener.ts FOLDER hold|use`
 */
import { createInterface } from "node:readline";
import { writeSync } from "node:fs";
import { openDatabase } from "../../src/core/database/index.ts";
import { append, countFacts } from "../../src/core/record/index.ts";
import { numberedFact } from "./numbered-fact.ts";

const [folder, mode] = process.argv.slice(2);
const say = (line: string): void => void writeSync(1, `${line}\n`);
try {
  const { db, kind, close } = await openDatabase({
    dataFolder: folder as string,
    mode: mode as "hold" | "use",
  });
  say(kind);
  for await (const line of createInterface({ input: process.stdin })) {
    const [command, number] = line.split(" ");
    if (command === "append") {
      const result = await append(db, {
        facts: [numberedFact(Number(number))],
        projections: [],
        receivedAt: Temporal.Now.instant(),
      });
      say(result.ok ? `appended ${result.appended.length}` : result.refusal.message);
    } else if (command === "count") {
      say(`count ${await countFacts(db)}`);
    } else if (command === "hang-in-transaction") {
      await db.transaction().execute(async (transaction) => {
        await transaction.deleteFrom("fact").execute();
        say("hanging");
        await new Promise((resolve) => setTimeout(resolve, 60_000));
      });
    }
  }
  await close();
  say("closed");
} catch (error) {
  say(`refused: ${(error as Error).message}`);
}
