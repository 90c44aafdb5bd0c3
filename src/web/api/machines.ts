/** The page where an administrator lets programs of other systems in, and ends them. */
import { z } from "zod";
import { readDirectory } from "../../core/directory/index.ts";
import type { Database } from "../../core/database/index.ts";
import {
  addMachine,
  endMachine,
  listMachines,
  LONGEST_MACHINE_NAME,
  MOST_MACHINES,
  newMachineId,
  SCOPES,
  type MachineAdded,
  type MachineClient,
  type Scope,
} from "../../core/machines/index.ts";
import { emptyForm, formView, type FormView } from "../form.ts";
import { route, type AnyRoute, type RouteContext } from "../route.ts";
import { MACHINES_PATH, TOKEN_PATH } from "./paths.ts";

const ALL_SCOPES = Object.keys(SCOPES) as [Scope, ...Scope[]];
/** In the list of organisations: the body itself, which may send the events of all of them. */
const WHOLE_BODY = "whole-body";

const addForm = z.object({
  machine: z.string().max(100),
  name: z
    .string({ error: "api.machines.nameMissing" })
    .trim()
    .min(1, { error: "api.machines.nameMissing" })
    .max(LONGEST_MACHINE_NAME, { error: "api.machines.nameLong" }),
  organisation: z
    .string({ error: "api.machines.organisationMissing" })
    .min(1, { error: "api.machines.organisationMissing" })
    .max(200),
  scope: z.enum(ALL_SCOPES, { error: "api.machines.scopeMissing" }),
});
const endForm = z.object({ machine: z.string().max(100) });
const params = z.object({ machine: z.string().max(100) });

type Tools = { readonly db: Database };
type Context = RouteContext<unknown>;
type Secret = { readonly id: string; readonly secret: string };

export function machineRoutes(tools: Tools): readonly AnyRoute[] {
  const { db } = tools;
  const common = {
    // A secret given out here opens the record: only to somebody who has just shown that it is them.
    access: { kind: "body", action: "change", what: "accounts", fresh: true },
    audit: { kind: "none", why: "about programs, opens nobody's record" },
  } as const;
  return [
    route({
      ...common,
      name: "api.machines",
      method: "GET",
      path: MACHINES_PATH,
      input: { query: z.object({ ended: z.string().max(100).optional() }) },
      handle: (context) =>
        machinesPage(tools, context, { form: emptyForm(addForm), ended: context.input.query.ended ?? null }),
    }),
    route({
      ...common,
      name: "api.machines.add",
      method: "POST",
      path: MACHINES_PATH,
      input: { form: addForm },
      handle: async (context) => {
        const { input, visitor, now, t } = context;
        const { form } = input;
        if (!form.ok) return machinesPage(tools, context, { form: formView(form.typed, form.faults), status: 422 });
        const { machine, name, organisation, scope } = form.value;
        const added = await addMachine(db, {
          id: machine,
          name,
          scopes: [scope],
          organisationId: organisation === WHOLE_BODY ? null : organisation,
          createdBy: visitor?.personId ?? "nobody",
          now,
        });
        // Shown by the answer itself: a secret must not wait anywhere for another page to show it.
        if (added.ok) return machinesPage(tools, context, { form: emptyForm(addForm), secret: added });
        const fault = { field: FIELD_OF[added.why], text: t(`api.machines.not.${added.why}`) };
        return machinesPage(tools, context, { form: formView(form.typed, [fault]), status: 422 });
      },
    }),
    route({
      ...common,
      name: "api.machines.end",
      method: "GET",
      path: `${MACHINES_PATH}/:machine/end`,
      input: { params },
      handle: async ({ input, page, notFound, t }) => {
        const client = (await listMachines(db)).find(({ id }) => id === input.params.machine);
        if (client === undefined || client.endedAt !== null) return notFound(t("api.machines.unknown"));
        return page("api/machine-end.njk", {
          title: t("api.machines.endTitle", { name: client.name }),
          back: { href: MACHINES_PATH, text: t("api.machines.title") },
          action: `${MACHINES_PATH}/end`,
          machine: client.id,
          cancel: MACHINES_PATH,
        });
      },
    }),
    route({
      ...common,
      name: "api.machines.end.confirm",
      method: "POST",
      path: `${MACHINES_PATH}/end`,
      input: { form: endForm },
      handle: async ({ input, visitor, now, redirect }) => {
        const machine = input.form.ok ? input.form.value.machine : "";
        // Ended already is ended: a form sent twice says the same.
        await endMachine(db, machine, { endedBy: visitor?.personId ?? "nobody", now });
        return redirect(`${MACHINES_PATH}?${new URLSearchParams({ ended: machine })}`);
      },
    }),
  ];
}

const FIELD_OF: Readonly<Record<Extract<MachineAdded, { ok: false }>["why"], string>> = {
  name: "name",
  scopes: "scope",
  organisation: "organisation",
  id: "name",
  repeated: "name",
};

type Shown = {
  readonly form: FormView;
  readonly secret?: Secret;
  readonly ended?: string | null;
  readonly status?: number;
};

async function machinesPage({ db }: Tools, context: Context, shown: Shown): Promise<Response> {
  const { page, t, formats } = context;
  const [machines, { organisations }] = await Promise.all([listMachines(db), readDirectory(db)]);
  const nameOf = (id: string | null) =>
    id === null ? t("api.machines.wholeBody") : (organisations.get(id)?.name ?? id);
  const day = (instant: Temporal.Instant) => formats.moment(instant.toZonedDateTimeISO("UTC").toPlainDate());
  const view = (client: MachineClient) => ({
    id: client.id,
    name: client.name,
    organisation: nameOf(client.organisationId),
    may: client.scopes.map((scope) => t(`api.scope.${scope}`)).join(", "),
    added: day(client.createdAt),
    used: client.lastUsedAt === null ? t("api.machines.neverUsed") : day(client.lastUsedAt),
    ended: client.endedAt === null ? null : t("api.machines.endedOn", { day: day(client.endedAt) }),
    end: `${MACHINES_PATH}/${client.id}/end`,
  });
  const ended =
    shown.ended == null ? undefined : machines.find(({ id, endedAt }) => id === shown.ended && endedAt !== null);
  return page(
    "api/machines.njk",
    {
      title: t("api.machines.title"),
      form: shown.form,
      secret: shown.secret ?? null,
      tokenPath: TOKEN_PATH,
      notice: ended === undefined ? null : t("api.machines.ended", { name: ended.name }),
      action: MACHINES_PATH,
      // A new id for each form: sending one twice adds one program.
      machine: newMachineId(),
      organisations: [
        { value: "", text: t("api.machines.choose") },
        ...[...organisations.values()]
          .toSorted((a, b) => a.name.localeCompare(b.name, t.language))
          .map(({ id, name }) => ({ value: id, text: name })),
        { value: WHOLE_BODY, text: t("api.machines.wholeBody") },
      ],
      scopes: ALL_SCOPES.map((scope) => ({ value: scope, text: t(`api.scope.${scope}`) })),
      current: machines.filter(({ endedAt }) => endedAt === null).map(view),
      over: machines.filter(({ endedAt }) => endedAt !== null).map(view),
      limit: machines.length >= MOST_MACHINES ? t("api.machines.limit", { limit: MOST_MACHINES }) : null,
    },
    { status: shown.status ?? 200 },
  );
}
