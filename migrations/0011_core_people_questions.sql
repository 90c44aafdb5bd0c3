-- What a person asked about those who looked at their data, and looks that are kept from view because showing them would
-- endanger somebody. Computed from the facts of the case 'people' of each subject.

create table look_question (
  subject_id text not null,
  question_id text not null,
  batch_id text not null,
  asked_by text not null,
  asked_at timestamptz not null,
  answered_by text,
  answered_at timestamptz,
  outcome text check (outcome in ('in-order', 'not-in-order')),
  primary key (subject_id, question_id)
);
create index look_question_open on look_question (asked_at) where answered_at is null;
comment on table look_question is 'By subject. Questions about looks at a person''s data; computed from the facts.';

create table withheld_look (
  subject_id text not null,
  withholding_id text not null,
  batch_id text not null,
  asked_by text not null,
  asked_at timestamptz not null,
  approved_by text,
  approved_at timestamptz,
  review_on date not null,
  ended_at timestamptz,
  primary key (subject_id, withholding_id)
);
create index withheld_look_waiting on withheld_look (asked_at) where approved_at is null and ended_at is null;
comment on table withheld_look is 'By subject. Looks kept from view until a date of review, each asked for by one person and approved by another; computed from the facts.';

create table relationship_offer (
  subject_id text not null,
  relationship_id text not null,
  bond text not null,
  holder_id text not null,
  covers text[],
  until_at timestamptz,
  offered_at timestamptz not null,
  settled_at timestamptz,
  primary key (subject_id, relationship_id)
);
create index relationship_offer_by_holder on relationship_offer (holder_id) where settled_at is null;
comment on table relationship_offer is 'By subject. Invitations to act for this person, until they are accepted, declined or taken back; computed from the facts.';
