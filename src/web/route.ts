import type { z } from "zod";
import type { Action, Actor, Decision, Predicate, Resource } from "../core/access/index.ts";
import type { FormResult } from "./form.ts";
import type { Formats } from "./format.ts";
import type { Translate } from "./messages.ts";
import type { Session } from "./session.ts";

/** Who is asking, as pages need it: a person of the record (staff too), with what the access decision knows of them. */
export type Visitor = {
  readonly personId: string;
  readonly name: string;
  readonly actor: Actor;
};

/** A program that came in by its own key (OAuth client credentials), not a person. */
export type Machine = {
  readonly clientId: string;
  readonly name: string;
  /** What it may do, as granted: `facts:write`. */
  readonly scopes: readonly string[];
  /** The organisation it acts for; null for the body itself. */
  readonly organisationId: string | null;
};

/**
 * Who may open a route. `person`: the decision table answers for the person named, with the fields that may be shown in
 * `context.decision`. `list`: anybody to whom the table gives some of it; the handler limits its rows by
 * `context.predicate`. `body`: what is nobody's own, such as accounts. `machine`: no person, a token with this scope; null
 * where the program shows its own secret to the handler, to be given a token.
 */
export type Access<Input> =
  | { readonly kind: "public" }
  | { readonly kind: "signed-in" }
  | ({ readonly kind: "person"; readonly subject: (input: Input) => string } & Asked)
  | ({ readonly kind: "list" } & Asked)
  | ({ readonly kind: "body" } & Asked)
  | { readonly kind: "machine"; readonly scope: string | null };

/** The question to the decision table. `fresh`: only to somebody who used their passkey within the last minutes. */
export type Asked = {
  readonly action: Action;
  readonly what: Resource;
  readonly fresh?: boolean;
};

/**
 * What goes into the access log when the route answers. `person`: one line for the subject named. `list`: one line
 * for each person shown, whom the handler names with `context.shown(...)`. `none` has to say why.
 */
export type Audit<Input> =
  | { readonly kind: "none"; readonly why: string }
  | { readonly kind: "person"; readonly purpose: string; readonly subject: (input: Input) => string }
  | { readonly kind: "list"; readonly purpose: string };

/** The schemas at the door. `params` and `query` must pass or the visitor gets a 400 page; a form's faults go to the handler. */
export type InputSchemas = {
  readonly params?: z.ZodType;
  readonly query?: z.ZodType;
  readonly form?: z.ZodType;
};

type Parsed<Schema> = Schema extends z.ZodType ? z.output<Schema> : Record<string, never>;

/** What the handler receives, typed by the route's own schemas. */
export type InputOf<Schemas> = Schemas extends InputSchemas
  ? {
      readonly params: Parsed<Schemas["params"]>;
      readonly query: Parsed<Schemas["query"]>;
      readonly form: Schemas["form"] extends z.ZodType ? FormResult<z.output<Schemas["form"]>> : null;
    }
  : { readonly params: Record<string, never>; readonly query: Record<string, never>; readonly form: null };

export type PageOptions = {
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
};

/** Everything a handler may use of the request and the kit. The strand's own needs (database, jobs) come by closure. */
export type RouteContext<Input> = {
  readonly request: Request;
  readonly url: URL;
  readonly input: Input;
  readonly visitor: Visitor | null;
  readonly session: Session | null;
  /** For `access: machine`: who came in. */
  readonly machine: Machine | null;
  /** For `access: person` and `body`: what the table decided, with the fields that may be shown. */
  readonly decision: Decision;
  /** For `access: list` and `person`: which rows may be shown. */
  readonly predicate: Predicate;
  /** A further question to the table about the same person (or the body's own): may this be shown beside it? */
  readonly decide: (action: Action, what: Resource) => Decision;
  /** The moment the request came in: the same for everything it does. */
  readonly now: Temporal.Instant;
  readonly t: Translate;
  readonly formats: Formats;
  /** Renders `template` inside the shell. `view.title` is the page's title and is required. */
  readonly page: (template: string, view: PageView, options?: PageOptions) => Response;
  /** The 404 page, for a record that does not exist; `what` is a sentence, e.g. "There is no case 17". */
  readonly notFound: (what: string) => Response;
  /** 303 to a path of this site (post, redirect, get). */
  readonly redirect: (path: string) => Response;
  /** For `audit: list`: whom this answer shows. Must be called, with an empty list if nobody. */
  readonly shown: (subjectIds: readonly string[]) => void;
};

/**
 * A view-model. The kit needs the title; `form` (a FormView) brings the error summary, `back` ({ text, href }) the link
 * above the heading; the rest is the template's.
 */
export type PageView = { readonly title: string; readonly [name: string]: unknown };

export type Route<Input = never> = {
  /** Unique in the application, dotted: `guarantees.person`. */
  readonly name: string;
  readonly method: "GET" | "POST";
  /** Hono's syntax: `/people/:subjectId`. */
  readonly path: string;
  readonly access: Access<Input>;
  readonly audit: Audit<Input>;
  readonly input: InputSchemas | null;
  /** Bytes of the body, at the most; 1 MB when it is not said. */
  readonly largestBody?: number;
  readonly handle: (context: RouteContext<Input>) => Response | Promise<Response>;
};

/** A route whose input type is known only to its own schemas: what the server is given. */
export type AnyRoute = Route<never>;

/** Declares a route so that access, audit and handler see the types of its own schemas. */
export function route<const Schemas extends InputSchemas | null>(
  declaration: Omit<Route<InputOf<Schemas>>, "input"> & { readonly input: Schemas },
): AnyRoute {
  return declaration as unknown as AnyRoute;
}
