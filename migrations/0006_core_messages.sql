-- Messages to people. A message is written in the transaction of the fact that causes it and sent by a job; its words are
-- made when it is sent. What it says (links, codes) is sealed with the person's own key and blanked once it was handed over.

create table outbox_message (
  subject_id text not null,
  id text not null check (char_length(id) between 1 and 200),
  template text not null,
  urgent boolean not null,
  asked_channel text check (asked_channel in ('email', 'text', 'letter')),
  caused_by_subject_id text,
  caused_by_fact_id text,
  sealed_values bytea,
  state text not null check (state in ('queued', 'sending', 'sent', 'delivered', 'failed', 'bounced', 'cancelled', 'unmet')),
  reason text,
  channel text check (channel in ('email', 'text', 'letter')),
  provider text check (provider in ('notify', 'smtp', 'development')),
  contact_mark text,
  fragments integer,
  revision integer not null default 0,
  attempts integer not null default 0,
  doubts integer not null default 0,
  not_after timestamptz,
  due_at timestamptz,
  queued_at timestamptz not null,
  attempted_at timestamptz,
  sent_at timestamptz,
  changed_at timestamptz not null,
  settled_at timestamptz,
  primary key (subject_id, id)
);
create index outbox_message_due on outbox_message (due_at) where state in ('queued', 'sending');
create index outbox_message_due_urgent on outbox_message (due_at) where urgent and state in ('queued', 'sending');
create index outbox_message_receipt on outbox_message (due_at) where state = 'sent' and due_at is not null;
create index outbox_message_by_id on outbox_message (id);
create index outbox_message_worklist on outbox_message (queued_at)
  where state in ('failed', 'bounced', 'unmet') and settled_at is null;
create index outbox_message_sent on outbox_message (sent_at) where sent_at is not null;
comment on table outbox_message is 'By subject. Messages to people: what waits, what was handed over, what could not be.';
comment on column outbox_message.id is 'Also its reference: Notify''s reference, and in the Message-ID of an e-mail.';
comment on column outbox_message.sealed_values is 'What the words are filled with, AES-256-GCM under the person''s key; null once handed over or ended.';
comment on column outbox_message.reason is 'A code: why it was cancelled, failed or could not be sent as the person needs.';
comment on column outbox_message.contact_mark is 'Keyed hash of the address it was handed over for.';
comment on column outbox_message.revision is 'Changes with every change: of two who act on what they read, one finds it changed.';
comment on column outbox_message.doubts is 'How often it is not known whether an attempt went through.';
comment on column outbox_message.due_at is 'When it is to be looked at next; null when nothing is left to do.';
comment on column outbox_message.settled_at is 'When a member of staff said how an unmet need was met.';

create table unusable_contact (
  subject_id text not null,
  contact_mark text not null,
  channel text not null check (channel in ('email', 'text', 'letter')),
  reason text not null,
  since timestamptz not null,
  primary key (subject_id, contact_mark)
);
comment on table unusable_contact is 'By subject. Addresses and numbers that refused a message for good, by keyed hash: a corrected one is used again.';

create table development_mail (
  subject_id text not null,
  id text not null,
  channel text not null check (channel in ('email', 'text', 'letter')),
  sealed bytea not null,
  shown_at timestamptz not null,
  primary key (subject_id, id)
);
create index development_mail_newest on development_mail (shown_at);
comment on table development_mail is 'By subject. What would have been sent, for /dev/mail of a demonstration; sealed with the person''s key.';
