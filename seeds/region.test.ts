import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { test } from "node:test";
import { WITHDRAWN_ENTRY, type NewFact } from "../src/core/record/fact.ts";
import { library } from "../src/strands/guarantees/library.ts";
import { parseDay } from "../src/lib/dates/day.ts";
import { checkDigit } from "./people.ts";
import { demonstrationPeople, standingPeople } from "./standing.ts";
import { DEFAULT_SEED, demonstrationRegion, type Region } from "./region.ts";

const today = Temporal.PlainDate.from("2026-11-23");
const region = demonstrationRegion({ seed: DEFAULT_SEED, people: 8_000, today });
const facts = [...region.facts];
const people = [...region.people];
const servicesById = new Map(region.services.map((service) => [service.id, service]));

test("the same seed makes the same region to the byte, another seed another one", () => {
  const hash = (seed: number) => hashOf(demonstrationRegion({ seed, people: 1_500, today }));
  assert.equal(hash(7), hash(7));
  assert.notEqual(hash(7), hash(8));
});

test("going through people or facts again gives the same ones", () => {
  assert.equal(hashOf(region), hashOf(region));
});

test("the region has 3 hospitals, 24 practices, 2 councils and a school authority, in 14 wards", () => {
  const count = (kind: string) => region.organisations.filter((organisation) => organisation.kind === kind).length;
  assert.deepEqual([count("hospital"), count("practice"), count("council"), count("school-authority")], [3, 24, 2, 1]);
  assert.equal(region.areas.filter(({ kind }) => kind === "ward").length, 14);
  assert.equal(people.length, 8_004);
});

test("what the directory and the facts refer to exists", () => {
  const organisations = new Set(region.organisations.map(({ id }) => id));
  const areas = new Set(region.areas.map(({ code }) => code));
  const subjects = new Set(people.map(({ subjectId }) => subjectId));
  assert.equal(subjects.size, people.length);
  for (const { parentCode } of region.areas) assert.ok(parentCode === null || areas.has(parentCode));
  for (const { areaCode } of region.organisations) assert.ok(areas.has(areaCode as string));
  for (const service of region.services) {
    assert.ok(organisations.has(service.organisationId));
    assert.ok(service.guarantees.every((id) => library().definitions.has(id)));
  }
  for (const { practiceId, areaCode } of people) assert.ok(organisations.has(practiceId) && areas.has(areaCode));
  for (const fact of facts) {
    assert.ok(subjects.has(fact.subjectId));
    assert.equal(servicesById.get(fact.serviceId as string)?.organisationId, fact.organisationId);
    assert.ok(areas.has(fact.areaCode as string));
  }
  for (const { subjectId } of standingPeople) subjects.add(subjectId);
  for (const { personId } of demonstrationPeople) assert.ok(subjects.has(personId), personId);
});

test("every fact is an event of its service's definition, with the fields declared there and no others", () => {
  for (const fact of facts) assert.equal(faultOf(fact), null);
});

test("at least eight definitions have cases", () => {
  const judged = new Set(facts.map(({ serviceId }) => servicesById.get(serviceId as string)?.guarantees[0] ?? ""));
  assert.deepEqual([...judged].toSorted(), [
    "eng-cancer",
    "eng-ehcp",
    "eng-emergency",
    "eng-homelessness-relief",
    "eng-planning",
    "eng-rtt",
    "sco-ttg",
    "se-vardgaranti",
    "uk-foi",
    "uk-sar",
    "us-wraparound",
  ]);
});

test("nothing in the record lies on today or later, and nothing is entered before it happened", () => {
  for (const fact of facts) {
    const recorded = (fact.recordedAt as Temporal.Instant).toZonedDateTimeISO("Europe/London").toPlainDate();
    assert.ok(Temporal.PlainDate.compare(recorded, today) < 0, `${fact.id} is recorded on ${recorded}`);
    assert.ok(Temporal.PlainDate.compare(fact.occurredOn, recorded) <= 0, `${fact.id} is recorded before it happened`);
    assert.ok(Temporal.PlainDate.compare(recorded, region.firstDay) >= 0);
  }
});

test("events that count hours have their instant, on their local day; others have none", () => {
  for (const fact of facts) {
    const timed = fact.type === "arrived" || fact.type === "left";
    assert.equal(fact.occurredAt !== null, timed, fact.type);
    if (fact.occurredAt === null) continue;
    assert.ok(fact.occurredAt.toZonedDateTimeISO("Europe/London").toPlainDate().equals(fact.occurredOn));
  }
});

test("facts of one subject come together and in the order in which they were entered", () => {
  let before = facts[0] as NewFact;
  const seen = new Set<string>([before.subjectId]);
  for (const fact of facts) {
    if (fact.subjectId !== before.subjectId) {
      assert.ok(!seen.has(fact.subjectId), `${fact.subjectId} comes twice`);
      seen.add(fact.subjectId);
    } else {
      assert.ok(
        Temporal.Instant.compare(before.recordedAt as Temporal.Instant, fact.recordedAt as Temporal.Instant) <= 0,
      );
    }
    before = fact;
  }
});

test("ids are UUIDs of version 7, each used once", () => {
  const ids = new Set(facts.map(({ id }) => id));
  assert.equal(ids.size, facts.length);
  for (const id of ids) assert.match(id, /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
});

test("some entries are late, some are corrected, some withdrawn, each naming an earlier fact of its case and why", () => {
  const byId = new Map(facts.map((fact) => [fact.id, fact]));
  const corrections = facts.filter(({ replaces }) => replaces !== null);
  for (const { replaces, reason, caseId, recordedAt } of corrections) {
    const earlier = byId.get(replaces as string);
    assert.equal(earlier?.caseId, caseId);
    assert.ok(Temporal.Instant.compare(earlier?.recordedAt as Temporal.Instant, recordedAt as Temporal.Instant) < 0);
    assert.ok(reason !== null);
  }
  assert.ok(corrections.filter(({ type }) => type === WITHDRAWN_ENTRY).length > 10);
  assert.ok(corrections.filter(({ type }) => type !== WITHDRAWN_ENTRY).length > 50);
  const late = facts.filter(({ occurredOn, recordedAt }) => {
    const recorded = (recordedAt as Temporal.Instant).toZonedDateTimeISO("Europe/London").toPlainDate();
    return Temporal.PlainDate.compare(occurredOn, region.firstDay) >= 0 && occurredOn.until(recorded).days > 2;
  });
  assert.ok(
    late.length > facts.length * 0.02 && late.length < facts.length * 0.15,
    `${late.length} of ${facts.length}`,
  );
});

test("nobody does anything after they died", () => {
  const died = new Map(
    facts.filter(({ type, replaces }) => type === "died" && replaces === null).map((fact) => [fact.caseId, fact]),
  );
  const withdrawn = new Set(facts.flatMap(({ replaces }) => (replaces === null ? [] : [replaces])));
  for (const fact of facts) {
    const death = died.get(fact.caseId);
    if (death === undefined || withdrawn.has(death.id) || fact.type === WITHDRAWN_ENTRY || fact.type === "died")
      continue;
    assert.ok(Temporal.PlainDate.compare(fact.occurredOn, death.occurredOn) <= 0, `${fact.type} in ${fact.caseId}`);
  }
});

test("identifiers, telephones and addresses can be nobody's", () => {
  const numbers = new Set<string>();
  for (const { identity, contact } of people) {
    const [identifier] = identity.identifiers;
    const digits = (identifier?.value ?? "").replaceAll(" ", "");
    assert.match(digits, /^999\d{7}$/);
    assert.equal(checkDigit(digits.slice(0, 9)), Number(digits.charAt(9)));
    numbers.add(digits);
    assert.ok(parseDay(identity.birthDate ?? "") !== undefined);
    assert.ok(contact.telephone === null || /^07700 900\d{3}$/.test(contact.telephone));
    assert.ok(contact.email === null || /^[a-z.-]+\.\d{4}@example\.org$/.test(contact.email), contact.email ?? "");
    assert.match(contact.address.at(-1) as string, /^ZZ\d{1,2} \d[A-Z]{2}$/);
  }
  assert.equal(numbers.size, people.length);
  for (const { telephone } of [...region.organisations, ...region.services, region.body])
    assert.match(telephone ?? "", /^01632 960\d{3}$/);
  for (const { bookingUrl, cancelUrl } of region.services) {
    assert.match(bookingUrl as string, /^https:\/\/example\.org\//);
    assert.match(cancelUrl as string, /^https:\/\/example\.org\//);
  }
});

test("a test number's check digit is that of the NHS: 943 476 5919 is valid, and no tenth digit exists where it would be 10", () => {
  assert.equal(checkDigit("943476591"), 9); // the example of the NHS Data Dictionary
  assert.equal(checkDigit("000000006"), null);
});

test("names are of many origins, long and short, and not all of them ASCII", () => {
  const names = people.map(({ identity }) => identity.name);
  assert.ok(new Set(names).size > people.length * 0.7);
  assert.ok(names.some((name) => name.length > 30) && names.some((name) => name.length < 7));
  assert.ok(names.filter((name) => /[^\x20-\x7e]/.test(name)).length > 100);
});

test("people have the ages of a population", () => {
  const ages = people.map(
    ({ identity }) =>
      Temporal.PlainDate.from(identity.birthDate as string).until(today, { largestUnit: "years" }).years,
  );
  const share = (from: number, to: number) => ages.filter((age) => age >= from && age < to).length / ages.length;
  assert.ok(Math.abs(share(0, 18) - 0.21) < 0.03);
  assert.ok(Math.abs(share(65, 120) - 0.186) < 0.03);
  assert.ok(Math.max(...ages) < 105);
});

test("some people have several cases", () => {
  const cases = Map.groupBy(new Map(facts.map((fact) => [fact.caseId, fact.subjectId])), ([, subjectId]) => subjectId);
  assert.ok([...cases.values()].filter((each) => each.length > 2).length > 300);
});

test("an impossible request says what is possible", () => {
  assert.throws(() => demonstrationRegion({ seed: 1, people: -1, today }), /0 to 500000 people, not -1/);
  assert.throws(() => demonstrationRegion({ seed: 1, people: 900_000, today }), RangeError);
  assert.throws(() => demonstrationRegion({ seed: 0.5, people: 10, today }), /whole number of 32 bits/);
  assert.equal([...demonstrationRegion({ seed: 1, people: 0, today }).people].length, 4);
});

function hashOf(made: Region): string {
  const hash = createHash("sha256");
  for (const person of made.people) hash.update(JSON.stringify(person));
  for (const fact of made.facts) hash.update(JSON.stringify(fact));
  return hash.digest("hex");
}

/** What is wrong with a fact in its definition's eyes, or null. */
function faultOf({ type, data, serviceId }: NewFact): string | null {
  if (type === WITHDRAWN_ENTRY) return Object.keys(data).length === 0 ? null : "a withdrawal carries data";
  const guarantee = servicesById.get(serviceId as string)?.guarantees[0] ?? "";
  const event = library().definitions.get(guarantee)?.events[type];
  if (event === undefined) return `${guarantee} names no event ${type}`;
  for (const [name, value] of Object.entries(data)) {
    const field = event.fields?.[name];
    const fits =
      (field?.type === "yes-no" && typeof value === "boolean") ||
      (field?.type === "date" && parseDay(String(value)) !== undefined) ||
      (field?.type === "choice" && field.choices?.[String(value)] !== undefined);
    if (!fits) return `${guarantee} ${type} has ${name} = ${String(value)}`;
  }
  return null;
}
