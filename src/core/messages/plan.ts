/** What becomes of one message now: sent, and how; kept for later; or ended, and why. Pure. */
import type { Communication, Need, Preferences } from "./facts.ts";
import { CHANNELS, type Channel, LANGUAGES, type Language, type Template, type Writing } from "./templates.ts";

/** How a person can be reached. A channel whose address refused a message for good is unusable. */
export interface Reachable {
  readonly email: string | null;
  readonly telephone: string | null;
  readonly address: readonly string[];
  /** BCP 47, as the vault has it. */
  readonly language: string | null;
  readonly unusable: readonly Channel[];
}

export interface PlanInput extends Communication {
  readonly message: {
    readonly urgent: boolean;
    readonly askedChannel: Channel | null;
    readonly notAfter: Temporal.Instant | null;
  };
  readonly template: Template;
  readonly contact: Reachable | null;
  /** The channels this installation can send by now. */
  readonly available: readonly Channel[];
  readonly now: Temporal.Instant;
  readonly timeZone: string;
}

export type Unmet =
  | { readonly why: "need"; readonly need: Need }
  /** No address or number for any channel that may be used. */
  | { readonly why: "no-contact" }
  /** There was one, and it refused a message for good. */
  | { readonly why: "unusable-contact" };

export type Plan =
  | ({ readonly kind: "send"; readonly to: string } & Writing)
  | { readonly kind: "wait"; readonly until: Temporal.Instant; readonly why: "quiet-hours" | "no-provider" }
  | { readonly kind: "cancel"; readonly why: "died" | "switched-off" | "too-late" }
  | ({ readonly kind: "unmet" } & Unmet);

/** How long a message waits before it is looked at again, where the installation has no way to send it. */
const NO_PROVIDER_WAIT = { minutes: 5 } as const;

/**
 * Decides in this order: nothing to the dead; nothing too late; nothing switched off; the person's needs; quiet hours; the
 * first channel, as preferred, that has words, an address and a provider.
 */
export function planDelivery(input: PlanInput): Plan {
  const { message, template, contact, preferences, needs, died, now } = input;
  if (died) return { kind: "cancel", why: "died" };
  if (message.notAfter !== null && Temporal.Instant.compare(now, message.notAfter) > 0)
    return { kind: "cancel", why: "too-late" };
  if (!template.essential && preferences.switchedOff.includes(template.id))
    return { kind: "cancel", why: "switched-off" };

  const language = languageOf(preferences, contact);
  const asked = message.askedChannel;
  const format = asked === null && needs.includes("easy-read") ? "easy-read" : "standard";
  const words = format === "easy-read" ? template.easyRead : template.words;
  if (words === undefined) return { kind: "unmet", why: "need", need: "easy-read" };

  const ways = CHANNELS.filter((channel) => words[language][channel] !== undefined);
  const choice = asked === null ? channelsByNeed(ways, needs, preferences) : { channels: [asked] as const };
  if ("unmet" in choice) return { kind: "unmet", why: "need", need: choice.unmet };

  const reachable = choice.channels.filter(
    (channel) => words[language][channel] !== undefined && addressOf(contact, channel) !== null,
  );
  const usable = reachable.filter(
    (channel) =>
      contact?.unusable.includes(channel) !== true && isAddress(channel, addressOf(contact, channel) as string),
  );
  if (usable.length === 0) return { kind: "unmet", why: reachable.length === 0 ? "no-contact" : "unusable-contact" };

  const quietUntil = message.urgent ? null : endOfQuiet(preferences.quietHours, now, input.timeZone);
  if (quietUntil !== null) return { kind: "wait", until: quietUntil, why: "quiet-hours" };
  const channel = usable.find((each) => input.available.includes(each));
  if (channel === undefined) return { kind: "wait", until: now.add(NO_PROVIDER_WAIT), why: "no-provider" };
  return { kind: "send", channel, language, format, to: addressOf(contact, channel) as string };
}

/**
 * The channels that meet the person's needs, in the order they prefer; or the need that none meets.
 *
 * Large print is met by e-mail or text only for a person who chose that channel: on a screen of their own they enlarge it
 * themselves; a letter of ours is in one size. An interpreter is for talking: it does not keep a message from being sent.
 */
function channelsByNeed(
  ways: readonly Channel[],
  needs: readonly Need[],
  preferences: Preferences,
): { readonly channels: readonly Channel[] } | { readonly unmet: Need } {
  for (const need of ["braille", "audio", "bsl-video", "contact-by-telephone"] as const)
    if (needs.includes(need)) return { unmet: need };
  const contactNeeds = CHANNELS.filter((channel) => needs.includes(`contact-by-${channel}`));
  const allowed = contactNeeds.length === 0 ? ways : ways.filter((channel) => contactNeeds.includes(channel));
  if (allowed.length === 0) return { unmet: `contact-by-${contactNeeds[0] as Channel}` };
  const ordered = inPreferredOrder(allowed, preferences.channels);
  if (!needs.includes("large-print")) return { channels: ordered };
  const chosen = [...preferences.channels, ...contactNeeds];
  const large = ordered.filter((channel) => channel !== "letter" && chosen.includes(channel));
  return large.length === 0 ? { unmet: "large-print" } : { channels: large };
}

/** Preferred ones first; the others stay behind them, so that a message still arrives when those fail. */
function inPreferredOrder(ways: readonly Channel[], preferred: readonly Channel[]): readonly Channel[] {
  return [
    ...preferred.filter((channel) => ways.includes(channel)),
    ...ways.filter((channel) => !preferred.includes(channel)),
  ];
}

/** The address for a channel; a letter's lines are joined by line breaks. Null when there is none. */
export function addressOf(contact: Reachable | null, channel: Channel): string | null {
  if (contact === null) return null;
  switch (channel) {
    case "email":
      return filled(contact.email);
    case "text":
      return filled(contact.telephone);
    case "letter": {
      const lines = contact.address.map((line) => line.trim()).filter((line) => line !== "");
      return lines.length === 0 ? null : lines.join("\n");
    }
  }
}

/** RFC 5321, section 4.5.3.1.3: a path of 256 octets, its angle brackets among them. */
const LONGEST_EMAIL = 254;
/** ITU-T E.164: 15 digits; people write signs between them. */
const LONGEST_TELEPHONE = 30;
const MOST_LINES = 12;
const LONGEST_LINE = 200;

/**
 * Whether this can be one address and nothing else: no second one hidden in it, no line that a header could begin with.
 * Whether it exists, the provider will say. Old quoted forms of e-mail addresses are not taken.
 */
export function isAddress(channel: Channel, text: string): boolean {
  switch (channel) {
    case "email":
      return text.length <= LONGEST_EMAIL && /^[^\s@<>()[\]\\,;:"\p{C}]+@[^\s@<>()[\]\\,;:"\p{C}]+$/u.test(text);
    case "text":
      return text.length <= LONGEST_TELEPHONE && /^\+?[\d\s().-]*\d[\d\s().-]*$/.test(text);
    case "letter": {
      const lines = text.split("\n");
      return lines.length <= MOST_LINES && lines.every((line) => line.length <= LONGEST_LINE && !/\p{Cc}/u.test(line));
    }
  }
}

function filled(text: string | null): string | null {
  return text === null || text.trim() === "" ? null : text.trim();
}

function languageOf(preferences: Preferences, contact: Reachable | null): Language {
  const wanted = preferences.language ?? contact?.language?.split("-")[0] ?? "en";
  return LANGUAGES.find((language) => language === wanted) ?? "en";
}

/**
 * The instant at which the quiet hours that hold now end; null outside of them. Local times: on the day the clocks change
 * an hour that does not exist is moved forward, as `Temporal` does ("compatible").
 */
export function endOfQuiet(
  quietHours: Preferences["quietHours"],
  now: Temporal.Instant,
  timeZone: string,
): Temporal.Instant | null {
  if (quietHours === null || quietHours.from === quietHours.to) return null;
  const local = now.toZonedDateTimeISO(timeZone);
  const time = local.toPlainTime();
  const from = Temporal.PlainTime.from(quietHours.from);
  const to = Temporal.PlainTime.from(quietHours.to);
  const afterFrom = Temporal.PlainTime.compare(time, from) >= 0;
  const beforeTo = Temporal.PlainTime.compare(time, to) < 0;
  const overMidnight = Temporal.PlainTime.compare(from, to) > 0;
  if (overMidnight ? !afterFrom && !beforeTo : !(afterFrom && beforeTo)) return null;
  const day = overMidnight && afterFrom ? local.toPlainDate().add({ days: 1 }) : local.toPlainDate();
  const end = day.toZonedDateTime({ timeZone, plainTime: to }).toInstant();
  // Where the clocks went back, the hour comes twice: the end found may lie behind us. Then the quiet is over.
  return Temporal.Instant.compare(end, now) > 0 ? end : null;
}
