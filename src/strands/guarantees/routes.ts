import type { AnyRoute } from "../../web/route.ts";
import type { GuaranteeTools } from "./actions.ts";
import { factRoutes } from "./routes/facts.ts";
import { definitionRoutes } from "./routes/definitions.ts";
import { homeRoutes } from "./routes/home.ts";
import { personRoutes } from "./routes/person.ts";
import { placeRoutes } from "./routes/place.ts";
import { recordRoutes } from "./routes/record.ts";
import { worklistRoutes } from "./routes/worklist.ts";

/** Every page of this strand. */
export function guaranteeRoutes(tools: GuaranteeTools): readonly AnyRoute[] {
  return [
    homeRoutes(tools),
    personRoutes(tools),
    recordRoutes(tools),
    factRoutes(tools),
    worklistRoutes(tools),
    placeRoutes(tools),
    definitionRoutes(tools.library),
  ].flat();
}
