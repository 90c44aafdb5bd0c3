import type { TopLevelSpec } from "vega-lite";
import { textWidth } from "../design/text-width.ts";

/** A chart in its two widths; CSS shows the one that fits, so that its text is always at reading size. */
export type ChartSvg = { readonly wide: string; readonly narrow: string };

export type ChartWidths = (width: number) => TopLevelSpec;

/** Widths in pixels that the drawings are made for: a column on a desk, a phone. */
const WIDE = 540;
const NARROW = 290;

/**
 * Renders a chart on the server, twice. `description` is its text alternative. Takes about 10 ms a chart after the
 * first: callers with steady figures keep the result.
 */
export async function renderChart(spec: ChartWidths, description: string): Promise<ChartSvg> {
  return { wide: await renderSvg(spec(WIDE), description), narrow: await renderSvg(spec(NARROW), description) };
}

/** What vega exports for this purpose and its types leave out. */
type TextMetrics = { readonly textMetrics: { width: (item: { readonly fontSize?: number }, text: unknown) => number } };

async function renderSvg(spec: TopLevelSpec, description: string): Promise<string> {
  // Loaded at the first chart: a third of a second and 60 MB that a command line or a worker never needs.
  const [vega, vegaLite] = await Promise.all([import("vega"), import("vega-lite")]);
  // Vega guesses 0.8 em a letter where there is no canvas, and would cut labels that fit.
  (vega as unknown as TextMetrics).textMetrics.width = ({ fontSize = 11 }, text) => textWidth(String(text), fontSize);
  const view = new vega.View(vega.parse(vegaLite.compile(spec).spec), { renderer: "none" });
  try {
    return tidySvg(await view.toSVG(), description);
  } finally {
    view.finalize();
  }
}

/**
 * Makes vega's SVG fit our pages: colours named `hr:rail` become classes, so that the theme sets them; the picture is
 * one image with one text alternative (its parts are in the table beside it); nothing the content policy forbids is
 * left. Throws on an attribute or element that could carry a script or a style.
 */
export function tidySvg(svg: string, description: string): string {
  const tidy = svg
    .replaceAll(/<path[^>]*\bd=""[^>]*\/>/g, "")
    .replaceAll(/<path class="background"[^>]*pointer-events="none"\/>/g, "")
    .replaceAll(/<([a-z]+)((?:\s[^<>]*?)?)(\/?)>/g, (_, element: string, attributes: string, end: string) => {
      return `<${element}${tidyAttributes(element, attributes)}${end}>`;
    })
    .replace("<svg", `<svg role="img" aria-label="${attributeText(description)}"`);
  const forbidden = /\sstyle=|\son[a-z]+=|href=|<(?:script|style|foreignObject|image|a)\b/i.exec(
    tidy.replaceAll(/"[^"]*"/g, '""'),
  );
  if (forbidden !== null)
    throw new Error(`The chart holds "${forbidden[0].trim()}", which the content policy forbids.`);
  return tidy;
}

const DROPPED = /^(?:class|role|aria-.*|xmlns:xlink|version|pointer-events|font-family|stroke-miterlimit)$/;

function tidyAttributes(element: string, attributes: string): string {
  const classes: string[] = [];
  let kept = "";
  for (const [, name = "", value = ""] of attributes.matchAll(/([a-zA-Z0-9:-]+)="([^"]*)"/g)) {
    const colour = /^hr:([a-z]+)$/.exec(value)?.[1];
    if (colour !== undefined) classes.push(`hr-${name}-${colour}`);
    else if (!DROPPED.test(name) && !(name === "opacity" && value === "1")) kept += ` ${name}="${value}"`;
  }
  if (element === "text") kept = kept.replace(/ font-size="(\d+)px"/, ' font-size="$1"');
  return classes.length === 0 ? kept : ` class="${classes.join(" ")}"${kept}`;
}

function attributeText(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll('"', "&quot;").replaceAll("<", "&lt;");
}
