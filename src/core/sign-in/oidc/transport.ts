/** How we speak to a provider: over TLS, to addresses that were configured or published by it, with limits. */

export type Fetch = (url: string, init: RequestInit) => Promise<Response>;

const RESPONSE_BYTES = 512 * 1024;
const TIMEOUT_SECONDS = 10;

/** The provider did not answer, or answered that it is not well. Carried through openid-client as the cause of its error. */
export class ProviderUnreachable extends Error {
  override readonly name = "ProviderUnreachable";
}

/** Plain http is for a provider on the same machine only: tests, and One Login's simulator. */
export function isAllowedAddress(text: string): boolean {
  if (!URL.canParse(text)) return false;
  const url = new URL(text);
  if (url.username !== "" || url.password !== "") return false;
  return url.protocol === "https:" || (url.protocol === "http:" && isLoopback(url));
}

export function isLoopback(url: URL): boolean {
  return url.hostname === "127.0.0.1" || url.hostname === "localhost" || url.hostname === "[::1]";
}

/**
 * A fetch for one provider: only allowed addresses, no redirects, at most 10 seconds and 512 KiB.
 * @throws ProviderUnreachable when there is no answer, or one of 429 and the 5xx.
 */
export function boundedFetch(fetch: Fetch): Fetch {
  return async (url, init) => {
    const { origin, pathname } = new URL(url);
    const where = `${origin}${pathname}`; // never the query: it may hold a code
    if (!isAllowedAddress(url)) throw new ProviderUnreachable(`${where} is not https`);
    const timeout = AbortSignal.timeout(TIMEOUT_SECONDS * 1000);
    const signal =
      init.signal === null || init.signal === undefined ? timeout : AbortSignal.any([init.signal, timeout]);
    let response: Response;
    let body: Uint8Array<ArrayBuffer> | undefined;
    try {
      response = await fetch(url, { ...init, redirect: "manual", signal });
      body = await readBounded(response);
    } catch (error) {
      throw new ProviderUnreachable(`${where} did not answer (${reason(error)})`);
    }
    if (body === undefined) throw new ProviderUnreachable(`${where} answered more than ${RESPONSE_BYTES} bytes`);
    if (response.status === 429 || response.status >= 500) {
      throw new ProviderUnreachable(`${where} answered with status ${response.status}`);
    }
    const empty = response.status === 204 || response.status === 304 || response.status < 200;
    return new Response(empty ? null : body, { status: response.status, headers: response.headers });
  };
}

async function readBounded(response: Response): Promise<Uint8Array<ArrayBuffer> | undefined> {
  const parts: Uint8Array[] = [];
  let bytes = 0;
  for await (const part of (response.body ?? []) as AsyncIterable<Uint8Array>) {
    bytes += part.byteLength;
    if (bytes > RESPONSE_BYTES) return undefined; // leaving the loop ends the transfer
    parts.push(part);
  }
  const whole = new Uint8Array(bytes);
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.byteLength;
  }
  return whole;
}

function reason(error: unknown): string {
  if (!(error instanceof Error)) return "unknown";
  const code = (error.cause as { code?: unknown } | undefined)?.code;
  return typeof code === "string" ? code : error.name;
}

/** What a `fetch` threw, wherever it stands in the causes of an error. */
export function unreachable(error: unknown): ProviderUnreachable | undefined {
  let at = error;
  for (let depth = 0; depth < 5 && at instanceof Error; depth++) {
    if (at instanceof ProviderUnreachable) return at;
    at = at.cause;
  }
  return undefined;
}
