import type { z } from "zod";
import type { FormResult } from "./form.ts";
import type { Formats } from "./format.ts";
import type { Translate } from "./messages.ts";

/** Who is asking. Until sign-in exists a persona is picked; afterwards the same shape comes from the session. */
export type Persona = {
  readonly id: string;
  readonly name: string;
  readonly role: "citizen" | "staff";
  /** The subject of the record this persona is, when it is a person the body serves. */
  readonly subjectId: string | null;
  /** One line under the name: "waiting for a hip operation", "booking office, Northshore General". */
  readonly about: string;
};

/** Who may open a route. `subject` names whose record it is, from the validated input. */
export type Access<Input> =
  | { readonly kind: "public" }
  | { readonly kind: "anyone-signed-in" }
  | { readonly kind: "own-record-or-staff"; readonly subject: (input: Input) => string }
  | { readonly kind: "staff" };

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
  readonly persona: Persona | null;
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
