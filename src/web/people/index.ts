/** The pages about people: one's own account, who may act for whom, who looked and why, and who is employed to do what. */
import { fileURLToPath } from "node:url";
import type { AnyRoute } from "../route.ts";
import { accountRoutes } from "./account.ts";
import { detailRoutes } from "./details.ts";
import { emergencyRoutes } from "./emergency.ts";
import { lookRoutes } from "./looks.ts";
import { questionRoutes } from "./questions.ts";
import { recordRoutes } from "./records.ts";
import { relationshipRoutes } from "./relationships.ts";
import { staffRoutes } from "./staff.ts";
import type { PeoplePageTools } from "./tools.ts";
import { withholdingRoutes } from "./withholding.ts";

export const PEOPLE_TEMPLATES = { people: fileURLToPath(new URL("./pages/", import.meta.url)) };
export const PEOPLE_MESSAGES = fileURLToPath(new URL("./messages/", import.meta.url));
export type { PeoplePageTools } from "./tools.ts";

export function peopleRoutes(tools: PeoplePageTools): readonly AnyRoute[] {
  return [
    accountRoutes(tools),
    lookRoutes(tools),
    relationshipRoutes(tools),
    detailRoutes(tools),
    emergencyRoutes(tools),
    withholdingRoutes(tools),
    recordRoutes(tools),
    questionRoutes(tools),
    staffRoutes(tools),
  ].flat();
}
