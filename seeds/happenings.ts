import { dateOf, type Span } from "./time.ts";

/** Something that explains a change in the figures, to be named on charts. */
export type Happening = {
  readonly from: Temporal.PlainDate;
  readonly to: Temporal.PlainDate;
  readonly name: string;
  readonly says: string;
};

/** What happened in the region within the span. */
export function happeningsIn(span: Span): readonly Happening[] {
  return [
    {
      from: dateOf(span.dip.from),
      to: dateOf(span.dip.to),
      name: "New record system",
      says: "The hospitals and practices moved to a new record system. Clinics were cut back for six weeks and many entries were made late.",
    },
  ];
}
