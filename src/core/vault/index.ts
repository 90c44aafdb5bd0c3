/** The vault's door. */
export { openVault } from "./master-key.ts";
export type { Vault, VaultSettings } from "./master-key.ts";
export type { Contact, Identity, PersonalData, PersonalDataKind } from "./kinds.ts";
export { endKey, putPersonalData, readPersonalData } from "./store.ts";
export type { PersonalDataEntry } from "./store.ts";
