/** The master key, under which every subject's key is wrapped. It never enters the database. */
import { randomBytes } from "node:crypto";
import { linkSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { KEY_BYTES } from "./crypt.ts";

export interface Vault {
  readonly masterKey: Uint8Array;
}

export interface VaultSettings {
  readonly dataFolder: string;
  /** The key itself, 64 hexadecimal digits or base64 of 32 bytes (`HANDRAIL_MASTER_KEY`); the file is then not used. */
  readonly masterKey?: string | undefined;
}

/**
 * The key from the settings, or from `<dataFolder>/master.key`, which is made on the first start, readable by its owner
 * only. Without it no personal data can be read again: it belongs in the backup, apart from the database's.
 */
export function openVault(settings: VaultSettings): Vault {
  if (settings.masterKey !== undefined && settings.masterKey !== "") {
    return { masterKey: parseKey(settings.masterKey, "HANDRAIL_MASTER_KEY") };
  }
  const path = join(settings.dataFolder, "master.key");
  const existing = readKey(path);
  if (existing !== undefined) return { masterKey: existing };
  mkdirSync(settings.dataFolder, { recursive: true, mode: 0o700 });
  // Written whole under another name and then linked: a kill leaves no half key, and of two first starts one wins.
  const unfinished = `${path}.${process.pid}`;
  writeFileSync(unfinished, `${randomBytes(KEY_BYTES).toString("hex")}\n`, {
    mode: 0o600,
    flush: true,
  });
  try {
    linkSync(unfinished, path);
  } catch (error) {
    if ((error as { code?: string }).code !== "EEXIST") throw error;
  } finally {
    rmSync(unfinished, { force: true });
  }
  return { masterKey: readKey(path) as Uint8Array };
}

function readKey(path: string): Uint8Array | undefined {
  try {
    return parseKey(readFileSync(path, "utf8").trim(), path);
  } catch (error) {
    if ((error as { code?: string }).code === "ENOENT") return undefined;
    throw error;
  }
}

function parseKey(text: string, source: string): Uint8Array {
  const key = /^[0-9a-f]{64}$/i.test(text) ? Buffer.from(text, "hex") : Buffer.from(text, "base64");
  if (key.length === KEY_BYTES) return key;
  throw new Error(
    `${source} does not hold a key: 64 hexadecimal digits are expected (\`openssl rand -hex 32\` makes one).`,
  );
}
