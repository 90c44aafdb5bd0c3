import type { AnyRoute } from "../../route.ts";
import type { SignInSettings } from "../settings.ts";

export function providerRoutes(_settings: SignInSettings): readonly AnyRoute[] {
  return [];
}
