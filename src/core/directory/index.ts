/** The directory's door. */
export type { Area, Directory, Installation, Organisation, Service } from "./model.ts";
export { putDirectory, putInstallation, readDirectory, readInstallation } from "./store.ts";
