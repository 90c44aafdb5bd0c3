import { countByState, countHanded, countUnmet, forecastSpend, MESSAGE_STATES } from "../../core/messages/index.ts";
import { route, type AnyRoute } from "../route.ts";
import type { MailTools } from "./index.ts";
import { mailPaths } from "./paths.ts";

/** What waits, what was sent, what it costs, and whether anything can be sent at all. */
export function overviewRoutes({ db, messages, prices, timeZone }: MailTools): readonly AnyRoute[] {
  return [
    route({
      name: "mail.overview",
      method: "GET",
      path: mailPaths.overview,
      access: { kind: "body", action: "view", what: "work" },
      audit: { kind: "none", why: "counts only; nobody is named" },
      input: null,
      handle: async ({ page, now, t, formats }) => {
        const [states, unmet, month, year, providers] = await Promise.all([
          countByState(db),
          countUnmet(db),
          countHanded(db, now.subtract({ hours: 24 * 30 })),
          countHanded(db, startOfYear(now, timeZone)),
          messages.sender.providers(),
        ]);
        const count = (state: (typeof MESSAGE_STATES)[number]): number => states.get(state) ?? 0;
        const forecast = forecastSpend(
          {
            yearFragments: year.fragments,
            monthFragments: month.fragments,
            monthLetters: month.letters,
            monthMessages: month.messages,
            queued: count("queued"),
          },
          prices,
        );
        const free = prices.freeFragmentsAYear > 0 && forecast !== null;
        return page("mail/overview.njk", {
          title: t("mail.overview.title"),
          warning:
            providers.size === 0
              ? t("mail.overview.noProvider")
              : messages.sender.problem() === null
                ? null
                : t("mail.overview.problem", { problem: messages.sender.problem() ?? "" }),
          shown: messages.shown ? mailPaths.development : null,
          figures: [
            ...(forecast === null
              ? []
              : [
                  { value: formats.pounds(forecast.nextMonthPence), meaning: t("mail.overview.nextMonth") },
                  { value: formats.pounds(forecast.monthPence), meaning: t("mail.overview.lastMonth") },
                ]),
            { value: formats.number(count("queued") + count("sending")), meaning: t("mail.overview.waiting") },
            { value: formats.number(unmet), meaning: t("mail.overview.unmet"), href: mailPaths.unmet },
          ],
          forecastNote:
            forecast === null
              ? t("mail.overview.noPrices")
              : free
                ? t("mail.overview.free", { left: formats.number(forecast.freeFragmentsLeft) })
                : t("mail.overview.forecastMeaning"),
          handed: t("mail.overview.handed", {
            messages: month.messages,
            fragments: month.fragments,
            letters: month.letters,
          }),
          states: MESSAGE_STATES.map((state) => ({
            cells: [
              { text: t(`mail.state.${state}`), sub: t(`mail.stateMeaning.${state}`) },
              { text: formats.number(count(state)) },
            ],
          })),
        });
      },
    }),
  ];
}

/** 1 April, when Notify's free allowance begins anew. */
function startOfYear(now: Temporal.Instant, timeZone: string): Temporal.Instant {
  const today = now.toZonedDateTimeISO(timeZone).toPlainDate();
  const april = Temporal.PlainDate.from({ year: today.year, month: 4, day: 1 });
  const start = Temporal.PlainDate.compare(today, april) < 0 ? april.subtract({ years: 1 }) : april;
  return start.toZonedDateTime(timeZone).toInstant();
}
