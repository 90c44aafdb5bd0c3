/**
 * What can be seen or changed. A field is the smallest part that a rule names. Resources under `ofAPerson` belong to
 * somebody; the others are the body's own.
 */
export const RESOURCES = {
  promises: { ofAPerson: true, fields: ["clocks", "events"] },
  details: { ofAPerson: true, fields: ["name", "birth-date", "identifiers", "contact"] },
  needs: { ofAPerson: true, fields: ["communication", "preferences"] },
  messages: { ofAPerson: true, fields: ["sent"] },
  delivery: { ofAPerson: true, fields: ["undelivered"] },
  relationships: { ofAPerson: true, fields: ["people", "consents"] },
  looks: { ofAPerson: true, fields: ["entries"] },
  questions: { ofAPerson: true, fields: ["words"] },
  withholding: { ofAPerson: true, fields: ["asked"] },
  "withholding-approval": { ofAPerson: true, fields: ["given"] },
  package: { ofAPerson: true, fields: ["plan", "units", "money"] },
  "check-ins": { ofAPerson: true, fields: ["answers", "warnings"] },
  identity: { ofAPerson: true, fields: ["evidence", "merges"] },
  bans: { ofAPerson: true, fields: ["kept"] },
  /** Links and codes by which somebody gets in. */
  "sign-in": { ofAPerson: true, fields: ["codes"] },
  accounts: { ofAPerson: false, fields: ["posts", "teams", "machines"] },
  projects: { ofAPerson: false, fields: ["plan", "results"] },
  figures: { ofAPerson: false, fields: ["drafts", "releases"] },
  work: { ofAPerson: false, fields: ["messages"] },
  emergency: { ofAPerson: false, fields: ["open"] },
} as const satisfies Readonly<Record<string, { readonly ofAPerson: boolean; readonly fields: readonly string[] }>>;

export type Resource = keyof typeof RESOURCES;

export type Action = "view" | "change";

/** Why somebody looks: one word for the log, put in plain words on the page that shows who looked. */
export const PURPOSES = [
  "own",
  "for-somebody",
  "care",
  "coordination",
  "oversight",
  "consent",
  "emergency",
  "identity",
  "administration",
  "publication",
  "improvement",
] as const;

export type Purpose = (typeof PURPOSES)[number];

/** What a relationship or a ban covers: everything, a resource, or one of its fields (`details.contact`). */
export type Cover = "*" | Resource | `${Resource}.${string}`;

/** Every cover there is, for the doors where one comes in. */
export const COVERS: readonly Cover[] = [
  "*",
  ...Object.entries(RESOURCES).flatMap(([name, { fields }]) => [
    name as Resource,
    ...fields.map((field) => `${name}.${field}` as Cover),
  ]),
];

/** Whether `cover` takes in the field. */
export function covers(cover: Cover, what: Resource, field: string): boolean {
  return cover === "*" || cover === what || cover === `${what}.${field}`;
}
