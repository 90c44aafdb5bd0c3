import { z } from "zod";
import type { Operation } from "../../../web/api/operation.ts";
import { factsOperation } from "./facts.ts";

const CSV = "text/csv";

/** A row of the figures, as `FIGURE_COLUMNS` names them. */
const figureRow = z.object({
  month: z.string().describe("YYYY-MM, the month in which the promise was due or kept"),
  area: z.string().describe("the place's code"),
  service: z.string().nullable().describe("the service's id"),
  service_name: z.string().nullable().describe("and its name"),
  guarantee: z.string().describe("the definition's id"),
  promise: z.string().describe("the promise within it"),
  kept: z.number().describe("clocks that were stopped in time"),
  broken: z.number().describe("clocks that were stopped late"),
  share_kept: z.number().nullable().describe("kept of kept and broken, 0 to 1"),
});

const figures = z.object({
  place: z.string().describe("The place's name."),
  area: z.string().describe("Its code."),
  service: z.string().nullable().describe("The service asked for; null for all of them."),
  invented: z.literal(true).describe("The people behind these figures do not exist."),
  rows: z.array(figureRow).describe("One a month, service and promise."),
});

const NOT_FIGURES = {
  400: { says: "The address cannot be read.", content: { "text/html": { text: "A page that says why." } } },
  403: {
    says: "This installation publishes no figures yet.",
    content: { "text/html": { text: "A page that says why." } },
  },
  404: { says: "No such place or service.", content: { "text/html": { text: "A page that says so." } } },
} as const;

const figuresOperations: readonly Operation[] = (["", ".service"] as const).flatMap((part) => {
  const whose = part === "" ? "a place" : "one service of a place";
  return [
    {
      route: `guarantees.place${part}.json`,
      summary: `Read the figures of ${whose} (JSON)`,
      description: `How many promises ${whose} kept and broke, by month and promise.`,
      answers: { 200: { says: "The figures.", content: { "application/json": figures } }, ...NOT_FIGURES },
    },
    {
      route: `guarantees.place${part}.csv`,
      summary: `Read the figures of ${whose} (CSV)`,
      description: `The same rows as a file, with a header row (RFC 4180).`,
      answers: {
        200: { says: "The figures.", content: { [CSV]: { text: "A header row, then one row a month and promise." } } },
        ...NOT_FIGURES,
      },
    },
  ];
});

const schemaOperation: Operation = {
  route: "guarantees.schema",
  summary: "Read the schema of definitions",
  description: "The definition language as JSON Schema (draft 2020-12), for editors.",
  answers: {
    200: { says: "The schema.", content: { "application/schema+json": z.looseObject({ $schema: z.string() }) } },
  },
};

/** What programs can do with this strand. */
export const guaranteeOperations: readonly Operation[] = [factsOperation, ...figuresOperations, schemaOperation];
