import { createHash } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { createRequire, stripTypeScriptTypes } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { brotliCompressSync, constants, gzipSync } from "node:zlib";
import { govukFolder } from "./render.ts";

export type Asset = {
  readonly type: string;
  readonly body: Buffer;
  /** Ready-made compressed forms; absent for what is compressed already. */
  readonly gzip?: Buffer;
  readonly br?: Buffer;
};

/** Every file of the design, by its URL. The URL holds a hash of the content, so that a browser may keep it for ever. */
export type Assets = {
  readonly files: ReadonlyMap<string, Asset>;
  readonly stylesheet: string;
  readonly font: string;
  readonly icon: string;
  /** The browser's scripts, by the name of their file in `islands/`: loaded as modules by the pages that need one. */
  readonly scripts: Readonly<Record<string, string>>;
};

const designFolder = fileURLToPath(new URL("design", import.meta.url));
const islandsFolder = fileURLToPath(new URL("islands", import.meta.url));
const fontFolder = join(
  dirname(createRequire(import.meta.url).resolve("@fontsource-variable/atkinson-hyperlegible-next/package.json")),
  "files",
);
const FONT_FILES = {
  latin: "atkinson-hyperlegible-next-latin-wght-normal.woff2",
  "latin-ext": "atkinson-hyperlegible-next-latin-ext-wght-normal.woff2",
} as const;
const FONT_STACK =
  '"Atkinson Hyperlegible Next",system-ui,-apple-system,"Segoe UI",Roboto,"Noto Sans",Arial,sans-serif';

/** Reads, joins, hashes and compresses the design's files. Once, at start: about 50 ms. */
export function loadAssets(): Assets {
  const files = new Map<string, Asset>();
  const add = (name: string, extension: string, type: string, body: Buffer): string => {
    const hash = createHash("sha256").update(body).digest("hex").slice(0, 12);
    const url = `/assets/${name}-${hash}.${extension}`;
    files.set(url, extension === "woff2" ? { type, body } : { type, body, ...compressed(body) });
    return url;
  };

  const fonts = Object.fromEntries(
    Object.entries(FONT_FILES).map(([name, file]) => [
      name,
      add(`atkinson-${name}`, "woff2", "font/woff2", readFileSync(join(fontFolder, file))),
    ]),
  );
  const icon = add("rail", "svg", "image/svg+xml; charset=utf-8", readFileSync(join(designFolder, "icon.svg")));
  const css = stylesheet().replaceAll(
    /url\("asset:([a-z-]+)"\)/g,
    (_, name: string) => `url("${fonts[name] ?? missing(name)}")`,
  );
  return {
    files,
    icon,
    font: fonts["latin"] ?? missing("latin"),
    stylesheet: add("handrail", "css", "text/css; charset=utf-8", Buffer.from(css)),
    scripts: Object.fromEntries(
      islands().map(({ name, script }) => [
        name,
        add(name, "js", "text/javascript; charset=utf-8", Buffer.from(script)),
      ]),
    ),
  };
}

/** The scripts of `islands/` as browsers run them: the types taken out, every other letter in its place. */
function islands(): readonly { readonly name: string; readonly script: string }[] {
  return readdirSync(islandsFolder)
    .filter((file) => file.endsWith(".ts"))
    .sort()
    .map((file) => ({
      name: file.slice(0, -".ts".length),
      script: quietly(() => stripTypeScriptTypes(readFileSync(join(islandsFolder, file), "utf8"))),
    }));
}

/** Without the warning that this function of Node is new: whoever starts the site can do nothing about it. */
function quietly<T>(body: () => T): T {
  const { emitWarning } = process;
  process.emitWarning = () => {};
  try {
    return body();
  } finally {
    process.emitWarning = emitWarning;
  }
}

/** GOV.UK's stylesheet without its typeface (licensed for gov.uk alone) and the royal arms, then ours, then one file per component. */
export function stylesheet(): string {
  const govuk = readFileSync(join(govukFolder, "govuk-frontend.min.css"), "utf8")
    .replaceAll(/\/\*![^]*?\*\//g, "")
    .replaceAll(/@font-face\{[^}]*\}/g, "")
    .replaceAll(/url\([^)]*govuk-crest\.svg\)/g, "none")
    .replaceAll(/GDS Transport,arial,sans-serif|(?<=font-family:)sans-serif/g, FONT_STACK);
  return (
    govuk +
    ownStylesheets()
      .map(({ text }) => text.replaceAll(/\/\*[^]*?\*\//g, "").replaceAll(/\n\s*/g, "\n"))
      .join("\n")
  );
}

/** Our stylesheets in the order they are served, with their paths for messages. */
export function ownStylesheets(): readonly { readonly path: string; readonly text: string }[] {
  const components = readdirSync(designFolder, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .flatMap(({ name }) =>
      readdirSync(join(designFolder, name))
        .filter((file) => file.endsWith(".css"))
        .map((file) => join(name, file)),
    )
    .sort();
  return ["handrail.css", ...components].map((path) => ({
    path,
    text: readFileSync(join(designFolder, path), "utf8"),
  }));
}

function compressed(body: Buffer): { gzip: Buffer; br: Buffer } {
  return {
    gzip: gzipSync(body, { level: 9 }),
    // 9 of 11: the last two levels save 3 % and cost ten times as long at start.
    br: brotliCompressSync(body, { params: { [constants.BROTLI_PARAM_QUALITY]: 9 } }),
  };
}

function missing(name: string): never {
  throw new Error(`The stylesheet asks for the asset "${name}", which loadAssets does not know.`);
}

/** Answers for one asset: compressed as the browser can, kept for a year, 304 when it has it already. */
export function assetResponse(asset: Asset, request: Request): Response {
  const accepted = request.headers.get("accept-encoding") ?? "";
  const encoding = (["br", "gzip"] as const).find(
    (name) => asset[name] !== undefined && new RegExp(`\\b${name}\\b`).test(accepted),
  );
  const body = encoding === undefined ? asset.body : (asset[encoding] ?? asset.body);
  const headers = new Headers({
    "content-type": asset.type,
    "cache-control": "public, max-age=31536000, immutable",
    etag: `"${createHash("sha256").update(body).digest("hex").slice(0, 16)}"`,
    vary: "accept-encoding",
    "content-length": String(body.length),
  });
  if (encoding !== undefined) headers.set("content-encoding", encoding);
  if (request.headers.get("if-none-match") === headers.get("etag")) {
    headers.delete("content-length");
    return new Response(null, { status: 304, headers });
  }
  return new Response(new Uint8Array(body), { headers });
}
