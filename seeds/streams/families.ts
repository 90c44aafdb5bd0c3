import { civilFromDay, dayFromCivil } from "../../src/lib/dates/day.ts";
import { serviceOf } from "../directory.ts";
import { seasonal } from "../seasons.ts";
import type { PlannedEvent, Planning, Stream } from "../stream.ts";
import { lastWorkday, nextWorkday } from "../time.ts";
import { keptShare, waitAt, type WaitShape } from "../waits.ts";

/** Target: about half of the final plans within 20 weeks (Department for Education, SEN2 statistics for 2023 and 2024; from memory). */
const finalPlan: WaitShape = { shortest: 105, limit: 140, lean: 0.6, tail: { scale: 75, shape: 1.2 } };
const planDecision: WaitShape = { shortest: 70, limit: 112, lean: 0.6, tail: { scale: 60, shape: 1.1 } };
const whetherToAssess: WaitShape = { shortest: 14, limit: 42, lean: 0.5, tail: { scale: 18, shape: 1 } };

export const specialNeeds: Stream = {
  guarantee: "eng-ehcp",
  prefix: "ehcp",
  perThousand: 15,
  carriedOverDays: 330,
  knowsDeath: false,
  busy: seasonal({ weekend: 0, winter: 0.1, august: 0.25, christmas: 0.2 }),
  weightAt: (age) => (age < 3 || age > 22 ? 0 : age < 12 ? 6.5 : 3),
  serviceFor: () => serviceOf("northshore-schools", "special-educational-needs"),
  plan: planAssessment,
};

function planAssessment({ service, start, draw, random, span }: Planning): PlannedEvent[] {
  const share = (base: number, days: number) =>
    keptShare(base, { service, span, due: start + days, winterLoss: 0.03, dipLoss: 0, yearlyGain: -0.05 });
  // One draw for all three waits: who is late with the first decision is late with the plan.
  const days = [
    waitAt(whetherToAssess, draw.wait, share(0.84, 42)),
    waitAt(planDecision, draw.wait, share(0.61, 112)),
    waitAt(finalPlan, draw.wait, share(0.48, 140)),
  ] as const;
  const excluded = exceptionFor(start, days[1], random);
  const on = (wait: number, limit: number) => {
    const day = start + wait + (excluded !== null && start + wait > excluded.from ? excluded.days : 0);
    return wait > limit ? nextWorkday(day) : lastWorkday(day);
  };
  const first = on(days[0], whetherToAssess.limit);
  const second = Math.max(first + 10, on(days[1], planDecision.limit));
  const last = Math.max(second + 14, on(days[2], finalPlan.limit));
  const events: PlannedEvent[] = [{ type: "assessment-requested", day: start }];
  if (random.chance(0.24)) return [...events, { type: "assessment-decision", day: first, data: { agreed: false } }];
  events.push({ type: "assessment-decision", day: first, data: { agreed: true } });
  if (excluded !== null) {
    events.push(
      { type: "exception-started", day: excluded.from, data: { reason: excluded.reason } },
      { type: "exception-ended", day: excluded.from + excluded.days },
    );
  }
  if (random.chance(0.06)) return [...events, { type: "plan-decision", day: second, data: { agreed: false } }];
  return [
    ...events,
    { type: "plan-decision", day: second, data: { agreed: true } },
    { type: "final-plan-issued", day: last },
  ];
}

/** The school's summer closure for some whose plan falls into it, an absence for a few (regulation 10(4)). */
function exceptionFor(start: number, until: number, random: Planning["random"]) {
  const { year } = civilFromDay(start);
  const closes = dayFromCivil(year, 7, 20);
  if (closes > start + 45 && closes < start + until && random.chance(0.3))
    return { from: closes, days: 43, reason: "school-closed" };
  if (random.chance(0.03))
    return {
      from: nextWorkday(start + 48),
      days: random.whole(28, 49),
      reason: random.chance(0.7) ? "absence" : "exceptional-circumstances",
    };
  return null;
}

/** Plausible, without a published figure in our sources: first plans in 30 days for 85 %, reviews in 60 for 80 %. */
const firstPlan: WaitShape = { shortest: 12, limit: 30, lean: 0.5, tail: { scale: 9, shape: 1 } };
const review: WaitShape = { shortest: 40, limit: 60, lean: 0.5, tail: { scale: 10, shape: 1 } };

export const wraparound: Stream = {
  guarantee: "us-wraparound",
  prefix: "wrap",
  perThousand: 3.4,
  carriedOverDays: 500,
  knowsDeath: false,
  busy: seasonal({ weekend: 0, winter: 0, august: 0.8, christmas: 0.4 }),
  weightAt: (age) => (age < 6 || age > 17 ? 0 : 7.4),
  serviceFor: () => serviceOf("northshore-schools", "wraparound"),
  plan: ({ service, start, draw, random, span }) => {
    const events: PlannedEvent[] = [{ type: "enrolled", day: start }];
    const leaves = start + random.whole(200, 560);
    let at = start + waitAt(firstPlan, draw.wait, keptShare(0.85, { service, span, due: start + 30, dipLoss: 0.1 }));
    while (at < leaves) {
      events.push({ type: "plan-agreed", day: at });
      at = nextWorkday(
        at + waitAt(review, random.share(), keptShare(0.8, { service, span, due: at + 60, dipLoss: 0.1 })),
      );
    }
    return [...events, { type: "disenrolled", day: leaves }];
  },
};

/** Each service asked for is a case of its own. About nine in ten are decided in time. */
const authorisation: WaitShape = { shortest: 1, limit: 14, lean: 0.7, tail: { scale: 6, shape: 1 } };

export const authorisations: Stream = {
  ...wraparound,
  prefix: "auth",
  perThousand: 14,
  carriedOverDays: 60,
  plan: ({ service, start, draw, random, span }) => {
    const wait = waitAt(authorisation, draw.wait, keptShare(0.88, { service, span, due: start + 14, dipLoss: 0.12 }));
    const requested: PlannedEvent = { type: "authorisation-requested", day: start };
    if (!random.chance(0.1)) return [requested, { type: "authorisation-decided", day: start + wait }];
    return [
      requested,
      { type: "authorisation-extended", day: start + random.whole(9, 14) },
      { type: "authorisation-decided", day: start + wait + 13 },
    ];
  },
};
