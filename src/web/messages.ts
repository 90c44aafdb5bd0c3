import { readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { compileMessage, type MessageValues } from "./messages/compile.ts";

/** Gives the words for a key in the reader's language. An unknown key is our mistake and throws. */
export type Translate = {
  (key: string, values?: MessageValues): string;
  readonly has: (key: string) => boolean;
  readonly language: string;
  readonly rightToLeft: boolean;
  readonly words: ReadonlyMap<string, string>;
};

const FALLBACK = "en";
const RIGHT_TO_LEFT = new Set(["ar", "fa", "he", "ur", "ps", "ckb", "yi"]);

/** The kit's own words. */
const OWN_FOLDER = fileURLToPath(new URL("messages", import.meta.url));

/**
 * Reads `LANGUAGE.json` of the kit's and of each given folder into one set of messages. A folder need not have the file (a translation may
 * be unfinished): English fills each gap. Two folders may not define the same key.
 */
export function loadMessages(language: string, folders: readonly string[] = []): Translate {
  const all = [...new Set([OWN_FOLDER, ...folders.map((folder) => resolve(folder))])];
  const words = new Map(readAll(FALLBACK, all));
  if (language !== FALLBACK) for (const [key, text] of readAll(language, all)) words.set(key, text);
  return translator(language, words);
}

/** A `Translate` over messages already in memory. */
export function translator(language: string, words: ReadonlyMap<string, string>): Translate {
  const compiled = new Map<string, (values: MessageValues) => string>();
  const translate = (key: string, values: MessageValues = {}): string => {
    let render = compiled.get(key);
    if (render === undefined) {
      const text = words.get(key);
      if (text === undefined)
        throw new Error(`No message "${key}". Add it to messages/en.json of the strand that uses it.`);
      render = compileMessage(text, language, key);
      compiled.set(key, render);
    }
    return render(values);
  };
  return Object.assign(translate, {
    has: (key: string) => words.has(key),
    language,
    words,
    rightToLeft: RIGHT_TO_LEFT.has(language.split("-")[0] ?? ""),
  });
}

function readAll(language: string, folders: readonly string[]): Map<string, string> {
  const words = new Map<string, string>();
  for (const folder of folders) {
    const path = join(folder, `${language}.json`);
    const text = readIfThere(path);
    if (text === null) {
      if (language === FALLBACK) throw new Error(`${path} is missing: every messages folder needs English.`);
      continue;
    }
    for (const [key, value] of Object.entries(JSON.parse(text) as Record<string, unknown>)) {
      if (typeof value !== "string") throw new Error(`${path}: "${key}" must be text.`);
      if (words.has(key))
        throw new Error(`${path}: "${key}" is already defined in another messages folder. Give it another name.`);
      words.set(key, value);
    }
  }
  return words;
}

function readIfThere(path: string): string | null {
  try {
    return readFileSync(path, "utf8");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return null;
    throw error;
  }
}
