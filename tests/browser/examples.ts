import { storyIds } from "../../seeds/stories.ts";
import { OPEN_QUESTION, SEEN_LOOK, UNMET_MESSAGE } from "../harness/region.ts";

/** A page of the demonstration region and somebody who may see it; nobody is null. */
export type Example = { readonly path: string; readonly as: string | null; readonly hasCharts?: boolean };
const gwenllian = `/people/${storyIds.gwenllian}`;
const ines = `/people/${storyIds.ines}`;
const noah = `/people/${storyIds.noah}`;
const tom = `/people/${storyIds.tom}`;

/** An address and its visitor for each page. A route that is not here, or in the other two lists, fails the first test. */
export const pages: Readonly<Record<string, readonly Example[]>> = {
  "/": [
    { path: "/", as: null },
    { path: "/", as: "ines" },
  ],
  "/people/:subjectId": [
    { path: `/people/${storyIds.ines}`, as: "ines" },
    { path: tom, as: "tom" },
    { path: gwenllian, as: "siobhan" },
    { path: `/people/${storyIds.noah}`, as: "joy" },
  ],
  "/people/:subjectId/wrong": [{ path: `${gwenllian}/wrong`, as: "gwenllian" }],
  "/people/:subjectId/record": [
    { path: `${ines}/record?case=story-ines-hip`, as: "amara" },
    { path: `${ines}/record?case=story-ines-hip&type=care-paused`, as: "amara" },
  ],
  "/people/:subjectId/messages": [
    { path: `${gwenllian}/messages`, as: "gwenllian" },
    { path: `${ines}/messages`, as: "amara" },
  ],
  "/staff/messages": [{ path: "/staff/messages", as: "siobhan" }],
  "/staff/unmet-needs": [{ path: "/staff/unmet-needs", as: "siobhan" }],
  "/staff/unmet-needs/:subjectId/:id": [
    { path: `/staff/unmet-needs/${storyIds.gwenllian}/${UNMET_MESSAGE}`, as: "siobhan" },
  ],
  "/dev/mail": [{ path: "/dev/mail", as: null }],
  "/worklist": [
    { path: "/worklist", as: "siobhan" },
    { path: "/worklist?service=nothing-here", as: "siobhan" },
  ],
  "/places": [{ path: "/places", as: null }],
  "/places/:areaCode": [{ path: "/places/NS-01", as: null, hasCharts: true }],
  "/places/:areaCode/:serviceId": [
    { path: "/places/NS-01/northshore-general.hips-and-knees", as: null, hasCharts: true },
  ],
  "/guarantees": [{ path: "/guarantees", as: null }],
  "/guarantees/:id": [
    { path: "/guarantees/eng-rtt", as: null },
    { path: "/guarantees/se-vardgaranti", as: null },
  ],
  "/sign-in": [
    { path: "/sign-in", as: null },
    { path: "/sign-in?next=/worklist", as: "gwenllian" },
  ],
  "/me": [
    { path: "/me", as: "joy" },
    { path: "/me", as: "femi" },
  ],
  "/people/:subjectId/looks": [{ path: `${noah}/looks`, as: "joy" }],
  "/people/:subjectId/looks/:look": [{ path: `${noah}/looks/${SEEN_LOOK}`, as: "joy" }],
  "/people/:subjectId/relationships": [
    { path: `${noah}/relationships`, as: "noah" },
    { path: `${noah}/relationships`, as: "rhiannon" },
    { path: `${ines}/relationships`, as: "ines" },
  ],
  "/people/:subjectId/relationships/invite": [{ path: `${ines}/relationships/invite`, as: "ines" }],
  "/people/:subjectId/relationships/consent": [{ path: `${ines}/relationships/consent`, as: "ines" }],
  "/people/:subjectId/relationships/record": [{ path: `${noah}/relationships/record`, as: "rhiannon" }],
  "/people/:subjectId/relationships/bar": [{ path: `${noah}/relationships/bar`, as: "rhiannon" }],
  "/people/:subjectId/records": [{ path: `${noah}/records`, as: "rhiannon" }],
  "/people/:subjectId/details": [{ path: `${ines}/details`, as: "ines" }],
  "/people/:subjectId/emergency": [{ path: `${noah}/emergency`, as: "amara" }],
  "/people/:subjectId/withhold": [{ path: `${noah}/withhold`, as: "leon" }],
  "/staff/find": [{ path: "/staff/find", as: "rhiannon" }],
  "/staff/people": [{ path: "/staff/people", as: "femi" }],
  "/staff/people/:personId": [{ path: "/staff/people/staff-amara-osei", as: "femi" }],
  "/staff/teams": [{ path: "/staff/teams", as: "femi" }],
  "/staff/questions": [{ path: "/staff/questions", as: "siobhan" }],
  "/staff/questions/:subjectId/:question": [
    { path: `/staff/questions/${storyIds.noah}/${OPEN_QUESTION}`, as: "siobhan" },
  ],
  "/staff/withholdings": [{ path: "/staff/withholdings", as: "siobhan" }],
  "/sign-in/sent": [{ path: "/sign-in/sent", as: null }],
  "/sign-in/again": [{ path: "/sign-in/again?next=/me", as: "ines" }],
  "/code": [{ path: "/code", as: null }],
  "/sign-out": [{ path: "/sign-out", as: "ines" }],
  "/me/sign-in": [{ path: "/me/sign-in", as: "ines" }],
  "/people/:subjectId/sign-in-help": [{ path: `${ines}/sign-in-help`, as: "amara" }],
  "/staff/:subjectId/sign-in-help": [{ path: "/staff/staff-amara-osei/sign-in-help", as: "femi" }],
  "/staff/machines": [{ path: "/staff/machines", as: "femi" }],
  "/api": [{ path: "/api", as: null }],
  "/accessibility": [{ path: "/accessibility", as: null }],
  "/cookies": [{ path: "/cookies", as: null }],
};

export const examples: readonly Example[] = Object.values(pages).flat();
