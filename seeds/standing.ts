/** Staff and families of the demonstration region, and how they stand to the people in it: posts, teams, relationships. */
import type { Contact, Identity } from "../src/core/vault/kinds.ts";
import type { PeopleFactData, PeopleFactType } from "../src/core/people/events.ts";
import { newPeopleFact } from "../src/core/people/model/fact.ts";
import type { NewFact } from "../src/core/record/fact.ts";
import { storyIds } from "./stories.ts";

/** Somebody a visitor of the demonstration may be. */
export type DemonstrationPerson = {
  /** A short name for tests and addresses. */
  readonly key: string;
  readonly personId: string;
  readonly name: string;
  readonly about: string;
  readonly group: "citizen" | "staff";
};

const staffIds = {
  amara: "staff-amara-osei",
  leon: "staff-leon-brightwater",
  siobhan: "staff-siobhan-kavanagh",
  femi: "staff-femi-adeyemi",
  rhiannon: "staff-rhiannon-prosser",
  joy: "person-joy-fairweather",
  kemi: "person-kemi-abiola",
  dilys: "staff-dilys-parry",
} as const;

export const personIds = { ...storyIds, ...staffIds } as const;

/** Whom a visitor may be: the people of `stories.ts`, those who act for them, and staff. */
export const demonstrationPeople: readonly DemonstrationPerson[] = [
  citizen("ines", "Ines Marchetti", "Waiting for a hip specialist; twelve days are not counted"),
  citizen("tom", "Tom Abiola", "Waiting for a knee operation, past the date promised"),
  citizen("kemi", "Kemi Abiola", "Tom's daughter: he lets her see what he was promised, and nothing else"),
  citizen(
    "gwenllian",
    "Gwenllian Angharad ap Gruffydd-Llewelyn Ystumllwynarth",
    "Waiting for day surgery, and for an answer from the council",
  ),
  citizen("joy", "Joy Fairweather", "Mother of Noah, whose education, health and care plan is late"),
  citizen("noah", "Noah Fairweather", "Her son: he has his own view of his own record"),
  staff("amara", "Amara Osei", "Nurse and waiting list coordinator, Northshore General"),
  staff("dilys", "Dilys Parry", "Booking clerk, Larkmoor Hospital and Saltings Infirmary"),
  staff("leon", "Leon Brightwater", "Case worker, Northshore School Authority; lead professional of Noah's family"),
  staff("siobhan", "Siobhán Kavanagh", "Operations manager for the whole region"),
  staff("rhiannon", "Rhiannon Prosser", "Identity officer: who is who, and who may act for whom"),
  staff("femi", "Femi Adeyemi", "Administrator: gives and ends posts, sees no case"),
];

/** What the vault holds of those who are not among the people of the stories. */
export const standingPeople: readonly {
  readonly subjectId: string;
  readonly identity: Identity;
  readonly contact: Contact;
}[] = demonstrationPeople
  .filter(({ personId }) => Object.values<string>(staffIds).includes(personId))
  .map(({ key, personId, name }) => ({
    subjectId: personId,
    identity: { name, birthDate: null, identifiers: [] },
    contact: { telephone: null, email: `${key}@northshore.example`, address: [], language: "en" },
  }));

/** A child's guardians lose their view of the record at sixteen, unless something else is arranged. */
const NOAH_IS_SIXTEEN = "2032-02-29T00:00:00Z";

/** How they stand, from `since` on. The same ids each time, so that loading twice changes nothing. */
export function standingFacts(since: Temporal.Instant): readonly NewFact[] {
  const { amara, dilys, leon, siobhan, femi, rhiannon, joy, kemi, noah, tom } = personIds;
  const fact = <Type extends PeopleFactType>(id: string, type: Type, subjectId: string, data: PeopleFactData<Type>) =>
    newPeopleFact(type, subjectId, data, { id: `demonstration-${id}`, recordedBy: femi, now: since });
  return [
    fact("post-amara", "post-given", amara, {
      post: "post-amara",
      role: "clinician",
      organisation: "northshore-general",
    }),
    fact("post-dilys-larkmoor", "post-given", dilys, {
      post: "post-dilys-larkmoor",
      role: "front-line",
      organisation: "larkmoor-hospital",
    }),
    fact("post-dilys-saltings", "post-given", dilys, {
      post: "post-dilys-saltings",
      role: "front-line",
      organisation: "saltings-infirmary",
    }),
    fact("post-leon", "post-given", leon, {
      post: "post-leon",
      role: "front-line",
      organisation: "northshore-schools",
    }),
    fact("post-siobhan", "post-given", siobhan, { post: "post-siobhan", role: "manager", area: "NS" }),
    fact("post-rhiannon", "post-given", rhiannon, { post: "post-rhiannon", role: "identity-officer" }),
    fact("post-femi", "post-given", femi, { post: "post-femi", role: "administrator" }),
    fact("joy-noah", "relationship-started", noah, {
      relationship: "joy-noah",
      bond: "guardian",
      holder: joy,
      holder_kind: "person",
      until: NOAH_IS_SIXTEEN,
      evidence: "birth-certificate",
    }),
    fact("leon-noah", "relationship-started", noah, {
      relationship: "leon-noah",
      bond: "lead-professional",
      holder: leon,
      holder_kind: "person",
      evidence: "assigned",
    }),
    fact("kemi-tom", "relationship-started", tom, {
      relationship: "kemi-tom",
      bond: "family",
      holder: kemi,
      holder_kind: "person",
      covers: ["promises", "details.name"],
      evidence: "own-word",
    }),
  ];
}

function citizen(key: keyof typeof personIds, name: string, about: string): DemonstrationPerson {
  return { key, personId: personIds[key], name, about, group: "citizen" };
}

function staff(key: keyof typeof personIds, name: string, about: string): DemonstrationPerson {
  return { key, personId: personIds[key], name, about, group: "staff" };
}
