import { formatDay } from "../../src/lib/dates/day.ts";
import { serviceOf } from "../directory.ts";
import { seasonal } from "../seasons.ts";
import type { PlannedEvent, Planning, Stream } from "../stream.ts";
import { lastWorkday, nextWorkday } from "../time.ts";
import { keptShare, waitAt, type WaitShape } from "../waits.ts";

const officeHours = seasonal({ weekend: 0, winter: 0.03, august: 0.88, christmas: 0.35 });
const adults = (age: number): number => (age < 18 ? 0 : 1.25);

/**
 * Target: some 90 % within 20 working days, about what monitored bodies report (Cabinet Office, Freedom of Information
 * statistics; from memory). Calendar days: twenty working days are 28 of them, up to five more over holidays, so waits of
 * 29 to 35 are left out and neither side of the limit is hit by a bank holiday.
 */
const answer: WaitShape = { shortest: 2, limit: 27, lean: 0.6, tail: { scale: 16, shape: 1 } };

export const freedomOfInformation: Stream = {
  guarantee: "uk-foi",
  prefix: "foi",
  perThousand: 40,
  carriedOverDays: 90,
  knowsDeath: false,
  busy: officeHours,
  weightAt: adults,
  serviceFor: (person, _age, random) =>
    serviceOf(random.chance(0.2) ? "northshore-schools" : person.ward.council, "information-requests"),
  plan: ({ service, start, draw, random, span }) => {
    const kept = keptShare(0.9, { service, span, due: start + 28, winterLoss: 0.01, yearlyGain: 0.02 });
    const wait = answerAfter(draw.wait, kept);
    const received: PlannedEvent = { type: "request-received", day: start };
    const chance = random.share();
    if (chance < 0.02) return [received, { type: "request-withdrawn", day: start + random.whole(3, 15) }];
    if (chance < 0.1) {
      const asked = nextWorkday(start + random.whole(2, 9));
      const ask: PlannedEvent = { type: "clarification-asked", day: asked };
      if (chance < 0.035) return [received, ask, { type: "request-withdrawn", day: nextWorkday(asked + 60) }];
      const cleared = nextWorkday(asked + random.whole(3, 25));
      return [
        received,
        ask,
        { type: "clarification-received", day: cleared },
        { type: "response-sent", day: answered(cleared, wait) },
      ];
    }
    if (chance < 0.12) {
      const noticed = nextWorkday(start + random.whole(2, 6));
      const paid = nextWorkday(noticed + random.whole(4, 18));
      return [
        received,
        { type: "fee-noticed", day: noticed },
        { type: "fee-paid", day: paid },
        { type: "response-sent", day: answered(start, Math.max(wait + paid - noticed, paid - start + 1)) },
      ];
    }
    return [received, { type: "response-sent", day: answered(start, wait) }];
  },
};

function answerAfter(share: number, kept: number): number {
  const wait = waitAt(answer, share, kept);
  return wait > 27 ? wait + 8 : wait;
}

/** Answers go out on working days: kept ones not later than promised, late ones later still. */
function answered(from: number, wait: number): number {
  return wait > 27 ? nextWorkday(from + wait) : Math.max(from, lastWorkday(from + wait));
}

/** Plausible, without a published figure in our sources: some 87 % in time, one in eight extended. */
const month: WaitShape = { shortest: 4, limit: 28, lean: 0.5, tail: { scale: 20, shape: 1 } };
const threeMonths: WaitShape = { shortest: 35, limit: 89, lean: 0.6, tail: { scale: 25, shape: 1 } };

export const ownData: Stream = {
  guarantee: "uk-sar",
  prefix: "sar",
  perThousand: 25,
  carriedOverDays: 150,
  knowsDeath: false,
  busy: officeHours,
  weightAt: adults,
  serviceFor: (_person, _age, random) =>
    random.chance(0.5) ? serviceOf("coast-council", "own-data") : serviceOf("northshore-general", "own-data"),
  plan: ({ service, start, draw, random, span }) => {
    const kept = keptShare(0.89, { service, span, due: start + 30, dipLoss: 0.1, yearlyGain: 0.02 });
    const received: PlannedEvent = { type: "request-received", day: start };
    if (random.chance(0.015)) return [received, { type: "request-withdrawn", day: start + random.whole(2, 20) }];
    if (!random.chance(0.12))
      return [received, { type: "response-sent", day: answered(start, pastRolling(waitAt(month, draw.wait, kept))) }];
    const end = start + waitAt(threeMonths, draw.wait, kept);
    // One in ten extensions is told too late to be one.
    const told = random.chance(0.9) ? start + random.whole(8, 26) : start + random.whole(36, 44);
    return [
      received,
      { type: "extension-notified", day: lastWorkday(told) },
      { type: "response-sent", day: nextWorkday(Math.max(end, told + 3)) },
    ];
  },
};

/** A month that ends on a holiday rolls on by up to five days: late answers stay clear of them. */
function pastRolling(wait: number): number {
  return wait > 28 ? wait + 7 : wait;
}

/** Target: 85 to 90 % in time or within the time agreed, as in England's planning statistics of 2024 (live table P120; from memory). */
const minor: WaitShape = { shortest: 21, limit: 56, lean: 0.5, tail: { scale: 40, shape: 1 } };
const major: WaitShape = { shortest: 50, limit: 91, lean: 0.5, tail: { scale: 70, shape: 1 } };

export const planning: Stream = {
  guarantee: "eng-planning",
  prefix: "plan",
  perThousand: 40,
  carriedOverDays: 300,
  knowsDeath: false,
  busy: seasonal({ weekend: 0, winter: -0.12, august: 0.9, christmas: 0.3 }),
  weightAt: (age) => (age < 25 ? 0 : 1.4),
  serviceFor: (person) => serviceOf(person.ward.council, "planning"),
  plan: planApplication,
};

function planApplication({ service, start, draw, random, span }: Planning): PlannedEvent[] {
  const kindDraw = random.share();
  const kind = kindDraw < 0.09 ? "major" : kindDraw < 0.72 ? "minor" : "other";
  const limit = kind === "major" ? 91 : 56;
  const kept = keptShare(0.8, { service, span, due: start + limit, yearlyGain: 0.03 });
  const wait = waitAt(kind === "major" ? major : minor, draw.wait, kept);
  const valid: PlannedEvent = { type: "application-valid", day: start, data: { kind } };
  if (random.chance(0.03))
    return [valid, { type: "application-withdrawn", day: nextWorkday(start + random.whole(5, 45)) }];
  if (kind === "major" && random.chance(0.12)) {
    const required: PlannedEvent = { type: "eia-required", day: nextWorkday(start + random.whole(10, 25)) };
    if (random.chance(0.25)) {
      const not: PlannedEvent = { type: "eia-not-required", day: nextWorkday(required.day + random.whole(10, 20)) };
      return [valid, required, not, { type: "decision-issued", day: nextWorkday(Math.max(start + wait, not.day + 5)) }];
    }
    return [valid, required, { type: "decision-issued", day: nextWorkday(start + Math.max(60, wait + 15)) }];
  }
  const decided = wait <= limit ? lastWorkday(start + wait) : nextWorkday(start + wait);
  // Half of those that would be late get a later day in writing, and most of these keep it.
  if (wait > limit && random.chance(0.5)) {
    const agreed = lastWorkday(start + limit - random.whole(1, 12));
    const until = random.chance(0.85)
      ? decided + random.whole(0, 10)
      : decided - random.whole(1, Math.max(1, Math.min(20, wait - limit)));
    return [
      valid,
      { type: "extension-agreed", day: agreed, data: { until: formatDay(until) } },
      { type: "decision-issued", day: decided },
    ];
  }
  return [valid, { type: "decision-issued", day: decided }];
}

/** Plausible, without a published figure in our sources: the relief duty ends within its 56 days for two in three. */
const relief: WaitShape = { shortest: 4, limit: 56, lean: 0.6, tail: { scale: 40, shape: 1 } };

export const homelessness: Stream = {
  guarantee: "eng-homelessness-relief",
  prefix: "relief",
  perThousand: 16,
  carriedOverDays: 240,
  knowsDeath: false,
  busy: seasonal({ weekend: 0, winter: 0.15, august: 1, christmas: 0.6 }),
  weightAt: (age) => (age < 18 ? 0 : age < 45 ? 2 : age < 70 ? 0.8 : 0.2),
  serviceFor: (person) => serviceOf(person.ward.council, "homelessness"),
  plan: ({ service, start, draw, span }) => {
    const kept = keptShare(0.67, { service, span, due: start + 56, winterLoss: 0.04, yearlyGain: -0.03 });
    return [
      { type: "relief-owed", day: start },
      { type: "relief-ended", day: start + waitAt(relief, draw.wait, kept) },
    ];
  },
};
