/** Every page and form of signing in. */
import type { AnyRoute } from "../route.ts";
import { addRoutes } from "./routes/add.ts";
import { againRoutes } from "./routes/again.ts";
import { codeRoutes } from "./routes/codes.ts";
import { demonstrationRoutes } from "./routes/demonstration.ts";
import { frontRoutes } from "./routes/front.ts";
import { helpRoutes } from "./routes/help.ts";
import { ownRoutes } from "./routes/own.ts";
import { providerRoutes } from "./routes/providers.ts";
import type { SignInSettings } from "./settings.ts";

export function signInRoutes(settings: SignInSettings): readonly AnyRoute[] {
  return [
    ...frontRoutes(settings),
    ...codeRoutes(settings),
    ...addRoutes(settings),
    ...againRoutes(settings),
    ...ownRoutes(settings),
    ...helpRoutes(settings),
    ...providerRoutes(settings),
    ...(settings.demonstration === null ? [] : demonstrationRoutes(settings, settings.demonstration)),
  ];
}
