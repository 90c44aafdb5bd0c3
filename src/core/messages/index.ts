/** The outbox's door. */
export { declareTemplates, describeTemplates, template } from "./templates.ts";
export type { Channel, Language, Placeholder, Template, Templates, TemplateWords, ValuesOf } from "./templates.ts";
export { QUEUE_LIMIT, queueMessage, queueMessages } from "./queue.ts";
export type { Cause, NewMessage } from "./queue.ts";
export { communicationOf, messageFacts } from "./facts.ts";
export type { Communication, Need, Preferences, WayMet } from "./facts.ts";
export { createOutbox } from "./outbox.ts";
export type { Outbox, OutboxSettings } from "./outbox.ts";
