// Plain JavaScript on purpose, as all of bin/: it must run on whatever Node the machine has, so that it can hand over to
// the project's own Node, or say what to do when that Node was not installed.
import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";

const NEEDED_MAJOR = 26;

/** True when the Node that runs this can run Handrail. */
export function isOwnNode() {
  return Number(process.versions.node.split(".")[0]) >= NEEDED_MAJOR;
}

/** Runs a script by the project's own Node with this process's terminal, and ends as it ends. */
export function handOver(script, words) {
  const own = fileURLToPath(new URL("../node_modules/node/bin/node", import.meta.url));
  if (!existsSync(own)) {
    console.error(
      `Handrail runs on Node ${NEEDED_MAJOR}, and this is Node ${process.versions.node}.\n` +
        `\`npm ci\` brings the right one as the npm package "node", but its install script did not run.\n` +
        `What to do: run \`npm rebuild node\` in this folder (npm 12 and later: \`npm approve-scripts node\` first), then try again.`,
    );
    process.exit(1);
  }
  const child = spawn(own, [script, ...words], { stdio: "inherit" });
  // Whoever stops this process means the program: without it the program would go on and hold the data folder.
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) process.on(signal, () => child.kill(signal));
  child.on("exit", (code, signal) => process.exit(code ?? (signal === null ? 1 : 128)));
}
