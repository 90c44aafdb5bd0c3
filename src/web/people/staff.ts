import { z } from "zod";
import { POST_ROLES } from "../../core/access/index.ts";
import { inTransaction } from "../../core/database/index.ts";
import { readDirectory, type Directory } from "../../core/directory/index.ts";
import { newId } from "../../core/ids.ts";
import {
  addMemberOfStaff,
  addTeam,
  givePost,
  holdsAt,
  loadActor,
  readMemberships,
  readPosts,
  readTeams,
  recordOne,
  type ReadPost,
} from "../../core/people/index.ts";
import { dateInputItems, emptyForm, formView, type FormView } from "../form.ts";
import { route, type AnyRoute, type RouteContext } from "../route.ts";
import { formId, optionalDate, personNameField } from "./fields.ts";
import { peoplePaths } from "./paths.ts";
import { actingBy, localMoment, namesOf, startOf, type PeoplePageTools } from "./tools.ts";

const chosen = z
  .string()
  .max(200)
  .default("")
  .transform((value) => (value === "" ? undefined : value));
const postFields = {
  role: z.enum(POST_ROLES, { error: "people.staff.roleMissing" }),
  organisation: chosen,
  service: chosen,
  area: chosen,
  until: optionalDate,
};
const joinForm = z.object({
  id: formId,
  name: personNameField,
  email: z.email({ error: "people.invite.emailMissing" }).max(254),
  ...postFields,
});
const postForm = z.object({ id: formId, ...postFields });
const membershipForm = z.object({
  id: formId,
  kind: z.enum(["team", "cover"]),
  target: z.string().trim().min(1, "people.staff.targetMissing").max(200),
  end: optionalDate,
});
const endForm = z.object({ kind: z.enum(["post", "team", "cover"]), what: z.string().min(1).max(200), id: formId });
const teamForm = z.object({
  id: formId,
  name: z.string().trim().min(1, "people.teams.nameMissing").max(200),
  organisation: chosen,
});
const params = z.object({ personId: z.string().min(1).max(200) });
type WithPerson = { readonly params: { readonly personId: string } };
const subject = (input: WithPerson) => input.params.personId;

/** Roles whose rules reach a place: without one the post opens nothing. */
const PLACED = new Set(["front-line", "clinician", "manager"]);

/** Joiners, movers and leavers: what staff are employed to do, their teams, and who stands in for whom. */
export function staffRoutes(tools: PeoplePageTools): readonly AnyRoute[] {
  const access = { kind: "body", action: "change", what: "accounts" } as const;
  const fresh = { ...access, fresh: true } as const;
  const audit = { kind: "person", purpose: "see or change what a member of staff is employed to do", subject } as const;
  const back = (personId: string, done: string) => `${peoplePaths.member(personId)}?done=${done}`;
  return [
    route({
      name: "people.staff",
      method: "GET",
      path: peoplePaths.staff,
      access: fresh,
      audit: { kind: "list", purpose: "see who is employed to do what" },
      input: { query: z.object({ done: z.literal("1").optional() }) },
      handle: (context) =>
        listPage(tools, context, emptyForm(joinForm, { id: newId() }), context.input.query.done === "1", 200),
    }),
    route({
      name: "people.staff.add",
      method: "POST",
      path: peoplePaths.staff,
      access: fresh,
      audit: { kind: "list", purpose: "take on a member of staff" },
      input: { form: joinForm },
      handle: async (context) => {
        const { input, visitor, now, redirect, shown, t } = context;
        if (!input.form.ok) return listPage(tools, context, formView(input.form.typed, input.form.faults), false, 422);
        const { name, email, ...post } = input.form.value;
        const fault = await placeFault(tools, post, t);
        if (fault !== null) return listPage(tools, context, formView(input.form.typed, [fault]), false, 422);
        const added = await addMemberOfStaff(
          tools,
          { name, email, post: postOf(post) },
          actingBy(context, post.id),
          (transaction, personId) =>
            tools.invite(transaction, { personId, email, by: visitor?.personId ?? "nobody", now }),
        );
        if (!added.ok) {
          const again = formView(input.form.typed, [{ field: "name", text: t("people.notRecorded") }]);
          return listPage(tools, context, again, false, 422);
        }
        shown([added.personId]);
        return redirect(`${peoplePaths.staff}?done=1`);
      },
    }),
    route({
      name: "people.staff.one",
      method: "GET",
      path: "/staff/people/:personId",
      access: fresh,
      audit,
      input: { params, query: z.object({ done: z.enum(["given", "ended", "joined"]).optional() }) },
      handle: (context) =>
        memberPage(tools, context, context.input.query.done ?? null, {
          post: emptyForm(postForm, { id: newId() }),
          membership: emptyForm(membershipForm, { id: newId() }),
        }),
    }),
    route({
      name: "people.staff.post",
      method: "POST",
      path: "/staff/people/:personId/posts",
      access: fresh,
      audit,
      input: { params, form: postForm },
      handle: async (context) => {
        const { input, visitor, redirect, now, t } = context;
        const { personId } = input.params;
        const membership = emptyForm(membershipForm, { id: newId() });
        const again = (faults: readonly { field: string; text: string }[]) =>
          memberPage(tools, context, null, { post: formView(input.form.typed, faults), membership }, 422);
        if (!input.form.ok) return again(input.form.faults);
        const fault = await placeFault(tools, input.form.value, t);
        if (fault !== null) return again([fault]);
        // Two people stand behind every post: whoever gives it and whoever holds it.
        if (visitor?.actor.selves.has(personId) !== false)
          return again([{ field: "role", text: t("people.staff.ownPost") }]);
        const before = (await loadActor(tools.db, personId, now)).posts.length;
        const post = { ...postOf(input.form.value), post: input.form.value.id };
        const given = await givePost(tools, personId, post, actingBy(context, ""));
        if (!given.ok) return again([{ field: "role", text: t("people.notRecorded") }]);
        // Whoever was signed in as a citizen comes in anew, in the way that staff do.
        if (before === 0) {
          await tools.endSessions(personId, now);
          await tools.spendCodes(personId, now);
        }
        return redirect(back(personId, "given"));
      },
    }),
    route({
      name: "people.staff.membership",
      method: "POST",
      path: "/staff/people/:personId/memberships",
      access: fresh,
      audit,
      input: { params, form: membershipForm },
      handle: async (context) => {
        const { input, redirect, now, t } = context;
        const { personId } = input.params;
        const post = emptyForm(postForm, { id: newId() });
        const again = (faults: readonly { field: string; text: string }[]) =>
          memberPage(tools, context, null, { post, membership: formView(input.form.typed, faults) }, 422);
        if (!input.form.ok) return again(input.form.faults);
        const { id: membership, kind, target, end: lastDay } = input.form.value;
        if ((await loadActor(tools.db, personId, now)).posts.length === 0)
          return again([{ field: "target", text: t("people.staff.noPost") }]);
        const end = lastDay === null ? null : startOf(tools, lastDay.add({ days: 1 }));
        if (kind === "team") {
          if ((await readTeams(tools.db)).every((team) => team.id !== target))
            return again([{ field: "target", text: t("people.staff.targetMissing") }]);
          const data = { membership, team: target, ...(end === null ? {} : { until: end.toString() }) };
          const joined = await recordOne(tools, "team-joined", personId, data, actingBy(context, membership));
          return joined.ok
            ? redirect(back(personId, "joined"))
            : again([{ field: "target", text: t("people.notRecorded") }]);
        }
        // Cover without an end would be a second post that nobody gave.
        if (end === null || Temporal.Instant.compare(end, now) <= 0)
          return again([{ field: "end", text: t("people.staff.coverUntil") }]);
        if ((await loadActor(tools.db, target, now)).posts.length === 0 || target === personId)
          return again([{ field: "target", text: t("people.staff.targetMissing") }]);
        const data = { membership, for: target, until: end.toString() };
        const arranged = await recordOne(tools, "cover-arranged", personId, data, actingBy(context, membership));
        return arranged.ok
          ? redirect(back(personId, "joined"))
          : again([{ field: "target", text: t("people.notRecorded") }]);
      },
    }),
    route({
      name: "people.staff.end",
      method: "POST",
      path: "/staff/people/:personId/end",
      access: fresh,
      audit,
      input: { params, form: endForm },
      handle: async (context) => {
        const { input, redirect, now } = context;
        const { personId } = input.params;
        if (!input.form.ok) return redirect(peoplePaths.member(personId));
        const { kind, what, id } = input.form.value;
        const ended =
          kind === "post"
            ? await recordOne(tools, "post-ended", personId, { post: what }, actingBy(context, id))
            : await recordOne(
                tools,
                kind === "team" ? "team-left" : "cover-ended",
                personId,
                { membership: what },
                actingBy(context, id),
              );
        if (!ended.ok) return redirect(peoplePaths.member(personId));
        // Somebody without a post is no longer staff: what they had open closes.
        if (kind === "post" && (await loadActor(tools.db, personId, now)).posts.length === 0)
          await tools.endSessions(personId, now);
        return redirect(back(personId, "ended"));
      },
    }),
    route({
      name: "people.teams",
      method: "GET",
      path: peoplePaths.teams,
      access,
      audit: { kind: "list", purpose: "see who is in which team" },
      input: null,
      handle: (context) => teamsPage(tools, context, emptyForm(teamForm, { id: newId() }), 200),
    }),
    route({
      name: "people.teams.add",
      method: "POST",
      path: peoplePaths.teams,
      access,
      audit: { kind: "list", purpose: "see who is in which team" },
      input: { form: teamForm },
      handle: async (context) => {
        const { input, redirect, shown, t } = context;
        if (!input.form.ok) return teamsPage(tools, context, formView(input.form.typed, input.form.faults), 422);
        const { id: teamId, name, organisation } = input.form.value;
        if (organisation !== undefined && !(await readDirectory(tools.db)).organisations.has(organisation)) {
          const again = formView(input.form.typed, [{ field: "organisation", text: t("people.staff.placeUnknown") }]);
          return teamsPage(tools, context, again, 422);
        }
        await inTransaction(tools.db, (transaction) =>
          addTeam(transaction, { id: teamId, name, organisationId: organisation ?? null }),
        );
        shown([]);
        return redirect(peoplePaths.teams);
      },
    }),
  ];

  type PostValue = z.output<typeof postForm>;
  function postOf({ role, organisation, service, area, until }: Omit<PostValue, "id">) {
    return {
      role,
      ...(organisation === undefined ? {} : { organisation }),
      ...(service === undefined ? {} : { service }),
      ...(area === undefined ? {} : { area }),
      ...(until === null ? {} : { until: startOf(tools, until.add({ days: 1 })).toString() }),
    };
  }
}

/** What is wrong with where a post is to reach: nothing chosen, or something that is not in the directory. */
async function placeFault(
  { db }: PeoplePageTools,
  { role, organisation, service, area }: Pick<z.output<typeof postForm>, "role" | "organisation" | "service" | "area">,
  t: RouteContext<never>["t"],
): Promise<{ readonly field: string; readonly text: string } | null> {
  const { organisations, services, areas } = await readDirectory(db);
  const unknown = (value: string | undefined, known: ReadonlyMap<string, unknown>) =>
    value !== undefined && !known.has(value);
  if (unknown(organisation, organisations)) return { field: "organisation", text: t("people.staff.placeUnknown") };
  if (unknown(service, services)) return { field: "service", text: t("people.staff.placeUnknown") };
  if (unknown(area, areas)) return { field: "area", text: t("people.staff.placeUnknown") };
  if (!PLACED.has(role) || organisation !== undefined || service !== undefined || area !== undefined) return null;
  return { field: "organisation", text: t("people.staff.placeMissing") };
}

type ListContext = Pick<RouteContext<never>, "page" | "shown" | "now" | "t" | "formats">;

async function listPage(
  tools: PeoplePageTools,
  context: ListContext,
  form: FormView,
  done: boolean,
  status: number,
): Promise<Response> {
  const { page, shown, now, t } = context;
  const [posts, directory] = await Promise.all([readPosts(tools.db, "everybody"), readDirectory(tools.db)]);
  const people = [...Map.groupBy(posts, ({ personId }) => personId)];
  const names = await namesOf(
    tools,
    people.map(([personId]) => personId),
  );
  shown(people.map(([personId]) => personId));
  return page(
    "people/staff.njk",
    {
      title: t("people.staff.title"),
      done,
      people: people
        .map(([personId, those]) => {
          const held = those.filter((post) => holdsAt(post, now));
          return {
            href: peoplePaths.member(personId),
            text: names.get(personId) ?? personId,
            hint:
              held.length === 0 ? t("people.staff.left") : held.map((post) => postWords(post, directory, t)).join("; "),
          };
        })
        .toSorted((a, b) => a.text.localeCompare(b.text)),
      action: peoplePaths.staff,
      form,
      post: postFieldsView(form, directory, t),
    },
    { status },
  );
}

type MemberContext = Pick<RouteContext<WithPerson>, "input" | "page" | "notFound" | "now" | "t" | "formats">;

async function memberPage(
  tools: PeoplePageTools,
  { input, page, notFound, now, t, formats }: MemberContext,
  done: string | null,
  forms: { readonly post: FormView; readonly membership: FormView },
  status = 200,
): Promise<Response> {
  const { personId } = input.params;
  const [posts, memberships, directory, teams, everybody] = await Promise.all([
    readPosts(tools.db, [personId]),
    readMemberships(tools.db, { person: personId }),
    readDirectory(tools.db),
    readTeams(tools.db),
    readPosts(tools.db, "everybody"),
  ]);
  if (posts.length === 0) return notFound(t("people.staff.unknown"));
  const names = await namesOf(tools, [personId, ...everybody.map((post) => post.personId)]);
  const day = (moment: Temporal.Instant) => formats.plainDate(localMoment(tools, moment));
  const span = (from: Temporal.Instant, until: Temporal.Instant | null) =>
    until === null
      ? t("people.relationships.from", { from: day(from) })
      : t("people.relationships.fromUntil", { from: day(from), until: day(until.subtract({ nanoseconds: 1 })) });
  const open = (until: Temporal.Instant | null) => until === null || Temporal.Instant.compare(now, until) < 0;
  // Faults of whichever form was sent stand above the page.
  const form = forms.post.list.length > 0 ? forms.post : forms.membership;
  return page(
    "people/member.njk",
    {
      title: t("people.staff.oneTitle", { name: names.get(personId) ?? personId }),
      back: { text: t("people.staff.title"), href: peoplePaths.staff },
      done: done === null ? null : t(`people.staff.done.${done}`),
      reference: personId,
      helpHref: `/staff/${encodeURIComponent(personId)}/sign-in-help`,
      endAction: `${peoplePaths.member(personId)}/end`,
      held: [
        ...posts.map((post) => ({
          kind: "post",
          what: post.id,
          text: postWords(post, directory, t),
          hint: span(post.from, post.until),
          end: open(post.until) ? newId() : null,
        })),
        ...memberships.map((one) => ({
          kind: one.kind,
          what: one.id,
          text:
            one.kind === "team"
              ? t("people.staff.inTeam", { team: teams.find((team) => team.id === one.targetId)?.name ?? one.targetId })
              : t("people.staff.covers", { name: names.get(one.targetId) ?? one.targetId }),
          hint: span(one.from, one.until),
          end: open(one.until) ? newId() : null,
        })),
      ],
      postAction: peoplePaths.posts(personId),
      membershipAction: peoplePaths.memberships(personId),
      form,
      postForm: forms.post,
      post: postFieldsView(forms.post, directory, t),
      membershipForm: forms.membership,
      membershipEnd: dateInputItems(forms.membership, "end", t),
      teams: teams.map((team) => ({ value: team.id, text: team.name })),
      colleagues: [...new Set(everybody.map((post) => post.personId))]
        .filter((other) => other !== personId)
        .map((other) => ({ value: other, text: names.get(other) ?? other })),
    },
    { status },
  );
}

async function teamsPage(
  tools: PeoplePageTools,
  { page, shown, now, t }: ListContext,
  form: FormView,
  status: number,
): Promise<Response> {
  const [teams, directory] = await Promise.all([readTeams(tools.db), readDirectory(tools.db)]);
  const members = await Promise.all(
    teams.map(async (team) =>
      (await readMemberships(tools.db, { target: team.id })).filter(
        (membership) => membership.kind === "team" && holdsAt(membership, now),
      ),
    ),
  );
  const all = members.flat().map(({ personId }) => personId);
  const names = await namesOf(tools, all);
  shown([...new Set(all)]);
  return page(
    "people/teams.njk",
    {
      title: t("people.teams.title"),
      teams: teams.map((team, index) => ({
        name: team.name,
        organisation: directory.organisations.get(team.organisationId ?? "")?.name ?? "",
        reference: team.id,
        members: (members[index] ?? []).map(({ personId }) => ({
          href: peoplePaths.member(personId),
          text: names.get(personId) ?? personId,
        })),
      })),
      action: peoplePaths.teams,
      form,
      organisations: choices(
        [...directory.organisations.values()].map(({ id: value, name }) => ({ value, text: name })),
        t,
      ),
    },
    { status },
  );
}

function postFieldsView(form: FormView, directory: Directory, t: RouteContext<never>["t"]) {
  const named = (values: Iterable<{ readonly id: string; readonly name: string }>) =>
    choices(
      [...values].map(({ id: value, name }) => ({ value, text: name })),
      t,
    );
  return {
    roles: POST_ROLES.map((value) => ({
      value,
      text: t(`people.role.${value}`),
      hint: { text: t(`people.roleHint.${value}`) },
    })),
    organisations: named(directory.organisations.values()),
    services: choices(
      [...directory.services.values()].map((service) => ({
        value: service.id,
        text: `${service.name}, ${directory.organisations.get(service.organisationId)?.name ?? service.organisationId}`,
      })),
      t,
    ),
    areas: choices(
      [...directory.areas.values()].map(({ code, name }) => ({ value: code, text: name })),
      t,
    ),
    until: dateInputItems(form, "until", t),
  };
}

function choices(values: readonly { readonly value: string; readonly text: string }[], t: RouteContext<never>["t"]) {
  return [{ value: "", text: t("people.staff.any") }, ...values.toSorted((a, b) => a.text.localeCompare(b.text))];
}

function postWords(post: ReadPost, directory: Directory, t: RouteContext<never>["t"]): string {
  const places = [
    directory.services.get(post.serviceId ?? "")?.name,
    directory.organisations.get(post.organisationId ?? "")?.name,
    directory.areas.get(post.areaCode ?? "")?.name,
  ].filter((name) => name !== undefined);
  const role = t(`people.role.${post.role}`);
  return places.length === 0 ? role : t("people.roleAt", { role, place: places.join(", ") });
}
