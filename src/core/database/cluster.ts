/** Starts and stops the embedded cluster's thread (see cluster-worker.ts). */
import { existsSync, mkdtempSync, readdirSync, renameSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Worker } from "node:worker_threads";
import type { ClusterReply, ClusterRequest, ClusterWorkerData } from "./cluster-worker.ts";

export interface Cluster {
  readonly socketPath: string;
  /** The cluster's data folder as a tar file, to begin other clusters with. Needs no client to be connected. */
  dump(): Promise<Uint8Array>;
  close(): Promise<void>;
}

/** Unix socket paths are limited to 104 bytes on macOS and 108 on Linux (`sun_path`). */
const SOCKET_PATH_LIMIT = 100;
const SOCKET_FILE = ".s.PGSQL.5432"; // the name PostgreSQL clients look for in a folder

/**
 * Opens the cluster in `<dataFolder>/pg`, creating it when missing. A new one is made under another name and renamed
 * when it is complete, so that a kill during the very first start leaves nothing half-made behind.
 * The caller holds the folder's lock.
 */
export async function openCluster(dataFolder: string): Promise<Cluster> {
  const folder = join(dataFolder, "pg");
  for (const name of readdirSync(dataFolder)) {
    if (name.startsWith("pg.new-")) rmSync(join(dataFolder, name), { recursive: true, force: true });
  }
  if (!existsSync(folder)) {
    const fresh = mkdtempSync(join(dataFolder, "pg.new-"));
    await createCluster(fresh);
    renameSync(fresh, folder);
  }
  return startCluster({ folder, template: null }, dataFolder);
}

/** A cluster in memory, from a dumped template or empty: for tests. */
export function openClusterInMemory(template: Uint8Array | null): Promise<Cluster> {
  return startCluster({ folder: null, template }, null);
}

async function createCluster(folder: string): Promise<void> {
  const worker = startWorker({ folder, template: null, socketPath: null });
  await replyOf(worker, "closed");
  await worker.terminate();
}

async function startCluster(
  source: Pick<ClusterWorkerData, "folder" | "template">,
  socketFolder: string | null,
): Promise<Cluster> {
  const beside = socketFolder === null ? null : join(socketFolder, SOCKET_FILE);
  const ownFolder =
    beside === null || Buffer.byteLength(beside) > SOCKET_PATH_LIMIT ? mkdtempSync(join(tmpdir(), "handrail-")) : null;
  const removeOwnFolder = (): void => {
    if (ownFolder !== null) rmSync(ownFolder, { recursive: true, force: true });
  };
  process.once("exit", removeOwnFolder);
  const socketPath = ownFolder === null ? (beside as string) : join(ownFolder, SOCKET_FILE);
  const worker = startWorker({ ...source, socketPath });
  await replyOf(worker, "ready");
  const ask = (request: ClusterRequest): void => worker.postMessage(request);
  worker.unref();
  return {
    socketPath,
    async dump() {
      ask({ kind: "dump" });
      return (await replyOf(worker, "dumped")).tar;
    },
    async close() {
      ask({ kind: "close" });
      await replyOf(worker, "closed");
      await worker.terminate();
      process.off("exit", removeOwnFolder);
      removeOwnFolder();
    },
  };
}

function startWorker(data: ClusterWorkerData): Worker {
  return new Worker(new URL("./cluster-worker.ts", import.meta.url), {
    workerData: data,
    execArgv: [],
  });
}

function replyOf<K extends ClusterReply["kind"]>(worker: Worker, kind: K): Promise<Extract<ClusterReply, { kind: K }>> {
  worker.ref();
  return new Promise((resolve, reject) => {
    const settle = (): void => {
      worker.off("message", onMessage).off("error", onError).off("exit", onExit);
      worker.unref();
    };
    const onMessage = (reply: ClusterReply): void => {
      if (reply.kind !== kind) return;
      settle();
      resolve(reply as Extract<ClusterReply, { kind: K }>);
    };
    const onError = (error: unknown): void => {
      settle();
      reject(
        new Error("The embedded database stopped. Start again; if it stays, restore a backup.", {
          cause: error,
        }),
      );
    };
    const onExit = (code: number): void => onError(new Error(`its thread ended with code ${code}`));
    worker.on("message", onMessage).on("error", onError).on("exit", onExit);
  });
}
