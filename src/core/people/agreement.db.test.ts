import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { sql } from "kysely";
import { withTestDatabase } from "../../../tests/harness/database.ts";
import { COVERS, decide, POST_ROLES, predicateOf, whereAllowed, type Cover } from "../access/index.ts";
import type { Database, Transaction } from "../database/index.ts";
import { putDirectory } from "../directory/index.ts";
import { append, type NewFact } from "../record/index.ts";
import { loadActor, newPeopleFact, PEOPLE_CASE, peopleProjection, readAs, recordPeople } from "./index.ts";

const NOW = Temporal.Instant.from("2026-03-02T09:00:00Z");
const people = ["ann", "bob", "cem"];
const staff = ["sal", "tim"];
const everybody = [...people, ...staff];
const areas = [
  { code: "region", name: "Region", kind: "region", parentCode: null },
  { code: "north", name: "North", kind: "ward", parentCode: "region" },
  { code: "south", name: "South", kind: "ward", parentCode: "region" },
];

const maybe = <T>(...values: readonly T[]) => fc.option(fc.constantFrom(...values), { nil: undefined });
/** Some cover promises whole, in part, not at all. */
const covers = fc.subarray(
  ["*", "promises", "promises.clocks", "promises.events", "details.contact"] satisfies Cover[] as Cover[],
  { minLength: 1 },
);
/** Days before or after now at which a thing begins or was to end. */
const begins = fc.constantFrom(-3, -2, 0, 1);
const until = maybe(-1, 0, 2).map((days) =>
  days === undefined ? {} : { until: NOW.add({ hours: 24 * days }).toString() },
);
const optional = <Key extends string, T>(key: Key, value: T | undefined) =>
  value === undefined ? {} : { [key]: value };

type Draft = (id: string) => NewFact;
const at = (days: number, id: string) => ({ id, recordedBy: "sal", now: NOW.add({ hours: 24 * days }) });

const relationship: fc.Arbitrary<Draft> = fc
  .record({
    subject: fc.constantFrom(...people),
    bond: fc.constantFrom("guardian", "family", "lead-professional", "team", "consent"),
    holder: fc.constantFrom(
      ["person", "bob"],
      ["person", "sal"],
      ["person", "tim"],
      ["team", "team-1"],
      ["organisation", "hospital"],
    ),
    limits: fc.option(covers, { nil: undefined }),
    until,
    begins,
  })
  .map(
    ({ subject, bond, holder: [kind, holder], limits, until: end, begins: days }) =>
      (id) =>
        newPeopleFact(
          "relationship-started",
          subject,
          {
            relationship: id,
            bond: bond as "guardian",
            holder: holder as string,
            holder_kind: kind as "person",
            evidence: "own-word",
            ...optional("covers", limits),
            ...end,
          },
          at(days, id),
        ),
  );

const other: fc.Arbitrary<Draft> = fc.oneof(
  fc
    .record({ subject: fc.constantFrom(...people), holder: fc.constantFrom("bob", ...staff), covers, until, begins })
    .map(
      ({ subject, holder, covers: what, until: end, begins: days }): Draft =>
        (id) =>
          newPeopleFact(
            "access-barred",
            subject,
            { ban: id, kind: "barred", holder, covers: what, ...end },
            at(days, id),
          ),
    ),
  fc.record({ subject: fc.constantFrom(...people), covers, until, begins }).map(
    ({ subject, covers: what, until: end, begins: days }): Draft =>
      (id) =>
        newPeopleFact("competence-decided", subject, { decision: id, covers: what, ...end }, at(days, id)),
  ),
  fc.record({ subject: fc.constantFrom(...people), holder: fc.constantFrom(...staff), begins }).map(
    ({ subject, holder, begins: days }): Draft =>
      (id) =>
        newPeopleFact(
          "record-opened-in-emergency",
          subject,
          { relationship: id, holder, cause: "life-at-risk", until: NOW.add({ hours: 4 }).toString() },
          at(days, id),
        ),
  ),
  fc
    .record({
      subject: fc.constantFrom(...staff),
      role: fc.constantFrom(...POST_ROLES),
      organisation: maybe("hospital", "school"),
      service: maybe("hips", "knees"),
      area: maybe("region", "north"),
      until,
      begins,
    })
    .map(
      ({ subject, role, organisation, service, area, until: end, begins: days }): Draft =>
        (id) =>
          newPeopleFact(
            "post-given",
            subject,
            {
              post: id,
              role,
              ...optional("organisation", organisation),
              ...optional("service", service),
              ...optional("area", area),
              ...end,
            },
            at(days, id),
          ),
    ),
  fc.record({ subject: fc.constantFrom(...staff), begins }).map(
    ({ subject, begins: days }): Draft =>
      (id) =>
        newPeopleFact("team-joined", subject, { membership: id, team: "team-1" }, at(days, id)),
  ),
  fc.constantFrom(["sal", "tim"] as const, ["tim", "sal"] as const).map(
    ([subject, colleague]): Draft =>
      (id) =>
        newPeopleFact(
          "cover-arranged",
          subject,
          { membership: id, for: colleague, until: NOW.add({ hours: 1 }).toString() },
          at(-1, id),
        ),
  ),
);

const merge = fc.option(fc.constantFrom(["ann", "bob"] as const, ["bob", "cem"] as const), { nil: null, freq: 3 });

const row = fc.record({
  subject: fc.constantFrom(...people),
  organisation: fc.constantFrom("hospital", "school", null),
  service: fc.constantFrom("hips", "knees", null),
  area: fc.constantFrom("north", "south", null),
});

const world = fc.record({
  standing: fc.array(fc.oneof(relationship, other, other), { minLength: 3, maxLength: 14 }),
  merge,
  rows: fc.array(row, { minLength: 1, maxLength: 10 }),
});

function placedFact(
  index: number,
  {
    subject,
    organisation,
    service,
    area,
  }: { subject: string; organisation: string | null; service: string | null; area: string | null },
): NewFact {
  return {
    ...newPeopleFact("team-left", subject, { membership: "x" }, at(-1, `row-${index}`)),
    caseId: `case-${index}`,
    type: "referral-received",
    data: {},
    organisationId: organisation,
    serviceId: service,
    areaCode: area,
  };
}

const rowsOf = async (db: Database | Transaction, where = sql<boolean>`true`) =>
  (
    await sql<{
      subject_id: string;
      id: string;
      organisation_id: string | null;
      service_id: string | null;
      area_code: string | null;
    }>`
      select subject_id, id, organisation_id, service_id, area_code from fact
      where case_id <> ${PEOPLE_CASE} and ${where} order by id`.execute(db)
  ).rows;

test("decision, list and row-level security agree on every row, in random worlds", async () => {
  let shown = 0;
  let hidden = 0;
  await fc.assert(
    fc.asyncProperty(world, async ({ standing, merge: merged, rows }) => {
      await withTestDatabase(async (db) => {
        await putDirectory(db, { areas });
        const facts = standing.map((draft, index) => draft(`f${index}`));
        if (merged !== null) {
          const [survivor, duplicate] = merged;
          facts.push(
            newPeopleFact(
              "records-merged",
              duplicate,
              { merge: "merge", other: survivor, survives: false },
              at(-1, "merge-a"),
            ),
            newPeopleFact(
              "records-merged",
              survivor,
              { merge: "merge", other: duplicate, survives: true },
              at(-1, "merge-b"),
            ),
          );
        }
        const recorded = await recordPeople({ db }, facts, NOW);
        assert.ok(recorded.ok);
        const placed = await append(db, {
          facts: rows.map((each, index) => placedFact(index, each)),
          projections: [peopleProjection],
          receivedAt: NOW,
        });
        assert.ok(placed.ok);
        const all = await rowsOf(db);
        for (const personId of everybody) {
          const actor = await loadActor(db, personId, NOW);
          const now = NOW.epochMilliseconds;
          const byDecision = all
            .filter(
              (each) =>
                decide({
                  actor,
                  action: "view",
                  what: "promises",
                  whose: {
                    subjectId: each.subject_id,
                    places: [
                      { organisationId: each.organisation_id, serviceId: each.service_id, areaCode: each.area_code },
                    ],
                  },
                  now,
                }).allow,
            )
            .map(({ id }) => id);
          const byList = (
            await rowsOf(db, whereAllowed(predicateOf({ actor, action: "view", what: "promises", now })))
          ).map(({ id }) => id);
          const byRowSecurity = (await readAs(db, personId, NOW, (transaction) => rowsOf(transaction))).map(
            ({ id }) => id,
          );
          assert.deepEqual(byList, byDecision, `the list of ${personId}`);
          assert.deepEqual(byRowSecurity, byDecision, `row-level security for ${personId}`);
          shown += byDecision.length;
          hidden += all.length - byDecision.length;
        }
      });
    }),
    { numRuns: 100 },
  );
  assert.ok(shown > 500 && hidden > 500, `the worlds are one-sided: ${shown} shown, ${hidden} hidden`);
});

test("every cover that the record can hold is one that the decision table knows", () => {
  assert.ok(COVERS.includes("*") && COVERS.includes("details.contact") && COVERS.includes("package.money"));
});

test("a reader sees no table of subject data that does not say where its rows belong", async () => {
  await withTestDatabase(async (db) => {
    for (const table of ["vault_entry", "vault_key", "access_log", "relationship", "post"]) {
      await assert.rejects(
        readAs(db, "ann", NOW, (transaction) => sql`select * from ${sql.id(table)}`.execute(transaction)),
        (error: { code?: string }) => error.code === "42501",
        table,
      );
    }
    await assert.rejects(
      readAs(db, "ann", NOW, (transaction) => sql`delete from fact`.execute(transaction)),
      (error: { code?: string }) => error.code === "42501",
    );
  });
});
