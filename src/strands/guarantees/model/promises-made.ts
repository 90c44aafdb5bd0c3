import type { Choices } from "./definition.ts";

/** Which guarantee a service gives, by which readings. */
export type PromiseMade = {
  readonly serviceId: string;
  readonly guarantee: string;
  readonly overlay: string | null;
  readonly choices: Choices;
};

/** The service name whose promises hold for cases that name no service, or one that has made no promise. */
export const ANY_SERVICE = "*";

/** The promises that hold for a case of a service. */
export function promisesFor(made: readonly PromiseMade[], serviceId: string | null): readonly PromiseMade[] {
  const own = serviceId === null ? [] : made.filter((promise) => promise.serviceId === serviceId);
  return own.length > 0 ? own : made.filter((promise) => promise.serviceId === ANY_SERVICE);
}
