import { styleText } from "node:util";

export type Column<Row> = {
  readonly title: string;
  readonly value: (row: Row) => string;
  readonly align?: "right";
  readonly colour?: (row: Row) => "red" | "green" | "yellow" | "dim" | undefined;
};

/** Rows as aligned columns under bold titles. Colours only where the terminal wants them (NO_COLOR is honoured). */
export function formatTable<Row>(columns: readonly Column<Row>[], rows: readonly Row[], colours: boolean): string {
  const cells = rows.map((row) => columns.map((column) => column.value(row)));
  const widths = columns.map((column, index) =>
    Math.max(width(column.title), ...cells.map((line) => width(line[index] ?? ""))),
  );
  const paint = (style: Parameters<typeof styleText>[0], text: string) => (colours ? styleText(style, text) : text);
  const pad = (text: string, index: number) => {
    const space = " ".repeat((widths[index] ?? 0) - width(text));
    return columns[index]?.align === "right" ? space + text : text + space;
  };
  const head = paint(
    "bold",
    columns
      .map((column, index) => pad(column.title, index))
      .join("  ")
      .trimEnd(),
  );
  const lines = cells.map((line, rowIndex) =>
    line
      .map((text, index) => {
        const colour = columns[index]?.colour?.(rows[rowIndex] as Row);
        return colour === undefined ? pad(text, index) : paint(colour, pad(text, index));
      })
      .join("  ")
      .trimEnd(),
  );
  return [head, ...lines].join("\n");
}

/** Characters as a terminal shows them; letters with combining marks take one place. */
function width(text: string): number {
  return [...text.normalize("NFC")].length;
}
