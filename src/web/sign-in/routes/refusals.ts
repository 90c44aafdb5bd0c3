import { emptyForm } from "../../form.ts";
import type { RouteContext } from "../../route.ts";
import { paths, type SignInSettings } from "../settings.ts";
import { emailForm } from "./front.ts";

type Context = Pick<RouteContext<unknown>, "page" | "t">;

/** 429: too many attempts failed from this address. Other ways of signing in are open all the same. */
export function tooMany({ page, t }: Context, { telephone }: SignInSettings): Response {
  return page(
    "sign-in/too-many.njk",
    { title: t("signIn.tooMany.title"), paths, telephone },
    { status: 429, headers: { "retry-after": "900" } },
  );
}

/** One page for links that expired, were used, or never were: it helps who is honest, and tells nobody which it was. */
export function noGoodLink({ page, t }: Context, { telephone }: SignInSettings): Response {
  return page(
    "sign-in/no-good.njk",
    { title: t("signIn.noGood.title"), form: emptyForm(emailForm), next: "", paths, telephone },
    { status: 404 },
  );
}
