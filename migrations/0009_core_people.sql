-- Who stands how to whom: what the access decision reads. Computed from the facts of the case 'people' of each subject.

create table relationship (
  subject_id text not null,
  relationship_id text not null,
  bond text not null check (bond in ('guardian', 'family', 'lead-professional', 'team', 'consent', 'emergency')),
  holder_kind text not null check (holder_kind in ('person', 'team', 'organisation')),
  holder_id text not null,
  covers text[],
  from_at timestamptz not null,
  until_at timestamptz,
  primary key (subject_id, relationship_id)
);
create index relationship_by_holder on relationship (holder_id, holder_kind);
comment on table relationship is 'By subject. Who may open this person''s data, by which bond, from when until when; computed from the facts.';
comment on column relationship.covers is 'What it is limited to; null is all that the bond gives.';

create table ban (
  subject_id text not null,
  ban_id text not null,
  kind text not null check (kind in ('barred', 'court-order', 'details-hidden', 'competence', 'child')),
  holder_id text not null,
  covers text[] not null,
  actions text[] not null,
  from_at timestamptz not null,
  until_at timestamptz,
  primary key (subject_id, ban_id, holder_id)
);
create index ban_by_holder on ban (holder_id);
comment on table ban is 'By subject. What somebody is shut off from, whatever else they are entitled to; computed from the facts.';

create table post (
  subject_id text not null,
  post_id text not null,
  role text not null,
  at_organisation text,
  at_service text,
  at_area text,
  from_at timestamptz not null,
  until_at timestamptz,
  primary key (subject_id, post_id)
);
comment on table post is 'By subject. What a member of staff is employed to do, and where; computed from the facts.';

create table membership (
  subject_id text not null,
  membership_id text not null,
  kind text not null check (kind in ('team', 'cover')),
  target_id text not null,
  from_at timestamptz not null,
  until_at timestamptz,
  primary key (subject_id, membership_id)
);
create index membership_by_target on membership (target_id, kind);
comment on table membership is 'By subject. The teams a member of staff is in, and the colleagues they stand in for; computed from the facts.';

create table merged_record (
  subject_id text not null,
  merge_id text not null,
  other_id text not null,
  survives boolean not null,
  from_at timestamptz not null,
  until_at timestamptz,
  primary key (subject_id, merge_id)
);
comment on table merged_record is 'By subject. Records found to be of one person; nothing is moved, so that a wrong merge is undone without loss.';
comment on column merged_record.survives is 'Whether this is the record under which the person is known.';

create table team (
  id text primary key,
  name text not null,
  organisation_id text references organisation (id),
  ended_at timestamptz
);
comment on table team is 'Reference. Teams that people of the record can be in the care of.';

-- The second layer: what row-level security lets a reader see, said once more and apart from the decision table.
create table reader_reach (
  holder text not null,
  reach text not null check (reach in ('tie', 'place')),
  primary key (holder, reach)
);
comment on table reader_reach is 'Reference. The bonds and roles that see promises and events; a test holds it against the decision table.';
insert into reader_reach (holder, reach) values
  ('guardian', 'tie'), ('family', 'tie'), ('lead-professional', 'tie'), ('team', 'tie'), ('consent', 'tie'), ('emergency', 'tie'),
  ('front-line', 'place'), ('clinician', 'place'), ('manager', 'place');
