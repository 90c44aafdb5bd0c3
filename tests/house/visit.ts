/**
 * Visits a strand that `npm run new` made, as a member of staff, before and after a course is started: the page's text on
 * standard output. Run by tests/house/new.test.ts: node tests/house/visit.ts NAME
 */
import { buildSite } from "../../src/app.ts";
import { fixedClock } from "../../src/core/clock.ts";
import { givePost, newPeopleFact, recordPeople } from "../../src/core/people/index.ts";
import { putPersonalData } from "../../src/core/vault/index.ts";
import { append } from "../../src/core/record/index.ts";
import { createSessions } from "../../src/web/session.ts";
import { withTestDatabase } from "../harness/database.ts";
import { unusedSite } from "./documents.ts";

const name = process.argv[2] ?? "";
const clock = fixedClock(Temporal.Instant.from("2026-03-02T09:00:00Z"));
const staff = "staff-1";
const key = new Uint8Array(32);
const unused = unusedSite();

await withTestDatabase(async (db) => {
  const site = buildSite({
    ...unused,
    db,
    clock,
    demonstrationPeople: [],
    sessionKey: key,
    secure: false,
    sourceUrl: "/",
    contactEmail: "help@example.org",
    log: console.error,
  });
  const sessions = createSessions({ db, key, secure: false });
  const cookie = (sessions.cookie(await sessions.signIn(staff, clock.now())).split(";")[0] as string).trim();
  await putPersonalData(
    db,
    unused.vault,
    "identity",
    [{ subjectId: staff, value: { name: "Ann", birthDate: null, identifiers: [] } }],
    clock.now(),
  );
  const tie = {
    relationship: "tie",
    bond: "lead-professional",
    holder: staff,
    holder_kind: "person",
    evidence: "assigned",
  } as const;
  const work = { role: "front-line", organisation: "anywhere" } as const;
  await givePost({ db }, staff, work, { recordedBy: staff, now: clock.now() });
  const since = { id: "tie", recordedBy: staff, now: clock.now() };
  await recordPeople({ db }, [newPeopleFact("relationship-started", "person-1", tie, since)], clock.now());
  const record = async (type: string) =>
    append(db, {
      facts: [
        {
          id: type,
          subjectId: "person-1",
          caseId: type,
          type,
          data: {},
          occurredOn: Temporal.PlainDate.from("2026-03-02"),
          occurredAt: null,
          recordedAt: null,
          recordedBy: staff,
          organisationId: null,
          serviceId: null,
          areaCode: null,
          replaces: null,
          reason: null,
        },
      ],
      projections: [],
      receivedAt: clock.now(),
    });
  for (const type of ["referral-received", `${name}-started`]) {
    await record(type);
    const answer = await site.request(`/${name}/person-1`, { headers: { cookie } });
    if (answer.status !== 200) throw new Error(`/${name}/person-1 answered ${answer.status}`);
    console.log((await answer.text()).replaceAll(/<[^>]*>/g, " ").replaceAll(/\s+/g, " "));
  }
});
process.exit();
