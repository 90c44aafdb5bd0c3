import { matches } from "../../../core/access/index.ts";
import type { RouteContext } from "../../../web/route.ts";
import type { Sight } from "../model/person.ts";

/** What the visitor of a person's page sees of them: the rows that the predicate leaves, the details that the table gives. */
export function sightOf({
  predicate,
  decide,
  visitor,
}: Pick<RouteContext<never>, "predicate" | "decide" | "visitor">): Sight {
  return {
    reader: visitor?.personId ?? null,
    fact: (fact) => matches(predicate, fact),
    details: decide("view", "details").fields,
  };
}
