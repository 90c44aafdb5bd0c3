import { existsSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, isAbsolute, join, resolve, sep } from "node:path";
import { fileURLToPath } from "node:url";
import nunjucks from "nunjucks";
import type { Translate } from "./messages.ts";

export type RenderSettings = {
  readonly t: Translate;
  /** Template folders by prefix: `{ guarantees: "/…/strands/guarantees/pages" }` makes `guarantees/person.njk`. */
  readonly folders: Readonly<Record<string, string>>;
};

/** Renders a template to HTML. A value the template needs and the view-model lacks throws, in tests and in service alike. */
export type Render = (template: string, view: Readonly<Record<string, unknown>>) => string;

export const govukFolder = join(
  dirname(createRequire(import.meta.url).resolve("govuk-frontend/package.json")),
  "dist/govuk",
);
const here = fileURLToPath(new URL(".", import.meta.url));

/** The folders every page may use: `design/` is ours, `govuk/` the official macros, `kit/` the kit's own pages. */
const OWN_FOLDERS = { design: join(here, "design"), kit: join(here, "pages"), govuk: govukFolder };

export function createRenderer({ t, folders }: RenderSettings): Render {
  const all = { ...folders, ...OWN_FOLDERS };
  for (const [prefix, folder] of Object.entries(all)) {
    if (!existsSync(folder)) throw new Error(`The template folder ${folder} (for "${prefix}/…") does not exist.`);
  }
  const environment = new nunjucks.Environment(prefixLoader(all), {
    autoescape: true,
    throwOnUndefined: true,
    trimBlocks: true,
    lstripBlocks: true,
  });
  // A global, because a macro does not see the page's context.
  environment.addGlobal("t", t);
  return (template, view) => environment.render(template, view);
}

/** Finds `prefix/rest` in the folder of that prefix. Relative imports inside a template resolve by its full path. */
function prefixLoader(folders: Readonly<Record<string, string>>): nunjucks.ILoader {
  const locate = (name: string): string => {
    if (isAbsolute(name)) {
      if (Object.values(folders).some((folder) => name.startsWith(folder + sep) || name.startsWith(folder)))
        return name;
      throw new Error(`The template ${name} lies outside the template folders.`);
    }
    const [prefix = "", ...rest] = name.split("/");
    const folder = folders[prefix];
    if (folder === undefined) {
      throw new Error(
        `No template folder is registered for "${name}". Known prefixes: ${Object.keys(folders).join(", ")}.`,
      );
    }
    return join(folder, ...rest);
  };
  return {
    isRelative: (name: string) => name.startsWith("./") || name.startsWith("../"),
    resolve: (from: string, to: string) => resolve(dirname(from), to),
    getSource: (name: string) => {
      const path = locate(name);
      return { src: readFileSync(path, "utf8"), path, noCache: false };
    },
  } as nunjucks.ILoader;
}
