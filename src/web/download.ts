/** A file to keep: CSV, JSON or a calendar, named so that it can be told apart in a folder of downloads. */
export function fileResponse(name: string, type: FileType, body: string | ReadableStream<Uint8Array>): Response {
  if (!/^[a-z0-9][a-z0-9._-]*$/.test(name))
    throw new Error(`"${name}" is not a plain file name (small letters, figures, - . _).`);
  return new Response(body, {
    headers: {
      "content-type": CONTENT_TYPES[type],
      "content-disposition": `${type === "json" ? "inline" : "attachment"}; filename="${name}"`,
      "cache-control": "no-cache",
    },
  });
}

export type FileType = keyof typeof CONTENT_TYPES;

const CONTENT_TYPES = {
  csv: "text/csv; charset=utf-8; header=present",
  json: "application/json; charset=utf-8",
  ics: "text/calendar; charset=utf-8; method=PUBLISH",
} as const;

/**
 * Rows as CSV (RFC 4180: CRLF, quotes doubled). A text cell that a spreadsheet would run as a formula gets an
 * apostrophe before it, as OWASP advises ("CSV Injection"); numbers stay numbers.
 */
export function csvText(head: readonly string[], rows: Iterable<readonly (string | number | null)[]>): string {
  const cell = (value: string | number | null): string => {
    if (value === null) return "";
    const text = typeof value === "number" ? String(value) : /^[=+\-@\t\r]/.test(value) ? `'${value}` : value;
    return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
  };
  let text = `${head.map(cell).join(",")}\r\n`;
  for (const row of rows) text += `${row.map(cell).join(",")}\r\n`;
  return text;
}
