import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { parseDay } from "../../../lib/dates/day.ts";
import { MILLISECONDS_PER_DAY } from "../../../lib/dates/zone.ts";
import { definitionOf, library } from "../library.ts";
import { buildDefinition, type Choices, type Definition } from "../model/definition.ts";
import { WITHDRAWN_ENTRY, type CaseEvent } from "../model/event.ts";
import { evaluateCase, type Question } from "../model/interpret.ts";
import type { DefinitionFile, FieldFile } from "../model/language.ts";
import { compileDefinition, runCase, type CompiledDefinition } from "./case.ts";

const built = library();

/** Cases tried of each definition, reading and overlay. */
const CASES = 600;

/** Days around which a definition changes its mind: its versions, a clock change, a leap day, Easter, a year's end. */
function anchors(definition: Definition): readonly number[] {
  const fixed = ["2023-03-25", "2024-02-28", "2024-03-28", "2024-10-26", "2024-12-23"].map(
    (text) => parseDay(text) as number,
  );
  return [...fixed, ...definition.versions.map((version) => version.from)];
}

function fieldValue(field: FieldFile | undefined): fc.Arbitrary<unknown> {
  const odd = fc.constantFrom<unknown>("", null, "x", 0);
  switch (field?.type) {
    case "yes-no":
      return fc.oneof(fc.boolean(), fc.constantFrom<unknown>("true", "false"), odd);
    case "number":
      return fc.oneof(fc.integer({ min: 15, max: 30 }), fc.constantFrom<unknown>("22", "23", "22.5"), odd);
    case "date":
      return fc.oneof(fc.integer({ min: -40, max: 90 }), odd);
    case "choice":
      return fc.oneof(fc.constantFrom(...Object.keys(field.choices ?? { x: "" })), odd);
    default:
      return odd;
  }
}

type Draft = {
  readonly type: string;
  readonly day: number;
  readonly minute: number | null;
  readonly fields: Readonly<Record<string, unknown>>;
  readonly replaces: number | null;
  readonly late: number;
};

/** Events of one case: few days, many ties, types no rule knows, odd fields, corrections and withdrawals. */
function histories(definition: Definition): fc.Arbitrary<readonly CaseEvent[]> {
  const types = [...definition.order.keys()];
  const type = fc.oneof(
    { weight: 30, arbitrary: fc.constantFrom(...types) },
    { weight: 1, arbitrary: fc.constantFrom("unknown-type", WITHDRAWN_ENTRY) },
  );
  const draft: fc.Arbitrary<Draft> = type.chain((each) => {
    const declared = definition.file.events[each]?.fields ?? {};
    const fields = Object.fromEntries(
      Object.entries(declared).map(([name, field]) => [
        name,
        fc.option(fieldValue(field), { freq: 4, nil: undefined }),
      ]),
    );
    return fc.record({
      type: fc.constant(each),
      day: fc.oneof(fc.integer({ min: 0, max: 6 }), fc.integer({ min: 0, max: 150 })),
      minute: fc.option(fc.oneof(fc.constantFrom(0, 150, 540, 1439), fc.integer({ min: 0, max: 1439 })), { freq: 3 }),
      fields: fc.record(fields),
      replaces: fc.option(fc.nat({ max: 11 }), { freq: 25 }),
      late: fc.constantFrom(0, 0, 0, 3),
    });
  });
  return fc
    .tuple(fc.constantFrom(...anchors(definition)), fc.array(draft, { maxLength: 12 }))
    .map(([anchor, drafts]) => drafts.map((each, index) => placed(each, index, anchor - 10)));
}

function placed(draft: Draft, index: number, first: number): CaseEvent {
  const at = (day: number): CaseEvent["occurred"] =>
    draft.minute === null
      ? { kind: "date", day }
      : { kind: "instant", instant: day * MILLISECONDS_PER_DAY + draft.minute * 60_000 };
  const data = Object.fromEntries(
    Object.entries(draft.fields).map(([name, value]) => [
      name,
      typeof value === "number" && /date|until/.test(name) ? isoDay(first + draft.day + value) : value,
    ]),
  );
  return {
    id: `event-${String(index).padStart(2, "0")}`,
    type: draft.type,
    occurred: at(first + draft.day),
    recorded: at(first + draft.day + draft.late),
    data,
    replaces: draft.replaces === null ? null : `event-${String(draft.replaces).padStart(2, "0")}`,
  };
}

function isoDay(day: number): string {
  return new Date(day * MILLISECONDS_PER_DAY).toISOString().slice(0, 10);
}

function questions(definition: Definition): fc.Arbitrary<Question> {
  const day = fc
    .tuple(fc.constantFrom(...anchors(definition)), fc.integer({ min: -12, max: 300 }))
    .map(([anchor, more]) => anchor + more);
  const moment = fc.oneof(
    day.map((each): Question["asAt"] => ({ kind: "date", day: each })),
    fc.tuple(day, fc.integer({ min: 0, max: 1439 })).map(([each, minute]): Question["asAt"] => ({
      kind: "instant",
      instant: each * MILLISECONDS_PER_DAY + minute * 60_000,
    })),
  );
  return fc.record({
    asAt: moment,
    knownOn: fc.option(moment, { freq: 8 }),
    promise: fc.constant(null),
    version: fc.constant(null),
  });
}

/** What the interpreter says, without gaps and steps, which the automaton does not keep. */
function interpreted(definition: Definition, events: readonly CaseEvent[], question: Question): readonly object[] {
  return evaluateCase(definition, events, question).map(({ gaps: _gaps, steps: _steps, ...clock }) => clock);
}

function expectSame(definition: Definition, compiled: CompiledDefinition, version: string | null): void {
  fc.assert(
    fc.property(histories(definition), questions(definition), (events, asked) => {
      const question = { ...asked, version };
      assert.deepEqual(runCase(compiled, events, question), interpreted(definition, events, question));
    }),
    { numRuns: CASES },
  );
}

function readings(file: DefinitionFile): readonly Choices[] {
  const others = Object.entries(file.parameters ?? {}).flatMap(([name, { choices }]) =>
    Object.keys(choices).map((choice) => ({ [name]: choice })),
  );
  return [{}, ...others];
}

for (const [id, file] of built.definitions) {
  test(`${id}: every promise compiles, and the automaton gives the interpreter's clocks, whatever happened`, () => {
    for (const choices of readings(file)) {
      const definition = definitionOf(built, id, choices);
      const compiled = compileDefinition(definition, null, null);
      assert.deepEqual(
        compiled.promises.filter((promise) => promise.compiled.kind !== "machine").map((promise) => promise.id),
        [],
      );
      expectSame(definition, compiled, null);
    }
    const definition = definitionOf(built, id);
    for (const { id: version } of definition.versions)
      expectSame(definition, compileDefinition(definition, null, version), version);
  });
}

for (const [id, overlay] of built.overlays) {
  test(`${id}: the automaton follows the overlay, as the interpreter does`, () => {
    const definition = definitionOf(built, overlay.overlays, {}, id);
    expectSame(definition, compileDefinition(definition, null, null), null);
  });
}

test("what is rare is left to the interpreter, with the reason, and its clocks come out all the same", () => {
  const file = built.definitions.get("dk-treatment") as DefinitionFile;
  const treatment = file.promises["treatment"] as DefinitionFile["promises"][string];
  const cutOff: DefinitionFile = { ...file, promises: { treatment: { ...treatment, "cut-off": "16:00" } } };
  const growing: DefinitionFile = {
    ...file,
    promises: {
      treatment: {
        ...treatment,
        moves: [{ when: "withdrew", add: "3 days", law: "ministry treatment", says: "Longer." }],
        ends: [],
      },
    },
  };
  const expected = [
    [cutOff, "starts have a cut-off hour"],
    [growing, "a limit can grow without end"],
  ] as const;
  for (const [changed, reason] of expected) {
    const definition = buildDefinition(changed, built.calendars);
    const compiled = compileDefinition(definition, null, null);
    assert.deepEqual(
      compiled.promises.map((promise) => promise.compiled),
      [{ kind: "interpreter", reason }],
    );
    expectSame(definition, compiled, null);
  }
});

test("a version that holds for all clocks takes over those that run, unless it spares those started before", () => {
  const file = built.definitions.get("se-vardgaranti") as DefinitionFile;
  const [first, second, ...rest] = file.versions as [
    DefinitionFile["versions"][number],
    DefinitionFile["versions"][number],
  ];
  for (const spared of [{}, { grandfathers: { "started-before": "2018-12-28" } }]) {
    const changed: DefinitionFile = {
      ...file,
      versions: [first, { ...second, "applies-to": "all clocks", ...spared }, ...rest],
    };
    const definition = buildDefinition(changed, built.calendars);
    expectSame(definition, compileDefinition(definition, null, null), null);
  }
});
