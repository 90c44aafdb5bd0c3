import { formatDay, weekday } from "../../src/lib/dates/day.ts";
import { serviceOf } from "../directory.ts";
import { seasonal } from "../seasons.ts";
import type { PlannedEvent, Planning, Stream } from "../stream.ts";
import { lastWorkday, nextWorkday } from "../time.ts";
import { keptShare, waitAt, type WaitShape } from "../waits.ts";
import { specialtyAt } from "./specialties.ts";

/**
 * Target: of the waits running (incomplete pathways) 59.8 % within 18 weeks, England, March 2025
 * (parallelparliament.co.uk/question/55217). Half of the waits are kept and the tail's scale is set so that the list comes
 * out there; beyond 52 weeks lie some 2 to 3 % of it.
 */
const treatment: WaitShape = { shortest: 14, limit: 126, lean: 0.8, tail: { scale: 153, shape: 1.6 } };
const KEPT_WITHIN_18_WEEKS = 0.5;

export const referralToTreatment: Stream = {
  guarantee: "eng-rtt",
  prefix: "rtt",
  perThousand: 340,
  carriedOverDays: 420,
  knowsDeath: true,
  busy: seasonal({ weekend: 0, winter: 0, august: 0.95, christmas: 0.7 }),
  weightAt: (age) => (age < 18 ? 0.55 : age < 50 ? 0.75 : age < 70 ? 1.25 : 1.8),
  serviceFor: (person, age, random) => {
    const near =
      person.ward.hospital === "northshore-general"
        ? random.pick(["saltings-infirmary", "larkmoor-hospital"])
        : person.ward.hospital;
    const hospital = random.chance(0.85) ? near : random.pick(["saltings-infirmary", "larkmoor-hospital"]);
    return serviceOf(hospital, specialtyAt(age, random));
  },
  plan: planReferral,
};

function planReferral({ service, start, draw, random, span }: Planning): PlannedEvent[] {
  const kept = keptShare(KEPT_WITHIN_18_WEEKS, { service, span, due: start + 126, winterLoss: 0.01 });
  const settled = (day: number, wait: number): number => {
    const end = wait <= 126 ? Math.max(day + 1, lastWorkday(day + wait)) : nextWorkday(day + wait);
    // The new record system: clinics were cut back for six weeks, and who was to be treated then waited longer.
    return end >= span.dip.from && end <= span.dip.to && random.chance(0.6)
      ? nextWorkday(end + random.whole(21, 60))
      : end;
  };
  let end = settled(start, waitAt(treatment, draw.wait, kept));
  // Some came from a hospital elsewhere: the first provider's date travels with them (rules suite, rule 1).
  const travelled = random.chance(0.05) ? Math.min(end - start - 2, random.whole(7, 50)) : 0;
  const received = start + travelled;
  const events: PlannedEvent[] = [
    {
      type: "referral-received",
      day: received,
      ...(travelled > 0 ? { data: { original_date: formatDay(start) } } : {}),
    },
  ];
  const firstVisit = between(received, end, 0.3 + random.share() * 0.35);
  if (random.chance(0.04)) {
    events.push({ type: "appointment-missed", day: firstVisit, data: { first: true } });
    const next = nextWorkday(firstVisit + random.whole(3, 24));
    if (random.chance(0.25)) return [...events, { type: "returned-to-primary-care", day: next }];
    events.push({ type: "appointment-rebooked", day: next });
    end = settled(next, waitAt(treatment, draw.second, Math.min(0.95, kept + 0.15)));
    events.push({ type: "appointment-attended", day: between(next, end, 0.5) });
  } else {
    if (random.chance(0.12)) {
      const by = random.chance(0.55) ? "person" : "provider";
      events.push({ type: "appointment-cancelled", day: between(received, firstVisit, 0.7), data: { by } });
    }
    events.push({ type: "appointment-attended", day: firstVisit });
  }
  events.push(...onTheWay({ service, random, from: (events.at(-1) as PlannedEvent).day, end }));
  events.push(...ending({ received, draw, random, end, kept, settled }));
  return events;
}

/** What may happen between the first appointment and the end. */
function onTheWay(
  about: Pick<Planning, "service" | "random"> & { readonly from: number; readonly end: number },
): PlannedEvent[] {
  const { service, random, from, end } = about;
  if (end - from < 20) return [];
  const events: PlannedEvent[] = [];
  const surgical = service.kind === "hips-and-knees" || service.kind === "cataract";
  const chance = random.share();
  if (chance < 0.025) {
    const other = service.organisationId === "saltings-infirmary" ? "larkmoor-hospital" : "saltings-infirmary";
    events.push({ type: "transferred", day: between(from, end, 0.2), service: serviceOf(other, service.kind) });
  } else if (chance < 0.05) {
    // Asked for by habit; since October 2015 it changes nothing, and the page says so.
    events.push(
      { type: "pause-started", day: between(from, end, 0.3) },
      { type: "pause-ended", day: between(from, end, 0.5) },
    );
  } else if (chance < 0.12) {
    events.push({ type: "offer-declined", day: between(from, end, 0.5) });
  }
  if (surgical && random.chance(0.5)) events.push({ type: "admission-decided", day: between(from, end, 0.55) });
  if (random.chance(0.15)) events.push({ type: "appointment-attended", day: between(from, end, 0.65) });
  return events;
}

type Ending = Pick<Planning, "draw" | "random"> & {
  readonly received: number;
  readonly end: number;
  readonly kept: number;
  readonly settled: (day: number, wait: number) => number;
};

function ending({ received, draw, random, end, kept, settled }: Ending): PlannedEvent[] {
  const chance = random.share();
  if (chance < 0.68) return [{ type: "treatment-started", day: end }];
  if (chance < 0.78) return [{ type: "treatment-not-needed", day: end }];
  if (chance < 0.86) return [{ type: "returned-to-primary-care", day: end }];
  if (chance < 0.88) return [{ type: "treatment-declined", day: end }];
  if (chance < 0.91) {
    return [
      { type: "appointment-missed", day: Math.max(received + 1, lastWorkday(end - 7)) },
      { type: "discharged-after-missed", day: end },
    ];
  }
  const monitoring: PlannedEvent[] = [
    { type: "monitoring-started", day: end, data: { by: chance < 0.93 ? "person" : "professional" } },
  ];
  if (chance < 0.93 && end - received > 50 && random.chance(0.6)) {
    // Two reasonable offers declined, as the guidance of February 2025 asks before a wait of one's own choice.
    monitoring.unshift(
      { type: "offer-declined", day: between(received, end, 0.8) },
      { type: "offer-declined", day: between(received, end, 0.93) },
    );
  }
  if (random.chance(0.4)) {
    const again = nextWorkday(end + random.whole(60, 200));
    monitoring.push(
      { type: "monitoring-ended", day: again },
      { type: "treatment-started", day: settled(again, waitAt(treatment, draw.second, kept)) },
    );
  }
  return monitoring;
}

/**
 * Targets: told within 28 days some 75 % (the standard of October 2021), treated within 31 days of the decision some 91 %,
 * within 62 days of the referral some 65 to 70 %: NHS England's monthly cancer statistics of 2024–25, rounded from memory.
 */
const told: WaitShape = { shortest: 6, limit: 28, lean: 0.75, tail: { scale: 17, shape: 1 } };
const treated: WaitShape = { shortest: 30, limit: 62, lean: 0.6, tail: { scale: 32, shape: 1.1 } };

export const cancer: Stream = {
  guarantee: "eng-cancer",
  prefix: "cancer",
  perThousand: 24,
  carriedOverDays: 150,
  knowsDeath: false,
  busy: seasonal({ weekend: 0, winter: 0, august: 0.95, christmas: 0.5 }),
  weightAt: (age) => (age < 40 ? 0.15 : age < 60 ? 1 : 2.6),
  serviceFor: (person) =>
    serviceOf(person.ward.hospital === "larkmoor-hospital" ? "larkmoor-hospital" : "northshore-general", "cancer"),
  plan: ({ service, start, draw, random, span }) => {
    const events: PlannedEvent[] = [{ type: "referral-received", day: start, data: { urgent: true } }];
    let from = start;
    if (random.chance(0.03)) {
      from = nextWorkday(start + random.whole(8, 14));
      events.push({ type: "appointment-missed", day: from, data: { first: true } });
    }
    const share = (base: number, days: number) =>
      keptShare(base, { service, span, due: from + days, winterLoss: 0.02, dipLoss: 0.15, yearlyGain: 0.03 });
    // Everybody here is found to have cancer: the definition has no end for those in whom it is ruled out.
    const toldAfter = waitAt(told, draw.wait, share(0.755, 28));
    // Who is told late is treated late: most of the second draw is the first.
    const mixed = draw.wait * 0.55 + draw.second * 0.45;
    const total = Math.max(toldAfter + 4, waitAt(treated, spread(mixed), share(0.67, 62)));
    const decisionGap = Math.min(total - toldAfter, random.chance(0.84) ? random.whole(5, 31) : random.whole(32, 48));
    events.push(
      { type: "diagnosis-told", day: from + toldAfter },
      { type: "treatment-decided", day: from + total - decisionGap },
      { type: "treatment-started", day: from + total },
    );
    return events;
  },
};

/** A mixture of two even draws (0.55 and 0.45) made even again: its distribution function, a trapezium's. */
function spread(mixed: number): number {
  if (mixed < 0.45) return (mixed * mixed) / (2 * 0.55 * 0.45);
  if (mixed < 0.55) return 0.45 / (2 * 0.55) + (mixed - 0.45) / 0.55;
  return 1 - ((1 - mixed) * (1 - mixed)) / (2 * 0.55 * 0.45);
}

/** Target: 73 to 78 % within four hours (the standard was 76 % by March 2024, 78 % by March 2025: Nuffield Trust). Minutes. */
const fourHours: WaitShape = { shortest: 25, limit: 240, lean: 0.7, tail: { scale: 190, shape: 1 } };
/** Arrivals by hour of the day, compared: quiet before dawn, busiest from ten to seven. */
const hourly = [3, 2, 2, 2, 2, 2, 3, 4, 6, 8, 9, 9, 9, 8, 8, 8, 8, 8, 8, 7, 6, 6, 5, 4];
const hourlySum = hourly.reduce((sum, weight) => sum + weight, 0);

export const emergency: Stream = {
  guarantee: "eng-emergency",
  prefix: "ed",
  perThousand: 330,
  carriedOverDays: 0,
  knowsDeath: false,
  busy: (day) => (weekday(day) === 1 ? 1.15 : weekday(day) > 5 ? 1.03 : 0.97),
  weightAt: (age) => (age < 5 ? 1.9 : age < 65 ? 0.85 : age < 80 ? 1.15 : 2),
  serviceFor: (person, _age, random) =>
    serviceOf(
      person.ward.hospital === "northshore-general" || random.chance(0.25)
        ? "northshore-general"
        : "saltings-infirmary",
      "emergency-department",
    ),
  plan: ({ service, start, draw, random, span }) => {
    const kept = keptShare(0.755, { service, span, due: start, winterLoss: 0.06, dipLoss: 0.14, yearlyGain: 0.015 });
    const arrived = arrivalMinute(draw.second, random);
    const left = arrived + waitAt(fourHours, draw.wait, kept);
    return [
      { type: "arrived", day: start, minute: arrived },
      { type: "left", day: start + Math.floor(left / 1440), minute: left % 1440 },
    ];
  },
};

function arrivalMinute(share: number, random: Planning["random"]): number {
  let left = share * hourlySum;
  let hour = 0;
  while (hour < 23 && left >= (hourly[hour] as number)) left -= hourly[hour++] as number;
  return hour * 60 + random.whole(0, 59);
}

/** A working day a share of the way from one day to another, never outside them. */
function between(from: number, to: number, share: number): number {
  return Math.min(to, nextWorkday(from + Math.floor((to - from) * share)));
}
