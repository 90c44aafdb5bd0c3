/** The access log's door. */
export { LOOK_LIMIT, logLook, readLooks } from "./store.ts";
export type { AccessLogEntry, Look } from "./store.ts";
