import { serviceOf } from "../directory.ts";
import { seasonal } from "../seasons.ts";
import type { PlannedEvent, Planning, Stream } from "../stream.ts";
import { keptShare, waitAt, type WaitShape } from "../waits.ts";

/** No published figure in our sources; two thirds within 12 weeks is plausible for the years after 2022. */
const KEPT = 0.67;
const treatment: WaitShape = { shortest: 10, limit: 84, lean: 0.7, tail: { scale: 75, shape: 1 } };

export const treatmentTime: Stream = {
  guarantee: "sco-ttg",
  prefix: "ttg",
  perThousand: 55,
  carriedOverDays: 330,
  knowsDeath: true,
  busy: seasonal({ weekend: 0, winter: 0.02, august: 0.95, christmas: 0.4 }),
  weightAt: (age) => (age < 18 ? 0.5 : age < 50 ? 0.8 : 1.4),
  serviceFor: (person) =>
    serviceOf(
      person.ward.hospital === "saltings-infirmary" ? "saltings-infirmary" : "larkmoor-hospital",
      "day-surgery",
    ),
  plan: planTreatment,
};

function planTreatment({ service, start, draw, random, span }: Planning): PlannedEvent[] {
  const kept = keptShare(KEPT, { service, span, due: start + 84, winterLoss: 0.025, dipLoss: 0.18, yearlyGain: 0.02 });
  const end = start + waitAt(treatment, draw.wait, kept);
  const agreed: PlannedEvent = { type: "treatment-agreed", day: start };
  const at = start + Math.floor((end - start) * (0.2 + random.share() * 0.5));
  const chance = random.share();
  if (chance < 0.03) return [agreed, { type: "withdrew", day: at }];
  if (end - start < 20) return [agreed, { type: "treatment-started", day: end }];
  const reason = random.chance(0.4) ? "medical" : "patient-advised";
  const unavailable: PlannedEvent = { type: "unavailable-from", day: at, data: { reason } };
  if (chance < 0.15) {
    const length = random.whole(7, 42);
    return [
      agreed,
      unavailable,
      { type: "unavailable-until", day: at + length },
      { type: "treatment-started", day: end + length },
    ];
  }
  // Without an end on record unavailability is not taken off.
  if (chance < 0.18) return [agreed, unavailable, { type: "treatment-started", day: end }];
  if (chance < 0.21) {
    // Two reasonable offers refused: the weeks count anew.
    const second = at + random.whole(5, 20);
    return [
      agreed,
      { type: "offer-declined", day: at },
      { type: "offer-declined", day: second },
      { type: "treatment-started", day: second + waitAt(treatment, draw.second, kept) },
    ];
  }
  if (chance < 0.26) return [agreed, { type: "offer-declined", day: at }, { type: "treatment-started", day: end }];
  return [agreed, { type: "treatment-started", day: end }];
}
