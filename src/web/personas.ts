import { z } from "zod";
import { localPath } from "./answer.ts";
import { route, type AnyRoute, type Persona } from "./route.ts";
import type { Sessions } from "./session.ts";
import { SIGN_IN_PATH } from "./shell.ts";

const next = z.string().max(2000).optional();
const HOME = { citizen: "/", staff: "/" } as const;

export type PersonaSettings = {
  readonly sessions: Sessions;
  readonly personas: readonly Persona[];
  /** Where a persona begins when no page asked for it. */
  readonly homeOf?: (persona: Persona) => string;
};

/** The stand-in for sign-in: a page that lets anybody be anybody. Never to be mounted beside real records. */
export function personaRoutes({
  sessions,
  personas,
  homeOf = ({ role }) => HOME[role],
}: PersonaSettings): readonly AnyRoute[] {
  const nobodysRecord = { kind: "none", why: "shows and sets who is asking, opens nobody's record" } as const;
  return [
    route({
      name: "web.personas",
      method: "GET",
      path: SIGN_IN_PATH,
      access: { kind: "public" },
      audit: nobodysRecord,
      input: { query: z.object({ next }) },
      handle: ({ page, persona, input, t }) =>
        page("kit/personas.njk", {
          title: t("personas.title"),
          next: input.query.next ?? "",
          current: persona?.id ?? null,
          groups: (["citizen", "staff"] as const).map((role) => ({
            title: t(`personas.${role}`),
            people: personas.filter((each) => each.role === role),
          })),
        }),
    }),
    route({
      name: "web.personas.choose",
      method: "POST",
      path: SIGN_IN_PATH,
      access: { kind: "public" },
      audit: nobodysRecord,
      input: { form: z.object({ persona: z.enum(personas.map(({ id }) => id)), next }) },
      handle: ({ input, now, redirect }) => {
        if (!input.form.ok) return redirect(SIGN_IN_PATH);
        const { persona: id, next: asked } = input.form.value;
        const chosen = personas.find((each) => each.id === id);
        const response = redirect(localPath(asked ?? "") ?? (chosen === undefined ? SIGN_IN_PATH : homeOf(chosen)));
        // A new session with each sign-in: a cookie planted before it is worth nothing after it.
        response.headers.append("set-cookie", sessions.cookie(sessions.start(id, now)));
        return response;
      },
    }),
    route({
      name: "web.sign-out",
      method: "POST",
      path: "/sign-out",
      access: { kind: "public" },
      audit: nobodysRecord,
      input: null,
      handle: ({ redirect }) => {
        const response = redirect(SIGN_IN_PATH);
        response.headers.append("set-cookie", sessions.endCookie());
        return response;
      },
    }),
  ];
}
