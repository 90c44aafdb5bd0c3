-- Looking is not a fact: it is logged beside the record. One batch id for a list of people seen at once.

create table access_log (
  subject_id text not null,
  batch_id text not null,
  seen_by text not null,
  purpose text not null,
  route text not null,
  seen_at timestamptz not null,
  primary key (subject_id, batch_id)
);
comment on table access_log is 'By subject, append-only. Who looked at whose data, when, for what purpose, on which page.';
