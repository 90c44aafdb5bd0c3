-- The schema that the migrations give. Generated (node scripts/dump-schema.ts): do not edit.
-- Rights are those of handrail_app, the role every transaction runs under, and handrail_disposal.

-- By subject, append-only. Who looked at whose data, when, for what purpose, on which page.
create table access_log (
  subject_id text not null,
  batch_id text not null,
  seen_by text not null,
  purpose text not null,
  route text not null,
  seen_at timestamp with time zone not null,
  action text not null default 'view'::text,
  what text, -- The resource of the decision table; null where a page shows more than one.
  allowed boolean not null default true, -- False for an attempt that was refused.
  reasons jsonb not null default '[]'::jsonb, -- The rules that gave or refused it, each with the relationship, consent or post it relied on.
  primary key (subject_id, batch_id),
  check ((action = any (array['view'::text, 'change'::text])))
);
grant insert, select on access_log to handrail_app;
grant select on access_log to handrail_disposal;

-- Reference. Places, each within its parent.
create table area (
  code text not null,
  name text not null,
  kind text not null,
  parent_code text,
  primary key (code),
  foreign key (parent_code) references area(code)
);
grant delete, insert, select, update on area to handrail_app;
grant select on area to handrail_disposal;
grant select on area to handrail_reader;

-- By subject. What somebody is shut off from, whatever else they are entitled to; computed from the facts.
create table ban (
  subject_id text not null,
  ban_id text not null,
  kind text not null,
  holder_id text not null,
  covers text[] not null,
  actions text[] not null,
  from_at timestamp with time zone not null,
  until_at timestamp with time zone,
  primary key (subject_id, ban_id, holder_id),
  check ((kind = any (array['barred'::text, 'court-order'::text, 'details-hidden'::text, 'competence'::text, 'child'::text])))
);
create index ban_by_holder on ban using btree (holder_id);
grant delete, insert, select, update on ban to handrail_app;
grant select on ban to handrail_disposal;

-- By subject. What would have been sent, for /dev/mail of a demonstration; sealed with the person's key.
create table development_mail (
  subject_id text not null,
  id text not null,
  channel text not null,
  sealed bytea not null,
  shown_at timestamp with time zone not null,
  primary key (subject_id, id),
  check ((channel = any (array['email'::text, 'text'::text, 'letter'::text])))
);
create index development_mail_newest on development_mail using btree (shown_at);
grant delete, insert, select, update on development_mail to handrail_app;
grant select on development_mail to handrail_disposal;

-- By subject, append-only. What happened, one row a fact, never changed: history is corrected by adding.
create table fact (
  subject_id text not null,
  version integer not null, -- 1, 2, 3 … per subject, without gaps.
  id text not null, -- Made by the sender: sending it twice changes nothing.
  case_id text, -- The referral, request, enrolment, authorisation or survey plan it belongs to.
  type text not null,
  data jsonb not null,
  occurred_on date not null, -- The local date it was true.
  occurred_at timestamp with time zone, -- The instant it was true, only when a time was given.
  recorded_at timestamp with time zone not null, -- When it was learnt, as the sender says.
  received_at timestamp with time zone not null, -- When it reached us; no sender can set it.
  recorded_by text not null,
  organisation_id text,
  service_id text,
  area_code text,
  replaces text, -- The id of the fact this one corrects or withdraws.
  reason text,
  primary key (subject_id, version),
  unique (subject_id, id),
  check (((char_length(case_id) >= 1) and (char_length(case_id) <= 200))),
  check (((char_length(id) >= 1) and (char_length(id) <= 200))),
  check (((char_length(subject_id) >= 1) and (char_length(subject_id) <= 200))),
  check (((char_length(type) >= 1) and (char_length(type) <= 100))),
  check ((version > 0))
);
grant insert, select on fact to handrail_app;
grant select on fact to handrail_disposal;
grant select on fact to handrail_reader;

-- By subject, append-only. The place of each fact in the order of commits: 1, 2, 3 … without gaps.
create table fact_position (
  subject_id text not null,
  version integer not null,
  position bigint not null,
  primary key (subject_id, version)
);
create index fact_position_by_position on fact_position using btree ("position");
grant insert, select on fact_position to handrail_app;
grant select on fact_position to handrail_disposal;

-- By subject. Failed attempts by address, and by address and code; subject_id is a keyed hash.
create table failed_sign_in (
  subject_id text not null,
  failures integer not null,
  counting_since timestamp with time zone not null,
  primary key (subject_id)
);
create index failed_sign_in_old on failed_sign_in using btree (counting_since);
grant delete, insert, select, update on failed_sign_in to handrail_app;
grant select on failed_sign_in to handrail_disposal;

-- By subject. One period of one promise's clock; computed from the facts, rebuilt at will.
create table guarantee_clock (
  subject_id text not null,
  case_id text not null,
  guarantee text not null,
  promise text not null,
  period integer not null,
  version text not null,
  started_on date not null,
  due_on date, -- The last day on which the promise can be kept; null while the clock stands still.
  due_until timestamp with time zone, -- The instant after which it is overdue; null while the clock stands still.
  warn_on date, -- The day from which staff should act.
  stopped_on date,
  outcome text,
  elapsed double precision, -- In the promise's own unit, time not counted taken off; null while it runs.
  excluded double precision not null,
  organisation_id text,
  service_id text,
  area_code text,
  primary key (subject_id, case_id, guarantee, promise, period),
  check ((outcome = any (array['kept'::text, 'broken'::text, 'ended'::text, 'void'::text])))
);
create index guarantee_clock_running on guarantee_clock using btree (due_until, subject_id) where (outcome is null);
create index guarantee_clock_running_by_organisation on guarantee_clock using btree (organisation_id, due_until) where (outcome is null);
create index guarantee_clock_running_by_service on guarantee_clock using btree (service_id, due_until) where (outcome is null);
create index guarantee_clock_stopped on guarantee_clock using btree (area_code, stopped_on) where (outcome is not null);
grant delete, insert, select, update on guarantee_clock to handrail_app;
grant select on guarantee_clock to handrail_disposal;
grant select on guarantee_clock to handrail_reader;

-- Reference. One row: the body this installation serves, and whether its people are invented.
create table installation (
  name text not null,
  body_name text not null,
  kind text not null,
  time_zone text not null,
  country text,
  telephone text,
  web_address text,
  created_at timestamp with time zone not null,
  primary key (name),
  check ((kind = any (array['demonstration'::text, 'real'::text]))),
  check ((name = 'this'::text))
);
grant delete, insert, select, update on installation to handrail_app;
grant select on installation to handrail_disposal;
grant select on installation to handrail_reader;

-- By subject. Addresses of e-mail a link was asked for, known here or not; subject_id is a keyed hash.
create table link_request (
  subject_id text not null,
  asked_at timestamp with time zone not null,
  due boolean not null,
  answered integer not null,
  counting_since timestamp with time zone not null,
  primary key (subject_id)
);
create index link_request_due on link_request using btree (asked_at) where due;
grant delete, insert, select, update on link_request to handrail_app;
grant select on link_request to handrail_disposal;

-- By subject. Questions about looks at a person's data; computed from the facts.
create table look_question (
  subject_id text not null,
  question_id text not null,
  batch_id text not null,
  asked_by text not null,
  asked_at timestamp with time zone not null,
  answered_by text,
  answered_at timestamp with time zone,
  outcome text,
  primary key (subject_id, question_id),
  check ((outcome = any (array['in-order'::text, 'not-in-order'::text])))
);
create index look_question_open on look_question using btree (asked_at) where (answered_at is null);
grant delete, insert, select, update on look_question to handrail_app;
grant select on look_question to handrail_disposal;

-- By subject. Programs that may come in: what each may do and for which organisation; the subject is the program itself.
create table machine_client (
  subject_id text not null,
  name text not null,
  secret_hash bytea not null, -- SHA-256 of its secret, which is 32 random bytes and kept nowhere.
  scopes text[] not null,
  organisation_id text, -- The organisation it may write for; null is the body itself.
  created_at timestamp with time zone not null,
  created_by text not null,
  ended_at timestamp with time zone,
  ended_by text,
  last_used_at timestamp with time zone, -- When it was last given a token, to the hour.
  primary key (subject_id),
  foreign key (organisation_id) references organisation(id),
  check (((char_length(name) >= 1) and (char_length(name) <= 200))),
  check (((char_length(subject_id) >= 1) and (char_length(subject_id) <= 100)))
);
grant delete, insert, select, update on machine_client to handrail_app;
grant select on machine_client to handrail_disposal;

-- By subject. The teams a member of staff is in, and the colleagues they stand in for; computed from the facts.
create table membership (
  subject_id text not null,
  membership_id text not null,
  kind text not null,
  target_id text not null,
  from_at timestamp with time zone not null,
  until_at timestamp with time zone,
  primary key (subject_id, membership_id),
  check ((kind = any (array['team'::text, 'cover'::text])))
);
create index membership_by_target on membership using btree (target_id, kind);
grant delete, insert, select, update on membership to handrail_app;
grant select on membership to handrail_disposal;

-- By subject. Records found to be of one person; nothing is moved, so that a wrong merge is undone without loss.
create table merged_record (
  subject_id text not null,
  merge_id text not null,
  other_id text not null,
  survives boolean not null, -- Whether this is the record under which the person is known.
  from_at timestamp with time zone not null,
  until_at timestamp with time zone,
  primary key (subject_id, merge_id)
);
grant delete, insert, select, update on merged_record to handrail_app;
grant select on merged_record to handrail_disposal;

-- By subject. Links and codes that open once, by hash.
create table one_time_code (
  subject_id text not null,
  id text not null,
  secret_hash bytea not null,
  purpose text not null,
  way text not null,
  email_mark text, -- Keyed hash of the address a link was sent to: using it proves the address.
  made_by text, -- The member of staff who made it; null when the person asked for it.
  made_at timestamp with time zone not null,
  expires_at timestamp with time zone not null,
  used_at timestamp with time zone,
  primary key (subject_id, id),
  check (((char_length(id) >= 1) and (char_length(id) <= 60))),
  check ((purpose = any (array['enrol'::text, 'sign-in'::text, 'administrator'::text]))),
  check ((way = any (array['email'::text, 'post'::text, 'in-person'::text, 'terminal'::text])))
);
grant delete, insert, select, update on one_time_code to handrail_app;
grant select on one_time_code to handrail_disposal;

-- Reference. Hospitals, practices, councils, school authorities.
create table organisation (
  id text not null,
  name text not null,
  kind text not null,
  area_code text,
  telephone text,
  web_address text,
  primary key (id)
);
grant delete, insert, select, update on organisation to handrail_app;
grant select on organisation to handrail_disposal;
grant select on organisation to handrail_reader;

-- By subject. Messages to people: what waits, what was handed over, what could not be.
create table outbox_message (
  subject_id text not null,
  id text not null, -- Also its reference: Notify's reference, and in the Message-ID of an e-mail.
  template text not null,
  urgent boolean not null,
  asked_channel text,
  caused_by_subject_id text,
  caused_by_fact_id text,
  sealed_values bytea, -- What the words are filled with, AES-256-GCM under the person's key; null once handed over or ended.
  state text not null,
  reason text, -- A code: why it was cancelled, failed or could not be sent as the person needs.
  channel text,
  provider text,
  contact_mark text, -- Keyed hash of the address it was handed over for.
  fragments integer,
  revision integer not null default 0, -- Changes with every change: of two who act on what they read, one finds it changed.
  attempts integer not null default 0,
  doubts integer not null default 0, -- How often it is not known whether an attempt went through.
  not_after timestamp with time zone,
  due_at timestamp with time zone, -- When it is to be looked at next; null when nothing is left to do.
  queued_at timestamp with time zone not null,
  attempted_at timestamp with time zone,
  sent_at timestamp with time zone,
  changed_at timestamp with time zone not null,
  settled_at timestamp with time zone, -- When a member of staff said how an unmet need was met.
  primary key (subject_id, id),
  check ((asked_channel = any (array['email'::text, 'text'::text, 'letter'::text]))),
  check ((channel = any (array['email'::text, 'text'::text, 'letter'::text]))),
  check (((char_length(id) >= 1) and (char_length(id) <= 200))),
  check ((provider = any (array['notify'::text, 'smtp'::text, 'development'::text]))),
  check ((state = any (array['queued'::text, 'sending'::text, 'sent'::text, 'delivered'::text, 'failed'::text, 'bounced'::text, 'cancelled'::text, 'unmet'::text])))
);
create index outbox_message_by_id on outbox_message using btree (id);
create index outbox_message_due on outbox_message using btree (due_at) where (state = any (array['queued'::text, 'sending'::text]));
create index outbox_message_due_urgent on outbox_message using btree (due_at) where (urgent and (state = any (array['queued'::text, 'sending'::text])));
create index outbox_message_receipt on outbox_message using btree (due_at) where ((state = 'sent'::text) and (due_at is not null));
create index outbox_message_sent on outbox_message using btree (sent_at) where (sent_at is not null);
create index outbox_message_worklist on outbox_message using btree (queued_at) where ((state = any (array['failed'::text, 'bounced'::text, 'unmet'::text])) and (settled_at is null));
grant delete, insert, select, update on outbox_message to handrail_app;
grant select on outbox_message to handrail_disposal;

-- By subject. Public keys that people sign in with (WebAuthn), and what became of them.
create table passkey (
  subject_id text not null,
  credential_id text not null,
  public_key bytea not null,
  counter bigint not null, -- The signature counter last seen; one that does not grow means a copy (WebAuthn section 6.1.1).
  transports text not null,
  backed_up boolean not null,
  sealed_name bytea not null, -- What the person calls it, sealed with their own key.
  added_at timestamp with time zone not null,
  last_used_at timestamp with time zone,
  suspended_at timestamp with time zone, -- When its counter went back: refused since.
  removed_at timestamp with time zone,
  primary key (subject_id, credential_id),
  check ((counter >= 0)),
  check (((char_length(credential_id) >= 1) and (char_length(credential_id) <= 1400)))
);
grant delete, insert, select, update on passkey to handrail_app;
grant select on passkey to handrail_disposal;

-- By subject. What a member of staff is employed to do, and where; computed from the facts.
create table post (
  subject_id text not null,
  post_id text not null,
  role text not null,
  at_organisation text,
  at_service text,
  at_area text,
  from_at timestamp with time zone not null,
  until_at timestamp with time zone,
  primary key (subject_id, post_id)
);
grant delete, insert, select, update on post to handrail_app;
grant select on post to handrail_disposal;

-- Reference. The bonds and roles that see promises and events; a test holds it against the decision table.
create table reader_reach (
  holder text not null,
  reach text not null,
  primary key (holder, reach),
  check ((reach = any (array['tie'::text, 'place'::text])))
);
grant delete, insert, select, update on reader_reach to handrail_app;
grant select on reader_reach to handrail_disposal;
grant select on reader_reach to handrail_reader;

-- By subject. Who may open this person's data, by which bond, from when until when; computed from the facts.
create table relationship (
  subject_id text not null,
  relationship_id text not null,
  bond text not null,
  holder_kind text not null,
  holder_id text not null,
  covers text[], -- What it is limited to; null is all that the bond gives.
  from_at timestamp with time zone not null,
  until_at timestamp with time zone,
  primary key (subject_id, relationship_id),
  check ((bond = any (array['guardian'::text, 'family'::text, 'lead-professional'::text, 'team'::text, 'consent'::text, 'emergency'::text]))),
  check ((holder_kind = any (array['person'::text, 'team'::text, 'organisation'::text])))
);
create index relationship_by_holder on relationship using btree (holder_id, holder_kind);
grant delete, insert, select, update on relationship to handrail_app;
grant select on relationship to handrail_disposal;

-- By subject. Invitations to act for this person, until they are accepted, declined or taken back; computed from the facts.
create table relationship_offer (
  subject_id text not null,
  relationship_id text not null,
  bond text not null,
  holder_id text not null,
  covers text[],
  until_at timestamp with time zone,
  offered_at timestamp with time zone not null,
  settled_at timestamp with time zone,
  primary key (subject_id, relationship_id)
);
create index relationship_offer_by_holder on relationship_offer using btree (holder_id) where (settled_at is null);
grant delete, insert, select, update on relationship_offer to handrail_app;
grant select on relationship_offer to handrail_disposal;

-- Reference. One row: the digest of the grants and policies in force.
create table rights (
  name text not null,
  digest text not null,
  primary key (name),
  check ((name = 'this'::text))
);
grant delete, insert, select, update on rights to handrail_app;
grant select on rights to handrail_disposal;
grant select on rights to handrail_reader;

-- Reference. One row, the last number given; who numbers facts holds its row lock.
create table sequencer (
  name text not null,
  last_position bigint not null,
  primary key (name)
);
grant delete, insert, select, update on sequencer to handrail_app;
grant select on sequencer to handrail_disposal;
grant select on sequencer to handrail_reader;

-- Reference. What an organisation offers, and where a person books or cancels: the body's own link or number.
create table service (
  id text not null,
  organisation_id text not null,
  name text not null,
  kind text not null,
  area_code text,
  telephone text,
  booking_url text,
  cancel_url text,
  primary key (id),
  foreign key (organisation_id) references organisation(id)
);
create index service_by_organisation on service using btree (organisation_id);
grant delete, insert, select, update on service to handrail_app;
grant select on service to handrail_disposal;
grant select on service to handrail_reader;

-- Reference. Which promises a service makes, with the readings and the overlay the body chose.
create table service_guarantee (
  service_id text not null,
  guarantee text not null,
  overlay text,
  choices jsonb not null default '{}'::jsonb,
  primary key (service_id, guarantee)
);
grant delete, insert, select, update on service_guarantee to handrail_app;
grant select on service_guarantee to handrail_disposal;
grant select on service_guarantee to handrail_reader;

-- By subject. Who may be meant by an address, a typed code or a sign-in elsewhere; subject_id is its keyed hash.
create table sign_in_name (
  subject_id text not null,
  person_id text not null,
  kind text not null,
  reference text, -- Of a code: its id.
  expires_at timestamp with time zone,
  primary key (subject_id, person_id),
  check ((kind = any (array['email'::text, 'code'::text, 'provider'::text])))
);
create index sign_in_name_person on sign_in_name using btree (person_id);
grant delete, insert, select, update on sign_in_name to handrail_app;
grant select on sign_in_name to handrail_disposal;

-- By subject. Who is signed in, since when, in which way; ended ones are kept for a while.
create table sign_in_session (
  subject_id text not null,
  id text not null,
  secret_hash bytea not null, -- SHA-256 of the 256 random bits in the cookie.
  way text not null,
  enrolling boolean not null, -- True while it opens one page only: the one where a passkey is added.
  helped_by text, -- The member of staff who helped somebody to sign in.
  device text not null,
  began_at timestamp with time zone not null,
  last_seen_at timestamp with time zone not null,
  fresh_until timestamp with time zone,
  ended_at timestamp with time zone,
  primary key (subject_id, id),
  check (((char_length(id) >= 1) and (char_length(id) <= 60))),
  check ((way = any (array['passkey'::text, 'link'::text, 'code'::text, 'helped'::text, 'provider'::text, 'demonstration'::text])))
);
grant delete, insert, select, update on sign_in_session to handrail_app;
grant select on sign_in_session to handrail_disposal;

-- By subject. Passkey challenges that were answered, so that none is answered twice; subject_id is a keyed hash.
create table spent_challenge (
  subject_id text not null,
  expires_at timestamp with time zone not null,
  primary key (subject_id)
);
create index spent_challenge_expired on spent_challenge using btree (expires_at);
grant delete, insert, select, update on spent_challenge to handrail_app;
grant select on spent_challenge to handrail_disposal;

-- Reference. One row: made new in the transaction of each change of relationships, posts, teams, bans, merges and areas.
create table standing_revision (
  name text not null,
  revision text not null,
  primary key (name),
  check ((name = 'this'::text))
);
grant delete, insert, select, update on standing_revision to handrail_app;
grant select on standing_revision to handrail_disposal;
grant select on standing_revision to handrail_reader;

-- Reference. Teams that people of the record can be in the care of.
create table team (
  id text not null,
  name text not null,
  organisation_id text,
  ended_at timestamp with time zone,
  primary key (id),
  foreign key (organisation_id) references organisation(id)
);
grant delete, insert, select, update on team to handrail_app;
grant select on team to handrail_disposal;
grant select on team to handrail_reader;

-- By subject. Facts committed and not yet numbered; the sequencer empties it.
create table unsequenced_fact (
  subject_id text not null,
  version integer not null,
  arrival bigint not null default nextval('unsequenced_fact_arrival_seq'::regclass),
  primary key (subject_id, version)
);
grant delete, insert, select, update on unsequenced_fact to handrail_app;
grant select on unsequenced_fact to handrail_disposal;

-- By subject. Addresses and numbers that refused a message for good, by keyed hash: a corrected one is used again.
create table unusable_contact (
  subject_id text not null,
  contact_mark text not null,
  channel text not null,
  reason text not null,
  since timestamp with time zone not null,
  primary key (subject_id, contact_mark),
  check ((channel = any (array['email'::text, 'text'::text, 'letter'::text])))
);
grant delete, insert, select, update on unusable_contact to handrail_app;
grant select on unusable_contact to handrail_disposal;

-- By subject. Names, contacts, identifiers and free words: AES-256-GCM, nonce first, tag last.
create table vault_entry (
  subject_id text not null,
  kind text not null,
  ciphertext bytea not null,
  updated_at timestamp with time zone not null,
  primary key (subject_id, kind),
  check (((char_length(kind) >= 1) and (char_length(kind) <= 60)))
);
grant delete, insert, select, update on vault_entry to handrail_app;
grant delete, select on vault_entry to handrail_disposal;

-- By subject, append-only. The subject's own key, wrapped by the master key; disposal alone may end it.
create table vault_key (
  subject_id text not null,
  wrapped_key bytea,
  ended_at timestamp with time zone,
  ended_reason text,
  primary key (subject_id),
  check (((wrapped_key is null) = (ended_at is not null)))
);
grant insert, select on vault_key to handrail_app;
grant select, update on vault_key to handrail_disposal;

-- By subject. Looks kept from view until a date of review, each asked for by one person and approved by another; computed from the facts.
create table withheld_look (
  subject_id text not null,
  withholding_id text not null,
  batch_id text not null,
  asked_by text not null,
  asked_at timestamp with time zone not null,
  approved_by text,
  approved_at timestamp with time zone,
  review_on date not null,
  ended_at timestamp with time zone,
  primary key (subject_id, withholding_id)
);
create index withheld_look_waiting on withheld_look using btree (asked_at) where ((approved_at is null) and (ended_at is null));
grant delete, insert, select, update on withheld_look to handrail_app;
grant select on withheld_look to handrail_disposal;
