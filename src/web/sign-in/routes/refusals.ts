import { emptyForm } from "../../form.ts";
import type { RouteContext } from "../../route.ts";
import { comingFrom, paths, type SignInSettings } from "../settings.ts";
import { emailForm } from "./front.ts";

type Context = Pick<RouteContext<unknown>, "page" | "t" | "request" | "session" | "redirect" | "now">;
type FailedWay = "passkey" | "link" | "code" | "request for a link";

/**
 * One line for an attempt that did not let anybody in (ASVS 16.3.1): the way and the address it came from, which is
 * nothing but digits and signs. No name, no e-mail and no code: whoever reads the log learns of nobody.
 */
export function noteFailed(context: Context, settings: SignInSettings, way: FailedWay, shutOut = false): void {
  const { address } = comingFrom(context, settings);
  settings.log(`${context.now} failed sign-in ${way} from ${address}${shutOut ? ", shut out" : ""}`);
}

/** 429: too many attempts failed from this address. Other ways of signing in are open all the same. */
export function tooMany(context: Context, settings: SignInSettings, way: FailedWay): Response {
  const { page, t } = context;
  const { telephone } = settings;
  noteFailed(context, settings, way, true);
  return page(
    "sign-in/too-many.njk",
    { title: t("signIn.tooMany.title"), paths, telephone },
    { status: 429, headers: { "retry-after": "900" } },
  );
}

/** One page for links that expired, were used, or never were: it helps who is honest, and tells nobody which it was. */
export function noGoodLink(context: Context, settings: SignInSettings): Response {
  const { page, t } = context;
  const { telephone } = settings;
  noteFailed(context, settings, "link");
  return page(
    "sign-in/no-good.njk",
    { title: t("signIn.noGood.title"), form: emptyForm(emailForm), next: "", paths, telephone },
    { status: 404 },
  );
}
