import type { Database } from "../database/index.ts";
import type { Projection } from "../record/index.ts";
import type { Vault } from "../vault/index.ts";

/** What sign-in needs of the program around it. */
export type SignInTools = {
  readonly db: Database;
  readonly vault: Vault;
  /** Where people reach the site, without a path: `https://handrail.example.org`. Passkeys hold for it alone. */
  readonly origin: string;
  readonly bodyName: string;
  readonly timeZone: string;
  readonly projections: readonly Projection[];
  /** Whether somebody works here: they sign in by passkey or provider only. */
  readonly hasPost: (personId: string, now: Temporal.Instant) => Promise<boolean>;
  /** Gives the first administrator their post. Doing it twice changes nothing. */
  readonly makeAdministrator: (personId: string, now: Temporal.Instant) => Promise<void>;
};

/** The domain that passkeys are bound to (WebAuthn's RP ID): the host of the origin. */
export function passkeyDomain({ origin }: Pick<SignInTools, "origin">): string {
  return new URL(origin).hostname;
}
