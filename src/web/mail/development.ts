import { readShownMail, SHOWN_LIMIT } from "../../core/messages/index.ts";
import type { Formats } from "../format.ts";
import type { Translate } from "../messages.ts";
import { route, type AnyRoute } from "../route.ts";
import type { MailTools } from "./index.ts";
import { mailPaths } from "./paths.ts";

/** The mailbox of a demonstration: everything that would have been sent. */
export function developmentRoutes({ db, vault, timeZone }: MailTools): readonly AnyRoute[] {
  return [
    route({
      name: "mail.development",
      method: "GET",
      path: mailPaths.development,
      access: { kind: "public" },
      audit: { kind: "none", why: "messages to invented people; the page is not there where people are real" },
      input: null,
      handle: async ({ page, t, formats }) => {
        const mail = await readShownMail(db, vault);
        return page("mail/development.njk", {
          title: t("mail.development.title"),
          limit: SHOWN_LIMIT,
          mail: mail.map((each) => ({
            heading: each.subject ?? t(`mail.channel.${each.channel}`),
            channel: t(`mail.channel.${each.channel}`),
            to: each.to.replaceAll("\n", ", "),
            when: formats.moment(localTime(each.shownAt, timeZone)),
            language: each.language,
            paragraphs: each.body.split("\n").map(parts),
          })),
        });
      },
    }),
  ];
}

function localTime(instant: Temporal.Instant, timeZone: string): Temporal.PlainDateTime {
  return instant.toZonedDateTimeISO(timeZone).toPlainDateTime();
}

/** "today at 09:30" is said with the day: lists are read later too. */
export function whenOf(instant: Temporal.Instant, timeZone: string, formats: Formats): string {
  return formats.moment(localTime(instant, timeZone));
}

/** The name of a template as people know it; one that is gone is named by its id. */
export function purposeOf({ messages }: Pick<MailTools, "messages">, id: string, t: Translate): string {
  const purpose = messages.templates.get(id)?.purpose;
  // A sentence in the list of templates, a label here.
  return purpose?.[t.language === "cy" ? "cy" : "en"].replace(/\.$/, "") ?? id;
}

/** A line with its addresses as links. Only addresses of the web, so that a message cannot plant a script. */
function parts(line: string): readonly { readonly text: string; readonly href: string | null }[] {
  return line.split(/(https?:\/\/[^\s<>"]+)/).flatMap((text) => {
    if (text === "") return [];
    const url = /^https?:\/\//.test(text) ? URL.parse(text) : null;
    return [{ text, href: url === null ? null : url.href }];
  });
}
