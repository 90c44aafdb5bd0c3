import { z } from "zod";
import { COVERS, type Cover } from "../../core/access/index.ts";
import { readDirectory } from "../../core/directory/index.ts";
import { readPersonalData } from "../../core/vault/index.ts";
import { newId } from "../../core/ids.ts";
import {
  endRelationship,
  EVIDENCE,
  holdsAt,
  inviteToAct,
  readBans,
  readOffers,
  readRecordsOf,
  readRelationships,
  readTeams,
  recordOne,
  startRelationship,
  type RelationshipRow,
} from "../../core/people/index.ts";
import { dateInputItems, emptyForm, formView, type Fault, type FormView } from "../form.ts";
import { route, type AnyRoute, type RouteContext } from "../route.ts";
import { ACCOUNT_PATH } from "../shell.ts";
import { formId, optionalDate, personNameField, subjectParams } from "./fields.ts";
import { peoplePaths } from "./paths.ts";
import { actingBy, isOver, localMoment, namesOf, startOf, type PeoplePageTools } from "./tools.ts";

const params = subjectParams;
const endForm = z.object({
  kind: z.enum(["relationship", "offer", "ban"]),
  what: z.string().min(1).max(200),
  id: formId,
});

/** What a person may let somebody else see, each in words: covers of the decision table. */
const SHARED = ["promises", "details.name", "package.plan"] as const satisfies readonly Cover[];
/** What somebody can be shut off from. */
const SHUT = [
  "*",
  "details.contact",
  "promises",
  "check-ins",
  "messages",
  "relationships",
] as const satisfies readonly Cover[];

const many = <T extends string>(values: readonly T[], missing: string) =>
  z
    .union([z.enum(values as [T, ...T[]]), z.array(z.enum(values as [T, ...T[]])).max(values.length)], {
      error: missing,
    })
    .transform((value): readonly T[] => (Array.isArray(value) ? value : [value as T]));

const inviteForm = z.object({
  id: formId,
  name: personNameField,
  email: z.email({ error: "people.invite.emailMissing" }).max(254),
  covers: many(SHARED, "people.invite.coversMissing"),
  until: optionalDate,
});
const consentForm = z.object({
  id: formId,
  organisation: z.string().min(1, "people.consent.organisationMissing").max(200),
  covers: many(["promises", "package.plan"] as const, "people.invite.coversMissing"),
  until: optionalDate,
});
const officerForm = z.object({
  id: formId,
  bond: z.enum(["guardian", "family", "lead-professional", "team"], { error: "people.officer.bondMissing" }),
  holder: z.string().trim().min(1, "people.officer.holderMissing").max(200),
  evidence: z.enum(EVIDENCE, { error: "people.officer.evidenceMissing" }),
  until: optionalDate,
});
const barForm = z
  .object({
    id: formId,
    kind: z.enum(["barred", "court-order", "details-hidden", "competence"], { error: "people.bar.kindMissing" }),
    holder: z.string().trim().max(200).default(""),
    covers: many(SHUT, "people.bar.coversMissing"),
    until: optionalDate,
  })
  .superRefine((value, context) => {
    if (value.kind !== "competence" && value.holder === "")
      context.addIssue({ code: "custom", path: ["holder"], message: "people.officer.holderMissing" });
  });

type WithSubject = { readonly params: { readonly subjectId: string } };
const subject = (input: WithSubject) => input.params.subjectId;

/** Who may act for somebody: seen, invited, agreed to, evidenced, ended. */
export function relationshipRoutes(tools: PeoplePageTools): readonly AnyRoute[] {
  const view = { kind: "person", action: "view", what: "relationships", subject } as const;
  const change = { kind: "person", action: "change", what: "relationships", subject } as const;
  const audit = { kind: "person", purpose: "see who may act for somebody", subject } as const;
  const changing = { kind: "person", purpose: "change who may act for somebody", subject } as const;
  const back = (subjectId: string, done: string) => `${peoplePaths.relationships(subjectId)}?done=${done}`;
  return [
    route({
      name: "people.relationships",
      method: "GET",
      path: "/people/:subjectId/relationships",
      access: view,
      audit,
      input: {
        params,
        query: z.object({ done: z.enum(["ended", "invited", "agreed", "recorded", "shut"]).optional() }),
      },
      handle: (context) => overview(tools, context, context.input.query.done ?? null),
    }),
    route({
      name: "people.relationships.end",
      method: "POST",
      path: "/people/:subjectId/relationships/end",
      access: change,
      audit: changing,
      input: { params, form: endForm },
      handle: async (context) => {
        const { input, redirect } = context;
        const { subjectId } = input.params;
        if (!input.form.ok) return redirect(peoplePaths.relationships(subjectId));
        const { kind, what, id } = input.form.value;
        const ended = await endOpen(tools, context, kind, what, id);
        return redirect(ended ? back(subjectId, "ended") : peoplePaths.relationships(subjectId));
      },
    }),
    ...formRoutes("invite", inviteForm, async (context, value) => {
      const { subjectId } = context.input.params;
      if (isOver(tools, value.until, context.now)) return { field: "until", text: context.t("people.untilPast") };
      const until = value.until === null ? null : startOf(tools, value.until.add({ days: 1 }));
      const invited = { name: value.name, email: value.email, covers: value.covers, until };
      const done = await inviteToAct(tools, subjectId, invited, actingBy(context, value.id), (transaction, personId) =>
        tools.invite(transaction, {
          personId,
          email: value.email,
          by: context.visitor?.personId ?? "nobody",
          now: context.now,
        }),
      );
      return done.ok ? "invited" : { field: "name", text: context.t("people.notRecorded") };
    }),
    ...formRoutes("consent", consentForm, async (context, value) => {
      if (isOver(tools, value.until, context.now)) return { field: "until", text: context.t("people.untilPast") };
      if (!(await readDirectory(tools.db)).organisations.has(value.organisation))
        return { field: "organisation", text: context.t("people.consent.organisationMissing") };
      const done = await startRelationship(
        tools,
        context.input.params.subjectId,
        {
          relationship: value.id,
          bond: "consent",
          holder: value.organisation,
          holder_kind: "organisation",
          covers: [...value.covers, "details.name"],
          ...untilOf(value.until),
          evidence: "own-word",
        },
        actingBy(context, value.id),
      );
      return done.ok ? "agreed" : { field: "organisation", text: context.t("people.notRecorded") };
    }),
    ...formRoutes("record", officerForm, async (context, value) => {
      if (!(await isHolder(tools, value.holder, value.bond === "team")))
        return { field: "holder", text: context.t("people.officer.holderUnknown") };
      const fault = await relationshipFault(tools, context, value);
      if (fault !== null) return fault;
      const done = await startRelationship(
        tools,
        context.input.params.subjectId,
        {
          relationship: value.id,
          bond: value.bond,
          holder: value.holder,
          holder_kind: value.bond === "team" ? "team" : "person",
          ...(value.bond === "guardian" ? await childhood(tools, context, value.until) : untilOf(value.until)),
          evidence: value.evidence,
        },
        actingBy(context, value.id),
      );
      return done.ok ? "recorded" : { field: "holder", text: context.t("people.notRecorded") };
    }),
    ...formRoutes("bar", barForm, async (context, value) => {
      const { subjectId } = context.input.params;
      if (value.kind !== "competence" && !(await isHolder(tools, value.holder, false)))
        return { field: "holder", text: context.t("people.officer.holderUnknown") };
      if (isOwnCase(context, [value.holder])) return { field: "holder", text: context.t("people.officer.ownCase") };
      if (isOver(tools, value.until, context.now)) return { field: "until", text: context.t("people.untilPast") };
      const data = { covers: [...value.covers], ...untilOf(value.until) };
      const recorded =
        value.kind === "competence"
          ? await recordOne(
              tools,
              "competence-decided",
              subjectId,
              { decision: value.id, ...data },
              actingBy(context, value.id),
            )
          : await recordOne(
              tools,
              "access-barred",
              subjectId,
              { ban: value.id, kind: value.kind, holder: value.holder, ...data },
              actingBy(context, value.id),
            );
      return recorded.ok ? "shut" : { field: "kind", text: context.t("people.notRecorded") };
    }),
  ];

  function untilOf(day: Temporal.PlainDate | null): { until?: string } {
    return day === null ? {} : { until: startOf(tools, day.add({ days: 1 })).toString() };
  }

  /** The page of a form and its sending. Recording for others asks for an officer, and for a fresh proof that it is them. */
  function formRoutes<Schema extends z.ZodType>(
    name: keyof typeof FORMS,
    schema: Schema,
    act: (context: FormContext, value: z.output<Schema>) => Promise<string | Fault>,
  ): readonly AnyRoute[] {
    const path = `/people/:subjectId/relationships/${name}`;
    const untyped: z.ZodType = schema;
    const { officer } = FORMS[name];
    const access =
      officer === null ? change : ({ kind: "person", action: "change", what: officer, fresh: true, subject } as const);
    return [
      route({
        name: `people.relationships.${name}`,
        method: "GET",
        path,
        access,
        audit,
        input: { params },
        handle: (context) => formPage(tools, name, context, emptyForm(schema, { id: newId() }), 200),
      }),
      route({
        name: `people.relationships.${name}.save`,
        method: "POST",
        path,
        access,
        audit: changing,
        input: { params, form: untyped },
        handle: async (context) => {
          const { form } = context.input;
          if (!form.ok) return formPage(tools, name, context, formView(form.typed, form.faults), 422);
          const done = await act(context, form.value as z.output<Schema>);
          return typeof done === "string"
            ? context.redirect(back(context.input.params.subjectId, done))
            : formPage(tools, name, context, formView(form.typed, [done]), 422);
        },
      }),
    ];
  }
}

type FormContext = Pick<RouteContext<WithSubject>, "input" | "visitor" | "now" | "t">;

/** Nobody records who may act for themselves, nor that they may: an officer's own case is a colleague's. */
function isOwnCase({ input, visitor }: Pick<FormContext, "input" | "visitor">, others: readonly string[]): boolean {
  const selves = visitor?.actor.selves;
  return selves === undefined || [input.params.subjectId, ...others].some((id) => selves.has(id));
}

/** An age at which a guardian no longer acts by being a parent (England: 16 for care, Family Law Reform Act 1969, s 8). */
const GROWN_UP_AT = 16;
/** What makes somebody act for a grown-up. */
const FOR_GROWN_UPS: readonly string[] = ["court-order", "deputyship", "power-of-attorney"];

/** Why this relationship cannot be recorded as it stands; null when it can. */
async function relationshipFault(
  tools: PeoplePageTools,
  context: FormContext,
  value: z.output<typeof officerForm>,
): Promise<Fault | null> {
  const { t, now } = context;
  if (isOwnCase(context, [value.holder])) return { field: "holder", text: t("people.officer.ownCase") };
  if (isOver(tools, value.until, now)) return { field: "until", text: t("people.untilPast") };
  if (value.bond !== "guardian" || FOR_GROWN_UPS.includes(value.evidence)) return null;
  const until = await sixteenth(tools, context);
  if (until === null) return { field: "evidence", text: t("people.officer.ageUnknown") };
  return Temporal.Instant.compare(until, now) <= 0 ? { field: "evidence", text: t("people.officer.grownUp") } : null;
}

/** The day a person turns sixteen; null where their date of birth is not known. */
async function sixteenth(
  { db, vault, timeZone }: PeoplePageTools,
  { input }: Pick<FormContext, "input">,
): Promise<Temporal.Instant | null> {
  const { subjectId } = input.params;
  const birthDate = (await readPersonalData(db, vault, [subjectId], "identity")).get(subjectId)?.birthDate ?? null;
  return birthDate === null
    ? null
    : startOf({ timeZone }, Temporal.PlainDate.from(birthDate).add({ years: GROWN_UP_AT }));
}

/** A guardian acts for a child until it is sixteen, unless an earlier day is said or an order says otherwise. */
async function childhood(
  tools: PeoplePageTools,
  context: FormContext,
  lastDay: Temporal.PlainDate | null,
): Promise<{ until?: string }> {
  if (lastDay !== null) return { until: startOf(tools, lastDay.add({ days: 1 })).toString() };
  const until = await sixteenth(tools, context);
  return until === null || Temporal.Instant.compare(until, context.now) <= 0 ? {} : { until: until.toString() };
}

/** Ends what is open and is this person's; false when there is no such thing, or it is not the visitor's to end. */
async function endOpen(
  tools: PeoplePageTools,
  { input, visitor, decide, now }: Pick<RouteContext<WithSubject>, "input" | "visitor" | "decide" | "now">,
  kind: "relationship" | "offer" | "ban",
  what: string,
  id: string,
): Promise<boolean> {
  const { all } = await readRecordsOf(tools.db, input.params.subjectId, now);
  const by = actingBy({ visitor, now }, id);
  const open = ({ until }: { readonly until: Temporal.Instant | null }) =>
    until === null || Temporal.Instant.compare(now, until) < 0;
  if (kind === "relationship") {
    const found = (await readRelationships(tools.db, all)).find((one) => one.id === what && open(one));
    return found !== undefined && (await endRelationship(tools, found.subjectId, what, by)).ok;
  }
  if (kind === "offer") {
    const found = (await readOffers(tools.db, { subjects: all })).find((one) => one.id === what);
    const data = { relationship: what };
    return found !== undefined && (await recordOne(tools, "relationship-declined", found.subjectId, data, by)).ok;
  }
  // Only who may record one may end one, and nobody their own: a guardian does not lift a court order.
  const ban = (await readBans(tools.db, all)).find((one) => one.id === what && open(one));
  if (ban === undefined || !decide("change", "bans").allow || isOwnCase({ input, visitor }, [ban.holderId]))
    return false;
  return ban.kind === "competence"
    ? (await recordOne(tools, "competence-ended", ban.subjectId, { decision: what }, by)).ok
    : (await recordOne(tools, "access-bar-ended", ban.subjectId, { ban: what }, by)).ok;
}

/** Whether there is somebody, or a team, under a reference. */
async function isHolder(tools: PeoplePageTools, reference: string, team: boolean): Promise<boolean> {
  return team
    ? (await readTeams(tools.db)).some(({ id: known }) => known === reference)
    : (await namesOf(tools, [reference])).has(reference);
}

/** The forms of this page, with the resource that an officer must be allowed to change. */
const FORMS = {
  invite: { officer: null },
  consent: { officer: null },
  record: { officer: "identity" },
  bar: { officer: "bans" },
} as const;

function sentence(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

type PageContext = Pick<RouteContext<WithSubject>, "input" | "page" | "visitor" | "decide" | "now" | "t" | "formats">;

async function formPage(
  tools: PeoplePageTools,
  name: keyof typeof FORMS,
  { input, page, t }: PageContext,
  form: FormView,
  status: number,
): Promise<Response> {
  const { subjectId } = input.params;
  const [directory, teams, relationships] = await Promise.all([
    readDirectory(tools.db),
    readTeams(tools.db),
    readRelationships(tools.db, [subjectId]),
  ]);
  const names = await namesOf(
    tools,
    relationships.map(({ holderId }) => holderId),
  );
  const checked = (values: readonly string[]) =>
    values.map((value) => ({
      value,
      text: sentence(t(`people.cover.${value}`)),
      checked: [form.typed["covers"] ?? []].flat().includes(value),
    }));
  return page(
    "people/relationship-form.njk",
    {
      title: t(`people.${name === "record" ? "officer" : name}.title`),
      back: { text: t("people.relationships.back"), href: peoplePaths.relationships(subjectId) },
      kind: name,
      action: `${peoplePaths.relationships(subjectId)}/${name}`,
      form,
      until: dateInputItems(form, "until", t),
      covers: checked(name === "bar" ? SHUT : name === "consent" ? ["promises", "package.plan"] : SHARED),
      organisations: [
        { value: "", text: t("people.consent.choose") },
        ...[...directory.organisations.values()].map((one) => ({ value: one.id, text: one.name })),
      ],
      bonds: ["guardian", "family", "lead-professional", "team"].map((value) => ({
        value,
        text: t(`people.bond.${value}.name`),
      })),
      evidence: EVIDENCE.map((value) => ({ value, text: t(`people.evidence.${value}`) })),
      kinds: ["court-order", "details-hidden", "barred", "competence"].map((value) => ({
        value,
        text: t(`people.bar.kind.${value}`),
      })),
      holders: [
        ...relationships
          .filter(({ holderKind }) => holderKind === "person")
          .map(({ holderId }) => ({ value: holderId, text: names.get(holderId) ?? holderId })),
        ...(name === "record" ? teams.map((team) => ({ value: team.id, text: team.name })) : []),
      ],
    },
    { status },
  );
}

async function overview(tools: PeoplePageTools, context: PageContext, done: string | null): Promise<Response> {
  const { input, page, visitor, decide, now, t, formats } = context;
  const { subjectId } = input.params;
  const { all } = await readRecordsOf(tools.db, subjectId, now);
  const [held, offers, bans, directory, teams] = await Promise.all([
    readRelationships(tools.db, all),
    readOffers(tools.db, { subjects: all }),
    readBans(tools.db, all),
    readDirectory(tools.db),
    readTeams(tools.db),
  ]);
  // An emergency is told where looks are told, and nowhere else: there it may have to be kept from view.
  const relationships = held.filter(({ bond }) => bond !== "emergency");
  const names = await namesOf(tools, [
    ...relationships.map(({ holderId }) => holderId),
    ...offers.map(({ holderId }) => holderId),
    ...bans.map(({ holderId }) => holderId),
  ]);
  const nameOf = ({ holderKind, holderId }: Pick<RelationshipRow, "holderKind" | "holderId">) =>
    (holderKind === "person"
      ? names.get(holderId)
      : holderKind === "team"
        ? teams.find(({ id: team }) => team === holderId)?.name
        : directory.organisations.get(holderId)?.name) ?? holderId;
  const day = (moment: Temporal.Instant) => formats.plainDate(localMoment(tools, moment));
  const mayChange = decide("change", "relationships").allow;
  const officer = decide("change", "bans").allow;
  const own = visitor?.actor.selves.has(subjectId) === true;
  const limits = (covers: readonly string[] | null) =>
    covers === null
      ? null
      : covers
          .filter((cover) => (COVERS as readonly string[]).includes(cover))
          .map((cover) => t(`people.cover.${cover}`))
          .join(", ");
  const line = (one: RelationshipRow) => ({
    id: one.id,
    name: nameOf(one),
    bond: t(`people.bond.${one.bond}.name`),
    limits: limits(one.covers),
    from: day(one.from),
    until: one.until === null ? null : day(one.until.subtract({ nanoseconds: 1 })),
    end: mayChange ? newId() : null,
  });
  return page("people/relationships.njk", {
    title: own ? t("people.relationships.yourTitle") : t("people.relationships.theirTitle"),
    back: { text: t("people.toAccount"), href: ACCOUNT_PATH },
    done: done === null ? null : t(`people.relationships.done.${done}`),
    reference: subjectId,
    endAction: peoplePaths.end(subjectId),
    current: relationships.filter((one) => holdsAt(one, now)).map(line),
    past: relationships.filter((one) => !holdsAt(one, now)).map(line),
    offers: offers.map((offer) => ({
      id: offer.id,
      name: names.get(offer.holderId) ?? offer.holderId,
      since: day(offer.offeredAt),
      end: mayChange ? newId() : null,
    })),
    // A ban is for those who keep it: a parent from whom something is hidden is not told that it is.
    bans: officer
      ? bans
          .filter((ban) => holdsAt(ban, now) && ban.kind !== "child")
          .map((ban) => ({
            id: ban.id,
            name: names.get(ban.holderId) ?? ban.holderId,
            kind: t(`people.bar.kind.${ban.kind}`),
            covers: limits(ban.covers),
            until: ban.until === null ? null : day(ban.until.subtract({ nanoseconds: 1 })),
            end: newId(),
          }))
      : [],
    links: [
      ...(mayChange && !officer
        ? [
            { href: peoplePaths.invite(subjectId), text: t("people.invite.title") },
            { href: peoplePaths.consent(subjectId), text: t("people.consent.title") },
          ]
        : []),
      ...(officer
        ? [
            { href: peoplePaths.officer(subjectId), text: t("people.officer.title") },
            { href: peoplePaths.bar(subjectId), text: t("people.bar.title") },
            { href: peoplePaths.records(subjectId), text: t("people.records.title") },
            { href: `/people/${encodeURIComponent(subjectId)}/sign-in-help`, text: t("people.officer.help") },
          ]
        : []),
    ],
    childWords: own && !mayChange,
  });
}
