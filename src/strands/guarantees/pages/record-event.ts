import type { Fact } from "../../../core/record/index.ts";
import { inLanguage } from "../model/definition.ts";
import type { RowProblem } from "../model/event-row.ts";
import type { CaseView, PersonView } from "../model/person.ts";
import { paths } from "../paths.ts";
import type { Words } from "./moments.ts";
import { placeName, whoLine } from "./person.ts";

export type EventChoice = { readonly text: string; readonly hint: string; readonly href: string };

/** The events that can be recorded for a case, as links: one tap, no typing. */
export function eventChoices(view: PersonView, owner: CaseView, { t }: Words): readonly EventChoice[] {
  const seen = new Set<string>();
  return owner.definitions.flatMap((definition) =>
    Object.entries(definition.file.events).flatMap(([type, event]) => {
      if (seen.has(type)) return [];
      seen.add(type);
      return [
        {
          text: inLanguage(event.label, t.language),
          hint: inLanguage(event.says, t.language),
          href: paths.record(view.subjectId, owner.caseId, type),
        },
      ];
    }),
  );
}

export type EventField =
  | {
      readonly kind: "choice";
      readonly name: string;
      readonly label: string;
      readonly options: readonly { readonly value: string; readonly text: string }[];
    }
  | { readonly kind: "yes-no"; readonly name: string; readonly label: string }
  | { readonly kind: "date" | "number" | "text"; readonly name: string; readonly label: string };

/** The form for one event type: its declared fields. Null when no definition of the case names the type. */
export function eventForm(
  owner: CaseView,
  type: string,
  { t }: Words,
): { readonly title: string; readonly fields: readonly EventField[]; readonly timed: boolean } | null {
  const definition = owner.definitions.find((each) => each.file.events[type] !== undefined);
  const event = definition?.file.events[type];
  if (definition === undefined || event === undefined) return null;
  const fields = Object.entries(event.fields ?? {}).map(([name, field]): EventField => {
    const label = inLanguage(field.says, t.language);
    switch (field.type) {
      case "choice":
        return {
          kind: "choice",
          name: `field_${name}`,
          label,
          options: Object.entries(field.choices ?? {}).map(([value, text]) => ({
            value,
            text: inLanguage(text, t.language),
          })),
        };
      case "yes-no":
        return { kind: "yes-no", name: `field_${name}`, label };
      case "date":
      case "number":
      case "text":
        return { kind: field.type, name: `field_${name}`, label };
    }
  });
  const timed = Object.values(definition.file.promises).some((promise) =>
    [promise.limit].flat().some((limit) => (typeof limit === "string" ? limit : limit.is).includes("hour")),
  );
  return { title: inLanguage(event.label, t.language), fields, timed };
}

/** What an entry says, as its form's fields: a correction begins with what stands, so that only what is wrong is typed. */
export function correctionOf(owner: CaseView, fact: Fact): Readonly<Record<string, string>> {
  const zone = owner.definitions[0]?.zone.id ?? "UTC";
  const time = fact.occurredAt?.toZonedDateTimeISO(zone).toPlainTime().toString({ smallestUnit: "minute" }) ?? "";
  const { day, month, year } = fact.occurredOn;
  return {
    "occurred-day": String(day),
    "occurred-month": String(month),
    "occurred-year": String(year),
    time,
    ...Object.fromEntries(Object.entries(fact.data).map(([name, value]) => [`field_${name}`, String(value)])),
  };
}

/** Who it is about: name, date of birth, identifier, case and service, so that nobody records on the wrong person. */
export function recordHeading(
  view: PersonView,
  owner: CaseView,
  words: Words,
): { readonly name: string; readonly who: string | null; readonly place: string | null; readonly caseId: string } {
  return {
    name: view.identity?.name ?? words.t("person.unnamed", { id: view.subjectId }),
    who: whoLine(view, words),
    place: placeName(owner, view.directory),
    caseId: owner.caseId,
  };
}

/** Problems of a row as faults of the form's fields, in words. */
export function formFaults(
  problems: readonly RowProblem[],
  { t }: Words,
): readonly { readonly field: string; readonly text: string }[] {
  return problems.map(({ column, message }) => {
    if (column === "occurred")
      return { field: "occurred", text: message === "future" ? t("record.future") : t("record.badDate") };
    if (column === "type" || column === "case" || column === "fact")
      return { field: "occurred", text: t("record.unknown") };
    return { field: `field_${column}`, text: t("record.badField", { problem: message }) };
  });
}
