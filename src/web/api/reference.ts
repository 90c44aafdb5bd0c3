/** The OpenAPI document as a page to read. Pure. */
import type { Translate } from "../messages.ts";

type Field = { readonly name: string; readonly needed: string; readonly form: string; readonly says: string };

export type OperationView = {
  readonly id: string;
  readonly method: string;
  readonly path: string;
  readonly summary: string;
  readonly description: string;
  readonly who: string;
  readonly parameters: readonly Field[];
  readonly body: {
    readonly mediaType: string;
    readonly fields: readonly Field[];
    readonly example: string | null;
  } | null;
  readonly answers: readonly {
    readonly status: string;
    readonly says: string;
    readonly mediaTypes: string;
    readonly fields: readonly Field[];
  }[];
};

type Schema = {
  readonly type?: string | readonly string[];
  readonly const?: unknown;
  readonly enum?: readonly unknown[];
  readonly description?: string;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
  readonly items?: Schema;
  readonly anyOf?: readonly Schema[];
  readonly oneOf?: readonly Schema[];
};
type Media = { readonly schema: Schema; readonly "x-line-schema"?: Schema; readonly example?: string };
type Described = {
  readonly operationId: string;
  readonly summary: string;
  readonly description: string;
  readonly parameters?: readonly { readonly name: string; readonly required: boolean; readonly schema: Schema }[];
  readonly requestBody?: { readonly content: Readonly<Record<string, Media>> };
  readonly responses: Readonly<
    Record<string, { readonly description: string; readonly content?: Readonly<Record<string, Media>> }>
  >;
  readonly security: readonly Readonly<Record<string, readonly string[]>>[];
};

export function operationViews(document: object, t: Translate): readonly OperationView[] {
  const { paths } = document as { paths: Readonly<Record<string, Readonly<Record<string, Described>>>> };
  return Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({
      id: operation.operationId.replaceAll(".", "-"),
      method: method.toUpperCase(),
      path,
      summary: operation.summary,
      description: operation.description,
      who: whoMay(operation, t),
      parameters: (operation.parameters ?? []).map(({ name, required, schema }) => fieldOf(name, schema, required, t)),
      body: bodyView(operation, t),
      answers: Object.entries(operation.responses).map(([status, { description, content = {} }]) => ({
        status,
        says: description,
        mediaTypes: Object.keys(content).join(", "),
        fields: Number(status) < 300 ? Object.values(content).flatMap((media) => fieldsOf(mediaSchema(media), t)) : [],
      })),
    })),
  );
}

function whoMay({ security }: Described, t: Translate): string {
  const scopes = security.flatMap((each) => each["machine"] ?? []);
  if (scopes.length > 0) return t("api.whoScope", { scope: scopes.join(", ") });
  return t(security.some((each) => "client" in each) ? "api.whoClient" : "api.whoAnybody");
}

function bodyView({ requestBody }: Described, t: Translate): OperationView["body"] {
  const [mediaType, media] = Object.entries(requestBody?.content ?? {})[0] ?? [];
  if (mediaType === undefined || media === undefined) return null;
  return { mediaType, fields: fieldsOf(mediaSchema(media), t), example: media.example ?? null };
}

function mediaSchema(media: Media): Schema {
  return media["x-line-schema"] ?? media.schema;
}

/** The members of an object; of an object in an object as `totals.rows`, of one in a list as `problems[].column`. */
function fieldsOf(schema: Schema, t: Translate, before = "", needed = true): readonly Field[] {
  const several = schema.oneOf ?? [];
  if (several.length > 0) return several.flatMap((each) => fieldsOf(each, t, before, needed));
  return Object.entries(schema.properties ?? {}).flatMap(([name, member]) => {
    const own = needed && (schema.required ?? []).includes(name);
    const within = member.properties === undefined ? member.items : member;
    const deeper =
      within?.properties === undefined
        ? []
        : fieldsOf(within, t, `${before}${name}${member.items === undefined ? "." : "[]."}`, own);
    return [fieldOf(`${before}${name}`, member, own, t), ...deeper];
  });
}

function fieldOf(name: string, schema: Schema, required: boolean, t: Translate): Field {
  return {
    name,
    needed: t(required ? "api.needed" : "api.optional"),
    form: formOf(schema),
    says: schema.description ?? "",
  };
}

function formOf(schema: Schema): string {
  if (schema.const !== undefined) return JSON.stringify(schema.const);
  if (schema.enum !== undefined) return schema.enum.map((value) => JSON.stringify(value)).join(", ");
  const several = schema.anyOf ?? schema.oneOf;
  if (several !== undefined) return several.map(formOf).join(", ");
  return typeof schema.type === "object" ? schema.type.join(", ") : (schema.type ?? "");
}
