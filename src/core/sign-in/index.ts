/** The door of sign-in. */
export { makeAdministratorLink, nameAdministrator } from "./first-administrator.ts";
export { noteFailure, shutOut } from "./attempts.ts";
export {
  helpInPerson,
  inviteByEmail,
  inviteByPost,
  lookAtLink,
  makeCode,
  putSignInEmail,
  putSignInEmailsOf,
  spendCodes,
  useLink,
  useTypedCode,
} from "./codes.ts";
export type { CameIn, MadeCode, ToMake } from "./codes.ts";
export { signInFacts } from "./facts.ts";
export { readToken, tokenText } from "./keys.ts";
export { answerLinkRequests, askForLink, LONGEST_EMAIL } from "./links.ts";
export { deviceName } from "./model/device.ts";
export { LONGEST_NAME, freeName } from "./model/passkey-name.ts";
export type { NameFault } from "./model/passkey-name.ts";
export { LONGEST_PERSON_NAME, personName } from "./model/person-name.ts";
export type { CheckedPersonName, PersonNameFault } from "./model/person-name.ts";
export { actsForOthers, isFresh, mayAddPasskey, opensPosts, provedLately } from "./model/session.ts";
export type { WayIn } from "./model/session.ts";
export {
  addPasskey,
  creationOptions,
  listPasskeys,
  removePasskey,
  requestOptions,
  signInWithPasskey,
} from "./passkeys.ts";
export type { ListedPasskey } from "./passkeys.ts";
export { JOINING_MINUTES, openWaiting, sealWaiting, signInByAccount } from "./provider-account.ts";
export type { WaitingAccount } from "./provider-account.ts";
export { beginSession, endSession, findSession, listSessions, revokeSessions } from "./sessions.ts";
export type { KeptSession, ListedSession, NewSession } from "./sessions.ts";
export { nobodyHasPasskey } from "./store.ts";
export { tidySignIn } from "./tidy.ts";
export type { SignInTools } from "./tools.ts";
export { signInTemplates } from "./words.ts";
