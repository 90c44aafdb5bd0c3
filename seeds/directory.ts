import type { Area, Organisation, Service } from "../src/core/directory/model.ts";

/** A service with what the generator knows of it beyond the directory. */
export type SeedService = Service & {
  /** The definitions that judge its cases: two definitions may share an event type, so the service has to tell them apart. */
  readonly guarantees: readonly string[];
  /** Points of share kept (0.05 is five points) above or below its kind: some services are better than others. */
  readonly lean: number;
};

/** A place people live in, with the hospital nearest to it and the council it belongs to. */
export type Ward = Area & { readonly hospital: string; readonly council: string };

const REGION = "NS";
const COAST = "NS-D1";
const HILLS = "NS-D2";

const wardNames = [
  ["Harbour", COAST, "northshore-general"],
  ["Ropewalk", COAST, "northshore-general"],
  ["Old Customs", COAST, "northshore-general"],
  ["Lighthouse Hill", COAST, "northshore-general"],
  ["Ferry Landing", COAST, "saltings-infirmary"],
  ["Saltings", COAST, "saltings-infirmary"],
  ["Tidemill", COAST, "saltings-infirmary"],
  ["Lanternfield", COAST, "saltings-infirmary"],
  ["Larkmoor", HILLS, "larkmoor-hospital"],
  ["Kestrel Park", HILLS, "larkmoor-hospital"],
  ["Slatequarry", HILLS, "larkmoor-hospital"],
  ["Orchard End", HILLS, "larkmoor-hospital"],
  ["Upper Fenside", HILLS, "northshore-general"],
  ["Lower Fenside", HILLS, "saltings-infirmary"],
] as const;

/** Councils by district. */
const councils: Readonly<Record<string, string>> = { [COAST]: "coast-council", [HILLS]: "hills-council" };

/** The fourteen wards people live in. */
export const wards: readonly Ward[] = wardNames.map(([name, district, hospital], index) => ({
  code: `NS-${String(index + 1).padStart(2, "0")}`,
  name,
  kind: "ward",
  parentCode: district,
  hospital,
  council: councils[district] as string,
}));

/** Every place, parents first. */
export const areas: readonly Area[] = [
  { code: REGION, name: "Northshore", kind: "region", parentCode: null },
  { code: COAST, name: "Northshore Coast", kind: "district", parentCode: REGION },
  { code: HILLS, name: "Northshore Hills", kind: "district", parentCode: REGION },
  ...wards.map(({ code, name, kind, parentCode }) => ({ code, name, kind, parentCode })),
];

/** Two practices in each of the first ten wards, one in each of the other four. */
const practiceNames = [
  ["Harbour Street Practice", "NS-01"],
  ["Quayside Health Centre", "NS-01"],
  ["Ropewalk Surgery", "NS-02"],
  ["Netmakers' Practice", "NS-02"],
  ["Old Customs House Practice", "NS-03"],
  ["Bonded Store Surgery", "NS-03"],
  ["Lighthouse Hill Practice", "NS-04"],
  ["Beacon Surgery", "NS-04"],
  ["Ferry Landing Surgery", "NS-05"],
  ["Slipway Health Centre", "NS-05"],
  ["Saltings Practice", "NS-06"],
  ["Samphire Surgery", "NS-06"],
  ["Tidemill Practice", "NS-07"],
  ["Millpond Surgery", "NS-07"],
  ["Lanternfield Practice", "NS-08"],
  ["Wickmakers' Surgery", "NS-08"],
  ["Larkmoor Practice", "NS-09"],
  ["Heather Bank Surgery", "NS-09"],
  ["Kestrel Park Practice", "NS-10"],
  ["Hovering Lane Surgery", "NS-10"],
  ["Slatequarry Practice", "NS-11"],
  ["Orchard End Surgery", "NS-12"],
  ["Upper Fenside Practice", "NS-13"],
  ["Lower Fenside Practice", "NS-14"],
] as const;

/**
 * Telephone numbers that nobody has: Ofcom keeps 01632 960000 to 960999 for drama
 * (https://www.ofcom.org.uk/phones-and-broadband/phone-numbers/numbers-for-drama).
 */
function dramaTelephone(number: number): string {
  return `01632 960${String(number).padStart(3, "0")}`;
}

const withoutTelephone: readonly (readonly [id: string, name: string, kind: string, areaCode: string])[] = [
  ["northshore-general", "Northshore General", "hospital", "NS-01"],
  ["saltings-infirmary", "Saltings Infirmary", "hospital", "NS-06"],
  ["larkmoor-hospital", "Larkmoor Hospital", "hospital", "NS-09"],
  ...practiceNames.map(
    ([name, area], index) => [`practice-${String(index + 1).padStart(2, "0")}`, name, "practice", area] as const,
  ),
  ["coast-council", "Northshore Coast Council", "council", COAST],
  ["hills-council", "Northshore Hills Council", "council", HILLS],
  ["northshore-schools", "Northshore School Authority", "school-authority", REGION],
];

export const organisations: readonly Organisation[] = withoutTelephone.map(([id, name, kind, areaCode], index) => ({
  id,
  name,
  kind,
  areaCode,
  telephone: dramaTelephone(100 + index),
  webAddress: `https://example.org/northshore/${id}`,
}));

/** Organisation, kind (the id's second half), name, guarantee, lean. */
type Row = readonly [string, string, string, string, number];

const hospitalServices: readonly Row[] = [
  // Northshore General keeps the Swedish promises, the two others the English ones; see the README for why.
  ["northshore-general", "hips-and-knees", "Hips and knees", "se-vardgaranti", -0.1],
  ["northshore-general", "cataract", "Cataract", "se-vardgaranti", 0.13],
  ["northshore-general", "heart", "Heart", "se-vardgaranti", 0.06],
  ["northshore-general", "skin", "Skin", "se-vardgaranti", 0.02],
  ["northshore-general", "childrens-mental-health", "Children's mental health", "se-vardgaranti", -0.17],
  ["saltings-infirmary", "hips-and-knees", "Hips and knees", "eng-rtt", -0.04],
  ["saltings-infirmary", "cataract", "Cataract", "eng-rtt", 0.17],
  ["saltings-infirmary", "heart", "Heart", "eng-rtt", 0.08],
  ["saltings-infirmary", "skin", "Skin", "eng-rtt", 0.06],
  ["saltings-infirmary", "childrens-mental-health", "Children's mental health", "eng-rtt", -0.1],
  ["larkmoor-hospital", "hips-and-knees", "Hips and knees", "eng-rtt", -0.14],
  ["larkmoor-hospital", "cataract", "Cataract", "eng-rtt", 0.07],
  ["larkmoor-hospital", "heart", "Heart", "eng-rtt", 0.01],
  ["larkmoor-hospital", "skin", "Skin", "eng-rtt", -0.05],
  ["larkmoor-hospital", "childrens-mental-health", "Children's mental health", "eng-rtt", -0.16],
  ["northshore-general", "emergency-department", "Emergency department", "eng-emergency", -0.05],
  ["saltings-infirmary", "emergency-department", "Emergency department", "eng-emergency", 0.06],
  ["northshore-general", "cancer", "Cancer", "eng-cancer", 0.03],
  ["larkmoor-hospital", "cancer", "Cancer", "eng-cancer", -0.04],
  ["larkmoor-hospital", "day-surgery", "Day surgery", "sco-ttg", -0.03],
  ["saltings-infirmary", "day-surgery", "Day surgery", "sco-ttg", 0.03],
];

const officeServices: readonly Row[] = [
  ["coast-council", "planning", "Planning", "eng-planning", 0.04],
  ["hills-council", "planning", "Planning", "eng-planning", -0.05],
  ["coast-council", "information-requests", "Information requests", "uk-foi", 0.05],
  ["hills-council", "information-requests", "Information requests", "uk-foi", -0.07],
  ["northshore-schools", "information-requests", "Information requests", "uk-foi", 0.01],
  ["coast-council", "own-data", "Access to your own data", "uk-sar", 0.02],
  ["northshore-general", "own-data", "Access to your own data", "uk-sar", -0.04],
  ["coast-council", "homelessness", "Homelessness", "eng-homelessness-relief", -0.04],
  ["hills-council", "homelessness", "Homelessness", "eng-homelessness-relief", 0.06],
  ["northshore-schools", "special-educational-needs", "Special educational needs", "eng-ehcp", 0],
  ["northshore-schools", "wraparound", "Wraparound", "us-wraparound", 0],
];

/** The practices' lean runs from nine points below to nine above, in no order of place. */
const practiceServices: readonly Row[] = practiceNames.map((_, index) => [
  `practice-${String(index + 1).padStart(2, "0")}`,
  "primary-care",
  "Primary care",
  "se-vardgaranti",
  (((index * 7) % 24) - 11.5) / 128,
]);

const areaOf = new Map(organisations.map(({ id, areaCode }) => [id, areaCode]));

/** Every service; its id is the organisation's id, a full stop and the service's kind. */
export const services: readonly SeedService[] = [...hospitalServices, ...officeServices, ...practiceServices].map(
  ([organisationId, kind, name, guarantee, lean], index) => {
    const id = `${organisationId}.${kind}`;
    return {
      id,
      organisationId,
      name,
      kind,
      areaCode: areaOf.get(organisationId) ?? null,
      telephone: dramaTelephone(200 + index),
      bookingUrl: `https://example.org/northshore/${organisationId}/${kind}/book`,
      cancelUrl: `https://example.org/northshore/${organisationId}/${kind}/cancel`,
      guarantees: [guarantee],
      lean,
    };
  },
);

const byId = new Map(services.map((service) => [service.id, service]));

/** The service of an organisation; a RangeError for one that is not in the tables above. */
export function serviceOf(organisationId: string, kind: string): SeedService {
  const service = byId.get(`${organisationId}.${kind}`);
  if (service === undefined)
    throw new RangeError(`${organisationId} has no service "${kind}" in the demonstration region.`);
  return service;
}
