/**
 * A stand-in for GOV.UK Notify's API on this machine: the addresses that its client calls, with its keys, its rules and,
 * on demand, its failures. Source: Notify's REST API documentation (docs.notifications.service.gov.uk/rest-api.html).
 */
import { createHmac, randomUUID, timingSafeEqual } from "node:crypto";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

/** What a call is answered with. `dropped`: the connection breaks without an answer. */
export type StandInAnswer =
  | { readonly kind: "usual" }
  | { readonly kind: "status"; readonly status: number; readonly accepted: boolean; readonly retryAfter?: string }
  | { readonly kind: "dropped"; readonly accepted: boolean };

export interface Notification {
  readonly id: string;
  readonly reference: string | null;
  readonly type: "email" | "sms" | "letter";
  readonly to: string;
  readonly personalisation: Readonly<Record<string, string>>;
  status: string;
}

export interface NotifyStandIn {
  readonly url: string;
  readonly key: string;
  /** What it took, in order. */
  readonly taken: readonly Notification[];
  /** How it answers the next calls that hand something over; the usual way unless set. */
  answerWith(answer: (reference: string | null) => StandInAnswer): void;
  /** How it answers a question about a reference. */
  answerQuestionsWith(answer: () => StandInAnswer): void;
  close(): Promise<void>;
}

const SERVICE = "8d3f0a52-5f8e-4c5e-9d7b-0f6c1f2a7b11";
const SECRET = "c2a7e6d4-92b1-4e0f-8a53-6d1b7c9e4f20";
const TEMPLATES = [
  { id: "11111111-1111-4111-8111-111111111111", type: "email", name: "Handrail e-mail" },
  { id: "22222222-2222-4222-8222-222222222222", type: "sms", name: "Handrail text" },
  { id: "33333333-3333-4333-8333-333333333333", type: "letter", name: "Handrail letter" },
] as const;
/** Notify refuses a token made more than 30 seconds ago, or ahead. */
const TOKEN_SECONDS = 30;
const PAGE = 250;

export async function startNotify(options: { readonly templates?: readonly string[] } = {}): Promise<NotifyStandIn> {
  const taken: Notification[] = [];
  const byReference = new Map<string, Notification[]>();
  let answer: (reference: string | null) => StandInAnswer = () => ({ kind: "usual" });
  let answerQuestion: () => StandInAnswer = () => ({ kind: "usual" });
  const templates = TEMPLATES.filter((each) => options.templates?.includes(each.name) ?? true);

  const take = (type: Notification["type"], body: Body): Notification => {
    const notification: Notification = {
      id: randomUUID(),
      reference: body.reference ?? null,
      type,
      to: body.email_address ?? body.phone_number ?? Object.values(body.personalisation ?? {}).join("\n"),
      personalisation: body.personalisation ?? {},
      status: type === "letter" ? "accepted" : "created",
    };
    taken.push(notification);
    if (notification.reference !== null)
      byReference.set(notification.reference, [...(byReference.get(notification.reference) ?? []), notification]);
    return notification;
  };

  const handle = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const reply = (status: number, body: unknown, headers: Record<string, string> = {}): void => {
      response.writeHead(status, { "content-type": "application/json", ...headers });
      response.end(JSON.stringify(body));
    };
    const refuse = (status: number, error: string, message: string): void =>
      reply(status, { status_code: status, errors: [{ error, message }] });
    const text = await textOf(request);
    const refusal = tokenFault(request.headers.authorization);
    if (refusal !== null) return refuse(403, "AuthError", refusal);
    const url = new URL(request.url ?? "/", "http://notify.invalid");
    if (request.method === "GET" && url.pathname === "/v2/templates") return reply(200, { templates });
    if (request.method === "GET" && url.pathname === "/v2/notifications") {
      const reference = url.searchParams.get("reference");
      const way = answerQuestion();
      if (way.kind === "dropped") return void request.socket.destroy();
      if (way.kind === "status") return refuse(way.status, "Error", "as told");
      const found = reference === null ? taken : (byReference.get(reference) ?? []);
      return reply(200, { notifications: found.slice(0, PAGE).map(shown), links: {} });
    }
    const type = /^\/v2\/notifications\/(email|sms|letter)$/.exec(url.pathname)?.[1] as
      | Notification["type"]
      | undefined;
    if (request.method !== "POST" || type === undefined) return refuse(404, "NoResultFound", "No result found");
    const body = JSON.parse(text) as Body;
    const fault = bodyFault(type, body);
    if (fault !== null) return refuse(400, fault[0], fault[1]);
    const way = answer(body.reference ?? null);
    if (way.kind === "dropped") {
      if (way.accepted) take(type, body);
      return void request.socket.destroy();
    }
    if (way.kind === "status") {
      if (way.accepted) take(type, body);
      const headers = way.retryAfter === undefined ? {} : { "retry-after": way.retryAfter };
      return reply(
        way.status,
        {
          status_code: way.status,
          errors: [{ error: way.status === 429 ? "RateLimitError" : "Exception", message: "as told" }],
        },
        headers,
      );
    }
    const { id, reference } = take(type, body);
    reply(201, { id, reference, content: {}, uri: `/v2/notifications/${id}`, template: { id: body.template_id } });
  };

  const server = createServer((request, response) => {
    handle(request, response).catch(() => {
      response.writeHead(400);
      response.end();
    });
  });
  server.keepAliveTimeout = 30_000;
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    key: `handrail-test-${SERVICE}-${SECRET}`,
    taken,
    answerWith: (way) => {
      answer = way;
    },
    answerQuestionsWith: (way) => {
      answerQuestion = way;
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

interface Body {
  readonly template_id?: string;
  readonly email_address?: string;
  readonly phone_number?: string;
  readonly reference?: string;
  readonly personalisation?: Readonly<Record<string, string>>;
}

function bodyFault(type: Notification["type"], body: Body): readonly [string, string] | null {
  const template = TEMPLATES.find((each) => each.id === body.template_id);
  if (template === undefined || template.type !== type) return ["BadRequestError", "Template not found"];
  if (type === "email" && !/^[^@\s]+@[^@\s]+\.[^@\s]+$/.test(body.email_address ?? ""))
    return ["ValidationError", "email_address Not a valid email address"];
  if (type === "sms" && !/^\+?[\d\s()-]{9,20}$/.test(body.phone_number ?? ""))
    return ["ValidationError", "phone_number Not enough digits"];
  const needed = { email: ["subject", "body"], sms: ["body"], letter: ["heading", "body", "address_line_1"] }[type];
  const missing = needed.filter((name) => body.personalisation?.[name] === undefined);
  return missing.length === 0 ? null : ["BadRequestError", `Missing personalisation: ${missing.join(", ")}`];
}

function shown(notification: Notification): object {
  const { id, reference, type, status, personalisation } = notification;
  return { id, reference, type, status, body: personalisation["body"] ?? "", created_at: "2026-01-01T00:00:00Z" };
}

/** Notify's own check of the token (RFC 7519, HS256): issuer is the service, signed with its secret, fresh. */
function tokenFault(header: string | undefined): string | null {
  const [head, claims, signature] = (header ?? "").replace(/^Bearer /, "").split(".");
  if (head === undefined || claims === undefined || signature === undefined)
    return "Unauthorized: authentication bearer scheme must be used";
  const { alg } = JSON.parse(Buffer.from(head, "base64url").toString()) as { alg: string };
  const { iss, iat } = JSON.parse(Buffer.from(claims, "base64url").toString()) as { iss: string; iat: number };
  const expected = createHmac("sha256", SECRET).update(`${head}.${claims}`).digest();
  const given = Buffer.from(signature, "base64url");
  if (alg !== "HS256" || given.length !== expected.length || !timingSafeEqual(given, expected))
    return "Invalid token: signature, api token not found";
  if (iss !== SERVICE) return "Invalid token: service not found";
  const seconds = Temporal.Now.instant().epochMilliseconds / 1000;
  return Math.abs(seconds - iat) > TOKEN_SECONDS
    ? "Error: Your system clock must be accurate to within 30 seconds"
    : null;
}

async function textOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString("utf8");
}
