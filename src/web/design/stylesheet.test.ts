import assert from "node:assert/strict";
import { test } from "node:test";
import { loadAssets, ownStylesheets, stylesheet } from "../assets.ts";

/** What Chrome 60 and Firefox 55 (2017) do not know, and would drop a whole rule for. */
const UNKNOWN_SELECTORS = /:has\(|:is\(|:where\(|:focus-visible|:not\([^)]*,|&|@layer|@container|@scope/;
/** Properties they do not know and that change the layout when missing: an older one must do the job, so these stay out. */
const UNKNOWN_PROPERTIES =
  /^(?:gap|row-gap|column-gap|inset.*|aspect-ratio|(?:margin|padding)-(?:inline|block).*|place-(?:items|content|self)|translate|scale|rotate|accent-color|container.*)$/;
/** Values they do not know: allowed after a declaration of the same property that they do. */
const UNKNOWN_VALUES =
  /\b(?:clamp|min|max|color-mix|oklch|lab)\(|\b\d+(?:dvh|svh|lvh|cqw)\b|#[0-9a-f]{8}\b|#[0-9a-f]{4}\b|\banywhere\b|\bfit-content\b/i;

function faultsIn(css: string): string[] {
  const faults: string[] = [];
  const plain = css.replaceAll(/\/\*[^]*?\*\//g, "");
  for (const [, selector = "", body = ""] of plain.matchAll(/([^{};]+)\{([^{}]*)\}/g)) {
    // Printing with details unfolded and forced colours are for browsers of our day; those of 2017 skip these rules.
    if (UNKNOWN_SELECTORS.test(selector)) faults.push(`selector ${selector.trim()}`);
    const before = new Set<string>();
    for (const declaration of body.split(";")) {
      const [property = "", value = ""] = declaration.split(/:(.*)/s).map((part) => part.trim());
      if (UNKNOWN_PROPERTIES.test(property)) faults.push(`${selector.trim()} { ${property} }`);
      if (UNKNOWN_VALUES.test(value) && !before.has(property))
        faults.push(`${selector.trim()} { ${property}: ${value} }`);
      before.add(property);
    }
  }
  return faults;
}

test("our stylesheets keep to what browsers of 2017 know, or give them something first", () => {
  for (const { path, text } of ownStylesheets()) assert.deepEqual(faultsIn(text), [], path);
});

test("the check of old browsers finds each kind of fault", () => {
  const seeded = [
    ".a:has(.b) { color: red }",
    ".a { gap: 4px }",
    ".a { margin-inline-start: 4px }",
    ".a { width: min(10px, 50%) }",
    ".a { inset: 0 }",
    "@media screen { .a { color: #11223344 } }",
    ".a { .b & { color: red } }",
  ];
  for (const css of seeded) assert.notEqual(faultsIn(css).length, 0, css);
  assert.deepEqual(faultsIn(".a { width: 50%; width: min(10px, 50%) }"), []);
});

test("no stylesheet names GOV.UK's typeface or fetches anything from elsewhere", () => {
  const css = [...loadAssets().files].find(([url]) => url.endsWith(".css"))?.[1].body.toString() ?? "";
  assert.doesNotMatch(css, /GDS Transport|@import/);
  const urls = [...css.matchAll(/url\("?([^")]+)"?\)/g)].map(([, url = ""]) => url);
  assert.deepEqual(
    urls.filter((url) => !loadAssets().files.has(url)),
    [],
  );
  assert.equal(urls.length, 2);
  assert.ok(stylesheet().includes("Atkinson Hyperlegible Next"));
});

test("every colour of ours comes from a custom property, so that dark mode changes all of them", () => {
  const fixed = /(?:#[0-9a-f]{3,8}\b|\brgba?\()/i;
  // The focus colours are the same in both themes, and print is black on white.
  const allowed = /#fd0|#0b0c0c|#fff|#000|#999/i;
  for (const { path, text } of ownStylesheets()) {
    if (path === "handrail.css") continue;
    for (const [index, line] of text.split("\n").entries()) {
      if (fixed.test(line.replaceAll(new RegExp(allowed, "gi"), "")))
        assert.fail(`${path}:${index + 1} ${line.trim()}`);
    }
  }
});
