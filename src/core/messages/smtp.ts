/** E-mail through the body's own mail server, by nodemailer. */
import { createTransport } from "nodemailer";
import type { Outcome } from "./outcome.ts";
import type { Transport } from "./sender.ts";

export interface SmtpSettings {
  /** `smtps://user:password@host:465`, or `smtp://…:587` for a server that changes to TLS (STARTTLS). */
  readonly url: string;
  /** Address that people see and answer to, e.g. `Northshore <help@northshore.example>`. */
  readonly from: string;
}

const CONNECTIONS = 5;
const MESSAGES_A_CONNECTION = 100;
/** Shorter together than the time an attempt is left alone (`DOUBT_WAIT`). */
const CONNECT_MILLISECONDS = 10_000;
const SILENCE_MILLISECONDS = 30_000;

export function smtpTransport({ url, from }: SmtpSettings): Transport {
  const mailer = createTransport({
    ...reached(url),
    pool: true,
    maxConnections: CONNECTIONS,
    maxMessages: MESSAGES_A_CONNECTION,
    // The pool would send again by itself what a broken connection may have carried: that is the outbox's to decide.
    maxRequeues: 0,
    connectionTimeout: CONNECT_MILLISECONDS,
    greetingTimeout: CONNECT_MILLISECONDS,
    socketTimeout: SILENCE_MILLISECONDS,
    disableFileAccess: true,
    disableUrlAccess: true,
  });
  const domain = /@([^>\s]+)>?\s*$/.exec(from)?.[1] ?? "localhost";
  return {
    provider: "smtp",
    channels: () => Promise.resolve(["email"]),
    problem: () => null,
    async send({ id, to, subject, body, language }) {
      try {
        await mailer.sendMail({
          from,
          to: { name: "", address: to },
          subject: subject ?? "",
          text: body,
          messageId: messageId(id, domain),
          headers: {
            // RFC 3834, section 5: an automatic answer to an automatic message would go round for ever.
            "Auto-Submitted": "auto-generated",
            "Content-Language": language,
          },
        });
        return { kind: "accepted", providerId: null, fragments: null };
      } catch (error) {
        return smtpOutcome(error as SmtpFailure);
      }
    },
    close() {
      mailer.close();
      return Promise.resolve();
    },
  };
}

/**
 * Only what never leaves the machine may go without TLS: elsewhere, whoever stands between could take the offer of TLS out of
 * the server's greeting and read every link to sign in. A url's own `?requireTLS=false` changes nothing.
 */
function reached(text: string): { readonly url: string; readonly requireTLS: boolean } {
  const url = URL.parse(text);
  if (url === null) return { url: text, requireTLS: true };
  url.searchParams.delete("requireTLS");
  return { url: url.href, requireTLS: !/^(?:localhost|127(?:\.\d+){3}|\[::1\])$/i.test(url.hostname) };
}

/** The same in every attempt, so that a mailbox that gets it twice can tell (RFC 5322, section 3.6.4). */
function messageId(id: string, domain: string): string {
  return `<${id}@${domain}>`;
}

export interface SmtpFailure {
  readonly message?: string;
  readonly code?: string;
  /** Of the system call that failed, e.g. `connect`. */
  readonly syscall?: string;
  /** The command the server answered, or that was on its way. */
  readonly command?: string;
  readonly responseCode?: number;
}

/**
 * What a failure says about the message. A server's answer is final for this attempt (RFC 5321, section 4.2.1: 4yz try
 * again, 5yz do not). Without an answer the message may have been taken only if its text was on its way (section 4.2.5).
 */
export function smtpOutcome(failure: SmtpFailure): Outcome {
  const { code, command, responseCode } = failure;
  // Before any message was on its way; whether the server has no TLS, or somebody hides it, cannot be told apart.
  if (code === "ETLS") return { kind: "later", reason: "smtp-no-tls", after: null, stops: "all" };
  if (responseCode !== undefined && responseCode >= 400) {
    const reason = `smtp-${responseCode}`;
    if (code === "EAUTH") return { kind: "later", reason: "smtp-sign-in", after: null, stops: "all" };
    if (responseCode === 421) return { kind: "later", reason, after: null, stops: "all" };
    if (responseCode < 500) return { kind: "later", reason, after: null, stops: "this" };
    // The body's own address is not accepted: nobody's message would go.
    if (command === "MAIL FROM") return { kind: "later", reason: "smtp-sender", after: null, stops: "all" };
    return command === "RCPT TO" ? { kind: "bad-contact", reason } : { kind: "refused", reason };
  }
  if (code === "EENVELOPE") return { kind: "bad-contact", reason: "smtp-address" };
  if (neverConnected(failure)) return { kind: "later", reason: "smtp-unreachable", after: null, stops: "all" };
  return { kind: "in-doubt", reason: "smtp-silence" };
}

/** nodemailer says `CONN` of every connection that broke, at any moment: only these words mean that none stood yet. */
function neverConnected({ code, syscall, message = "" }: SmtpFailure): boolean {
  return (
    code === "EDNS" ||
    code === "EAUTH" ||
    syscall === "connect" ||
    /^(?:Connection timeout|Greeting never)/.test(message)
  );
}
