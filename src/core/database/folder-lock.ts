/**
 * The lock on a data folder: two processes in one PGlite folder corrupt it, and PGlite itself takes none.
 *
 * A SQLite database held in an exclusive transaction is the lock. SQLite's lock is the operating system's, freed by
 * the kernel the moment the process dies, `kill -9` included; lock files with a heartbeat would make the next start
 * wait until the heartbeat is stale. Never open or close `lock.sqlite` by any other means in this process: closing any
 * descriptor of a file drops a process's POSIX locks on it (sqlite.org/lockingv3.html, fcntl(2)).
 */
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";

export interface Holder {
  readonly pid: number;
  readonly startedAt: string;
  readonly socketPath: string;
}

export interface FolderLock {
  /** Says who holds the folder and where it can be reached; call once the socket listens. */
  announce(holder: Holder): void;
  release(): void;
}

const SQLITE_BUSY = 5;

/** Takes the lock on the folder (created when missing, readable by its owner only), or returns undefined when it is held. */
export function takeFolderLock(dataFolder: string): FolderLock | undefined {
  mkdirSync(dataFolder, { recursive: true, mode: 0o700 });
  const holderFile = join(dataFolder, "holder.json");
  const lock = new DatabaseSync(join(dataFolder, "lock.sqlite"), { timeout: 0 });
  try {
    lock.exec("pragma locking_mode = exclusive; begin exclusive");
  } catch (error) {
    lock.close();
    if (error instanceof Error && (error as { errcode?: number }).errcode === SQLITE_BUSY) return undefined;
    throw error;
  }
  rmSync(holderFile, { force: true }); // of a holder that was killed
  let released = false;
  return {
    announce(holder) {
      writeFileSync(`${holderFile}.new`, `${JSON.stringify(holder)}\n`, { mode: 0o600 });
      renameSync(`${holderFile}.new`, holderFile);
    },
    release() {
      if (released) return;
      released = true;
      rmSync(holderFile, { force: true });
      lock.close();
    },
  };
}

/** Who holds the folder, or undefined while the holder is still starting. Only meaningful when the lock is refused. */
export function readHolder(dataFolder: string): Holder | undefined {
  const holderFile = join(dataFolder, "holder.json");
  if (!existsSync(holderFile)) return undefined;
  try {
    return JSON.parse(readFileSync(holderFile, "utf8")) as Holder;
  } catch {
    return undefined; // removed between the two calls
  }
}
