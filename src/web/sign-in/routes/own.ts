import { z } from "zod";
import {
  endSession,
  isFresh,
  listPasskeys,
  listSessions,
  provedLately,
  removePasskey,
  revokeSessions,
} from "../../../core/sign-in/index.ts";
import { readPersonalData } from "../../../core/vault/index.ts";
import { route, type AnyRoute } from "../../route.ts";
import { leading, paths, type SignInSettings } from "../settings.ts";

const done = z.enum(["added", "removed", "ended"]).optional().catch(undefined);

/** A person's own passkeys, and where they are signed in. */
export function ownRoutes(settings: SignInSettings): readonly AnyRoute[] {
  const { tools } = settings;
  const own = {
    access: { kind: "signed-in" },
    audit: { kind: "none", why: "shows somebody their own way in" },
  } as const;
  return [
    route({
      ...own,
      name: "sign-in.own",
      method: "GET",
      path: paths.own,
      input: { query: z.object({ done }) },
      handle: async ({ visitor, session, now, page, t, formats, input, redirect }) => {
        if (visitor === null) return redirect(paths.signIn);
        const [passkeys, sessions] = await Promise.all([
          listPasskeys(tools, visitor.personId),
          listSessions(tools.db, visitor.personId, now),
        ]);
        const helpers = sessions.flatMap(({ helpedBy }) => (helpedBy === null ? [] : [helpedBy]));
        const names = await readPersonalData(tools.db, tools.vault, helpers, "identity");
        const day = (instant: Temporal.Instant) =>
          formats.date(instant.toZonedDateTimeISO(tools.timeZone).toPlainDate());
        const moment = (instant: Temporal.Instant) =>
          formats.moment(instant.toZonedDateTimeISO(tools.timeZone).toPlainDateTime());
        return page("sign-in/own.njk", {
          title: t("signIn.own.title"),
          back: null,
          done: input.query.done ?? null,
          paths,
          passkeys: passkeys.map((passkey) => ({
            id: passkey.credentialId,
            name: passkey.name,
            suspended: passkey.suspended,
            added: t("signIn.own.added", { date: day(passkey.addedAt) }),
            used:
              passkey.lastUsedAt === null
                ? t("signIn.own.neverUsed")
                : t("signIn.own.used", { date: moment(passkey.lastUsedAt) }),
          })),
          sessions: sessions.map(({ id, device, way, helpedBy, since, lastSeenAt }) => ({
            id,
            device: device === "" ? t("signIn.own.device") : device,
            way: t(`signIn.way.${way}`, { helper: helpedBy === null ? "" : (names.get(helpedBy)?.name ?? helpedBy) }),
            since: t("signIn.own.since", { date: moment(since) }),
            seen: t("signIn.own.seen", { date: moment(lastSeenAt) }),
            current: id === session?.id,
          })),
          others: sessions.length > 1,
        });
      },
    }),
    route({
      ...own,
      name: "sign-in.own.remove",
      method: "POST",
      path: paths.removePasskey,
      input: { form: z.object({ passkey: z.string().min(1).max(1400) }) },
      handle: async ({ visitor, session, input, now, redirect }) => {
        if (visitor === null || !input.form.ok) return redirect(paths.own);
        // Somebody who finds the browser open must not be able to lock its owner out (ASVS 7.5.1).
        if (!isFresh(session?.freshUntil ?? null, now)) return redirect(leading(paths.again, paths.own));
        await removePasskey(tools, visitor.personId, input.form.value.passkey, now, session?.id ?? null);
        return redirect(`${paths.own}?done=removed`);
      },
    }),
    route({
      ...own,
      name: "sign-in.own.end",
      method: "POST",
      path: paths.endSessions,
      input: { form: z.object({ session: z.string().min(1).max(60) }) },
      handle: async ({ visitor, session, input, now, redirect }) => {
        if (visitor === null || !input.form.ok) return redirect(paths.own);
        // The session one is in ends by signing out, which needs no proof; others only after one (ASVS 7.5.2).
        if (session?.kept === undefined || !provedLately(session.kept, now))
          return redirect(leading(paths.again, paths.own));
        if (input.form.value.session === "others") await revokeSessions(tools.db, visitor.personId, now, session.id);
        else await endSession(tools.db, visitor.personId, input.form.value.session, now);
        return redirect(`${paths.own}?done=ended`);
      },
    }),
  ];
}
