/** `npm run bench [-- --quick]`: every benchmark beside its peer in the same run; a table on the terminal, JSON in a file. */
import { mkdirSync, writeFileSync } from "node:fs";
import { availableParallelism, cpus, totalmem } from "node:os";
import { join } from "node:path";
import { formatTable } from "../src/core/terminal/table.ts";
import { benchDecision, type AccessResult } from "./access.ts";
import { benchEnglishWaits } from "./english-waits.ts";
import type { Comparison } from "./measure.ts";
import { benchOutbox, type OutboxResult } from "./outbox.ts";
import { benchRuleEngines } from "./rule-engines.ts";
import { benchSite, type SiteResult } from "./site.ts";

const quick = process.argv.includes("--quick");
const FOLDER = join(import.meta.dirname, "..", ".cache", "bench");
const cases = quick ? 20_000 : 2_000_000;
const rounds = quick ? 2 : 5;

const { waits, comparisons, peakMegabytes } = await benchEnglishWaits(cases, rounds);
// In memory: the rule engines' events are in memory too, and grouped and sorted already, which ours are not.
const perCase = (comparisons[2]?.ourMilliseconds ?? NaN) / cases;
const engines = await benchRuleEngines(waits, quick ? 500 : 20_000, quick ? 1 : 3, perCase);
const { site, lists } = await benchSite(quick ? 500 : 60_000, quick ? 50 : 1_000);
const access = [...benchDecision(quick ? 20 : 200), ...lists];
const outbox = await benchOutbox(quick ? 1_000 : 10_000);
const machine = {
  cpu: cpus()[0]?.model ?? "unknown",
  cores: availableParallelism(),
  memoryGigabytes: Math.round(totalmem() / 2 ** 30),
  node: process.version,
};

const report = {
  at: new Date().toISOString(),
  machine,
  cases,
  events: waits.events,
  peakMegabytes,
  comparisons: [...comparisons, ...engines],
  site,
  access,
  outbox,
};
mkdirSync(FOLDER, { recursive: true });
const file = join(FOLDER, quick ? "results-quick.json" : "results.json");
writeFileSync(file, `${JSON.stringify(report, null, 2)}\n`);

const number = (value: number, digits = 0) => value.toFixed(digits);
process.stdout.write(
  `${cases} cases, ${waits.events} events; ${machine.cores} cores, ${machine.cpu}; peak memory with both engines in the process, files only: ${peakMegabytes} MB\n\n`,
);
process.stdout.write(
  `${formatTable<Comparison>(
    [
      { title: "what", value: (row) => row.name },
      { title: "peer", value: (row) => row.peer },
      { title: "ours, ms", value: (row) => number(row.ourMilliseconds), align: "right" },
      { title: "peer, ms", value: (row) => number(row.peerMilliseconds), align: "right" },
      { title: "times faster", value: (row) => number(row.ratio, 2), align: "right" },
      { title: "goal", value: (row) => number(row.goal, 1), align: "right" },
    ],
    report.comparisons,
    process.stdout.hasColors?.() ?? false,
  )}\n\n`,
);
process.stdout.write(
  `${formatTable<AccessResult>(
    [
      { title: "access", value: (row) => row.name },
      { title: "ours", value: (row) => row.ours, align: "right" },
      { title: "CASL", value: (row) => row.peer, align: "right" },
      { title: "ratio", value: (row) => row.ratio, align: "right" },
      { title: "goal", value: (row) => row.goal },
    ],
    access,
    process.stdout.hasColors?.() ?? false,
  )}\n\n`,
);
process.stdout.write(
  `${formatTable<OutboxResult>(
    [
      { title: "messages a second, to a stand-in of Notify", value: (row) => row.name },
      { title: "queued", value: (row) => number(row.queued), align: "right" },
      { title: "handed over", value: (row) => number(row.handedOver), align: "right" },
      { title: "bare client", value: (row) => number(row.peer), align: "right" },
      { title: "goal", value: (row) => number(row.goal), align: "right" },
    ],
    outbox,
    process.stdout.hasColors?.() ?? false,
  )}\n\n`,
);
process.stdout.write(
  `${formatTable<SiteResult>(
    [
      { title: "what", value: (row) => row.name },
      { title: "p50, ms", value: (row) => number(row.p50, 2), align: "right" },
      { title: "p99, ms", value: (row) => number(row.p99, 2), align: "right" },
      {
        title: "bare SQL p50, ms",
        value: (row) => (row.peerP50 === null ? "" : number(row.peerP50, 2)),
        align: "right",
      },
      { title: "goal", value: (row) => row.goal },
    ],
    site,
    process.stdout.hasColors?.() ?? false,
  )}\n\nAll of it as JSON: ${file}\n`,
);
