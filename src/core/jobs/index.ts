/** The jobs' door. */
export { openJobs } from "./jobs.ts";
export type { Job, Jobs, JobsSettings } from "./jobs.ts";
