import { z } from "zod";
import { localPath } from "./answer.ts";
import { route, type AnyRoute } from "./route.ts";
import type { Sessions } from "./session.ts";
import { ACCOUNT_PATH, SIGN_IN_PATH } from "./shell.ts";

const next = z.string().max(2000).optional();

/** Somebody invented whom a visitor of a demonstration may be. */
export type DemonstrationPerson = {
  readonly personId: string;
  readonly name: string;
  readonly about: string;
  readonly group: "citizen" | "staff";
};

export type PersonaSettings = {
  readonly sessions: Sessions;
  readonly personas: readonly DemonstrationPerson[];
};

/** The stand-in for sign-in: a page that lets anybody be anybody. Never to be mounted beside real records. */
export function personaRoutes({ sessions, personas }: PersonaSettings): readonly AnyRoute[] {
  const nobodysRecord = { kind: "none", why: "shows and sets who is asking, opens nobody's record" } as const;
  return [
    route({
      name: "web.personas",
      method: "GET",
      path: SIGN_IN_PATH,
      access: { kind: "public" },
      audit: nobodysRecord,
      input: { query: z.object({ next }) },
      handle: ({ page, visitor, input, t }) =>
        page("kit/personas.njk", {
          title: t("personas.title"),
          next: input.query.next ?? "",
          current: visitor?.personId ?? null,
          groups: (["citizen", "staff"] as const).map((role) => ({
            title: t(`personas.${role}`),
            people: personas.filter((each) => each.group === role),
          })),
        }),
    }),
    route({
      name: "web.personas.choose",
      method: "POST",
      path: SIGN_IN_PATH,
      access: { kind: "public" },
      audit: nobodysRecord,
      input: { form: z.object({ persona: z.enum(personas.map(({ personId }) => personId)), next }) },
      handle: async ({ input, now, redirect }) => {
        if (!input.form.ok) return redirect(SIGN_IN_PATH);
        const { persona: id, next: asked } = input.form.value;
        const response = redirect(localPath(asked ?? "") ?? ACCOUNT_PATH);
        // A new session with each sign-in: a cookie planted before it is worth nothing after it.
        response.headers.append("set-cookie", sessions.cookie(await sessions.signIn(id, now)));
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
