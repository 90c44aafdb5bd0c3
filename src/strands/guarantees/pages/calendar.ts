import type { CalendarEvent } from "../../../web/ics.ts";
import type { Translate } from "../../../web/messages.ts";
import { plainDateFromDay } from "../../../lib/dates/day.ts";
import { inLanguage } from "../model/definition.ts";
import type { PersonView } from "../model/person.ts";
import { countsTime } from "../model/scale.ts";
import { placeName } from "./person.ts";
import { isOpen, promiseFile } from "./promise-card.ts";

/** The due dates of a person's running clocks as calendar entries; a clock that stands still has none. */
export function personCalendar(view: PersonView, t: Translate, url: string): readonly CalendarEvent[] {
  return view.cases.flatMap((owner) =>
    owner.clocks
      .filter((judged) => isOpen(judged) && !judged.clock.paused)
      .map(({ definition, clock }) => {
        const file = promiseFile(definition, clock.promise);
        const place = placeName(owner, view.directory);
        return {
          uid: `${owner.caseId}-${definition.id}-${clock.promise}-${clock.period}@handrail`,
          // A date moves only when something was recorded: the number of facts counts up with it.
          sequence: owner.allFacts.length,
          when: countsTime(clock.limit)
            ? Temporal.Instant.fromEpochMilliseconds(clock.due)
            : plainDateFromDay(clock.due),
          title: t("calendar.title", { promise: inLanguage(file.name, t.language) }),
          text: [t("calendar.text", { limit: clock.limit.words }), ...(place === null ? [] : [place])].join("\n"),
          url,
          remindDaysBefore: countsTime(clock.limit) ? null : 7,
        };
      }),
  );
}
