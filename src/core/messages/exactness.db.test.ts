import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { databaseKind, withTestDatabase } from "../../../tests/harness/database.ts";
import {
  contact,
  handClock,
  newVault,
  putContacts,
  queueLink,
  trialTemplates,
} from "../../../tests/harness/messages.ts";
import type { Database } from "../database/index.ts";
import type { Outcome, Provider } from "./outcome.ts";
import { createOutbox } from "./outbox.ts";
import type { Receipt, Sender } from "./sender.ts";
import { readByReference } from "./store.ts";

/** What happens to one call: as usual, a refusal for now, silence, or the death of the process around it. */
const FATES = [
  "usual",
  "too-many",
  "unreachable",
  "fails-taken",
  "fails-untaken",
  "killed-before",
  "killed-after",
  "killed-within",
] as const;
type Fate = (typeof FATES)[number];

type Step =
  | { readonly do: "queue"; readonly people: readonly number[] }
  | { readonly do: "drain"; readonly fates: readonly Fate[]; readonly nodes: 1 | 2 }
  | { readonly do: "wait"; readonly seconds: number };

const steps: fc.Arbitrary<readonly Step[]> = fc.array(
  fc.oneof(
    fc.record({
      do: fc.constant("queue" as const),
      people: fc.array(fc.nat({ max: 3 }), { minLength: 1, maxLength: 6 }),
    }),
    fc.record({
      do: fc.constant("drain" as const),
      fates: fc.array(fc.constantFrom(...FATES), { maxLength: 8 }),
      nodes: fc.constantFrom(1 as const, 2 as const),
    }),
    fc.record({ do: fc.constant("wait" as const), seconds: fc.constantFrom(20, 70, 130, 4_000) }),
  ),
  { minLength: 3, maxLength: 12 },
);

/** The world outside: it remembers what it took, whatever becomes of us. */
function newWorld() {
  const taken = new Map<string, number>();
  const doubted = new Set<string>();
  const take = (id: string): void => void taken.set(id, (taken.get(id) ?? 0) + 1);
  /** A process of ours before that world: once killed it does nothing more. */
  const newProcess = (fates: Fate[]): Sender => {
    let killed = false;
    const never = new Promise<never>(() => {});
    const kill = (): never => {
      killed = true;
      throw new Error("killed");
    };
    const fateOf = (): Fate => fates.shift() ?? "usual";
    return {
      providers: () =>
        Promise.resolve(
          new Map([
            ["email", "smtp" as Provider],
            ["text", "notify" as Provider],
          ] as const),
        ),
      problem: () => null,
      async send({ id }): Promise<Outcome> {
        await Promise.resolve();
        if (killed) return never;
        switch (fateOf()) {
          case "usual":
            take(id);
            return { kind: "accepted", providerId: id, fragments: null };
          case "too-many":
            return { kind: "later", reason: "too-many", after: Temporal.Duration.from({ seconds: 60 }), stops: "all" };
          case "unreachable":
            return { kind: "later", reason: "unreachable", after: null, stops: "this" };
          case "fails-taken":
            take(id);
            doubted.add(id);
            return { kind: "in-doubt", reason: "500" };
          case "fails-untaken":
            doubted.add(id);
            return { kind: "in-doubt", reason: "500" };
          case "killed-before":
            return kill();
          case "killed-within":
          case "killed-after":
            take(id);
            return kill();
        }
      },
      async ask(id): Promise<Receipt> {
        await Promise.resolve();
        if (killed) return never;
        const fate = fateOf();
        if (fate === "killed-before" || fate === "killed-after") return kill();
        if (fate === "too-many" || fate === "unreachable" || fate === "fails-taken")
          return { kind: "later", after: null, reason: "asked too often" };
        return taken.has(id) ? { kind: "taken", providerId: id, fragments: null } : { kind: "unknown" };
      },
      close: () => Promise.resolve(),
    };
  };
  return { taken, doubted, newProcess };
}

/** People 0 and 1 have e-mail, 2 and 3 a telephone: by a mail server that forgets, and by Notify, which can be asked. */
const people = ["zero", "one", "two", "three"];
const byMail = (person: number): boolean => person < 2;

async function live(db: Database, life: readonly Step[]): Promise<void> {
  const vault = newVault();
  const clock = handClock("2026-03-02T10:00:00Z");
  const world = newWorld();
  await putContacts(
    db,
    vault,
    Object.fromEntries(
      people.map((id, index) => [
        id,
        byMail(index) ? contact({ email: `${id}@example.org` }) : contact({ telephone: `07700 90000${index}` }),
      ]),
    ),
  );
  const queued: { readonly id: string; readonly mail: boolean }[] = [];
  const drain = async (fates: readonly Fate[], nodes: 1 | 2): Promise<void> => {
    const rest = [...fates];
    const work = Array.from({ length: nodes }, () =>
      createOutbox({
        db,
        vault,
        clock,
        templates: trialTemplates,
        sender: world.newProcess(rest),
        timeZone: "Europe/London",
        bodyName: "Northshore",
        telephone: "",
        concurrency: 3,
        log: () => {},
      }).drain(),
    );
    for (const { reason } of (await Promise.allSettled(work)).filter((each) => each.status === "rejected"))
      assert.equal((reason as Error).message, "killed");
  };
  for (const step of life) {
    switch (step.do) {
      case "queue":
        for (const person of step.people) {
          const id = await queueLink(db, vault, people[person] as string, clock.now(), { urgent: true });
          queued.push({ id, mail: byMail(person) });
        }
        break;
      case "drain":
        await drain(step.fates, step.nodes);
        break;
      case "wait":
        clock.go({ seconds: step.seconds });
        break;
    }
  }
  // All is well from here on: whatever was left is brought to its end.
  for (let round = 0; round < 6; round += 1) {
    clock.go({ minutes: 70 });
    await drain([], 1);
  }
  for (const { id, mail } of queued) {
    const row = await readByReference(db, id);
    const times = world.taken.get(id) ?? 0;
    const story = `${mail ? "mail" : "notify"} ${row?.state} ${row?.reason} taken ${times}`;
    if (mail) {
      assert.ok(times <= 2, story);
      assert.ok(row?.state === "sent" ? times >= 1 : row?.state === "failed" && row.reason === "in-doubt", story);
    } else {
      assert.equal(times, 1, story);
      assert.equal(row?.state, "sent", story);
    }
    assert.ok(row?.state !== "sent" || row.sealedValues === null, "words are blanked");
  }
}

test("whatever fails and whenever we are killed: nothing is lost, and nothing but an e-mail in doubt goes twice, once more", async () => {
  await fc.assert(
    fc.asyncProperty(steps, (life) => withTestDatabase((db) => live(db, life))),
    { numRuns: databaseKind === "pglite" ? 80 : 60, endOnFailure: true },
  );
});

test("an e-mail in doubt goes once more and not again; then a member of staff is told", async () => {
  await withTestDatabase(async (db) => {
    const vault = newVault();
    const clock = handClock("2026-03-02T10:00:00Z");
    const world = newWorld();
    await putContacts(db, vault, { zero: contact({ email: "zero@example.org" }) });
    const id = await queueLink(db, vault, "zero", clock.now());
    const states: string[] = [];
    for (let round = 0; round < 4; round += 1) {
      const outbox = createOutbox({
        db,
        vault,
        clock,
        templates: trialTemplates,
        sender: world.newProcess(["killed-after"]),
        timeZone: "Europe/London",
        bodyName: "Northshore",
        telephone: "",
        log: () => {},
      });
      await outbox.drain().catch(() => {});
      const row = await readByReference(db, id);
      states.push(`${row?.state} ${world.taken.get(id)}`);
      clock.go({ minutes: 3 });
    }
    assert.deepEqual(states, ["sending 1", "sending 2", "failed 2", "failed 2"]);
  });
});
