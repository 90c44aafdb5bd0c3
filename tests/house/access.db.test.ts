import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { givePost, newPeopleFact, peopleProjection, recordPeople } from "../../src/core/people/index.ts";
import { append } from "../../src/core/record/index.ts";
import { putPersonalData } from "../../src/core/vault/index.ts";
import { NOW, openRegion, UNMET_MESSAGE, type Region } from "../harness/region.ts";
import { GROWN_UP, outcomeFor, ROLES, SOMEBODY, THEIR_PLACE, type Role } from "./access.ts";

let region: Region;
before(async () => {
  region = await openRegion();
  await populate();
});
after(() => region.close());

/** The roles of the table as people of the record, and the person they stand to. */
async function populate(): Promise<void> {
  const { db, vault } = region;
  const by = { recordedBy: "tests", now: NOW.subtract({ hours: 1 }) };
  const people = ROLES.flatMap(({ personId }) => personId ?? []);
  const identity = (subjectId: string) => ({ subjectId, value: { name: subjectId, birthDate: null, identifiers: [] } });
  await putPersonalData(db, vault, "identity", people.map(identity), NOW);
  for (const { personId, post, bond } of ROLES) {
    if (personId === null) continue;
    if (post !== undefined) {
      const place = post.organisation === null ? {} : { organisation: post.organisation };
      assert.ok((await givePost({ db }, personId, { role: post.role, ...place }, by)).ok);
    }
    if (bond === undefined) continue;
    const id = `tie-${bond}`;
    const holder = bond === "team" ? "team-1" : bond === "consent" ? "consented" : personId;
    const kind = bond === "team" ? "team" : bond === "consent" ? "organisation" : "person";
    const fact =
      bond === "emergency"
        ? newPeopleFact(
            "record-opened-in-emergency",
            SOMEBODY,
            { relationship: id, holder, cause: "life-at-risk", until: NOW.add({ hours: 4 }).toString() },
            { ...by, id },
          )
        : newPeopleFact(
            "relationship-started",
            SOMEBODY,
            { relationship: id, bond, holder, holder_kind: kind, evidence: "assigned" },
            { ...by, id },
          );
    assert.ok((await recordPeople({ db }, [fact], NOW)).ok);
    if (bond === "team") {
      const joined = newPeopleFact("team-joined", personId, { membership: "m", team: "team-1" }, { ...by, id: "m" });
      assert.ok((await recordPeople({ db }, [joined], NOW)).ok);
    }
  }
  const placed = (subjectId: string) => ({
    ...newPeopleFact("team-left", subjectId, { membership: "x" }, { ...by, id: "case-fact" }),
    caseId: "case-1",
    type: "referral-received",
    data: {},
    ...THEIR_PLACE,
  });
  const facts = [placed(SOMEBODY), placed(GROWN_UP)];
  const put = await append(db, { facts, projections: [peopleProjection], receivedAt: NOW });
  assert.ok(put.ok);
}

/** What stands for the parameters of a path. */
const PARAMETERS: Readonly<Record<string, string>> = {
  personId: "role-clinician-their-place",
  look: "no-look",
  question: "no-question",
  id: "eng-rtt",
  areaCode: "NS-01",
  serviceId: "northshore-general.hips-and-knees",
  token: "no-token",
  provider: "no-provider",
  machine: "no-machine",
  definition: "eng-rtt",
};
const QUERIES: Readonly<Record<string, string>> = { "/people/:subjectId/record": "?case=case-1" };

function addressOf(path: string, subjectId: string): string {
  const filled = path.replaceAll(/:(\w+)/g, (_, name: string) => {
    const value = name === "subjectId" ? subjectId : PARAMETERS[name];
    return value ?? assert.fail(`${path}: say in PARAMETERS what stands for ${name}`);
  });
  if (path.startsWith("/staff/unmet-needs/")) return `/staff/unmet-needs/${SOMEBODY}/${UNMET_MESSAGE}`;
  return filled + (QUERIES[path] ?? "");
}

/** What the site did, in the words of the table. */
function outcomeOf(response: Response, html: string): "allowed" | "sign-in" | "prove-again" | "refused" {
  const location = response.headers.get("location") ?? "";
  if (response.status === 303 && location.startsWith("/sign-in/again?")) return "prove-again";
  if (response.status === 303 && location.startsWith("/sign-in?")) return "sign-in";
  if (response.status === 401 || (response.status === 403 && /This is not open to you/.test(html))) return "refused";
  return "allowed";
}

for (const role of ROLES) {
  test(`every route answers ${role.name} as the reviewed table says`, async () => {
    const wrong: string[] = [];
    let asked = 0;
    for (const route of region.routes) {
      // What ends the session would answer the next route for somebody else: each is asked in a session of its own.
      const request = await requestAs(role, route.method);
      const response = await region.app.request(addressOf(route.path, role.subject ?? SOMEBODY), request);
      const html = await response.text();
      if (response.status === 400)
        wrong.push(`${route.method} ${route.path} answered 400: its address in this test does not fit`);
      if (response.status >= 500) wrong.push(`${route.method} ${route.path} answered ${response.status}`);
      const expected = (await outcomeFor(route, role)).outcome;
      const machine = route.access.kind === "machine";
      const actual = outcomeOf(response, html);
      // A program's route knows no people at all: 401 for each of them.
      // Some public pages go on to ask who somebody is, and lead to sign-in by themselves.
      const leads = route.access.kind === "public" && actual === "sign-in";
      if (machine ? actual !== "refused" : actual !== expected && !leads)
        wrong.push(
          `${route.method} ${route.path}: the table says ${expected}, the site ${actual} (${response.status})`,
        );
      asked += 1;
    }
    assert.deepEqual(wrong, []);
    assert.ok(asked > 60, `only ${asked} routes were asked`);
  });
}

async function requestAs(role: Role, method: string): Promise<RequestInit> {
  if (role.personId === null) {
    if (method === "GET") return {};
    // Nobody has a form token of a page that shows none: any page with a form gives one.
    const page = await region.app.request("/sign-in");
    const token = /name="_token" value="([^"]+)"/.exec(await page.text())?.[1] ?? "";
    const cookie = page.headers.get("set-cookie")?.split(";")[0] ?? "";
    return { method, body: new URLSearchParams({ _token: token }), headers: { cookie } };
  }
  const { cookie, token } = await region.signIn(role.personId);
  return method === "GET"
    ? { headers: { cookie } }
    : { method, body: new URLSearchParams({ _token: token }), headers: { cookie } };
}
