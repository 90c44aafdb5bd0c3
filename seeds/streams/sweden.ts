import { serviceOf } from "../directory.ts";
import { seasonal } from "../seasons.ts";
import type { PlannedEvent, Planning, Stream } from "../stream.ts";
import { nextWorkday } from "../time.ts";
import { keptShare, waitAt, type WaitShape } from "../waits.ts";
import { specialtyAt } from "./specialties.ts";

/**
 * Targets, all four from vantetider.se, March 2019, among clocks completed: contact the same day 88 %, assessed within
 * 3 days 81 %, first specialist visit within 90 days 79 %, treatment within 90 days 69 %.
 */
const CONTACT = 0.88;
const ASSESSMENT = 0.81;
const SPECIALIST = 0.79;
const TREATMENT = 0.69;

const contact: WaitShape = { shortest: 0, limit: 0, lean: 1, tail: { scale: 1, shape: 1 } };
const assessment: WaitShape = { shortest: 0, limit: 3, lean: 0.8, tail: { scale: 3.5, shape: 1 } };
const specialist: WaitShape = { shortest: 9, limit: 90, lean: 0.75, tail: { scale: 42, shape: 1 } };
const treatment: WaitShape = { shortest: 7, limit: 90, lean: 0.7, tail: { scale: 60, shape: 1 } };

/** Contact with the practice and, where one is needed, the medical assessment. */
export const primaryCare: Stream = {
  guarantee: "se-vardgaranti",
  prefix: "contact",
  perThousand: 230,
  carriedOverDays: 20,
  knowsDeath: true,
  busy: seasonal({ weekend: 0.12, winter: 0.12, august: 0.9, christmas: 0.7 }),
  weightAt: (age) => (age < 18 ? 0.9 : age < 65 ? 0.85 : 1.6),
  serviceFor: (person) => serviceOf(person.practiceId, "primary-care"),
  plan: ({ service, start, draw, random, span }) => {
    const about = { service, span, due: start, winterLoss: 0.01, dipLoss: 0.06, yearlyGain: 0.015 };
    const contactAfter = waitAt(contact, draw.wait, keptShare(CONTACT, about));
    const needed = random.chance(0.5);
    const atOnce = needed && random.chance(0.25);
    const events: PlannedEvent[] = [
      { type: "contact-sought", day: start },
      {
        type: "contact-made",
        day: start + contactAfter,
        data: atOnce ? { assessment_needed: true, assessed: true } : { assessment_needed: needed },
      },
    ];
    if (!needed || atOnce) return events;
    if (random.chance(0.015)) return [...events, { type: "withdrew", day: start + contactAfter + 1 }];
    // Counted from when contact was sought, so a late contact eats into the three days.
    const assessedAfter = Math.max(contactAfter, waitAt(assessment, draw.second, keptShare(ASSESSMENT, about)));
    const by = random.chance(0.6) ? "doctor" : random.chance(0.85) ? "nurse" : "other";
    return [...events, { type: "assessment-made", day: start + assessedAfter, data: { by } }];
  },
};

/** From the decision on a referral to the specialist's visit and, for most, on to treatment. */
export const specialistCare: Stream = {
  guarantee: "se-vardgaranti",
  prefix: "specialist",
  perThousand: 95,
  carriedOverDays: 330,
  knowsDeath: true,
  busy: seasonal({ weekend: 0, winter: 0.02, august: 0.95, christmas: 0.4 }),
  weightAt: (age) => (age < 18 ? 0.8 : age < 50 ? 0.7 : age < 70 ? 1.2 : 1.7),
  serviceFor: (_person, age, random) => serviceOf("northshore-general", specialtyAt(age, random)),
  plan: planSpecialist,
};

function planSpecialist(planning: Planning): PlannedEvent[] {
  const { service, start, draw, random, span } = planning;
  const share = (base: number, from: number) =>
    keptShare(base, {
      service,
      span,
      due: from + 90,
      winterLoss: 0.012,
      dipLoss: 0.22,
      yearlyGain: TRENDS[service.kind] ?? 0,
    });
  const visitWait = waitAt(specialist, draw.wait, share(SPECIALIST + CASE_MIX, start));
  const first = random.chance(0.07) ? selfReferral(start, random) : [{ type: "referral-decided", day: start }];
  const asked = (first.at(-1) as PlannedEvent).day;
  const visit = delayed(planning, Math.max(asked, start), start + Math.max(visitWait, asked - start + 1));
  if (random.chance(0.03)) return [...first, { type: "withdrew", day: Math.floor((asked + visit.day) / 2) }];
  const events: PlannedEvent[] = [...first, ...visit.events, { type: "first-visit", day: visit.day }];
  if (random.chance(0.4)) return events;
  const decided = nextWorkday(visit.day + random.whole(0, 18));
  const treatmentWait = waitAt(treatment, draw.second, share(TREATMENT + 2 * CASE_MIX, decided));
  events.push({ type: "treatment-decided", day: decided });
  if (random.chance(0.02)) return [...events, { type: "withdrew", day: decided + Math.ceil(treatmentWait / 2) }];
  const treated = delayed(planning, decided, decided + treatmentWait);
  return [...events, ...treated.events, { type: "treatment-started", day: treated.day }];
}

/** The services with more cases lean below the region's share; what that takes away, in points. */
const CASE_MIX = 0.005;
/** Points a year: cataract gained a second theatre, children's mental health loses ground. */
const TRENDS: Readonly<Record<string, number>> = { cataract: 0.07, "childrens-mental-health": -0.09 };

function selfReferral(start: number, random: Planning["random"]): PlannedEvent[] {
  return [
    { type: "contact-sought", day: start },
    { type: "contact-made", day: start, data: { assessment_needed: false } },
    { type: "self-referral-accepted", day: nextWorkday(start + random.whole(2, 9)) },
  ];
}

/**
 * A wait with what may interrupt it: a pause that counts moves the end by its length; one that does not counts (a
 * choice to wait without all three of the ordinance's conditions) leaves the end where it is, and so eats up the days.
 */
function delayed(
  { random }: Planning,
  from: number,
  end: number,
): { readonly events: PlannedEvent[]; readonly day: number } {
  const chance = random.share();
  const room = end - from;
  if (chance > 0.155 || room < 30) return { events: [], day: end };
  const at = from + Math.floor(room * (0.25 + random.share() * 0.4));
  const length = random.whole(7, 35);
  if (chance < 0.045) return interrupted(at, length, "medical", end);
  if (chance < 0.06) return interrupted(at, length, "other-region", end);
  const offers: PlannedEvent[] = [
    { type: "offer-made", day: at - 3 },
    { type: "offer-declined", day: at },
  ];
  if (chance < 0.07) {
    // Declined, then wanted the care after all: the days count anew (SKR).
    const again = at + random.whole(10, 25);
    return { events: [...offers, { type: "wants-care-again", day: again }], day: Math.max(again + 10, end) };
  }
  const told: PlannedEvent = { type: "guarantee-explained", day: from + 1 };
  const pause = interrupted(at, length, "own-choice", end);
  if (chance < 0.12) return { events: [told, ...offers, ...pause.events], day: pause.day };
  // Nobody explained the guarantee, or no offer was made: the pause is on record and does not count.
  return {
    events: random.chance(0.6) ? [...offers, ...pause.events] : [told, ...pause.events],
    day: Math.max(end, at + length + 1),
  };
}

function interrupted(
  at: number,
  length: number,
  reason: string,
  end: number,
): { readonly events: PlannedEvent[]; readonly day: number } {
  return {
    events: [
      { type: "care-paused", day: at, data: { reason } },
      { type: "care-resumed", day: at + length },
    ],
    day: end + length,
  };
}
