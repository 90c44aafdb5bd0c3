import type { FactDeclaration, Projection } from "../core/record/index.ts";
import type { Operation } from "../web/api/operation.ts";
import type { AnyRoute, Visitor } from "../web/route.ts";
import type { Translate } from "../web/messages.ts";

/** A strand's door for `app.ts`: everything the program takes from it. */
export type Strand = {
  readonly name: string;
  readonly routes: readonly AnyRoute[];
  /** What programs of other systems need to know of those routes that are for them. */
  readonly operations?: readonly Operation[];
  /** The facts it writes to the record, with why the body may hold them. */
  readonly facts: readonly FactDeclaration[];
  readonly projections: readonly Projection[];
  /** Template folder by prefix. */
  readonly templates: Readonly<Record<string, string>>;
  readonly messages: string;
  /** Its links at the top of each page, by who is asking. */
  readonly navigation: (
    visitor: Visitor | null,
    t: Translate,
  ) => readonly { readonly href: string; readonly text: string }[];
};
