// The launcher of the tests: `npm test`.
import { fileURLToPath } from "node:url";
import { handOver, isOwnNode } from "./own-node.js";

const run = new URL("../tests/run.ts", import.meta.url);

if (isOwnNode()) await import(run.href);
else handOver(fileURLToPath(run), process.argv.slice(2));
