import type { Contact, Identity } from "../src/core/vault/kinds.ts";
import { civilFromDay, formatDay, type Day } from "../src/lib/dates/day.ts";
import { MILLISECONDS_PER_DAY } from "../src/lib/dates/zone.ts";
import { services, wards, type Ward } from "./directory.ts";
import { timeOrderedId } from "./ids.ts";
import { inventName } from "./names.ts";
import { randomFor, type Random } from "./random.ts";
import type { Span } from "./time.ts";

/** A person with all the vault holds of them. Invented. */
export type SeedPerson = {
  readonly subjectId: string;
  readonly identity: Identity;
  readonly contact: Contact;
  readonly areaCode: string;
  /** Organisation id of the practice they are registered with. */
  readonly practiceId: string;
};

/** What the histories need to know of a person beyond that. */
export type Inhabitant = SeedPerson & {
  readonly born: Day;
  readonly ward: Ward;
  /** The day they die within the span, or null. */
  readonly dies: Day | null;
  /** How often they need a service, compared with others of their age: a few people have many cases. */
  readonly need: number;
};

export const NHS_NUMBER_SYSTEM = "https://fhir.nhs.uk/Id/nhs-number";

/** There are some 900,000 test numbers with a valid check digit; beyond this limit they would run out. */
export const MOST_PEOPLE = 500_000;

/**
 * Shares of the population by ten years of age, 0–9 first, roughly England and Wales at the census of 2021 (ONS, "Population
 * and household estimates"): rounded, for plausibility only.
 */
const ageBands = [0.111, 0.119, 0.129, 0.138, 0.127, 0.136, 0.108, 0.082, 0.041, 0.009] as const;
/** Chance of dying within 24 months by the same bands; rounded from no single table. */
const mortality = [0.0004, 0.0005, 0.001, 0.002, 0.004, 0.009, 0.021, 0.055, 0.16, 0.4] as const;

const streets = [
  "Anchor Row", "Barnacle Lane", "Chandlers' Walk", "Driftwood Close", "Eel Pie Yard", "Foghorn Terrace", "Gannet Street",
  "Herring Gate", "Inkerman Mews", "Jetty Road", "Kittiwake Avenue", "Lamplighter Street", "Mizzen Court", "Nettle Lane",
  "Oakum Road", "Pilot's Rise", "Quince Gardens", "Ropemaker Street", "Signal Hill", "Tern Crescent", "Upper Strand",
  "Vesper Way", "Windlass Road", "Yawl Street",
]; // prettier-ignore
const languages = ["en", "en", "en", "en", "en", "en", "en", "en", "cy", "pl", "ur", "ro", "bn", "zh", "ar"] as const;

const practicesByWard = new Map(
  wards.map(({ code }) => [
    code,
    services
      .filter(({ kind, areaCode }) => kind === "primary-care" && areaCode === code)
      .map(({ organisationId }) => organisationId),
  ]),
);

/** The inhabitants, the same ones for the same seed, each with an id that sorts in this order. */
export function* inhabitants(seed: number, people: number, span: Span): Generator<Inhabitant> {
  const random = randomFor(seed, "people");
  const identifiers = testIdentifiers();
  for (let index = 0; index < people; index++) yield inventPerson(random, index, span, identifiers.next().value);
}

function inventPerson(random: Random, index: number, span: Span, identifier: string): Inhabitant {
  const band = bandOf(random.share());
  const born = span.last - Math.floor((band * 10 + random.share() * 10) * 365.2425);
  const ward = wards[Math.floor(random.share() ** 1.25 * wards.length)] as Ward;
  const dies = random.chance(mortality[band] as number) ? random.whole(span.first, span.last) : null;
  const need = random.share();
  const { given, family } = inventName(random);
  return {
    // One millisecond apart, so that ids sort as people were made: rows then enter the database in its own order.
    subjectId: timeOrderedId(random, (span.first - 30) * MILLISECONDS_PER_DAY + index),
    identity: {
      name: `${given} ${family}`,
      birthDate: formatDay(born),
      identifiers: [{ system: NHS_NUMBER_SYSTEM, value: identifier }],
    },
    contact: inventContact(random, given, family, ward, civilFromDay(born).year),
    areaCode: ward.code,
    practiceId: random.pick(practicesByWard.get(ward.code) as readonly string[]),
    born,
    ward,
    dies: dies !== null && dies > born ? dies : null,
    need: need < 0.8 ? 0.7 : need < 0.95 ? 1.7 : 3.7,
  };
}

function inventContact(random: Random, given: string, family: string, ward: Ward, birthYear: number): Contact {
  const postcode = `ZZ${random.whole(1, 98)} ${random.whole(1, 9)}${letter(random)}${letter(random)}`; // no post town has ZZ
  const mailbox = plain(`${given}.${family}`).replaceAll(" ", "-");
  return {
    // Ofcom keeps 07700 900000 to 900999 for drama as well.
    telephone: random.chance(0.9) ? `07700 900${String(random.whole(0, 999)).padStart(3, "0")}` : null,
    email: random.chance(0.6) ? `${mailbox}.${birthYear}@example.org` : null,
    address: [`${random.whole(1, 140)} ${random.pick(streets)}`, ward.name, "Northshore", postcode],
    language: random.pick(languages),
  };
}

function bandOf(share: number): number {
  let left = share;
  for (const [band, weight] of ageBands.entries()) {
    left -= weight;
    if (left < 0) return band;
  }
  return ageBands.length - 1;
}

function letter(random: Random): string {
  return "ABDEFGHJLNPQRSTUWXYZ".charAt(random.whole(0, 19));
}

/** Small ASCII letters, for a mail address. */
function plain(text: string): string {
  const folded = text.normalize("NFD").toLowerCase().replaceAll("ł", "l").replaceAll("ø", "o").replaceAll("æ", "ae");
  return folded
    .replaceAll("đ", "d")
    .replaceAll("ı", "i")
    .replaceAll(/[^a-z. -]/g, "");
}

/** The last thousand of the test numbers is kept for the people of `stories.ts`. */
const FIRST_STORY_NUMBER = 999_000;

/**
 * NHS numbers that are nobody's: those from 999 000 0000 on are kept for tests and never issued (NHS Data Dictionary,
 * "NHS number"). The tenth digit is the check digit, modulus 11; a number whose check would be 10 does not exist.
 */
function* testIdentifiers(): Generator<string, never> {
  for (let step = 0; ; step++) {
    const number = (step * 387_421 + 104_729) % 1_000_000; // a stride without a common factor with 10⁶: no number twice
    const identifier = number < FIRST_STORY_NUMBER ? testIdentifier(number) : null;
    if (identifier !== null) yield identifier;
  }
}

/** The identifier of the nth person written by hand, from 1. */
export function storyIdentifier(nth: number): string {
  for (let number = FIRST_STORY_NUMBER + nth * 10; ; number++) {
    const identifier = testIdentifier(number);
    if (identifier !== null) return identifier;
  }
}

function testIdentifier(number: number): string | null {
  const body = `999${String(number).padStart(6, "0")}`;
  const check = checkDigit(body);
  return check === null ? null : `${body.slice(0, 3)} ${body.slice(3, 6)} ${body.slice(6)}${check}`;
}

/** The tenth digit for nine, or null where none exists. */
export function checkDigit(nine: string): number | null {
  let sum = 0;
  for (let index = 0; index < 9; index++) sum += Number(nine.charAt(index)) * (10 - index);
  const check = (11 - (sum % 11)) % 11;
  return check === 10 ? null : check;
}
