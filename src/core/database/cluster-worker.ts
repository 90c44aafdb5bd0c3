/**
 * The embedded cluster, in a thread of its own.
 *
 * PGlite is PostgreSQL in WebAssembly: a query blocks the event loop it runs on (2.6 s for an aggregate over a
 * million rows), so it gets a thread, and everyone talks to it as to any PostgreSQL: by the wire protocol over a Unix
 * socket. The site and a command line beside it are thereby the same kind of client. `docs/decisions` says why
 * `@electric-sql/pglite-socket` is not used: it lets one client's statements run inside another's transaction.
 */
import { chmodSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { parentPort, workerData } from "node:worker_threads";
import { PGlite } from "@electric-sql/pglite";
import { createTurns } from "./turns.ts";
import { serveClient } from "./wire.ts";

export interface ClusterWorkerData {
  /** The cluster's folder; null keeps the cluster in memory (tests). */
  readonly folder: string | null;
  /** A dumped data folder (tar) to begin with; null opens or creates `folder`. */
  readonly template: Uint8Array | null;
  /** Where to listen; null only creates the cluster, closes it and says "closed". */
  readonly socketPath: string | null;
}

export type ClusterRequest = { readonly kind: "close" } | { readonly kind: "dump" };
export type ClusterReply =
  | { readonly kind: "ready" }
  | { readonly kind: "closed" }
  | { readonly kind: "dumped"; readonly tar: Uint8Array };

const settings = workerData as ClusterWorkerData;
const port = parentPort;
if (port === null) throw new Error("cluster-worker.ts is started by cluster.ts as a worker thread, never by itself.");
const reply = (message: ClusterReply): void => port.postMessage(message);

const pglite = await PGlite.create({
  ...(settings.folder === null ? {} : { dataDir: settings.folder }),
  ...(settings.template === null ? {} : { loadDataDir: new Blob([new Uint8Array(settings.template)]) }),
});

const { socketPath } = settings;
if (socketPath === null) {
  await pglite.close();
  reply({ kind: "closed" });
} else {
  await pglite.exec("set timezone to 'UTC'");
  const turns = createTurns();
  const sockets = new Set<import("node:net").Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.once("close", () => sockets.delete(socket));
    serveClient(pglite, turns, socket);
  });
  rmSync(socketPath, { force: true }); // left over from a holder that was killed; the folder's lock is ours
  server.listen(socketPath, () => {
    chmodSync(socketPath, 0o600);
    reply({ kind: "ready" });
  });
  port.on("message", async (request: ClusterRequest) => {
    switch (request.kind) {
      case "dump": {
        const turn = await turns.take();
        const tar = new Uint8Array(await (await pglite.dumpDataDir("none")).arrayBuffer());
        turn.end();
        reply({ kind: "dumped", tar });
        return;
      }
      case "close": {
        server.close();
        for (const socket of sockets) socket.destroy();
        await turns.take(); // never given back: nobody gets in after us
        await pglite.close();
        rmSync(socketPath, { force: true });
        reply({ kind: "closed" });
        port.close();
        return;
      }
    }
  });
}
