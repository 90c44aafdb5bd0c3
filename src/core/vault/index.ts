/** The vault's door. */
export { openVault } from "./master-key.ts";
export type { Vault, VaultSettings } from "./master-key.ts";
export type { Contact, Identity, PersonalData, PersonalDataKind, WordsFor } from "./kinds.ts";
export {
  endKey,
  openForSubjects,
  putPersonalData,
  putPersonalDataWithin,
  readPersonalData,
  sealForSubjects,
} from "./store.ts";
export type { PersonalDataEntry, Sealed, ToSeal } from "./store.ts";
