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
  primary key (subject_id, batch_id)
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
create index guarantee_clock_running_by_service on guarantee_clock using btree (service_id, due_until) where (outcome is null);
create index guarantee_clock_stopped on guarantee_clock using btree (area_code, stopped_on) where (outcome is not null);
grant delete, insert, select, update on guarantee_clock to handrail_app;
grant select on guarantee_clock to handrail_disposal;

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

-- Reference. One row, the last number given; who numbers facts holds its row lock.
create table sequencer (
  name text not null,
  last_position bigint not null,
  primary key (name)
);
grant delete, insert, select, update on sequencer to handrail_app;
grant select on sequencer to handrail_disposal;

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

-- By subject. Facts committed and not yet numbered; the sequencer empties it.
create table unsequenced_fact (
  subject_id text not null,
  version integer not null,
  arrival bigint not null default nextval('unsequenced_fact_arrival_seq'::regclass),
  primary key (subject_id, version)
);
grant delete, insert, select, update on unsequenced_fact to handrail_app;
grant select on unsequenced_fact to handrail_disposal;

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
