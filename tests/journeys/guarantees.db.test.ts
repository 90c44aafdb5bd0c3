import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { personIds } from "../../seeds/standing.ts";
import { openRegion, type Key, type Region } from "../harness/region.ts";

let region: Region;
before(async () => {
  region = await openRegion();
});
after(() => region.close());

const page = (key: Key) => `/people/${personIds[key]}`;

test("a manager sees who runs out next and what is to do, without links that would be refused", async () => {
  const links = async (as: Key) => {
    const { html, status } = await region.get("/worklist", as);
    assert.equal(status, 200);
    return [...html.matchAll(/href="(\/people\/[^"/]+\/record\?case=[^"]+)"/g)].map(([, href = ""]) => href);
  };
  const manager = await region.get("/worklist", "siobhan");
  assert.match(manager.text, /Offer a date|Record an event/, "the words are there");
  assert.deepEqual(await links("siobhan"), []);
  const [first, ...others] = await links("amara");
  assert.ok(first !== undefined && others.length > 0, "a clinician has the links");
  for (const href of [first, ...others.slice(0, 5)]) {
    const path = href.replaceAll("&amp;", "&");
    assert.equal((await region.get(path, "amara")).status, 200, path);
    assert.equal((await region.get(path, "siobhan")).status, 403, path);
  }
});

test("a correction is of an entry of the same case, and of no other", async () => {
  const form = `${page("ines")}/record?case=story-ines-hip&type=care-paused`;
  const fields = (html: string) =>
    Object.fromEntries(
      [...html.matchAll(/<input[^>]*type="hidden"[^>]*>/g)].map(([input]) => [
        /name="([^"]*)"/.exec(input)?.[1] ?? "",
        /value="([^"]*)"/.exec(input)?.[1] ?? "",
      ]),
    );
  const shown = await region.get(form, "amara");
  const { _token: _, ...hidden } = fields(shown.html);
  const typed = {
    ...hidden,
    "occurred-day": "3",
    "occurred-month": "3",
    "occurred-year": "2025",
    field_reason: "own-choice",
    reason: "A slip",
  };
  const facts = () => region.db.selectFrom("fact").select("id").where("replaces", "is not", null).execute();
  const before = await facts();
  for (const replaces of ["no-such-entry", "story-tom-knee-1", "story-ines-hip\u2028"]) {
    const answer = await region.send(form, { ...typed, replaces }, "amara", `${page("ines")}/record`);
    assert.equal(answer.status, 404, replaces);
  }
  assert.deepEqual(await facts(), before);

  const rows = await region.db
    .selectFrom("fact")
    .select(["id", "type"])
    .where("subject_id", "=", personIds.ines)
    .where("case_id", "=", "story-ines-hip")
    .execute();
  const replaces = rows.find(({ type }) => type === "care-paused")?.id ?? assert.fail("no pause in the story");
  const right = { ...typed, id: "a-correction", replaces };
  const answer = await region.send(form, right, "amara", `${page("ines")}/record`);
  assert.equal(answer.status, 303, answer.text);
  const twice = await region.send(form, right, "amara", `${page("ines")}/record`);
  assert.equal(twice.status, 303, "the same form sent twice is still one correction");
  assert.equal((await facts()).length, before.length + 1);
});

test("the calendar names the site's own address, whatever host the request names", async () => {
  const path = `${page("tom")}/promises.ics`;
  for (const headers of [{}, { host: "evil.example" }, { host: "evil.example", "x-forwarded-host": "evil.example" }]) {
    const request = new Request(`http://evil.example${path}`, {
      headers: { ...headers, cookie: region.cookieOf("tom") ?? "" },
    });
    const text = (await (await region.app.request(request)).text()).replaceAll("\r\n ", "");
    assert.match(text, /http:\/\/localhost:3000\/people\/person-tom-abiola/);
    assert.doesNotMatch(text, /evil/);
  }
});
