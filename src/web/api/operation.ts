import type { z } from "zod";

/** What a schema cannot describe: text of some media type. */
export type Text = { readonly text: string };

/** A body: a schema of the whole, or of each line of it. */
export type Body = {
  readonly mediaType: string;
  readonly schema: z.ZodType;
  /** The schema is that of one line. */
  readonly eachLine?: true;
  readonly example?: string;
};

export type Answer = {
  readonly says: string;
  /** By media type. Several schemas: each line is one of these. */
  readonly content?: Readonly<Record<string, z.ZodType | readonly z.ZodType[] | Text>>;
};

/**
 * What a program needs to know of a route beyond what the route says itself. Address, method, parameters and scope come
 * from the route; the name joins the two.
 */
export type Operation = {
  readonly route: string;
  readonly summary: string;
  readonly description: string;
  /** `client`: by id and secret. A route for machines otherwise asks for a token, any other for nothing. */
  readonly secured?: "client";
  readonly body?: Body;
  readonly answers: Readonly<Record<number, Answer>>;
};
