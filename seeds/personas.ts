import type { Persona } from "../src/web/route.ts";
import { storyIds } from "./stories.ts";

/** Whom a visitor of the demonstration may be: the people of `stories.ts`, and staff who have no record of their own. */
export const personas: readonly Persona[] = [
  {
    id: "ines",
    name: "Ines Marchetti",
    role: "citizen",
    subjectId: storyIds.ines,
    about: "Waiting for a hip specialist; twelve days are not counted",
  },
  {
    id: "tom",
    name: "Tom Abiola",
    role: "citizen",
    subjectId: storyIds.tom,
    about: "Waiting for a knee operation, past the date promised",
  },
  {
    id: "gwenllian",
    name: "Gwenllian Angharad ap Gruffydd-Llewelyn Ystumllwynarth",
    role: "citizen",
    subjectId: storyIds.gwenllian,
    about: "Waiting for day surgery, and for an answer from the council",
  },
  {
    id: "noah",
    name: "Noah Fairweather's family",
    role: "citizen",
    subjectId: storyIds.noah,
    about: "Their son's education, health and care plan is late",
  },
  {
    id: "amara",
    name: "Amara Osei",
    role: "staff",
    subjectId: null,
    about: "Nurse and waiting list coordinator, Northshore General",
  },
  {
    id: "leon",
    name: "Leon Brightwater",
    role: "staff",
    subjectId: null,
    about: "Case worker, Northshore School Authority",
  },
  {
    id: "siobhan",
    name: "Siobhán Kavanagh",
    role: "staff",
    subjectId: null,
    about: "Operations manager for the whole region",
  },
];
