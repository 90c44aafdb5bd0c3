/** Who may open what: the decision table and every route, for each role and for nobody. The text of docs/generated/access.md. */
import {
  decide,
  RESOURCES,
  RULES,
  type Actor,
  type Ban,
  type Post,
  type PostRole,
  type Resource,
  type Tie,
  type Who,
} from "../../src/core/access/index.ts";
import { answerAccess, type AccessAnswer } from "../../src/web/access.ts";
import type { AnyRoute, Route } from "../../src/web/route.ts";

/** The person whose record is asked for, a child with a guardian, and where they are known. */
export const SOMEBODY = "somebody";
export const GROWN_UP = "grown-up";
export const THEIR_PLACE = { organisationId: "their-place", serviceId: null, areaCode: null };
const ELSEWHERE = "elsewhere";
const NOW = Temporal.Instant.from("2026-03-02T09:00:00Z");

/** Somebody who stands in one way to that person: how the table and the walk through the site both make them. */
export type Role = {
  readonly name: string;
  /** Null is nobody; otherwise who it is: `SOMEBODY` themselves, or another. */
  readonly personId: string | null;
  readonly post?: { readonly role: PostRole; readonly organisation: string | null };
  readonly bond?: Tie["bond"];
  /** Whose record they ask for, where it is not `SOMEBODY`. */
  readonly subject?: string;
};

const staff = (name: string, role: PostRole, organisation: string | null = THEIR_PLACE.organisationId): Role => ({
  name,
  personId: `role-${role}-${organisation ?? "body"}`,
  post: { role, organisation },
});
const bound = (name: string, bond: Tie["bond"], post?: Role["post"]): Role => ({
  name,
  personId: `role-${bond}`,
  bond,
  ...(post === undefined ? {} : { post }),
});

/** Every role of the service, and those who have none. */
export const ROLES: readonly Role[] = [
  { name: "nobody", personId: null },
  { name: "themselves", personId: GROWN_UP, subject: GROWN_UP },
  { name: "themselves, a child", personId: SOMEBODY },
  { name: "another citizen", personId: "role-other" },
  bound("guardian", "guardian"),
  bound("family", "family"),
  bound("lead professional", "lead-professional", { role: "front-line", organisation: ELSEWHERE }),
  bound("team", "team", { role: "front-line", organisation: ELSEWHERE }),
  bound("by consent", "consent", { role: "front-line", organisation: "consented" }),
  bound("emergency", "emergency", { role: "clinician", organisation: ELSEWHERE }),
  staff("front-line there", "front-line"),
  staff("front-line elsewhere", "front-line", ELSEWHERE),
  staff("clinician there", "clinician"),
  staff("manager there", "manager"),
  staff("practitioner", "practitioner"),
  staff("publisher", "publisher"),
  staff("identity officer", "identity-officer", null),
  staff("administrator", "administrator", null),
];

const always = { from: 0, until: null };

/** The role as the decision sees it. */
function actorOf({ personId, post, bond }: Role): Actor {
  const posts: readonly Post[] =
    post === undefined
      ? []
      : [
          {
            id: "post",
            role: post.role,
            organisationId: post.organisation,
            serviceId: null,
            areaCodes: null,
            ...always,
          },
        ];
  const ties: readonly Tie[] = bond === undefined ? [] : [{ id: "tie", bond, limitedTo: null, ...always }];
  // While a guardian acts for a child, the child does not change who may act for them.
  const child: Ban = { id: "child", kind: "child", covers: ["relationships"], actions: ["change"], ...always };
  const bans = new Map(personId === SOMEBODY ? [[SOMEBODY, [child]]] : []);
  return {
    personId: personId ?? "",
    selves: new Set([personId ?? ""]),
    posts,
    ties: new Map(ties.length === 0 ? [] : [[SOMEBODY, ties]]),
    bans,
  };
}

type AnyInput = { readonly params: unknown; readonly query: unknown; readonly form: unknown };

/** What the table answers to a role at a route; a person in a route is `SOMEBODY`. */
export function outcomeFor(declared: AnyRoute, role: Role, fresh = true): Promise<AccessAnswer> {
  const { access } = declared as unknown as Route<AnyInput>;
  return answerAccess(
    {
      access,
      subjectId: access.kind === "person" ? (role.subject ?? SOMEBODY) : null,
      visitor: role.personId === null ? null : { personId: role.personId, name: role.name, actor: actorOf(role) },
      machine: null,
      fresh,
      now: NOW,
    },
    async (subjectId) => ({ subjectId, places: [THEIR_PLACE] }),
  );
}

const SIGNS = { allowed: "yes", "sign-in": "sign in", "prove-again": "yes", refused: "·" } as const;

/** The generated page. */
export async function describeAccess(
  groups: readonly { readonly name: string; readonly routes: readonly AnyRoute[] }[],
): Promise<string> {
  const lines = [
    "# Who may see and change what",
    "",
    "Generated from the decision table and the routes: do not edit, run `npm run docs`. Whoever changes a rule or a route sees",
    "the change here, and reviews it. A test asks every route as each of these roles and holds the answers against this page.",
    "",
    "## The rules",
    "",
    "Nothing that no rule gives is given. A ban (somebody barred, a court order, details hidden from a named person, what a",
    "child decides alone) takes away whatever a rule gives. `there` is a place where the person is known.",
    "",
    "| id | who | may | what | fields | purpose | meaning |",
    `|${" --- |".repeat(7)}`,
    ...RULES.map(({ id, who, actions, what, fields, purpose, says }) =>
      row([id, whoWords(who), actions.join(", "), what, fields.join(", "), purpose, says]),
    ),
    "",
    "## Each role and each resource",
    "",
    "v: may view, c: may change, at least one field of it.",
    "",
    row(["", ...ROLES.map(({ name }) => name)]),
    `|${" --- |".repeat(ROLES.length + 1)}`,
    ...(Object.keys(RESOURCES) as Resource[]).map((what) => row([what, ...ROLES.map((role) => rights(role, what))])),
    "",
    "## Each role and each route",
    "",
    "`yes`: it is opened; `·`: it is refused; `sign in`: nobody is signed in, and is led there. A route marked * asks for a fresh",
    "passkey first. What a list shows, and which fields of a page, the rules above decide.",
    "",
    row(["route", ...ROLES.map(({ name }) => name)]),
    `|${" --- |".repeat(ROLES.length + 1)}`,
  ];
  for (const { routes } of groups) {
    for (const route of routes.toSorted((a, b) => (a.path === b.path ? 0 : a.path < b.path ? -1 : 1))) {
      const { access } = route as unknown as Route<AnyInput>;
      const fresh = "fresh" in access && access.fresh === true ? " *" : "";
      const cells = await Promise.all(ROLES.map(async (role) => SIGNS[(await outcomeFor(route, role)).outcome]));
      lines.push(row([`\`${route.method} ${route.path}\`${fresh}`, ...cells]));
    }
  }
  return `${lines.join("\n")}\n`;
}

function rights(role: Role, what: Resource): string {
  if (role.personId === null) return "";
  const whose = RESOURCES[what].ofAPerson
    ? { subjectId: role.subject ?? SOMEBODY, places: [THEIR_PLACE] }
    : { subjectId: null, places: [] };
  const may = (action: "view" | "change") =>
    decide({ actor: actorOf(role), action, what, whose, now: NOW.epochMilliseconds }).allow;
  return `${may("view") ? "v" : ""}${may("change") ? "c" : ""}`;
}

function whoWords(who: Who): string {
  switch (who.by) {
    case "self":
      return "the person themselves";
    case "bond":
      return who.bond;
    case "post":
      return who.reach === "place" ? `${who.role} there` : who.role;
  }
}

function row(cells: readonly string[]): string {
  return `| ${cells.join(" | ")} |`;
}
