/** Storing and reading the directory. */
import { sql } from "kysely";
import { newId } from "../ids.ts";
import { type Database, inTransaction, type Transaction } from "../database/index.ts";
import type { Area, Directory, Installation, Organisation, Service } from "./model.ts";

/** Rows a statement: PostgreSQL takes at most 65,535 parameters. */
const BATCH = 1_000;

/** The installation, or undefined before its first start is complete. */
export async function readInstallation(db: Database | Transaction): Promise<Installation | undefined> {
  const row = await db.selectFrom("installation").selectAll().executeTakeFirst();
  if (row === undefined) return undefined;
  return {
    bodyName: row.body_name,
    kind: row.kind,
    timeZone: row.time_zone,
    country: row.country,
    telephone: row.telephone,
    webAddress: row.web_address,
    createdAt: Temporal.Instant.from(row.created_at),
  };
}

/**
 * Says whom this installation serves; later calls change name and addresses. Whether its people are invented, and when
 * it was created, is said once: a demonstration never becomes real, nor the reverse.
 */
export async function putInstallation(db: Database, installation: Installation): Promise<void> {
  const changing = {
    body_name: installation.bodyName,
    time_zone: installation.timeZone,
    country: installation.country,
    telephone: installation.telephone,
    web_address: installation.webAddress,
  };
  await inTransaction(db, async (transaction) => {
    const existing = await readInstallation(transaction);
    if (existing !== undefined && existing.kind !== installation.kind) {
      throw new Error(
        `This installation is ${existing.kind === "real" ? "a real one" : "a demonstration"} and stays so. ` +
          `For ${installation.kind === "real" ? "a real one" : "a demonstration"} start with another data folder (HANDRAIL_DATA).`,
      );
    }
    await transaction
      .insertInto("installation")
      .values({
        name: "this",
        kind: installation.kind,
        created_at: installation.createdAt.toString(),
        ...changing,
      })
      .onConflict((conflict) => conflict.column("name").doUpdateSet(changing))
      .execute();
  });
}

/** Adds to the directory or changes what stands there under the same id. Nothing is removed. */
export async function putDirectory(
  db: Database,
  parts: {
    readonly areas?: readonly Area[];
    readonly organisations?: readonly Organisation[];
    readonly services?: readonly Service[];
  },
): Promise<void> {
  await inTransaction(db, async (transaction) => {
    // Posts reach every area within theirs: what was worked out from the areas of before is over.
    if ((parts.areas ?? []).length > 0)
      await sql`update standing_revision set revision = ${newId()}`.execute(transaction);
    for (const batch of batches(parts.areas ?? [])) {
      await transaction
        .insertInto("area")
        .values(
          batch.map((area) => ({
            code: area.code,
            name: area.name,
            kind: area.kind,
            parent_code: area.parentCode,
          })),
        )
        .onConflict((conflict) =>
          conflict.column("code").doUpdateSet((row) => ({
            name: row.ref("excluded.name"),
            kind: row.ref("excluded.kind"),
            parent_code: row.ref("excluded.parent_code"),
          })),
        )
        .execute();
    }
    for (const batch of batches(parts.organisations ?? [])) {
      await transaction
        .insertInto("organisation")
        .values(
          batch.map((one) => ({
            id: one.id,
            name: one.name,
            kind: one.kind,
            area_code: one.areaCode,
            telephone: one.telephone,
            web_address: one.webAddress,
          })),
        )
        .onConflict((conflict) =>
          conflict.column("id").doUpdateSet((row) => ({
            name: row.ref("excluded.name"),
            kind: row.ref("excluded.kind"),
            area_code: row.ref("excluded.area_code"),
            telephone: row.ref("excluded.telephone"),
            web_address: row.ref("excluded.web_address"),
          })),
        )
        .execute();
    }
    for (const batch of batches(parts.services ?? [])) {
      await transaction
        .insertInto("service")
        .values(
          batch.map((one) => ({
            id: one.id,
            organisation_id: one.organisationId,
            name: one.name,
            kind: one.kind,
            area_code: one.areaCode,
            telephone: one.telephone,
            booking_url: one.bookingUrl,
            cancel_url: one.cancelUrl,
          })),
        )
        .onConflict((conflict) =>
          conflict.column("id").doUpdateSet((row) => ({
            organisation_id: row.ref("excluded.organisation_id"),
            name: row.ref("excluded.name"),
            kind: row.ref("excluded.kind"),
            area_code: row.ref("excluded.area_code"),
            telephone: row.ref("excluded.telephone"),
            booking_url: row.ref("excluded.booking_url"),
            cancel_url: row.ref("excluded.cancel_url"),
          })),
        )
        .execute();
    }
  });
}

/** The whole directory, each part in the order of its ids. */
export async function readDirectory(db: Database | Transaction): Promise<Directory> {
  const areas = await db.selectFrom("area").selectAll().orderBy("code").execute();
  const organisations = await db.selectFrom("organisation").selectAll().orderBy("id").execute();
  const services = await db.selectFrom("service").selectAll().orderBy("id").execute();
  return {
    areas: new Map(
      areas.map((row) => [row.code, { code: row.code, name: row.name, kind: row.kind, parentCode: row.parent_code }]),
    ),
    organisations: new Map(
      organisations.map((row) => [
        row.id,
        {
          id: row.id,
          name: row.name,
          kind: row.kind,
          areaCode: row.area_code,
          telephone: row.telephone,
          webAddress: row.web_address,
        },
      ]),
    ),
    services: new Map(
      services.map((row) => [
        row.id,
        {
          id: row.id,
          organisationId: row.organisation_id,
          name: row.name,
          kind: row.kind,
          areaCode: row.area_code,
          telephone: row.telephone,
          bookingUrl: row.booking_url,
          cancelUrl: row.cancel_url,
        },
      ]),
    ),
  };
}

function* batches<T>(rows: readonly T[]): Generator<readonly T[]> {
  for (let start = 0; start < rows.length; start += BATCH) yield rows.slice(start, start + BATCH);
}
