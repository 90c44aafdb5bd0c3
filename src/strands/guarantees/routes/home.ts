import { readDirectory, readInstallation } from "../../../core/directory/index.ts";
import { route, type AnyRoute, type Visitor } from "../../../web/route.ts";
import { ACCOUNT_PATH, SIGN_IN_PATH } from "../../../web/shell.ts";
import type { GuaranteeTools } from "../actions.ts";
import { paths } from "../paths.ts";

export function homeRoutes({ db, library }: GuaranteeTools): readonly AnyRoute[] {
  return [
    route({
      name: "guarantees.home",
      method: "GET",
      path: "/",
      access: { kind: "public" },
      audit: { kind: "none", why: "says what the site is for, opens nobody's record" },
      input: null,
      handle: async ({ page, visitor, t }) => {
        const staff = (visitor?.actor.posts.length ?? 0) > 0;
        const [directory, installation] = await Promise.all([readDirectory(db), readInstallation(db)]);
        return page("guarantees/home.njk", {
          title: t("home.title"),
          own: visitor === null || staff ? null : { href: homeOf(visitor), name: visitor.name },
          staff,
          signedIn: visitor !== null,
          signIn: SIGN_IN_PATH,
          demonstration: installation?.kind === "demonstration",
          places: directory.areas.size,
          guarantees: library.definitions.size,
          paths: { worklist: paths.worklist, places: paths.places, definitions: paths.definitions },
        });
      },
    }),
  ];
}

/** One's own promises; somebody who acts for others chooses first. */
function homeOf({ personId, actor }: Visitor): string {
  return actor.ties.size > 0 ? ACCOUNT_PATH : paths.person(personId);
}
