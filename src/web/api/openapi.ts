/**
 * The description of what is for programs, as an OpenAPI 3.1 document, made of the routes themselves: address, method,
 * parameters and scope are the route's own, bodies and answers are the zod schemas of its operation. Pure.
 */
import { z } from "zod";
import { SCOPES } from "../../core/machines/index.ts";
import type { AnyRoute } from "../route.ts";
import type { Answer, Body, Operation } from "./operation.ts";
import { TOKEN_PATH } from "./paths.ts";

type Json = { readonly [name: string]: unknown };

export type OpenApiRequest = {
  readonly bodyName: string;
  readonly routes: readonly AnyRoute[];
  readonly operations: readonly Operation[];
};

/** @throws when an operation names a route that is not there, or two name one. */
export function openApiDocument({ bodyName, routes, operations }: OpenApiRequest): Json {
  const paths: Record<string, Record<string, unknown>> = {};
  const seen = new Set<string>();
  for (const operation of operations) {
    const found = routes.find((route) => route.name === operation.route);
    if (found === undefined || seen.has(operation.route))
      throw new Error(
        `The operation "${operation.route}" names ${found === undefined ? "no route" : "a route twice"}.`,
      );
    seen.add(operation.route);
    const path = found.path.replaceAll(/:(\w+)/g, "{$1}");
    paths[path] = { ...paths[path], [found.method.toLowerCase()]: operationOf(found, operation) };
  }
  return {
    openapi: "3.1.1",
    info: {
      title: `Handrail at ${bodyName}`,
      summary: "What programs of other systems can send and read.",
      description:
        "Made from the routes of the site. Text is UTF-8. A request that is refused is answered by a problem document (RFC 9457), except at the token's address, which answers as RFC 6749 says.",
      version: "1",
    },
    servers: [{ url: "/", description: "This site" }],
    paths,
    components: {
      schemas: { Problem: schemaOf(problem, "output") },
      securitySchemes: {
        machine: {
          type: "oauth2",
          description: "A token for a program, from its id and secret.",
          flows: { clientCredentials: { tokenUrl: TOKEN_PATH, scopes: SCOPES } },
        },
        client: { type: "http", scheme: "basic", description: "The program's id and secret." },
      },
    },
  };
}

function operationOf(route: AnyRoute, operation: Operation): Json {
  const parameters = parametersOf(route);
  return {
    operationId: route.name,
    summary: operation.summary,
    description: operation.description,
    ...(parameters.length === 0 ? {} : { parameters }),
    ...(operation.body === undefined
      ? {}
      : { requestBody: { required: true, content: { [operation.body.mediaType]: bodyOf(operation.body) } } }),
    responses: { ...refusalsOf(route), ...mapValues(operation.answers, answerOf) },
    security: securityOf(route, operation),
  };
}

/** No security at all is an empty list: anybody. For the token: the header, or the fields of the body. */
function securityOf({ access }: AnyRoute, { secured }: Operation): readonly Json[] {
  if (secured === "client") return [{ client: [] }, {}];
  return access.kind === "machine" && access.scope !== null ? [{ machine: [access.scope] }] : [];
}

function parametersOf({ input }: AnyRoute): readonly Json[] {
  return (["params", "query"] as const).flatMap((place) => {
    const schema = input?.[place];
    if (schema === undefined) return [];
    const json = schemaOf(schema, "input");
    const required = new Set((json["required"] ?? []) as readonly string[]);
    return Object.entries((json["properties"] ?? {}) as Readonly<Record<string, Json>>).map(([name, of]) => ({
      name,
      in: place === "params" ? "path" : "query",
      required: place === "params" || required.has(name),
      schema: of,
    }));
  });
}

/** One line of NDJSON is described beside the whole: before OpenAPI 3.2 a sequence had no words of its own. */
function bodyOf({ mediaType, schema, eachLine, example }: Body): Json {
  const json = schemaOf(schema, "input");
  return {
    schema: eachLine === true ? lines(mediaType) : json,
    ...(eachLine === true ? { "x-line-schema": json } : {}),
    ...(example === undefined ? {} : { example }),
  };
}

function answerOf({ says, content }: Answer): Json {
  if (content === undefined) return { description: says };
  return {
    description: says,
    content: Object.fromEntries(
      Object.entries(content).map(([mediaType, of]) => {
        if (Array.isArray(of)) {
          return [
            mediaType,
            { schema: lines(mediaType), "x-line-schema": { oneOf: of.map((each) => schemaOf(each, "output")) } },
          ];
        }
        if ("text" in of && typeof of.text === "string") {
          return [mediaType, { schema: { type: "string", description: of.text } }];
        }
        return [mediaType, { schema: schemaOf(of as z.ZodType, "output") }];
      }),
    ),
  };
}

function lines(mediaType: string): Json {
  return {
    type: "string",
    contentMediaType: mediaType,
    description: "One JSON object a line; x-line-schema describes it.",
  };
}

const problem = z
  .object({
    title: z.string(),
    status: z.int(),
    detail: z.string().describe("What is wrong with this request, and what to do."),
    reference: z.string().optional().describe("Names a failure of ours in the site's log."),
  })
  .describe("A problem document (RFC 9457).");

const PROBLEM = { "application/problem+json": { schema: { $ref: "#/components/schemas/Problem" } } };

/** What every route for machines may answer, whatever it does. */
function refusalsOf({ access }: AnyRoute): Json {
  if (access.kind !== "machine") return {};
  const header = (description: string) => ({
    headers: { "WWW-Authenticate": { description, schema: { type: "string" } } },
  });
  return {
    ...(access.scope === null
      ? {}
      : {
          401: {
            description: "The token is missing, over, or not ours.",
            ...header("Bearer, RFC 6750"),
            content: PROBLEM,
          },
          403: { description: "The program has not the scope.", ...header("Bearer, RFC 6750"), content: PROBLEM },
          413: { description: "The body is larger than is taken.", content: PROBLEM },
          415: { description: "The body is not of the type described.", content: PROBLEM },
        }),
    500: { description: "Something went wrong on our side.", content: PROBLEM },
  };
}

function schemaOf(schema: z.ZodType, io: "input" | "output"): Json {
  const { $schema: _, ...json } = z.toJSONSchema(schema, { io, unrepresentable: "any" });
  return json;
}

function mapValues<From, To>(object: Readonly<Record<string, From>>, change: (from: From) => To): Record<string, To> {
  return Object.fromEntries(Object.entries(object).map(([name, value]) => [name, change(value)]));
}
