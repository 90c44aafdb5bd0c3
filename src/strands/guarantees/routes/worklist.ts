import { z } from "zod";
import { decide } from "../../../core/access/index.ts";
import { readDirectory } from "../../../core/directory/index.ts";
import { readAs } from "../../../core/people/index.ts";
import { readPersonalData, type PersonalData } from "../../../core/vault/index.ts";
import { dayFromPlainDate } from "../../../lib/dates/day.ts";
import { pagination } from "../../../web/pagination.ts";
import { route, type AnyRoute, type Visitor } from "../../../web/route.ts";
import type { GuaranteeTools } from "../actions.ts";
import { identitySeen } from "../model/person.ts";
import type { WorklistFilter, WorklistRow } from "../model/worklist.ts";
import { worklistPage } from "../pages/worklist.ts";
import { countWorklist, readPromisesMade, readWorklist } from "../store.ts";

/** Rows a page: what a screen shows without scrolling for ever, and what one look logs. */
const PAGE_SIZE = 50;
const name = z.string().max(200).optional();
const query = z.object({
  service: name,
  organisation: name,
  area: name,
  promise: z
    .string()
    .max(200)
    .regex(/^$|^[a-z0-9-]+\/[a-z0-9-]+$/)
    .optional(),
  state: z.enum(["next", "soon", "overdue", "paused", "running"]).default("next"),
  page: z.coerce.number().int().min(1).max(10_000).default(1),
});

export function worklistRoutes({ db, vault, library, timeZone }: GuaranteeTools): readonly AnyRoute[] {
  return [
    route({
      name: "guarantees.worklist",
      method: "GET",
      path: "/worklist",
      access: { kind: "list", action: "view", what: "promises" },
      audit: { kind: "list", purpose: "see who runs out next" },
      input: { query },
      handle: async ({ input, page, visitor, predicate, now, shown, t, formats, url }) => {
        const filter = filterOf(input.query);
        const today = now.toZonedDateTimeISO(timeZone).toPlainDate();
        const day = dayFromPlainDate(today);
        const offset = (input.query.page - 1) * PAGE_SIZE;
        const [{ rows, counts }, directory, made] = await Promise.all([
          readAs(db, visitor?.personId ?? "", now, async (transaction) => ({
            rows: await readWorklist(transaction, predicate, filter, now, day, { offset, limit: PAGE_SIZE }),
            counts: await countWorklist(transaction, predicate, filter, now, day),
          })),
          readDirectory(db),
          readPromisesMade(db),
        ]);
        const subjects = [...new Set(rows.map((row) => row.subjectId))];
        const stored = await readPersonalData(db, vault, subjects, "identity");
        const identities = identitiesSeen(visitor, rows, stored, now);
        shown(subjects);
        const given = [...new Set(made.map((promise) => promise.guarantee))];
        return page("guarantees/worklist.njk", {
          title: t("worklist.title"),
          ...worklistPage(
            {
              rows,
              counts,
              filter,
              identities,
              records: (row) => visitor !== null && mayRecord(visitor, row, now),
              directory,
              definitions: library.definitions,
              given,
              today,
            },
            { t, formats },
          ),
          pagination: pagination({ page: input.query.page, pageSize: PAGE_SIZE, total: counts.matching }, url, t),
        });
      },
    }),
  ];
}

function filterOf(asked: z.output<typeof query>): WorklistFilter {
  const value = (text: string | undefined) => (text === undefined || text === "" ? null : text);
  const [guarantee, promise] = value(asked.promise)?.split("/") ?? [];
  return {
    serviceId: value(asked.service),
    organisationId: value(asked.organisation),
    areaCode: value(asked.area),
    guarantee: guarantee ?? null,
    promise: promise ?? null,
    state: asked.state,
  };
}

/** Whether the form that the list leads to would open: a manager sees who runs out and records nothing. */
function mayRecord({ actor }: Visitor, row: WorklistRow, now: Temporal.Instant): boolean {
  const whose = { subjectId: row.subjectId, places: [row] };
  return decide({ actor, action: "change", what: "promises", whose, now: now.epochMilliseconds }).allow;
}

/** Of each person in the list the details that the table gives for that row. */
function identitiesSeen(
  visitor: Visitor | null,
  rows: readonly WorklistRow[],
  stored: ReadonlyMap<string, PersonalData["identity"]>,
  now: Temporal.Instant,
): ReadonlyMap<string, PersonalData["identity"]> {
  const seen = new Map<string, PersonalData["identity"]>();
  if (visitor === null) return seen;
  for (const row of rows) {
    const { fields } = decide({
      actor: visitor.actor,
      action: "view",
      what: "details",
      whose: { subjectId: row.subjectId, places: [row] },
      now: now.epochMilliseconds,
    });
    const identity = identitySeen(stored.get(row.subjectId), fields);
    if (identity !== null) seen.set(row.subjectId, identity);
  }
  return seen;
}
