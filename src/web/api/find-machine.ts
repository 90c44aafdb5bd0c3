/** Who comes in by a token, for the door of every route for machines. */
import type { Database } from "../../core/database/index.ts";
import { machineOfToken } from "../../core/machines/index.ts";
import type { Machine } from "../route.ts";
import { bearerToken } from "./credentials.ts";

export type FindMachineTools = { readonly db: Database; readonly tokenKey: Uint8Array };

/** The machine whose token the request carries, as it stands now: what was ended a moment ago is nobody. */
export async function findMachine(
  { db, tokenKey }: FindMachineTools,
  request: Request,
  now: Temporal.Instant,
): Promise<Machine | null> {
  const token = bearerToken(request.headers.get("authorization"));
  if (token === null) return null;
  const client = await machineOfToken(db, tokenKey, token, now);
  return client === null
    ? null
    : { clientId: client.id, name: client.name, scopes: client.scopes, organisationId: client.organisationId };
}
