import type { SeedService } from "./directory.ts";
import { winter, type Span } from "./time.ts";

/**
 * How long a wait is, at a share of [0, 1): the first `kept` of it lie within the limit, from `shortest` to `limit`, the
 * rest beyond it in a tail. So a service keeps its promise exactly as often as it is told to, whatever the shape.
 */
export type WaitShape = {
  readonly shortest: number;
  readonly limit: number;
  /** Under 1: more of the kept waits lie near the limit. 1: evenly. Over 1: more lie near the shortest. */
  readonly lean: number;
  /** Weibull tail beyond the limit. */
  readonly tail: { readonly scale: number; readonly shape: number };
};

/** A whole number of the shape's unit. */
export function waitAt(shape: WaitShape, share: number, kept: number): number {
  if (share < kept) {
    return shape.shortest + Math.floor((shape.limit - shape.shortest + 1) * (share / kept) ** shape.lean);
  }
  const inTail = (share - kept) / (1 - kept);
  return shape.limit + 1 + Math.floor(weibull(inTail, shape.tail.scale, shape.tail.shape));
}

function weibull(share: number, scale: number, shape: number): number {
  return scale * (-Math.log(1 - share)) ** (1 / shape);
}

export type Conditions = {
  readonly service: SeedService;
  readonly span: Span;
  /** The day by which the promise is to be kept. */
  readonly due: number;
  /** Points lost in the middle of winter, and won in the middle of summer. */
  readonly winterLoss?: number;
  /** Points lost while the new record system was settling in. */
  readonly dipLoss?: number;
  /** Points won a year (lost, when negative), counted so that the last three months stand at the base. */
  readonly yearlyGain?: number;
};

/** The share of promises kept under these conditions, between 0.05 and 0.99. */
export function keptShare(base: number, conditions: Conditions): number {
  const { service, span, due, winterLoss = 0, dipLoss = 0, yearlyGain = 0 } = conditions;
  const yearsBefore = Math.max(0, (span.last - 45 - due) / 365);
  const dip = due >= span.dip.from && due <= span.dip.to ? dipLoss : 0;
  const share = base + service.lean - winterLoss * winter(due) - dip - yearlyGain * yearsBefore;
  return Math.min(0.99, Math.max(0.05, share));
}
