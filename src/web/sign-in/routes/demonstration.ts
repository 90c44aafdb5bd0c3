import { z } from "zod";
import { route, type AnyRoute } from "../../route.ts";
import {
  comingFrom,
  destination,
  enter,
  next,
  open,
  paths,
  type DemonstrationPerson,
  type SignInSettings,
} from "../settings.ts";

/** One press, and a visitor is one of the invented people. Mounted in a demonstration only. */
export function demonstrationRoutes(
  settings: SignInSettings,
  people: readonly DemonstrationPerson[],
): readonly AnyRoute[] {
  return [
    route({
      ...open,
      name: "sign-in.demonstration",
      method: "POST",
      path: paths.demonstration,
      input: { form: z.object({ person: z.enum(people.map(({ personId }) => personId)), next }) },
      handle: async (context) => {
        const { input, redirect } = context;
        if (!input.form.ok) return redirect(paths.signIn);
        const { person, next: asked } = input.form.value;
        const { device, replaces, now } = comingFrom(context, settings);
        const session = await settings.sessions.begin({
          personId: person,
          way: "demonstration",
          device,
          replaces,
          now,
        });
        if (session.kept === undefined) throw new Error("A session was begun and is not kept");
        return enter(context, settings, session.kept, destination(asked));
      },
    }),
    route({
      ...open,
      name: "sign-in.demonstration.again",
      method: "POST",
      path: paths.demonstrationAgain,
      input: { form: z.object({ next }) },
      handle: async (context) => {
        const { input, redirect, session: old } = context;
        // Somebody who came in otherwise shows that it is still them as they would where people are real.
        if (old?.kept?.way !== "demonstration" || !input.form.ok) return redirect(paths.signIn);
        const { device, replaces, now } = comingFrom(context, settings);
        const { personId } = old.kept;
        const session = await settings.sessions.begin({
          personId,
          way: "demonstration",
          fresh: true,
          device,
          replaces,
          now,
        });
        if (session.kept === undefined) throw new Error("A session was begun and is not kept");
        return enter(context, settings, session.kept, destination(input.form.value.next));
      },
    }),
  ];
}
