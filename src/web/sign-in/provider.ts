import type { Provider } from "../../core/sign-in/oidc/index.ts";

/** Another way to sign in, by OpenID Connect, as this installation uses it. */
export type SignInProvider = {
  readonly provider: Provider;
  /**
   * The least identity level with which a first sign-in may be joined to a person, in the words of the provider's own
   * framework: `P2` of One Login, `P9` of NHS login, `enrolled` of an authority's own directory.
   */
  readonly minimumLevel: string;
};
