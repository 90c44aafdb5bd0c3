/** Name and message on one line, so that nothing in a message can pass for a line of the log; then where it happened. */
export function traceOf(error: unknown): string {
  const { name, message, stack = "" } = error instanceof Error ? error : new Error(String(error));
  const at = stack.indexOf(message);
  const end = at < 0 ? -1 : stack.indexOf("\n", at + message.length);
  return `${name}: ${oneLine(message)}${end < 0 ? "" : stack.slice(end)}`;
}

/** Without line breaks, and without what else moves the cursor of a terminal. */
export function oneLine(text: string): string {
  return text.replaceAll(/[\p{Cc}\p{Zl}\p{Zp}]+/gu, " ");
}
