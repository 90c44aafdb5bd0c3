/**
 * What a person said about how to write to them, as facts: needs (the NHS Accessible Information Standard, DAPB1605:
 * identify, record, flag, share and meet) and preferences. Codes only; addresses are in the vault.
 */
import { z } from "zod";
import { type Fact, type FactDeclaration, inForce } from "../record/index.ts";
import { CHANNELS, type Channel, LANGUAGES, type Language } from "./templates.ts";

export const NEED_RECORDED = "communication-need-recorded";
export const NEED_ENDED = "communication-need-ended";
export const PREFERENCE_SET = "message-preference-set";
export const UNMET_NEED_MET = "unmet-need-met";
/** Whoever writes it: every strand calls a death so. */
export const DIED = "died";

/** Needs by the standard's groups: formats, professionals who communicate, and ways to be contacted. */
export const NEEDS = [
  "easy-read",
  "large-print",
  "braille",
  "audio",
  "bsl-video",
  "interpreter",
  "contact-by-email",
  "contact-by-text",
  "contact-by-letter",
  "contact-by-telephone",
] as const;
export type Need = (typeof NEEDS)[number];

/** How a member of staff met what a message could not. */
export const WAYS_MET = [
  "told-by-telephone",
  "told-in-person",
  "sent-in-their-format",
  "told-through-their-supporter",
  "contact-corrected",
  "no-longer-needed",
] as const;
export type WayMet = (typeof WAYS_MET)[number];

export interface Preferences {
  /** The channels the person wants, first choice first; none named means no choice was made. */
  readonly channels: readonly Channel[];
  readonly language: Language | null;
  /** Local times between which nothing that can wait is sent; over midnight when `from` is later than `to`. */
  readonly quietHours: { readonly from: string; readonly to: string } | null;
  /** Ids of templates the person does not want. */
  readonly switchedOff: readonly string[];
}

/** Everything the sending of a message depends on and the record knows of a person. */
export interface Communication {
  readonly needs: readonly Need[];
  readonly preferences: Preferences;
  readonly died: boolean;
}

/** Nobody is woken by a message that can wait: the hours of somebody who has not said otherwise. */
export const USUAL_QUIET_HOURS = { from: "21:00", to: "08:00" } as const;

export const NO_PREFERENCES: Preferences = {
  channels: [],
  language: null,
  quietHours: USUAL_QUIET_HOURS,
  switchedOff: [],
};

const localTime = z.string().regex(/^(?:[01]\d|2[0-3]):[0-5]\d$/);
const MOST_SWITCHED_OFF = 200;

const preferenceShape = z.strictObject({
  channels: z.array(z.enum(CHANNELS)).max(CHANNELS.length),
  language: z.enum(LANGUAGES).nullable(),
  quietHours: z.strictObject({ from: localTime, to: localTime }).nullable(),
  switchedOff: z.array(z.string().min(1).max(200)).max(MOST_SWITCHED_OFF),
});

const held = {
  purpose: "to write to people in a way they can read, and only as they wish",
  retention: "as long as the person is served, and six years after; then the key is ended",
} as const;
const AIS =
  "legal obligation: Health and Social Care Act 2012, section 250 (Accessible Information Standard, DAPB1605); UK GDPR articles 6(1)(c) and 9(2)(h)";

/** The facts of messages. */
export const messageFacts: readonly FactDeclaration[] = [
  {
    ...held,
    type: NEED_RECORDED,
    says: "You told us what you need so that you can read or hear what we send.",
    shape: z.strictObject({ need: z.enum(NEEDS) }),
    lawfulBasis: AIS,
    sensitivity: "special",
  },
  {
    ...held,
    type: NEED_ENDED,
    says: "You told us that you no longer need this.",
    shape: z.strictObject({ need: z.enum(NEEDS) }),
    lawfulBasis: AIS,
    sensitivity: "special",
  },
  {
    ...held,
    type: PREFERENCE_SET,
    says: "You told us how and when you want to hear from us.",
    shape: preferenceShape,
    lawfulBasis: "public task (UK GDPR article 6(1)(e))",
    sensitivity: "personal",
  },
  {
    ...held,
    type: UNMET_NEED_MET,
    says: "We could not send you a message in the way you need, and a member of staff told you in another way.",
    shape: z.strictObject({ message: z.string().min(1).max(200), how: z.enum(WAYS_MET) }),
    lawfulBasis: AIS,
    sensitivity: "special",
  },
];

/**
 * Facts as they stand, corrections applied, to what sending depends on. The facts may be all of a record's or these types';
 * of a person who is on record more than once, those of each record. Pure.
 */
export function communicationOf(...records: readonly (readonly Fact[])[]): Communication {
  const needs = new Set<Need>();
  let preferences = NO_PREFERENCES;
  let died = false;
  const standing = records.flatMap((facts) => inForce(facts).facts);
  if (records.length > 1) standing.sort((left, right) => Temporal.Instant.compare(left.receivedAt, right.receivedAt));
  for (const { type, data } of standing) {
    switch (type) {
      case NEED_RECORDED:
        needs.add(data["need"] as Need);
        break;
      case NEED_ENDED:
        needs.delete(data["need"] as Need);
        break;
      case PREFERENCE_SET:
        preferences = data as unknown as Preferences;
        break;
      case DIED:
        died = true;
        break;
    }
  }
  return { needs: [...needs], preferences, died };
}
