-- The record (docs: DESIGN of the record in ARCHITECTURE.md). A table's comment begins with its placement on a distributed database,
-- "By subject" or "Reference", and with "append-only" when the application may never change or remove a row:
-- src/core/database/layout.ts reads it, grants rights by it and distributes by it.

create table fact (
  subject_id text not null check (char_length(subject_id) between 1 and 200),
  version integer not null check (version > 0),
  id text not null check (char_length(id) between 1 and 200),
  case_id text check (char_length(case_id) between 1 and 200),
  type text not null check (char_length(type) between 1 and 100),
  data jsonb not null,
  occurred_on date not null,
  occurred_at timestamptz,
  recorded_at timestamptz not null,
  received_at timestamptz not null,
  recorded_by text not null,
  organisation_id text,
  service_id text,
  area_code text,
  replaces text,
  reason text,
  primary key (subject_id, version),
  unique (subject_id, id)
);
comment on table fact is 'By subject, append-only. What happened, one row a fact, never changed: history is corrected by adding.';
comment on column fact.version is '1, 2, 3 … per subject, without gaps.';
comment on column fact.id is 'Made by the sender: sending it twice changes nothing.';
comment on column fact.case_id is 'The referral, request, enrolment, authorisation or survey plan it belongs to.';
comment on column fact.occurred_on is 'The local date it was true.';
comment on column fact.occurred_at is 'The instant it was true, only when a time was given.';
comment on column fact.recorded_at is 'When it was learnt, as the sender says.';
comment on column fact.received_at is 'When it reached us; no sender can set it.';
comment on column fact.replaces is 'The id of the fact this one corrects or withdraws.';

-- Facts are numbered after their transaction committed, so a reader that follows the numbers never misses one that
-- committed late. Numbers given in the transaction itself (a sequence) would become visible out of order.
create table fact_position (
  subject_id text not null,
  version integer not null,
  position bigint not null,
  primary key (subject_id, version)
);
create index fact_position_by_position on fact_position (position);
comment on table fact_position is 'By subject, append-only. The place of each fact in the order of commits: 1, 2, 3 … without gaps.';

create table unsequenced_fact (
  subject_id text not null,
  version integer not null,
  arrival bigserial not null,
  primary key (subject_id, version)
);
comment on table unsequenced_fact is 'By subject. Facts committed and not yet numbered; the sequencer empties it.';

create table sequencer (
  name text primary key,
  last_position bigint not null
);
comment on table sequencer is 'Reference. One row, the last number given; who numbers facts holds its row lock.';
insert into sequencer (name, last_position) values ('fact', 0);
