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
  ];
}
