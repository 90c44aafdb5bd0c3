/**
 * E-mail, texts and letters by GOV.UK Notify.
 *
 * Notify keeps a service's words itself. Ours are in code, with their tests, so each service makes three templates there
 * that print what they are given, and we find them by name: see docs/how-to/messages.md.
 */
import { NotifyClient } from "notifications-node-client";
import type { Clock } from "../clock.ts";
import { textLength } from "./fragments.ts";
import type { Outcome } from "./outcome.ts";
import type { Outgoing, Receipt, Transport } from "./sender.ts";
import { CHANNELS, type Channel } from "./templates.ts";

export interface NotifySettings {
  readonly key: string;
  /** Another than GOV.UK's own, for tests. */
  readonly url?: string | undefined;
}

/** The names that the templates have on Notify. */
const NOTIFY_TEMPLATES: Readonly<Record<Channel, string>> = {
  email: "Handrail e-mail",
  text: "Handrail text",
  letter: "Handrail letter",
};

const KINDS: Readonly<Record<string, Channel>> = { email: "email", sms: "text", letter: "letter" };
/** How long what Notify has of templates is believed. */
const TEMPLATES_FOR = { minutes: 10 } as const;
/** A call that takes longer has an unknown end. Well below the time an attempt is left alone (`DOUBT_WAIT`). */
const CALL_MILLISECONDS = 30_000;
/** Notify limits each key to 3,000 calls a minute and each day's texts and e-mails; without its own word, wait this long. */
const TOO_MANY_WAIT = { seconds: 10 } as const;
const TOO_MANY_TODAY_WAIT = { minutes: 30 } as const;

interface Failure {
  readonly code?: string;
  readonly message?: string;
  readonly response?: {
    readonly status: number;
    readonly headers?: Readonly<Record<string, unknown>>;
    readonly data?: { readonly errors?: readonly { readonly error?: string; readonly message?: string }[] };
  };
}

export function notifyTransport({ key, url }: NotifySettings, clock: Clock): Transport {
  const client = url === undefined ? new NotifyClient(key) : new NotifyClient(url, key);
  limitTime(client);
  let templates: ReadonlyMap<Channel, string> = new Map();
  let believedUntil: Temporal.Instant | null = null;
  let problem: string | null = null;

  const look = async (): Promise<void> => {
    const now = clock.now();
    if (believedUntil !== null && Temporal.Instant.compare(now, believedUntil) < 0) return;
    try {
      const { data } = await client.getAllTemplates();
      const named = data.templates.filter((each) => NOTIFY_TEMPLATES[KINDS[each.type] as Channel] === each.name);
      templates = new Map(named.map((each) => [KINDS[each.type] as Channel, each.id]));
      const missing = CHANNELS.filter((channel) => !templates.has(channel)).map((channel) => NOTIFY_TEMPLATES[channel]);
      problem = missing.length === 0 ? null : `GOV.UK Notify has no template named ${missing.join(", ")}.`;
      believedUntil = now.add(TEMPLATES_FOR);
    } catch (error) {
      problem = notifyProblem(error as Failure);
      // What was known stays good; asked again with the next batch.
    }
  };

  return {
    provider: "notify",
    async channels() {
      await look();
      return [...templates.keys()];
    },
    problem: () => problem,
    async send(outgoing) {
      const template = templates.get(outgoing.channel);
      if (template === undefined) return { kind: "later", reason: "notify-template", after: null, stops: "all" };
      try {
        const providerId = await hand(client, template, outgoing);
        const fragments = outgoing.channel === "text" ? textLength(outgoing.body).fragments : null;
        return { kind: "accepted", providerId, fragments };
      } catch (error) {
        return notifyOutcome(error as Failure, clock.now());
      }
    },
    async ask(id) {
      try {
        const { data } = await client.getNotifications(undefined, undefined, id);
        const found = data.notifications[0];
        return found === undefined ? { kind: "unknown" } : receiptOf(found.status, found.id, found.body, found.type);
      } catch (error) {
        const outcome = notifyOutcome(error as Failure, clock.now());
        return { kind: "later", after: outcome.kind === "later" ? outcome.after : null, reason: outcome.reason };
      }
    },
    close: () => Promise.resolve(),
  };
}

/** The client has no way to set a time limit but to be given its HTTP client. */
function limitTime(client: NotifyClient): void {
  const api = (client as unknown as { readonly apiClient: { readonly restClient: unknown } }).apiClient;
  const rest = api.restClient as { create(settings: object): unknown };
  client.setClient(rest.create({ timeout: CALL_MILLISECONDS, maxRedirects: 0 }) as never);
}

async function hand(client: NotifyClient, template: string, outgoing: Outgoing): Promise<string> {
  const { id: reference, channel, to, subject, body } = outgoing;
  switch (channel) {
    case "email":
      return (await client.sendEmail(template, to, { personalisation: { subject, body }, reference })).data.id;
    case "text":
      return (await client.sendSms(template, to, { personalisation: { body }, reference })).data.id;
    case "letter":
      return (
        await client.sendLetter(template, {
          personalisation: { ...addressLines(to), heading: subject, body },
          reference,
        })
      ).data.id;
  }
}

/** Notify takes at most seven lines, the last the postcode or the country; what is more is joined into the sixth. */
export function addressLines(to: string): Readonly<Record<string, string>> {
  const lines = to.split("\n");
  const most = 7;
  const fitting =
    lines.length <= most
      ? lines
      : [...lines.slice(0, most - 2), lines.slice(most - 2, -1).join(", "), lines.at(-1) ?? ""];
  return Object.fromEntries(fitting.map((line, index) => [`address_line_${index + 1}`, line]));
}

/**
 * What a failed call says about the message. Source: Notify's API documentation, "Error codes": 400 the request, 403 the
 * key, 429 the limits; 500 their side, where the message may have been taken.
 */
export function notifyOutcome(failure: Failure, now: Temporal.Instant): Exclude<Outcome, { kind: "accepted" }> {
  const { response, code } = failure;
  if (response === undefined) {
    // Before a connection stands nothing was sent.
    const before = code === "ECONNREFUSED" || code === "ENOTFOUND" || code === "EAI_AGAIN";
    return before
      ? { kind: "later", reason: "notify-unreachable", after: null, stops: "all" }
      : { kind: "in-doubt", reason: "notify-silence" };
  }
  const words = response.data?.errors?.map((each) => each.message ?? "").join(" ") ?? "";
  switch (response.status) {
    case 400:
      if (/(?:email_address|phone_number|address|postcode|phone number)/i.test(words))
        return { kind: "bad-contact", reason: "notify-address" };
      if (/trial mode|team-only/i.test(words))
        return { kind: "later", reason: "notify-trial", after: null, stops: "all" };
      return { kind: "refused", reason: "notify-refused" };
    case 401:
    case 403:
      return { kind: "later", reason: "notify-key", after: null, stops: "all" };
    case 404:
      return { kind: "later", reason: "notify-template", after: null, stops: "all" };
    case 429:
      return {
        kind: "later",
        reason: "notify-too-many",
        after: /today|daily/i.test(words)
          ? Temporal.Duration.from(TOO_MANY_TODAY_WAIT)
          : retryAfter(response.headers?.["retry-after"], now),
        stops: "all",
      };
    default:
      return response.status >= 500
        ? { kind: "in-doubt", reason: `notify-${response.status}` }
        : { kind: "refused", reason: `notify-${response.status}` };
  }
}

const LONGEST_WAIT_SECONDS = 3_600;

/** Seconds or a date (RFC 9110, section 10.2.3), at most an hour. */
function retryAfter(header: unknown, now: Temporal.Instant): Temporal.Duration {
  const text = typeof header === "string" ? header.trim() : "";
  const seconds = /^\d{1,6}$/.test(text) ? Number(text) : Math.ceil((Date.parse(text) - now.epochMilliseconds) / 1000);
  if (!Number.isFinite(seconds)) return Temporal.Duration.from(TOO_MANY_WAIT);
  return Temporal.Duration.from({ seconds: Math.min(LONGEST_WAIT_SECONDS, Math.max(1, seconds)) });
}

function receiptOf(status: string, providerId: string, body: string | undefined, type: string): Receipt {
  switch (status) {
    case "delivered":
    case "received":
      return { kind: "delivered" };
    case "permanent-failure":
      return { kind: "failed", contact: true, reason: "notify-permanent-failure" };
    case "temporary-failure":
    case "technical-failure":
    case "validation-failed":
    case "virus-scan-failed":
    case "cancelled":
      return { kind: "failed", contact: false, reason: `notify-${status}` };
    default:
      // created, sending, pending, sent, accepted, pending-virus-check: it has it.
      return { kind: "taken", providerId, fragments: type === "sms" ? textLength(body ?? "").fragments : null };
  }
}

function notifyProblem({ response, code }: Failure): string {
  if (response?.status === 401 || response?.status === 403)
    return "GOV.UK Notify does not accept the key in HANDRAIL_NOTIFY_KEY.";
  return `GOV.UK Notify cannot be reached (${response?.status ?? code ?? "no answer"}).`;
}
