/** Whatever is sent to whichever address, the site answers with a page: nothing a visitor writes makes it fail. */
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import fc from "fast-check";
import { z } from "zod";
import { personIds } from "../../seeds/standing.ts";
import { newId } from "../../src/core/ids.ts";
import type { AnyRoute } from "../../src/web/route.ts";
import { OPEN_QUESTION, openRegion, type Region, SEEN_LOOK } from "../harness/region.ts";

let region: Region;
const asked: Asked[] = [];
before(async () => {
  region = await openRegion();
  for (const route of region.routes) asked.push(await openedBySomebody(route));
});
after(() => region.close());

/** Who asks and whose record; the first pair that a route is open to is the one it is asked by. */
const PAIRS: readonly { readonly by: string | null; readonly of: string }[] = [
  { by: personIds.rhiannon, of: personIds.noah },
  { by: personIds.amara, of: personIds.ines },
  { by: personIds.leon, of: personIds.noah },
  { by: personIds.siobhan, of: personIds.ines },
  { by: personIds.femi, of: personIds.kemi },
  { by: personIds.joy, of: personIds.noah },
  { by: personIds.ines, of: personIds.ines },
  { by: null, of: personIds.tom },
];

/** A route, who asks it, and every place in a request to it that takes text. */
type Asked = {
  readonly route: AnyRoute;
  readonly by: string | null;
  readonly of: string;
  readonly params: readonly string[];
  readonly query: ReadonlyMap<string, string>;
  readonly form: ReadonlyMap<string, string>;
};

/** What stands in each place instead of what belongs there; a list is a name sent again and again. */
type Sent = {
  readonly params?: Readonly<Record<string, string>>;
  readonly query?: readonly (readonly [string, string])[];
  readonly form?: readonly (readonly [string, string])[];
};

/** What a schema takes, near enough to come past it: a form whose every field is wrong would only ever meet the schema. */
function fitting(schema: z.core.$ZodType, name: string): string {
  if (schema instanceof z.ZodOptional || schema instanceof z.ZodDefault || schema instanceof z.ZodNullable)
    return fitting(schema.def.innerType, name);
  if (schema instanceof z.ZodPipe) return fitting(schema.def.in, name);
  if (schema instanceof z.ZodUnion) return fitting(schema.def.options.at(-1) ?? z.string(), name);
  if (schema instanceof z.ZodArray) return fitting(schema.def.element, name);
  if (schema instanceof z.ZodEnum) return String(schema.options[0]);
  if (schema instanceof z.ZodLiteral) return String([...schema.values][0]);
  if (schema instanceof z.ZodNumber) return "1";
  if (/email/i.test(name)) return "ann@example.org";
  if (/organisation/.test(name)) return "northshore-general";
  if (name === "other") return personIds.kemi;
  if (/holder|person|subject|reference/.test(name)) return personIds.amara;
  if (/until|review/.test(name)) return "2025-04-10";
  if (name === "occurred") return "2025-03-10";
  if (name === "telephone") return "01632 960 001";
  if (name === "promise") return "eng-rtt/treatment";
  if (/^(?:time|from|to)$/.test(name)) return "10:00";
  if (name === "service" || name === "area") return "";
  if (name === "look") return SEEN_LOOK;
  if (name === "replaces") return "";
  if (name === "case") return "story-ines-hip";
  if (name === "type") return "care-paused";
  return "some words";
}

function fieldsOf(schema: z.core.$ZodType | undefined): ReadonlyMap<string, string> {
  if (schema instanceof z.ZodPipe) return fieldsOf(schema.def.in);
  if (schema instanceof z.ZodUnion)
    return new Map(schema.def.options.flatMap((each: z.core.$ZodType) => [...fieldsOf(each)]));
  if (!(schema instanceof z.ZodObject)) return new Map();
  return new Map(
    Object.entries(schema.shape as Record<string, z.core.$ZodType>).map(([name, each]) => [name, fitting(each, name)]),
  );
}

async function openedBySomebody(route: AnyRoute): Promise<Asked> {
  const places = {
    params: [...route.path.matchAll(/:(\w+)/g)].map(([, name = ""]) => name),
    query: fieldsOf(route.input?.query),
    form: route.method === "POST" ? fieldsOf(route.input?.form) : new Map<string, string>(),
  };
  for (const pair of PAIRS) {
    const one = { route, ...pair, ...places };
    const response = await ask(one, {});
    if (
      response.status !== 403 &&
      response.status !== 401 &&
      !/^\/sign-in(?:\/again)?\?next=/.test(response.headers.get("location") ?? "")
    )
      return one;
  }
  return { route, by: null, of: personIds.tom, ...places };
}

const PARAMETERS: Readonly<Record<string, string>> = {
  id: "eng-rtt",
  areaCode: "NS-01",
  serviceId: "northshore-general.hips-and-knees",
  personId: personIds.dilys,
  look: SEEN_LOOK,
  question: OPEN_QUESTION,
};

async function ask({ route, by, of, params, query, form }: Asked, sent: Sent): Promise<Response> {
  const values = Object.fromEntries(
    params.map((name) => [name, sent.params?.[name] ?? (name === "subjectId" ? of : (PARAMETERS[name] ?? "nothing"))]),
  );
  const path = route.path.replaceAll(/:(\w+)/g, (_, name: string) =>
    encodeURIComponent((values[name] ?? "").toWellFormed()),
  );
  const asText = (fitting: ReadonlyMap<string, string>, instead: Sent["query"] = []) => {
    const named = new Set(instead.map(([name]) => name));
    return new URLSearchParams(
      [...[...fitting].filter(([name]) => !named.has(name)), ...instead].map((pair) => [...pair]),
    );
  };
  const session = by === null ? await strangersForm() : await region.signIn(by);
  const address = `${path}?${asText(query, sent.query)}`;
  const headers = { cookie: session.cookie };
  if (route.method === "GET") return region.app.request(address, { headers });
  const body = asText(form, sent.form);
  // A form has an id of its own; one sent again would be answered as sent already.
  if (body.get("id") === form.get("id")) body.set("id", newId());
  body.set("_token", session.token);
  return region.app.request(address, { method: "POST", body, headers });
}

let stranger: { readonly cookie: string; readonly token: string } | null = null;
/** Who is not signed in has the form token of any page with a form. */
async function strangersForm() {
  if (stranger !== null) return stranger;
  const page = await region.app.request("/sign-in");
  const token = /name="_token" value="([^"]+)"/.exec(await page.text())?.[1] ?? "";
  return (stranger = { cookie: page.headers.get("set-cookie")?.split(";")[0] ?? "", token });
}

/** One place of a request at a time, with something else in it. */
function* oneWrong(one: Asked, value: string): Generator<readonly [string, Sent]> {
  for (const name of one.params) yield [`the parameter ${name}`, { params: { [name]: value } }];
  for (const name of [...one.query.keys(), "unknown"]) yield [`the query's ${name}`, { query: [[name, value]] }];
  yield ["a name in the query", { query: [[value, "x"]] }];
  if (one.route.method === "GET") return;
  for (const name of [...one.form.keys(), "unknown"]) yield [`the form's ${name}`, { form: [[name, value]] }];
  yield ["a name in the form", { form: [[value, "x"]] }];
}

const LONG = "x".repeat(10_000);
const HOSTILE = [
  "",
  " ",
  "a\0b",
  "\ud800",
  "\ufffe\u202e",
  LONG,
  "é".repeat(199),
  "__proto__",
  "constructor",
  "toString",
  "9999-12-31",
  "0000-01-01",
  "-271821-04-20",
  "2025-02-30",
  "99:99",
  "99999999999999999999",
  "-1",
  "1e400",
  "NaN",
  "../../etc/passwd",
  "//evil.example",
  "%",
  "%00",
  "' or 1=1 --",
  "{{ 7 * 7 }}",
  "<script>",
  "[]",
  '{"a":1}',
  "a\r\nb: c",
  "person-noah-fairweather",
];
const DATES = [
  ["31", "12", "9999"],
  ["1", "1", "0"],
  ["1", "1", "0000"],
  ["-1", "1e1", "٢٠٢٥"],
  ["1", "1", "275761"],
  [LONG, "", "\0"],
] as const;

const describeSent = ({ route, by }: Asked, sent: unknown) =>
  `${route.method} ${route.path} by ${by ?? "nobody"} with ${JSON.stringify(sent).slice(0, 300)}`;

describe("whatever is sent", () => {
  test("no address takes a NUL: in any parameter, query, field or name it is answered 400, in words", async () => {
    const wrong: string[] = [];
    let sent = 0;
    for (const one of asked) {
      for (const [where, request] of oneWrong(one, "a\0b")) {
        // Programs get what is wrong with their own forms as RFC 6749 says.
        if (one.route.access.kind === "machine" && request.form !== undefined) continue;
        const response = await ask(one, request);
        sent += 1;
        const inWords = /not part of any writing/.test(await response.text());
        if (response.status !== 400 || !inWords)
          wrong.push(`${one.route.method} ${one.route.path}: ${where} was answered ${response.status}`);
      }
    }
    assert.deepEqual(wrong, []);
    assert.ok(sent > 300, `only ${sent} requests were sent`);
  });

  test("no address fails, whatever stands in one of its places", async () => {
    const wrong: string[] = [];
    for (const one of asked)
      for (const value of [LONG, "9999-12-31"])
        for (const [, request] of oneWrong(one, value)) {
          const { status } = await ask(one, request);
          if (status >= 500) wrong.push(`${status}: ${describeSent(one, request)}`);
        }
    assert.deepEqual(wrong, []);
  });

  test("no address fails, whatever stands in several of its places, as often as one likes", async () => {
    const hostile = fc.oneof(
      { weight: 3, arbitrary: fc.constantFrom(...HOSTILE) },
      fc.string({ unit: "binary", maxLength: 50 }),
    );
    const field = (name: string) =>
      fc.oneof(
        hostile.map((value) => [[name, value]] as const),
        fc.tuple(hostile, hostile).map(
          ([one, other]) =>
            [
              [name, one],
              [name, other],
            ] as const,
        ),
        fc.constantFrom(...DATES).map(
          ([day, month, year]) =>
            [
              [`${name}-day`, day],
              [`${name}-month`, month],
              [`${name}-year`, year],
              [name, ""],
            ] as const,
        ),
      );
    const some = (names: readonly string[]) =>
      fc
        .uniqueArray(fc.constantFrom(...names, "__proto__", "unknown"), { maxLength: 3 })
        .chain((chosen) => fc.tuple(...chosen.map(field)).map((all) => all.flat()));
    const requests = fc.constantFrom(...asked).chain((one) =>
      fc.record({
        one: fc.constant(one),
        params:
          one.params.length === 0
            ? fc.constant({})
            : fc.oneof(
                fc.constant({}),
                hostile.map((value) => ({ [one.params.at(-1) ?? ""]: value })),
              ),
        query: some([...one.query.keys()]),
        form: some([...one.form.keys()]),
      }),
    );
    await fc.assert(
      fc.asyncProperty(requests, async ({ one, ...sent }) => {
        const { status } = await ask(one, sent);
        assert.ok(status < 500, `${status}: ${describeSent(one, sent)}`);
      }),
      { numRuns: 300, seed: 2009, endOnFailure: true },
    );
  });

  test("the routes are asked by those they are open to, so that more than their doors are tried", () => {
    // To take a passkey away one needs another; nobody here has any.
    const closed = asked.filter(
      ({ route, by }) =>
        by === null && !["public", "machine"].includes(route.access.kind) && route.name !== "sign-in.own.remove",
    );
    assert.deepEqual(
      closed.map(({ route }) => route.name),
      [],
    );
  });
});
