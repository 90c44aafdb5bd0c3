import { inLanguage } from "../model/definition.ts";
import type { PersonView } from "../model/person.ts";
import { paths } from "../paths.ts";
import { momentOf, type Words } from "./moments.ts";
import { promiseFile, stateText } from "./promise-card.ts";

export type RecordedNotice = {
  readonly title: string;
  readonly clocks: readonly string[];
  readonly undo: { readonly action: string; readonly fact: string; readonly id: string } | null;
};

/** What an event just recorded did to the case's clocks, with the way to take it back. Null when there is none. */
export function recordedNotice(
  view: PersonView,
  factId: string | null,
  now: Temporal.Instant,
  words: Words,
  withdrawalId: string,
): RecordedNotice | null {
  const { t, formats } = words;
  if (factId === null) return null;
  const owner = view.cases.find((each) => each.allFacts.some((fact) => fact.id === factId));
  const fact = owner?.allFacts.find((each) => each.id === factId);
  if (owner === undefined || fact === undefined) return null;
  const event = owner.definitions
    .map((definition) => definition.file.events[fact.type])
    .find((each) => each !== undefined);
  const standing = owner.facts.some((each) => each.id === factId);
  const label = event === undefined ? t("recorded.withdrawal") : inLanguage(event.label, t.language);
  return {
    title: event === undefined ? label : t("recorded.title", { event: label, date: formats.date(fact.occurredOn) }),
    clocks: owner.clocks.map((judged) =>
      t("recorded.clock", {
        promise: inLanguage(promiseFile(judged.definition, judged.clock.promise).name, t.language),
        state: stateText(judged, now, words),
        due: formats.moment(momentOf(judged.definition, judged.clock, judged.clock.due)),
      }),
    ),
    undo: standing ? { action: paths.withdraw(view.subjectId), fact: factId, id: withdrawalId } : null,
  };
}
