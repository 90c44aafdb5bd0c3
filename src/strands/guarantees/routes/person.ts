import { z } from "zod";
import { readInstallation } from "../../../core/directory/index.ts";
import { calendarText } from "../../../web/ics.ts";
import { fileResponse } from "../../../web/download.ts";
import { peoplePaths } from "../../../web/people/paths.ts";
import { route, type AnyRoute, type RouteContext } from "../../../web/route.ts";
import { loadPerson, newFactId, type GuaranteeTools } from "../actions.ts";
import { personCalendar } from "../pages/calendar.ts";
import { personPage, placeName, whoLine } from "../pages/person.ts";
import { recordedNotice } from "../pages/recorded.ts";
import { sightOf } from "./sight.ts";
import { paths } from "../paths.ts";

const params = z.object({ subjectId: z.string().min(1).max(200) });
type WithSubject = { readonly params: { readonly subjectId: string } };
const subject = (input: WithSubject) => input.params.subjectId;

/** A person's own promises: the page, the dates as a calendar file, and where to turn when something is wrong. */
export function personRoutes(tools: GuaranteeTools): readonly AnyRoute[] {
  const access = { kind: "person", action: "view", what: "promises", subject } as const;
  return [
    route({
      name: "guarantees.person",
      method: "GET",
      path: "/people/:subjectId",
      access,
      audit: { kind: "person", purpose: "see a person's promises", subject },
      input: { params, query: z.object({ recorded: z.string().max(200).optional() }) },
      handle: async (context) => {
        const { page, input, visitor, decide, notFound, redirect, now, t, formats } = context;
        const view = await loadPerson(tools, input.params.subjectId, now, sightOf(context));
        if (view === null) return notFound(t("person.unknown"));
        // A record that was merged into another is read there.
        if (view.subjectId !== input.params.subjectId) return redirect(paths.person(view.subjectId));
        const own = visitor?.actor.selves.has(view.subjectId) === true;
        const records = decide("change", "promises").allow;
        const words = { t, formats };
        return page("guarantees/person.njk", {
          title: own ? t("person.yourTitle") : t("person.title", { name: view.identity?.name ?? view.subjectId }),
          own,
          ...personPage(view, records, now, words),
          relations: relationLinks(view.subjectId, own, decide, t),
          reference: view.subjectId,
          notice: recordedNotice(view, input.query.recorded ?? null, now, words, newFactId()),
        });
      },
    }),
    route({
      name: "guarantees.calendar",
      method: "GET",
      path: "/people/:subjectId/promises.ics",
      access,
      audit: { kind: "person", purpose: "the dates of a person's promises as a calendar", subject },
      input: { params },
      handle: async (context) => {
        const { input, notFound, now, t } = context;
        const view = await loadPerson(tools, input.params.subjectId, now, sightOf(context));
        if (view === null) return notFound(t("person.unknown"));
        // Not the address of the request: that is whatever its sender wrote into `Host`.
        const events = personCalendar(view, t, `${tools.origin}${paths.person(view.subjectId)}`);
        const file = fileResponse("promises.ics", "ics", calendarText(t("calendar.name"), events, now));
        file.headers.set("cache-control", "no-store");
        return file;
      },
    }),
    route({
      name: "guarantees.wrong",
      method: "GET",
      path: "/people/:subjectId/wrong",
      access,
      audit: { kind: "person", purpose: "where to turn when the record is wrong", subject },
      input: { params },
      handle: async (context) => {
        const { page, input, notFound, now, t, formats } = context;
        const view = await loadPerson(tools, input.params.subjectId, now, sightOf(context));
        if (view === null) return notFound(t("person.unknown"));
        const installation = await readInstallation(tools.db);
        return page("guarantees/wrong.njk", {
          title: t("wrong.title"),
          back: { href: paths.person(view.subjectId), text: t("wrong.back") },
          who: whoLine(view, { t, formats }),
          body: { telephone: installation?.telephone ?? null, web: installation?.webAddress ?? null },
          cases: view.cases.map((owner) => {
            const service = owner.serviceId === null ? undefined : view.directory.services.get(owner.serviceId);
            return { id: owner.caseId, place: placeName(owner, view.directory), telephone: service?.telephone ?? null };
          }),
        });
      },
    }),
  ];
}

/** To what else of the person the visitor may open, as the table says. */
function relationLinks(
  subjectId: string,
  own: boolean,
  decide: RouteContext<never>["decide"],
  t: RouteContext<never>["t"],
): readonly { readonly href: string; readonly text: string }[] {
  const whose = own ? "your" : "their";
  return [
    ...(decide("view", "looks").allow
      ? [{ href: peoplePaths.looks(subjectId), text: t(`person.links.${whose}Looks`) }]
      : []),
    ...(decide("view", "relationships").allow
      ? [{ href: peoplePaths.relationships(subjectId), text: t(`person.links.${whose}Relationships`) }]
      : []),
    ...(!own && decide("view", "needs").allow
      ? [{ href: `/people/${encodeURIComponent(subjectId)}/messages`, text: t("person.links.messages") }]
      : []),
    ...(decide("change", "withholding").allow
      ? [{ href: peoplePaths.withhold(subjectId), text: t("person.links.withhold") }]
      : []),
  ];
}
