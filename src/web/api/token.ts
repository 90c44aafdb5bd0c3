/** Where a program asks for a token: OAuth 2.0, the client credentials grant (RFC 6749 section 4.4). */
import { z } from "zod";
import type { Database } from "../../core/database/index.ts";
import {
  createAttempts,
  isScope,
  issueToken,
  machineOfSecret,
  SCOPES,
  TOKEN_LIFETIME_SECONDS,
  type MachineClient,
  type Scope,
} from "../../core/machines/index.ts";
import { addressOf } from "../address.ts";
import { route, type AnyRoute } from "../route.ts";
import { basicCredentials, type Credentials } from "./credentials.ts";
import type { Operation } from "./operation.ts";
import { TOKEN_PATH } from "./paths.ts";

export type TokenTools = {
  readonly db: Database;
  readonly tokenKey: Uint8Array;
  /** Proxies of our own before the site. */
  readonly proxies: number;
};

const LARGEST_BODY_BYTES = 10_000;

/** Every refusal says the same of client and secret: which of them was wrong is nobody else's business. */
type TokenError = {
  readonly status: 400 | 401 | 413 | 429;
  readonly error: "invalid_request" | "invalid_client" | "unsupported_grant_type" | "invalid_scope" | "slow_down";
  readonly says: string;
  readonly headers?: Readonly<Record<string, string>>;
};

export function tokenRoute({ db, tokenKey, proxies }: TokenTools): AnyRoute {
  const attempts = createAttempts();
  return route({
    name: "api.token",
    method: "POST",
    path: TOKEN_PATH,
    access: { kind: "machine", scope: null },
    audit: { kind: "none", why: "lets a program in, opens nobody's record" },
    input: null,
    largestBody: LARGEST_BODY_BYTES,
    handle: async ({ request, now }) => {
      const form = await readForm(request);
      if ("error" in form) return refuse(form);
      const credentials = readCredentials(request, form.values);
      if ("error" in credentials) return refuse(credentials);
      const asked = readGrant(form.values);
      if ("error" in asked) return refuse(asked);

      const attempt = { ...credentials, address: addressOf(request, proxies) };
      const seconds = attempts.wait(attempt, now);
      if (seconds !== null) return refuse(tooMany(seconds));
      const client = await machineOfSecret(db, credentials.clientId, credentials.secret, now);
      if (client === null) {
        attempts.failed(attempt, now);
        return refuse(NOT_KNOWN);
      }
      attempts.succeeded(attempt);
      const scopes = scopesGiven(asked.scopes, client);
      return "error" in scopes ? refuse(scopes) : give(await issueToken(tokenKey, client.id, now), scopes.given);
    },
  });
}

type FormValues = ReadonlyMap<string, string>;

async function readForm(request: Request): Promise<{ readonly values: FormValues } | TokenError> {
  const type = request.headers.get("content-type")?.split(";")[0]?.trim().toLowerCase();
  if (type !== "application/x-www-form-urlencoded") {
    return invalid("Send the fields as application/x-www-form-urlencoded.");
  }
  const body = await readUpTo(request, LARGEST_BODY_BYTES);
  if (body === null) {
    return { status: 413, error: "invalid_request", says: `At most ${LARGEST_BODY_BYTES} bytes are taken here.` };
  }
  const values = new Map<string, string>();
  for (const [name, value] of new URLSearchParams(body)) {
    // RFC 6749 section 3.2: no parameter more than once, and an empty one counts as absent.
    if (values.has(name)) return invalid(`The field ${readable(name)} came twice.`);
    values.set(name, value);
  }
  for (const [name, value] of values) if (value === "") values.delete(name);
  return { values };
}

/** The body as text, or null when it is longer than that. */
async function readUpTo(request: Request, bytes: number): Promise<string | null> {
  if (request.body === null) return "";
  const parts: Uint8Array[] = [];
  let size = 0;
  for await (const part of request.body) {
    size += part.length;
    if (size > bytes) return null;
    parts.push(part);
  }
  return Buffer.concat(parts).toString("utf8");
}

function readCredentials(request: Request, values: FormValues): Credentials | TokenError {
  const header = request.headers.get("authorization");
  const clientId = values.get("client_id");
  const secret = values.get("client_secret");
  if (header === null) {
    return clientId === undefined || secret === undefined ? NOT_KNOWN : { clientId, secret };
  }
  if (secret !== undefined)
    return invalid("Send id and secret once: in the Authorization header, or in the body, not both.");
  const basic = basicCredentials(header);
  if (basic === null) return NOT_KNOWN;
  if (clientId !== undefined && clientId !== basic.clientId) return invalid("The two client ids differ.");
  return basic;
}

function readGrant(values: FormValues): { readonly scopes: readonly string[] | null } | TokenError {
  const grant = values.get("grant_type");
  if (grant === undefined) return invalid("The field grant_type is missing: send grant_type=client_credentials.");
  if (grant !== "client_credentials") {
    return { status: 400, error: "unsupported_grant_type", says: "Only grant_type=client_credentials is given here." };
  }
  return { scopes: values.get("scope")?.split(" ") ?? null };
}

/** What was asked for, all of it or none; all that the program may do when it asked for nothing in particular. */
function scopesGiven(
  asked: readonly string[] | null,
  client: MachineClient,
): { readonly given: readonly Scope[] } | TokenError {
  if (asked === null) return { given: client.scopes };
  const given = asked.filter(isScope).filter((scope) => client.scopes.includes(scope));
  return given.length === asked.length
    ? { given }
    : {
        status: 400,
        error: "invalid_scope",
        says: `This program may ask for: ${client.scopes.join(" ")}. Leave scope out to get all of it.`,
      };
}

function give(token: string, scopes: readonly Scope[]): Response {
  return json(200, {
    access_token: token,
    token_type: "Bearer",
    expires_in: TOKEN_LIFETIME_SECONDS,
    scope: scopes.join(" "),
  });
}

const NOT_KNOWN: TokenError = {
  status: 401,
  error: "invalid_client",
  says: "Id and secret do not belong to a program that may come in. Check both, or ask the body's administrator.",
  headers: { "www-authenticate": 'Basic realm="Handrail", charset="UTF-8"' },
};

function tooMany(seconds: number): TokenError {
  return {
    status: 429,
    error: "slow_down",
    says: `Too many wrong secrets from this address. Wait ${seconds} seconds and check the secret before you try again.`,
    headers: { "retry-after": String(seconds) },
  };
}

function invalid(says: string): TokenError {
  return { status: 400, error: "invalid_request", says };
}

/** RFC 6749 section 5.2 allows printable ASCII without `"` and `\` in a description. */
function readable(text: string): string {
  return text.replaceAll(/[^\x20-\x21\x23-\x5b\x5d-\x7e]/g, "?").slice(0, 40);
}

function refuse({ status, error, says, headers }: TokenError): Response {
  return json(status, { error, error_description: says }, headers);
}

function json(status: number, body: object, headers: Readonly<Record<string, string>> = {}): Response {
  return new Response(`${JSON.stringify(body)}\n`, {
    status,
    // RFC 6749 section 5.1: neither browsers nor proxies keep it.
    headers: { "content-type": "application/json", "cache-control": "no-store", pragma: "no-cache", ...headers },
  });
}

const tokenFields = z.strictObject({
  grant_type: z.literal("client_credentials").describe("The only grant there is."),
  scope: z
    .enum(Object.keys(SCOPES) as [Scope, ...Scope[]])
    .optional()
    .describe("All that the program may do, when absent."),
  client_id: z.string().max(100).optional().describe("The id, when it is not in the Authorization header."),
  client_secret: z.string().max(100).optional().describe("The secret, when it is not in the Authorization header."),
});

const tokenAnswer = z.object({
  access_token: z.string().describe("Send it as `Authorization: Bearer` with each request."),
  token_type: z.literal("Bearer").describe("How it is sent."),
  expires_in: z.int().describe("How long it lasts, in seconds."),
  scope: z.string().describe("What it is for, parted by spaces."),
});

const tokenError = z.object({
  error: z.enum(["invalid_request", "invalid_client", "unsupported_grant_type", "invalid_scope", "slow_down"]),
  error_description: z.string(),
});

const errorContent = { "application/json": tokenError };

export const tokenOperation: Operation = {
  route: "api.token",
  summary: "Ask for a token",
  description:
    "The client credentials grant of OAuth 2.0 (RFC 6749, section 4.4). Send the id and the secret in the Authorization header (Basic) or as fields.",
  secured: "client",
  body: { mediaType: "application/x-www-form-urlencoded", schema: tokenFields },
  answers: {
    200: { says: "A token, for ten minutes.", content: { "application/json": tokenAnswer } },
    400: { says: "A field is missing, came twice, or asks for what is not given.", content: errorContent },
    401: { says: "Id and secret do not belong to a program that may come in.", content: errorContent },
    413: { says: "The body is too long.", content: errorContent },
    429: { says: "Too many wrong secrets from this address; Retry-After says for how long.", content: errorContent },
  },
};
