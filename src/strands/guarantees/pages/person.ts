import type { Directory } from "../../../core/directory/index.ts";
import type { Fact } from "../../../core/record/index.ts";
import type { CaseView, JudgedClock, PersonView } from "../model/person.ts";
import { inLanguage } from "../model/definition.ts";
import { paths } from "../paths.ts";
import { fieldWords } from "./field-words.ts";
import { momentOf, type Words } from "./moments.ts";
import { isOpen, promiseCard, promiseFile, stateText, type CardAction, type PromiseCard } from "./promise-card.ts";

export type PersonPage = {
  readonly name: string;
  /** "Born 4 May 1951, NHS number 999 123 4567"; null where nothing is known. */
  readonly who: string | null;
  readonly open: readonly (PromiseCard & { readonly record: string | null })[];
  readonly past: readonly {
    readonly state: string;
    readonly stateText: string;
    readonly text: string;
    readonly place: string | null;
    readonly dates: string;
    readonly why: PromiseCard["explanation"];
  }[];
  readonly events: readonly EventLine[];
  readonly calendar: string | null;
  readonly wrong: string;
  readonly staff: boolean;
};

export type EventLine = {
  readonly when: string;
  readonly datetime: string;
  readonly title: string;
  readonly text: string;
  readonly place: string | null;
  readonly note: string | null;
  readonly correct: string | null;
};

/** Finished promises shown at the most; all events stay on the page. */
const MOST_PAST = 50;
const MOST_EVENTS = 200;

/** A person's page, as the person or a member of staff sees it. Pure. */
export function personPage(view: PersonView, staff: boolean, now: Temporal.Instant, words: Words): PersonPage {
  const all = view.cases.flatMap((owner) => owner.clocks.map((judged) => ({ owner, judged })));
  const open = all.filter(({ judged }) => isOpen(judged)).toSorted((a, b) => urgency(a.judged) - urgency(b.judged));
  const past = all
    .filter(({ judged }) => !isOpen(judged))
    .toSorted((a, b) => (b.judged.clock.stopped ?? 0) - (a.judged.clock.stopped ?? 0));
  return {
    name: view.identity?.name ?? words.t("person.unnamed", { id: view.subjectId }),
    who: whoLine(view, words),
    open: open.map(({ owner, judged }) => ({
      ...promiseCard(judged, owner, placeName(owner, view.directory), cardActions(view, owner, words), now, words),
      record: staff ? paths.record(view.subjectId, owner.caseId) : null,
    })),
    past: past.slice(0, MOST_PAST).map(({ owner, judged }) => pastPromise(judged, owner, view.directory, now, words)),
    events: eventLines(view, staff, words),
    calendar: open.some(({ judged }) => !judged.clock.paused) ? paths.calendar(view.subjectId) : null,
    wrong: paths.wrong(view.subjectId),
    staff,
  };
}

/** What runs out first comes first; clocks that stand still last. Instants and days on one scale. */
function urgency({ definition, clock }: JudgedClock): number {
  if (clock.paused) return Infinity;
  const due = momentOf(definition, clock, clock.due);
  return due.toZonedDateTime(definition.zone.id).epochMilliseconds;
}

/** Date of birth and a second identifier: two people of one name must not be taken for each other. */
export function whoLine(view: Pick<PersonView, "identity">, { t, formats }: Words): string | null {
  const identity = view.identity;
  if (identity === null) return null;
  const born =
    identity.birthDate === null
      ? []
      : [t("person.born", { date: formats.plainDate(Temporal.PlainDate.from(identity.birthDate)) })];
  const numbers = identity.identifiers.map(({ system, value }) => `${identifierName(system, t)} ${value}`);
  // Each part stays on one line: half a number on the next is read as another number.
  return [...born, ...numbers.slice(0, 1)].map((part) => part.replaceAll(" ", "\u00A0")).join(", ") || null;
}

export function placeName(
  owner: { readonly serviceId: string | null; readonly organisationId: string | null },
  directory: Directory,
): string | null {
  const service = owner.serviceId === null ? undefined : directory.services.get(owner.serviceId);
  const organisation = directory.organisations.get(owner.organisationId ?? service?.organisationId ?? "");
  if (service === undefined) return organisation?.name ?? null;
  return organisation === undefined || organisation.name === service.name
    ? service.name
    : `${service.name}, ${organisation.name}`;
}

/** Links to the body's own pages and numbers: no promise is a dead end. */
function cardActions(view: PersonView, owner: CaseView, { t }: Words): readonly CardAction[] {
  const service = owner.serviceId === null ? undefined : view.directory.services.get(owner.serviceId);
  const organisation = view.directory.organisations.get(owner.organisationId ?? service?.organisationId ?? "");
  const actions: CardAction[] = [];
  const booking = service?.bookingUrl ?? service?.cancelUrl ?? null;
  if (booking !== null) actions.push({ text: t("person.book"), href: booking, kind: "primary" });
  const telephone = service?.telephone ?? organisation?.telephone ?? null;
  if (telephone !== null) {
    actions.push({
      text: t("person.call", { telephone }),
      href: `tel:${telephone.replaceAll(" ", "")}`,
      kind: booking === null ? "primary" : "secondary",
    });
  }
  actions.push({ text: t("person.wrong"), href: paths.wrong(view.subjectId), kind: "link" });
  return actions;
}

function pastPromise(
  judged: JudgedClock,
  owner: CaseView,
  directory: Directory,
  now: Temporal.Instant,
  words: Words,
): PersonPage["past"][number] {
  const { definition, clock } = judged;
  const { t, formats } = words;
  const card = promiseCard(judged, owner, null, [], now, words);
  const name = inLanguage(promiseFile(definition, clock.promise).name, t.language);
  const dates = [clock.started, clock.stopped ?? clock.started].map((tick) =>
    formats.shortDateWithYear(momentOf(definition, clock, tick)),
  );
  const [from = "", to = ""] = dates;
  return {
    state: card.state,
    stateText: stateText(judged, now, words),
    text: name,
    place: placeName(owner, directory),
    dates: from === to ? from : t("person.fromTo", { from, to }),
    why: card.explanation,
  };
}

/** What is on record, newest first, each with who said so when it was corrected or told late. */
function eventLines(view: PersonView, staff: boolean, words: Words): readonly EventLine[] {
  const lines = view.cases.flatMap((owner) => owner.facts.map((fact) => ({ owner, fact })));
  return lines
    .toSorted(
      (a, b) => Temporal.PlainDate.compare(b.fact.occurredOn, a.fact.occurredOn) || b.fact.version - a.fact.version,
    )
    .slice(0, MOST_EVENTS)
    .map(({ owner, fact }) => eventLine(view, owner, fact, staff, words));
}

function eventLine(view: PersonView, owner: CaseView, fact: Fact, staff: boolean, words: Words): EventLine {
  const { t, formats } = words;
  const event = owner.definitions
    .map((definition) => definition.file.events[fact.type])
    .find((found) => found !== undefined);
  const zone = owner.definitions[0]?.zone.id ?? "UTC";
  const when = fact.occurredAt === null ? fact.occurredOn : fact.occurredAt.toZonedDateTimeISO(zone).toPlainDateTime();
  const details = Object.entries(fact.data).flatMap(([name, value]) => {
    const field = event?.fields?.[name];
    return field === undefined ? [] : [fieldWords(field, value, words)];
  });
  const recorded = fact.recordedAt.toZonedDateTimeISO(zone).toPlainDate();
  const late = fact.occurredOn.until(recorded, { largestUnit: "days" }).days;
  const corrected = fact.replaces === null ? undefined : owner.allFacts.find((other) => other.id === fact.replaces);
  const notes = [
    ...(corrected === undefined
      ? []
      : [
          t("person.corrected", { date: formats.plainDate(recorded), before: formats.plainDate(corrected.occurredOn) }),
        ]),
    ...(late > 2 && corrected === undefined ? [t("person.late", { date: formats.plainDate(recorded) })] : []),
  ];
  const place = placeName(fact, view.directory);
  return {
    when: formats.shortDateWithYear(when),
    datetime: String(when),
    title: event === undefined ? fact.type : inLanguage(event.says, t.language),
    text: details.join(". "),
    place,
    note: notes.length === 0 ? null : notes.join(" "),
    correct: staff ? paths.record(view.subjectId, owner.caseId, fact.type, fact.id) : null,
  };
}

/** The name of an identifier's system, which is an address such as https://fhir.nhs.uk/Id/nhs-number, or a plain word. */
function identifierName(system: string, t: Words["t"]): string {
  const word = system.slice(system.lastIndexOf("/") + 1);
  return t.has(`identifier.${word}`) ? t(`identifier.${word}`) : word;
}
