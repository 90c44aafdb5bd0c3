import type { Command } from "commander";
import type { Database } from "../../core/database/index.ts";
import { formatTable } from "../../core/terminal/table.ts";
import { readStarted, type StartedCourse } from "./store.ts";

/** Opens the record for a command, and closes it after. One that only reads leaves no mark. */
export type WithRecord = (
  purpose: "read" | "write",
  body: (tools: { readonly db: Database }) => Promise<void>,
) => Promise<void>;

/** Courses that `list` shows at most. */
const LIST_LIMIT = 1_000;

/** This strand's part of the command line. */
export function add__Pascal__Commands(program: Command, withRecord: WithRecord): void {
  program
    .command("__name__")
    .summary("work with __name__")
    .command("list")
    .summary("the courses started last")
    .description(`Lists the courses by the day they were started, the latest first; at most ${LIST_LIMIT}.`)
    .action(async () =>
      withRecord("read", async ({ db }) => {
        const table = formatTable<StartedCourse>(
          [
            { title: "person", value: (course) => course.subjectId },
            { title: "course", value: (course) => course.caseId },
            { title: "from", value: (course) => String(course.from) },
          ],
          await readStarted(db, LIST_LIMIT),
          process.stdout.hasColors?.() ?? false,
        );
        process.stdout.write(`${table}\n`);
      }),
    );
}
