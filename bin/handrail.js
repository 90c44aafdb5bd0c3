#!/usr/bin/env node
// The launcher of the command line.
import { fileURLToPath } from "node:url";
import { handOver, isOwnNode } from "./own-node.js";

const cli = new URL("../src/cli.ts", import.meta.url);

if (isOwnNode()) {
  const { runCommandLine } = await import(cli.href);
  await runCommandLine();
} else {
  handOver(fileURLToPath(cli), process.argv.slice(2));
}
