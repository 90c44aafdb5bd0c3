/**
 * A JSON document that a provider publishes about itself (discovery, its keys, a DID document), kept as long as its
 * `Cache-Control` says (RFC 9111 section 5.2.2.1). While the provider is down what was read last is still trusted, as
 * One Login asks of services ("Cache the DID document"): an outage of a document must not lock everybody out.
 */
import type { Fetch } from "./transport.ts";

/** When the answer names no `max-age`. */
const FRESH_SECONDS = 3_600;
/** The longest that an answer is believed, whatever it says: a key taken out of use is out of use here within a day. */
const LONGEST_SECONDS = 86_400;
/** Between two attempts while there is something to go on with. */
const RETRY_SECONDS = 60;
/** Between two attempts while there is nothing. */
const FIRST_RETRY_SECONDS = 5;

export type Read<T> = { readonly ok: true; readonly value: T } | { readonly ok: false; readonly reason: string };

export interface PublishedDocument<T> {
  /** The document as it stands. */
  read(now: Temporal.Instant): Promise<Read<T>>;
  /** The document, asked for anew unless that was done within the last minute: for a key that is not in it. */
  readAnew(now: Temporal.Instant): Promise<Read<T>>;
}

/** `parse` judges what was fetched; what it refuses is not kept, and does not displace what was. */
export function publishedDocument<T>(
  url: string,
  fetch: Fetch,
  parse: (value: unknown) => Read<T>,
): PublishedDocument<T> {
  let kept: { readonly value: T; readonly until: Temporal.Instant } | undefined;
  let lastAttempt: { readonly at: Temporal.Instant; readonly reason: string | undefined } | undefined;
  let lastAnew: Temporal.Instant | undefined;
  let running: Promise<void> | undefined;

  const attempt = async (now: Temporal.Instant): Promise<void> => {
    const answer = await fetchJson(url, fetch);
    const parsed = answer.ok ? parse(answer.value.json) : answer;
    lastAttempt = { at: now, reason: parsed.ok ? undefined : parsed.reason };
    if (!parsed.ok || !answer.ok) return;
    kept = { value: parsed.value, until: now.add({ seconds: answer.value.freshSeconds }) };
  };
  /** Many may ask at once; one goes. */
  const refresh = async (now: Temporal.Instant): Promise<void> => {
    running ??= attempt(now).finally(() => {
      running = undefined;
    });
    await running;
  };
  const within = (seconds: number, of: Temporal.Instant | undefined, now: Temporal.Instant): boolean =>
    of !== undefined && Temporal.Instant.compare(now, of.add({ seconds })) < 0;
  const standing = (): Read<T> =>
    kept === undefined
      ? { ok: false, reason: lastAttempt?.reason ?? `${url} has not been read` }
      : { ok: true, value: kept.value };

  return {
    async read(now) {
      if (kept !== undefined && Temporal.Instant.compare(now, kept.until) < 0) return standing();
      const failed = lastAttempt?.reason === undefined ? undefined : lastAttempt.at;
      if (!within(kept === undefined ? FIRST_RETRY_SECONDS : RETRY_SECONDS, failed, now)) await refresh(now);
      return standing();
    },
    async readAnew(now) {
      if (within(RETRY_SECONDS, lastAnew, now)) {
        await running; // somebody else has just asked
        return standing();
      }
      lastAnew = now;
      await refresh(now);
      return standing();
    },
  };
}

async function fetchJson(
  url: string,
  fetch: Fetch,
): Promise<Read<{ readonly json: unknown; readonly freshSeconds: number }>> {
  try {
    const response = await fetch(url, { headers: { accept: "application/json" } });
    if (response.status !== 200) return { ok: false, reason: `${url} answered with status ${response.status}` };
    const json: unknown = JSON.parse(await response.text());
    return { ok: true, value: { json, freshSeconds: freshSeconds(response.headers.get("cache-control")) } };
  } catch (error) {
    const why = error instanceof SyntaxError ? `${url} is not JSON` : error instanceof Error ? error.message : "";
    return { ok: false, reason: why };
  }
}

/** Seconds for which an answer may be used again, from its `Cache-Control`; at most a day. */
export function freshSeconds(header: string | null): number {
  if (header === null) return FRESH_SECONDS;
  if (/(?:^|[\s,])no-(?:store|cache)(?:$|[\s,])/i.test(header)) return 0;
  const [, digits] = /(?:^|[\s,])max-age="?(\d{1,12})"?(?:$|[\s,])/i.exec(header) ?? [];
  return digits === undefined ? FRESH_SECONDS : Math.min(Number(digits), LONGEST_SECONDS);
}
