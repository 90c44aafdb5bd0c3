import assert from "node:assert/strict";
import { test } from "node:test";
import { MEANT_UPWARDS, STRANDS } from "./rooms.ts";
import { readCode } from "./tree.ts";
import { formatFault, inspectWalls, type Rule } from "./walls.ts";

/** A small house in order: each test of a rule puts one fault into it. */
const HOUSE: Readonly<Record<string, string>> = {
  "src/lib/day.ts": `export const addDays = (day: number, days: number): number => day + days;`,
  "src/core/store.ts": `import { sql } from "kysely"; export const read = () => sql\`select 1\`;`,
  "src/core/files.ts": `import { readFileSync } from "node:fs"; export const text = () => readFileSync("a", "utf8");`,
  "src/core/door.ts": `export { text } from "./files.ts"; export const three = 3;`,
  "src/web/route.ts": `import { read } from "../core/store.ts"; export const route = read;`,
  "src/strands/strand.ts": `export type Strand = { readonly name: string };`,
  "src/strands/identity/index.ts": `export { check } from "./model.ts";`,
  "src/strands/identity/model.ts": `export const check = (at: Temporal.Instant) => Temporal.PlainDate.from(at.toString());`,
  "src/strands/packages/index.ts": `export { due } from "./model/plan.ts";`,
  "src/strands/packages/model/plan.ts": `import { addDays } from "../../../lib/day.ts"; export const due = addDays;`,
  "src/strands/packages/model/price.ts": `export type Price = { date: Date }; export const clean = (fact: { process: string }) => fact.process;`,
  "src/strands/packages/store.ts": `import { sql } from "kysely"; export const rows = () => sql\`select 1\`;`,
  "src/strands/packages/actions.ts": `import { rows } from "./store.ts"; import { check } from "../identity/index.ts"; export const act = [rows, check];`,
  "src/strands/packages/pages.ts": `import { due } from "./model/plan.ts"; export const page = due;`,
  "src/strands/packages/routes.ts": `import { act } from "./actions.ts"; import { page } from "./pages.ts"; export const routes = [act, page];`,
  "src/strands/packages/strand.ts": `import type { Strand } from "../strand.ts"; import { routes } from "./routes.ts"; export const strand = { name: "packages", routes } as Strand;`,
  "src/app.ts": `import { strand } from "./strands/packages/strand.ts"; export const app = [strand];`,
  "src/main.ts": `import { app } from "./app.ts"; export const start = async () => [app, await import("../seeds/load.ts")];`,
  "seeds/load.ts": `import { rows } from "../src/strands/packages/store.ts"; export const load = () => [rows, new Date()];`,
  "seeds/people.ts": `export const people = Math.max(1, 2);`,
  "tests/journey.ts": `import { rows } from "../src/strands/packages/store.ts"; export const journey = [rows, Date.now()];`,
};

const inspect = (change: Readonly<Record<string, string>> = {}) =>
  inspectWalls(new Map(Object.entries({ ...HOUSE, ...change })));

test("a house in order has no fault", () => {
  assert.deepEqual(inspect().faults.map(formatFault), []);
});

const SEEDED: readonly { what: string; rule: Rule; path: string; text: string; says: RegExp }[] = [
  {
    what: "a lower floor that imports a higher one",
    rule: "floors",
    path: "src/core/clock.ts",
    text: `import { route } from "../web/route.ts"; export const clock = route;`,
    says: /src\/core imports src\/web\/route\.ts from above \(src\/web\)/,
  },
  {
    what: "a type alone taken from a higher floor",
    rule: "floors",
    path: "src/lib/money.ts",
    text: `export const pence = (row: import("../core/store.ts").Row) => row;`,
    says: /src\/lib imports src\/core\/store\.ts/,
  },
  {
    what: "the program importing seeds other than the meant ones",
    rule: "floors",
    path: "src/cli.ts",
    text: `export const people = () => import("../seeds/people.ts");`,
    says: /imports seeds\/people\.ts from above/,
  },
  {
    what: "code that imports a test",
    rule: "floors",
    path: "tests/other.ts",
    text: `export * from "./journey.test.ts";`,
    says: /journey\.test\.ts is a test/,
  },
  {
    what: "an earlier strand that knows a later one",
    rule: "strand order",
    path: "src/strands/identity/model.ts",
    text: `import { due } from "../packages/index.ts"; export const check = due;`,
    says: /identity comes before packages/,
  },
  {
    what: "a strand that walks past another's door",
    rule: "doors",
    path: "src/strands/packages/jobs.ts",
    text: `import { check } from "../identity/model.ts"; export const job = check;`,
    says: /Import it from index\.ts of identity/,
  },
  {
    what: "the program inside a strand's rooms",
    rule: "doors",
    path: "src/app.ts",
    text: `import { rows } from "./strands/packages/store.ts"; export const app = rows;`,
    says: /index\.ts or strand\.ts or commands\.ts of packages/,
  },
  {
    what: "a model that uses the store",
    rule: "rooms",
    path: "src/strands/packages/model/plan.ts",
    text: `import { rows } from "../store.ts"; export const due = rows;`,
    says: /model imports src\/strands\/packages\/store\.ts\. model may use events:/,
  },
  {
    what: "a page that acts",
    rule: "rooms",
    path: "src/strands/packages/pages.ts",
    text: `import { act } from "./actions.ts"; export const page = act;`,
    says: /pages may use model, events, paths:/,
  },
  {
    what: "a room that is not in the plan",
    rule: "room plan",
    path: "src/strands/packages/helpers.ts",
    text: `export const help = 1;`,
    says: /"helpers" is not a room/,
  },
  {
    what: "a strand that is not in the plan",
    rule: "room plan",
    path: "src/strands/parking/model.ts",
    text: `export const help = 1;`,
    says: /"parking" is not a strand/,
  },
  {
    what: "a file on no floor",
    rule: "room plan",
    path: "src/utils/text.ts",
    text: `export const help = 1;`,
    says: /on no floor/,
  },
  {
    what: "kysely's sql outside a store",
    rule: "sql",
    path: "src/strands/packages/actions.ts",
    text: `import { sql } from "kysely"; export const act = sql;`,
    says: /sql stands here\. SQL belongs in store\.ts/,
  },
  {
    what: "a query built outside a store",
    rule: "sql",
    path: "src/web/page.ts",
    text: `export const page = (db: any) => db.selectFrom("fact").execute();`,
    says: /\.selectFrom stands here/,
  },
  ...["Date.now()", "new Date()", "process.env", "fetch('/')", "performance.now()", "globalThis.Date", "crypto"].map(
    (touch) => ({
      what: `${touch} in a pure file`,
      rule: "pure" as const,
      path: "src/lib/day.ts",
      text: `export const addDays = () => ${touch};`,
      says: /reaches outside/,
    }),
  ),
  ...["Temporal.Now.instant()", "Temporal['Now']", "Math.random()", "((name: 'random') => Math[name])('random')"].map(
    (touch) => ({
      what: `${touch} in a pure file`,
      rule: "pure" as const,
      path: "seeds/people.ts",
      text: `export const people = () => ${touch};`,
      says: /^(Temporal|Math)\..* reaches outside/,
    }),
  ),
  {
    what: "chance taken out of Math by another name",
    rule: "pure",
    path: "src/strands/packages/events.ts",
    text: `const { random } = Math; export const events = random;`,
    says: /Math\.… reaches outside/,
  },
  {
    what: "Node's own modules in a page's view-model",
    rule: "pure",
    path: "src/strands/packages/pages/plan.ts",
    text: `import { readFileSync } from "node:fs"; export const page = readFileSync;`,
    says: /node:fs reaches outside/,
  },
  {
    what: "a pure file that leads outside by way of another",
    rule: "pure reach",
    path: "src/strands/packages/model/plan.ts",
    text: `import { three } from "../../../core/door.ts"; export const due = three;`,
    says: /leads outside: src\/core\/files\.ts:1 imports node:fs/,
  },
  {
    what: "a module that does not exist",
    rule: "unknown file",
    path: "src/web/page.ts",
    text: `import { gone } from "./gone.ts"; export const page = gone;`,
    says: /\.\/gone\.ts does not exist/,
  },
];

for (const { what, rule, path, text, says } of SEEDED) {
  test(`reported: ${what}`, () => {
    const { faults } = inspect({ "tests/journey.test.ts": "export {};", [path]: `\n${text}` });
    assert.deepEqual(
      faults.map((fault) => [fault.path, fault.rule, fault.line]),
      [[path, rule, rule === "room plan" ? 1 : 2]],
    );
    assert.match(faults[0]?.message ?? "", says);
  });
}

test("a file that is not TypeScript stops the check instead of passing it", () => {
  assert.throws(() => inspect({ "src/lib/day.ts": "export const = 3;" }), /src\/lib\/day\.ts cannot be read/);
});

test("the walls of Handrail stand", () => {
  const code = readCode();
  const { faults, modules, imports } = inspectWalls(code);
  assert.deepEqual(faults.map(formatFault), []);
  // A checker that read little has found little.
  assert.ok(modules > 150 && imports > 900, `only ${modules} modules with ${imports} imports were read`);
  for (const folder of ["src/lib/", "src/core/", "src/web/", "src/strands/guarantees/model/", "seeds/", "tests/"]) {
    assert.ok(
      [...code.keys()].some((path) => path.startsWith(folder)),
      `nothing of ${folder} was read`,
    );
  }
});

test("every upward import that is allowed is still there", () => {
  const code = readCode();
  for (const { from, to } of MEANT_UPWARDS) {
    assert.ok(
      code.has(to) && code.get(from)?.includes(to.replace(/^seeds/, "../seeds")),
      `${from} no longer imports ${to}`,
    );
  }
  assert.equal(new Set(STRANDS).size, STRANDS.length);
});
