/** The door of machines: programs of other systems that come in by their own key. */
export { addMachine, endMachine, machineOfSecret, machineOfToken, newMachineId } from "./actions.ts";
export type { MachineAdded, MachineRequest } from "./actions.ts";
export { createAttempts, FAILURE_WINDOW_SECONDS, MOST_FAILURES, MOST_FAILURES_OF_ADDRESS } from "./attempts.ts";
export type { Attempt, Attempts } from "./attempts.ts";
export { isScope, LONGEST_MACHINE_NAME, MACHINE_ID, SCOPES } from "./model/client.ts";
export type { MachineClient, Scope } from "./model/client.ts";
export { listMachines, MOST_MACHINES, readMachine } from "./store.ts";
export { issueToken, readToken, TOKEN_AUDIENCE, TOKEN_ISSUER, TOKEN_LIFETIME_SECONDS, tokenKey } from "./token.ts";
