/** The OpenAPI document: by the rules of OpenAPI 3.1, and true. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { Ajv2020 } from "ajv/dist/2020.js";
import fc from "fast-check";
import { withTestDatabase } from "../../../tests/harness/database.ts";
import { basic, machineSite, type MachineSite } from "../../../tests/harness/machines.ts";
import { putDirectory, putInstallation } from "../../core/directory/index.ts";
import type { Database } from "../../core/database/index.ts";
import { openApiDocument } from "./openapi.ts";

type Schema = Record<string, unknown>;
type Media = { readonly schema: Schema; readonly "x-line-schema"?: Schema; readonly example?: string };
type Described = {
  readonly operationId: string;
  readonly parameters?: readonly { name: string; in: string; required: boolean; schema: Schema }[];
  readonly requestBody?: { readonly content: Record<string, Media> };
  readonly responses: Record<string, { readonly description: string; readonly content?: Record<string, Media> }>;
  readonly security: readonly Record<string, readonly string[]>[];
};
type Document = {
  readonly paths: Record<string, Record<string, Described>>;
  readonly components: { readonly schemas: Record<string, Schema>; readonly securitySchemes: Record<string, Schema> };
};

/** What OpenAPI 3.1.1 (section 4.8) demands of the parts that the document uses. */
const media = {
  type: "object",
  minProperties: 1,
  propertyNames: { pattern: "^[a-z]+/[a-zA-Z0-9.+-]+(;\\s*[a-z]+=.+)?$" },
  additionalProperties: {
    type: "object",
    required: ["schema"],
    properties: { schema: { type: ["object", "boolean"] }, example: true },
    patternProperties: { "^x-": true },
    additionalProperties: false,
  },
};
const RULES = {
  type: "object",
  required: ["openapi", "info", "paths"],
  properties: {
    openapi: { type: "string", pattern: "^3\\.1\\.\\d+$" },
    info: {
      type: "object",
      required: ["title", "version"],
      properties: {
        title: { type: "string" },
        summary: { type: "string" },
        description: { type: "string" },
        version: { type: "string" },
      },
      additionalProperties: false,
    },
    servers: { type: "array", items: { type: "object", required: ["url"] } },
    paths: {
      type: "object",
      propertyNames: { pattern: "^/" },
      additionalProperties: {
        type: "object",
        propertyNames: { enum: ["get", "put", "post", "delete", "options", "head", "patch", "trace"] },
        additionalProperties: {
          type: "object",
          required: ["operationId", "responses"],
          properties: {
            operationId: { type: "string" },
            summary: { type: "string" },
            description: { type: "string" },
            security: {
              type: "array",
              items: { type: "object", additionalProperties: { type: "array", items: { type: "string" } } },
            },
            parameters: {
              type: "array",
              items: {
                type: "object",
                required: ["name", "in", "schema"],
                properties: {
                  name: { type: "string" },
                  in: { enum: ["path", "query", "header", "cookie"] },
                  required: { type: "boolean" },
                  schema: { type: "object" },
                },
                anyOf: [
                  { properties: { in: { not: { const: "path" } } } },
                  { required: ["required"], properties: { required: { const: true } } },
                ],
                additionalProperties: false,
              },
            },
            requestBody: {
              type: "object",
              required: ["content"],
              properties: { required: { type: "boolean" }, content: media },
              additionalProperties: false,
            },
            responses: {
              type: "object",
              minProperties: 1,
              propertyNames: { pattern: "^([1-5]\\d\\d|[1-5]XX|default)$" },
              additionalProperties: {
                type: "object",
                required: ["description"],
                properties: { description: { type: "string" }, headers: { type: "object" }, content: media },
                additionalProperties: false,
              },
            },
          },
          additionalProperties: false,
        },
      },
    },
    components: {
      type: "object",
      properties: { schemas: { type: "object" }, securitySchemes: { type: "object" } },
      additionalProperties: false,
    },
  },
  additionalProperties: false,
};

async function documentOf({ app }: MachineSite): Promise<Document> {
  const answer = await app.request("/api/openapi.json");
  assert.equal(answer.status, 200);
  return (await answer.json()) as Document;
}

function operationsOf({ paths }: Document) {
  return Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({ path, method, operation })),
  );
}

describe("the document", () => {
  test("keeps the rules of OpenAPI 3.1", async () => {
    await withTestDatabase(async (db) => {
      const document = await documentOf(machineSite(db));
      const ajv = new Ajv2020({ strict: false, allErrors: true, formats: { date: true } });
      assert.ok(ajv.validate(RULES, document), ajv.errorsText());
      const operations = operationsOf(document);
      assert.equal(new Set(operations.map(({ operation }) => operation.operationId)).size, operations.length);
      for (const { path, operation } of operations) {
        const inPath = [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name);
        const described = (operation.parameters ?? []).flatMap((each) => (each.in === "path" ? [each.name] : []));
        assert.deepEqual(new Set<unknown>(described), new Set<unknown>(inPath), path);
        for (const needed of operation.security)
          for (const name of Object.keys(needed)) assert.ok(name in document.components.securitySchemes, name);
      }
      const references = [...JSON.stringify(document).matchAll(/"\$ref":"#\/components\/schemas\/(\w+)"/g)];
      for (const [, name] of references) assert.ok(name !== undefined && name in document.components.schemas);
      for (const schema of schemasOf(document)) assert.ok(new Ajv2020({ strict: false }).validateSchema(schema));
    });
  });

  test("names every route that is not a page", async () => {
    await withTestDatabase(async (db) => {
      const site = machineSite(db);
      const described = new Set(
        operationsOf(await documentOf(site)).map(({ path, method }) => `${method.toUpperCase()} ${path}`),
      );
      const forPrograms = site.app.routes
        .filter(({ method, path }) => method !== "ALL" && /^\/oauth\/|^\/api\/|\.(?:csv|json)$/.test(path))
        .map(({ method, path }) => `${method} ${path.replaceAll(/:(\w+)/g, "{$1}")}`);
      assert.ok(forPrograms.length >= 7);
      for (const each of forPrograms) assert.ok(described.has(each), `${each} is not described`);
    });
  });

  test("cannot describe a route that is not there, or one twice", () => {
    const operation = { route: "x", summary: "", description: "", answers: {} };
    assert.throws(() => openApiDocument({ bodyName: "", routes: [], operations: [operation] }), /names no route/);
  });
});

function schemasOf(document: Document): readonly Schema[] {
  return operationsOf(document).flatMap(({ operation }) =>
    [
      ...Object.values(operation.requestBody?.content ?? {}),
      ...Object.values(operation.responses).flatMap(({ content }) => Object.values(content ?? {})),
    ].flatMap((each) => [each.schema, ...(each["x-line-schema"] === undefined ? [] : [each["x-line-schema"]])]),
  );
}

/** Values by a schema: mostly as it says, now and then something else. */
function valueOf(schema: Schema): fc.Arbitrary<unknown> {
  if ("const" in schema) return fc.constant(schema["const"]);
  if (Array.isArray(schema["enum"])) return fc.constantFrom(...(schema["enum"] as unknown[]));
  switch (schema["type"]) {
    case "string":
      return fc.oneof(
        fc.string({ maxLength: 20 }),
        fc.constantFrom("R-1", "referral-received", "2025-01-06", "N1", "homes"),
      );
    case "object": {
      const properties = Object.entries((schema["properties"] ?? {}) as Record<string, Schema>);
      return fc.record(Object.fromEntries(properties.map(([name, of]) => [name, valueOf(of)])), {
        requiredKeys: (schema["required"] ?? []) as string[],
      });
    }
    default:
      return fc.jsonValue();
  }
}

async function withPlace(db: Database): Promise<void> {
  const nothing = { areaCode: "N1", telephone: null, webAddress: null };
  await putDirectory(db, {
    areas: [{ code: "N1", name: "North", kind: "council", parentCode: null }],
    organisations: [{ id: "north", name: "North", kind: "council", ...nothing }],
    services: [
      {
        id: "homes",
        organisationId: "north",
        name: "Homes",
        kind: "housing",
        areaCode: "N1",
        telephone: null,
        bookingUrl: null,
        cancelUrl: null,
      },
    ],
  });
  await putInstallation(db, {
    bodyName: "Northshore",
    kind: "demonstration",
    timeZone: "Europe/London",
    country: "GB",
    telephone: null,
    webAddress: null,
    createdAt: Temporal.Instant.from("2025-01-01T00:00:00Z"),
  });
}

test("every operation answers as it is described, whatever is sent", async () => {
  await withTestDatabase(async (db) => {
    await withPlace(db);
    const site = machineSite(db);
    const machine = await site.addMachine();
    const token = await site.tokenFor(machine);
    const document = await documentOf(site);
    const ajv = new Ajv2020({ strict: false, allErrors: true });
    ajv.addSchema({ $id: "document", components: document.components });
    const judge = (schema: Schema) =>
      ajv.compile(JSON.parse(JSON.stringify(schema).replaceAll('"#/components', '"document#/components')) as Schema);
    const statuses = new Set<string>();
    for (const { path, method, operation } of operationsOf(document)) {
      const [mediaType, body] = Object.entries(operation.requestBody?.content ?? {})[0] ?? [];
      const one = valueOf(body?.["x-line-schema"] ?? body?.schema ?? {});
      const input = fc.record({
        parameters: fc.tuple(
          ...(operation.parameters ?? []).map(({ schema }) =>
            fc.oneof(fc.constantFrom("N1", "homes"), valueOf(schema)),
          ),
        ),
        body: fc.oneof(
          {
            weight: 6,
            arbitrary:
              body?.["x-line-schema"] === undefined
                ? one.map((value) => encoded(value, mediaType))
                : fc.array(one, { maxLength: 4 }).map((rows) => rows.map((row) => `${JSON.stringify(row)}\n`).join("")),
          },
          { weight: 1, arbitrary: fc.string() },
        ),
        authorization: fc.constantFrom(`Bearer ${token}`, `Bearer ${token}`, basic(machine), "Bearer no", undefined),
        type: fc.oneof(
          { weight: 8, arbitrary: fc.constant(mediaType) },
          { weight: 1, arbitrary: fc.constantFrom("text/plain", undefined) },
        ),
      });
      // Chance need not find the answers that matter most.
      const good = {
        parameters: ["N1", "homes"].slice(0, operation.parameters?.length ?? 0),
        body: body?.example ?? "grant_type=client_credentials",
        authorization: operation.operationId === "api.token" ? basic(machine) : `Bearer ${token}`,
        type: mediaType,
      };
      const examples: [typeof good | (Omit<typeof good, "authorization"> & { authorization: undefined })][] = [
        [good],
        [{ ...good, type: "text/plain" }],
        [{ ...good, authorization: undefined }],
        [{ ...good, parameters: good.parameters.map(() => "none") }],
      ];
      const judges = new Map<string, ReturnType<typeof judge>>();
      await fc.assert(
        fc.asyncProperty(input, async (given) => {
          let address = path;
          for (const [index, { name }] of (operation.parameters ?? []).entries())
            address = address.replace(`{${name}}`, encodeURIComponent(String(given.parameters[index])) || "x");
          if (new URL(address, "http://localhost").pathname !== address) return; // `..` leads to another address
          const answer = await site.app.request(address, {
            method: method.toUpperCase(),
            headers: {
              ...(given.authorization === undefined ? {} : { authorization: given.authorization }),
              ...(given.type === undefined || mediaType === undefined ? {} : { "content-type": given.type }),
            },
            ...(mediaType === undefined ? {} : { body: given.body }),
          });
          statuses.add(`${operation.operationId} ${answer.status}`);
          assert.ok(answer.status < 500, `${operation.operationId} ${answer.status}`);
          const described = operation.responses[String(answer.status)];
          assert.ok(
            described !== undefined,
            `${operation.operationId} answers ${answer.status}, which is not described`,
          );
          const sent = (answer.headers.get("content-type") ?? "").replaceAll(" ", "");
          const found = Object.entries(described.content ?? {}).find(([type]) => sent.startsWith(type));
          assert.ok(
            found !== undefined,
            `${operation.operationId} ${answer.status} comes as ${sent}, not as described`,
          );
          const key = `${answer.status}`;
          if (!judges.has(key)) judges.set(key, judge(found[1]["x-line-schema"] ?? found[1].schema));
          const fits = judges.get(key) as ReturnType<typeof judge>;
          for (const value of decoded(await answer.text(), found[0]))
            assert.ok(fits(value), `${JSON.stringify(value).slice(0, 300)}: ${ajv.errorsText(fits.errors)}`);
        }),
        { numRuns: 30, examples },
      );
    }
    assert.deepEqual(site.failures, []);
    for (const each of [
      "api.facts 200",
      "api.facts 401",
      "api.facts 415",
      "api.token 200",
      "api.token 401",
      "guarantees.place.json 200",
      "guarantees.place.json 404",
    ])
      assert.ok(statuses.has(each), `${each} never came: ${[...statuses].join(", ")}`);
  });
});

function encoded(value: unknown, mediaType: string | undefined): string {
  if (mediaType !== "application/x-www-form-urlencoded") return JSON.stringify(value) ?? "";
  return new URLSearchParams(value as Record<string, string>).toString();
}

function decoded(text: string, mediaType: string): readonly unknown[] {
  if (mediaType.includes("ndjson"))
    return text
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line) as unknown);
  return [mediaType.includes("json") ? (JSON.parse(text) as unknown) : text];
}
