import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { after, before, describe, test } from "node:test";
import { personIds } from "../../seeds/standing.ts";
import { openRegion, type Key, type Page, type Region } from "../harness/region.ts";

let region: Region;
before(async () => {
  region = await openRegion();
});
after(() => region.close());

/** Made with a form; the same for both sendings of it. */
const INVITATION = "0195a8f0-0000-7000-8000-000000000001";
const page = (key: Key) => `/people/${personIds[key]}`;
const noah = page("noah");
const link = (html: string, text: RegExp): string => {
  for (const [, href = "", inside = ""] of html.matchAll(/<a [^>]*href="([^"]+)"[^>]*>([^]*?)<\/a>/g))
    if (text.test(inside.replaceAll(/<[^>]*>/g, ""))) return href;
  return assert.fail(`no link ${text} on the page`);
};
/** The hidden fields of the form that a button with this text sends. */
const fieldsOf = (html: string, button: RegExp): Record<string, string> => {
  for (const [form] of html.matchAll(/<form[^]*?<\/form>/g)) {
    if (
      !button.test(
        form
          .replaceAll(/<[^>]*>/g, " ")
          .replaceAll(/\s+/g, " ")
          .replaceAll(" :", ":"),
      )
    )
      continue;
    const fields = [...form.matchAll(/<input type="hidden" name="([^"]+)" value="([^"]*)"/g)];
    return Object.fromEntries(
      fields.map(([, name = "", value = ""]) => [name, value]).filter(([name]) => name !== "_token"),
    );
  }
  return assert.fail(`no form with ${button} on the page`);
};
const refused = (answer: Page) => assert.equal(answer.status, 403, answer.text.slice(0, 200));

describe("a guardian", () => {
  test("opens her child's record, and the next click after the relationship ended is refused", async () => {
    assert.match((await region.get("/me", "joy")).text, /People you may act for or look after Noah Fairweather/);
    assert.equal((await region.get(noah, "joy")).status, 200);
    const relationships = `${noah}/relationships`;
    // The demonstration's identity officer ends what only an officer may.
    const seen = await region.get(relationships, "rhiannon");
    const ended = await region.send(
      relationships,
      fieldsOf(seen.html, /End this Joy Fairweather/),
      "rhiannon",
      `${relationships}/end`,
    );
    assert.equal(ended.location, `${relationships}?done=ended`);
    refused(await region.get(noah, "joy"));
    refused(await region.get(`${noah}/looks`, "joy"));
    assert.doesNotMatch((await region.get("/me", "joy")).text, /Noah/);
    const told = await region.db
      .selectFrom("outbox_message")
      .select("template")
      .where("subject_id", "=", personIds.noah)
      .execute();
    assert.deepEqual(told, [{ template: "people.relationship-changed" }]);

    const again = {
      bond: "guardian",
      holder: personIds.joy,
      evidence: "court-order",
      "until-day": "",
      "until-month": "",
      "until-year": "",
    };
    const recorded = await region.send(`${relationships}/record`, again, "rhiannon");
    assert.equal(recorded.location, `${relationships}?done=recorded`);
    assert.equal((await region.get(noah, "joy")).status, 200);
  });

  test("no longer sees what her child decides alone, and is not told that there is something", async () => {
    const before = await region.get(noah, "joy");
    assert.match(before.text, /Special educational needs/);
    const bar = {
      kind: "competence",
      holder: "",
      covers: "promises",
      "until-day": "",
      "until-month": "",
      "until-year": "",
    };
    assert.equal((await region.send(`${noah}/relationships/bar`, bar, "rhiannon")).status, 303);
    refused(await region.get(noah, "joy"));
    assert.equal((await region.get(noah, "noah")).status, 200, "he sees it himself");
    assert.doesNotMatch((await region.get(`${noah}/relationships`, "joy")).text, /decides alone|Shut off/);
    const seen = await region.get(`${noah}/relationships`, "rhiannon");
    const fields = fieldsOf(seen.html, /End this Joy Fairweather/);
    const ban =
      [...seen.html.matchAll(/<form[^]*?<\/form>/g)]
        .map(([form]) => form)
        .find((form) => form.includes('value="ban"')) ?? "";
    assert.notEqual(ban, "", `the officer sees the decision: ${JSON.stringify(fields)}`);
    await region.send(`${noah}/relationships`, fieldsOf(ban, /End this/), "rhiannon", `${noah}/relationships/end`);
    assert.equal((await region.get(noah, "joy")).status, 200);
  });

  test("under a court order sees nothing, while the other details of the order stay with the officer", async () => {
    const order = {
      kind: "court-order",
      holder: personIds.joy,
      covers: "*",
      "until-day": "",
      "until-month": "",
      "until-year": "",
    };
    assert.equal((await region.send(`${noah}/relationships/bar`, order, "rhiannon")).status, 303);
    const answer = await region.get(noah, "joy");
    refused(answer);
    assert.doesNotMatch(answer.html, /court/i);
    const seen = await region.get(`${noah}/relationships`, "rhiannon");
    const ban =
      [...seen.html.matchAll(/<form[^]*?<\/form>/g)]
        .map(([form]) => form)
        .find((form) => form.includes('value="ban"')) ?? "";
    await region.send(`${noah}/relationships`, fieldsOf(ban, /End this/), "rhiannon", `${noah}/relationships/end`);
    assert.equal((await region.get(noah, "joy")).status, 200);
  });
});

test("details that are hidden from a named parent are nowhere that parent looks, and the rest stays", async () => {
  const bar = {
    kind: "details-hidden",
    holder: personIds.joy,
    covers: "details.contact",
    "until-day": "",
    "until-month": "",
    "until-year": "",
  };
  assert.match((await region.get(`${noah}/messages`, "joy")).text, /Kittiwake/);
  assert.equal((await region.send(`${noah}/relationships/bar`, bar, "rhiannon")).status, 303);
  assert.equal((await region.get(noah, "joy")).status, 200);
  refused(await region.get(`${noah}/details`, "joy"));
  for (const path of [
    noah,
    `${noah}/messages`,
    `${noah}/looks`,
    `${noah}/relationships`,
    `${noah}/wrong`,
    `${noah}/promises.ics`,
  ])
    assert.doesNotMatch((await region.get(path, "joy")).html, /Kittiwake|07700 900004/, path);
  const seen = await region.get(`${noah}/relationships`, "rhiannon");
  const forms = [...seen.html.matchAll(/<form[^]*?<\/form>/g)].map(([form]) => form);
  const ban = forms.find((form) => form.includes('value="ban"')) ?? "";
  await region.send(`${noah}/relationships`, fieldsOf(ban, /End this/), "rhiannon", `${noah}/relationships/end`);
  assert.match((await region.get(`${noah}/messages`, "joy")).text, /Kittiwake/);
});

test("a child has his own view, and does not change who may act for him", async () => {
  assert.equal((await region.get(noah, "noah")).status, 200);
  assert.match((await region.get(`${noah}/relationships`, "noah")).text, /Joy Fairweather/);
  refused(await region.get(`${noah}/relationships/invite`, "noah"));
});

describe("somebody who was invited", () => {
  test("sees what he was invited to see and nothing else, and it can be ended at once", async () => {
    const tom = page("tom");
    const seen = await region.get(tom, "kemi");
    assert.equal(seen.status, 200);
    assert.doesNotMatch(seen.text, /Born 30 September 1944|999 /, "the name, not the details");
    refused(await region.get(`${tom}/looks`, "kemi"));
    refused(await region.get(`${tom}/messages`, "kemi"));
    refused(await region.get(`${tom}/record?case=story-tom-knee`, "kemi"));
    const relationships = `${tom}/relationships`;
    const own = await region.get(relationships, "tom");
    assert.match(
      own.text,
      /Kemi Abiola Family or friend who was invited Only: the promises and what happened, the name/,
    );
    await region.send(relationships, fieldsOf(own.html, /End this Kemi Abiola/), "tom", `${relationships}/end`);
    refused(await region.get(tom, "kemi"));
  });

  test("is invited by name and e-mail, sees nothing before accepting, and one form invites once", async () => {
    const relationships = `${page("ines")}/relationships`;
    const fields = {
      id: INVITATION,
      name: "Bruno Marchetti",
      email: "bruno@example.org",
      covers: "promises",
      "until-day": "1",
      "until-month": "9",
      "until-year": "2025",
    };
    for (let sent = 0; sent < 2; sent += 1)
      assert.equal(
        (await region.send(`${relationships}/invite`, fields, "ines")).location,
        `${relationships}?done=invited`,
      );
    assert.match((await region.get(relationships, "ines")).text, /You invited Bruno Marchetti/);
    const messages = await region.db
      .selectFrom("outbox_message")
      .select("template")
      .where("subject_id", "like", "invited-%")
      .execute();
    assert.deepEqual(messages, [{ template: "sign-in.enrolment-link" }]);
    const wrong = await region.send(
      `${relationships}/invite`,
      { ...fields, id: randomUUID(), email: "nobody" },
      "ines",
    );
    assert.equal(wrong.status, 422);
    assert.match(wrong.text, /Write an e-mail address/);
    assert.match(wrong.html, /value="Bruno Marchetti"/, "what was typed is kept");
  });
});

test("an organisation sees a person only while the person agrees", async () => {
  const ines = page("ines");
  refused(await region.get(ines, "leon"));
  const relationships = `${ines}/relationships`;
  const fields = {
    organisation: "northshore-schools",
    covers: "promises",
    "until-day": "",
    "until-month": "",
    "until-year": "",
  };
  assert.equal((await region.send(`${relationships}/consent`, fields, "ines")).status, 303);
  assert.equal((await region.get(ines, "leon")).status, 200);
  const own = await region.get(relationships, "ines");
  await region.send(
    relationships,
    fieldsOf(own.html, /End this Northshore School Authority/),
    "ines",
    `${relationships}/end`,
  );
  refused(await region.get(ines, "leon"));
});

describe("in an emergency", () => {
  test("a clinician opens a record with a reason, the person is told and reads who it was and why, and hours later it is closed", async () => {
    refused(await region.get(noah, "amara"));
    const emergency = `${noah}/emergency`;
    const wordless = await region.send(emergency, { cause: "life-at-risk", words: "  " }, "amara");
    assert.equal(wordless.status, 422);
    const opened = await region.send(
      emergency,
      { cause: "life-at-risk", words: "He was brought in without his papers" },
      "amara",
    );
    assert.equal(opened.location, noah);
    assert.equal((await region.get(noah, "amara")).status, 200);
    refused(await region.get(`${noah}/record?case=story-noah-plan`, "amara"));
    const looks = (await region.get(`${noah}/looks`, "joy")).text;
    assert.match(
      looks,
      /Amara Osei Clinician, Northshore General saw the promises and what happened In an emergency: A life is at risk\. “He was brought in without his papers”/,
    );
    assert.match(looks, /Tried to open this record, and was refused Nothing gives them a right to see it/);
    const told = await region.db
      .selectFrom("outbox_message")
      .select("template")
      .where("subject_id", "=", personIds.noah)
      .where("template", "=", "people.opened-in-emergency")
      .execute();
    assert.equal(told.length, 1);
    await region.later({ hours: 5 });
    refused(await region.get(noah, "amara"));
  });

  test("a manager and an administrator have no such way, and nobody is opened who is not there", async () => {
    refused(await region.get(`${noah}/emergency`, "siobhan"));
    refused(await region.get(`${noah}/emergency`, "femi"));
    const words = { cause: "urgent-care", words: "Somebody was brought in" };
    assert.equal((await region.send("/people/nobody-at-all/emergency", words, "amara")).status, 404);
    const facts = await region.db.selectFrom("fact").select("id").where("subject_id", "=", "nobody-at-all").execute();
    assert.deepEqual(facts, []);
  });
});

describe("a question about a look", () => {
  test("reaches the manager of the place, and the answer reaches whoever asked", async () => {
    await region.get(page("ines"), "amara");
    const looks = `${page("ines")}/looks`;
    const ask = link((await region.get(looks, "ines")).html, /Ask why: Amara Osei/);
    assert.equal((await region.send(ask, { words: "" }, "ines")).status, 422);
    assert.equal((await region.send(ask, { words: "Why did she look?" }, "ines")).status, 303);
    assert.match((await region.get(looks, "ines")).text, /“Why did she look\?” We have not answered yet/);
    refused(await region.get("/staff/questions", "amara"));
    const list = await region.get("/staff/questions", "siobhan");
    const one = link(list.html, /Ines Marchetti/);
    assert.match(
      (await region.get(one, "siobhan")).text,
      /Ines Marchetti : “Why did she look\?”|Ines Marchetti: “Why did she look\?”/,
    );
    const answer = { outcome: "in-order", words: "She books your appointments." };
    assert.equal((await region.send(one, answer, "siobhan")).status, 303);
    assert.match((await region.get(looks, "ines")).text, /It was in order She books your appointments\./);
    assert.equal((await region.get(one, "siobhan")).status, 404, "it is answered once");
    refused(await region.get(ask, "joy"));
  });

  test("about a look that is not there is not taken", async () => {
    assert.equal((await region.get(`${page("ines")}/looks/no-such-look`, "ines")).status, 404);
  });
});

describe("a look that would endanger somebody", () => {
  test("is kept from view when a second person agrees, leaves no trace for a guardian, and comes back on the day of review", async () => {
    const looks = `${noah}/looks`;
    const before = (await region.get(looks, "joy")).text;
    const leons = (text: string) => text.split("Leon Brightwater").length - 1;
    await region.get(noah, "leon");
    assert.ok(leons((await region.get(looks, "joy")).text) > leons(before));

    const withhold = `${noah}/withhold`;
    const form = await region.get(withhold, "leon");
    const look = /name="look"[^>]*value="([^"]+)"/.exec(form.html)?.[1] ?? assert.fail("no look to choose");
    const review = { "review-day": "12", "review-month": "6", "review-year": "2025" };
    const words = "The father threatened whoever speaks with the school";
    const late = { look, words, "review-day": "1", "review-month": "1", "review-year": "2031" };
    assert.equal((await region.send(withhold, late, "leon")).status, 422, "at most a year");
    assert.equal((await region.send(withhold, { look: "somebody-else's", words, ...review }, "leon")).status, 422);
    assert.equal((await region.send(withhold, { look, words, ...review }, "leon")).status, 200);
    const asked = (await region.get(looks, "joy")).text;
    assert.ok(leons(asked) > leons(before), "still shown: nobody else has agreed");
    assert.doesNotMatch(asked, /kept from view/);

    refused(await region.get("/staff/withholdings", "leon"));
    const waiting = await region.get("/staff/withholdings", "siobhan");
    assert.match(waiting.text, /Noah Fairweather Leon Brightwater asked on/);
    const approve = { ...fieldsOf(waiting.html, /Agree/), answer: "approve" };
    const approved = await region.send("/staff/withholdings", approve, "siobhan", "/staff/withholdings/decide");
    assert.equal(approved.location, "/staff/withholdings?done=approved");
    const during = (await region.get(looks, "joy")).text;
    // His other looks of that day are shown as they were; of the one that is withheld, and of the withholding, nothing is.
    assert.equal(during, before, "the guardian reads the page as if nothing had happened");
    assert.doesNotMatch((await region.get(looks, "noah")).text, /kept from view/);
    refused(await region.get(withhold, "joy"));

    await region.later({ hours: 24 * 100 });
    assert.ok(leons((await region.get(looks, "joy")).text) > leons(before), "the day of review has come");
  });
});

describe("records of one person", () => {
  test("are read as one when joined, and a wrong joining is undone without loss, with what was added meanwhile", async () => {
    const [ines, tom] = [page("ines"), page("tom")];
    const before = [await region.get(ines, "ines"), await region.get(tom, "tom")].map(({ text }) => text);
    refused(await region.get(ines, "tom"));
    const records = `${ines}/records`;
    refused(await region.get(records, "amara"));
    assert.equal((await region.send(records, { other: "nobody-at-all" }, "rhiannon")).status, 422);
    assert.equal((await region.send(records, { other: personIds.tom }, "rhiannon")).location, `${records}?done=merged`);
    assert.equal(
      (await region.send(records, { other: personIds.tom }, "rhiannon")).status,
      422,
      "they are one already",
    );
    assert.equal((await region.get(tom, "rhiannon")).status, 403, "an identity officer sees no promises");
    assert.equal((await region.get(tom, "dilys")).location, ines, "the page is under the record that stands");
    const joined = await region.get(ines, "ines");
    assert.match(joined.text, /Hips and knees, Larkmoor Hospital/);
    assert.match(joined.text, /Hips and knees, Northshore General/);

    // What is recorded while they are joined belongs to the case it was recorded for.
    const record = `${ines}/record?case=story-tom-knee&type=appointment-attended`;
    const form = await region.get(record, "dilys");
    const version = /name="version" value="(\d+)"/.exec(form.html)?.[1] ?? "";
    const fields = {
      case: "story-tom-knee",
      type: "appointment-attended",
      version,
      "occurred-day": "10",
      "occurred-month": "3",
      "occurred-year": "2025",
    };
    assert.equal((await region.send(record, fields, "dilys", `${ines}/record`)).status, 303);

    const seen = await region.get(records, "rhiannon");
    assert.equal(
      (await region.send(records, fieldsOf(seen.html, /Part them again/), "rhiannon", `${records}/undo`)).status,
      303,
    );
    const [inesAfter, tomAfter] = [await region.get(ines, "ines"), await region.get(tom, "tom")];
    assert.equal(inesAfter.text, before[0]);
    assert.match(tomAfter.text, /10 Mar 2025/);
    refused(await region.get(ines, "tom"));
    refused(await region.get(ines, "dilys"));
  });
});

describe("an administrator", () => {
  const amara = `/staff/people/${personIds.amara}`;
  test("sees no case", async () => {
    for (const path of [noah, page("ines"), "/worklist", "/staff/questions", `${noah}/looks`, `${noah}/relationships`])
      refused(await region.get(path, "femi"));
  });

  test("takes somebody on, who is sent a link and has the post at once", async () => {
    const fields = {
      name: "Wren Achterberg",
      email: "wren@northshore.example",
      role: "front-line",
      organisation: "",
      service: "",
      area: "",
      "until-day": "",
      "until-month": "",
      "until-year": "",
    };
    const placeless = await region.send("/staff/people", fields, "femi");
    assert.equal(placeless.status, 422);
    assert.match(placeless.text, /without one this post opens nothing/);
    const taken = await region.send("/staff/people", { ...fields, organisation: "larkmoor-hospital" }, "femi");
    assert.equal(taken.location, "/staff/people?done=1");
    assert.match(
      (await region.get("/staff/people", "femi")).text,
      /Wren Achterberg Front-line staff, Larkmoor Hospital/,
    );
    const messages = await region.db
      .selectFrom("outbox_message")
      .select("template")
      .where("subject_id", "like", "staff-%")
      .execute();
    assert.ok(messages.some(({ template }) => template === "sign-in.enrolment-link"));
  });

  test("ends a post: the next click is refused and the session is over", async () => {
    assert.equal((await region.get("/worklist", "dilys")).status, 200);
    const dilys = `/staff/people/${personIds.dilys}`;
    for (const post of [
      /End this: Front-line staff, Larkmoor Hospital/,
      /End this: Front-line staff, Saltings Infirmary/,
    ]) {
      const seen = await region.get(dilys, "femi");
      assert.equal((await region.send(dilys, fieldsOf(seen.html, post), "femi", `${dilys}/end`)).status, 303);
    }
    const next = await region.get("/worklist", "dilys");
    assert.equal(next.status, 303);
    assert.match(next.location ?? "", /^\/sign-in\?next=/);
  });

  test("arranges cover, which ends by itself and brings a colleague's families, not their post", async () => {
    refused(await region.get(noah, "amara"));
    const cover = { kind: "cover", target: personIds.leon, "end-day": "", "end-month": "", "end-year": "" };
    assert.equal((await region.send(amara, cover, "femi", `${amara}/memberships`)).status, 422, "cover has a last day");
    const until = { ...cover, "end-day": "30", "end-month": "6", "end-year": "2025" };
    assert.equal((await region.send(amara, until, "femi", `${amara}/memberships`)).status, 303);
    assert.equal((await region.get(noah, "amara")).status, 200);
    await region.later({ hours: 24 * 60 });
    refused(await region.get(noah, "amara"));
  });
});

describe("what an adversary tried", () => {
  const empty = { "until-day": "", "until-month": "", "until-year": "" };
  const codes = async (subjectId: string) =>
    await region.db.selectFrom("sign_in_name").select("subject_id").where("person_id", "=", subjectId).execute();

  test("a guardian who writes down another address for a child makes no way to sign in as the child", async () => {
    const details = `${noah}/details`;
    const fields = { telephone: "", email: "joy-evil@example.org", address: "28 Kittiwake Avenue", language: "en" };
    assert.equal((await region.send(details, fields, "joy")).location, `${details}?done=1`);
    assert.deepEqual(await codes(personIds.noah), []);
    assert.equal((await region.send(details, { ...fields, email: "noah@example.org" }, "noah")).status, 303);
    assert.equal((await codes(personIds.noah)).length, 1, "his own address is his own way in");
    await region.send(details, fields, "joy");
    assert.deepEqual(await codes(personIds.noah), [], "and ends when somebody else changes it");
  });

  test("nobody joins a record with their own, nor a member of staff's with a citizen's", async () => {
    const own = `/people/${personIds.rhiannon}/records`;
    const joined = await region.send(own, { other: personIds.tom }, "rhiannon");
    assert.equal(joined.status, 422);
    assert.match(joined.text, /You cannot join a record with your own/);
    refused(await region.get(`${page("tom")}/looks`, "rhiannon"));
    const staff = await region.send(`${page("tom")}/records`, { other: personIds.amara }, "rhiannon");
    assert.match(staff.text, /This is a member of staff/);
  });

  test("an officer's own case is a colleague's: no guardianship for oneself, no ban of one's own lifted", async () => {
    const record = `${page("tom")}/relationships/record`;
    const guardian = { bond: "guardian", holder: personIds.rhiannon, evidence: "court-order", ...empty };
    const answer = await region.send(record, guardian, "rhiannon");
    assert.equal(answer.status, 422);
    assert.match(answer.text, /This is your own case/);
  });

  test("a grown-up gets a guardian by an order alone, and a child's guardian until the child is sixteen", async () => {
    const grown = { bond: "guardian", holder: personIds.kemi, evidence: "seen-in-person", ...empty };
    const answer = await region.send(`${page("tom")}/relationships/record`, grown, "rhiannon");
    assert.equal(answer.status, 422);
    assert.match(answer.text, /sixteen or older/);
    const child = { ...grown, evidence: "birth-certificate" };
    assert.equal((await region.send(`${noah}/relationships/record`, child, "rhiannon")).status, 303);
    const seen = await region.get(`${noah}/relationships`, "rhiannon");
    assert.match(seen.text, /Kemi Abiola Guardian: sees the whole record \d+ \w+ 2025 to 28 February 2032/);
    await region.send(
      `${noah}/relationships`,
      fieldsOf(seen.html, /End this Kemi Abiola/),
      "rhiannon",
      `${noah}/relationships/end`,
    );
  });

  test("another's invitation is not taken over by the id of its form", async () => {
    const invite = (key: Key) => `${page(key)}/relationships/invite`;
    const id = randomUUID();
    const fields = { id, name: "Bob", email: "bob@example.org", covers: "promises", ...empty };
    assert.equal((await region.send(invite("tom"), fields, "tom")).status, 303);
    const theft = { ...fields, name: "Mallory", email: "mallory@evil.example" };
    assert.equal((await region.send(invite("gwenllian"), theft, "gwenllian")).status, 303);
    assert.match((await region.get(`${page("tom")}/relationships`, "tom")).text, /You invited Bob/);
    assert.doesNotMatch((await region.get(`${page("tom")}/relationships`, "tom")).text, /Mallory/);
    const again = await region.send(invite("tom"), { ...fields, name: "Robert" }, "tom");
    assert.equal(again.status, 303);
    assert.match(
      (await region.get(`${page("tom")}/relationships`, "tom")).text,
      /You invited Bob/,
      "the first sending counts",
    );
  });

  test("words once written stay as they are, and an id of one's own choosing is not taken", async () => {
    const emergency = `${page("tom")}/emergency`;
    const id = randomUUID();
    const first = { id, cause: "life-at-risk", words: "He collapsed in the street" };
    assert.equal((await region.send(emergency, first, "amara")).status, 303);
    await region.send(emergency, { ...first, words: "Something else altogether" }, "amara");
    const looks = (await region.get(`${page("tom")}/looks`, "tom")).text;
    assert.doesNotMatch(looks, /Something else/);
    const ask = link((await region.get(`${page("tom")}/looks`, "tom")).html, /Ask why/);
    assert.equal((await region.send(ask, { id: "q1-answer", words: "I am the manager" }, "tom")).status, 422);
  });

  test("what does not exist is not said to have ended", async () => {
    const relationships = `${page("ines")}/relationships`;
    const fields = { kind: "relationship", what: "no-such-thing", id: randomUUID() };
    const answer = await region.send(relationships, fields, "ines", `${relationships}/end`);
    assert.equal(answer.location, relationships);
  });

  test("who is shut off is not told so by the page of looks, nor by what an officer did", async () => {
    const bar = { kind: "court-order", holder: personIds.joy, covers: "promises", ...empty };
    assert.equal((await region.send(`${noah}/relationships/bar`, bar, "rhiannon")).status, 303);
    refused(await region.get(noah, "joy"));
    const looks = (await region.get(`${noah}/looks?own=1`, "joy")).text;
    assert.doesNotMatch(looks, /shut off|proves who/);
    assert.doesNotMatch(looks, /saw the promises/, "looks at what she may not see are not hers to read");
    const seen = await region.get(`${noah}/relationships`, "rhiannon");
    const forms = [...seen.html.matchAll(/<form[^]*?<\/form>/g)].map(([form]) => form);
    const ban = forms.find((form) => form.includes('value="ban"')) ?? "";
    await region.send(`${noah}/relationships`, fieldsOf(ban, /End this/), "rhiannon", `${noah}/relationships/end`);
    assert.equal((await region.get(noah, "joy")).status, 200);
  });

  test("a guardian reads neither a child's own questions nor when the child looked", async () => {
    await region.get(noah, "leon");
    await region.get(noah, "noah");
    const ask = link((await region.get(`${noah}/looks`, "noah")).html, /Ask why: Leon Brightwater/);
    assert.equal((await region.send(ask, { words: "I am afraid at home" }, "noah")).status, 303);
    const read = (await region.get(`${noah}/looks`, "joy")).text;
    assert.doesNotMatch(read, /afraid|Noah Fairweather, themselves/);
    assert.match((await region.get(`${noah}/looks`, "noah")).text, /I am afraid at home/);
  });

  test("an emergency that is kept from view is told nowhere else: not among who may act, nor among what was sent", async () => {
    const words = "A neighbour rang: he was alone and hurt";
    assert.equal((await region.send(`${noah}/emergency`, { cause: "safeguarding", words }, "amara")).status, 303);
    assert.equal((await region.get(noah, "amara")).status, 200);
    const sent = /Somebody opened your record|opened your record in an emergency/i;
    const messages = async () => (await region.get(`${noah}/messages`, "joy")).text;
    const before = (await messages()).split(sent).length;
    assert.ok(before > 1, await messages());
    const form = await region.get(`${noah}/withhold`, "amara");
    const look = /name="look"[^>]*value="([^"]+)"/.exec(form.html)?.[1] ?? assert.fail(form.text);
    const until = region.today().add({ days: 60 });
    const review = {
      "review-day": String(until.day),
      "review-month": String(until.month),
      "review-year": String(until.year),
    };
    const why = { look, words: "Whoever is at home would take it out on him", ...review };
    assert.equal((await region.send(`${noah}/withhold`, why, "amara")).status, 200);
    const waiting = await region.get("/staff/withholdings", "siobhan");
    const approve = { ...fieldsOf(waiting.html, /Agree/), answer: "approve" };
    await region.send("/staff/withholdings", approve, "siobhan", "/staff/withholdings/decide");
    assert.doesNotMatch((await region.get(`${noah}/looks`, "joy")).text, /neighbour rang/);
    assert.doesNotMatch((await region.get(`${noah}/relationships`, "joy")).text, /Amara|emergency/i);
    assert.equal((await messages()).split(sent).length, before - 1);
  });

  test("whoever leaves takes no family along", async () => {
    const leon = `/staff/people/${personIds.leon}`;
    const seen = await region.get(leon, "femi");
    await region.send(leon, fieldsOf(seen.html, /End this: Front-line staff/), "femi", `${leon}/end`);
    await region.later({ minutes: 1 });
    refused(await region.get(noah, "leon"));
    const team = { kind: "cover", target: personIds.leon, "end-day": "30", "end-month": "12", "end-year": "2025" };
    const amara = `/staff/people/${personIds.amara}`;
    assert.equal(
      (await region.send(amara, team, "femi", `${amara}/memberships`)).status,
      422,
      "nobody stands in for him",
    );
  });

  test("an administrator gives themselves no post", async () => {
    const femi = `/staff/people/${personIds.femi}`;
    const fields = { role: "clinician", organisation: "", service: "", area: "NS", ...empty };
    const answer = await region.send(femi, fields, "femi", `${femi}/posts`);
    assert.equal(answer.status, 422);
    assert.match(answer.text, /You cannot give yourself a post/);
    refused(await region.get(noah, "femi"));
  });
});
