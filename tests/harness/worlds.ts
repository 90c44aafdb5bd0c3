/** Random actors and rows for the property tests of the decision table: few of each, so that they meet often. */
import fc from "fast-check";
import {
  BAN_KINDS,
  BONDS,
  POST_ROLES,
  type Actor,
  type Ban,
  type Post,
  type RowPlace,
  type Tie,
} from "../../src/core/access/model/actor.ts";
import { COVERS, type Cover } from "../../src/core/access/model/resource.ts";

export const NOW = 1_000;
const people = ["ann", "bob", "cem", "dee"];
const organisations = ["hospital", "school"];
const services = ["hips", "knees"];
const areas = ["north", "south"];

const maybe = <T>(values: readonly T[]) => fc.option(fc.constantFrom(...values), { nil: null });
const interval = fc.record({
  from: fc.constantFrom(0, NOW, NOW + 1),
  until: fc.constantFrom(null, NOW - 1, NOW, NOW + 1),
});
const covers = fc.subarray([...COVERS] as Cover[], { minLength: 1, maxLength: 3 });

const post: fc.Arbitrary<Post> = fc
  .tuple(
    interval,
    fc.record({
      id: fc.constantFrom("post-1", "post-2", "post-3"),
      role: fc.constantFrom(...POST_ROLES),
      organisationId: maybe(organisations),
      serviceId: maybe(services),
      areaCodes: fc.option(fc.subarray(areas, { minLength: 1 }), { nil: null }),
    }),
  )
  .map(([when, rest]) => ({ ...when, ...rest }));

const tie: fc.Arbitrary<Tie> = fc
  .tuple(
    interval,
    fc.record({
      id: fc.constantFrom("tie-1", "tie-2", "tie-3"),
      bond: fc.constantFrom(...BONDS),
      limitedTo: fc.option(covers, { nil: null }),
    }),
  )
  .map(([when, rest]) => ({ ...when, ...rest }));

const ban: fc.Arbitrary<Ban> = fc
  .tuple(
    interval,
    fc.record({
      id: fc.constantFrom("ban-1", "ban-2", "ban-3"),
      kind: fc.constantFrom(...BAN_KINDS),
      covers,
      actions: fc.subarray(["view", "change"] as const, { minLength: 1 }).map((some) => [...some]),
    }),
  )
  .map(([when, rest]) => ({ ...when, ...rest }));

const bySubject = <T>(of: fc.Arbitrary<T>) =>
  fc
    .array(fc.tuple(fc.constantFrom(...people), of), { maxLength: 4 })
    .map(
      (pairs) =>
        new Map(
          [...Map.groupBy(pairs, ([subject]) => subject)].map(([key, some]) => [key, some.map(([, each]) => each)]),
        ),
    );

export const anyActor: fc.Arbitrary<Actor> = fc
  .record({
    posts: fc.array(post, { maxLength: 3 }),
    ties: bySubject(tie),
    bans: bySubject(ban),
    selves: fc.constantFrom(new Set(["ann"]), new Set(["ann", "bob"])),
  })
  .map((rest) => ({ personId: "ann", ...rest }));

export const anyRow: fc.Arbitrary<RowPlace & { readonly subjectId: string }> = fc.record({
  subjectId: fc.constantFrom(...people),
  organisationId: maybe(organisations),
  serviceId: maybe(services),
  areaCode: maybe(areas),
});
