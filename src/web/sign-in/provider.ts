import type { Provider } from "../../core/sign-in/oidc/index.ts";

/** Another way to sign in, by OpenID Connect, as this installation uses it. */
export type SignInProvider = {
  /** In addresses: `one-login`. */
  readonly id: string;
  /** What people call it, for the button. */
  readonly name: string;
  readonly provider: Provider;
  /**
   * The least identity level with which a first sign-in may be joined to a person, in the words of the provider's
   * framework: `P2`. Null where the provider states none, as an authority's own does.
   */
  readonly minimumLevel: string | null;
};
