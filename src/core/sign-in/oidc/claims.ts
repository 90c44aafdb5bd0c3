/** Claims read with limits. What does not fit is as if it were not there; nothing here throws, whatever the claims. */

export type Claims = Readonly<Record<string, unknown>>;

const NAME_LENGTH = 500;
const EMAIL_LENGTH = 254; // RFC 5321 section 4.5.3.1.3
const LIST_LENGTH = 200;

/**
 * A name as it may be shown and compared: composed (NFC), one space between words, without control and direction marks,
 * with which a name can be made to look like another. Null when nothing is left or it is longer than 500 characters.
 */
export function readName(value: unknown): string | null {
  if (typeof value !== "string" || value.length > NAME_LENGTH) return null;
  const name = value
    .normalize("NFC")
    .replaceAll(/[\p{Cc}\u2028\u2029]/gu, " ")
    .replaceAll(/[\p{Cf}\p{Co}\p{Cs}\p{Cn}]/gu, "")
    .replaceAll(/\s+/gu, " ")
    .trim();
  return name === "" || name.length > NAME_LENGTH ? null : name;
}

/** A day of the past, ISO 8601, that a living person can be born on. */
export function readBirthDate(value: unknown, now: Temporal.Instant): string | null {
  if (typeof value !== "string" || !/^\d{4}-\d{2}-\d{2}$/.test(value)) return null;
  try {
    const date = Temporal.PlainDate.from(value, { overflow: "reject" });
    const today = now.toZonedDateTimeISO("UTC").toPlainDate();
    if (date.year < 1880 || Temporal.PlainDate.compare(date, today.add({ days: 1 })) > 0) return null;
    return date.toString();
  } catch {
    return null;
  }
}

export function readEmail(value: unknown): string | null {
  if (typeof value !== "string" || value.length > EMAIL_LENGTH) return null;
  return /^[^\s@\p{C}]+@[^\s@\p{C}]+$/u.test(value) ? value : null;
}

/** A code or identifier: printable ASCII, 200 characters at most. */
export function readCode(value: unknown): string | null {
  if (typeof value !== "string" || value.length > 200) return null;
  return /^[\x21-\x7e]+$/.test(value) ? value : null;
}

/** The first 200 entries of a list, or none. */
export function readList(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value.slice(0, LIST_LENGTH) : [];
}

/** A claim of its own, never one inherited (`constructor`, `__proto__`). */
export function claim(claims: unknown, name: string): unknown {
  if (typeof claims !== "object" || claims === null || !Object.hasOwn(claims, name)) return undefined;
  return (claims as Claims)[name];
}
