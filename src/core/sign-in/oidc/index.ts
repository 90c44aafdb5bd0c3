/** The door of sign-in by OpenID Connect: see README.md beside it. */
export { beginSignIn } from "./begin.ts";
export type { Begun, SignInRequest, SignInWish } from "./begin.ts";
export { finishSignIn } from "./finish.ts";
export type { Finished } from "./finish.ts";
export { reaches } from "./level.ts";
export type { CredentialLevel, IdentityFramework, IdentityLevel } from "./level.ts";
export { openPending, PENDING_MINUTES, sealPending } from "./pending.ts";
export type { Pending } from "./pending.ts";
export { PROFILES } from "./profiles.ts";
export type { ProfileName, ProviderProfile } from "./profiles.ts";
export { openProvider } from "./provider.ts";
export type { Provider } from "./provider.ts";
export { visitorAnswer } from "./refusal.ts";
export type { Refusal, RefusalKind, VisitorAnswer } from "./refusal.ts";
export { readProviderSettings } from "./settings.ts";
export type { ProviderSettings } from "./settings.ts";
export type { SignIn } from "./sign-in.ts";
