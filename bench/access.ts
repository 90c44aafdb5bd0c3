/**
 * The access decision beside CASL, in the same run: one decision with the fields it gives, and the worklist's first page
 * and counts with and without access filtering, row-level security included. CASL gets the same rules as conditions, once
 * for each actor, which it keeps; ours reads the actor's grants as they come from the record.
 */
import { createMongoAbility, subject, type MongoAbility, type RawRuleOf } from "@casl/ability";
import { permittedFieldsOf, rulesToCondition } from "@casl/ability/extra";
import { sql, type RawBuilder } from "kysely";
import { decide, predicateOf, RULES, type Actor, type Predicate, type Resource } from "../src/core/access/index.ts";
import type { Database, Transaction } from "../src/core/database/index.ts";
import { actorOf, readAs } from "../src/core/people/index.ts";
import { dayFromPlainDate } from "../src/lib/dates/day.ts";
import type { WorklistFilter } from "../src/strands/guarantees/model/worklist.ts";
import { countWorklist, readWorklist } from "../src/strands/guarantees/store.ts";
import { personIds } from "../seeds/standing.ts";
import { median } from "./measure.ts";

export type AccessResult = {
  readonly name: string;
  readonly ours: string;
  readonly peer: string;
  readonly ratio: string;
  readonly goal: string;
};

const NOW = Temporal.Instant.from("2026-11-23T10:00:00Z");
const TODAY = dayFromPlainDate(Temporal.PlainDate.from("2026-11-23"));
const PAGE = { offset: 0, limit: 50 };
const FILTER: WorklistFilter = {
  serviceId: null,
  organisationId: null,
  areaCode: null,
  guarantee: null,
  promise: null,
  state: "next",
};

/** A lead professional with families, a post, and somebody who shut them off: about as much as anybody holds. */
function busyActor(): Actor {
  const always = { from: 0, until: null };
  const ties = Array.from({ length: 25 }, (_, index) => [
    `person-${index}`,
    [{ id: `tie-${index}`, bond: "lead-professional" as const, limitedTo: null, ...always }],
  ]) as readonly (readonly [string, Actor["ties"] extends ReadonlyMap<string, infer Ties> ? Ties : never])[];
  return {
    personId: "leon",
    selves: new Set(["leon"]),
    posts: [
      { id: "p1", role: "front-line", organisationId: "schools", serviceId: null, areaCodes: null, ...always },
      { id: "p2", role: "manager", organisationId: null, serviceId: null, areaCodes: ["n1", "n2", "n3"], ...always },
    ],
    ties: new Map(ties),
    bans: new Map([["person-3", [{ id: "b", kind: "barred", covers: ["*"], actions: ["view", "change"], ...always }]]]),
  };
}

/** The same rules for CASL: one for each rule of ours and each thing it rests on, with the fields it gives. */
function caslRules(actor: Actor, what: Resource): RawRuleOf<MongoAbility>[] {
  const rules: RawRuleOf<MongoAbility>[] = [];
  for (const rule of RULES) {
    if (rule.what !== what || !rule.actions.includes("view")) continue;
    const give = (conditions: Record<string, unknown>) =>
      rules.push({ action: "view", subject: what, fields: [...rule.fields], conditions });
    const { who } = rule;
    if (who.by === "self") give({ subjectId: { $in: [...actor.selves] } });
    else if (who.by === "bond") {
      const held = [...actor.ties].filter(([, ties]) => ties.some(({ bond }) => bond === who.bond)).map(([id]) => id);
      if (held.length > 0) give({ subjectId: { $in: held } });
    } else if (who.reach === "place") {
      for (const post of actor.posts.filter(({ role }) => role === who.role))
        give({
          ...(post.organisationId === null ? {} : { organisationId: post.organisationId }),
          ...(post.serviceId === null ? {} : { serviceId: post.serviceId }),
          ...(post.areaCodes === null ? {} : { areaCode: { $in: [...post.areaCodes] } }),
        });
    }
  }
  for (const [subjectId, bans] of actor.bans)
    if (bans.length > 0) rules.push({ action: "view", subject: what, inverted: true, conditions: { subjectId } });
  return rules;
}

const FIELDS = ["clocks", "events"];

/** One decision: allowed or not, and the fields. Microseconds, the median of `rounds` batches. */
export function benchDecision(rounds: number): readonly AccessResult[] {
  const actor = busyActor();
  const rows = Array.from({ length: 1_000 }, (_, index) => ({
    subjectId: `person-${index % 60}`,
    organisationId: ["schools", "hospital", null][index % 3] ?? null,
    serviceId: null,
    areaCode: ["n1", "n9", null][index % 7 > 2 ? 1 : index % 3] ?? null,
  }));
  const questions = rows.map((row) => ({
    actor,
    action: "view" as const,
    what: "promises" as const,
    whose: { subjectId: row.subjectId, places: [row] },
    now: NOW.epochMilliseconds,
  }));
  const ability = createMongoAbility(caslRules(actor, "promises"));
  const subjects = rows.map((row) => subject("promises", { ...row }));
  const options = { fieldsFrom: (rule: { fields?: string[] | undefined }) => rule.fields ?? FIELDS };
  let ourAllowed = 0;
  let theirAllowed = 0;
  const ours: number[] = [];
  const theirs: number[] = [];
  const asked: number[] = [];
  for (let round = 0; round < rounds + 3; round += 1) {
    const first = performance.now();
    for (const question of questions) if (decide(question).allow) ourAllowed += 1;
    const second = performance.now();
    for (const each of subjects) if (permittedFieldsOf(ability, "view", each, options).length > 0) theirAllowed += 1;
    const third = performance.now();
    for (const each of subjects) ability.can("view", each);
    const fourth = performance.now();
    if (round < 3) continue; // for the compiler
    ours.push(((second - first) * 1_000) / rows.length);
    theirs.push(((third - second) * 1_000) / rows.length);
    asked.push(((fourth - third) * 1_000) / rows.length);
  }
  if (ourAllowed !== theirAllowed)
    throw new Error(`The two do not decide alike: ${ourAllowed} and ${theirAllowed} of ${rows.length} rows allowed`);
  const row = (name: string, peer: number): AccessResult => ({
    name,
    ours: `${median(ours).toFixed(2)} µs`,
    peer: `${peer.toFixed(2)} µs`,
    ratio: `${(peer / median(ours)).toFixed(2)} times faster`,
    goal: "under 20 µs",
  });
  return [
    row("one decision with its fields and reasons; CASL: permittedFieldsOf", median(theirs)),
    row("one decision with its fields and reasons; CASL: can, which gives yes or no", median(asked)),
  ];
}

/** The worklist's first page and counts as three kinds of staff see them: without access, with ours, with CASL's conditions. */
export async function benchLists(db: Database, rounds: number): Promise<readonly AccessResult[]> {
  const everything: Predicate = {
    subjects: [],
    reaches: [{ place: "everybody", except: [] }],
    reasons: [],
    purpose: null,
  };
  const page = async (handle: Database | Transaction, allowed: Predicate) => ({
    rows: await readWorklist(handle, allowed, FILTER, NOW, TODAY, PAGE),
    counts: await countWorklist(handle, allowed, FILTER, NOW, TODAY),
  });
  const results: AccessResult[] = [];
  for (const [who, personId] of [
    ["a manager of the whole region", personIds.siobhan],
    ["a clinician of one hospital", personIds.amara],
    ["a lead professional", personIds.leon],
  ] as const) {
    const without: number[] = [];
    const ours: number[] = [];
    const theirs: number[] = [];
    for (let round = 0; round < rounds + 3; round += 1) {
      const first = performance.now();
      await page(db, everything);
      const second = performance.now();
      const actor = await actorOf(db, personId, NOW);
      const predicate = predicateOf({ actor, action: "view", what: "promises", now: NOW.epochMilliseconds });
      const seen = await readAs(db, personId, NOW, (transaction) => page(transaction, predicate));
      const third = performance.now();
      const peer = await caslPage(db, await actorOf(db, personId, NOW));
      const fourth = performance.now();
      if (peer.matching !== seen.counts.matching)
        throw new Error(`${who}: ${seen.counts.matching} rows by ours, ${peer.matching} by CASL's conditions`);
      if (round < 3) continue;
      without.push(second - first);
      ours.push(third - second);
      theirs.push(fourth - third);
    }
    results.push({
      name: `worklist of ${who}: access read, filtered, row-level security; without it ${median(without).toFixed(1)} ms`,
      ours: `${median(ours).toFixed(1)} ms`,
      peer: `${median(theirs).toFixed(1)} ms`,
      ratio: `${(median(ours) / median(without)).toFixed(2)} of without`,
      goal: "1.5 of without",
    });
  }
  return results;
}

/** The same page and counts with CASL's rules made into SQL; it has no second layer in the database. */
async function caslPage(db: Database, actor: Actor): Promise<{ readonly matching: number }> {
  const ability = createMongoAbility(caslRules(actor, "promises"));
  const allowed =
    rulesToCondition(
      ability.rulesFor("view", "promises"),
      (rule) => conditionSql((rule.conditions ?? {}) as Record<string, unknown>, rule.inverted),
      {
        and: (conditions) => sql<boolean>`(${sql.join(conditions, sql` and `)})`,
        or: (conditions) => sql<boolean>`(${sql.join(conditions, sql` or `)})`,
        empty: () => sql<boolean>`true`,
      },
    ) ?? sql<boolean>`false`;
  await sql`select * from guarantee_clock where ${allowed} and outcome is null and due_until >= ${NOW.toString()}::timestamptz
    order by due_until nulls last, subject_id, case_id, guarantee, promise limit 50`.execute(db);
  const { rows } = await sql<{ matching: number }>`
    select count(*)::int as running, count(*) filter (where due_until < ${NOW.toString()}::timestamptz)::int as overdue,
      count(*) filter (where due_until >= ${NOW.toString()}::timestamptz and warn_on <= '2026-11-23')::int as soon,
      count(*) filter (where due_until >= ${NOW.toString()}::timestamptz)::int as matching
    from guarantee_clock where ${allowed} and outcome is null`.execute(db);
  return { matching: rows[0]?.matching ?? NaN };
}

const COLUMNS: Readonly<Record<string, string>> = {
  subjectId: "subject_id",
  organisationId: "organisation_id",
  serviceId: "service_id",
  areaCode: "area_code",
};

function conditionSql(conditions: Record<string, unknown>, inverted: boolean): RawBuilder<boolean> {
  const parts = Object.entries(conditions).map(([name, value]) => {
    const column = sql.ref(COLUMNS[name] ?? name);
    const among = (value as { $in?: readonly string[] }).$in;
    return among === undefined ? sql`${column} = ${value}` : sql`${column} = any(${[...among]}::text[])`;
  });
  const all = sql<boolean>`(${sql.join(parts, sql` and `)})`;
  return inverted ? sql<boolean>`not ${all}` : all;
}
