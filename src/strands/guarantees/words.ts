import { fileURLToPath } from "node:url";
import { formatsFor } from "../../web/format.ts";
import { loadMessages, type Translate } from "../../web/messages.ts";
import { MILLISECONDS_PER_MINUTE, zoneOf } from "../../lib/dates/zone.ts";
import { plainDateFromDay } from "../../lib/dates/day.ts";
import type { Definition } from "./model/definition.ts";
import type { ShowTick } from "./model/explain.ts";

/** This strand's message files, one a language. */
export const MESSAGES_FOLDER = fileURLToPath(new URL("./messages/", import.meta.url));

/** The words of this strand for the command line, where no page's words are loaded. */
export function commandLineWords(language = "en"): Translate {
  return loadMessages(language, [MESSAGES_FOLDER]);
}

/** Writes a definition's ticks as a person reads them, in the zone of the definition. */
export function showTicks(definition: Definition, t: Translate): ShowTick {
  const formats = formatsFor(t);
  return (tick, timed) => formats.moment(timed ? localMinute(definition, tick) : plainDateFromDay(tick));
}

/** An instant as local date and time to the minute. */
function localMinute(definition: Definition, instant: number): Temporal.PlainDateTime {
  return Temporal.Instant.fromEpochMilliseconds(Math.floor(instant / MILLISECONDS_PER_MINUTE) * MILLISECONDS_PER_MINUTE)
    .toZonedDateTimeISO(zoneOf(definition.zone.id).id)
    .toPlainDateTime();
}
