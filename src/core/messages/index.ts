/** The outbox's door. */
export { declareTemplates, describeTemplates, template } from "./templates.ts";
export type { Channel, Language, Placeholder, Template, Templates, TemplateWords, ValuesOf } from "./templates.ts";
export { QUEUE_LIMIT, queueMessage, queueMessages } from "./queue.ts";
export type { Cause, NewMessage } from "./queue.ts";
export { communicationOf, messageFacts, NEEDS, USUAL_QUIET_HOURS, WAYS_MET } from "./facts.ts";
export type { Communication, Need, Preferences, WayMet } from "./facts.ts";
export { changeCommunication, loadCommunication, sendAgain, settleUnmet } from "./record.ts";
export type { MessageRecordTools } from "./record.ts";
export { readShownMail, SHOWN_LIMIT } from "./development.ts";
export type { ShownMail } from "./development.ts";
export { forecastSpend } from "./forecast.ts";
export type { Forecast, Prices } from "./forecast.ts";
export {
  countByState,
  countHanded,
  countUnmet,
  readMessagesOf,
  readUnmet,
  readUnmetOne,
  STATES as MESSAGE_STATES,
} from "./store.ts";
export type { MessageState, SentRow, UnmetRow } from "./store.ts";
export { CHANNELS, LANGUAGES } from "./templates.ts";
export { createOutbox } from "./outbox.ts";
export { cancelForTheDead } from "./tidy.ts";
export type { Outbox, OutboxSettings } from "./outbox.ts";
export { OUTBOX_JOB, openMessages, pokeWhenQueued } from "./open.ts";
export type { Messages, MessagesSettings, SendingSettings } from "./open.ts";
export { whenQueued } from "./waking.ts";
