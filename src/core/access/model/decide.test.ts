import assert from "node:assert/strict";
import { describe, test } from "node:test";
import fc from "fast-check";
import { anyActor, anyRow, NOW } from "../../../../tests/harness/worlds.ts";
import type { Actor, Ban, Post, PostRole, Tie } from "./actor.ts";
import { decide, type Whose } from "./decide.ts";
import { matches, predicateOf } from "./predicate.ts";
import { type Action, PURPOSES, type Resource, RESOURCES } from "./resource.ts";
import { RULES } from "./rules.ts";

const always = { from: 0, until: null };
const noah = (...places: Whose["places"]): Whose => ({ subjectId: "noah", places });
const school = { organisationId: "school", serviceId: "plans", areaCode: "north" };
const hospital = { organisationId: "hospital", serviceId: "hips", areaCode: "north" };

function actor(parts: { posts?: readonly Post[]; ties?: readonly Tie[]; bans?: readonly Ban[]; id?: string }): Actor {
  const id = parts.id ?? "joy";
  return {
    personId: id,
    selves: new Set([id]),
    posts: parts.posts ?? [],
    ties: new Map([["noah", parts.ties ?? []]]),
    bans: new Map([["noah", parts.bans ?? []]]),
  };
}
const post = (role: PostRole, organisationId: string | null = "school"): Post => ({
  id: "post",
  role,
  organisationId,
  serviceId: null,
  areaCodes: null,
  ...always,
});
const tie = (bond: Tie["bond"], more: Partial<Tie> = {}): Tie => ({
  id: "tie",
  bond,
  limitedTo: null,
  ...always,
  ...more,
});
const fieldsOf = (who: Actor, what: Resource, whose = noah(school), action: Action = "view", now = NOW) =>
  decide({ actor: who, action, what, whose, now }).fields;

describe("the decision table", () => {
  test("gives nobody anything that no rule gives", () => {
    const stranger = actor({ id: "stranger" });
    for (const what of Object.keys(RESOURCES) as Resource[]) {
      for (const action of ["view", "change"] as const) {
        const decision = decide({ actor: stranger, action, what, whose: noah(school), now: NOW });
        assert.deepEqual(decision, {
          allow: false,
          fields: [],
          purpose: null,
          reasons: [{ rule: "none", through: null }],
        });
      }
    }
  });

  test("opens a child's record to a guardian until the relationship ends, to the moment", () => {
    const guardian = actor({ ties: [tie("guardian", { until: NOW })] });
    assert.deepEqual(fieldsOf(guardian, "promises", noah(), "view", NOW - 1), ["clocks", "events"]);
    assert.deepEqual(fieldsOf(guardian, "promises", noah(), "view", NOW), []);
  });

  test("lets a provider see its own units and never a family's money", () => {
    for (const role of ["front-line", "clinician", "manager"] as const) {
      assert.deepEqual(fieldsOf(actor({ posts: [post(role)] }), "package"), ["units"]);
      assert.deepEqual(fieldsOf(actor({ posts: [post(role)] }), "package", noah(hospital)), []);
    }
    assert.deepEqual(
      fieldsOf(actor({ ties: [tie("lead-professional")], posts: [post("front-line", "hospital")] }), "package"),
      ["plan", "units", "money"],
    );
    assert.deepEqual(fieldsOf(actor({ ties: [tie("team")], posts: [post("clinician", "hospital")] }), "package"), [
      "plan",
      "units",
    ]);
  });

  test("shows an administrator no case at all", () => {
    const administrator = actor({ posts: [post("administrator"), post("administrator", null)] });
    for (const [what, { ofAPerson }] of Object.entries(RESOURCES))
      if (ofAPerson) assert.deepEqual(fieldsOf(administrator, what as Resource), [], what);
    assert.equal(
      decide({
        actor: administrator,
        action: "change",
        what: "accounts",
        whose: { subjectId: null, places: [] },
        now: NOW,
      }).allow,
      true,
    );
  });

  test("keeps a relationship to what it is limited to", () => {
    const daughter = actor({ ties: [tie("family", { limitedTo: ["promises", "details.contact"] })] });
    assert.deepEqual(fieldsOf(daughter, "promises"), ["clocks", "events"]);
    assert.deepEqual(fieldsOf(daughter, "details"), [], "a limit never gives what the bond does not");
    assert.deepEqual(fieldsOf(daughter, "package"), []);
  });

  test("hides details from a named parent and leaves the rest, and says why when nothing is left", () => {
    const hidden: Ban = {
      id: "ban",
      kind: "details-hidden",
      covers: ["details.contact"],
      actions: ["view"],
      ...always,
    };
    const father = actor({ ties: [tie("guardian")], bans: [hidden] });
    assert.deepEqual(fieldsOf(father, "details"), ["name", "birth-date", "identifiers"]);
    assert.deepEqual(fieldsOf(father, "promises"), ["clocks", "events"]);
    const order: Ban = { id: "order", kind: "court-order", covers: ["*"], actions: ["view", "change"], ...always };
    const refused = decide({
      actor: actor({ ties: [tie("guardian")], bans: [order] }),
      action: "view",
      what: "promises",
      whose: noah(),
      now: NOW,
    });
    assert.deepEqual(refused.reasons, [{ rule: "court-order", through: "order" }]);
  });

  test("shuts a barred member of staff off from a person of their own place", () => {
    const barred: Ban = { id: "ban", kind: "barred", covers: ["*"], actions: ["view", "change"], ...always };
    assert.deepEqual(fieldsOf(actor({ posts: [post("clinician")], bans: [barred] }), "promises"), []);
  });

  test("lets whoever leaves take no family along: without a post a bond held as staff is worth nothing", () => {
    for (const bond of ["lead-professional", "team", "consent", "emergency"] as const) {
      assert.deepEqual(fieldsOf(actor({ ties: [tie(bond)] }), "promises"), [], bond);
      assert.deepEqual(fieldsOf(actor({ ties: [tie(bond)], posts: [post("administrator")] }), "promises"), [], bond);
    }
  });

  test("lets nobody open a record in an emergency whose post is not to care", () => {
    const emergency = [tie("emergency")];
    assert.deepEqual(fieldsOf(actor({ ties: emergency, posts: [post("clinician", "hospital")] }), "promises"), [
      "clocks",
      "events",
    ]);
    assert.deepEqual(fieldsOf(actor({ ties: emergency, posts: [post("manager", "hospital")] }), "promises"), []);
    assert.deepEqual(
      fieldsOf(actor({ ties: emergency, posts: [post("clinician", "hospital")] }), "package"),
      [],
      "not the money",
    );
  });

  test("names the rule and what it relied on, for the log", () => {
    const decision = decide({
      actor: actor({ ties: [tie("guardian")], posts: [post("clinician")] }),
      action: "view",
      what: "promises",
      whose: noah(school),
      now: NOW,
    });
    assert.deepEqual(decision.reasons, [
      { rule: "G1", through: "tie" },
      { rule: "P5", through: "post" },
    ]);
    assert.equal(decision.purpose, "for-somebody");
    const forCare = decide({
      actor: actor({ ties: [tie("guardian")] }),
      action: "view",
      what: "promises",
      whose: noah(school),
      why: "care",
      now: NOW,
    });
    assert.equal(forCare.allow, false, "being a parent is no reason to look for care");
  });

  test("has one rule an id, and names only fields and purposes that are", () => {
    assert.equal(new Set(RULES.map(({ id }) => id)).size, RULES.length);
    for (const { id, what, fields, purpose, who } of RULES) {
      for (const field of fields)
        assert.ok((RESOURCES[what].fields as readonly string[]).includes(field), `${id}: ${field}`);
      assert.ok(PURPOSES.includes(purpose), id);
      assert.equal(
        RESOURCES[what].ofAPerson,
        !(who.by === "post" && who.reach === "body"),
        `${id} is about the wrong kind of thing`,
      );
    }
  });
});

test("a list shows what a page would show, and nothing that a page would refuse: random worlds", () => {
  const questions = (Object.keys(RESOURCES) as Resource[])
    .filter((what) => RESOURCES[what].ofAPerson)
    .flatMap((what) => (["view", "change"] as const).map((action) => ({ what, action })));
  let allowed = 0;
  let refused = 0;
  fc.assert(
    fc.property(
      anyActor,
      fc.array(anyRow, { maxLength: 12 }),
      fc.constantFrom(...questions),
      fc.option(fc.constantFrom(...PURPOSES), { nil: undefined, freq: 4 }),
      (who, rows, { what, action }, why) => {
        const asked = { actor: who, what, action, now: NOW, ...(why === undefined ? {} : { why }) };
        const predicate = predicateOf(asked);
        for (const row of rows) {
          const { allow } = decide({ ...asked, whose: { subjectId: row.subjectId, places: [row] } });
          assert.equal(matches(predicate, row), allow, JSON.stringify({ row, what, action }));
          if (allow) allowed += 1;
          else refused += 1;
        }
      },
    ),
    { numRuns: 5_000 },
  );
  assert.ok(allowed > 1_000 && refused > 1_000, `the worlds are one-sided: ${allowed} allowed, ${refused} refused`);
});
