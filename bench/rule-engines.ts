/**
 * The same question put to general engines, on a sample: json-rules-engine with one rule a state over the facts of a
 * case, and an XState machine sent a case's events. Both get events already grouped and in order, which Handrail finds by
 * itself; Handrail's time is for the whole of its work, divided by its cases.
 */
import { Engine } from "json-rules-engine";
import { createActor, setup, assign } from "xstate";
import { DuckDBInstance } from "@duckdb/node-api";
import { median, type Comparison } from "./measure.ts";
import { AS_AT, type Waits } from "./waits.ts";

type WaitEvent = { readonly type: string; readonly day: number; readonly first: boolean };

const LIMIT_DAYS = 126;

/** @param perCase Handrail's milliseconds a case, from memory, in this run */
export async function benchRuleEngines(
  waits: Waits,
  sample: number,
  rounds: number,
  perCase: number,
): Promise<readonly Comparison[]> {
  const cases = await sampleCases(waits, sample);
  const asAt = Math.floor(Date.parse(AS_AT) / 86_400_000);
  return [
    await compare("json-rules-engine", rounds, cases, perCase, 100, () => jsonRules(cases, asAt)),
    await compare("XState", rounds, cases, perCase, 100, async () => xstate(cases)),
  ];
}

async function compare(
  peer: string,
  rounds: number,
  cases: readonly unknown[],
  perCase: number,
  goal: number,
  body: () => Promise<number>,
): Promise<Comparison> {
  const times: number[] = [];
  for (let round = 0; round < rounds; round++) {
    const began = performance.now();
    if ((await body()) !== cases.length) throw new Error(`${peer} did not answer for every case`);
    times.push(performance.now() - began);
  }
  const peerMilliseconds = median(times);
  const ourMilliseconds = perCase * cases.length;
  return {
    name: `${cases.length} English waits`,
    peer,
    ourMilliseconds,
    peerMilliseconds,
    ratio: peerMilliseconds / ourMilliseconds,
    goal,
  };
}

async function sampleCases(waits: Waits, sample: number): Promise<readonly (readonly WaitEvent[])[]> {
  const instance = await DuckDBInstance.create(":memory:");
  const connection = await instance.connect();
  const result = await connection.runAndReadAll(`
    WITH chosen AS (SELECT DISTINCT "case" FROM read_parquet('${waits.parquet}') ORDER BY 1 LIMIT ${sample})
    SELECT "case", type, (occurred - DATE '1970-01-01')::INTEGER, coalesce(first, false) FROM read_parquet('${waits.parquet}') JOIN chosen USING ("case")
    WHERE occurred <= DATE '${AS_AT}' ORDER BY 1, 3`);
  connection.closeSync();
  instance.closeSync();
  const groups = Map.groupBy(result.getRows(), ([id]) => String(id));
  return [...groups.values()].map((rows) =>
    rows.map(([, type, day, first]) => ({ type: String(type), day: Number(day), first: first === true })),
  );
}

async function jsonRules(cases: readonly (readonly WaitEvent[])[], asAt: number): Promise<number> {
  const engine = new Engine([], { allowUndefinedFacts: true });
  const rule = (state: string, stopped: boolean, operator: string) => ({
    conditions: {
      all: [
        { fact: "stopped", operator: "equal", value: stopped },
        { fact: "days", operator, value: LIMIT_DAYS },
      ],
    },
    event: { type: state },
  });
  engine.addRule(rule("kept", true, "lessThanInclusive"));
  engine.addRule(rule("broken", true, "greaterThan"));
  engine.addRule(rule("waiting", false, "lessThanInclusive"));
  engine.addRule(rule("overdue", false, "greaterThan"));
  let answered = 0;
  for (const events of cases) {
    const start = events.find((event) => event.type === "referral-received")?.day ?? asAt;
    const stop = events.findLast(
      (event) => event.type.startsWith("treatment-") || event.type === "returned-to-primary-care",
    );
    const { events: found } = await engine.run({ stopped: stop !== undefined, days: (stop?.day ?? asAt) - start });
    answered += found.length;
  }
  return answered;
}

const clock = setup({
  types: {
    context: {} as { started: number; days: number },
    events: {} as { type: "start" | "stop" | "miss"; day: number },
  },
}).createMachine({
  context: { started: 0, days: 0 },
  initial: "idle",
  states: {
    idle: { on: { start: { target: "running", actions: assign({ started: ({ event }) => event.day }) } } },
    running: {
      on: {
        miss: { target: "idle" },
        stop: { target: "idle", actions: assign({ days: ({ event, context }) => event.day - context.started }) },
      },
    },
  },
});

function xstate(cases: readonly (readonly WaitEvent[])[]): number {
  for (const events of cases) {
    const actor = createActor(clock).start();
    for (const { type, day, first } of events) {
      if (type === "referral-received" || type === "appointment-rebooked" || type === "monitoring-ended")
        actor.send({ type: "start", day });
      else if (type === "appointment-missed" && first) actor.send({ type: "miss", day });
      else if (type.startsWith("treatment-") || type === "monitoring-started" || type === "returned-to-primary-care")
        actor.send({ type: "stop", day });
    }
    actor.stop();
  }
  return cases.length;
}
