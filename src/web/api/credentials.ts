/** Reading what a program sends to be let in: a token, or its id and secret (RFC 6749 section 2.3.1). Pure. */

export type Credentials = { readonly clientId: string; readonly secret: string };

const LONGEST_HEADER = 4_000;

/** The token of `Authorization: Bearer …` (RFC 6750 section 2.1); nowhere else is one looked for. */
export function bearerToken(header: string | null): string | null {
  if (header === null || header.length > LONGEST_HEADER) return null;
  return /^Bearer +([A-Za-z0-9._~+/-]+=*)$/i.exec(header.trim())?.[1] ?? null;
}

/** Id and secret of `Authorization: Basic …`, each form-encoded before it was put there; null when it is not that. */
export function basicCredentials(header: string | null): Credentials | null {
  if (header === null || header.length > LONGEST_HEADER) return null;
  const encoded = /^Basic +([A-Za-z0-9+/]+=*)$/i.exec(header.trim())?.[1];
  if (encoded === undefined) return null;
  const text = Buffer.from(encoded, "base64").toString("utf8");
  const colon = text.indexOf(":");
  if (colon < 0) return null;
  const clientId = formDecoded(text.slice(0, colon));
  const secret = formDecoded(text.slice(colon + 1));
  return clientId === null || secret === null ? null : { clientId, secret };
}

function formDecoded(text: string): string | null {
  try {
    return decodeURIComponent(text.replaceAll("+", " "));
  } catch {
    return null;
  }
}
