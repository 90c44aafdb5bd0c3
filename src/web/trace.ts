/** Name and message on one line, so that nothing in a message can pass for a line of the log; then where it happened. */
export function traceOf(error: unknown): string {
  const { name, message, stack = "" } = error instanceof Error ? error : new Error(String(error));
  const at = stack.indexOf(message);
  const end = at < 0 ? -1 : stack.indexOf("\n", at + message.length);
  return `${name}: ${message.replaceAll(/[\p{Cc}\p{Zl}\p{Zp}]+/gu, " ")}${end < 0 ? "" : stack.slice(end)}`;
}
