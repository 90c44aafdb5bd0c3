/** The door of the sign-in pages. */
export type { SignInProvider } from "./provider.ts";
export { signInRoutes } from "./routes.ts";
export { SIGN_IN_MESSAGES, SIGN_IN_TEMPLATES } from "./settings.ts";
export type { DemonstrationPerson } from "./settings.ts";
